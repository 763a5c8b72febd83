# Vietnamese. Its accents are the word itself, so texts are never folded and are counted as UCS-2.

## The language itself

accents = keep
voice-language = vi-VN
voice-name = Google.vi-VN-Neural2-A

## Times and numbers: 24 hours

clock = { $hour }:{ $minute }
clock-short = { $hour }:{ $minute }
window = { $from }-{ $to }
weekday = { $weekday ->
    [mon] Thứ Hai
    [tue] Thứ Ba
    [wed] Thứ Tư
    [thu] Thứ Năm
    [fri] Thứ Sáu
    [sat] Thứ Bảy
   *[sun] Chủ Nhật
 }
month = { $month }
day = { weekday } { $date }/{ month }
clock-on-day = { $clock } { $day }

## The bus: how a sentence begins

bus = Xe buýt { $number }
bus-substitute = Xe buýt { $number } (thay xe { $instead_of })
bus-unknown = Xe buýt

## Answers

be-ready = { $leg ->
    [to_school] Hãy có mặt ở trạm trước { $by }.
   *[from_school] Cần có người đón ở trạm trước { $by }.
 }
arriving = { $students }: { $bus } đang trên đường, đến lúc { $window }. { be-ready } Trực tiếp { $seen }.
running-late = { $students }: { $bus } trễ { $minutes } phút, đến lúc { $window }. { be-ready } Trực tiếp { $seen }.
last-seen = { $students }: { $bus } thấy lần cuối { $seen }. Có thể đến { $window }{ $late ->
    [yes] , trễ { $minutes } phút
   *[no] {""}
 }. { be-ready }
at-stop = { $students }: { $bus } đang ở trạm của quý vị. Trực tiếp { $seen }.
not-started = { $students }: { $bus } chưa khởi hành. Dự kiến đến trạm: { $planned } (theo lịch). Xin nhắn lại khi gần giờ đó.
not-started-ready = { $students }: { $bus } chưa khởi hành. Dự kiến đến trạm: { $planned } (theo lịch). { be-ready }
late-start = { $students }: { $bus } chưa chạy, đã trễ { $minutes } phút. Dự kiến đến trạm: { $planned }, nhưng sẽ muộn hơn. Xin nhắn lại sau 5 phút.
no-signal = { $students }: { $bus } mất tín hiệu từ { $seen }, chưa rõ khi nào đến. Dự kiến đến trạm: { $planned }. Xin nhắn lại sau 5 phút.
off-route = { $students }: { $bus } đi lệch tuyến lúc { $seen }, chưa rõ khi nào đến. Dự kiến đến trạm: { $planned }. Xin nhắn lại sau 5 phút.
on-the-way = { $students }: { $bus } đang đến, thấy lúc { $seen }. Tuyến mới, chưa rõ giờ đến. Dự kiến: { $planned }. Xin nhắn lại sau 5 phút.
uncovered = { $students }: { $confirmed ->
    [yes] Chưa tìm được xe cho chuyến dự kiến lúc { $planned }
   *[no] Chưa thấy xe nào chạy chuyến dự kiến lúc { $planned }
 }. Xin nhắn lại sau 5 phút, hoặc gọi { $phone }.
cancelled = { $students }: Chuyến xe dự kiến lúc { $planned } đã bị hủy. { not-coming-advice } Thắc mắc: { $phone }.
passed = { $students }: { $bus } đã ở trạm của quý vị lúc { $seen }. { $leg ->
    [to_school] Nếu lỡ xe
   *[from_school] Nếu con quý vị chưa về
 }, xin gọi { $phone }.
may-have-passed = { $students }: { $bus } đã qua trạm (lúc { $seen }), không thấy xe dừng. { $leg ->
    [to_school] Nếu lỡ xe
   *[from_school] Nếu con quý vị chưa về
 }, xin gọi { $phone }.
finished = { $students }: { $bus } đã chạy xong chuyến lúc { $seen }. { $leg ->
    [to_school] Nếu lỡ xe
   *[from_school] Nếu con quý vị chưa về
 }, xin gọi { $phone }.
