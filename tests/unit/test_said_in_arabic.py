"""Hours and minutes are heard as Arabic says them, and nothing else is taken for one."""

import pytest

from sms.folding import folded
from sms.grammar import shipped_grammar
from sms.grammar.said_in_arabic import in_arabic
from sms.intent import Alerts, Quiet


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("قبل السادسة صباحا", "قبل 6 صباحا"),
        ("الساعة تسعة بالليل", "الساعه 9 بالليل"),
        ("من التاسعة للسادسة", "من 9 الي 6"),
        ("الساعة سبعة ونص", "الساعه 7:30"),
        ("بعد 9 ونصف", "بعد 9:30"),
        ("الساعة الثامنة إلا ربع", "الساعه 7:45"),
        ("الساعة الواحدة إلا ربع", "الساعه 12:45"),
        ("عشر دقايق", "10 دقايق"),
        ("بربع ساعة", "15 دقيقه"),
        ("خمسة وعشرين دقيقة", "25 دقيقه"),
    ],
)
def test_an_hour_and_minutes_in_words_are_figures(text: str, said: str) -> None:
    assert " ".join(in_arabic(text).split()) == said


@pytest.mark.parametrize(
    "text", ["الخيار الثاني", "الصف الثانية", "عندي ثلاث اولاد", "واحد من الاولاد", "where is the bus"]
)
def test_a_number_that_is_no_time_stays_a_word(text: str) -> None:
    assert folded(in_arabic(text)) == folded(text)


def test_settings_are_made_by_times_in_words() -> None:
    understand = shipped_grammar().understand
    quiet = understand("لا ترسلوا رسائل قبل السادسة صباحا").intent
    assert isinstance(quiet, Quiet)
    assert quiet.start is None
    assert quiet.end is not None
    assert quiet.end.hour == 6
    alerts = understand("خبروني قبل الباص بربع ساعة").intent
    assert isinstance(alerts, Alerts)
    assert (alerts.wanted, alerts.minutes) == (True, 15)
