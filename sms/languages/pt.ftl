# Portuguese, as written in Brazil.

## The language itself

accents = fold
voice-language = pt-BR
voice-name = Polly.Camila-Neural

## Times and numbers: 24 hours

clock = { $hour }h{ $minute }
clock-short = { $hour }h{ $minute }
window = { $from }-{ $to }
weekday = { $weekday ->
    [mon] seg
    [tue] ter
    [wed] qua
    [thu] qui
    [fri] sex
    [sat] sáb
   *[sun] dom
 }
month = { $month ->
    [1] jan
    [2] fev
    [3] mar
    [4] abr
    [5] mai
    [6] jun
    [7] jul
    [8] ago
    [9] set
    [10] out
    [11] nov
   *[12] dez
 }
day = { weekday }, { $date } { month }
clock-on-day = { $day }, { $clock }

## The bus: how a sentence begins

bus = O ônibus { $number }
bus-substitute = O ônibus { $number } (não { $instead_of })
bus-unknown = O ônibus

## Answers

be-ready = { $leg ->
    [to_school] Esteja no ponto até { $by }.
   *[from_school] Alguém deve estar no ponto até { $by }.
 }
arriving = { $students }: { $bus } está a caminho. Chega { $window }. { be-ready } Ao vivo { $seen }.
running-late = { $students }: { $bus } está { $minutes } min atrasado. Chega { $window }. { be-ready } Ao vivo { $seen }.
last-seen = { $students }: { $bus } foi visto por último: { $seen }. Pode chegar { $window }{ $late ->
    [yes] , { $minutes } min atrasado
   *[no] {""}
 }. { be-ready }
at-stop = { $students }: { $bus } está agora no seu ponto. Ao vivo { $seen }.
not-started = { $students }: { $bus } ainda não saiu. Previsto no seu ponto: { $planned } (pelo horário oficial). Escreva de novo perto dessa hora.
not-started-ready = { $students }: { $bus } ainda não saiu. Previsto no seu ponto: { $planned } (pelo horário oficial). { be-ready }
late-start = { $students }: { $bus } não saiu e está { $minutes } min atrasado. Previsto no seu ponto: { $planned }; chegará mais tarde. Escreva de novo em 5 min.
no-signal = { $students }: { $bus } não dá sinal desde { $seen }; não sabemos quando chega. Previsto no seu ponto: { $planned }. Escreva de novo em 5 min.
off-route = { $students }: { $bus } estava fora da rota ({ $seen }); não sabemos quando chega. Previsto no seu ponto: { $planned }. Escreva de novo em 5 min.
on-the-way = { $students }: { $bus } está a caminho, visto { $seen }. Rota nova; não sabemos quando chega. Previsto no seu ponto: { $planned }. Escreva em 5 min.
uncovered = { $students }: { $confirmed ->
    [yes] Ainda não há ônibus para a viagem prevista: { $planned }
   *[no] Não vemos ônibus para a viagem prevista: { $planned }
 }. Escreva de novo em 5 min, ou ligue { $phone }.
cancelled = { $students }: O ônibus previsto { $planned } foi cancelado. { not-coming-advice } Dúvidas: { $phone }.
passed = { $students }: { $bus } esteve no seu ponto ({ $seen }). { $leg ->
    [to_school] Se o perdeu
   *[from_school] Se a criança não está com você
 }, ligue { $phone }.
may-have-passed = { $students }: { $bus } já passou do seu ponto (visto { $seen }); não o vimos parar. { $leg ->
    [to_school] Se o perdeu
   *[from_school] Se a criança não está com você
 }, ligue { $phone }.
finished = { $students }: { $bus } já terminou a viagem ({ $seen }). { $leg ->
    [to_school] Se o perdeu
   *[from_school] Se a criança não está com você
 }, ligue { $phone }.
feed-outage = { $students }: Não conseguimos ver os ônibus{ $known ->
    [yes] {" "}desde { $since }
   *[no] {" "}agora
 }. Previsto no seu ponto: { $planned } (pelo horário oficial). Pode atrasar. Dúvidas: { $phone }.
not-riding = { $students }: Hoje não há mais viagens de ônibus previstas.{ $next ->
    [none] {""}
   *[other] {" "}Próxima: { $next }.
 }
more-students = { $count ->
    [one] Para mais { $count } estudante, envie o número de estudante.
   *[other] Para mais { $count } estudantes, envie um número de estudante.
 }

## The words that texts teach. The tests hold each to what the grammar understands.

