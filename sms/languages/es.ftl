# Spanish, as written in the United States.

## The language itself

accents = fold
voice-language = es-US
voice-name = Polly.Lupe-Neural

## Times and numbers

clock = { $hour12 }:{ $minute } { $half ->
    [am] am
   *[pm] pm
 }
clock-short = { $hour12 }:{ $minute }
window = { $from }-{ $to }
weekday = { $weekday ->
    [mon] lun
    [tue] mar
    [wed] mié
    [thu] jue
    [fri] vie
    [sat] sáb
   *[sun] dom
 }
month = { $month ->
    [1] ene
    [2] feb
    [3] mar
    [4] abr
    [5] may
    [6] jun
    [7] jul
    [8] ago
    [9] sept
    [10] oct
    [11] nov
   *[12] dic
 }
day = { weekday } { $date } { month }
clock-on-day = { $day }, { $clock }

## The bus: how a sentence begins

bus = El autobús { $number }
bus-substitute = El autobús { $number } (no { $instead_of })
bus-unknown = El autobús

## Answers

be-ready = { $leg ->
    [to_school] Hora de estar en la parada: { $by }.
   *[from_school] Alguien debe estar en la parada: { $by }.
 }
arriving = { $students }: { $bus } viene en camino. Llega { $window }. { be-ready } En vivo { $seen }.
running-late = { $students }: { $bus } lleva { $minutes } min de retraso. Llega { $window }. { be-ready } En vivo { $seen }.
last-seen = { $students }: { $bus } se vio por última vez: { $seen }. Llegaría { $window }{ $late ->
    [yes] , { $minutes } min tarde
   *[no] {""}
 }. { be-ready }
at-stop = { $students }: { $bus } está ahora en su parada. En vivo { $seen }.
not-started = { $students }: { $bus } aún no ha salido. Hora prevista en su parada: { $planned } (según el horario). Escriba más cerca de esa hora.
not-started-ready = { $students }: { $bus } aún no ha salido. Hora prevista en su parada: { $planned } (según el horario). { be-ready }
late-start = { $students }: { $bus } no ha salido y lleva { $minutes } min de retraso. Previsto en su parada: { $planned }; llegará más tarde. Escriba otra vez en 5 min.
no-signal = { $students }: { $bus } no da señal desde { $seen }; no podemos decir cuándo llega. Previsto en su parada: { $planned }. Escriba otra vez en 5 min.
off-route = { $students }: { $bus } iba fuera de su ruta, visto { $seen }; no sabemos cuándo llega. Previsto en su parada: { $planned }. Escriba otra vez en 5 min.
on-the-way = { $students }: { $bus } viene en camino, visto { $seen }. Ruta nueva; no sabemos cuándo llega. Previsto en su parada: { $planned }. Escriba en 5 min.
uncovered = { $students }: { $confirmed ->
    [yes] Aún no hay autobús para el viaje previsto: { $planned }
   *[no] No vemos autobús para el viaje previsto: { $planned }
 }. Escriba otra vez en 5 min, o llame al { $phone }.
cancelled = { $students }: El autobús previsto { $planned } está cancelado. { not-coming-advice } Preguntas: { $phone }.
passed = { $students }: { $bus } estuvo en su parada ({ $seen }). { $leg ->
    [to_school] Si lo perdió
   *[from_school] Si su hijo no está con usted
 }, llame al { $phone }.
may-have-passed = { $students }: { $bus } ya pasó su parada (visto { $seen }); no lo vimos parar. { $leg ->
    [to_school] Si lo perdió
   *[from_school] Si su hijo no está con usted
 }, llame al { $phone }.
finished = { $students }: { $bus } ya terminó su viaje ({ $seen }). { $leg ->
    [to_school] Si lo perdió
   *[from_school] Si su hijo no está con usted
 }, llame al { $phone }.
feed-outage = { $students }: No podemos ver los autobuses{ $known ->
    [yes] {" "}desde { $since }
   *[no] {" "}ahora
 }. Previsto en su parada: { $planned } (según el horario). Puede tardar. Preguntas: { $phone }.
not-riding = { $students }: Hoy no hay más viajes en autobús previstos.{ $next ->
    [none] {""}
   *[other] {" "}El próximo: { $next }.
 }
more-students = { $count ->
    [one] Para { $count } estudiante más, envíe su número de estudiante.
   *[other] Para { $count } estudiantes más, envíe un número de estudiante.
 }

## The words that texts teach. The tests hold each to what the grammar understands.

