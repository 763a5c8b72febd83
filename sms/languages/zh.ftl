# Chinese, in simplified characters. One character says a word, so most texts fit the 70 of one UCS-2 segment.

## The language itself

accents = keep
voice-language = cmn-CN
voice-name = Polly.Zhiyu-Neural

## Times and numbers: 24 hours

clock = { $hour }:{ $minute }
clock-short = { $hour }:{ $minute }
window = { $from }-{ $to }
weekday = { $weekday ->
    [mon] 周一
    [tue] 周二
    [wed] 周三
    [thu] 周四
    [fri] 周五
    [sat] 周六
   *[sun] 周日
 }
month = { $month }月
day = { month }{ $date }日{ weekday }
clock-on-day = { $day }{ $clock }

## The bus: how a sentence begins

bus = 校车{ $number }
bus-substitute = 校车{ $number }（代{ $instead_of }）
bus-unknown = 校车

## Answers

be-ready = { $leg ->
    [to_school] 请在{ $by }前到站。
   *[from_school] { $by }前须有人在站接。
 }
arriving = { $students }：{ $bus }在路上，{ $window }到。{ be-ready }实时{ $seen }。
running-late = { $students }：{ $bus }晚点{ $minutes }分钟，{ $window }到。{ be-ready }实时{ $seen }。
last-seen = { $students }：{ $bus }最后见于{ $seen }，可能{ $window }到{ $late ->
    [yes] ，晚点{ $minutes }分钟
   *[no] {""}
 }。{ be-ready }
at-stop = { $students }：{ $bus }现在就在您的车站。实时{ $seen }。
not-started = { $students }：{ $bus }还没发车。计划到站：{ $planned }（按时刻表）。请临近时再发短信。
not-started-ready = { $students }：{ $bus }还没发车。计划到站：{ $planned }（按时刻表）。{ be-ready }
late-start = { $students }：{ $bus }还没发车，已晚{ $minutes }分钟。计划到站：{ $planned }，会更晚。请5分钟后再问。
no-signal = { $students }：{ $bus }自{ $seen }起没有信号，不知何时到。计划到站：{ $planned }。请5分钟后再问。
off-route = { $students }：{ $bus }在{ $seen }偏离了路线，不知何时到。计划到站：{ $planned }。请5分钟后再问。
on-the-way = { $students }：{ $bus }在路上，{ $seen }看到。路线是新的，不知何时到。计划到站：{ $planned }。请5分钟后再问。
uncovered = { $students }：计划{ $planned }的车次{ $confirmed ->
    [yes] 还没有安排到车
   *[no] 还看不到车
 }。请5分钟后再问，或致电{ $phone }。
cancelled = { $students }：计划{ $planned }的校车已取消。{ not-coming-advice }疑问：{ $phone }。
passed = { $students }：{ $bus }在{ $seen }到过您的车站。{ $leg ->
    [to_school] 如果没赶上
   *[from_school] 如果孩子不在您身边
 }，请致电{ $phone }。
may-have-passed = { $students }：{ $bus }已过您的车站（{ $seen }看到），未见停车。{ $leg ->
    [to_school] 如没赶上
   *[from_school] 如孩子不在身边
 }，请致电{ $phone }。
finished = { $students }：{ $bus }在{ $seen }已跑完这一趟。{ $leg ->
    [to_school] 如果没赶上
   *[from_school] 如果孩子不在您身边
 }，请致电{ $phone }。
feed-outage = { $students }：我们{ $known ->
    [yes] 自{ $since }起
   *[no] 现在
 }看不到校车。计划到站：{ $planned }（按时刻表），可能晚点。疑问：{ $phone }。
not-riding = { $students }：今天没有计划的校车了。{ $next ->
    [none] {""}
   *[other] 下一趟：{ $next }。
 }
more-students = 还有{ $count }名学生，请发送学生号查询。

## The words that texts teach. The tests hold each to what the grammar understands.

