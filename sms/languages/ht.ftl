# Haitian Creole, in the standard spelling (1979), as Boston's schools write it.

## The language itself

accents = fold
# No carrier speaks it yet, so a caller is never read to in it.
voice-language = none
voice-name = none

## Times and numbers

clock = { $hour12 }:{ $minute } { $half ->
    [am] AM
   *[pm] PM
 }
clock-short = { $hour12 }:{ $minute }
window = { $from }-{ $to }
weekday = { $weekday ->
    [mon] lendi
    [tue] madi
    [wed] mèkredi
    [thu] jedi
    [fri] vandredi
    [sat] samdi
   *[sun] dimanch
 }
month = { $month ->
    [1] janvye
    [2] fevriye
    [3] mas
    [4] avril
    [5] me
    [6] jen
    [7] jiyè
    [8] out
    [9] septanm
    [10] oktòb
    [11] novanm
   *[12] desanm
 }
day = { weekday } { $date } { month }
clock-on-day = { $day }, { $clock }

## The bus: how a sentence begins

bus = Bis { $number }
bus-substitute = Bis { $number } (pa { $instead_of })
bus-unknown = Bis la

## Answers

be-ready = { $leg ->
    [to_school] Ou dwe nan arè a anvan { $by }.
   *[from_school] Yon moun dwe nan arè a anvan { $by }.
 }
arriving = { $students }: { $bus } sou wout. L ap rive { $window }. { be-ready } An dirèk { $seen }.
running-late = { $students }: { $bus } gen { $minutes } min reta. L ap rive { $window }. { be-ready } An dirèk { $seen }.
last-seen = { $students }: { $bus }: dènye fwa nou wè l { $seen }. Li ka rive { $window }{ $late ->
    [yes] , { $minutes } min an reta
   *[no] {""}
 }. { be-ready }
at-stop = { $students }: { $bus } nan arè ou a kounye a. An dirèk { $seen }.
not-started = { $students }: { $bus } poko kòmanse wout li. Lè prevwa nan arè ou a: { $planned } (dapre orè a). Ekri ankò toupre lè sa a.
not-started-ready = { $students }: { $bus } poko kòmanse wout li. Lè prevwa nan arè ou a: { $planned } (dapre orè a). { be-ready }
late-start = { $students }: { $bus } poko pati, li gen { $minutes } min reta. Lè prevwa nan arè ou a: { $planned }; l ap rive pita. Ekri ankò nan 5 min.
no-signal = { $students }: { $bus } pa bay siyal depi { $seen }; nou pa konnen kilè l ap rive. Lè prevwa nan arè ou a: { $planned }. Ekri ankò nan 5 min.
off-route = { $students }: { $bus } te soti sou wout li { $seen }; nou pa konnen kilè l ap rive. Lè prevwa nan arè ou a: { $planned }. Ekri ankò nan 5 min.
on-the-way = { $students }: { $bus } sou wout, nou wè l { $seen }. Wout nouvo; nou pa konnen kilè l ap rive. Lè prevwa nan arè ou a: { $planned }. Ekri nan 5 min.
uncovered = { $students }: { $confirmed ->
    [yes] Yo poko jwenn bis pou vwayaj ki prevwa { $planned }
   *[no] Nou poko wè bis pou vwayaj ki prevwa { $planned }
 }. Ekri ankò nan 5 min, oswa rele { $phone }.
cancelled = { $students }: Bis ki te prevwa { $planned } anile. { not-coming-advice } Kesyon: { $phone }.
passed = { $students }: { $bus } te nan arè ou a { $seen }. { $leg ->
    [to_school] Si w rate l
   *[from_school] Si pitit ou pa avèk ou
 }, rele { $phone }.
may-have-passed = { $students }: { $bus } depase arè ou a (nou wè l { $seen }), men nou pa wè l kanpe. { $leg ->
    [to_school] Si w rate l
   *[from_school] Si pitit ou pa avèk ou
 }, rele { $phone }.
finished = { $students }: { $bus } fini vwayaj li { $seen }. { $leg ->
    [to_school] Si w rate l
   *[from_school] Si pitit ou pa avèk ou
 }, rele { $phone }.
