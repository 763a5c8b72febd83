# Cabo Verdean Creole, of Santiago, in the ALUPEC spelling.

## The language itself

accents = fold
# No carrier speaks it yet, so a caller is never read to in it.
voice-language = none
voice-name = none

## Times and numbers: 24 hours, as Cabo Verde writes them

clock = { $hour }:{ $minute }
clock-short = { $hour }:{ $minute }
window = { $from }-{ $to }
weekday = { $weekday ->
    [mon] sigunda
    [tue] tersa
    [wed] kuarta
    [thu] kinta
    [fri] sesta
    [sat] sábadu
   *[sun] dumingu
 }
month = { $month ->
    [1] janeru
    [2] febreru
    [3] marsu
    [4] abril
    [5] maiu
    [6] junhu
    [7] julhu
    [8] agostu
    [9] setenbru
    [10] otubru
    [11] nuvenbru
   *[12] dizenbru
 }
day = { weekday } { $date } di { month }
clock-on-day = { $day }, { $clock }

## The bus: how a sentence begins

bus = Autokaru { $number }
bus-substitute = Autokaru { $number } (ka { $instead_of })
bus-unknown = Autokaru

## Answers

be-ready = { $leg ->
    [to_school] Sta na paraji antis di { $by }.
   *[from_school] Algen debe sta na paraji antis di { $by }.
 }
arriving = { $students }: { $bus } sta na kaminhu. E ta txiga { $window }. { be-ready } Na diretu { $seen }.
running-late = { $students }: { $bus } sta { $minutes } min trazadu. E ta txiga { $window }. { be-ready } Na diretu { $seen }.
last-seen = { $students }: { $bus } odjadu últimu bes { $seen }. E pode txiga { $window }{ $late ->
    [yes] , { $minutes } min trazadu
   *[no] {""}
 }. { be-ready }
at-stop = { $students }: { $bus } sta na bu paraji gósi. Na diretu { $seen }.
not-started = { $students }: { $bus } inda ka kumesa viaji. Previstu na bu paraji: { $planned } (sigundu oráriu). Skrebe otu bes mas pertu di ora.
not-started-ready = { $students }: { $bus } inda ka kumesa viaji. Previstu na bu paraji: { $planned } (sigundu oráriu). { be-ready }
late-start = { $students }: { $bus } inda ka sai, dja sta { $minutes } min trazadu. Previstu na bu paraji: { $planned }; e ta txiga mas tardi. Skrebe otu bes dipos di 5 min.
no-signal = { $students }: { $bus } ka da sinal desdi { $seen }; nu ka sabe ki ora e ta txiga. Previstu na bu paraji: { $planned }. Skrebe otu bes dipos di 5 min.
off-route = { $students }: { $bus } staba fóra di rota { $seen }; nu ka sabe ki ora e ta txiga. Previstu na bu paraji: { $planned }. Skrebe otu bes dipos di 5 min.
on-the-way = { $students }: { $bus } sta na kaminhu, odjadu { $seen }. Rota nobu; nu ka sabe ki ora e ta txiga. Previstu na bu paraji: { $planned }. Skrebe dipos di 5 min.
uncovered = { $students }: { $confirmed ->
    [yes] Inda ka atxadu autokaru pa viaji previstu { $planned }
   *[no] Inda nu ka odja autokaru pa viaji previstu { $planned }
 }. Skrebe otu bes dipos di 5 min, o liga pa { $phone }.
cancelled = { $students }: Autokaru previstu { $planned } sta kanseladu. { not-coming-advice } Purgunta: { $phone }.
passed = { $students }: { $bus } staba na bu paraji { $seen }. { $leg ->
    [to_school] Si bu perde-l
   *[from_school] Si bu fidju ka sta ku bo
 }, liga pa { $phone }.
may-have-passed = { $students }: { $bus } dja pasa bu paraji (odjadu { $seen }), mas nu ka odja-l ta para. { $leg ->
    [to_school] Si bu perde-l
   *[from_school] Si bu fidju ka sta ku bo
 }, liga pa { $phone }.