feed-outage = { $students }: Hiện chúng tôi không thấy được xe{ $known ->
    [yes] {" "}từ { $since }
   *[no] {""}
 }. Dự kiến đến trạm: { $planned } (theo lịch). Xe có thể trễ. Thắc mắc: { $phone }.
not-riding = { $students }: Hôm nay không còn chuyến xe nào theo lịch.{ $next ->
    [none] {""}
   *[other] {" "}Chuyến tới: { $next }.
 }
more-students = Còn { $count } học sinh nữa: xin nhắn một mã số học sinh.

## The words that texts teach. The tests hold each to what the grammar understands.

-bus = XE BUÝT
-alerts-on = BẬT TIN BÁO
-alerts-off = TẮT TIN BÁO
-alerts-minutes = TIN BÁO 15
-alerts = TIN BÁO
-alerts-late = TIN BÁO TRỄ 15
-arrivals-on = BẬT TIN BÁO ĐẾN NƠI
-arrivals-off = TẮT TIN BÁO ĐẾN NƠI
-alerts-by-call = TIN BÁO GỌI ĐIỆN
-alerts-by-text = TIN BÁO NHẮN TIN
-quiet-hours = IM LẶNG 21-6
-quiet-off = TẮT IM LẶNG
-quiet = IM LẶNG
-students = HỌC SINH
-status = TÌNH TRẠNG
-languages = NGÔN NGỮ
-person = NHÂN VIÊN
-yes = CÓ
-no = KHÔNG

## Everything else that is said

other-languages = English: EN
unlinked = Chúng tôi chỉ trả lời số điện thoại đã đăng ký cho học sinh đó. Để thêm, xin nhắn mã trong thư hoặc gọi { $phone }. { other-languages }
help = { $district }: nhắn { -bus } hay mã học sinh; { -alerts }, { -quiet }, { -students }, { -languages }, { -person }. { $phone }. Ngừng: STOP
unknown = Xin lỗi, chúng tôi chưa hiểu. Nhắn 1 để tìm xe, 2 để hỏi nhân viên, 3 để xem cách nhắn. Hoặc gọi { $phone }. { other-languages }
too-many = Quá nhiều tin nhắn trong một giờ. Chúng tôi sẽ trả lời lại sau. Cần gặp nhân viên, xin gọi { $phone }.
language-set = Chúng tôi sẽ viết bằng tiếng Việt. Nhắn { -bus } hoặc mã số học sinh để tìm xe. { other-languages }
stopped = Xe buýt { $district }: quý vị sẽ không nhận tin từ số này nữa. Để được trả lời lại, xin nhắn START.
started = Xe buýt { $district }: chúng tôi sẽ trả lời quý vị. Nhắn { -bus } hoặc mã số học sinh để tìm xe.
trouble = Xin lỗi, hiện chúng tôi chưa tra được. Xin nhắn lại sau 5 phút hoặc gọi { $phone }.
voice-please-text = Để biết xe ở đâu, xin nhắn chữ xe buýt tới số này. Để nói chuyện với nhân viên, xin gọi { $phone }.

## The letter with a code

letter-title = Xe buýt đang ở đâu? Hãy hỏi bằng tin nhắn.
letter-for = Gửi gia đình em { $name }
letter-what = Quý vị có thể nhắn tin tới { $number } bất cứ lúc nào để biết khi nào xe đến và mức độ chắc chắn. Không cần ứng dụng, không cần tài khoản, bằng ngôn ngữ của quý vị.
letter-first = Trước tiên, xin nhắn mã này tới { $number }:
letter-then = Sau đó, nhắn { -bus } mỗi khi muốn biết xe ở đâu.
letter-date = { $written }
letter-once = Mã dùng cho một điện thoại và chỉ một lần, đến hết { $until }.
letter-second = Với điện thoại khác: dùng điện thoại đó nhắn mã số học sinh { $student }. Chúng tôi sẽ hỏi điện thoại thứ nhất, và quý vị trả lời { -yes }.
letter-private = Xin giữ kín thư này: ai có mã đều có thể hỏi về xe của học sinh này.
letter-stop = Nhắn STOP để không nhận tin nữa. Nhà mạng của quý vị tính cước như bình thường.
letter-help = Cần hỏi thêm, hoặc không dùng tin nhắn? Xin gọi { $phone }.

