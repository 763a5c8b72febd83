# Somali, in the Latin spelling. AM and PM stay: "7:05 saac" alone could be heard in the old count from dawn.

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
    [mon] Isniin
    [tue] Talaado
    [wed] Arbaco
    [thu] Khamiis
    [fri] Jimce
    [sat] Sabti
   *[sun] Axad
 }
month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Abr
    [5] May
    [6] Jun
    [7] Lul
    [8] Ogs
    [9] Seb
    [10] Okt
    [11] Nof
   *[12] Dis
 }
day = { weekday } { $date } { month }
clock-on-day = { $day }, { $clock }

## The bus: how a sentence begins

bus = Baska { $number }
bus-substitute = Baska { $number } (ma aha { $instead_of })
bus-unknown = Baska

## Answers

be-ready = { $leg ->
    [to_school] Istaanka joog { $by } ka hor.
   *[from_school] Qof ha joogo istaanka { $by } ka hor.
 }
arriving = { $students }: { $bus } waa soo socdaa. Wuxuu imanayaa { $window }. { be-ready } Toos { $seen }.
running-late = { $students }: { $bus } wuxuu daahay { $minutes } daq. Wuxuu imanayaa { $window }. { be-ready } Toos { $seen }.
last-seen = { $students }: { $bus } ugu dambayn la arkay { $seen }. Wuxuu iman karaa { $window }{ $late ->
    [yes] , daahid { $minutes } daq
   *[no] {""}
 }. { be-ready }
at-stop = { $students }: { $bus } hadda wuxuu joogaa istaankaaga. Toos { $seen }.
not-started = { $students }: { $bus } weli ma bilaabin. Qorshaha istaankaaga: { $planned } (jadwalka). Mar kale soo qor marka waqtigu soo dhowaado.
not-started-ready = { $students }: { $bus } weli ma bilaabin. Qorshaha istaankaaga: { $planned } (jadwalka). { be-ready }
late-start = { $students }: { $bus } weli ma bixin, wuxuuna daahay { $minutes } daq. Qorshaha istaankaaga: { $planned }; wuu ka dambayn doonaa. Soo qor 5 daq. kadib.
no-signal = { $students }: { $bus } signaal ma soo dirin tan iyo { $seen }; ma ogin goorta uu imanayo. Qorshaha istaankaaga: { $planned }. Soo qor 5 daq. kadib.
off-route = { $students }: { $bus } jidkiisa wuu ka baxsanaa { $seen }; ma ogin goorta uu imanayo. Qorshaha istaankaaga: { $planned }. Soo qor 5 daq. kadib.
on-the-way = { $students }: { $bus } waa soo socdaa, la arkay { $seen }. Jid cusub; ma ogin goorta uu imanayo. Qorshaha istaankaaga: { $planned }. Qor 5 daq. kadib.
uncovered = { $students }: { $confirmed ->
    [yes] Weli bas looma helin safarka qorshaysan { $planned }
   *[no] Weli bas kuma aragno safarka qorshaysan { $planned }
 }. Soo qor 5 daq. kadib, ama wac { $phone }.
cancelled = { $students }: Baska qorshaysnaa { $planned } waa la baajiyay. { not-coming-advice } Su'aalo: { $phone }.
passed = { $students }: { $bus } wuxuu joogay istaankaaga { $seen }. { $leg ->
    [to_school] Haddii uu kaa tagay
   *[from_school] Haddii ilmuhu uusan kula joogin
 }, wac { $phone }.
may-have-passed = { $students }: { $bus } wuu dhaafay istaankaaga (la arkay { $seen }), lama arag isagoo istaagay. { $leg ->
    [to_school] Haddii uu kaa tagay
   *[from_school] Haddii ilmuhu uusan kula joogin
 }, wac { $phone }.
finished = { $students }: { $bus } safarkii wuu dhammeeyay { $seen }. { $leg ->
    [to_school] Haddii uu kaa tagay
   *[from_school] Haddii ilmuhu uusan kula joogin
 }, wac { $phone }.
feed-outage = { $students }: Hadda ma arki karno basaska{ $known ->
    [yes] , tan iyo { $since }
   *[no] {""}
 }. Qorshaha istaankaaga: { $planned } (jadwalka). Wuu daahi karaa. Su'aalo: { $phone }.