-bus = 校车
-alerts-on = 提醒开
-alerts-off = 提醒关
-alerts-minutes = 提醒15
-alerts = 提醒
-alerts-late = 提醒晚点15
-arrivals-on = 提醒到达开
-arrivals-off = 提醒到达关
-alerts-by-call = 提醒用电话
-alerts-by-text = 提醒用短信
-quiet-hours = 静音21-6
-quiet-off = 静音关
-quiet = 静音
-students = 学生
-status = 进度
-languages = 语言
-person = 人工
-yes = 是
-no = 否

## Everything else that is said

other-languages = English: EN
unlinked = 我们只回复已为该学生登记的电话。要添加，请发送信中的代码，或致电{ $phone }。{ other-languages }
help = { $district }：发{ -bus }或学生号；{ -alerts } { -quiet } { -students } { -languages } { -person }。{ $phone }。STOP退订
unknown = 抱歉没看懂。发1查校车，2问工作人员，3看可以发什么。或致电{ $phone }。{ other-languages }
too-many = 一小时内短信太多，我们稍后再回复。要找工作人员，请致电{ $phone }。
language-set = 我们将用中文回复。发“{ -bus }”或学生号查校车。{ other-languages }
stopped = { $district }校车：您不会再收到本号码的短信。要恢复，请发START。
started = { $district }校车：我们会再回复您。发“{ -bus }”或学生号查校车。
trouble = 抱歉，现在查不到。请5分钟后再发，或致电{ $phone }。
voice-please-text = 要查校车，请用短信发“校车”到本号码。要找工作人员，请致电{ $phone }。

## The letter with a code

letter-title = 校车在哪里？发短信问一问。
letter-for = 致{ $name }的家人
letter-what = 您可以随时发短信到{ $number }，我们会告诉您校车什么时候到、有多大把握。不用应用程序，不用账号，用您的语言。
letter-first = 首先，请把这个代码用短信发到{ $number }：
letter-then = 以后想知道校车在哪里，发“{ -bus }”就可以。
letter-date = { $written }
letter-once = 代码只能添加一部电话，只能用一次，有效期到{ $until }。
letter-second = 添加另一部电话：用那部电话发送学生号{ $student }。我们会询问第一部电话，您回复“{ -yes }”。
letter-private = 请妥善保管这封信：有代码的人都可以查询这名学生的校车。
letter-stop = 发STOP就不再收到短信。您的电话公司照常收费。
letter-help = 有疑问，或不用短信？请致电{ $phone }。

## Words before an answer

lead-yes = 是。
lead-no = 没有。
lead-not-yet = 还没有。
because = { $cause ->
    [traffic] 原因：堵车。
    [weather] 原因：天气。
    [breakdown] 原因：校车故障。
    [crash] 原因：路上有事故。
    [driver] 原因：没有司机。
    [road] 原因：道路封闭。
    [school] 原因：学校延误。
    [late-start] 发车晚了。
   *[unknown] 还不知道原因。
 }
window-changed = { $window }（原{ $was }）
planned = { $students }：{ $bus }计划{ $planned }到您的车站（按时刻表）。可能有变：当天请发“{ -bus }”。
none-planned = { $students }：{ $day }没有计划的校车。

## Settings of a phone

alerts-on = 已保存：校车晚点时通知您，到站前约{ $minutes }分钟再发一条。要改，请发“{ -alerts-minutes }”或“{ -alerts-off }”。
alerts-off = 已保存：除紧急情况外不发提醒。您仍可随时发“{ -bus }”查询。要提醒，请发“{ -alerts-on }”。
alerts-now = { $state ->
    [on] 提醒方式：{ $channel ->
        [voice] 电话
        [email] 电邮
       *[text] 短信
     }。晚点{ $threshold }分钟起通知。到站前：{ $before ->
        [yes] { $minutes }分钟
       *[no] 否
     }。到达：{ $arrivals ->
        [yes] 是
       *[no] 否
     }。要改：{ -alerts-minutes }、{ -alerts-late }、{ -arrivals-on }、{ -alerts-by-call }、{ -alerts-off }。
   *[off] 提醒：关（紧急情况除外）。要提醒，请发“{ -alerts-on }”。
 }
