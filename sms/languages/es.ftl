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
cancelled = { $students }: El autobús previsto { $planned } está cancelado. { $leg ->
    [to_school] Busque otra forma de ir a la escuela.
   *[from_school] Busque otra forma de volver a casa.
 } Preguntas: { $phone }.
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

alerts-on = Guardado: quiere avisos, y un mensaje unos { $minutes } min antes de que llegue el autobús. Para cambiarlo, envíe { -alerts-minutes } o { -alerts-off }.
alerts-off = Guardado: sin avisos. Puede enviar { -bus } en cualquier momento. Para recibir avisos, envíe { -alerts-on }.
alerts-now = { $state ->
    [on] Avisos: sí, y un mensaje unos { $minutes } min antes de que llegue el autobús
   *[off] Avisos: no
 }. Para cambiarlo, envíe { -alerts-on }, { -alerts-off } o { -alerts-minutes }.
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
no-words = No podemos leer fotos ni mensajes vacíos. Envíe { -bus } para saber de su autobús, o escriba lo que necesita.
stopped-alerts = Autobuses de { $district }: no más avisos a este teléfono. Puede enviar { -bus } para saber de su autobús. Para recibir avisos otra vez, envíe START.

## What people type

words-bus = bus, buses, autobus, autobuses, autobuz, autovus, camion, camiones, camioncito, camioneta, guagua, guaguas, micro, colectivo, buseta, transporte, transporte escolar
words-where = va a llegar, va a pasar, va a venir, perdimos el camion, perdimos la guagua, se perdio el bus, se perdio el autobus, donde, dnd, adonde, cuando, a que hora, que hora, q hora, aq hora, cuanto falta, cuanto le falta, cuanto tarda, cuanto se tarda, perdimos el bus, perdimos el autobus, perdi el bus, perdi el autobus, cuanto demora, cuanto tiempo, ya viene, ya llego, ya llega, ya paso, ya mero, tarde, tardara, demorado, retraso, retrasado, atrasado, atraso, ubicacion, a tiempo
words-travel = llega, llego, llegar, llegara, llegando, llegado, viene, vino, venir, vendra, viniendo, tarda, tardando, demora, demorando, pasa, pasara, paso, pasado, pasar, hoy, estado, camino, en camino, falta, aun, todavia, cual, aparece, aparecio, aparecido, pronto, informar, pasando, vienen, llegan, pasan, llegaron, pasaron, salir, saliendo, cerca, lejos, deja, dejan, regresa, regreso, esperar, esperarlo, recoge, recoger, salio, sale
words-filler = el, la, los, las, un, una, es, esta, estan, estara, ya, mi, mis, su, sus, nuestro, de, del, en, a, al, para, por, por que, porque, que, q, y, o, con, se, me, le, lo, no, muy, mucho, puede, puedo, podria, pueden, decir, decirme, dice, saber, quiero, quisiera, necesito saber, diga, digame, favor, porfa, porfavor, gracias, hola, disculpe, buenos, buenas, dias, tardes, noches, manana, hora, ahora, ha, he, va, ir, hijo, hijos, hija, hijas, nino, nina, ninos, ninas, estudiante, estudiantes, alumno, alumna, escuela, colegio, id, numero, num, parada, ruta, minutos, estoy, estamos, esperando, espero, llevo, llevamos, sigo, seguimos, sigue, sin, hay, como, cuanto, tiempo, tan, escolar, usted, oiga, oigan, oye, veo, creo, cada, afuera, frio, lluvia, nieve, trafico, otra vez, otra, vez, buscando, busco, hablo, perdon, perdone, senor, senora, nosotros, ella, ellos, ese, este, esa, eso, tanto, casi, apenas, solo, nada, tengo, tenemos, minuto, horas, rato, habla, hablan, escriba
words-help = no entiendo, no comprendo, con quien hablo, con quien puedo hablar, hay alguien, hay alguien ahi, servicio al cliente, servicio, soporte, como uso, como uso esto, como se usa esto, ayudenme, ayuda, ayudame, ayudeme, como funciona, como se usa, que puedo escribir, opciones, instrucciones, comandos, menu, persona, agente, operador, operadora, humano, representante, llamenme, llameme, hablar con alguien, hablar con una persona, quiero hablar con alguien, quiero hablar con una persona, necesito ayuda, una persona
words-language = espanol, spanish, castellano, espanyol
words-code = es, esp
words-not-location = numero equivocado, equivocado, equivocada, otra parada, en el autobus, en el bus, en el camion, subio, se subio, bajo, se bajo, enfermo, enferma, ausente, falto, faltara, perdio, perdimos, perdi, dejo, olvido, olvidado, mochila, lonchera, queja, quejarme, grosero, grosera, chofer, conductor, conductora, cambiar, cambio, direccion, mudamos, mudanza, mudo, nuevo, nueva, inscribir, registrar, elegible, pelea, molestan, acoso, pegaron, accidente, choque, emergencia, policia, no necesita, no necesito, no va a ir, no ira, no usara, no viajara, cancelar, reembolso, pagar, trabajo, empleo, no ha llegado a casa, no llego a casa, no esta en casa, desaparecio
words-start = empezar, iniciar, comenzar, reanudar, activar, reactivar, suscribir, suscribirme, empezar otra vez, quiero recibir mensajes
words-yes = si, claro
words-stop = alto, pare, paren, parar, para los mensajes, detener, detengan, detenganse, cancelar, cancelar mensajes, cancelar suscripcion, cancelar mi suscripcion, anular, anular suscripcion, terminar, fin, basta, basta ya, baja, darme de baja, dar de baja, deme de baja, quiero darme de baja, no mas, no mas mensajes, no mas textos, no mas textos por favor, no quiero mas mensajes, no quiero mas textos, no quiero recibir mas mensajes, no quiero recibir mensajes, no quiero mensajes, no me envien mas mensajes, no me envie mas mensajes, no me envien mensajes, no me manden mas mensajes, no me mande mas mensajes, no me manden mensajes, no me escriban, no me escriban mas, no me escriba mas, no me textee mas, no me contacten, dejen de escribirme, deje de escribirme, dejen de mandarme mensajes, deje de mandarme mensajes, dejen de enviarme mensajes, deje de enviarme mensajes, dejen de molestar, parar mensajes, paren los mensajes, quitenme de la lista, quiteme de la lista, borrenme, borreme, borre mi numero, borren mi numero, eliminar mi numero, eliminenme, desuscribir, desuscribirme, desinscribir, renunciar, retirenme
words-polite = por favor, porfavor, porfa, ya, gracias, ahora, ahora mismo, hola