feed-outage = { $students }: Nou pa ka wè bis yo kounye a{ $known ->
    [yes] , depi { $since }
   *[no] {""}
 }. Lè prevwa nan arè ou a: { $planned } (dapre orè a). Li ka an reta. Kesyon: { $phone }.
not-riding = { $students }: Pa gen lòt bis ki prevwa jodi a.{ $next ->
    [none] {""}
   *[other] {" "}Pwochen an: { $next }.
 }
more-students = { $count ->
    [one] Pou { $count } lòt elèv, voye nimewo elèv la.
   *[other] Pou { $count } lòt elèv, voye yon nimewo elèv.
 }

## The words that texts teach. The tests hold each to what the grammar understands.

-bus = BIS
-alerts-on = ALÈT WI
-alerts-off = ALÈT NON
-alerts-minutes = ALÈT 15
-alerts = ALÈT
-alerts-late = ALÈT RETA 15
-arrivals-on = ALÈT RIVE WI
-arrivals-off = ALÈT RIVE NON
-alerts-by-call = ALÈT PA APÈL
-alerts-by-text = ALÈT PA TÈKS
-quiet-hours = SILANS 21-6
-quiet-off = SILANS NON
-quiet = SILANS
-students = ELÈV
-status = ESTATI
-languages = LANG
-person = MOUN
-yes = WI
-no = NON

## Everything else that is said

other-languages = English: EN
unlinked = Nou reponn sèlman telefòn ki nan dosye elèv sa a. Pou ajoute pa w la, voye kòd ki nan lèt bis la oswa rele { $phone }. { other-languages }
help = Bis { $district }: voye { -bus } oswa yon nimewo elèv. Genyen tou: { -alerts }, { -quiet }, { -students }, { -status }, { -languages }, { -person }. Tel. { $phone }. STOP: pa voye mesaj ankò.
unknown = Padon, nou pa konprann. Voye 1 pou jwenn bis la, 2 pou pale ak yon moun, 3 pou wè sa ou ka voye. Oswa rele { $phone }. { other-languages }
too-many = Sa fè anpil mesaj nan inèdtan. N ap reponn ankò pita. Pou pale ak yon moun, rele { $phone }.
language-set = N ap ekri ou an kreyòl. Voye { -bus } pou konnen kote bis la ye, oswa voye yon nimewo elèv. { other-languages }
stopped = Bis { $district }: ou p ap resevwa mesaj nan nimewo sa a ankò. Pou jwenn repons ankò, voye START.
started = Bis { $district }: n ap reponn ou ankò. Voye { -bus } pou konnen kote bis la ye, oswa yon nimewo elèv.
trouble = Padon, nou pa ka chèche sa kounye a. Tanpri ekri ankò nan 5 min, oswa rele { $phone }.
voice-please-text = Pou konnen kote bis la ye, tanpri voye mo bis, pa mesaj tèks, bay nimewo sa a. Pou pale ak yon moun, rele { $phone }.

## The letter with a code

letter-title = Kote bis la? Mande pa mesaj tèks.
letter-for = Pou fanmi { $name }
letter-what = Voye yon mesaj bay { $number } nenpòt lè, epi n ap di ou kilè bis la ap rive ak nan ki pwen nou sèten. San aplikasyon, san kont, nan lang ou.
letter-first = Premyèman, voye kòd sa a pa mesaj tèks bay { $number }:
letter-then = Apre sa, voye mo { -bus } chak fwa ou vle konnen kote li ye.
# The locale data has French names.
letter-date = { $date } { month } { $year }
letter-once = Kòd la ajoute yon sèl telefòn epi li mache yon sèl fwa, jiska { $until }.
letter-second = Pou yon lòt telefòn: voye nimewo elèv { $student } nan telefòn sa a. Lè sa a n ap mande premye telefòn nan, epi w ap reponn { -yes }.
letter-private = Tanpri kenbe lèt sa a pou ou: nenpòt moun ki gen kòd la ka mande kote bis elèv sa a ye.
letter-stop = Voye STOP pou ou pa resevwa mesaj ankò. Konpayi telefòn ou ka fè ou peye pri nòmal li.
letter-help = Kesyon, oswa ou pa sèvi ak mesaj tèks? Rele { $phone }.