-bus = ÔNIBUS
-alerts-on = ALERTAS SIM
-alerts-off = ALERTAS NÃO
-alerts-minutes = ALERTAS 15
-alerts = ALERTAS
-alerts-late = ALERTAS ATRASO 15
-arrivals-on = ALERTAS CHEGADAS SIM
-arrivals-off = ALERTAS CHEGADAS NÃO
-alerts-by-call = ALERTAS POR LIGAÇÃO
-alerts-by-text = ALERTAS POR TEXTO
-quiet-hours = SILÊNCIO 21-6
-quiet-off = SILÊNCIO NÃO
-quiet = SILÊNCIO
-students = ALUNOS
-status = STATUS
-languages = IDIOMA
-person = PESSOA
-yes = SIM
-no = NÃO

## Everything else that is said

other-languages = English: EN
unlinked = Só respondemos a telefones registrados para esse aluno. Para incluir o seu, envie o código da carta ou ligue { $phone }. { other-languages }
help = Ônibus de { $district }: envie { -bus } ou número de aluno; { -alerts }, { -quiet }, { -students }, { -status }, { -languages }, { -person }. Tel. { $phone }. STOP: parar.
unknown = Desculpe, não entendemos. Envie 1 para achar o ônibus, 2 para falar com alguém, 3 para ver o que enviar. Ou ligue { $phone }. { other-languages }
too-many = São muitas mensagens em uma hora. Voltaremos a responder mais tarde. Para falar com alguém, ligue { $phone }.
language-set = Vamos escrever em português. Envie { -bus } para saber do ônibus, ou um número de aluno. { other-languages }
stopped = Ônibus de { $district }: você não receberá mais mensagens deste número. Para voltar a receber respostas, envie START.
started = Ônibus de { $district }: vamos responder outra vez. Envie { -bus } para saber do ônibus, ou um número de aluno.
trouble = Desculpe, não conseguimos consultar isso agora. Escreva de novo em 5 min, ou ligue { $phone }.
voice-please-text = Para saber do ônibus, envie a palavra ônibus, como mensagem de texto, para este número. Para falar com alguém, ligue { $phone }.

## The letter with a code

letter-title = Onde está o ônibus? Pergunte por mensagem de texto.
letter-for = Para a família de { $name }
letter-what = Escreva para { $number } a qualquer hora e diremos quando o ônibus chega e com quanta certeza. Sem aplicativo, sem conta, no seu idioma.
letter-first = Primeiro, envie este código por mensagem de texto para { $number }:
letter-then = Depois, envie a palavra { -bus } sempre que quiser saber onde ele está.
letter-date = { $written }
letter-once = O código inclui um telefone e vale uma só vez, até { $until }.
letter-second = Para outro telefone: envie dele o número de aluno { $student }. Perguntaremos ao primeiro telefone, e você responde { -yes }.
letter-private = Guarde esta carta com você: quem tiver o código pode perguntar pelo ônibus deste aluno.
letter-stop = Envie STOP para não receber mais mensagens. Valem as tarifas normais da sua operadora.
letter-help = Dúvidas, ou não usa mensagens de texto? Ligue { $phone }.

## Words before an answer

lead-yes = Sim.
lead-no = Não.
lead-not-yet = Ainda não.
because = { $cause ->
    [traffic] Motivo: trânsito.
    [weather] Motivo: o tempo.
    [breakdown] Motivo: problema no ônibus.
    [crash] Motivo: acidente no caminho.
    [driver] Motivo: não havia motorista livre.
    [road] Motivo: rua fechada.
    [school] Motivo: atraso na escola.
    [late-start] Começou a rota com atraso.
   *[unknown] Ainda não sabemos o motivo.
 }
window-changed = { $window } (antes: { $was })
planned = { $students }: { $bus } está previsto no seu ponto { $planned } (pelo horário oficial). Pode mudar: envie { -bus } nesse dia.
none-planned = { $students }: Não há viagem de ônibus prevista: { $day }.

## Settings of a phone

alerts-on = Salvo: avisamos se o ônibus atrasar, e uma vez uns { $minutes } min antes de ele chegar. Para mudar, envie { -alerts-minutes } ou { -alerts-off }.
alerts-off = Salvo: sem alertas, salvo emergências. Você pode enviar { -bus } a qualquer hora. Para receber alertas, envie { -alerts-on }.
alerts-now = { $state ->
    [on] Alertas por { $channel ->
        [voice] ligação
        [email] e-mail
       *[text] texto
     }. Atraso: a partir de { $threshold } min. Antes de chegar: { $before ->
        [yes] { $minutes } min
       *[no] não
     }. Chegadas: { $arrivals ->
        [yes] sim
       *[no] não
     }. Para mudar: { -alerts-minutes }, { -alerts-late }, { -arrivals-on }, { -alerts-by-call }, { -alerts-off }.
   *[off] Alertas: não, salvo emergências. Para receber, envie { -alerts-on }.
 }