not-riding = { $students }: Maanta ma jiro safar bas oo kale oo qorshaysan.{ $next ->
    [none] {""}
   *[other] {" "}Kan xiga: { $next }.
 }
more-students = { $count ->
    [one] { $count } arday oo kale: soo dir lambarka ardayga.
   *[other] { $count } arday oo kale: soo dir lambar arday.
 }

## The words that texts teach. The tests hold each to what the grammar understands.

-bus = BAS
-alerts-on = DIGNIIN HAA
-alerts-off = DIGNIIN MAYA
-alerts-minutes = DIGNIIN 15
-alerts = DIGNIIN
-alerts-late = DIGNIIN DAAHIN 15
-arrivals-on = DIGNIIN GAARITAAN HAA
-arrivals-off = DIGNIIN GAARITAAN MAYA
-alerts-by-call = DIGNIIN WICITAAN
-alerts-by-text = DIGNIIN FARIIN
-quiet-hours = AAMUS 21-6
-quiet-off = AAMUS MAYA
-quiet = AAMUS
-students = ARDAY
-status = XAALAD
-languages = LUQAD
-person = QOF
-yes = HAA
-no = MAYA

## Everything else that is said

other-languages = English: EN
unlinked = Waxaan u jawaabnaa oo keliya telefoonnada ardaygaas u diiwaangashan. Si aad kaaga ugu darto, soo dir koodhka warqadda ama wac { $phone }. { other-languages }
help = Basaska { $district }: soo dir { -bus } ama lambar arday; { -alerts }, { -quiet }, { -students }, { -status }, { -languages }, { -person }. Wac { $phone }. STOP: jooji.
unknown = Waan ka xunnahay, ma fahmin. Soo dir 1 baska, 2 qof la hadal, 3 waxa aad soo diri karto. Ama wac { $phone }. { other-languages }
too-many = Fariimo badan ayaa saacad gudaheed yimid. Mar dambe ayaan jawaabi doonaa. Si aad qof ula hadasho, wac { $phone }.
language-set = Waxaan kuugu qori doonaa Soomaali. Soo dir { -bus } si aad baska u hesho, ama lambar arday. { other-languages }
stopped = Basaska { $district }: fariimo dambe kama heli doontid lambarkan. Si aad mar kale jawaab u hesho, soo dir START.
started = Basaska { $district }: mar kale ayaan kuu jawaabi doonaa. Soo dir { -bus } ama lambar arday.
trouble = Waan ka xunnahay, hadda ma eegi karno. Fadlan soo qor 5 daqiiqo kadib, ama wac { $phone }.
voice-please-text = Si aad baska u ogaato, fadlan erayga bas u soo dir fariin qoraal ah lambarkan. Si aad qof ula hadasho, wac { $phone }.

## The letter with a code

letter-title = Xaggee buu joogaa baska? Ku weydii fariin qoraal ah.
letter-for = Ku socota qoyska { $name }
letter-what = Fariin u soo dir { $number } wakhti kasta, waxaan kuu sheegi doonnaa goorta uu baska imanayo iyo sida aan u hubno. App ma leh, akoon ma leh, waana luqaddaada.
letter-first = Marka hore, koodhkan fariin qoraal ah ugu soo dir { $number }:
letter-then = Kadib, soo dir erayga { -bus } mar kasta oo aad rabto inaad ogaato meesha uu joogo.
letter-date = { $written }
letter-once = Koodhku wuxuu ku daraa hal telefoon, mar keliya ayuuna shaqeeyaa, ilaa { $until }.
letter-second = Telefoon kale: ka soo dir lambarka ardayga { $student }. Markaas waxaan weydiin doonnaa telefoonka koowaad, adna waxaad ku jawaabaysaa { -yes }.
letter-private = Fadlan warqaddan ilaasho: qofkii koodhka haysta wuxuu weydiin karaa baska ardaygan.
letter-stop = Soo dir STOP si aanad fariimo dambe u helin. Shirkadda telefoonkaagu waxay qaadaysaa qiimaheedii caadiga ahaa.
letter-help = Su'aalo, mise ma isticmaashid fariimo? Wac { $phone }.

## Words before an answer