## Words before an answer

lead-yes = Wi.
lead-no = Non.
lead-not-yet = Poko.
because = { $cause ->
    [traffic] Rezon an: sikilasyon.
    [weather] Rezon an: move tan.
    [breakdown] Rezon an: yon pwoblèm ak bis la.
    [crash] Rezon an: yon aksidan sou wout la.
    [driver] Rezon an: pa t gen chofè lib.
    [road] Rezon an: yon wout fèmen.
    [school] Rezon an: yon reta nan lekòl la.
    [late-start] Li kòmanse wout li an reta.
   *[unknown] Nou poko konnen rezon an.
 }
window-changed = { $window } (anvan: { $was })
planned = { $students }: { $bus } prevwa nan arè ou a { $planned } (dapre orè a). Sa ka chanje: voye { -bus } jou sa a.
none-planned = { $students }: Pa gen bis ki prevwa { $day }.

## Settings of a phone

alerts-on = Anrejistre: n ap di w lè bis la an reta, ak yon fwa anviwon { $minutes } min anvan l rive. Pou chanje sa, voye { -alerts-minutes } oswa { -alerts-off }.
alerts-off = Anrejistre: pa gen alèt, sof pou ijans. Ou ka toujou voye { -bus } pou yon repons. Pou resevwa alèt, voye { -alerts-on }.
alerts-now = { $state ->
    [on] Alèt pa { $channel ->
        [voice] apèl
        [email] imel
       *[text] tèks
     }. Reta: apati { $threshold } min. Anvan l rive: { $before ->
        [yes] { $minutes } min
       *[no] non
     }. Lè l rive: { $arrivals ->
        [yes] wi
       *[no] non
     }. Pou chanje sa: { -alerts-minutes }, { -alerts-late }, { -arrivals-on }, { -alerts-by-call }, { -alerts-off }.
   *[off] Alèt: non, sof pou ijans. Pou resevwa yo, voye { -alerts-on }.
 }
alerts-minutes-range = Nou ka ekri w { $least } jiska { $most } min anvan bis la rive. Voye pa egzanp { -alerts-minutes }.
alerts-late-range = Nou ka di w lè bis la gen { $least } jiska { $most } min reta oswa plis. Voye pa egzanp { -alerts-late }.
alerts-late-set = Anrejistre: n ap di w lè bis la gen { $threshold } min reta oswa plis{ $before ->
    [yes] , ak yon fwa anviwon { $minutes } min anvan l rive
   *[no] , epi anyen anvan l rive
 }. Pou chanje: { -alerts-late }.
arrivals-set = { $arrivals ->
    [yes] Anrejistre: n ap di w lè bis la rive lekòl, ak lè li kite arè ou a apre lekòl. Pou fini sa, voye { -arrivals-off }.
   *[no] Anrejistre: pa gen nouvèl lè bis la rive. Pou resevwa yo, voye { -arrivals-on }.
 }
channel-set = { $channel ->
    [voice] Anrejistre: alèt yo ap vini pa apèl. Pou resevwa tèks ankò, voye { -alerts-by-text }.
    [email] Anrejistre: alèt yo ap vini pa imel. Pou resevwa tèks ankò, voye { -alerts-by-text }.
   *[text] Anrejistre: alèt yo ap vini pa tèks. Pou apèl, voye { -alerts-by-call }.
 }
channel-refused = { $channel ->
    [voice] Nou poko ka rele w nan lang sa a, kidonk alèt yo rete jan yo te ye a.
   *[email] Nou pa gen adrès imel pou telefòn sa a. Bay lekòl la li, oswa rele { $phone }.
 }