alerts-minutes-range = Podemos avisar de { $least } a { $most } min antes de o ônibus chegar. Envie por exemplo { -alerts-minutes }.
alerts-late-range = Podemos avisar de um atraso de { $least } a { $most } min ou mais. Envie por exemplo { -alerts-late }.
alerts-late-set = Salvo: avisamos se o ônibus atrasar { $threshold } min ou mais{ $before ->
    [yes] , e uma vez uns { $minutes } min antes de ele chegar
   *[no] , e nada antes de ele chegar
 }. Para mudar: { -alerts-late }.
arrivals-set = { $arrivals ->
    [yes] Salvo: avisamos quando o ônibus chega à escola e quando sai do seu ponto à tarde. Para parar, envie { -arrivals-off }.
   *[no] Salvo: sem avisos de chegada. Para receber, envie { -arrivals-on }.
 }
channel-set = { $channel ->
    [voice] Salvo: os alertas vêm por ligação. Para voltar às mensagens, envie { -alerts-by-text }.
    [email] Salvo: os alertas vêm por e-mail. Para voltar às mensagens, envie { -alerts-by-text }.
   *[text] Salvo: os alertas vêm por mensagem. Para ligações, envie { -alerts-by-call }.
 }
channel-refused = { $channel ->
    [voice] Ainda não podemos ligar neste idioma; os alertas continuam como estavam.
   *[email] Não temos e-mail para este telefone. Informe a escola ou ligue { $phone }.
 }
quiet-set = Salvo: sem alertas entre { $from } e { $to }. Para cancelar isto, envie { -quiet-off }.
quiet-off = Salvo: sem horas de silêncio. Para marcar, envie por exemplo { -quiet-hours }.
quiet-now = { $state ->
    [on] Horas de silêncio: sem alertas entre { $from } e { $to }
   *[off] Não há horas de silêncio
 }. Para mudar, envie por exemplo { -quiet-hours }, ou { -quiet-off }.
students = Números de aluno deste telefone: { $students }. Envie um deles, ou { -bus } para todos.
own-name = Português
languages = Para mudar de idioma, envie o nome dele: { $languages }

## Joining

linked = Pronto: este telefone já pode perguntar pelo aluno { $students }. Envie { -bus } para saber do ônibus. Não foi você? Ligue { $phone }.
code-refused = Esse código não funcionou. Confira cada letra: um código vale uma vez, até a data da carta. Para outro, ligue { $phone }.
consent-question = Um telefone com final { $ending } pede os horários do ônibus do aluno { $students }. Se você conhece e concorda, envie { -yes }. Se não, envie { -no }.
consent-given = Pronto: esse telefone já pode perguntar pelo aluno { $students }. Se foi engano, ligue { $phone }.
consent-refused = Certo: esse telefone não recebe nada.
nothing-asked = Não há nenhuma pergunta nossa em aberto. Envie { -bus } para saber do ônibus, ou { -person } para falar com alguém.

## Questions for a person

department = { $department ->
    [transportation] Transporte
    [special_education] Educação Especial
    [enrollment] Matrículas
    [safety] Segurança Escolar
    [complaints] Reclamações
    [lost_and_found] Achados e Perdidos
    [technology] Suporte Técnico
   *[other] A secretaria
 }
case-opened = { $department }: vamos responder. Seu número é { $reference }. Espere resposta até { $by }. Para acompanhar, envie { -status }.
case-urgent = A equipe tem isto como urgente, número { $reference }. Ligue também agora: { $phone }. Em perigo: 911.
case-added = Incluído na sua pergunta { $reference } ({ $department }). Espere resposta até { $by }.
case-status = { $reference }, { $department }: { $state ->
    [received] recebida { $since }
    [with_department] com uma pessoa desde { $since }
    [answered] respondida { $since }
   *[closed] encerrada { $since }
 }.{ $due ->
    [yes] {" "}Espere resposta até { $by }.
   *[no] {""}
 }
case-unknown = Não achamos pergunta deste telefone com esse número. Para falar com alguém, envie { -person }.
case-answer = { $department }, sobre { $reference }: { $words }
case-closing = { $department }: sua pergunta { $reference } foi encerrada. Ficou resolvido? Envie { -yes } ou { -no }.
case-solved = Obrigado. Sua pergunta { $reference } está encerrada.
case-reopened = Reabrimos sua pergunta { $reference }. Espere resposta até { $by }.

