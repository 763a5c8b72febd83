"""What a family is told while things go as they go: reports of buses in, through tracker and engine, the answer out.

One story for every case that a tracker of buses must know, with the moments just before and after its thresholds.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest

from busline.answer import (
    Answer,
    Arriving,
    AtStop,
    Bus,
    Cancelled,
    FeedOutage,
    LastSeen,
    LateStart,
    MayHavePassed,
    NoSignalSince,
    NotStarted,
    OffRoute,
    Passed,
    RunningLate,
    Uncovered,
)
from busline.cause import Cause, cause_of
from busline.fleet import NoticeKind, RunNotice, RunState
from busline.ids import CallKey, StudentId, VehicleId
from busline.people import Leg, Ride
from busline.picture import Picture
from busline.position import Position
from busline.run_state import run_state
from busline.timetable import Run
from tests.tracking_builder import (
    DAY,
    PACE_MPS,
    Profile,
    at,
    drive,
    fix,
    fresh_tracker,
    key_of,
    make_run,
    make_timetable,
    steady,
    street,
)

AVENUE = street((0, 0), (8_000, 0))
"""Stops every 400 m, 50 s apart."""
USUAL = Bus(VehicleId("47"))


class School:
    """A day's runs as Busline sees them, and the families that ask."""

    def __init__(self, *runs: Run) -> None:
        self.timetable = make_timetable(*runs)
        self.tracker = fresh_tracker(self.timetable)
        self.picture = Picture(self.timetable, self.tracker.fleet)

    def hears(self, reports: Iterable[Position]) -> None:
        """Every report by itself, as it comes."""
        for report in sorted(reports, key=lambda report: report.fix_at):
            step = self.tracker.take([report], report.fix_at + timedelta(seconds=1))
            self.picture.engine.learn(step.progress)
            self.picture.fleet = step.fleet

    def tells(self, run: Run, stop: int, seconds: float, *, now: datetime | None = None) -> Answer:
        """The answer to a family at a stop of the run, so many seconds after its planned start."""
        ride = Ride(
            student_id=StudentId("100234"),
            run_id=run.run_id,
            stop_id=run.pattern.stop_ids[stop],
            stop_sequence=int(run.stop_sequences[stop]),
            leg=Leg.TO_SCHOOL,
            weekdays=0b0011111,
            start_date=date(2026, 9, 1),
            end_date=date(2027, 6, 30),
        )
        return self.picture.answer([ride], now or at(run, seconds))

    def state(self, run: Run, seconds: float) -> RunState:
        return run_state(self.timetable, run, DAY, self.tracker.fleet, at(run, seconds))


def planned(run: Run, stop: int) -> datetime:
    return at(run, float(run.arrival_seconds[stop] - run.start_seconds))


def is_not_started(answer: Answer, planned_at: datetime, bus: Bus = USUAL) -> None:
    """The plan's time, and one to be at the stop by, within some minutes of it."""
    assert isinstance(answer, NotStarted)
    assert (answer.bus, answer.leg, answer.planned_at) == (bus, Leg.TO_SCHOOL, planned_at)
    assert answer.be_ready_by is not None
    assert abs(answer.be_ready_by - planned_at) < timedelta(minutes=10)


def up_to(run: Run, seconds: float, *, late: float = 0.0) -> list[Position]:
    """The bus has kept its pace until then, having left so late."""
    start: Profile = [(late - 60, 0), (late, 0)] if late else [(0, 0)]
    return drive(run, [*start, (seconds, PACE_MPS * (seconds - late))])


def test_a_bus_held_at_a_stop_is_held_after_four_minutes_and_promises_less_and_less() -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    school.hears(drive(run, [(0, 0), (150, 1_200), (380, 1_200)]))
    # It stands at its fourth stop since 150 s.
    assert isinstance(school.tells(run, 3, 380), AtStop)
    before = school.tells(run, 8, 380)
    assert isinstance(before, Arriving)
    assert school.state(run, 380) is RunState.AT_STOP
    school.hears(drive(run, [(390, 1_200), (640, 1_200)]))
    assert school.state(run, 640) is RunState.HELD
    held = school.tells(run, 8, 640)
    assert isinstance(held, RunningLate)
    assert held.minutes_late >= 7
    assert held.window.earliest > before.window.earliest
    school.hears(drive(run, [(650, 1_240), (700, 1_600)]))
    assert school.state(run, 700) in (RunState.EN_ROUTE, RunState.AT_STOP)
    assert isinstance(school.tells(run, 3, 700), Passed)
    assert isinstance(school.tells(run, 8, 700), RunningLate)


