# English.
#
# Every language has one file with these same messages and placeholders; the tests compare them. Write for a tired
# parent at a cold stop. Keep the promise of each sentence: the word "live" stands only where the bus was seen in the
# last 90 seconds, and a planned time is called planned. An answer must fit one SMS (160 characters) at its longest; the tests measure that too.

## The language itself

# "fold" if texts stay readable without the accents that SMS cannot carry cheaply, "keep" if they must not lose any.
accents = fold
# What Twilio calls this language when it speaks it, and the voice.
voice-language = en-US
voice-name = Polly.Joanna-Neural

## Times and numbers

# $hour is 0-23, $hour24 is 00-23, $hour12 is 1-12, $minute is 00-59, $half is am or pm.
clock = { $hour12 }:{ $minute } { $half ->
    [am] AM
   *[pm] PM
 }
# The first time of a window within one half of the day.
clock-short = { $hour12 }:{ $minute }
window = { $from }-{ $to }
# $weekday is mon to sun, $month is 1 to 12, $date is the day of the month.
weekday = { $weekday ->
    [mon] Mon
    [tue] Tue
    [wed] Wed
    [thu] Thu
    [fri] Fri
    [sat] Sat
   *[sun] Sun
 }
month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
 }
day = { weekday } { month } { $date }
# A time on another day than today.
clock-on-day = { $day }, { $clock }

## The bus: how a sentence begins

bus = Bus { $number }
bus-substitute = Bus { $number } (not { $instead_of })
bus-unknown = The bus

## Answers. $students is one or more student numbers; $bus one of the three above; $leg is to_school or from_school.

be-ready = { $leg ->
    [to_school] Be at the stop by { $by }.
   *[from_school] Someone must be at the stop by { $by }.
 }
arriving = { $students }: { $bus } is on its way. It comes { $window }. { be-ready } Live at { $seen }.
running-late = { $students }: { $bus } is { $minutes } min late. It comes { $window }. { be-ready } Live at { $seen }.
last-seen = { $students }: { $bus } was last seen at { $seen }. It may come { $window }{ $late ->
    [yes] , { $minutes } min late
   *[no] {""}
 }. { be-ready }
at-stop = { $students }: { $bus } is at your stop now. Live at { $seen }.
not-started = { $students }: { $bus } has not started yet. Planned at your stop: { $planned } (from the schedule). Text again closer to that time.
not-started-ready = { $students }: { $bus } has not started yet. Planned at your stop: { $planned } (from the schedule). { be-ready }
late-start = { $students }: { $bus } has not left yet and is { $minutes } min late to start. Planned at your stop: { $planned }; expect it later. Text again in 5 min.
no-signal = { $students }: { $bus } has sent no signal since { $seen }, so we cannot say when it comes. Planned at your stop: { $planned }. Text again in 5 min.
off-route = { $students }: { $bus } was off its route at { $seen }, so we cannot say when it comes. Planned at your stop: { $planned }. Text again in 5 min.
on-the-way = { $students }: { $bus } is on its way, seen { $seen }. Its route is new; we cannot say when it comes. Planned at your stop: { $planned }. Text again in 5 min.
uncovered = { $students }: { $confirmed ->
    [yes] No bus has been found yet for the ride planned at { $planned }
   *[no] We see no bus yet on the ride planned at { $planned }
 }. Text again in 5 min, or call { $phone }.
cancelled = { $students }: The bus planned at { $planned } is cancelled. { not-coming-advice } Questions: { $phone }.
passed = { $students }: { $bus } was at your stop at { $seen }. { $leg ->
    [to_school] If you missed it
   *[from_school] If your child is not with you
 }, call { $phone }.
may-have-passed = { $students }: { $bus } is past your stop (seen { $seen }), but we did not see it stop. { $leg ->
    [to_school] If you missed it
   *[from_school] If your child is not with you
 }, call { $phone }.
finished = { $students }: { $bus } finished its ride at { $seen }. { $leg ->
    [to_school] If you missed it
   *[from_school] If your child is not with you
 }, call { $phone }.
feed-outage = { $students }: We cannot see the buses now{ $known ->
    [yes] , since { $since }
   *[no] {""}
 }. Planned at your stop: { $planned } (from the schedule). It may be late. Questions: { $phone }.
not-riding = { $students }: No more bus rides are planned today.{ $next ->
    [none] {""}
   *[other] {" "}Next one: { $next }.
 }
# After the sixth line of a large family.
more-students = { $count ->
    [one] For { $count } more student, text the student number.
   *[other] For { $count } more students, text a student number.
 }

## The words that texts teach. The tests hold each to what the grammar understands. STOP and START stay as they are:
## carriers act on them.

