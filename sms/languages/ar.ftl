# Arabic, plain standard, with the digits 0-9.
#
# Read from the right. A time or a number after Arabic words stands right by itself; a telephone number would come out
# with its groups reversed, so an invisible left-to-right mark (U+200E, one character) goes before it. A window is
# written "between ... and ...", because what stands on the left of a dash would be read last. Every text begins with
# digits or Arabic words, never Latin ones: phones take the direction of the whole text from its first letter.

## The language itself

accents = keep
voice-language = arb
voice-name = Polly.Zeina

## Times and numbers

clock = { $hour12 }:{ $minute } { $half ->
    [am] ص
   *[pm] م
 }
clock-short = { $hour12 }:{ $minute }
window = بين { $from } و{ $to }
weekday = { $weekday ->
    [mon] الاثنين
    [tue] الثلاثاء
    [wed] الأربعاء
    [thu] الخميس
    [fri] الجمعة
    [sat] السبت
   *[sun] الأحد
 }
month = { $month ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
 }
day = { weekday } { $date } { month }
clock-on-day = { $day }، { $clock }
# "... minutes", where a message counts them.
some-minutes = { $minutes ->
    [zero] { $minutes } دقيقة
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
 }

## The bus: how a sentence begins

bus = الحافلة { $number }
bus-substitute = الحافلة { $number } (بدل { $instead_of })
bus-unknown = الحافلة

## Answers

be-ready = { $leg ->
    [to_school] كونوا في الموقف قبل { $by }.
   *[from_school] ليكن شخص في الموقف قبل { $by }.
 }
arriving = { $students }: { $bus } في الطريق. تصل { $window }. { be-ready } مباشر { $seen }.
running-late = { $students }: { $bus } متأخرة { some-minutes }. تصل { $window }. { be-ready } مباشر { $seen }.
last-seen = { $students }: { $bus } شوهدت { $seen }. قد تصل { $window }{ $late ->
    [yes] ، متأخرة { some-minutes }
   *[no] {""}
 }. { be-ready }
at-stop = { $students }: { $bus } في موقفكم الآن. مباشر { $seen }.
not-started = { $students }: { $bus } لم تنطلق بعد. الموعد المقرر في موقفكم: { $planned } (حسب الجدول). اكتبوا لنا مجددا قرب هذا الوقت.
not-started-ready = { $students }: { $bus } لم تنطلق بعد. الموعد المقرر في موقفكم: { $planned } (حسب الجدول). { be-ready }
late-start = { $students }: { $bus } لم تنطلق بعد ومتأخرة { some-minutes }. الموعد المقرر في موقفكم: { $planned }، وستصل بعده. اكتبوا بعد 5 دقائق.
no-signal = { $students }: { $bus } بلا إشارة منذ { $seen }، فلا نعرف متى تصل. الموعد المقرر في موقفكم: { $planned }. اكتبوا مجددا بعد 5 دقائق.
off-route = { $students }: { $bus } كانت خارج مسارها { $seen }، فلا نعرف متى تصل. الموعد المقرر في موقفكم: { $planned }. اكتبوا بعد 5 دقائق.
on-the-way = { $students }: { $bus } في الطريق، شوهدت { $seen }. المسار جديد فلا نعرف متى تصل. الموعد المقرر: { $planned }. اكتبوا بعد 5 دقائق.
uncovered = { $students }: { $confirmed ->
    [yes] لم توجد بعد حافلة للرحلة المقررة { $planned }
   *[no] لا نرى بعد حافلة للرحلة المقررة { $planned }
 }. اكتبوا مجددا بعد 5 دقائق، أو اتصلوا على {"\u200E"}{ $phone }.
cancelled = { $students }: ألغيت الحافلة المقررة { $planned }. { not-coming-advice } للأسئلة: {"\u200E"}{ $phone }.
passed = { $students }: { $bus } كانت في موقفكم { $seen }. { $leg ->
    [to_school] إن فاتتكم
   *[from_school] إن لم يكن طفلكم معكم
 }، اتصلوا على {"\u200E"}{ $phone }.
may-have-passed = { $students }: { $bus } تجاوزت موقفكم (شوهدت { $seen }) ولم نرها تتوقف. { $leg ->
    [to_school] إن فاتتكم
   *[from_school] إن لم يكن طفلكم معكم
 }، اتصلوا على {"\u200E"}{ $phone }.