## Words before an answer

lead-yes = Vâng.
lead-no = Không.
lead-not-yet = Chưa.
because = { $cause ->
    [traffic] Lý do: kẹt xe.
    [weather] Lý do: thời tiết.
    [breakdown] Lý do: xe bị trục trặc.
    [crash] Lý do: có tai nạn trên đường.
    [driver] Lý do: thiếu tài xế.
    [road] Lý do: đường bị đóng.
    [school] Lý do: chậm trễ ở trường.
    [late-start] Xe khởi hành trễ.
   *[unknown] Chưa rõ lý do.
 }
window-changed = { $window } (trước: { $was })
planned = { $students }: { $bus } dự kiến đến trạm { $planned } (theo lịch). Có thể thay đổi: xin nhắn { -bus } vào hôm đó.
none-planned = { $students }: Không có chuyến xe nào theo lịch vào { $day }.

## Settings of a phone

alerts-on = Đã lưu: báo khi xe trễ, và một tin khoảng { $minutes } phút trước khi xe đến. Để đổi, nhắn { -alerts-minutes } hoặc { -alerts-off }.
alerts-off = Đã lưu: không gửi tin báo, trừ khi khẩn cấp. Vẫn có thể nhắn { -bus } bất cứ lúc nào. Để nhận tin báo, nhắn { -alerts-on }.
alerts-now = { $state ->
    [on] Tin báo qua { $channel ->
        [voice] điện thoại
        [email] email
       *[text] tin nhắn
     }. Xe trễ: từ { $threshold } phút. Trước khi đến: { $before ->
        [yes] { $minutes } phút
       *[no] không
     }. Đến nơi: { $arrivals ->
        [yes] có
       *[no] không
     }. Để đổi: { -alerts-minutes }, { -alerts-late }, { -arrivals-on }, { -alerts-by-call }, { -alerts-off }.
   *[off] Tin báo: không, trừ khi khẩn cấp. Để nhận, nhắn { -alerts-on }.
 }
alerts-minutes-range = Có thể báo từ { $least } đến { $most } phút trước khi xe đến. Nhắn ví dụ { -alerts-minutes }.
alerts-late-range = Có thể báo khi xe trễ từ { $least } đến { $most } phút trở lên. Nhắn ví dụ { -alerts-late }.
alerts-late-set = Đã lưu: báo khi xe trễ từ { $threshold } phút{ $before ->
    [yes] , và một tin khoảng { $minutes } phút trước khi xe đến
   *[no] , không gửi tin trước khi xe đến
 }. Để đổi: { -alerts-late }.
arrivals-set = { $arrivals ->
    [yes] Đã lưu: báo khi xe đến trường, và khi xe rời trạm sau giờ học. Để ngừng, nhắn { -arrivals-off }.
   *[no] Đã lưu: không báo khi xe đến nơi. Để nhận, nhắn { -arrivals-on }.
 }
channel-set = { $channel ->
    [voice] Đã lưu: báo bằng cuộc gọi. Để nhận tin nhắn lại, nhắn { -alerts-by-text }.
    [email] Đã lưu: báo bằng email. Để nhận tin nhắn lại, nhắn { -alerts-by-text }.
   *[text] Đã lưu: báo bằng tin nhắn. Để nhận cuộc gọi, nhắn { -alerts-by-call }.
 }
channel-refused = { $channel ->
    [voice] Chưa thể gọi bằng ngôn ngữ này, nên tin báo vẫn như trước.
   *[email] Chưa có email của điện thoại này. Xin báo cho trường, hoặc gọi { $phone }.
 }
quiet-set = Đã lưu: không gửi tin báo từ { $from } đến { $to }. Để bỏ, nhắn { -quiet-off }.
quiet-off = Đã lưu: không có giờ im lặng. Để đặt, nhắn ví dụ { -quiet-hours }.
quiet-now = { $state ->
    [on] Giờ im lặng: không gửi tin báo từ { $from } đến { $to }
   *[off] Chưa đặt giờ im lặng
 }. Để đổi, nhắn ví dụ { -quiet-hours }, hoặc { -quiet-off }.