def test_a_detour_gives_no_minutes_and_what_it_drove_round_may_have_been_passed() -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    school.hears(up_to(run, 130))
    school.hears([fix(at(run, 150), (1_040, 150), run=run)])
    assert isinstance(school.tells(run, 8, 151), Arriving), "one stray fix is no detour"
    school.hears([fix(at(run, 150 + 20 * turn), (1_040 + 80 * turn, 300), run=run) for turn in range(1, 5)])
    off = school.tells(run, 8, 231)
    assert isinstance(off, OffRoute)
    assert off.planned_at == planned(run, 8)
    assert off.fix_at == at(run, 230)
    school.hears(drive(run, [(250, 1_800), (310, 2_280)]))
    back = school.tells(run, 8, 311)
    assert isinstance(back, Arriving)
    assert isinstance(school.tells(run, 3, 311), MayHavePassed), "the stop at 1,200 m was driven round"
    assert isinstance(school.tells(run, 1, 311), Passed)


def test_the_way_out_past_a_stop_is_not_the_visit_on_the_way_back() -> None:
    run = make_run("R", street((0, 0), (2_000, 0), (0, 0)), bus="47")
    school = School(run)
    out, back = 2, len(run) - 3  # the same place, on both sides of the street
    school.hears(up_to(run, 110))
    assert isinstance(school.tells(run, out, 110), Passed)
    assert isinstance(school.tells(run, back, 110), Arriving)
    school.hears(drive(run, [(120, 960), (380, 3_040)]))
    assert isinstance(school.tells(run, back, 380), Arriving)
    school.hears(drive(run, [(390, 3_120), (400, 3_200), (430, 3_200)]))
    assert isinstance(school.tells(run, back, 431), AtStop)
    school.hears(drive(run, [(440, 3_280), (470, 3_520)]))
    assert isinstance(school.tells(run, back, 471), Passed)


def test_a_loop_is_driven_once_and_its_end_is_not_its_beginning() -> None:
    run = make_run("R", street((0, 0), (1_600, 0), (1_600, 1_600), (0, 1_600), (0, 0)), bus="47")
    school = School(run)
    school.hears(drive(run, [(-240, 0), (0, 0), (60, 480)]))
    last = len(run) - 1
    assert isinstance(school.tells(run, last, 61), Arriving), "it stood at its end, before it began"
    assert isinstance(school.tells(run, 0, 61), Passed)
    school.hears(drive(run, [(70, 560), (800, 6_400), (900, 6_400)]))
    assert isinstance(school.tells(run, last, 900), Passed)
    assert school.state(run, 900) is RunState.DONE


@pytest.mark.parametrize(
    ("age", "told"),
    [(0, Arriving), (89, Arriving), (91, LastSeen), (359, LastSeen), (361, NoSignalSince)],
)
def test_the_older_the_last_fix_the_less_is_said(age: float, told: type[Answer]) -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    school.hears(up_to(run, 200))
    assert isinstance(school.tells(run, 15, 200 + age), told)


@pytest.mark.parametrize(("gap", "told"), [(300, Passed), (420, MayHavePassed)])
def test_after_a_gap_the_bus_is_live_again_and_a_short_one_is_bridged(gap: float, told: type[Answer]) -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    school.hears(up_to(run, 200))
    school.hears(drive(run, [(200 + gap, PACE_MPS * (200 + gap)), (220 + gap, PACE_MPS * (220 + gap))]))
    assert isinstance(school.tells(run, 18, 221 + gap), Arriving)
    passed = school.tells(run, 6, 221 + gap)
    assert isinstance(passed, told)
    if isinstance(passed, Passed):
        assert abs((passed.passed_at - planned(run, 6)).total_seconds()) < 15


def test_a_bus_that_drives_past_a_stop_without_stopping_has_passed_it_at_that_moment() -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    school.hears(drive(run, [(0, 0), (195, 1_560)], every=15))
    assert isinstance(school.tells(run, 4, 196), Arriving)
    school.hears(drive(run, [(210, 1_680), (225, 1_800)], every=15))
    passed = school.tells(run, 4, 226)
    assert isinstance(passed, Passed)
    assert abs((passed.passed_at - at(run, 200)).total_seconds()) < 5