quiet-set = Anrejistre: pa gen alèt ant { $from } ak { $to }. Pou retire sa, voye { -quiet-off }.
quiet-off = Anrejistre: pa gen lè silans. Pou mete yo, voye pa egzanp { -quiet-hours }.
quiet-now = { $state ->
    [on] Lè silans: pa gen alèt ant { $from } ak { $to }
   *[off] Pa gen lè silans
 }. Pou chanje sa, voye pa egzanp { -quiet-hours }, oswa { -quiet-off }.
students = Nimewo elèv telefòn sa a: { $students }. Voye youn ladan yo, oswa { -bus } pou yo tout.
own-name = Kreyòl
languages = Pou chanje lang, voye non lang lan: { $languages }

## Joining

linked = Li fèt: telefòn sa a ka mande pou elèv { $students } kounye a. Voye { -bus } pou jwenn bis la. Se pa ou? Rele { $phone }.
code-refused = Kòd sa a pa mache. Verifye chak lèt: yon kòd mache yon fwa, jiska dat ki sou lèt la. Pou yon lòt, rele { $phone }.
consent-question = Yon telefòn ki fini ak { $ending } mande lè bis elèv { $students }. Si ou konnen l epi ou dakò, voye { -yes }. Si se pa sa, voye { -no }.
consent-given = Li fèt: telefòn sa a ka mande pou elèv { $students } kounye a. Si se yon erè, rele { $phone }.
consent-refused = Dakò: telefòn sa a p ap jwenn anyen.
nothing-asked = Pa gen kesyon nou te poze w ki rete ouvè. Voye { -bus } pou jwenn bis la, oswa { -person } pou pale ak yon moun.

## Questions for a person

department = { $department ->
    [transportation] Transpò
    [special_education] Edikasyon Espesyal
    [enrollment] Enskripsyon
    [safety] Sekirite Lekòl
    [complaints] Plent
    [lost_and_found] Objè Pèdi
    [technology] Èd Teknik
   *[other] Biwo a
 }
case-opened = { $department } ap reponn ou. Nimewo ou se { $reference }. Tann repons anvan { $by }. Pou wè kote sa ye, voye { -status }.
case-urgent = Anplwaye yo gen sa kòm ijan, nimewo { $reference }. Tanpri rele tou kounye a: { $phone }. Si gen danje: 911.
case-added = Nou ajoute sa nan kesyon ou { $reference } ({ $department }). Tann repons anvan { $by }.
case-status = { $reference }, { $department }: { $state ->
    [received] resevwa { $since }
    [with_department] yon moun genyen l depi { $since }
    [answered] reponn { $since }
   *[closed] fèmen { $since }
 }.{ $due ->
    [yes] {" "}Tann repons anvan { $by }.
   *[no] {""}
 }
case-unknown = Nou pa jwenn kesyon telefòn sa a ak nimewo sa a. Pou pale ak yon moun, voye { -person }.
case-answer = { $department }, sou { $reference }: { $words }
case-closing = { $department } fèmen kesyon ou { $reference }. Èske sa rezoud? Voye { -yes } oswa { -no }.
case-solved = Mèsi. Kesyon ou { $reference } fèmen.
case-reopened = Nou louvri kesyon ou { $reference } ankò. Tann repons anvan { $by }.

## Where it is not clear what was meant

choice = { $number } { $title }.
choose = Kisa ou vle di? { $choices } Voye nimewo li, oswa voye { -person }.
choose-one = Èske se sa ou vle di: { $title }? Voye { -yes }. Si se pa sa, voye { -person }, oswa ekri l yon lòt jan.
no-words = Nou pa ka li foto ni mesaj vid. Voye { -bus } pou jwenn bis la, oswa ekri sa ou bezwen.
stopped-alerts = Bis { $district }: pa gen alèt ankò nan telefòn sa a. Ou ka voye { -bus } pou yon repons. Pou resevwa alèt ankò, voye START.

announcement = Bis { $district }: { $words }
service-change = Bis { $district }: { $kind ->
    [closed] pa gen bis lekòl { $day }.
    [delay] { $day } chak bis maten ap vini { $minutes } min pi ta pase lè ki te prevwa a.
    [early_release] { $day } chak bis pou lakay ap vini { $minutes } min pi bonè pase lè ki te prevwa a. Fòk gen yon moun nan arè a.
   *[snow] bis yo ka an reta { $day }: wout yo pa bon. Voye { -bus } anvan ou soti.
 } Kesyon: { $phone }.