-bus = BUS
-alerts-on = ALERTAS SÍ
-alerts-off = ALERTAS NO
-alerts-minutes = ALERTAS 15
-alerts = ALERTAS
-alerts-late = ALERTAS RETRASO 15
-arrivals-on = ALERTAS LLEGADAS SÍ
-arrivals-off = ALERTAS LLEGADAS NO
-alerts-by-call = ALERTAS POR LLAMADA
-alerts-by-text = ALERTAS POR TEXTO
-quiet-hours = SILENCIO 21-6
-quiet-off = SILENCIO NO
-quiet = SILENCIO
-students = ESTUDIANTES
-status = ESTADO
-languages = IDIOMA
-person = PERSONA
-yes = SÍ
-no = NO

## Everything else that is said

other-languages = English: text EN
unlinked = Solo respondemos a teléfonos registrados para ese estudiante. Para agregar el suyo: código de la carta, o llame al { $phone }. { other-languages }
help = { $district }: envíe { -bus } o un número de estudiante. Otros: { -alerts }, { -quiet }, { -students }, { -status }, { -languages }, { -person }. Tel. { $phone }. STOP: fin.
unknown = No entendimos. Envíe 1 para saber de su autobús, 2 para preguntar a alguien, 3 para ver qué puede enviar. O llame al { $phone }. { other-languages }
too-many = Son muchos mensajes en una hora. Volveremos a responder más tarde. Para hablar con alguien, llame al { $phone }.
language-set = Le escribiremos en español. Envíe { -bus } para saber de su autobús, o un número de estudiante. { other-languages }
stopped = Autobuses de { $district }: ya no recibirá mensajes de este número. Para volver a recibir respuestas, envíe START.
started = Autobuses de { $district }: le responderemos otra vez. Envíe { -bus } para saber de su autobús, o un número de estudiante.
trouble = No podemos consultarlo en este momento. Escriba de nuevo en 5 min o llame al { $phone }.
voice-please-text = Para saber de su autobús, envíe la palabra bus, como mensaje de texto, a este número. Para hablar con una persona, llame al { $phone }.

## La carta con un código, una página para un estudiante. $number es adonde se escribe.

letter-title = ¿Dónde está el autobús? Pregunte por mensaje de texto.
letter-for = Para la familia de { $name }
letter-what = Escriba al { $number } a cualquier hora y le diremos cuándo llega el autobús y con cuánta seguridad lo sabemos. Sin aplicación, sin cuenta, en su idioma.
letter-first = Primero, envíenos este código por mensaje de texto al { $number }:
letter-then = Después, escriba la palabra { -bus } cada vez que quiera saber dónde está.
letter-date = { $written }
letter-once = El código sirve para un teléfono y una sola vez, hasta el { $until }.
letter-second = Para otro teléfono: escriba desde él el número de estudiante { $student }. Preguntaremos al primer teléfono, y usted contesta { -yes }.
letter-private = Guarde esta carta para usted: quien tenga el código puede preguntar por el autobús de este estudiante.
letter-stop = Escriba STOP para no recibir más mensajes. Se aplican las tarifas normales de su compañía.
letter-help = ¿Preguntas, o no usa mensajes de texto? Llame al { $phone }.

## Words before an answer

lead-yes = Sí.
lead-no = No.
lead-not-yet = Todavía no.
because = { $cause ->
    [traffic] El motivo: tráfico.
    [weather] El motivo: el tiempo.
    [breakdown] El motivo: un problema con el autobús.
    [crash] El motivo: un accidente en la calle.
    [driver] El motivo: no había conductor libre.
    [road] El motivo: una calle cerrada.
    [school] El motivo: un retraso en la escuela.
    [late-start] Empezó tarde su ruta.
   *[unknown] Todavía no sabemos el motivo.
 }
window-changed = { $window } (antes: { $was })
planned = { $students }: { $bus } está previsto en su parada { $planned } (según el horario). Puede cambiar: envíe { -bus } ese día.
none-planned = { $students }: No hay viaje en autobús previsto el { $day }.

## Settings of a phone

alerts-on = Guardado: le avisamos si el autobús se retrasa, y una vez unos { $minutes } min antes de que llegue. Para cambiarlo, envíe { -alerts-minutes } o { -alerts-off }.
alerts-off = Guardado: sin avisos, salvo emergencias. Puede enviar { -bus } en cualquier momento. Para recibir avisos, envíe { -alerts-on }.
alerts-now = { $state ->
    [on] Avisos por { $channel ->
        [voice] llamada
        [email] correo
       *[text] texto
     }. Retraso: desde { $threshold } min. Antes de llegar: { $before ->
        [yes] { $minutes } min
       *[no] no
     }. Llegadas: { $arrivals ->
        [yes] sí
       *[no] no
     }. Para cambiarlo: { -alerts-minutes }, { -alerts-late }, { -arrivals-on }, { -alerts-by-call }, { -alerts-off }.
   *[off] Avisos: no, salvo emergencias. Para recibirlos, envíe { -alerts-on }.
 }