lead-yes = Haa.
lead-no = Maya.
lead-not-yet = Weli maya.
because = { $cause ->
    [traffic] Sababta: saxmad.
    [weather] Sababta: cimilada.
    [breakdown] Sababta: cilad baska ah.
    [crash] Sababta: shil jidka ka dhacay.
    [driver] Sababta: darawal ma jirin.
    [road] Sababta: jid xiran.
    [school] Sababta: dib u dhac dugsiga.
    [late-start] Wuxuu bilaabay isagoo daahay.
   *[unknown] Weli ma garanayno sababta.
 }
window-changed = { $window } (hore: { $was })
planned = { $students }: { $bus } wuxuu u qorshaysan yahay istaankaaga { $planned } (jadwalka). Wuu is beddeli karaa: soo dir { -bus } maalintaas.
none-planned = { $students }: Ma jiro safar bas oo qorshaysan { $day }.

## Settings of a phone

alerts-on = Waa la kaydiyay: waan kuu sheegaynaa haddii basku daaho, iyo mar { $minutes } daq. ka hor imaatinka. Beddel: { -alerts-minutes } ama { -alerts-off }.
alerts-off = Waa la kaydiyay: digniin ma jirto, degdeg mooyee. Weli soo dir { -bus } mar kasta. Si aad digniin u hesho, soo dir { -alerts-on }.
alerts-now = { $state ->
    [on] Digniintu waa { $channel ->
        [voice] wicitaan
        [email] iimayl
       *[text] fariin
     }. Daahid: laga bilaabo { $threshold } daq. Ka hor imaatinka: { $before ->
        [yes] { $minutes } daq
       *[no] maya
     }. Gaaritaan: { $arrivals ->
        [yes] haa
       *[no] maya
     }. Beddel: { -alerts-minutes }, { -alerts-late }, { -arrivals-on }, { -alerts-by-call }, { -alerts-off }.
   *[off] Digniino: maya, degdeg mooyee. Si aad u hesho, soo dir { -alerts-on }.
 }
alerts-minutes-range = Waxaan kuu qori karnaa { $least } ilaa { $most } daq. ka hor intuusan basku iman. Tusaale soo dir { -alerts-minutes }.
alerts-late-range = Waxaan kuu sheegi karnaa daahid ah { $least } ilaa { $most } daq. ama ka badan. Tusaale soo dir { -alerts-late }.
alerts-late-set = Waa la kaydiyay: waan kuu sheegaynaa daahid { $threshold } daq. ama ka badan{ $before ->
    [yes] , iyo mar { $minutes } daq. ka hor imaatinka
   *[no] , waxba kama hor imaatinka
 }. Beddel: { -alerts-late }.
arrivals-set = { $arrivals ->
    [yes] Waa la kaydiyay: waan kuu sheegaynaa marka basku gaaro dugsiga, iyo marka uu istaankaaga ka tago galabtii. Jooji: { -arrivals-off }.
   *[no] Waa la kaydiyay: war gaaritaan ma jiro. Si aad u hesho, soo dir { -arrivals-on }.
 }
channel-set = { $channel ->
    [voice] Waa la kaydiyay: digniintu waa wicitaan. Si aad fariimo u hesho, soo dir { -alerts-by-text }.
    [email] Waa la kaydiyay: digniintu waa iimayl. Si aad fariimo u hesho, soo dir { -alerts-by-text }.
   *[text] Waa la kaydiyay: digniintu waa fariin. Wicitaan, soo dir { -alerts-by-call }.
 }
channel-refused = { $channel ->
    [voice] Weli luqaddan kuma soo wici karno, digniintu waa sidii hore.
   *[email] Iimayl telefoonkan ma hayno. Sii dugsiga, ama wac { $phone }.
 }
quiet-set = Waa la kaydiyay: digniin ma jirto inta u dhaxaysa { $from } iyo { $to }. Si aad u joojiso, soo dir { -quiet-off }.
quiet-off = Waa la kaydiyay: saacado aamusnaan ma jiraan. Si aad u dejiso, soo dir tusaale { -quiet-hours }.
quiet-now = { $state ->
    [on] Saacadaha aamusnaanta: digniin ma jirto { $from } ilaa { $to }
   *[off] Saacado aamusnaan ma jiraan
 }. Si aad u beddesho, soo dir tusaale { -quiet-hours }, ama { -quiet-off }.