-bus = BUS
-alerts-on = ALERTS ON
-alerts-off = ALERTS OFF
-alerts-minutes = ALERTS 15
-alerts = ALERTS
-alerts-late = ALERTS LATE 15
-arrivals-on = ALERTS ARRIVALS ON
-arrivals-off = ALERTS ARRIVALS OFF
-alerts-by-call = ALERTS BY CALL
-alerts-by-text = ALERTS BY TEXT
-quiet-hours = QUIET 21-6
-quiet-off = QUIET OFF
-quiet = QUIET
-students = STUDENTS
-status = STATUS
-languages = LANGUAGE
-person = PERSON
-yes = YES
-no = NO

## Everything else that is said

# How speakers of other languages ask for theirs; it ends the texts that a stranger or a new phone gets.
other-languages = Español: envíe ES
unlinked = We can only answer phones that are on file for that student. To add yours, text the code from the bus letter, or call { $phone }. { other-languages }
help = { $district } buses: text { -bus } or a student number. Also: { -alerts }, { -quiet }, { -students }, { -status }, { -languages }, { -person }. Call { $phone }. STOP: no more texts.
# Offers three things by number: the bus, a person, and what can be texted.
unknown = Sorry, we did not understand. Text 1 to find your bus, 2 to ask a person, 3 to see what you can text. Or call { $phone }. { other-languages }
too-many = That is a lot of texts in one hour. We will answer again later. To talk to a person, call { $phone }.
language-set = We will write in English. Text { -bus } to find your bus, or text a student number. { other-languages }
stopped = { $district } buses: you will get no more texts from this number. To get answers again, text START.
started = { $district } buses: we will answer you again. Text { -bus } to find your bus, or text a student number.
trouble = Sorry, we cannot look that up right now. Please text again in 5 min, or call { $phone }.
voice-please-text = To hear about your bus, please send the word bus, as a text message, to this number. To talk to a person, call { $phone }.

## The letter with a code, one page for one student. Printed, so accents and length are free. $number is where to text.

letter-title = Where is the bus? Ask by text message.
letter-for = For the family of { $name }
letter-what = Text { $number } at any time, and we tell you when the bus comes and how sure we are. No app, no account, in your language.
letter-first = First, send us this code by text message to { $number }:
letter-then = After that, text the word { -bus } whenever you wonder where it is.
# A date in full. $written is as the locale data has it; $date, $month and $year are there for a language that knows better.
letter-date = { $written }
letter-once = The code adds one phone and works once, until { $until }.
letter-second = For another phone: text the student number { $student } from it. We then ask the first phone, and you answer { -yes }.
letter-private = Please keep this letter to yourself: whoever has the code can ask about this student's bus.
letter-stop = Text STOP for no more messages. Your phone company's usual rates apply.
letter-help = Questions, or no text messages? Call { $phone }.

## Words before an answer. Only where they help: "is it late?", "did it come?", "why?"

lead-yes = Yes.
lead-no = No.
lead-not-yet = Not yet.
# After an answer to "why?". $cause is the one that is known, or unknown.
because = { $cause ->
    [traffic] The reason: traffic.
    [weather] The reason: the weather.
    [breakdown] The reason: a problem with the bus.
    [crash] The reason: an accident on the road.
    [driver] The reason: no driver was free.
    [road] The reason: a closed road.
    [school] The reason: a delay at school.
    [late-start] It started its route late.
   *[unknown] We do not know the reason yet.
 }
# Where a window was told before and is no longer true. $window and $was are both windows: 7:20-7:28 AM (before: 7:10-7:18 AM).
window-changed = { $window } (before: { $was })
# A ride of another day than today. $planned holds the day and the time.
planned = { $students }: { $bus } is planned at your stop { $planned } (from the schedule). It can change: text { -bus } again that day.
# $day is a day: Tue Sep 9.
none-planned = { $students }: No bus ride is planned on { $day }.

## Settings of a phone: what it is told without asking, how, and when it is left alone.

# $minutes is how long before the bus comes the family wants a text.
alerts-on = Saved: we tell you when the bus is late, and once about { $minutes } min before it comes. To change it, text { -alerts-minutes }, or { -alerts-off }.
alerts-off = Saved: no alerts, except in an emergency. You can still text { -bus } at any time. To get alerts, text { -alerts-on }.
# To the word ALERTS alone. $threshold: from how many minutes on a bus is late. $before: whether a text comes $minutes
# before the bus. $arrivals: whether it is told when the bus was at school and at the stop in the afternoon.
alerts-now = { $state ->
    [on] Alerts by { $channel ->
        [voice] call
        [email] e-mail
       *[text] text
     }. Late bus: from { $threshold } min. Before it comes: { $before ->
        [yes] { $minutes } min
       *[no] no
     }. Arrivals: { $arrivals ->
        [yes] yes
       *[no] no
     }. To change it: { -alerts-minutes }, { -alerts-late }, { -arrivals-on }, { -alerts-by-call }, { -alerts-off }.
   *[off] Alerts: off, except in an emergency. To get them, text { -alerts-on }.
 }