alerts-minutes-range = 可在校车到站前{ $least }到{ $most }分钟通知您。例如发“{ -alerts-minutes }”。
alerts-late-range = 可在校车晚点{ $least }到{ $most }分钟起通知您。例如发“{ -alerts-late }”。
alerts-late-set = 已保存：晚点{ $threshold }分钟起通知您{ $before ->
    [yes] ，到站前约{ $minutes }分钟再发一条
   *[no] ，到站前不发
 }。要改：{ -alerts-late }
arrivals-set = { $arrivals ->
    [yes] 已保存：校车到校时、放学后离开您的车站时通知您。要取消，请发“{ -arrivals-off }”。
   *[no] 已保存：不通知到达。要通知，请发“{ -arrivals-on }”。
 }
channel-set = { $channel ->
    [voice] 已保存：用电话通知。要改回短信，请发“{ -alerts-by-text }”。
    [email] 已保存：用电邮通知。要改回短信，请发“{ -alerts-by-text }”。
   *[text] 已保存：用短信通知。要用电话，请发“{ -alerts-by-call }”。
 }
channel-refused = { $channel ->
    [voice] 目前还不能用这种语言打电话，提醒照旧。
   *[email] 没有本电话的电邮地址。请告诉学校，或致电{ $phone }。
 }
quiet-set = 已保存：{ $from }到{ $to }不发提醒。要取消，请发“{ -quiet-off }”。
quiet-off = 已保存：没有静音时段。要设置，例如发“{ -quiet-hours }”。
quiet-now = { $state ->
    [on] 静音时段：{ $from }到{ $to }不发提醒
   *[off] 没有静音时段
 }。要改，例如发“{ -quiet-hours }”或“{ -quiet-off }”。
students = 本电话的学生号：{ $students }。发其中一个，或发“{ -bus }”查全部。
own-name = 中文
languages = 要换语言，请发语言名称：{ $languages }

## Joining

linked = 好了：本电话可以查询学生{ $students }。发“{ -bus }”查校车。不是您？致电{ $phone }。
code-refused = 代码无效。请核对每个字：一个代码只用一次，到信上的日期为止。要新代码，致电{ $phone }。
consent-question = 尾号{ $ending }的电话想查学生{ $students }的校车时间。您认识并同意，请发“{ -yes }”；不同意，发“{ -no }”。
consent-given = 好了：那部电话可以查询学生{ $students }。如有错误，请致电{ $phone }。
consent-refused = 好的：那部电话什么也收不到。
nothing-asked = 目前没有等您回答的问题。发“{ -bus }”查校车，或发“{ -person }”找工作人员。

## Questions for a person

department = { $department ->
    [transportation] 交通部
    [special_education] 特殊教育部
    [enrollment] 入学注册处
    [safety] 校园安全部
    [complaints] 投诉处
    [lost_and_found] 失物招领处
    [technology] 技术支持
   *[other] 办公室
 }
case-opened = { $department }会答复您。编号{ $reference }，{ $by }前答复。要查进度，请发“{ -status }”。
case-urgent = 工作人员已按紧急处理，编号{ $reference }。请现在也致电{ $phone }。有危险请打911。
case-added = 已加到您的问题{ $reference }（{ $department }）。{ $by }前答复。
case-status = { $reference }，{ $department }：{ $state ->
    [received] { $since }已收到
    [with_department] { $since }起有专人处理
    [answered] { $since }已答复
   *[closed] { $since }已结束
 }。{ $due ->
    [yes] { $by }前答复。
   *[no] {""}
 }
case-unknown = 没有找到本电话的这个编号的问题。要找工作人员，请发“{ -person }”。
case-answer = { $department }，关于{ $reference }：{ $words }
case-closing = { $department }已结束您的问题{ $reference }。解决了吗？请发“{ -yes }”或“{ -no }”。
case-solved = 谢谢。您的问题{ $reference }已结束。
case-reopened = 已重新打开您的问题{ $reference }。{ $by }前答复。