finished = { $students }: { $bus } dja kaba viaji { $seen }. { $leg ->
    [to_school] Si bu perde-l
   *[from_school] Si bu fidju ka sta ku bo
 }, liga pa { $phone }.
feed-outage = { $students }: Nu ka ta odja autokarus gósi{ $known ->
    [yes] , desdi { $since }
   *[no] {""}
 }. Previstu na bu paraji: { $planned } (sigundu oráriu). E pode ben trazadu. Purgunta: { $phone }.
not-riding = { $students }: Oji ka ten más viaji di autokaru previstu.{ $next ->
    [none] {""}
   *[other] {" "}Prósimu: { $next }.
 }
more-students = Pa más { $count } studanti, manda un númeru di studanti.

## The words that texts teach. The tests hold each to what the grammar understands.

-bus = BUS
-alerts-on = ALERTA SIN
-alerts-off = ALERTA NAU
-alerts-minutes = ALERTA 15
-alerts = ALERTA
-alerts-late = ALERTA ATRAZU 15
-arrivals-on = ALERTA TXIGADA SIN
-arrivals-off = ALERTA TXIGADA NAU
-alerts-by-call = ALERTA PA TXAMADA
-alerts-by-text = ALERTA PA MENSAJI
-quiet-hours = SILENSIU 21-6
-quiet-off = SILENSIU NAU
-quiet = SILENSIU
-students = STUDANTI
-status = STADU
-languages = LINGUA
-person = PESOA
-yes = SIN
-no = NAU

## Everything else that is said

other-languages = English: EN
unlinked = Nu ta responde só telefoni rejistadu pa kel studanti li. Pa djunta di bo, manda kódigu di karta di autokaru o liga pa { $phone }. { other-languages }
help = Autokaru { $district }: manda { -bus } o númeru di studanti; { -alerts }, { -quiet }, { -students }, { -status }, { -languages }, { -person }. Tel. { $phone }. STOP: sen mensaji.
unknown = Diskulpa, nu ka ntende. Manda 1 pa atxa autokaru, 2 pa papia ku algen, 3 pa odja kuzê ki bu pode manda. O liga pa { $phone }. { other-languages }
too-many = E txeu mensaji na un ora. Nu ta ben responde mas tardi. Pa papia ku algen, liga pa { $phone }.
language-set = Nu ta skrebe-u na kriolu. Manda { -bus } pa sabe di autokaru, o un númeru di studanti. { other-languages }
stopped = Autokaru { $district }: bu ka ta risebe mas mensaji di es númeru. Pa torna risebe resposta, manda START.
started = Autokaru { $district }: nu ta torna responde-u. Manda { -bus } pa sabe di autokaru, o un númeru di studanti.
trouble = Diskulpa, nu ka pode djobe kela gósi. Skrebe otu bes dipos di 5 min, o liga pa { $phone }.
voice-please-text = Pa sabe di bu autokaru, manda palavra bus, pa mensaji di testu, pa es númeru. Pa papia ku algen, liga pa { $phone }.

## The letter with a code

letter-title = Undi ki autokaru sta? Purgunta pa mensaji di testu.
letter-for = Pa família di { $name }
letter-what = Manda mensaji pa { $number } na kualker ora, y nu ta fla-u ki ora autokaru ta txiga y ku ki sertéza. Sen aplikason, sen konta, na bu língua.
letter-first = Purmeru, manda-nu es kódigu pa mensaji di testu pa { $number }:
letter-then = Dipos, manda palavra { -bus } sénpri ki bu krê sabe undi ki e sta.
letter-date = { $written }
letter-once = Kódigu ta sirbi pa un telefoni y só un bes, ti { $until }.
letter-second = Pa otu telefoni: manda di el númeru di studanti { $student }. Nu ta purgunta purmeru telefoni, y bu ta responde { -yes }.
letter-private = Guarda es karta ku bo: kenha ki ten kódigu pode purgunta pa autokaru di es studanti.
letter-stop = Manda STOP pa ka risebe mas mensaji. Bu konpanhia ta kobra présu normal.
letter-help = Dúvida, o bu ka ta uza mensaji? Liga pa { $phone }.