alerts-minutes-range = We can text you { $least } to { $most } min before the bus comes. Text for example { -alerts-minutes }.
alerts-late-range = We can tell you of a bus that is late by { $least } to { $most } min or more. Text for example { -alerts-late }.
alerts-late-set = Saved: we tell you when the bus is { $threshold } min late or more{ $before ->
    [yes] , and once about { $minutes } min before it comes
   *[no] , and send no text before it comes
 }. To change it: { -alerts-late }.
arrivals-set = { $arrivals ->
    [yes] Saved: we tell you when the bus gets to school, and when it has left your stop after school. To end it, text { -arrivals-off }.
   *[no] Saved: no news of arrivals. To get it, text { -arrivals-on }.
 }
channel-set = { $channel ->
    [voice] Saved: alerts come by phone call. For texts again, text { -alerts-by-text }.
    [email] Saved: alerts come by e-mail. For texts again, text { -alerts-by-text }.
   *[text] Saved: alerts come by text. For calls, text { -alerts-by-call }.
 }
# We have no voice for calls in this language, or no address.
channel-refused = { $channel ->
    [voice] We cannot call you in this language yet, so alerts go on as they were.
   *[email] We have no e-mail address for this phone. Give it to the school, or call { $phone }.
 }
# $from and $to are times of day.
quiet-set = Saved: no alerts between { $from } and { $to }. To end this, text { -quiet-off }.
quiet-off = Saved: no quiet hours. To set them, text for example { -quiet-hours }.
# To the word QUIET alone.
quiet-now = { $state ->
    [on] Quiet hours: no alerts between { $from } and { $to }
   *[off] No quiet hours are set
 }. To change it, text for example { -quiet-hours }, or { -quiet-off }.
students = Student numbers of this phone: { $students }. Text one of them, or { -bus } for all.
# This language's own name, short, as its speakers write it: the word that switches to it.
own-name = English
# $languages is all of them: English, Español, 中文 ZH, ... Each is chosen by its name or its letters.
languages = To change the language, text its name: { $languages }

## Joining: a code from a letter, or a yes from a phone that is linked already

linked = Done: this phone can now ask about student { $students }. Text { -bus } to find the bus. Not you? Call { $phone }.
# The same words for every code that does not work, whatever the reason.
code-refused = That code did not work. Please check each letter: a code works once, until the date on the letter. For a new one, call { $phone }.
# To a linked phone. $ending is the last two digits of the phone that asks.
consent-question = A phone that ends in { $ending } asks for the bus times of student { $students }. If you know it and agree, text { -yes }. If not, text { -no }.
consent-given = Done: that phone can now ask about student { $students }. If this was a mistake, call { $phone }.
consent-refused = Good: that phone gets nothing.
# To YES or NO where nothing was asked.
nothing-asked = We did not ask you anything that is still open. Text { -bus } to find your bus, or { -person } to ask a person.

## Questions for a person. A case has a $reference, such as 4821-7, and a $department, one of these.

department = { $department ->
    [transportation] Transportation
    [special_education] Special Education
    [enrollment] Enrollment
    [safety] School Safety
    [complaints] Complaints
    [lost_and_found] Lost and Found
    [technology] Technical Help
   *[other] The office
 }
# $by is a time, with its day where it is not today.
case-opened = { $department } will answer you. Your number is { $reference }. Expect an answer by { $by }. To see where it stands, text { -status }.
# A child is not where it should be.
case-urgent = Staff have this as urgent, number { $reference }. Please also call now: { $phone }. In danger: 911.
case-added = Added to your question { $reference } ({ $department }). Expect an answer by { $by }.
# Where the case stands: $since is when that began. $due says whether an answer is still to come.
case-status = { $reference }, { $department }: { $state ->
    [received] received { $since }
    [with_department] a person has it since { $since }
    [answered] answered { $since }
   *[closed] closed { $since }
 }.{ $due ->
    [yes] {" "}Expect an answer by { $by }.
   *[no] {""}
 }
# The same words for a number that is wrong, made up, or somebody else's; and for STATUS from a phone that has no question.
case-unknown = We find no question of this phone with that number. To ask a person, text { -person }.
# The department's own words to the family.
case-answer = { $department }, about { $reference }: { $words }
# Sent when a case is closed.
case-closing = { $department } has closed your question { $reference }. Did this solve it? Text { -yes } or { -no }.
case-solved = Thank you. Your question { $reference } is closed.
case-reopened = We opened your question { $reference } again. Expect an answer by { $by }.