finished = { $students }: { $bus } أنهت رحلتها { $seen }. { $leg ->
    [to_school] إن فاتتكم
   *[from_school] إن لم يكن طفلكم معكم
 }، اتصلوا على {"\u200E"}{ $phone }.
feed-outage = { $students }: لا نستطيع رؤية الحافلات الآن{ $known ->
    [yes] ، منذ { $since }
   *[no] {""}
 }. الموعد المقرر في موقفكم: { $planned } (حسب الجدول). قد تتأخر. للأسئلة: {"\u200E"}{ $phone }.
not-riding = { $students }: لا رحلات حافلة أخرى مقررة اليوم.{ $next ->
    [none] {""}
   *[other] {" "}التالية: { $next }.
 }
more-students = { $count ->
    [zero] لا طلاب آخرين.
    [one] لطالب آخر، أرسلوا رقم الطالب.
    [two] لطالبين آخرين، أرسلوا رقم الطالب.
    [few] لعدد { $count } طلاب آخرين، أرسلوا رقم الطالب.
    [many] لعدد { $count } طالبا آخر، أرسلوا رقم الطالب.
   *[other] لعدد { $count } طالب آخر، أرسلوا رقم الطالب.
 }

## The words that texts teach. The tests hold each to what the grammar understands.

-bus = حافلة
-alerts-on = تنبيهات نعم
-alerts-off = تنبيهات لا
-alerts-minutes = تنبيهات 15
-alerts = تنبيهات
-alerts-late = تنبيهات تأخير 15
-arrivals-on = تنبيهات وصول نعم
-arrivals-off = تنبيهات وصول لا
-alerts-by-call = تنبيهات بالهاتف
-alerts-by-text = تنبيهات برسالة
-quiet-hours = هدوء 21-6
-quiet-off = هدوء لا
-quiet = هدوء
-students = طلاب
-status = حالة
-languages = لغة
-person = موظف
-yes = نعم
-no = لا

## Everything else that is said

other-languages = English: EN
unlinked = نجيب فقط الهواتف المسجلة لهذا الطالب. لإضافة هاتفكم أرسلوا الرمز من الرسالة أو اتصلوا على {"\u200E"}{ $phone }. { other-languages }
help = حافلات { $district }: أرسلوا { -bus } أو رقم طالب، { -alerts }، { -quiet }، { -students }، { -status }، { -languages }، { -person }. هاتف {"\u200E"}{ $phone }. للإيقاف STOP
unknown = عذرا، لم نفهم. أرسلوا 1 لمعرفة مكان الحافلة، 2 لسؤال موظف، 3 للمساعدة. أو اتصلوا على {"\u200E"}{ $phone }. { other-languages }
too-many = وصلتنا رسائل كثيرة في ساعة واحدة. سنجيب لاحقا. للتحدث مع موظف اتصلوا على {"\u200E"}{ $phone }.
language-set = سنكتب لكم بالعربية. أرسلوا { -bus } لمعرفة مكان الحافلة، أو رقم طالب. { other-languages }
stopped = حافلات { $district }: لن تصلكم رسائل من هذا الرقم. للعودة إلى تلقي الإجابات أرسلوا START.
started = حافلات { $district }: سنجيبكم من جديد. أرسلوا { -bus } لمعرفة مكان الحافلة، أو رقم طالب.
trouble = عذرا، لا نستطيع البحث الآن. اكتبوا مجددا بعد 5 دقائق أو اتصلوا على {"\u200E"}{ $phone }.
voice-please-text = لمعرفة مكان الحافلة أرسلوا كلمة حافلة برسالة نصية إلى هذا الرقم. للتحدث مع موظف اتصلوا على {"\u200E"}{ $phone }.

## The letter with a code

letter-title = أين الحافلة؟ اسألوا برسالة نصية.
letter-for = إلى عائلة { $name }
letter-what = أرسلوا رسالة إلى { $number } في أي وقت، ونخبركم متى تصل الحافلة ومدى تأكدنا. بلا تطبيق، وبلا حساب، وبلغتكم.
letter-first = أولا، أرسلوا إلينا هذا الرمز برسالة نصية إلى { $number }:
letter-then = بعد ذلك، أرسلوا كلمة { -bus } كلما أردتم معرفة مكانها.
letter-date = { $written }
letter-once = الرمز يضيف هاتفا واحدا ويعمل مرة واحدة، حتى { $until }.
letter-second = لهاتف آخر: أرسلوا منه رقم الطالب { $student }. عندئذ نسأل الهاتف الأول، وتجيبون { -yes }.
letter-private = احتفظوا بهذه الرسالة لأنفسكم: كل من لديه الرمز يستطيع السؤال عن حافلة هذا الطالب.
letter-stop = أرسلوا STOP لعدم تلقي رسائل أخرى. تطبق أسعار شركة الهاتف المعتادة.
letter-help = لديكم أسئلة، أو لا تستخدمون الرسائل النصية؟ اتصلوا على { $phone }.