## Words before an answer

lead-yes = Sin.
lead-no = Nau.
lead-not-yet = Inda nau.
because = { $cause ->
    [traffic] Motivu: tránzitu.
    [weather] Motivu: tenpu.
    [breakdown] Motivu: prubléma ku autokaru.
    [crash] Motivu: asidenti na kaminhu.
    [driver] Motivu: ka tinha kondutor livri.
    [road] Motivu: rua fitxadu.
    [school] Motivu: atrazu na skóla.
    [late-start] E kumesa viaji tardi.
   *[unknown] Inda nu ka sabe motivu.
 }
window-changed = { $window } (antis: { $was })
planned = { $students }: { $bus } sta previstu na bu paraji { $planned } (sigundu oráriu). E pode muda: manda { -bus } na kel dia.
none-planned = { $students }: Ka ten viaji di autokaru previstu pa { $day }.

## Settings of a phone

alerts-on = Guardadu: nu ta fla-u si autokaru sta trazadu, y un bes uns { $minutes } min antis di e txiga. Pa muda, manda { -alerts-minutes } o { -alerts-off }.
alerts-off = Guardadu: sen alerta, só na imerjénsia. Bu pode manda { -bus } na kualker ora. Pa risebe alerta, manda { -alerts-on }.
alerts-now = { $state ->
    [on] Alerta pa { $channel ->
        [voice] txamada
        [email] imeil
       *[text] mensaji
     }. Atrazu: di { $threshold } min pa riba. Antis di txiga: { $before ->
        [yes] { $minutes } min
       *[no] nau
     }. Txigada: { $arrivals ->
        [yes] sin
       *[no] nau
     }. Pa muda: { -alerts-minutes }, { -alerts-late }, { -arrivals-on }, { -alerts-by-call }, { -alerts-off }.
   *[off] Alerta: nau, só na imerjénsia. Pa risebe, manda { -alerts-on }.
 }
alerts-minutes-range = Nu pode skrebe-u { $least } ti { $most } min antis di autokaru txiga. Manda pur izénplu { -alerts-minutes }.
alerts-late-range = Nu pode fla-u di atrazu di { $least } ti { $most } min o más. Manda pur izénplu { -alerts-late }.
alerts-late-set = Guardadu: nu ta fla-u si autokaru sta { $threshold } min trazadu o más{ $before ->
    [yes] , y un bes uns { $minutes } min antis di e txiga
   *[no] , y nada antis di e txiga
 }. Pa muda: { -alerts-late }.
arrivals-set = { $arrivals ->
    [yes] Guardadu: nu ta fla-u óki autokaru txiga na skóla, y óki e sai di bu paraji dipos di skóla. Pa kaba ku el, manda { -arrivals-off }.
   *[no] Guardadu: sen nutísia di txigada. Pa risebe, manda { -arrivals-on }.
 }
channel-set = { $channel ->
    [voice] Guardadu: alerta ta ben pa txamada. Pa torna risebe mensaji, manda { -alerts-by-text }.
    [email] Guardadu: alerta ta ben pa imeil. Pa torna risebe mensaji, manda { -alerts-by-text }.
   *[text] Guardadu: alerta ta ben pa mensaji. Pa txamada, manda { -alerts-by-call }.
 }
channel-refused = { $channel ->
    [voice] Inda nu ka pode txoma-u na es língua, alerta ta fika modi ki staba.
   *[email] Nu ka ten imeil pa es telefoni. Da skóla imeil, o liga pa { $phone }.
 }