alerts-minutes-range = Podemos avisarle de { $least } a { $most } min antes de que llegue el autobús. Envíe por ejemplo { -alerts-minutes }.
alerts-late-range = Podemos avisarle de un retraso de { $least } a { $most } min o más. Envíe por ejemplo { -alerts-late }.
alerts-late-set = Guardado: le avisamos si el autobús lleva { $threshold } min o más de retraso{ $before ->
    [yes] , y una vez unos { $minutes } min antes de que llegue
   *[no] , y nada antes de que llegue
 }. Para cambiarlo: { -alerts-late }.
arrivals-set = { $arrivals ->
    [yes] Guardado: le avisamos cuando llega a la escuela y cuando sale de su parada por la tarde. Para quitarlo: { -arrivals-off }.
   *[no] Guardado: sin avisos de llegadas. Para recibirlos, envíe { -arrivals-on }.
 }
channel-set = { $channel ->
    [voice] Guardado: los avisos llegan por llamada. Para volver a mensajes, envíe { -alerts-by-text }.
    [email] Guardado: los avisos llegan por correo electrónico. Para volver a mensajes, envíe { -alerts-by-text }.
   *[text] Guardado: los avisos llegan por mensaje. Para llamadas, envíe { -alerts-by-call }.
 }
channel-refused = { $channel ->
    [voice] Todavía no podemos llamarle en este idioma, así que los avisos siguen como estaban.
   *[email] No tenemos su correo electrónico. Déselo a la escuela o llame al { $phone }.
 }
quiet-set = Guardado: sin avisos entre { $from } y { $to }. Para quitarlo, envíe { -quiet-off }.
quiet-off = Guardado: sin horas de silencio. Para ponerlas, envíe por ejemplo { -quiet-hours }.
quiet-now = { $state ->
    [on] Horas de silencio: sin avisos entre { $from } y { $to }
   *[off] No hay horas de silencio
 }. Para cambiarlo, envíe por ejemplo { -quiet-hours }, o { -quiet-off }.
students = Números de estudiante de este teléfono: { $students }. Envíe uno, o { -bus } para todos.
own-name = Español
languages = Para cambiar de idioma, envíe su nombre: { $languages }

## Joining

linked = Listo: este teléfono ya puede preguntar por el estudiante { $students }. Envíe { -bus } para saber del autobús. Si no fue usted, llame al { $phone }.
code-refused = Ese código no funcionó. Revise cada letra: un código sirve una vez, hasta la fecha de la carta. Para otro, llame al { $phone }.
consent-question = Un teléfono que termina en { $ending } pide los horarios del autobús del estudiante { $students }. Si lo conoce y está de acuerdo, envíe { -yes }. Si no, { -no }.
consent-given = Listo: ese teléfono ya puede preguntar por el estudiante { $students }. Si fue un error, llame al { $phone }.
consent-refused = Bien: ese teléfono no recibe nada.
nothing-asked = No le hemos preguntado nada que siga abierto. Envíe { -bus } para saber de su autobús, o { -person } para hablar con alguien.

## Questions for a person

department = { $department ->
    [transportation] Transporte
    [special_education] Educación Especial
    [enrollment] Inscripciones
    [safety] Seguridad Escolar
    [complaints] Quejas
    [lost_and_found] Objetos Perdidos
    [technology] Ayuda Técnica
   *[other] La oficina
 }
case-opened = { $department } le responderá. Su número es { $reference }. Espere respuesta antes de: { $by }. Para saber cómo va, envíe { -status }.
case-urgent = El personal lo tiene como urgente, número { $reference }. Llame también ahora: { $phone }. En peligro: 911.
case-added = Agregado a su pregunta { $reference } ({ $department }). Espere respuesta antes de: { $by }.
case-status = { $reference }, { $department }: { $state ->
    [received] recibida { $since }
    [with_department] una persona la tiene desde { $since }
    [answered] respondida { $since }
   *[closed] cerrada { $since }
 }.{ $due ->
    [yes] {" "}Espere respuesta antes de: { $by }.
   *[no] {""}
 }
case-unknown = No encontramos una pregunta de este teléfono con ese número. Para preguntar a alguien, envíe { -person }.
case-answer = { $department }, sobre { $reference }: { $words }
case-closing = { $department } cerró su pregunta { $reference }. ¿Quedó resuelta? Envíe { -yes } o { -no }.
case-solved = Gracias. Su pregunta { $reference } está cerrada.
case-reopened = Abrimos otra vez su pregunta { $reference }. Espere respuesta antes de: { $by }.