## Words before an answer

lead-yes = نعم.
lead-no = لا.
lead-not-yet = ليس بعد.
because = { $cause ->
    [traffic] السبب: ازدحام السير.
    [weather] السبب: الطقس.
    [breakdown] السبب: عطل في الحافلة.
    [crash] السبب: حادث على الطريق.
    [driver] السبب: لم يتوفر سائق.
    [road] السبب: طريق مغلق.
    [school] السبب: تأخير في المدرسة.
    [late-start] بدأت رحلتها متأخرة.
   *[unknown] لا نعرف السبب بعد.
 }
window-changed = { $window } (كانت { $was })
planned = { $students }: { $bus } مقررة في موقفكم { $planned } (حسب الجدول). قد يتغير ذلك: أرسلوا { -bus } في ذلك اليوم.
none-planned = { $students }: لا رحلة حافلة مقررة { $day }.

## Settings of a phone

alerts-on = تم الحفظ: نخبركم إن تأخرت الحافلة، ومرة قبل وصولها بنحو { some-minutes }. للتغيير أرسلوا { -alerts-minutes } أو { -alerts-off }.
alerts-off = تم الحفظ: بلا تنبيهات إلا في الطوارئ. يمكنكم دائما إرسال { -bus } للسؤال. لتلقي التنبيهات أرسلوا { -alerts-on }.
alerts-now = { $state ->
    [on] التنبيهات: { $channel ->
        [voice] بالهاتف
        [email] بالبريد الإلكتروني
       *[text] برسالة
     }. التأخير: من { $threshold } د. قبل الوصول: { $before ->
        [yes] { $minutes } د
       *[no] لا
     }. الوصول: { $arrivals ->
        [yes] نعم
       *[no] لا
     }. للتغيير: { -alerts-minutes }، { -alerts-late }، { -arrivals-on }، { -alerts-by-call }، { -alerts-off }.
   *[off] التنبيهات: لا، إلا في الطوارئ. لتلقيها أرسلوا { -alerts-on }.
 }
alerts-minutes-range = يمكننا إخباركم قبل وصول الحافلة من { $least } إلى { $most } دقيقة. أرسلوا مثلا { -alerts-minutes }.
alerts-late-range = يمكننا إخباركم بتأخير من { $least } إلى { $most } دقيقة أو أكثر. أرسلوا مثلا { -alerts-late }.
alerts-late-set = تم الحفظ: نخبركم إن تأخرت الحافلة { $threshold } د أو أكثر{ $before ->
    [yes] ، ومرة قبل وصولها بنحو { some-minutes }
   *[no] ، ولا شيء قبل وصولها
 }. للتغيير: { -alerts-late }.
arrivals-set = { $arrivals ->
    [yes] تم الحفظ: نخبركم حين تصل الحافلة إلى المدرسة، وحين تغادر موقفكم بعد المدرسة. للإيقاف أرسلوا { -arrivals-off }.
   *[no] تم الحفظ: بلا أخبار عن الوصول. لتلقيها أرسلوا { -arrivals-on }.
 }
channel-set = { $channel ->
    [voice] تم الحفظ: تصل التنبيهات بالهاتف. للعودة إلى الرسائل أرسلوا { -alerts-by-text }.
    [email] تم الحفظ: تصل التنبيهات بالبريد الإلكتروني. للعودة إلى الرسائل أرسلوا { -alerts-by-text }.
   *[text] تم الحفظ: تصل التنبيهات برسالة. للمكالمات أرسلوا { -alerts-by-call }.
 }
channel-refused = { $channel ->
    [voice] لا نستطيع بعد الاتصال بكم بهذه اللغة، فتبقى التنبيهات كما كانت.
   *[email] ليس لدينا بريد إلكتروني لهذا الهاتف. أعطوه للمدرسة أو اتصلوا على {"\u200E"}{ $phone }.
 }