quiet-set = Guardadu: sen alerta entri { $from } y { $to }. Pa kaba ku el, manda { -quiet-off }.
quiet-off = Guardadu: sen óras di silénsiu. Pa poi-s, manda pur izénplu { -quiet-hours }.
quiet-now = { $state ->
    [on] Óras di silénsiu: sen alerta entri { $from } y { $to }
   *[off] Ka ten óras di silénsiu
 }. Pa muda, manda pur izénplu { -quiet-hours }, o { -quiet-off }.
students = Númeru di studanti di es telefoni: { $students }. Manda un di es, o { -bus } pa tudu.
own-name = Kriolu
languages = Pa muda língua, manda nómi di língua: { $languages }

## Joining

linked = Prontu: es telefoni dja pode purgunta pa studanti { $students }. Manda { -bus } pa atxa autokaru. Si ka foi bo, liga pa { $phone }.
code-refused = Kel kódigu ka da. Djobe kada létra: kódigu ta sirbi un bes, ti data di karta. Pa otu, liga pa { $phone }.
consent-question = Un telefoni ki ta kaba na { $ending } pidi ora di autokaru di studanti { $students }. Si bu konxe-l y bu ta konkorda, manda { -yes }. Si nau, manda { -no }.
consent-given = Prontu: kel telefoni dja pode purgunta pa studanti { $students }. Si foi eru, liga pa { $phone }.
consent-refused = Sta dretu: kel telefoni ka ta risebe nada.
nothing-asked = Nu ka ten purgunta abertu pa bo. Manda { -bus } pa atxa autokaru, o { -person } pa papia ku algen.

## Questions for a person

department = { $department ->
    [transportation] Transporti
    [special_education] Idukason Spesial
    [enrollment] Matríkula
    [safety] Siguransa di Skóla
    [complaints] Keixa
    [lost_and_found] Kuzas Perdidu
    [technology] Ajuda Téknika
   *[other] Sekretaria
 }
case-opened = { $department } ta responde-u. Bu númeru e { $reference }. Spera resposta ti { $by }. Pa odja modi ki sta, manda { -status }.
case-urgent = Pesoal ten kela komu urjenti, númeru { $reference }. Liga tanbe gósi: { $phone }. Si ten prigu: 911.
case-added = Djuntadu na bu purgunta { $reference } ({ $department }). Spera resposta ti { $by }.
case-status = { $reference }, { $department }: { $state ->
    [received] risebidu { $since }
    [with_department] sta ku un pesoa desdi { $since }
    [answered] respondedu { $since }
   *[closed] fitxadu { $since }
 }.{ $due ->
    [yes] {" "}Spera resposta ti { $by }.
   *[no] {""}
 }
case-unknown = Nu ka atxa purgunta di es telefoni ku kel númeru. Pa papia ku algen, manda { -person }.
case-answer = { $department }, sobri { $reference }: { $words }
case-closing = { $department } fitxa bu purgunta { $reference }. E fika rizolvidu? Manda { -yes } o { -no }.
case-solved = Obrigadu. Bu purgunta { $reference } sta fitxadu.
case-reopened = Nu torna abri bu purgunta { $reference }. Spera resposta ti { $by }.

## Where it is not clear what was meant

choice = { $number } { $title }.
choose = Kuzê ki bu krê fla? { $choices } Manda númeru, o manda { -person }.
choose-one = É es ki bu krê fla: { $title }? Manda { -yes }. Si nau, manda { -person }, o skrebe-l di otu manera.
no-words = Nu ka ta konsigi le fotu nen mensaji baziu. Manda { -bus } pa atxa autokaru, o skrebe kuzê ki bu meste.
stopped-alerts = Autokaru { $district }: sen mas alerta pa es telefoni. Bu pode manda { -bus } pa resposta. Pa torna risebe alerta, manda START.

