"""What a family reads and hears without having asked: every kind of news, in every language, in one segment."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from busline.alert import Alert, AlertKind
from busline.answer import Bus, Window
from busline.cause import Cause
from busline.ids import CallKey, Phone, RunId, RunKey, StudentId, VehicleId
from busline.people import Leg
from sms.catalogue import shipped_catalogue
from sms.catalogue.budget import shipped_budgets
from sms.outgoing.alert_text import render_alert, render_alert_by_mail, spoken_alert
from sms.segments import Encoding, segments
from sms.text import Wording

BOSTON = ZoneInfo("America/New_York")
LANGUAGES = shipped_catalogue().languages
PHONE = "(617) 555-0100"


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=BOSTON)


def wording(language: str = "en", *, spoken: bool = False) -> Wording:
    return Wording(shipped_catalogue(), language, BOSTON, PHONE, spoken)


def alert(kind: AlertKind, leg: Leg = Leg.TO_SCHOOL) -> Alert:
    return Alert(
        kind=kind,
        phone=Phone("+16175550123"),
        call=CallKey(RunKey(date(2026, 11, 23), RunId("R1")), 3),
        leg=leg,
        students=(StudentId("100234"),),
        planned_at=at(7, 6),
        bus=Bus(VehicleId("912"), VehicleId("47") if kind is AlertKind.SUBSTITUTE else None),
        window=Window(at(7, 20), at(7, 28), at(7, 20), at(7, 21)),
        minutes_late=15,
        since=None if kind is AlertKind.ON_TIME_AGAIN else at(7, 1),
    )


def at_its_longest(kind: AlertKind, leg: Leg) -> Alert:
    return replace(
        alert(kind, leg),
        planned_at=at(12, 45),
        bus=Bus(VehicleId("47123"), VehicleId("47124")),
        window=Window(at(11, 55), at(12, 45), at(11, 55), at(11, 56)),
        minutes_late=125,
        since=None if kind is AlertKind.ON_TIME_AGAIN else at(11, 45),
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("leg", Leg)
@pytest.mark.parametrize("kind", AlertKind)
def test_an_alert_keeps_to_its_budget_at_its_longest_with_all_that_goes_with_it(
    kind: AlertKind, leg: Leg, language: str
) -> None:
    longest = replace(at_its_longest(kind, leg), cause=Cause.BREAKDOWN)
    # 125 minutes before its window begins: the longest number of minutes, too.
    text = render_alert(longest, wording(language), at(9, 50), is_first=True)
    size = segments(text)
    assert size.count <= shipped_budgets().of_language[language], f"{size.units}: {text}"
    assert (size.encoding is Encoding.GSM7) == shipped_catalogue().folds(language)
    assert "  " not in text


ENGLISH = {
    AlertKind.LATE: "100234: Bus 912 is about 15 minutes late. It comes 7:20-7:28 AM. Be at the stop by 7:20 AM.",
    AlertKind.LATER_STILL: "100234: Bus 912 is later still, about 15 minutes. It comes 7:20-7:28 AM. "
    "Be at the stop by 7:20 AM.",
    AlertKind.BETTER_AGAIN: "100234: Bus 912 comes sooner than we said, about 15 minutes late. It comes 7:20-7:28 AM. "
    "Be at the stop by 7:20 AM.",
    AlertKind.ON_TIME_AGAIN: "100234: Bus 912 is not late any more: the delay we told you of is over. "
    "It comes 7:20-7:28 AM. Be at the stop by 7:20 AM.",
    AlertKind.APPROACHING: "100234: Bus 912 is about 10 minutes away. It comes 7:20-7:28 AM. "
    "Be at the stop by 7:20 AM.",
    AlertKind.SUBSTITUTE: "100234: Bus 912 (not 47) drives your ride today. Look for this number. "
    "It comes 7:20-7:28 AM. Be at the stop by 7:20 AM.",
    AlertKind.NOT_COVERED: "100234: No bus was found for the ride planned at 7:06 AM. "
    "Please find another way to school. We will tell you if one comes. Questions: (617) 555-0100.",
    AlertKind.CANCELLED: "100234: The bus planned at 7:06 AM is cancelled. Please find another way to school. "
    "Questions: (617) 555-0100.",
    AlertKind.COMING_AFTER_ALL: "100234: Bus 912 comes after all: our last message no longer holds. "
    "It comes 7:20-7:28 AM. Be at the stop by 7:20 AM.",
    AlertKind.AT_SCHOOL: "100234: Bus 912 got to school at 7:01 AM.",
    AlertKind.DROPPED_OFF: "100234: Bus 912 left your stop at 7:01 AM. If your child is not with you, "
    "call (617) 555-0100.",
    AlertKind.OUTAGE: "100234: We cannot see the buses since 7:01 AM, so we cannot say if yours is late. "
    "Planned at your stop: 7:06 AM (from the schedule).",
}


@pytest.mark.parametrize("kind", AlertKind)
def test_an_alert_reads_so(kind: AlertKind) -> None:
    assert render_alert(alert(kind), wording(), at(7, 10)) == ENGLISH[kind]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "es",
            "100234: El autobus 912 lleva unos 15 minutos de retraso. Llega 7:20-7:28 am. "
            "Alguien debe estar en la parada: 7:20 am.",
        ),
        (
            "ht",
            "100234: Bis 912 gen anviwon 15 minit reta. L ap rive 7:20-7:28 AM. Yon moun dwe nan arè a anvan 7:20 AM.",
        ),
        (
            "kea",
            "100234: Autokaru 912 sta uns 15 minutu trazadu. E ta txiga 7:20-7:28. "
            "Algen debe sta na paraji antis di 7:20.",
        ),
        ("vi", "100234: Xe buýt 912 trễ khoảng 15 phút. Xe đến lúc 7:20-7:28. Cần có người đón ở trạm trước 7:20."),
        ("zh", "100234：校车912晚点约15分钟。7:20-7:28到。7:20前须有人在站接。"),
        (
            "pt",
            "100234: O onibus 912 esta uns 15 minutos atrasado. Chega 7h20-7h28. Alguém deve estar no ponto até 7h20.",
        ),
        (
            "so",
            "100234: Baska 912 wuxuu daahay ilaa 15 daqiiqo. Wuxuu imanayaa 7:20-7:28 AM. "
            "Qof ha joogo istaanka 7:20 AM ka hor.",
        ),
        (
            "fr",
            "100234: Le bus 912 a environ 15 minutes de retard. Arrivée 7h20-7h28. "
            "Quelqu'un doit etre à l'arret avant 7h20.",
        ),
        ("ar", "100234: الحافلة 912 متأخرة نحو 15 دقيقة. تصل بين 7:20 و7:28 ص. ليكن شخص في الموقف قبل 7:20 ص."),
    ],
)
def test_a_late_bus_home_reads_so_in_the_other_languages(language: str, text: str) -> None:
    assert render_alert(alert(AlertKind.LATE, Leg.FROM_SCHOOL), wording(language), at(7, 10)) == text


def test_the_reason_stands_where_it_is_known_and_costs_nothing() -> None:
    late = replace(alert(AlertKind.LATE), cause=Cause.TRAFFIC)
    assert render_alert(late, wording(), at(7, 10)) == ENGLISH[AlertKind.LATE] + " The reason: traffic."
    longest = replace(at_its_longest(AlertKind.ON_TIME_AGAIN, Leg.FROM_SCHOOL), cause=Cause.TRAFFIC)
    assert "reason" not in render_alert(longest, wording(), at(11, 46))
    no_room = replace(at_its_longest(AlertKind.BETTER_AGAIN, Leg.FROM_SCHOOL), cause=Cause.TRAFFIC)
    assert render_alert(no_room, wording(), at(11, 46)) == render_alert(
        replace(no_room, cause=None), wording(), at(11, 46)
    )


@pytest.mark.parametrize("kind", [AlertKind.APPROACHING, AlertKind.AT_SCHOOL, AlertKind.COMING_AFTER_ALL])
def test_good_news_needs_no_reason(kind: AlertKind) -> None:
    assert render_alert(replace(alert(kind), cause=Cause.TRAFFIC), wording(), at(7, 10)) == ENGLISH[kind]


def test_the_first_alert_to_a_phone_says_how_to_end_them() -> None:
    first = render_alert(alert(AlertKind.LATE), wording(), at(7, 10), is_first=True)
    assert first == ENGLISH[AlertKind.LATE] + " To end alerts, text ALERTS OFF."


def test_a_message_about_two_children_says_so_once() -> None:
    both = replace(alert(AlertKind.LATE), students=(StudentId("100234"), StudentId("100235")))
    assert render_alert(both, wording(), at(7, 10)).startswith("100234, 100235: Bus 912 is")


def test_where_no_minutes_can_be_given_the_plan_is_named() -> None:
    unseen = replace(alert(AlertKind.LATE), window=None)
    assert render_alert(unseen, wording(), at(7, 10)) == (
        "100234: Bus 912 is about 15 minutes late. Planned at your stop: 7:06 AM."
    )
    nobody = replace(alert(AlertKind.COMING_AFTER_ALL), window=None, bus=None)
    assert render_alert(nobody, wording(), at(7, 10)).startswith("100234: The bus comes after all")


def test_the_minutes_until_it_comes_are_those_of_the_moment_of_sending() -> None:
    near = alert(AlertKind.APPROACHING)
    assert "about 4 minutes away" in render_alert(near, wording(), at(7, 16))
    assert "about 1 minute away" in render_alert(near, wording(), at(7, 19) + timedelta(seconds=30))
    assert "about 1 minute away" in render_alert(near, wording(), at(7, 22))


def test_an_all_clear_for_a_bus_that_has_been_there_says_when() -> None:
    was_there = replace(alert(AlertKind.ON_TIME_AGAIN), since=at(7, 12))
    assert render_alert(was_there, wording(), at(7, 13)) == (
        "100234: Bus 912 was at your stop at 7:12 AM. If you missed it, call (617) 555-0100."
    )


def test_since_when_is_said_only_where_it_is_known() -> None:
    unknown = replace(alert(AlertKind.OUTAGE), since=None)
    assert render_alert(unknown, wording(), at(7, 10)).startswith("100234: We cannot see the buses now, so")


@pytest.mark.parametrize(
    "lacking",
    [
        replace(alert(AlertKind.APPROACHING), window=None),
        replace(alert(AlertKind.SUBSTITUTE), bus=None),
        replace(alert(AlertKind.AT_SCHOOL), since=None),
        replace(alert(AlertKind.DROPPED_OFF), since=None),
    ],
    ids=lambda lacking: str(lacking.kind),
)
def test_an_alert_that_lacks_what_it_is_about_is_never_sent_with_a_hole(lacking: Alert) -> None:
    with pytest.raises(ValueError, match="needs"):
        render_alert(lacking, wording(), at(7, 10))


def test_a_voice_says_figures_one_by_one_and_times_as_times() -> None:
    late = replace(alert(AlertKind.LATE), cause=Cause.TRAFFIC)
    assert spoken_alert(late, wording(spoken=True), at(7, 10)) == (
        "Student 1 0 0 2 3 4: Bus 9 1 2 is about 15 minutes late. It comes between 7:20 and 7:28 AM. "
        "Be at the stop by 7:20 AM.",
        "The reason: traffic.",
    )


def test_a_voice_keeps_a_number_that_is_short_and_says_a_phone_in_its_groups() -> None:
    cancelled = replace(alert(AlertKind.DROPPED_OFF), bus=Bus(VehicleId("47")))
    assert spoken_alert(cancelled, wording(spoken=True), at(7, 10)) == (
        "Student 1 0 0 2 3 4: Bus 47 left your stop at 7:01 AM.",
        "If your child is not with you, call 6 1 7, 5 5 5, 0 1 0 0.",
    )


def test_a_voice_says_spanish_with_its_accents_and_the_half_of_the_day_in_words() -> None:
    home = replace(
        alert(AlertKind.SUBSTITUTE, Leg.FROM_SCHOOL), window=Window(at(15, 5), at(15, 12), at(15, 5), at(15, 6))
    )
    assert spoken_alert(home, wording("es", spoken=True), at(15, 0)) == (
        "Estudiante 1 0 0 2 3 4: El autobús 9 1 2 (no 47) hace hoy su viaje. Busque ese número. "
        "Llega entre las 3:05 y las 3:12 de la tarde. Alguien debe estar en la parada: 3:05 de la tarde.",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_voice_never_reads_an_abbreviated_half_of_the_day_out_by_its_letters(language: str) -> None:
    (said,) = spoken_alert(alert(AlertKind.LATE), wording(language, spoken=True), at(7, 10))
    assert not {"am", "pm", "ص", "م"} & set(said.replace(".", " ").split()), said
    assert "7:20-" not in said


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (AlertKind.LATE, "Your bus is late"),
        (AlertKind.ON_TIME_AGAIN, "Your bus is coming"),
        (AlertKind.SUBSTITUTE, "Look for another bus today"),
        (AlertKind.CANCELLED, "Your bus does not come"),
        (AlertKind.AT_SCHOOL, "News about your bus"),
    ],
)
def test_a_mail_tells_what_it_is_about_and_holds_all_of_it(kind: AlertKind, subject: str) -> None:
    told = replace(alert(kind), cause=Cause.WEATHER)
    mail = render_alert_by_mail(
        told, wording(), at(7, 10), district="Springfield", number="(617) 555-0199", link="https://bus.example.org/e"
    )
    assert mail.subject == subject
    assert mail.body.startswith(ENGLISH[kind].partition(" Questions")[0])
    assert ("The reason: the weather." in mail.body) == (kind in (AlertKind.LATE, AlertKind.CANCELLED))
    assert "text ALERTS to (617) 555-0199" in mail.body
    assert mail.body.endswith("To end these mails: https://bus.example.org/e\n")


def test_a_mail_keeps_the_accents_that_texts_leave_out() -> None:
    told = Wording(shipped_catalogue(), "es", BOSTON, PHONE, keeps_accents=True)
    mail = render_alert_by_mail(alert(AlertKind.LATE), told, at(7, 10), district="D", number="1", link="https://x")
    assert "El autobús 912 lleva unos 15 minutos de retraso." in mail.body