quiet-set = تم الحفظ: بلا تنبيهات بين { $from } و{ $to }. لإلغاء ذلك أرسلوا { -quiet-off }.
quiet-off = تم الحفظ: لا ساعات هدوء. لتحديدها أرسلوا مثلا { -quiet-hours }.
quiet-now = { $state ->
    [on] ساعات الهدوء: بلا تنبيهات بين { $from } و{ $to }
   *[off] لا ساعات هدوء
 }. للتغيير أرسلوا مثلا { -quiet-hours } أو { -quiet-off }.
students = أرقام طلاب هذا الهاتف: { $students }. أرسلوا أحدها، أو { -bus } للجميع.
own-name = عربي
languages = لتغيير اللغة أرسلوا اسمها: { $languages }

## Joining

linked = تم: يستطيع هذا الهاتف السؤال عن الطالب { $students }. أرسلوا { -bus } لمعرفة مكان الحافلة. لستم أنتم؟ {"\u200E"}{ $phone }
code-refused = لم يعمل هذا الرمز. راجعوا كل حرف: الرمز يعمل مرة واحدة حتى تاريخ الرسالة. لرمز جديد اتصلوا على {"\u200E"}{ $phone }.
consent-question = هاتف ينتهي بـ { $ending } يطلب مواعيد حافلة الطالب { $students }. إن كنتم تعرفونه وتوافقون أرسلوا { -yes }، وإلا أرسلوا { -no }.
consent-given = تم: يستطيع ذلك الهاتف السؤال عن الطالب { $students }. إن كان ذلك خطأ اتصلوا على {"\u200E"}{ $phone }.
consent-refused = حسنا: ذلك الهاتف لا يحصل على شيء.
nothing-asked = ليس لدينا سؤال ينتظر جوابكم. أرسلوا { -bus } لمعرفة مكان الحافلة، أو { -person } لسؤال موظف.

## Questions for a person

department = { $department ->
    [transportation] قسم النقل
    [special_education] قسم التعليم الخاص
    [enrollment] قسم التسجيل
    [safety] قسم أمن المدارس
    [complaints] قسم الشكاوى
    [lost_and_found] قسم المفقودات
    [technology] قسم الدعم الفني
   *[other] المكتب
 }
case-opened = سيجيبكم { $department }. رقمكم {"\u200E"}{ $reference }. يصلكم الجواب قبل { $by }. للمتابعة أرسلوا { -status }.
case-urgent = سجل الموظفون هذا كأمر عاجل، رقم {"\u200E"}{ $reference }. اتصلوا الآن أيضا على {"\u200E"}{ $phone }. عند الخطر 911.
case-added = أضيف إلى سؤالكم {"\u200E"}{ $reference } ({ $department }). يصلكم الجواب قبل { $by }.
case-status = سؤالكم {"\u200E"}{ $reference }، { $department }: { $state ->
    [received] استلم { $since }
    [with_department] لدى موظف منذ { $since }
    [answered] أجيب { $since }
   *[closed] أغلق { $since }
 }.{ $due ->
    [yes] {" "}يصلكم الجواب قبل { $by }.
   *[no] {""}
 }
case-unknown = لا نجد سؤالا من هذا الهاتف بهذا الرقم. لسؤال موظف أرسلوا { -person }.
case-answer = { $department }، بشأن {"\u200E"}{ $reference }: { $words }
case-closing = أغلق { $department } سؤالكم {"\u200E"}{ $reference }. هل حلت المسألة؟ أرسلوا { -yes } أو { -no }.
case-solved = شكرا لكم. أغلق سؤالكم {"\u200E"}{ $reference }.
case-reopened = أعدنا فتح سؤالكم {"\u200E"}{ $reference }. يصلكم الجواب قبل { $by }.

## Where it is not clear what was meant

choice = { $number } { $title }.
choose = ماذا تقصدون؟ { $choices } أرسلوا الرقم، أو أرسلوا { -person }.
choose-one = هل تقصدون: { $title }؟ أرسلوا { -yes }. وإن لم يكن ذلك فأرسلوا { -person } أو اكتبوه بطريقة أخرى.
no-words = لا نستطيع قراءة الصور أو الرسائل الفارغة. أرسلوا { -bus } لمعرفة مكان الحافلة، أو اكتبوا ما تحتاجون.
stopped-alerts = حافلات { $district }: لا تنبيهات بعد الآن إلى هذا الهاتف. يمكنكم إرسال { -bus } للسؤال. لعودة التنبيهات أرسلوا START.

