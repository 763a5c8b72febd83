"""The look again at the moment of sending: what is not true any more is not said, what moved is said as it is now."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from busline.alert import Alert, AlertKind
from busline.answer import Bus, Window
from busline.cause import Cause
from busline.fleet import FeedHealth, Fleet, NoticeKind, RunNotice, RunProgress
from busline.ids import CallKey, Phone, RunKey, SourceId, StudentId, VehicleId
from busline.outbound import Again, Channel, Claimed, Untrue
from busline.people import Leg
from busline.picture import Picture
from notifier.alert_promise import alert_of, promise_of, said_of
from notifier.ride import WatchedRide, Wish
from notifier.rules import News
from notifier.told import Said
from notifier.truth import true_now
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable, make_visit

RUN = make_run(stops=20)
KEY = RunKey(MONDAY, RUN.run_id)
TIMETABLE = make_timetable([RUN])
CALL = CallKey(KEY, 16)
PLANNED = at("7:30")
NOW = at("7:20")
WINDOW = Window(at("7:40"), at("7:50"), at("7:40"), at("7:41"))
LATE = Alert(
    AlertKind.LATE,
    Phone("+16175550101"),
    CALL,
    Leg.TO_SCHOOL,
    (StudentId("100001"),),
    PLANNED,
    bus=Bus(VehicleId("47")),
    window=WINDOW,
    minutes_late=14,
    cause=Cause.LATE_START,
)
RIDE = WatchedRide(
    LATE.phone, CALL, LATE.leg, LATE.students, PLANNED, Wish(timedelta(minutes=10), timedelta(minutes=8))
)
WAY = ("en", Channel.TEXT, None)


def claimed(kind: AlertKind = AlertKind.LATE, **changes: object) -> Claimed:
    alert = replace(LATE, kind=kind, **changes)  # type: ignore[arg-type]
    return Claimed(1, promise_of(News(alert, NOW, at("7:50")), RIDE, WAY), 0, None, NOW)


def driving(late_minutes: float, *, seen_at: datetime = NOW, bus: str = "47") -> RunProgress:
    """Under way, so late."""
    metres = (seen_at - at("7:00") - timedelta(minutes=late_minutes)).total_seconds() / 120 * 1_000
    return make_progress(RUN, seen_at=seen_at, distance_m=metres, bus=bus)


def picture(*progress: RunProgress, **more: object) -> Picture:
    fleet = Fleet(NOW, progress={one.key: one for one in progress}, **more)  # type: ignore[arg-type]
    return Picture(TIMETABLE, replace(fleet, last_fix_at={one.vehicle_id: one.fix_at for one in progress}))


def told(now: Picture, message: Claimed, at_moment: datetime = NOW) -> Alert:
    found = true_now(now, message, at_moment)
    assert isinstance(found, Alert), found
    return found


def why_not(now: Picture, message: Claimed, at_moment: datetime = NOW) -> str:
    found = true_now(now, message, at_moment)
    assert isinstance(found, Untrue), found
    return found.why


def test_a_delay_is_said_with_the_minutes_of_now() -> None:
    alert = told(picture(driving(16)), claimed())
    assert alert.window is not None
    assert alert.window.earliest > NOW
    assert 14 <= alert.minutes_late <= 18
    assert alert.kind is AlertKind.LATE


@pytest.mark.parametrize("kind", [AlertKind.LATE, AlertKind.LATER_STILL, AlertKind.BETTER_AGAIN])
def test_a_delay_that_is_over_is_not_said(kind: AlertKind) -> None:
    assert why_not(picture(driving(1)), claimed(kind)) == "It is not late any more."


def test_an_all_clear_is_not_said_of_a_bus_that_is_late_again() -> None:
    assert why_not(picture(driving(16)), claimed(AlertKind.ON_TIME_AGAIN)) == "It is late again."
    assert told(picture(driving(2)), claimed(AlertKind.ON_TIME_AGAIN)).minutes_late <= 4


def test_that_the_bus_came_sooner_than_was_told_stays_true() -> None:
    over = make_visit(RUN, 15, at("7:29"), at("7:30"))
    came = claimed(AlertKind.ON_TIME_AGAIN, since=at("7:29"))
    assert told(picture(driving(0), visits={KEY: (over,)}), came).since == at("7:29")


@pytest.mark.parametrize("kind", [AlertKind.LATE, AlertKind.APPROACHING, AlertKind.SUBSTITUTE])
def test_nothing_is_said_of_a_bus_that_has_been_there(kind: AlertKind) -> None:
    beyond = make_progress(RUN, seen_at=NOW, distance_m=16_000)
    assert "has been there" in why_not(picture(beyond), claimed(kind, bus=Bus(VehicleId("47"))))


@pytest.mark.parametrize("kind", [AlertKind.LATE, AlertKind.APPROACHING, AlertKind.ON_TIME_AGAIN])
def test_no_minutes_are_said_that_no_fix_supports(kind: AlertKind) -> None:
    silent = driving(16, seen_at=NOW - timedelta(minutes=7))
    assert why_not(picture(silent), claimed(kind)) == "No minutes can be given any more."
    assert why_not(picture(), claimed(kind)) == "No minutes can be given any more."


def test_during_an_outage_only_the_outage_is_said() -> None:
    feeds = {SourceId("gps"): FeedHealth(SourceId("gps"), False, "away", NOW, NOW - timedelta(minutes=4), 0)}
    blind = picture(driving(16), feeds=feeds)
    assert why_not(blind, claimed()) == "No minutes can be given any more."
    assert told(blind, claimed(AlertKind.OUTAGE)).kind is AlertKind.OUTAGE
    assert why_not(picture(driving(16)), claimed(AlertKind.OUTAGE)) == "The buses can be seen again."


def test_another_bus_is_said_while_it_drives_the_run() -> None:
    other = Bus(VehicleId("99"), VehicleId("47"))
    assert told(picture(driving(1, bus="99")), claimed(AlertKind.SUBSTITUTE, bus=other)).bus == other
    assert "another one drives" in why_not(picture(driving(1)), claimed(AlertKind.SUBSTITUTE, bus=other))


@pytest.mark.parametrize(
    ("kind", "notice"),
    [(AlertKind.NOT_COVERED, NoticeKind.UNCOVERED), (AlertKind.CANCELLED, NoticeKind.CANCELLED)],
)
def test_that_no_bus_comes_is_said_while_staff_say_so(kind: AlertKind, notice: NoticeKind) -> None:
    said = picture(notices={KEY: RunNotice(KEY, notice, "driver", at("6:50"))})
    assert told(said, claimed(kind)).kind is kind
    assert "taken it back" in why_not(picture(), claimed(kind))
    assert "By what staff say" in why_not(said, claimed())
    assert "By what staff say" in why_not(said, claimed(AlertKind.COMING_AFTER_ALL))


def test_a_bus_that_drives_an_uncovered_run_after_all_is_news_and_the_missing_one_is_none() -> None:
    notices = {KEY: RunNotice(KEY, NoticeKind.UNCOVERED, "driver", at("6:50"))}
    driven = picture(driving(2), notices=notices)
    assert "a bus drives the run" in why_not(driven, claimed(AlertKind.NOT_COVERED))
    assert told(driven, claimed(AlertKind.COMING_AFTER_ALL)).bus == Bus(VehicleId("47"))


def test_where_the_children_got_to_stays_true() -> None:
    for kind in (AlertKind.AT_SCHOOL, AlertKind.DROPPED_OFF):
        assert told(picture(), claimed(kind, since=at("7:19"))).since == at("7:19")


def test_nothing_is_said_of_a_ride_that_the_plan_has_no_more() -> None:
    there = picture(driving(16))
    sunday = promise_of(
        News(replace(LATE, call=CallKey(KEY._replace(service_date=at("7:00").date() - timedelta(1)), 16)), NOW, NOW),
        RIDE,
        WAY,
    )
    assert "no longer has this ride" in why_not(there, Claimed(1, sunday, 0, None, NOW))
    elsewhere = promise_of(News(replace(LATE, call=CallKey(KEY, 99)), NOW, NOW), RIDE, WAY)
    assert why_not(there, Claimed(1, elsewhere, 0, None, NOW)) == "The run no longer stops there."


def test_a_promise_of_another_version_is_refused_in_words() -> None:
    odd = claimed()
    with pytest.raises(ValueError, match="lacks 'window'"):
        true_now(picture(), replace(odd, promise=replace(odd.promise, facts={"leg": "to_school"})), NOW)
    with pytest.raises(ValueError, match="about no call"):
        true_now(picture(), replace(odd, promise=replace(odd.promise, call=None)), NOW)


@pytest.mark.parametrize("kind", list(AlertKind))
def test_an_alert_comes_back_out_of_its_promise_as_it_went_in(kind: AlertKind) -> None:
    alert = replace(LATE, kind=kind, turn=2, since=at("7:01"), bus=Bus(VehicleId("99"), VehicleId("47")))
    promised = promise_of(News(alert, NOW, at("7:50")), RIDE, ("es", Channel.EMAIL, "a@x.org"))
    assert alert_of(promised.kind, promised.phone, CALL, promised.facts) == alert
    assert said_of(kind, promised.facts, NOW, was_dropped=True) == Said(kind, 2, NOW, 14, VehicleId("99"), True)
    assert (promised.language, promised.channel, promised.address) == ("es", Channel.EMAIL, "a@x.org")


@pytest.mark.parametrize(
    ("kind", "key", "collapse", "again"),
    [
        (AlertKind.LATER_STILL, "late/2", "late", Again.NEVER_TWICE),
        (AlertKind.APPROACHING, "approaching/2", None, Again.NEVER_TWICE),
        (AlertKind.SUBSTITUTE, "substitute/47/2", None, Again.NEVER_TWICE),
        (AlertKind.NOT_COVERED, "covered/2", "covered", Again.BETTER_TWICE),
        (AlertKind.CANCELLED, "covered/2", "covered", Again.BETTER_TWICE),
        (AlertKind.COMING_AFTER_ALL, "covered/2", "covered", Again.NEVER_TWICE),
        (AlertKind.DROPPED_OFF, "arrival/2", None, Again.NEVER_TWICE),
        (AlertKind.OUTAGE, "outage/2", None, Again.NEVER_TWICE),
    ],
)
def test_keys_name_the_day_the_run_the_phone_and_the_turn(
    kind: AlertKind, key: str, collapse: str | None, again: Again
) -> None:
    promised = claimed(kind, turn=2).promise
    assert promised.dedupe_key == f"alert/2026-10-05/R1/+16175550101/{key}"
    assert promised.collapse_key == (None if collapse is None else f"2026-10-05/R1/+16175550101/{collapse}")
    assert promised.again is again
