"""Numbers said in words become the figures they stand for, and words that only look like one stay."""

import pytest

from sms.grammar.said_numbers import with_figures


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("早上六点半之前", "早上6点30之前"),
        ("夜晚九點之後", "夜晚9点之後"),
        ("七点四十五了", "7点45了"),
        ("五点零五", "5点05"),
        ("七点一刻", "7点15"),
        ("下午一点到", "下午1点到"),
        ("提前十五分钟", "提前15分钟"),
        ("廿分鐘", "20分鐘"),
        ("提前半小时", "提前30分钟"),
        ("三號車", "3號車"),
        ("选第二个", "选第2个"),
        ("二", "2"),
        ("bảy giờ kém mười", "6h50"),
        ("lúc 7 giờ rưỡi", "lúc 7h30"),
        ("từ chín giờ tối đến sáu giờ sáng", "từ 9h tối đến 6h sáng"),
        ("bốn giờ mười lăm phút", "4h15"),
        ("6g30", "6h30"),
        ("mười lăm phút nữa", "15 phút nữa"),
        ("hai mươi phút", "20 phút"),
        ("báo trước 10p nha", "báo trước 10 phút nha"),
        ("trước nửa tiếng", "trước 30 phút"),
        ("quiet from nine at night to six in the morning", "quiet from 9 at night to 6 in the morning"),
        ("no texts after half past eight", "no texts after 8:30"),
        ("half past 8 to midnight", "8:30 to 12 am"),
        ("silencio de las nueve y media a las seis", "silencio de las 9:30 a las 6"),
        ("silêncio das dez às seis e meia", "silêncio das 10 às 6:30"),
        ("après sept heures et demie", "après 7:30"),
    ],
)
def test_a_number_in_words_becomes_a_figure(said: str, figures: str) -> None:
    assert with_figures(said) == figures


@pytest.mark.parametrize(
    "text",
    [
        "las dos niñas",
        "as duas meninas",
        "I want to talk to one of you",
        "近一点的站",
        "十分感谢",
        "一路平安",
        "第一年",
        "bay gio xe o dau",
        "bây giờ xe ở đâu",
        "sau giờ học",
        "Quiet 9p to 6a",
        "Where is the bus?",
        "",
    ],
)
def test_what_only_looks_like_a_number_stays_as_it_was_written(text: str) -> None:
    assert with_figures(text) == text
