# French, readable in Africa, Haiti, Canada and France alike.

## The language itself

accents = fold
voice-language = fr-CA
voice-name = Polly.Gabrielle-Neural

## Times and numbers: 24 hours

clock = { $hour }h{ $minute }
clock-short = { $hour }h{ $minute }
window = { $from }-{ $to }
weekday = { $weekday ->
    [mon] lun
    [tue] mar
    [wed] mer
    [thu] jeu
    [fri] ven
    [sat] sam
   *[sun] dim
 }
month = { $month ->
    [1] janv
    [2] févr
    [3] mars
    [4] avr
    [5] mai
    [6] juin
    [7] juil
    [8] août
    [9] sept
    [10] oct
    [11] nov
   *[12] déc
 }
day = { weekday } { $date } { month }
clock-on-day = { $day }, { $clock }

## The bus: how a sentence begins

bus = Le bus { $number }
bus-substitute = Le bus { $number } (pas { $instead_of })
bus-unknown = Le bus

## Answers

be-ready = { $leg ->
    [to_school] Soyez à l'arrêt avant { $by }.
   *[from_school] Quelqu'un doit être à l'arrêt avant { $by }.
 }
arriving = { $students }: { $bus } est en route. Arrivée { $window }. { be-ready } En direct { $seen }.
running-late = { $students }: { $bus } a { $minutes } min de retard. Arrivée { $window }. { be-ready } En direct { $seen }.
last-seen = { $students }: { $bus } a été vu la dernière fois: { $seen }. Arrivée possible { $window }{ $late ->
    [yes] , { $minutes } min de retard
   *[no] {""}
 }. { be-ready }
at-stop = { $students }: { $bus } est à votre arrêt maintenant. En direct { $seen }.
not-started = { $students }: { $bus } n'est pas encore parti. Prévu à votre arrêt: { $planned } (selon l'horaire). Réécrivez plus près de cette heure.
not-started-ready = { $students }: { $bus } n'est pas encore parti. Prévu à votre arrêt: { $planned } (selon l'horaire). { be-ready }
late-start = { $students }: { $bus } n'est pas parti et a { $minutes } min de retard. Prévu à votre arrêt: { $planned }; il viendra plus tard. Réécrivez dans 5 min.
no-signal = { $students }: { $bus } n'émet plus depuis { $seen }; nous ne savons pas quand il arrivera. Prévu à votre arrêt: { $planned }. Réécrivez dans 5 min.
off-route = { $students }: { $bus } est sorti de son trajet ({ $seen }); nous ne savons pas quand il arrivera. Prévu à votre arrêt: { $planned }. Réécrivez dans 5 min.
on-the-way = { $students }: { $bus } est en route, vu { $seen }. Trajet nouveau, heure d'arrivée inconnue. Prévu à votre arrêt: { $planned }. Réécrivez dans 5 min.
uncovered = { $students }: { $confirmed ->
    [yes] Pas encore de bus trouvé pour le trajet prévu: { $planned }
   *[no] Nous ne voyons pas de bus pour le trajet prévu: { $planned }
 }. Réécrivez dans 5 min, ou appelez le { $phone }.
cancelled = { $students }: Le bus prévu { $planned } est annulé. { not-coming-advice } Questions: { $phone }.
passed = { $students }: { $bus } était à votre arrêt ({ $seen }). { $leg ->
    [to_school] Si vous l'avez manqué
   *[from_school] Si votre enfant n'est pas avec vous
 }, appelez le { $phone }.
may-have-passed = { $students }: { $bus } a dépassé votre arrêt (vu { $seen }); nous ne l'avons pas vu s'arrêter. { $leg ->
    [to_school] Si vous l'avez manqué
   *[from_school] Si votre enfant n'est pas là
 }, appelez le { $phone }.