announcement = Autokaru { $district }: { $words }
service-change = Autokaru { $district }: { $kind ->
    [closed] ka ten autokaru di skóla { $day }.
    [delay] { $day } tudu autokaru di palmanhan ta txiga { $minutes } min más tardi ki previstu.
    [early_release] { $day } tudu autokaru pa kaza ta txiga { $minutes } min más sedu ki previstu. Algen ten ki sta na paraja.
   *[snow] autokaru pode trazá { $day }: strada mariadu. Manda { -bus } antis di sai.
 } Pergunta: { $phone }.

## Alerta

some-minutes = { $minutes } minutu
alert-when = { $known ->
    [yes] E ta txiga { $window }. { be-ready }
   *[no] Previstu na bu paraji: { $planned }.
 }
alert-late = { $students }: { $bus } sta uns { some-minutes } trazadu. { alert-when }
alert-later-still = { $students }: { $bus } sta inda más trazadu, uns { some-minutes }. { alert-when }
alert-better-again = { $students }: { $bus } ta txiga más sedu ki nu fla, { some-minutes } trazadu. { alert-when }
alert-on-time-again = { $students }: { $bus } dja ka sta trazadu: atrazu ki nu flaba dja kaba. { alert-when }
alert-approaching = { $students }: { $bus } sta uns { some-minutes } lonji. { alert-when }
alert-substitute = { $students }: { $bus } ta faze bu viaji oji. Djobe es númeru. { alert-when }
not-coming-advice = { $leg ->
    [to_school] Djobe otu manera di bai skóla.
   *[from_school] Djobe otu manera di volta pa kasa.
 }
alert-not-covered = { $students }: Ka atxadu autokaru pa viaji previstu { $planned }. { not-coming-advice } Nu ta fla-u si un ben.
alert-cancelled = { $students }: Autokaru previstu { $planned } sta kanseladu. { not-coming-advice }
alert-coming-after-all = { $students }: { $bus } ta ben afinal: nos últimu mensaji ka ta vale más. { alert-when }
alert-at-school = { $students }: { $bus } txiga na skóla { $seen }.
alert-dropped-off = { $students }: { $bus } sai di bu paraji { $seen }.
alert-outage = { $students }: Nu ka ta odja autokarus{ $known ->
    [yes] {" "}desdi { $since }
   *[no] {" "}gósi
 }, nu ka sabe si di bo sta trazadu. Previstu na bu paraji: { $planned } (sigundu oráriu).
alert-questions = Purgunta: { $phone }.
alert-child-missing = Si bu fidju ka sta ku bo, liga pa { $phone }.
alert-end-hint = Pa kaba ku alerta: { -alerts-off }

clock-spoken = { $hour }:{ $minute }
window-spoken = entri { $from } y { $to }
call-students = Studanti { $students }
call-greeting = Olá. Es e liña di autokaru di { $district }, ku nutísia di bu autokaru.
call-keys = Pa fla-nu ma bu obi, karga na 1. Pa obi otu bes, karga na 2. Pa kaba ku es txamada, karga na 9. Pa papia ku algen, karga na 0.
call-heard = Obrigadu. Txau.
call-ended = Nu ka ta txoma-u más ku es nutísia. Txau.
call-connecting = Spera un momentu, nu ta liga-u.
call-nobody = Ningen ka pode atende. Liga pa { $phone }. Txau.
call-goodbye = Txau.
mail-subject = { $about ->
    [late] Bu autokaru sta trazadu
    [coming] Bu autokaru sta ta ben
    [another-bus] Djobe otu autokaru oji
    [not-coming] Bu autokaru ka ta ben
   *[news] Nutísia di bu autokaru
 }
mail-foot = Bu ta risebe es imeil pamodi un bu studanti ta anda na autokaru di { $district }. Pa muda kuzê ki bu ta risebe, manda { -alerts } pa { $number }. Pa kaba ku es imeil: { $link }
mail-end-ask = Bu krê kaba ku alerta di autokaru?
mail-end-yes = Kaba ku es
mail-ended = Bu ka ta risebe más alerta, só na imerjénsia. Pa torna risebe, manda { -alerts-on }.