students = Lambarrada ardayda ee telefoonkan: { $students }. Mid soo dir, ama { -bus } dhammaan.
own-name = Soomaali
languages = Si aad luqadda u beddesho, soo dir magaceeda: { $languages }

## Joining

linked = Waa diyaar: telefoonkan hadda wuu weydiin karaa ardayga { $students }. Soo dir { -bus }. Adiga ma aha? Wac { $phone }.
code-refused = Koodhkaas ma shaqayn. Hubi xaraf kasta: koodhku mar keliya ayuu shaqeeyaa, ilaa taariikhda warqadda. Mid cusub, wac { $phone }.
consent-question = Telefoon ku dhammaada { $ending } ayaa weydiinaya baska ardayga { $students }. Haddii aad taqaan oo ogolaato, soo dir { -yes }. Haddii kale, soo dir { -no }.
consent-given = Waa diyaar: telefoonkaas hadda wuu weydiin karaa ardayga { $students }. Haddii ay qalad tahay, wac { $phone }.
consent-refused = Waa hagaag: telefoonkaas waxba ma helayo.
nothing-asked = Su'aal furan oo aan ku weydiinnay ma jirto. Soo dir { -bus } si aad baska u hesho, ama { -person } si aad qof ula hadasho.

## Questions for a person

department = { $department ->
    [transportation] Gaadiidka
    [special_education] Waxbarashada Gaarka ah
    [enrollment] Diiwaangelinta
    [safety] Badbaadada Dugsiga
    [complaints] Cabashooyinka
    [lost_and_found] Alaabta Luntay
    [technology] Caawimada Farsamada
   *[other] Xafiiska
 }
case-opened = { $department }: waan kuu jawaabi doonaa. Lambarkaagu waa { $reference }. Jawaab sug ilaa { $by }. Si aad ula socoto, soo dir { -status }.
case-urgent = Shaqaaluhu waxay u hayaan degdeg ahaan, lambarka { $reference }. Fadlan hadda wac sidoo kale: { $phone }. Khatar: 911.
case-added = Waxaa lagu daray su'aashaada { $reference } ({ $department }). Jawaab sug ilaa { $by }.
case-status = { $reference }, { $department }: { $state ->
    [received] la helay { $since }
    [with_department] qof baa haya tan iyo { $since }
    [answered] laga jawaabay { $since }
   *[closed] la xiray { $since }
 }.{ $due ->
    [yes] {" "}Jawaab sug ilaa { $by }.
   *[no] {""}
 }
case-unknown = Su'aal telefoonkan oo lambarkaas leh ma helin. Si aad qof ula hadasho, soo dir { -person }.
case-answer = { $department }, ku saabsan { $reference }: { $words }
case-closing = { $department }: su'aashaada { $reference } waa la xiray. Ma xallantay? Soo dir { -yes } ama { -no }.
case-solved = Mahadsanid. Su'aashaada { $reference } waa la xiray.
case-reopened = Mar kale ayaan furnay su'aashaada { $reference }. Jawaab sug ilaa { $by }.

## Where it is not clear what was meant

choice = { $number } { $title }.
choose = Kee baad ka hadlaysaa? { $choices } Soo dir lambarkiisa, ama soo dir { -person }.
choose-one = Ma tan baad ka hadlaysaa: { $title }? Soo dir { -yes }. Haddii kale, soo dir { -person }, ama si kale u qor.
no-words = Ma akhrin karno sawirro ama fariimo madhan. Soo dir { -bus } si aad baska u hesho, ama qor waxaad u baahan tahay.
stopped-alerts = Basaska { $district }: digniin dambe telefoonkan uma iman doonto. Weli soo dir { -bus }. Si aad digniin mar kale u hesho: START.

announcement = Basaska { $district }: { $words }
service-change = Basaska { $district }: { $kind ->
    [closed] ma jiraan basas dugsi { $day }.
    [delay] { $day } bas kasta oo subaxeed wuxuu imanayaa { $minutes } daq ka dib wakhtiga qorshaysan.
    [early_release] { $day } bas kasta oo guriga wuxuu imanayaa { $minutes } daq ka hor wakhtiga qorshaysan. Qof waa inuu joogsiga joogaa.
   *[snow] basasku way daahi karaan { $day }: waddooyinku way xun yihiin. Soo dir { -bus } ka hor intaadan bixin.
 } Su'aalo: { $phone }.

