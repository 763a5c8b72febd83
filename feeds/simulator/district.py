"""A whole simulated district: a seed and a date in; its plan, its people and its moving buses out.

Everything is a pure function of seed, date and moment: after a restart, or for a second observer, the same bus is at
the same corner at the same second.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from busline.geo import Area
from busline.ids import StudentId
from busline.position import Position
from busline.service_day import moment
from feeds.simulator.blocks import make_plan
from feeds.simulator.mishaps import usual_day
from feeds.simulator.plan import DEMO, SchoolPlan, Size
from feeds.simulator.plan_files import DISTRICT_NAME, TIMEZONE_NAME, write_gtfs
from feeds.simulator.reports import DayReports
from feeds.simulator.riders import People, people_of, renumbered
from feeds.simulator.roster import Family, write_roster
from feeds.simulator.school_year import school_day_from, school_year_of
from feeds.simulator.staging import START_SECONDS, Staged, stage
from feeds.simulator.truth import DayTruth, drive_day

FIRST_STUDENT = StudentId("100234")
"""The student of the first family to try, in every district: the one the documentation texts about."""
_DAYS_KEPT = 3


class District:
    """A school district that does not exist. Build one with `build_district`."""

    def __init__(self, plan: SchoolPlan, people: People, staged: Staged, service_date: date) -> None:
        self.plan = plan
        self.people = people
        self.service_date = service_date
        """The staged day: the first school day on or after the one asked for."""
        self.timezone = ZoneInfo(TIMEZONE_NAME)
        self.name = DISTRICT_NAME
        self.families: tuple[Family, ...] = _families(people, staged)
        """Those with something to see at `suggested_start` first, then everybody else."""
        self.stranger_phone = people.stranger_phone
        """A good number that may ask about nobody."""
        self._staged = staged
        self._days: dict[date, tuple[DayTruth, DayReports]] = {}

    @property
    def suggested_start(self) -> datetime:
        """A moment of the staged morning with many buses out and every staged case showing."""
        return moment(self.service_date, START_SECONDS, self.timezone)

    @property
    def map_area(self) -> Area:
        """The box around every street."""
        lat, lon = self.plan.city.degrees(self.plan.city.node_xy)
        return Area(float(lat.min()), float(lon.min()), float(lat.max()), float(lon.max()))

    @property
    def truth(self) -> DayTruth:
        """What really happens on the staged day."""
        return self.truth_on(self.service_date)

    def truth_on(self, day: date) -> DayTruth:
        """What really happens on any school day; ValueError on a day without school."""
        return self._day(day)[0]

    def positions_at(self, now: datetime) -> Sequence[Position]:
        """The newest report of every vehicle, as a feed would publish it at a moment of any day.

        Cheap enough for every second; the first call of a new day drives the whole of it, about half a second.
        """
        day = now.astimezone(self.timezone).date()
        if not school_year_of(day).keeps(day):
            return ()
        return self._day(day)[1].newest(now)

    def write_plan(self, folder: Path) -> None:
        """The plan as a GTFS folder, its calendar the school year around the staged day."""
        write_gtfs(self.plan, school_year_of(self.service_date), folder)

    def write_roster(self, folder: Path) -> None:
        """The people as the five roster files."""
        write_roster(self.plan, self.people, school_year_of(self.service_date), folder)

    def _day(self, day: date) -> tuple[DayTruth, DayReports]:
        if day not in self._days:
            if not school_year_of(day).keeps(day):
                raise ValueError(
                    f"{self.name} keeps no school on {day}; the next day it does is {school_day_from(day)}."
                )
            arranged = self._staged.haps if day == self.service_date else {}
            out = {hap.vehicle_id for hap in arranged.values()}
            haps = usual_day(self.plan, day, already_out=out) | dict(arranged)
            truth = drive_day(self.plan, day, haps, self.timezone)
            while len(self._days) >= _DAYS_KEPT:
                self._days.pop(next(iter(self._days)))
            self._days[day] = truth, DayReports(self.plan.city, self.plan.seed, truth, haps)
        return self._days[day]


def build_district(*, seed: int, service_date: date, size: Size = DEMO) -> District:
    """The district of a seed and size, staged for the first school day on or after `service_date`."""
    plan = make_plan(seed, size)
    people = people_of(plan)
    staged = stage(plan, people)
    if staged.cases:
        # Only numbers change places; who rides what stays.
        known = staged.cases[0].student.student_id
        swap = {known: FIRST_STUDENT, FIRST_STUDENT: known}
        people = renumbered(people, swap)
        staged = replace(staged, cases=stage(plan, people).cases)
    district = District(plan, people, staged, school_day_from(service_date))
    district.truth_on(district.service_date)
    return district


def _families(people: People, staged: Staged) -> tuple[Family, ...]:
    notes = {case.household.may_ask[0].phone: case.note for case in staged.cases}
    families = {
        home.may_ask[0].phone: Family(
            home.may_ask[0].phone,
            home.may_ask[0].language,
            tuple(student.student_id for student in home.students),
            notes.get(home.may_ask[0].phone, ""),
        )
        for home in people.households
    }
    return (
        *(families[phone] for phone in notes),
        *(family for phone, family in families.items() if phone not in notes),
    )