## Alèt

some-minutes = { $minutes ->
    [one] { $minutes } minit
   *[other] { $minutes } minit
 }
alert-when = { $known ->
    [yes] L ap rive { $window }. { be-ready }
   *[no] Lè prevwa nan arè ou a: { $planned }.
 }
alert-late = { $students }: { $bus } gen anviwon { some-minutes } reta. { alert-when }
alert-later-still = { $students }: { $bus } gen plis reta toujou, anviwon { some-minutes }. { alert-when }
alert-better-again = { $students }: { $bus } ap rive pi bonè pase nou te di, ak { some-minutes } reta. { alert-when }
alert-on-time-again = { $students }: { $bus } pa an reta ankò: reta nou te di w la fini. { alert-when }
alert-approaching = { $students }: { $bus } a anviwon { some-minutes } de arè ou a. { alert-when }
alert-substitute = { $students }: { $bus } ap fè vwayaj ou a jodi a. Chèche nimewo sa a. { alert-when }
not-coming-advice = { $leg ->
    [to_school] Tanpri jwenn yon lòt jan pou ale lekòl.
   *[from_school] Tanpri jwenn yon lòt jan pou tounen lakay.
 }
alert-not-covered = { $students }: Yo pa jwenn bis pou vwayaj ki prevwa { $planned }. { not-coming-advice } N ap di w si youn vini.
alert-cancelled = { $students }: Bis ki te prevwa { $planned } anile. { not-coming-advice }
alert-coming-after-all = { $students }: { $bus } ap vini kanmenm: dènye mesaj nou an pa bon ankò. { alert-when }
alert-at-school = { $students }: { $bus } rive lekòl la { $seen }.
alert-dropped-off = { $students }: { $bus } kite arè ou a { $seen }.
alert-outage = { $students }: Nou pa ka wè bis yo{ $known ->
    [yes] {" "}depi { $since }
   *[no] {" "}kounye a
 }, nou pa konnen si pa w la an reta. Lè prevwa nan arè ou a: { $planned } (dapre orè a).
alert-questions = Kesyon: { $phone }.
alert-child-missing = Si pitit ou pa avèk ou, rele { $phone }.
alert-end-hint = Pou fini alèt yo: { -alerts-off }

clock-spoken = { $hour12 }:{ $minute } { $half ->
    [am] nan maten
   *[pm] nan apremidi
 }
window-spoken = ant { $from } ak { $to }
call-students = Elèv { $students }
call-greeting = Bonjou. Se liy bis { $district }, ak nouvèl sou bis ou a.
call-keys = Pou di nou ou tande l, peze 1. Pou tande l ankò, peze 2. Pou pa resevwa apèl sa yo ankò, peze 9. Pou pale ak yon moun, peze 0.
call-heard = Mèsi. Orevwa.
call-ended = Nou p ap rele w ankò ak nouvèl sa yo. Orevwa.
call-connecting = Yon ti moman, tanpri. N ap konekte w.
call-nobody = Pa gen moun ki ka reponn. Tanpri rele { $phone }. Orevwa.
call-goodbye = Orevwa.
mail-subject = { $about ->
    [late] Bis ou a an reta
    [coming] Bis ou a ap vini
    [another-bus] Chèche yon lòt bis jodi a
    [not-coming] Bis ou a p ap vini
   *[news] Nouvèl sou bis ou a
 }
mail-foot = Ou resevwa imel sa a paske yon elèv ou pran yon bis { $district }. Pou chanje sa ou resevwa, voye { -alerts } bay { $number }. Pou pa resevwa imel sa yo ankò: { $link }
mail-end-ask = Èske ou vle fini ak alèt sou bis la?
mail-end-yes = Fini yo
mail-ended = Ou p ap resevwa alèt ankò, sof pou ijans. Pou resevwa yo ankò, voye { -alerts-on }.