def test_a_run_that_starts_late_is_planned_then_late_and_then_live() -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    school.hears(drive(run, [(-300, 0), (290, 0)]))
    is_not_started(school.tells(run, 8, 299), planned(run, 8))
    school.hears(drive(run, [(300, 0), (600, 0)]))
    late = school.tells(run, 8, 602)
    assert isinstance(late, LateStart)
    assert (late.bus, late.planned_at, late.minutes_late) == (USUAL, planned(run, 8), 10)
    assert late.be_ready_by is not None
    assert late.be_ready_by > at(run, 602)
    school.hears(drive(run, [(610, 40), (660, 440)]))
    live = school.tells(run, 8, 661)
    assert isinstance(live, RunningLate)
    assert live.minutes_late >= 8
    assert live.window.earliest > planned(run, 8)


def test_a_run_that_never_starts_is_uncovered_five_minutes_after_its_start_and_never_has_minutes() -> None:
    run, other = make_run("R", AVENUE, bus="47"), make_run("S", street((0, 900), (8_000, 900)), bus="52")
    school = School(run, other)
    school.hears(drive(other, [(0, 0), (3_600, 8_000)], every=60, bus="52"))
    is_not_started(school.tells(run, 8, 299), planned(run, 8))
    for seconds in (300, 900, 3_600):
        assert school.tells(run, 8, seconds) == Uncovered(Leg.TO_SCHOOL, planned(run, 8), confirmed=False)


def test_a_bus_that_was_heard_of_elsewhere_is_late_to_start_and_not_missing() -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    # In the yard, off every path, alive.
    school.hears([fix(at(run, seconds), (3_000, -2_500)) for seconds in range(-60, 420, 60)])
    assert isinstance(school.tells(run, 8, 400), LateStart)
    assert isinstance(school.tells(run, 8, 400 + 360), Uncovered), "not heard of any more either"


def test_a_bus_that_leaves_and_comes_back_to_its_start_has_not_left() -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    school.hears(drive(run, [(0, 0), (60, 480)]))
    assert isinstance(school.tells(run, 0, 61), Passed)
    assert isinstance(school.tells(run, 8, 61), Arriving)
    # A child was forgotten: round the corner and back to the first stop.
    back = [(480, 70), (240, 70), (0, 40), (0, 0), (0, 0), (0, 0)]
    school.hears([fix(at(run, 80 + 20 * turn), place, run=run) for turn, place in enumerate(back)])
    for stop in (0, 8):
        assert isinstance(school.tells(run, stop, 200), NotStarted)
    school.hears(drive(run, [(200, 0), (330, 0)]))
    assert isinstance(school.tells(run, 8, 331), LateStart)
    school.hears(drive(run, [(340, 40), (400, 520)]))
    assert isinstance(school.tells(run, 8, 401), RunningLate)
    again = school.tells(run, 0, 401)
    assert isinstance(again, Passed)
    assert again.passed_at > at(run, 61)


def test_of_two_buses_on_one_run_the_family_hears_of_the_one_that_drives_it() -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    school.hears([*up_to(run, 300), *drive(run, [(120, 0), (300, 1_440)], bus="52")])
    told = school.tells(run, 15, 301)
    assert isinstance(told, Arriving)
    assert told.bus == USUAL
    # The first one breaks down without a word; the second one goes on.
    school.hears(drive(run, [(310, 1_520), (470, 2_800)], bus="52"))
    told = school.tells(run, 15, 471)
    assert isinstance(told, LastSeen)
    assert told.bus == USUAL, "not for three minutes"
    school.hears(drive(run, [(480, 2_880), (540, 3_360)], bus="52"))
    told = school.tells(run, 15, 541)
    assert isinstance(told, Arriving)
    assert told.bus == Bus(VehicleId("52"), VehicleId("47"))
    assert isinstance(school.tells(run, 2, 541), Passed), "what the first one did is still true"