## Digniino

some-minutes = { $minutes ->
    [one] { $minutes } daqiiqo
   *[other] { $minutes } daqiiqo
 }
alert-when = { $known ->
    [yes] Wuxuu imanayaa { $window }. { be-ready }
   *[no] Qorshaha istaankaaga: { $planned }.
 }
alert-late = { $students }: { $bus } wuxuu daahay ilaa { some-minutes }. { alert-when }
alert-later-still = { $students }: { $bus } weli wuu sii daahay, ilaa { some-minutes }. { alert-when }
alert-better-again = { $students }: { $bus } wuu ka soo hor maray, daahid { some-minutes }. { alert-when }
alert-on-time-again = { $students }: { $bus } hadda ma daahsana; daahidkii hore wuu dhammaaday. { alert-when }
alert-approaching = { $students }: { $bus } wuxuu kuu jiraa ilaa { some-minutes }. { alert-when }
alert-substitute = { $students }: { $bus } ayaa maanta safarkaaga wada. Raadi lambarkan. { alert-when }
not-coming-advice = { $leg ->
    [to_school] Fadlan raadi si kale oo dugsiga loo tago.
   *[from_school] Fadlan raadi si kale oo guriga loogu noqdo.
 }
alert-not-covered = { $students }: Bas looma helin safarka qorshaysan { $planned }. { not-coming-advice } Haddii mid yimaado waan sheegi.
alert-cancelled = { $students }: Baska qorshaysnaa { $planned } waa la baajiyay. { not-coming-advice }
alert-coming-after-all = { $students }: { $bus } wuu imanayaa; fariintii hore iska daa. { alert-when }
alert-at-school = { $students }: { $bus } wuxuu dugsiga gaaray { $seen }.
alert-dropped-off = { $students }: { $bus } wuxuu istaankaaga ka tagay { $seen }.
alert-outage = { $students }: Ma arki karno basaska{ $known ->
    [yes] {" "}tan iyo { $since }
   *[no] {" "}hadda
 }, ma ogin in kaagu daahay. Qorshaha istaankaaga: { $planned } (jadwalka).
alert-questions = Su'aalo: { $phone }.
alert-child-missing = Haddii ilmuhu uusan kula joogin, wac { $phone }.
alert-end-hint = Jooji digniinta: { -alerts-off }

clock-spoken = { $hour12 }:{ $minute } { $half ->
    [am] subaxnimo
   *[pm] galabnimo
 }
window-spoken = inta u dhaxaysa { $from } iyo { $to }
call-students = Ardayga { $students }
call-greeting = Salaan. Kani waa khadka basaska ee { $district }, war ku saabsan baskaaga.
call-keys = Si aad noogu sheegto inaad maqashay, riix 1. Si aad mar kale u maqasho, riix 2. Si aad wicitaannadan u joojiso, riix 9. Si aad qof ula hadasho, riix 0.
call-heard = Mahadsanid. Nabad gelyo.
call-ended = Warar noocan ah mar dambe kuuma soo wici doonno. Nabad gelyo.
call-connecting = Fadlan yara sug, waan kugu xiraynaa.
call-nobody = Cidna ma jawaabi karin. Fadlan wac { $phone }. Nabad gelyo.
call-goodbye = Nabad gelyo.
mail-subject = { $about ->
    [late] Baskaagu wuu daahay
    [coming] Baskaagu waa soo socdaa
    [another-bus] Maanta bas kale raadi
    [not-coming] Baskaagu ma imanayo
   *[news] War ku saabsan baskaaga
 }
mail-foot = Waxaad iimaylkan u heshay sababtoo ah arday kaaga ah ayaa raaca bas { $district }. Si aad u beddesho, { -alerts } u soo dir { $number }. Si aad iimaylladan u joojiso: { $link }
mail-end-ask = Ma rabtaa inaad joojiso digniinta baska?
mail-end-yes = Jooji
mail-ended = Digniin dambe ma heli doontid, degdeg mooyee. Si aad mar kale u hesho, soo dir { -alerts-on }.