## Where it is not clear what was meant

choice = { $number } { $title }。
choose = 您要问哪一项？{ $choices }请发编号，或发“{ -person }”。
choose-one = 您问的是：{ $title }吗？是请发“{ -yes }”，不是请发“{ -person }”或换个说法。
no-words = 我们看不了图片或空短信。发“{ -bus }”查校车，或用文字写下您的需要。
stopped-alerts = { $district }校车：不再发提醒到本电话。仍可发“{ -bus }”查询。要恢复提醒，请发START。

announcement = { $district }校车：{ $words }
service-change = { $district }校车：{ $kind ->
    [closed] { $day }没有校车。
    [delay] { $day }早上的校车都比计划晚{ $minutes }分钟。
    [early_release] { $day }回家的校车都比计划早{ $minutes }分钟，站点须有人接。
   *[snow] { $day }路况不好，校车可能晚点，出门前请发“{ -bus }”。
 }咨询：{ $phone }

## 提醒

some-minutes = { $minutes }分钟
alert-when = { $known ->
    [yes] { $window }到。{ be-ready }
   *[no] 计划到站：{ $planned }。
 }
alert-late = { $students }：{ $bus }晚点约{ some-minutes }。{ alert-when }
alert-later-still = { $students }：{ $bus }更晚了，晚点约{ some-minutes }。{ alert-when }
alert-better-again = { $students }：{ $bus }比之前说的早，晚点{ some-minutes }。{ alert-when }
alert-on-time-again = { $students }：{ $bus }不再晚点，之前的提醒作废。{ alert-when }
alert-approaching = { $students }：{ $bus }还有约{ some-minutes }。{ alert-when }
alert-substitute = { $students }：{ $bus }今天开您这趟，请认这个号。{ alert-when }
not-coming-advice = { $leg ->
    [to_school] 请另想办法上学。
   *[from_school] 请另想办法回家。
 }
alert-not-covered = { $students }：计划{ $planned }的车次没有车。{ not-coming-advice }有车再通知您。
alert-cancelled = { $students }：计划{ $planned }的校车已取消。{ not-coming-advice }
alert-coming-after-all = { $students }：{ $bus }会来，上一条消息作废。{ alert-when }
alert-at-school = { $students }：{ $bus }在{ $seen }到了学校。
alert-dropped-off = { $students }：{ $bus }在{ $seen }离开了您的车站。
alert-outage = { $students }：我们{ $known ->
    [yes] 自{ $since }起
   *[no] 现在
 }看不到校车，不知是否晚点。计划到站：{ $planned }（按时刻表）。
alert-questions = 疑问：{ $phone }。
alert-child-missing = 如果孩子不在您身边，请致电{ $phone }。
alert-end-hint = 不要提醒请发“{ -alerts-off }”。

clock-spoken = { $hour }:{ $minute }
window-spoken = { $from }到{ $to }之间
call-students = 学生{ $students }
call-greeting = 您好。这里是{ $district }的校车热线，有关于您校车的消息。
call-keys = 表示您已听到，请按1。再听一遍，请按2。不要再接到这类电话，请按9。找工作人员，请按0。
call-heard = 谢谢。再见。
call-ended = 我们不再打这类电话给您。再见。
call-connecting = 请稍等，正在为您转接。
call-nobody = 现在没有人接听。请致电{ $phone }。再见。
call-goodbye = 再见。
mail-subject = { $about ->
    [late] 您的校车晚点
    [coming] 您的校车快到了
    [another-bus] 今天请认另一辆校车
    [not-coming] 您的校车不来
   *[news] 您校车的消息
 }
mail-foot = 您收到这封邮件，是因为您的学生乘坐{ $district }的校车。要更改，请发“{ -alerts }”到{ $number }。不再收邮件：{ $link }
mail-end-ask = 您要停止接收校车提醒吗？
mail-end-yes = 停止
mail-ended = 除紧急情况外，您不再收到提醒。要恢复，请发“{ -alerts-on }”。