## Where it is not clear what was meant

choice = { $number } { $title }.
choose = ¿A qué se refiere? { $choices } Envíe el número, o envíe { -person }.
choose-one = ¿Se refiere a esto: { $title }? Envíe { -yes }. Si no, envíe { -person }, o escríbalo de otra manera.
no-words = No podemos leer fotos ni mensajes vacíos. Envíe { -bus } para saber de su autobús, o escriba lo que necesita.
stopped-alerts = Autobuses de { $district }: no más avisos a este teléfono. Puede enviar { -bus } para saber de su autobús. Para recibir avisos otra vez, envíe START.

announcement = Autobuses de { $district }: { $words }
service-change = Autobuses de { $district }: { $kind ->
    [closed] no hay autobuses escolares el { $day }.
    [delay] el { $day } cada autobús de la mañana llega { $minutes } min más tarde de lo previsto.
    [early_release] el { $day } cada autobús a casa llega { $minutes } min antes de lo previsto. Alguien debe estar en la parada.
   *[snow] puede haber retrasos el { $day }: mal estado de las calles. Envíe { -bus } antes de salir.
 } Preguntas: { $phone }.

## Avisos

some-minutes = { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
 }
alert-when = { $known ->
    [yes] Llega { $window }. { be-ready }
   *[no] Previsto en su parada: { $planned }.
 }
alert-late = { $students }: { $bus } lleva unos { some-minutes } de retraso. { alert-when }
alert-later-still = { $students }: { $bus } tardará aún más: unos { some-minutes } de retraso. { alert-when }
alert-better-again = { $students }: { $bus } llega antes de lo dicho, { some-minutes } tarde. { alert-when }
alert-on-time-again = { $students }: { $bus } ya no lleva retraso; nuestro aviso ya no vale. { alert-when }
alert-approaching = { $students }: { $bus } está a unos { some-minutes }. { alert-when }
alert-substitute = { $students }: { $bus } hace hoy su viaje. Busque ese número. { alert-when }
not-coming-advice = { $leg ->
    [to_school] Busque otra forma de ir a la escuela.
   *[from_school] Busque otra forma de volver a casa.
 }
alert-not-covered = { $students }: No hay autobús para el viaje previsto: { $planned }. { not-coming-advice } Le avisaremos si viene uno.
alert-cancelled = { $students }: El autobús previsto { $planned } está cancelado. { not-coming-advice }
alert-coming-after-all = { $students }: { $bus } sí viene; el mensaje anterior ya no vale. { alert-when }
alert-at-school = { $students }: { $bus } llegó a la escuela ({ $seen }).
alert-dropped-off = { $students }: { $bus } salió de su parada ({ $seen }).
alert-outage = { $students }: No podemos ver los autobuses{ $known ->
    [yes] {" "}desde { $since }
   *[no] {" "}ahora
 }; no sabemos si el suyo se retrasa. Previsto en su parada: { $planned } (según el horario).
alert-questions = Preguntas: { $phone }.
alert-child-missing = Si su hijo no está con usted, llame al { $phone }.
alert-end-hint = Para no recibir avisos: { -alerts-off }

clock-spoken = { $hour12 }:{ $minute } { $half ->
    [am] de la mañana
   *[pm] de la tarde
 }
window-spoken = entre las { $from } y las { $to }
call-students = Estudiante { $students }
call-greeting = Hola. Esta es la línea de autobuses de { $district }, con noticias de su autobús.
call-keys = Para decirnos que lo oyó, oprima 1. Para oírlo otra vez, oprima 2. Para no recibir más estas llamadas, oprima 9. Para hablar con una persona, oprima 0.
call-heard = Gracias. Adiós.
call-ended = No volveremos a llamarle con estas noticias. Adiós.
call-connecting = Un momento, por favor. Le comunicamos.
call-nobody = Nadie pudo contestar. Llame al { $phone }. Adiós.
call-goodbye = Adiós.
mail-subject = { $about ->
    [late] Su autobús viene con retraso
    [coming] Su autobús viene en camino
    [another-bus] Hoy busque otro autobús
    [not-coming] Su autobús no viene
   *[news] Noticias de su autobús
 }
mail-foot = Recibe este correo porque un estudiante suyo viaja en un autobús de { $district }. Para cambiar lo que recibe, envíe { -alerts } al { $number }. Para no recibir más estos correos: { $link }
mail-end-ask = ¿Quiere dejar de recibir avisos del autobús?
mail-end-yes = No recibir más
mail-ended = Ya no recibirá avisos, salvo emergencias. Para recibirlos otra vez, envíe { -alerts-on }.