## Where it is not clear what was meant

choice = { $number } { $title }.
choose = Qual destes? { $choices } Envie o número, ou envie { -person }.
choose-one = É isto: { $title }? Envie { -yes }. Se não, envie { -person }, ou escreva de outra forma.
no-words = Não conseguimos ler fotos nem mensagens vazias. Envie { -bus } para saber do ônibus, ou escreva do que precisa.
stopped-alerts = Ônibus de { $district }: sem mais alertas neste telefone. Pode enviar { -bus } para perguntar. Para voltar a ter alertas, envie START.

announcement = Ônibus de { $district }: { $words }
service-change = Ônibus de { $district }: { $kind ->
    [closed] não há ônibus escolares em { $day }.
    [delay] em { $day } cada ônibus da manhã chega { $minutes } min depois do previsto.
    [early_release] em { $day } cada ônibus para casa chega { $minutes } min antes do previsto. Alguém deve estar na parada.
   *[snow] pode haver atrasos em { $day }: ruas ruins. Envie { -bus } antes de sair.
 } Perguntas: { $phone }.

## Alertas

some-minutes = { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
 }
alert-when = { $known ->
    [yes] Chega { $window }. { be-ready }
   *[no] Previsto no seu ponto: { $planned }.
 }
alert-late = { $students }: { $bus } está uns { some-minutes } atrasado. { alert-when }
alert-later-still = { $students }: { $bus } vai atrasar ainda mais, uns { some-minutes }. { alert-when }
alert-better-again = { $students }: { $bus } chega antes do que dissemos, uns { some-minutes } atrasado. { alert-when }
alert-on-time-again = { $students }: { $bus } não está mais atrasado: o atraso que avisamos acabou. { alert-when }
alert-approaching = { $students }: { $bus } está a uns { some-minutes } do seu ponto. { alert-when }
alert-substitute = { $students }: { $bus } faz sua viagem hoje. Procure este número. { alert-when }
not-coming-advice = { $leg ->
    [to_school] Procure outro meio de ir à escola.
   *[from_school] Procure outro meio de voltar para casa.
 }
alert-not-covered = { $students }: Não há ônibus para a viagem prevista: { $planned }. { not-coming-advice } Avisaremos se vier um.
alert-cancelled = { $students }: O ônibus previsto { $planned } foi cancelado. { not-coming-advice }
alert-coming-after-all = { $students }: { $bus } vem, sim: a última mensagem não vale mais. { alert-when }
alert-at-school = { $students }: { $bus } chegou à escola ({ $seen }).
alert-dropped-off = { $students }: { $bus } saiu do seu ponto ({ $seen }).
alert-outage = { $students }: Não conseguimos ver os ônibus{ $known ->
    [yes] {" "}desde { $since }
   *[no] {" "}agora
 }; não sabemos se o seu atrasa. Previsto no seu ponto: { $planned } (pelo horário oficial).
alert-questions = Dúvidas: { $phone }.
alert-child-missing = Se a criança não está com você, ligue { $phone }.
alert-end-hint = Para parar os alertas: { -alerts-off }

clock-spoken = { $hour }h{ $minute }
window-spoken = entre { $from } e { $to }
call-students = Aluno { $students }
call-greeting = Olá. Aqui é a linha de ônibus de { $district }, com notícias do seu ônibus.
call-keys = Para confirmar que ouviu, tecle 1. Para ouvir de novo, tecle 2. Para não receber mais estas ligações, tecle 9. Para falar com uma pessoa, tecle 0.
call-heard = Obrigado. Até logo.
call-ended = Não vamos mais ligar com estas notícias. Até logo.
call-connecting = Um momento, por favor. Vamos transferir.
call-nobody = Ninguém pôde atender. Ligue { $phone }. Até logo.
call-goodbye = Até logo.
mail-subject = { $about ->
    [late] Seu ônibus está atrasado
    [coming] Seu ônibus está chegando
    [another-bus] Procure outro ônibus hoje
    [not-coming] Seu ônibus não vem
   *[news] Notícias do seu ônibus
 }
mail-foot = Você recebe este e-mail porque um aluno seu anda em um ônibus de { $district }. Para mudar o que recebe, envie { -alerts } para { $number }. Para não receber mais: { $link }
mail-end-ask = Quer parar de receber alertas do ônibus?
mail-end-yes = Parar
mail-ended = Você não receberá mais alertas, salvo emergências. Para voltar a receber, envie { -alerts-on }.
