"""What a family reads: every answer, in every language, in one segment."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from busline.answer import (
    Answer,
    Arriving,
    AtStop,
    Bus,
    Cancelled,
    FeedOutage,
    Finished,
    LastSeen,
    LateStart,
    MayHavePassed,
    NoSignalSince,
    NotRidingToday,
    NotStarted,
    OffRoute,
    OnTheWay,
    Passed,
    RunningLate,
    Uncovered,
    Window,
)
from busline.ids import StudentId, VehicleId
from busline.people import Leg
from sms.catalogue import shipped_catalogue
from sms.catalogue.budget import shipped_budgets
from sms.segments import Encoding, segments
from sms.text import MOST_LINES, Wording, render, render_family

BOSTON = ZoneInfo("America/New_York")
LANGUAGES = shipped_catalogue().languages
BUS = Bus(VehicleId("912"), VehicleId("47"))
MIA, BEN = StudentId("100234"), StudentId("100235")


def at(hour: int, minute: int, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BOSTON)


def window(start: datetime, end: datetime) -> Window:
    return Window(start, end, start, start)


def wording(language: str = "en") -> Wording:
    return Wording(shipped_catalogue(), language, BOSTON, "(617) 555-0100")


def every_answer(leg: Leg, bus: Bus, news: datetime, earliest: datetime, latest: datetime) -> list[Answer]:
    arrival = window(earliest, latest)
    return [
        Arriving(bus, leg, arrival, news),
        RunningLate(bus, leg, arrival, 125, news),
        LastSeen(bus, leg, arrival, 125, news),
        LastSeen(bus, leg, arrival, 2, news),
        AtStop(bus, leg, news),
        NotStarted(bus, leg, latest),
        NotStarted(None, leg, latest),
        NotStarted(bus, leg, latest, earliest),
        LateStart(bus, leg, latest, 125),
        LateStart(None, leg, latest, 125),
        NoSignalSince(bus, leg, latest, news),
        OffRoute(bus, leg, latest, news),
        OnTheWay(bus, leg, latest, news),
        Uncovered(leg, latest, confirmed=True),
        Uncovered(leg, latest, confirmed=False),
        Cancelled(leg, latest),
        Passed(bus, leg, news),
        MayHavePassed(bus, leg, news),
        Finished(bus, leg, news),
        FeedOutage(leg, latest, news),
        FeedOutage(leg, latest, None),
        NotRidingToday(date(2026, 11, 25)),
        NotRidingToday(None),
    ]


LONGEST = [
    answer
    for leg in Leg
    for answer in every_answer(
        leg, Bus(VehicleId("47123"), VehicleId("47124")), at(11, 50), earliest=at(11, 55), latest=at(12, 45)
    )
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", LONGEST, ids=lambda answer: type(answer).__name__)
def test_an_answer_keeps_to_its_budget_at_its_longest(answer: Answer, language: str) -> None:
    text = render(answer, [MIA], wording(language), now=at(11, 51))
    size = segments(text)
    # What shares a line with the longest answers has no budget of its own that is smaller.
    assert size.count <= shipped_budgets().of(language, "arriving"), f"{size.units}: {text}"
    assert (size.encoding is Encoding.GSM7) == shipped_catalogue().folds(language)


@pytest.mark.parametrize(
    ("answer", "english", "spanish"),
    [
        (
            Arriving(BUS, Leg.TO_SCHOOL, window(at(7, 5), at(7, 12)), at(7, 1)),
            "100234: Bus 912 (not 47) is on its way. It comes 7:05-7:12 AM. Be at the stop by 7:05 AM. "
            "Live at 7:01 AM.",
            "100234: El autobus 912 (no 47) viene en camino. Llega 7:05-7:12 am. "
            "Hora de estar en la parada: 7:05 am. En vivo 7:01 am.",
        ),
        (
            RunningLate(Bus(VehicleId("47")), Leg.FROM_SCHOOL, window(at(15, 5), at(15, 12)), 25, at(15, 1)),
            "100234: Bus 47 is 25 min late. It comes 3:05-3:12 PM. Someone must be at the stop by 3:05 PM. "
            "Live at 3:01 PM.",
            "100234: El autobus 47 lleva 25 min de retraso. Llega 3:05-3:12 pm. "
            "Alguien debe estar en la parada: 3:05 pm. En vivo 3:01 pm.",
        ),
        (
            Uncovered(Leg.TO_SCHOOL, at(7, 5), confirmed=False),
            "100234: We see no bus yet on the ride planned at 7:05 AM. Text again in 5 min, or call (617) 555-0100.",
            "100234: No vemos autobus para el viaje previsto: 7:05 am. Escriba otra vez en 5 min, "
            "o llame al (617) 555-0100.",
        ),
        (
            NoSignalSince(Bus(VehicleId("47")), Leg.TO_SCHOOL, at(7, 5), at(6, 51)),
            "100234: Bus 47 has sent no signal since 6:51 AM, so we cannot say when it comes. "
            "Planned at your stop: 7:05 AM. Text again in 5 min.",
            "100234: El autobus 47 no da señal desde 6:51 am; no podemos decir cuando llega. "
            "Previsto en su parada: 7:05 am. Escriba otra vez en 5 min.",
        ),
        (
            NotStarted(Bus(VehicleId("47")), Leg.TO_SCHOOL, at(7, 5), at(7, 1)),
            "100234: Bus 47 has not started yet. Planned at your stop: 7:05 AM (from the schedule). "
            "Be at the stop by 7:01 AM.",
            "100234: El autobus 47 aun no ha salido. Hora prevista en su parada: 7:05 am (segun el horario). "
            "Hora de estar en la parada: 7:01 am.",
        ),
        (
            NotRidingToday(date(2026, 11, 25)),
            "100234: No more bus rides are planned today. Next one: Wed Nov 25.",
            "100234: Hoy no hay mas viajes en autobus previstos. El proximo: mié 25 nov.",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_answer_reads_so(answer: Answer, english: str, spanish: str) -> None:
    assert render(answer, [MIA], wording("en"), now=at(7, 2)) == english
    assert render(answer, [MIA], wording("es"), now=at(7, 2)) == spanish


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "ht",
            "100234: Bis 912 (pa 47) sou wout. L ap rive 3:05-3:12 PM. Yon moun dwe nan arè a anvan 3:05 PM. "
            "An dirèk 3:01 PM.",
        ),
        (
            "kea",
            "100234: Autokaru 912 (ka 47) sta na kaminhu. E ta txiga 15:05-15:12. "
            "Algen debe sta na paraji antis di 15:05. Na diretu 15:01.",
        ),
        (
            "vi",
            "100234: Xe buýt 912 (thay xe 47) đang trên đường, đến lúc 15:05-15:12. "
            "Cần có người đón ở trạm trước 15:05. Trực tiếp 15:01.",
        ),
        ("zh", "100234：校车912（代47）在路上，15:05-15:12到。15:05前须有人在站接。实时15:01。"),
        (
            "pt",
            "100234: O onibus 912 (nao 47) esta a caminho. Chega 15h05-15h12. "
            "Alguém deve estar no ponto até 15h05. Ao vivo 15h01.",
        ),
        (
            "so",
            "100234: Baska 912 (ma aha 47) waa soo socdaa. Wuxuu imanayaa 3:05-3:12 PM. "
            "Qof ha joogo istaanka 3:05 PM ka hor. Toos 3:01 PM.",
        ),
        (
            "fr",
            "100234: Le bus 912 (pas 47) est en route. Arrivée 15h05-15h12. "
            "Quelqu'un doit etre à l'arret avant 15h05. En direct 15h01.",
        ),
        (
            "ar",
            "100234: الحافلة 912 (بدل 47) في الطريق. تصل بين 3:05 و3:12 م. ليكن شخص في الموقف قبل 3:05 م. "
            "مباشر 3:01 م.",
        ),
    ],
)
def test_a_bus_on_its_way_home_reads_so_in_the_other_languages(language: str, text: str) -> None:
    arriving = Arriving(BUS, Leg.FROM_SCHOOL, window(at(15, 5), at(15, 12)), at(15, 1))
    assert render(arriving, [MIA], wording(language), now=at(15, 2)) == text


LIVE = {
    "en": "live",
    "es": "en vivo",
    "ht": "an dirèk",
    "kea": "na diretu",
    "vi": "trực tiếp",
    "zh": "实时",
    "pt": "ao vivo",
    "so": "toos",
    "fr": "en direct",
    "ar": "مباشر",
}
PLANNED = {
    "en": "planned",
    "es": "previst",
    "ht": "prevwa",
    "kea": "previst",
    "vi": "dự kiến",
    "zh": "计划",
    "pt": "previst",
    "so": "qorsh",
    "fr": "prévu",
    "ar": "المقرر",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_bus_seen_in_the_last_ninety_seconds_is_called_live(language: str) -> None:
    for answer in LONGEST:
        text = render(answer, [MIA], wording(language), now=at(11, 51)).lower()
        assert (LIVE[language] in text) == isinstance(answer, Arriving | RunningLate | AtStop), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_planned_time_is_called_planned(language: str) -> None:
    for answer in LONGEST:
        if hasattr(answer, "planned_at"):
            text = render(answer, [MIA], wording(language), now=at(11, 51)).lower()
            assert PLANNED[language] in text, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_changed_promise_still_fits_for_an_ordinary_bus(language: str) -> None:
    bus, before, now = Bus(VehicleId("4712")), window(at(7, 10), at(7, 18)), window(at(7, 20), at(7, 28))
    for leg in Leg:
        for answer in (
            Arriving(bus, leg, now, at(7, 15), before),
            RunningLate(bus, leg, now, 12, at(7, 15), before),
            LastSeen(bus, leg, now, 12, at(7, 15), before),
        ):
            text = render(answer, [MIA], wording(language), now=at(7, 16))
            assert segments(text).count <= shipped_budgets().of(language, "arriving"), text


def test_a_window_across_noon_names_both_halves_of_the_day() -> None:
    across = Arriving(BUS, Leg.TO_SCHOOL, window(at(11, 58), at(12, 4)), at(11, 50))
    assert "It comes 11:58 AM-12:04 PM." in render(across, [MIA], wording(), now=at(11, 50))


def test_a_window_of_one_minute_is_one_time() -> None:
    sharp = Arriving(BUS, Leg.TO_SCHOOL, window(at(7, 5), at(7, 5)), at(7, 4))
    assert "It comes 7:05 AM." in render(sharp, [MIA], wording(), now=at(7, 4))


def test_midnight_and_noon_are_twelve() -> None:
    assert "12:00 AM" in render(Passed(BUS, Leg.FROM_SCHOOL, at(0, 0)), [MIA], wording(), now=at(0, 5))
    assert "12:00 PM" in render(Passed(BUS, Leg.FROM_SCHOOL, at(12, 0)), [MIA], wording(), now=at(12, 5))


def test_a_time_on_another_day_carries_its_date() -> None:
    tomorrow = NotStarted(None, Leg.TO_SCHOOL, at(7, 5, day=24))
    assert "Planned at your stop: Tue Nov 24, 7:05 AM" in render(tomorrow, [MIA], wording(), now=at(21, 0))
    assert "mar 24 nov, 7:05 am" in render(tomorrow, [MIA], wording("es"), now=at(21, 0))


def test_times_are_the_districts_whatever_zone_they_come_in() -> None:
    utc = at(7, 6).astimezone(ZoneInfo("UTC"))
    assert "at 7:06 AM" in render(Passed(BUS, Leg.TO_SCHOOL, utc), [MIA], wording(), now=utc)


def test_siblings_on_one_bus_share_a_line_and_others_have_their_own() -> None:
    shared = AtStop(BUS, Leg.TO_SCHOOL, at(7, 5))
    other = NotRidingToday(None)
    text = render_family([(MIA, shared), (StudentId("100300"), other), (BEN, shared)], wording(), now=at(7, 5))
    assert text.split("\n") == [
        "100234, 100235: Bus 912 (not 47) is at your stop now. Live at 7:05 AM.",
        "100300: No more bus rides are planned today.",
    ]


@pytest.mark.parametrize(("more", "words"), [(1, "For 1 more student,"), (4, "For 4 more students,")])
def test_a_very_large_family_gets_the_first_lines_and_is_told_of_the_rest(more: int, words: str) -> None:
    told: list[tuple[StudentId, Answer]] = [
        (StudentId(f"10{number:04}"), AtStop(BUS, Leg.TO_SCHOOL, at(7, 5) + timedelta(minutes=number)))
        for number in range(MOST_LINES + more)
    ]
    lines = render_family(told, wording(), now=at(7, 30)).split("\n")
    assert len(lines) == MOST_LINES + 1
    assert lines[-1].startswith(words)
    assert len("\n".join(lines)) < 1_600