def test_a_bus_that_is_late_on_its_first_run_is_late_to_start_its_second() -> None:
    first = make_run("R1", AVENUE, bus="47", block="B")
    second = make_run("R2", street((8_000, 400), (0, 400)), bus="47", block="B", start=first.end_seconds + 300)
    school = School(first, second)
    into = float(second.start_seconds - first.start_seconds)
    school.hears(drive(first, steady(first, late=900)))
    assert isinstance(school.tells(second, 8, 299, now=at(first, into + 299)), NotStarted)
    waiting = school.tells(second, 8, 360, now=at(first, into + 360))
    assert isinstance(waiting, LateStart)
    assert waiting.bus == USUAL
    assert school.state(first, 1_900) is RunState.DONE
    school.hears(drive(second, [(700, 0), (720, 0), (800, 640)]))
    told = school.tells(second, 8, 801)
    assert isinstance(told, RunningLate)
    assert told.minutes_late >= 10
    assert isinstance(school.tells(first, 8, 0, now=at(second, 801)), Passed)


def test_a_substitute_is_named_beside_the_usual_bus_once_it_drives() -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    is_not_started(school.tells(run, 8, 0), planned(run, 8))
    school.hears(drive(run, [(0, 0), (100, 800)], bus="9"))
    told = school.tells(run, 8, 101)
    assert isinstance(told, Arriving)
    assert told.bus == Bus(VehicleId("9"), VehicleId("47"))


@pytest.mark.parametrize("signed_on", [True, False])
def test_a_bus_that_doubles_up_is_named_on_its_own_run_and_then_on_the_other_ones(signed_on: bool) -> None:
    own = make_run("R1", street((0, 0), (4_000, 0)), bus="47", block="A")
    other = make_run("R2", street((4_000, 0), (4_000, 8_000)), bus="52", block="B", start=own.end_seconds + 300)
    school = School(own, other)
    school.hears(drive(own, steady(own)))
    is_not_started(school.tells(other, 8, 299), planned(other, 8), Bus(VehicleId("52")))
    assert isinstance(school.tells(other, 8, 301), Uncovered), "of 52 nothing was heard, and 47 has said nothing"
    school.hears(drive(other, [(320, 0), (420, 0), (1_000, 4_640)], bus="47", claiming=signed_on))
    told = school.tells(other, 15, 1_001)
    assert isinstance(told, RunningLate)
    assert told.bus == Bus(VehicleId("47"), VehicleId("52"))
    assert told.minutes_late >= 5
    assert isinstance(school.tells(own, 8, 0, now=at(other, 1_001)), Passed)
    assert school.state(own, 1_700) is RunState.DONE


def test_a_run_that_staff_say_has_no_bus_is_uncovered_for_sure_and_with_its_reason() -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    notice = RunNotice(key_of(run), NoticeKind.UNCOVERED, "driver", at(run, -1_800))
    school.tracker.note({notice.key: notice})
    school.picture.fleet = school.tracker.fleet
    told = school.tells(run, 8, -1_700)
    assert told == Uncovered(Leg.TO_SCHOOL, planned(run, 8), confirmed=True)
    call = CallKey(notice.key, int(run.stop_sequences[8]))
    assert cause_of(school.timetable, school.picture.fleet, call) is Cause.DRIVER


def test_what_staff_say_of_a_run_stands_above_what_is_seen() -> None:
    run = make_run("R", AVENUE, bus="47")
    school = School(run)
    school.hears(up_to(run, 100))
    notice = RunNotice(key_of(run), NoticeKind.CANCELLED, "snow", at(run, 100))
    school.tracker.note({notice.key: notice})
    school.picture.fleet = school.tracker.fleet
    assert school.tells(run, 8, 101) == Cancelled(Leg.TO_SCHOOL, planned(run, 8))


@pytest.mark.parametrize(("silent", "told"), [(3, NoSignalSince), (4, FeedOutage)])
def test_when_a_fifth_of_twenty_buses_fall_silent_together_it_is_the_feed(silent: int, told: type[Answer]) -> None:
    runs = [
        make_run(f"R{lane}", street((0, 900.0 * lane), (8_000, 900.0 * lane)), bus=f"{lane}", pace_mps=4.0)
        for lane in range(20)
    ]
    school = School(*runs)
    for lane, run in enumerate(runs):
        heard_until = 200 if lane < silent else 600
        school.hears(drive(run, [(0, 0), (heard_until, 4.0 * heard_until)], every=50, bus=f"{lane}"))
    assert isinstance(school.tells(runs[0], 18, 601), told)
    assert isinstance(school.tells(runs[19], 18, 601), Arriving)