announcement = حافلات { $district }: { $words }
service-change = حافلات { $district }: { $kind ->
    [closed] لا حافلات مدرسية { $day }.
    [delay] { $day } تتأخر كل حافلات الصباح { $minutes } د عن موعدها.
    [early_release] { $day } تأتي كل حافلات العودة قبل موعدها بـ { $minutes } د. يجب أن يكون أحد في الموقف.
   *[snow] قد تتأخر الحافلات { $day } بسبب سوء الطرق. أرسلوا { -bus } قبل الخروج.
 } للأسئلة: {"\u200E"}{ $phone }.

## تنبيهات

alert-when = { $known ->
    [yes] تصل { $window }. { be-ready }
   *[no] الموعد المقرر في موقفكم: { $planned }.
 }
alert-late = { $students }: { $bus } متأخرة نحو { some-minutes }. { alert-when }
alert-later-still = { $students }: { $bus } ستتأخر أكثر، نحو { some-minutes }. { alert-when }
alert-better-again = { $students }: { $bus } ستصل أبكر مما قلنا، متأخرة { some-minutes }. { alert-when }
alert-on-time-again = { $students }: { $bus } لم تعد متأخرة، وانتهى التأخير السابق. { alert-when }
alert-approaching = { $students }: { $bus } على بعد نحو { some-minutes }. { alert-when }
alert-substitute = { $students }: { $bus } تقوم برحلتكم اليوم. ابحثوا عن هذا الرقم. { alert-when }
not-coming-advice = { $leg ->
    [to_school] يرجى إيجاد وسيلة أخرى إلى المدرسة.
   *[from_school] يرجى إيجاد وسيلة أخرى إلى البيت.
 }
alert-not-covered = { $students }: لا حافلة للرحلة المقررة { $planned }. { not-coming-advice } سنخبركم إن جاءت.
alert-cancelled = { $students }: ألغيت الحافلة المقررة { $planned }. { not-coming-advice }
alert-coming-after-all = { $students }: { $bus } ستأتي، ورسالتنا السابقة لم تعد صحيحة. { alert-when }
alert-at-school = { $students }: { $bus } وصلت إلى المدرسة { $seen }.
alert-dropped-off = { $students }: { $bus } غادرت موقفكم { $seen }.
alert-outage = { $students }: لا نستطيع رؤية الحافلات{ $known ->
    [yes] {" "}منذ { $since }
   *[no] {" "}الآن
 }، ولا نعرف إن تأخرت حافلتكم. الموعد المقرر في موقفكم: { $planned } (حسب الجدول).
alert-questions = للأسئلة: {"\u200E"}{ $phone }.
alert-child-missing = إن لم يكن طفلكم معكم، اتصلوا على {"\u200E"}{ $phone }.
alert-end-hint = للإيقاف أرسلوا { -alerts-off }.

clock-spoken = { $hour12 }:{ $minute } { $half ->
    [am] صباحا
   *[pm] مساء
 }
window-spoken = بين { $from } و{ $to }
call-students = الطالب { $students }
call-greeting = مرحبا. هذا خط حافلات { $district }، ولدينا خبر عن حافلتكم.
call-keys = لتأكيد أنكم سمعتم، اضغطوا 1. للسماع مرة أخرى، اضغطوا 2. لإيقاف هذه المكالمات، اضغطوا 9. للتحدث مع موظف، اضغطوا 0.
call-heard = شكرا لكم. مع السلامة.
call-ended = لن نتصل بكم مرة أخرى بهذه الأخبار. مع السلامة.
call-connecting = لحظة من فضلكم، سنوصلكم.
call-nobody = لم يتمكن أحد من الرد. اتصلوا على { $phone }. مع السلامة.
call-goodbye = مع السلامة.
mail-subject = { $about ->
    [late] حافلتكم متأخرة
    [coming] حافلتكم قادمة
    [another-bus] ابحثوا عن حافلة أخرى اليوم
    [not-coming] حافلتكم لن تأتي
   *[news] خبر عن حافلتكم
 }
mail-foot = تصلكم هذه الرسالة لأن أحد طلابكم يركب حافلة من { $district }. لتغيير ما يصلكم أرسلوا { -alerts } إلى {"\u200E"}{ $number }. لإيقاف هذه الرسائل: { $link }
mail-end-ask = هل تريدون إيقاف التنبيهات عن الحافلة؟
mail-end-yes = إيقاف
mail-ended = لن تصلكم تنبيهات بعد الآن إلا في الطوارئ. لتلقيها من جديد أرسلوا { -alerts-on }.