students = Mã số học sinh của điện thoại này: { $students }. Nhắn một mã số, hoặc { -bus } cho tất cả.
own-name = Việt
languages = Để đổi ngôn ngữ, nhắn tên ngôn ngữ: { $languages }

## Joining

linked = Xong: điện thoại này có thể hỏi về học sinh { $students }. Nhắn { -bus } để tìm xe. Không phải quý vị? Gọi { $phone }.
code-refused = Mã đó không dùng được. Xin kiểm tra từng chữ: mỗi mã dùng một lần, đến ngày ghi trong thư. Cần mã mới, gọi { $phone }.
consent-question = Điện thoại có số cuối { $ending } xin biết giờ xe của học sinh { $students }. Nếu quý vị biết và đồng ý, nhắn { -yes }. Nếu không, nhắn { -no }.
consent-given = Xong: điện thoại đó có thể hỏi về học sinh { $students }. Nếu nhầm, xin gọi { $phone }.
consent-refused = Vâng: điện thoại đó không nhận được gì.
nothing-asked = Hiện không có câu hỏi nào chờ quý vị trả lời. Nhắn { -bus } để tìm xe, hoặc { -person } để hỏi nhân viên.

## Questions for a person

department = { $department ->
    [transportation] Phòng Đưa đón
    [special_education] Giáo dục Đặc biệt
    [enrollment] Phòng Ghi danh
    [safety] An ninh Học đường
    [complaints] Phòng Khiếu nại
    [lost_and_found] Đồ Thất lạc
    [technology] Hỗ trợ Kỹ thuật
   *[other] Văn phòng
 }
case-opened = { $department } sẽ trả lời quý vị. Số của quý vị là { $reference }. Sẽ có trả lời trước { $by }. Để xem, nhắn { -status }.
case-urgent = Nhân viên đã nhận việc khẩn này, số { $reference }. Xin gọi ngay: { $phone }. Nếu nguy hiểm: 911.
case-added = Đã thêm vào câu hỏi { $reference } ({ $department }). Sẽ có trả lời trước { $by }.
case-status = { $reference }, { $department }: { $state ->
    [received] đã nhận { $since }
    [with_department] có người phụ trách từ { $since }
    [answered] đã trả lời { $since }
   *[closed] đã đóng { $since }
 }.{ $due ->
    [yes] {" "}Sẽ có trả lời trước { $by }.
   *[no] {""}
 }
case-unknown = Không tìm thấy câu hỏi nào của điện thoại này với số đó. Để hỏi nhân viên, nhắn { -person }.
case-answer = { $department }, về { $reference }: { $words }
case-closing = { $department } đã đóng câu hỏi { $reference }. Việc đã xong chưa? Nhắn { -yes } hoặc { -no }.
case-solved = Cảm ơn quý vị. Câu hỏi { $reference } đã đóng.
case-reopened = Chúng tôi đã mở lại câu hỏi { $reference }. Sẽ có trả lời trước { $by }.

## Where it is not clear what was meant

choice = { $number } { $title }.
choose = Quý vị muốn hỏi gì? { $choices } Nhắn số, hoặc nhắn { -person }.
choose-one = Có phải quý vị muốn hỏi: { $title }? Nhắn { -yes }. Nếu không, nhắn { -person }, hoặc viết cách khác.
no-words = Chúng tôi không đọc được hình hay tin trống. Nhắn { -bus } để tìm xe, hoặc viết điều quý vị cần.
stopped-alerts = Xe buýt { $district }: ngừng gửi tin báo tới điện thoại này. Vẫn có thể nhắn { -bus }. Để nhận lại, nhắn START.