## Where it is not clear what was meant

# $choices is up to three: "1 Lost item. 2 New address. 3 Late bus."
choice = { $number } { $title }.
choose = Which do you mean? { $choices } Text its number, or text { -person }.
# Where only one thing may be meant.
choose-one = Do you mean this: { $title }? Text { -yes }. If not, text { -person }, or write it in other words.
# Pictures, voice messages, or nothing at all.
no-words = We cannot read pictures or empty messages. Text { -bus } to find your bus, or write what you need in words.
# No more alerts, where alerts come from another number than answers do.
stopped-alerts = { $district } buses: no more alerts to this phone. You can still text { -bus } for an answer. To get alerts again, text START.

## What staff tell many families at once

# $words are the district's own, in this language.
announcement = { $district } buses: { $words }
# A whole day goes otherwise than planned. $day is a day, $minutes by how much.
service-change = { $district } buses: { $kind ->
    [closed] no school buses on { $day }.
    [delay] on { $day } every morning bus comes { $minutes } min later than planned.
    [early_release] on { $day } every bus home comes { $minutes } min earlier than planned. Someone must be at the stop.
   *[snow] buses may be late on { $day }: bad roads. Text { -bus } before you leave.
 } Questions: { $phone }.

## Alerts: what is sent without being asked. $bus, $window, $leg and the rest are as in the answers above.

some-minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
 }
# $known is no where no minutes can be given.
alert-when = { $known ->
    [yes] It comes { $window }. { be-ready }
   *[no] Planned at your stop: { $planned }.
 }
alert-late = { $students }: { $bus } is about { some-minutes } late. { alert-when }
alert-later-still = { $students }: { $bus } is later still, about { some-minutes }. { alert-when }
# It is still late, and comes earlier than the last alert said.
alert-better-again = { $students }: { $bus } comes sooner than we said, about { some-minutes } late. { alert-when }
alert-on-time-again = { $students }: { $bus } is not late any more: the delay we told you of is over. { alert-when }
alert-approaching = { $students }: { $bus } is about { some-minutes } away. { alert-when }
alert-substitute = { $students }: { $bus } drives your ride today. Look for this number. { alert-when }
# What families shall do where no bus comes: a district may have its own.
not-coming-advice = { $leg ->
    [to_school] Please find another way to school.
   *[from_school] Please find another way home.
 }
alert-not-covered = { $students }: No bus was found for the ride planned at { $planned }. { not-coming-advice } We will tell you if one comes.
alert-cancelled = { $students }: The bus planned at { $planned } is cancelled. { not-coming-advice }
alert-coming-after-all = { $students }: { $bus } comes after all: our last message no longer holds. { alert-when }
alert-at-school = { $students }: { $bus } got to school at { $seen }.
alert-dropped-off = { $students }: { $bus } left your stop at { $seen }.
alert-outage = { $students }: We cannot see the buses{ $known ->
    [yes] {" "}since { $since }
   *[no] {" "}now
 }, so we cannot say if yours is late. Planned at your stop: { $planned } (from the schedule).
# These follow an alert, the last of them only the first one that a phone gets.
alert-questions = Questions: { $phone }.
alert-child-missing = If your child is not with you, call { $phone }.
alert-end-hint = To end alerts, text { -alerts-off }.

## Alerts by phone call, and by e-mail. Spoken and written in full, so accents and length are free.

clock-spoken = { clock }
window-spoken = between { $from } and { $to }
# $students holds single figures, as they are spoken.
call-students = Student { $students }
call-greeting = Hello. This is the bus hotline of { $district }, with news about your bus.
call-keys = To tell us that you heard it, press 1. To hear it again, press 2. To end these calls, press 9. To talk to a person, press 0.
call-heard = Thank you. Goodbye.
call-ended = We will not call you again with such news. Goodbye.
call-connecting = One moment, please. We connect you.
call-nobody = Nobody could answer. Please call { $phone }. Goodbye.
call-goodbye = Goodbye.
mail-subject = { $about ->
    [late] Your bus is late
    [coming] Your bus is coming
    [another-bus] Look for another bus today
    [not-coming] Your bus does not come
   *[news] News about your bus
 }
# $number is where to text; $link is an address that ends these mails.
mail-foot = You get this mail because a student of yours rides a bus of { $district }. To change what you get, text { -alerts } to { $number }. To end these mails: { $link }
# The page behind that address.
mail-end-ask = Do you want to end alerts about the bus?
mail-end-yes = End them
mail-ended = You will get no more alerts, except in an emergency. To get them again, text { -alerts-on }.