finished = { $students }: { $bus } a fini son trajet ({ $seen }). { $leg ->
    [to_school] Si vous l'avez manqué
   *[from_school] Si votre enfant n'est pas avec vous
 }, appelez le { $phone }.
feed-outage = { $students }: Nous ne voyons pas les bus{ $known ->
    [yes] {" "}depuis { $since }
   *[no] {" "}en ce moment
 }. Prévu à votre arrêt: { $planned } (selon l'horaire). Un retard est possible. Questions: { $phone }.
not-riding = { $students }: Plus aucun trajet en bus n'est prévu aujourd'hui.{ $next ->
    [none] {""}
   *[other] {" "}Prochain: { $next }.
 }
more-students = { $count ->
    [one] Pour { $count } autre élève, envoyez son numéro d'élève.
   *[other] Pour { $count } autres élèves, envoyez un numéro d'élève.
 }

## The words that texts teach. The tests hold each to what the grammar understands.

-bus = BUS
-alerts-on = ALERTES OUI
-alerts-off = ALERTES NON
-alerts-minutes = ALERTES 15
-alerts = ALERTES
-alerts-late = ALERTES RETARD 15
-arrivals-on = ALERTES ARRIVÉES OUI
-arrivals-off = ALERTES ARRIVÉES NON
-alerts-by-call = ALERTES PAR APPEL
-alerts-by-text = ALERTES PAR TEXTO
-quiet-hours = CALME 21-6
-quiet-off = CALME NON
-quiet = CALME
-students = ELEVES
-status = STATUT
-languages = LANGUE
-person = PERSONNE
-yes = OUI
-no = NON

## Everything else that is said

other-languages = English: EN
unlinked = Nous ne répondons qu'aux téléphones inscrits pour cet élève. Pour ajouter le vôtre, envoyez le code de la lettre ou appelez le { $phone }. { other-languages }
help = Bus de { $district }: envoyez { -bus } ou un numéro d'élève; { -alerts }, { -quiet }, { -students }, { -status }, { -languages }, { -person }. Tél. { $phone }. STOP: arrêter.
unknown = Désolés, nous n'avons pas compris. Envoyez 1 pour votre bus, 2 pour parler à quelqu'un, 3 pour l'aide. Ou appelez le { $phone }. { other-languages }
too-many = Cela fait beaucoup de messages en une heure. Nous répondrons de nouveau plus tard. Pour parler à quelqu'un, appelez le { $phone }.
language-set = Nous vous écrirons en français. Envoyez { -bus } pour votre bus, ou un numéro d'élève. { other-languages }
stopped = Bus de { $district }: vous ne recevrez plus de messages de ce numéro. Pour recevoir de nouveau des réponses, envoyez START.
started = Bus de { $district }: nous vous répondrons de nouveau. Envoyez { -bus } pour votre bus, ou un numéro d'élève.
trouble = Désolés, nous ne pouvons pas vérifier cela maintenant. Réécrivez dans 5 min, ou appelez le { $phone }.
voice-please-text = Pour savoir où est votre bus, envoyez le mot bus, par message texte, à ce numéro. Pour parler à quelqu'un, appelez le { $phone }.

## The letter with a code

letter-title = Où est le bus ? Demandez-le par message texte.
letter-for = À la famille de { $name }
letter-what = Écrivez au { $number } à tout moment : nous vous disons quand le bus arrive et à quel point nous en sommes sûrs. Sans application, sans compte, dans votre langue.
letter-first = D'abord, envoyez-nous ce code par message texte au { $number } :
letter-then = Ensuite, envoyez le mot { -bus } chaque fois que vous voulez savoir où il est.
letter-date = { $written }
letter-once = Le code ajoute un seul téléphone et sert une seule fois, jusqu'au { $until }.
letter-second = Pour un autre téléphone : envoyez depuis celui-ci le numéro d'élève { $student }. Nous demandons alors au premier téléphone, et vous répondez { -yes }.
letter-private = Gardez cette lettre pour vous : toute personne qui a le code peut demander où est le bus de cet élève.
letter-stop = Envoyez STOP pour ne plus recevoir de messages. Les tarifs habituels de votre opérateur s'appliquent.
letter-help = Des questions, ou pas de messages texte ? Appelez le { $phone }.

## Words before an answer

lead-yes = Oui.
lead-no = Non.
lead-not-yet = Pas encore.
because = { $cause ->
    [traffic] La raison: la circulation.
    [weather] La raison: la météo.
    [breakdown] La raison: une panne du bus.
    [crash] La raison: un accident sur la route.
    [driver] La raison: aucun chauffeur libre.
    [road] La raison: une rue fermée.
    [school] La raison: un retard à l'école.
    [late-start] Il a commencé son trajet en retard.
   *[unknown] Nous ne savons pas encore pourquoi.
 }
window-changed = { $window } (avant: { $was })
planned = { $students }: { $bus } est prévu à votre arrêt { $planned } (selon l'horaire). Cela peut changer: envoyez { -bus } ce jour-là.
none-planned = { $students }: Aucun trajet en bus n'est prévu { $day }.

## Settings of a phone

alerts-on = Enregistré: nous vous disons si le bus est en retard, et une fois environ { $minutes } min avant le bus. Pour changer: { -alerts-minutes } ou { -alerts-off }.
alerts-off = Enregistré: pas d'alertes, sauf urgence. Vous pouvez toujours envoyer { -bus }. Pour recevoir des alertes, envoyez { -alerts-on }.
alerts-now = { $state ->
    [on] Alertes par { $channel ->
        [voice] appel
        [email] e-mail
       *[text] texto
     }. Retard: dès { $threshold } min. Avant le bus: { $before ->
        [yes] { $minutes } min
       *[no] non
     }. Arrivées: { $arrivals ->
        [yes] oui
       *[no] non
     }. Pour changer: { -alerts-minutes }, { -alerts-late }, { -arrivals-on }, { -alerts-by-call }, { -alerts-off }.
   *[off] Alertes: non, sauf urgence. Pour en recevoir, envoyez { -alerts-on }.
 }
alerts-minutes-range = Nous pouvons vous écrire de { $least } à { $most } min avant le bus. Envoyez par exemple { -alerts-minutes }.
alerts-late-range = Nous pouvons vous dire un retard de { $least } à { $most } min ou plus. Envoyez par exemple { -alerts-late }.
alerts-late-set = Enregistré: nous vous disons si le bus a { $threshold } min de retard ou plus{ $before ->
    [yes] , et une fois environ { $minutes } min avant le bus
   *[no] , et rien avant le bus
 }. Pour changer: { -alerts-late }.
arrivals-set = { $arrivals ->
    [yes] Enregistré: nous vous disons quand le bus est à l'école, et quand il a quitté votre arrêt le soir. Pour arrêter: { -arrivals-off }.
   *[no] Enregistré: pas d'alertes d'arrivée. Pour en recevoir, envoyez { -arrivals-on }.
 }
channel-set = { $channel ->
    [voice] Enregistré: les alertes viennent par appel. Pour ravoir les messages, envoyez { -alerts-by-text }.
    [email] Enregistré: les alertes viennent par e-mail. Pour ravoir les messages, envoyez { -alerts-by-text }.
   *[text] Enregistré: les alertes viennent par message. Pour des appels, envoyez { -alerts-by-call }.
 }
channel-refused = { $channel ->
    [voice] Nous ne pouvons pas encore appeler dans cette langue; les alertes restent comme avant.
   *[email] Nous n'avons pas d'e-mail pour ce téléphone. Donnez-le à l'école, ou appelez le { $phone }.
 }
quiet-set = Enregistré: pas d'alertes entre { $from } et { $to }. Pour annuler, envoyez { -quiet-off }.
quiet-off = Enregistré: pas d'heures calmes. Pour en fixer, envoyez par exemple { -quiet-hours }.
quiet-now = { $state ->
    [on] Heures calmes: pas d'alertes entre { $from } et { $to }
   *[off] Pas d'heures calmes
 }. Pour changer, envoyez par exemple { -quiet-hours }, ou { -quiet-off }.
students = Numéros d'élève de ce téléphone: { $students }. Envoyez-en un, ou { -bus } pour tous.
own-name = Français
languages = Pour changer de langue, envoyez son nom: { $languages }

## Joining

linked = C'est fait: ce téléphone peut demander pour l'élève { $students }. Envoyez { -bus } pour le bus. Pas vous? Appelez le { $phone }.
code-refused = Ce code n'a pas marché. Vérifiez chaque lettre: un code sert une fois, jusqu'à la date de la lettre. Pour un autre, appelez le { $phone }.
consent-question = Un téléphone finissant par { $ending } demande les heures du bus de l'élève { $students }. Si vous êtes d'accord, envoyez { -yes }. Sinon, envoyez { -no }.
consent-given = C'est fait: ce téléphone peut demander pour l'élève { $students }. Si c'est une erreur, appelez le { $phone }.
consent-refused = Bien: ce téléphone ne reçoit rien.
nothing-asked = Aucune de nos questions n'attend de réponse. Envoyez { -bus } pour votre bus, ou { -person } pour parler à quelqu'un.

## Questions for a person

department = { $department ->
    [transportation] Le Transport
    [special_education] L'Éducation spécialisée
    [enrollment] Les Inscriptions
    [safety] La Sécurité scolaire
    [complaints] Les Réclamations
    [lost_and_found] Les Objets trouvés
    [technology] L'Aide technique
   *[other] Le bureau
 }
case-opened = { $department }: nous vous répondrons. Votre numéro est { $reference }. Réponse attendue avant: { $by }. Pour le suivi, envoyez { -status }.
case-urgent = Le personnel traite cela en urgence, numéro { $reference }. Appelez aussi maintenant: { $phone }. En cas de danger: 911.
case-added = Ajouté à votre question { $reference } ({ $department }). Réponse attendue avant: { $by }.
case-status = { $reference }, { $department }: { $state ->
    [received] reçue { $since }
    [with_department] chez une personne depuis { $since }
    [answered] répondue { $since }
   *[closed] close { $since }
 }.{ $due ->
    [yes] {" "}Réponse attendue avant: { $by }.
   *[no] {""}
 }
case-unknown = Nous ne trouvons pas de question de ce téléphone avec ce numéro. Pour parler à quelqu'un, envoyez { -person }.
case-answer = { $department }, au sujet de { $reference }: { $words }
case-closing = { $department }: votre question { $reference } est close. Est-ce réglé? Envoyez { -yes } ou { -no }.
case-solved = Merci. Votre question { $reference } est close.
case-reopened = Nous avons rouvert votre question { $reference }. Réponse attendue avant: { $by }.

## Where it is not clear what was meant

choice = { $number } { $title }.
choose = Que voulez-vous dire? { $choices } Envoyez le numéro, ou envoyez { -person }.
choose-one = Voulez-vous dire ceci : { $title }? Envoyez { -yes }. Sinon, envoyez { -person }, ou dites-le autrement.
no-words = Nous ne pouvons lire ni les photos ni les messages vides. Envoyez { -bus } pour votre bus, ou écrivez ce qu'il vous faut.
stopped-alerts = Bus de { $district }: plus d'alertes sur ce téléphone. Vous pouvez toujours envoyer { -bus }. Pour ravoir les alertes, envoyez START.

announcement = Bus de { $district }: { $words }
service-change = Bus de { $district }: { $kind ->
    [closed] pas de bus scolaire le { $day }.
    [delay] le { $day }, chaque bus du matin passe { $minutes } min plus tard que prévu.
    [early_release] le { $day }, chaque bus du retour passe { $minutes } min plus tôt que prévu. Quelqu'un doit être à l'arrêt.
   *[snow] retards possibles le { $day }: routes difficiles. Envoyez { -bus } avant de partir.
 } Questions: { $phone }.

## Alertes

some-minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
 }
alert-when = { $known ->
    [yes] Arrivée { $window }. { be-ready }
   *[no] Prévu à votre arrêt: { $planned }.
 }
alert-late = { $students }: { $bus } a environ { some-minutes } de retard. { alert-when }
alert-later-still = { $students }: { $bus } aura encore plus de retard, environ { some-minutes }. { alert-when }
alert-better-again = { $students }: { $bus } viendra plus tôt qu'annoncé, avec { some-minutes } de retard. { alert-when }
alert-on-time-again = { $students }: { $bus } n'est plus en retard: notre alerte n'est plus valable. { alert-when }
alert-approaching = { $students }: { $bus } est à environ { some-minutes }. { alert-when }
alert-substitute = { $students }: { $bus } fait votre trajet aujourd'hui. Cherchez ce numéro. { alert-when }
not-coming-advice = { $leg ->
    [to_school] Trouvez un autre moyen d'aller à l'école.
   *[from_school] Trouvez un autre moyen de rentrer.
 }
alert-not-covered = { $students }: Aucun bus trouvé pour le trajet prévu: { $planned }. { not-coming-advice } Nous vous dirons si un bus vient.
alert-cancelled = { $students }: Le bus prévu { $planned } est annulé. { not-coming-advice }
alert-coming-after-all = { $students }: { $bus } vient finalement: notre dernier message ne vaut plus. { alert-when }
alert-at-school = { $students }: { $bus } est arrivé à l'école ({ $seen }).
alert-dropped-off = { $students }: { $bus } a quitté votre arrêt ({ $seen }).
alert-outage = { $students }: Nous ne voyons pas les bus{ $known ->
    [yes] {" "}depuis { $since }
   *[no] {" "}en ce moment
 }, ni si le vôtre est en retard. Prévu à votre arrêt: { $planned } (selon l'horaire).
alert-questions = Questions: { $phone }.
alert-child-missing = Si votre enfant n'est pas avec vous, appelez le { $phone }.
alert-end-hint = Pour arrêter: { -alerts-off }

clock-spoken = { $hour }h{ $minute }
window-spoken = entre { $from } et { $to }
call-students = Élève { $students }
call-greeting = Bonjour. Ici la ligne des bus de { $district }, avec des nouvelles de votre bus.
call-keys = Pour nous dire que vous avez entendu, appuyez sur 1. Pour réécouter, appuyez sur 2. Pour ne plus recevoir ces appels, appuyez sur 9. Pour parler à quelqu'un, appuyez sur 0.
call-heard = Merci. Au revoir.
call-ended = Nous ne vous appellerons plus pour ces nouvelles. Au revoir.
call-connecting = Un instant, s'il vous plaît. Nous vous mettons en relation.
call-nobody = Personne n'a pu répondre. Appelez le { $phone }. Au revoir.
call-goodbye = Au revoir.
mail-subject = { $about ->
    [late] Votre bus est en retard
    [coming] Votre bus arrive
    [another-bus] Cherchez un autre bus aujourd'hui
    [not-coming] Votre bus ne vient pas
   *[news] Des nouvelles de votre bus
 }
mail-foot = Vous recevez ce message parce qu'un de vos élèves prend un bus de { $district }. Pour changer ce que vous recevez, envoyez { -alerts } au { $number }. Pour ne plus recevoir ces e-mails : { $link }
mail-end-ask = Voulez-vous ne plus recevoir d'alertes sur le bus ?
mail-end-yes = Ne plus recevoir
mail-ended = Vous ne recevrez plus d'alertes, sauf urgence. Pour en recevoir de nouveau, envoyez { -alerts-on }.