announcement = Xe buýt { $district }: { $words }
service-change = Xe buýt { $district }: { $kind ->
    [closed] không có xe buýt trường vào { $day }.
    [delay] { $day }, mọi xe buổi sáng đến trễ hơn { $minutes } phút so với dự kiến.
    [early_release] { $day }, mọi xe về nhà đến sớm hơn { $minutes } phút so với dự kiến. Phải có người ở trạm.
   *[snow] { $day }, xe có thể trễ vì đường xấu. Nhắn { -bus } trước khi đi.
 } Thắc mắc: { $phone }.

## Tin báo

some-minutes = { $minutes } phút
alert-when = { $known ->
    [yes] Xe đến lúc { $window }. { be-ready }
   *[no] Dự kiến đến trạm: { $planned }.
 }
alert-late = { $students }: { $bus } trễ khoảng { some-minutes }. { alert-when }
alert-later-still = { $students }: { $bus } còn trễ hơn nữa, khoảng { some-minutes }. { alert-when }
alert-better-again = { $students }: { $bus } đến sớm hơn đã báo, trễ { some-minutes }. { alert-when }
alert-on-time-again = { $students }: { $bus } không còn trễ, tin báo trước đã cũ. { alert-when }
alert-approaching = { $students }: { $bus } còn cách khoảng { some-minutes }. { alert-when }
alert-substitute = { $students }: { $bus } chạy thay hôm nay. Hãy tìm số này. { alert-when }
not-coming-advice = { $leg ->
    [to_school] Xin tìm cách khác để đến trường.
   *[from_school] Xin tìm cách khác để về nhà.
 }
alert-not-covered = { $students }: Không có xe cho chuyến dự kiến { $planned }. { not-coming-advice } Có xe sẽ báo ngay.
alert-cancelled = { $students }: Chuyến xe dự kiến lúc { $planned } đã bị hủy. { not-coming-advice }
alert-coming-after-all = { $students }: { $bus } vẫn sẽ đến, tin trước đã cũ. { alert-when }
alert-at-school = { $students }: { $bus } đã đến trường lúc { $seen }.
alert-dropped-off = { $students }: { $bus } đã rời trạm lúc { $seen }.
alert-outage = { $students }: Không thấy được xe{ $known ->
    [yes] {" "}từ { $since }
   *[no] {" "}lúc này
 }, chưa rõ xe của quý vị có trễ không. Dự kiến đến trạm: { $planned } (theo lịch).
alert-questions = Thắc mắc: { $phone }.
alert-child-missing = Nếu con quý vị chưa về, xin gọi { $phone }.
alert-end-hint = Để ngừng, nhắn { -alerts-off }.

clock-spoken = { $hour }:{ $minute }
window-spoken = trong khoảng { $from } đến { $to }
call-students = Học sinh { $students }
call-greeting = Xin chào. Đây là đường dây xe buýt của { $district }, có tin về xe của quý vị.
call-keys = Để xác nhận đã nghe, nhấn phím 1. Để nghe lại, nhấn phím 2. Để không nhận các cuộc gọi này nữa, nhấn phím 9. Để nói chuyện với nhân viên, nhấn phím 0.
call-heard = Cảm ơn quý vị. Xin chào.
call-ended = Chúng tôi sẽ không gọi báo tin như vậy nữa. Xin chào.
call-connecting = Xin chờ một chút, chúng tôi đang nối máy.
call-nobody = Hiện không có ai trả lời. Xin gọi { $phone }. Xin chào.
call-goodbye = Xin chào.
mail-subject = { $about ->
    [late] Xe buýt của quý vị bị trễ
    [coming] Xe buýt của quý vị đang đến
    [another-bus] Hôm nay hãy tìm xe khác
    [not-coming] Xe buýt của quý vị không đến
   *[news] Tin về xe buýt của quý vị
 }
mail-foot = Quý vị nhận email này vì có học sinh đi xe buýt của { $district }. Để đổi, nhắn { -alerts } tới { $number }. Để không nhận email này nữa: { $link }
mail-end-ask = Quý vị có muốn ngừng nhận tin báo về xe buýt không?
mail-end-yes = Ngừng nhận
mail-ended = Quý vị sẽ không nhận tin báo nữa, trừ khi khẩn cấp. Để nhận lại, nhắn { -alerts-on }.
