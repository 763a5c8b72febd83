"""Why a bus is late, and what is planned tomorrow: only what somebody said, or what was seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from busline.answer import Bus, Cancelled, NotStarted
from busline.cause import Cause, cause_of
from busline.fleet import Fleet, NoticeKind, RunNotice
from busline.ids import CallKey, RunKey, StudentId, VehicleId
from busline.people import Leg
from busline.picture import Picture
from sms.catalogue import shipped_catalogue
from sms.text import Wording, render_planned
from tests.builders import MONDAY, ZONE, at, make_progress, make_ride, make_run, make_timetable

RUN = make_run()
TIMETABLE = make_timetable([RUN])
KEY = RunKey(MONDAY, RUN.run_id)
CALL = CallKey(KEY, 4)
TUESDAY = MONDAY + timedelta(days=1)
ENGLISH = Wording(shipped_catalogue(), "en", ZONE, "(617) 555-0150")


def fleet(*, started: str | None = None, cause: str | None = None) -> Fleet:
    progress = make_progress(RUN, seen_at=at("7:12"), distance_m=900.0)
    progress = replace(progress, started_at=None if started is None else at(started))
    notices = {} if cause is None else {KEY: RunNotice(KEY, NoticeKind.CANCELLED, cause, at("6:30"))}
    return Fleet(at=at("7:12"), progress={KEY: progress}, notices=notices)


@pytest.mark.parametrize(
    ("started", "cause", "expected"),
    [
        (None, None, None),
        ("7:04", None, None),
        ("7:06", None, Cause.LATE_START),
        ("7:06", "weather", Cause.WEATHER),
        ("7:06", "the driver overslept", Cause.LATE_START),
        (None, "the driver overslept", None),
    ],
)
def test_a_cause_is_what_staff_said_in_a_known_word_else_what_was_seen(
    started: str | None, cause: str | None, expected: Cause | None
) -> None:
    assert cause_of(TIMETABLE, fleet(started=started, cause=cause), CALL) is expected


def test_every_cause_has_words_in_every_language() -> None:
    catalogue = shipped_catalogue()
    for language in catalogue.languages:
        unknown = catalogue.raw(language, "because", cause="unknown")
        said = {catalogue.raw(language, "because", cause=cause) for cause in Cause}
        assert unknown not in said
        assert len(said) == len(Cause)


def test_what_is_planned_tomorrow_is_in_order_and_a_ride_that_is_called_off_is_told_so() -> None:
    home = make_run("R2", start="14:30")
    rides = [make_ride(home, leg=Leg.FROM_SCHOOL), make_ride(RUN)]
    timetable, now = make_timetable([RUN, home]), at("7:12")
    planned = Picture(timetable, Fleet(at=now)).planned_on(rides, TUESDAY, now)
    assert [one.answer for one in planned] == [
        NotStarted(Bus(VehicleId("47")), Leg.TO_SCHOOL, at("7:06", TUESDAY)),
        NotStarted(Bus(VehicleId("47")), Leg.FROM_SCHOOL, at("14:36", TUESDAY)),
    ]
    tomorrow = RunKey(TUESDAY, RUN.run_id)
    notice = RunNotice(tomorrow, NoticeKind.CANCELLED, "weather", now)
    first, _ = Picture(timetable, Fleet(at=now, notices={tomorrow: notice})).planned_on(rides, TUESDAY, now)
    assert first.answer == Cancelled(Leg.TO_SCHOOL, at("7:06", TUESDAY))
    assert Picture(timetable, Fleet(at=now)).planned_on(rides, MONDAY + timedelta(days=5), now) == ()


def test_both_rides_of_a_bus_stand_in_one_line_and_a_siblings_with_them() -> None:
    bus = Bus(VehicleId("47"))
    rides = [
        NotStarted(bus, Leg.TO_SCHOOL, at("7:06", TUESDAY)),
        NotStarted(bus, Leg.FROM_SCHOOL, at("14:36", TUESDAY)),
    ]
    told = [(StudentId(student), ride) for student in ("100234", "100235") for ride in rides]
    assert render_planned(told, TUESDAY, ENGLISH, at("7:12")).startswith(
        "100234, 100235: Bus 47 is planned at your stop Tue Oct 6, 7:06 AM / 2:36 PM (from the schedule)."
    )
