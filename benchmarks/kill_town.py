"""A town whose buses all come late, one after the other, for as long as it takes: what `benchmarks/kills.py` plays.

Every run is a straight street of its own. Its bus sets out twenty minutes after the plan and then keeps pace, so that
its families must hear of it once. Every so many runs one is called off instead, and no bus comes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from busline.geo import Area, LatLon, LocalPlane
from busline.ids import PlanId, RouteId, RunId, RunKey, ServiceId, SourceId, StopId, VehicleId
from busline.position import Position, RunClaim
from busline.service_day import Service, ServiceCalendar, moment
from busline.store.plans import save_plan
from busline.store.pool import Pool, transaction
from busline.timetable import Pattern, Run, Stop, Timetable

PLANE = LocalPlane(LatLon(42.3, -71.1))
EVERY_DAY = ServiceId("every-day")
SOURCE = SourceId("yards")
PACE_MPS = 8.0
STOPS, APART_M = 12, 700.0
STUDENTS_AT = 6
"""The stop where everybody waits: the bus comes there 525 s after it has set out."""
LATE = timedelta(minutes=20)
NEAR_MINUTES = 10
"""Who wants one text before the bus comes gets it as soon as the bus is under way."""
CALLED_OFF_EVERY = 12
FAMILIES_A_RUN = 3
LANGUAGES = ("en", "es", "en")
TWO_STUDENTS, WANTS_NEAR = 2, 1
"""Which of a run's families has two students on it, and which one wants a text before the bus comes."""


@dataclass(frozen=True, slots=True)
class Household:
    """A phone that waits for one run, and what it must hear."""

    number: int
    run: int
    place: int
    """Which of the run's families it is."""

    @property
    def phone(self) -> str:
        return f"+1617{2_000_000 + self.number:07d}"

    @property
    def students(self) -> tuple[str, ...]:
        first = f"{100_000 + 2 * self.number}"
        return (first, f"{100_001 + 2 * self.number}") if self.place == TWO_STUDENTS else (first,)


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """So many runs, whose buses set out one after the other."""

    runs: int
    first_at: float
    """Epoch seconds at which the first bus sets out."""
    gap_seconds: float
    zone: ZoneInfo
    timetable: Timetable

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.first_at, self.zone).date()

    def sets_out(self, run: int) -> float:
        """When its bus sets out, or when it is called off."""
        return self.first_at + run * self.gap_seconds

    def comes_at(self, run: int) -> float:
        """When it comes to the stop where everybody waits."""
        return self.sets_out(run) + STUDENTS_AT * APART_M / PACE_MPS

    def is_called_off(self, run: int) -> bool:
        return run % CALLED_OFF_EVERY == CALLED_OFF_EVERY - 1

    def key(self, run: int) -> RunKey:
        return RunKey(self.day, RunId(f"R{run}"))

    def households(self) -> Iterator[Household]:
        """Everybody, run by run."""
        return (
            Household(run * FAMILIES_A_RUN + place, run, place)
            for run in range(self.runs)
            for place in range(FAMILIES_A_RUN)
        )

    def reports(self, now: datetime) -> list[Position]:
        """Where every bus is that has set out and not yet arrived."""
        at = now.timestamp()
        found = []
        for run in range(self.runs):
            along_m = (at - self.sets_out(run)) * PACE_MPS
            if 0 <= along_m <= (STOPS - 1) * APART_M and not self.is_called_off(run):
                found.append(
                    Position(
                        source=SOURCE,
                        vehicle_id=VehicleId(f"{run + 1}"),
                        fix_at=datetime.fromtimestamp(int(at), UTC),
                        received_at=now,
                        place=PLANE.to_place(along_m, 40.0 * run),
                        bearing_deg=90.0,
                        speed_mps=PACE_MPS,
                        claim=RunClaim(self.key(run).run_id, self.day),
                    )
                )
        return found


def town(runs: int, first_at: float, gap_seconds: float) -> Town:
    """A town whose first bus sets out at `first_at`, in a zone where it is noon about then: no day ends meanwhile."""
    utc = datetime.fromtimestamp(first_at, UTC)
    zone = ZoneInfo(f"Etc/GMT{(utc.hour - 12 + 12) % 24 - 12:+d}")
    day = utc.astimezone(zone).date()
    midnight = moment(day, 0, zone).timestamp()
    distance = np.arange(STOPS, dtype=np.float64) * APART_M
    made: dict[RunId, Run] = {}
    stops: dict[StopId, Stop] = {}
    for run in range(runs):
        start = int(first_at + run * gap_seconds - LATE.total_seconds() - midnight)
        seconds = (start + distance / PACE_MPS).astype(np.int32)
        ids = tuple(StopId(f"{run}-{index}") for index in range(STOPS))
        stops |= {
            stop: Stop(stop, f"Stop {stop}", PLANE.to_place(float(east), 40.0 * run))
            for stop, east in zip(ids, distance, strict=True)
        }
        pattern = Pattern(ids, distance, np.stack([distance, np.full(STOPS, 40.0 * run)], axis=-1), distance, False)
        made[RunId(f"R{run}")] = Run(
            run_id=RunId(f"R{run}"),
            route_id=RouteId(f"R{run}"),
            route_name=f"Route {run}",
            service_id=EVERY_DAY,
            block_id=None,
            headsign="School",
            direction_id=None,
            planned_vehicle_id=VehicleId(f"{run + 1}"),
            pattern=pattern,
            stop_sequences=np.arange(1, STOPS + 1, dtype=np.int32),
            arrival_seconds=seconds,
            departure_seconds=seconds,
        )
    service = Service(EVERY_DAY, (True,) * 7, day - timedelta(days=30), day + timedelta(days=30))
    timetable = Timetable(
        plan_id=PlanId(1),
        timezone=zone,
        plane=PLANE,
        area=Area(41.8, -71.8, 43.5, -70.4),
        stops=stops,
        runs=made,
        calendar=ServiceCalendar({EVERY_DAY: service}),
    )
    return Town(runs, first_at, gap_seconds, zone, timetable)


async def load(pool: Pool, streets: Town) -> None:
    """Keep its plan, and everybody who waits."""
    now = datetime.now(UTC)
    always = streets.day - timedelta(days=1), streets.day + timedelta(days=1)
    everybody = list(streets.households())
    students = [(one, student) for one in everybody for student in one.students]
    await save_plan(pool, streets.timetable, "kills", "kills", now)
    async with transaction(pool) as connection:

        async def put(table: str, columns: str, records: Iterable[tuple[Any, ...]]) -> None:
            await connection.copy_records_to_table(table, columns=columns.split(), records=list(records))

        await put("school", "school_id name", [("S", "School")])
        await put("student", "student_id school_id", ((student, "S") for _, student in students))
        contacts = ((f"C{one.number}", one.phone, LANGUAGES[one.place]) for one in everybody)
        await put("contact", "contact_id phone language", contacts)
        links = ((f"C{one.number}", student, True) for one, student in students)
        await put("link", "contact_id student_id may_ask", links)
        rides = (
            (student, f"R{one.run}", f"{one.run}-{STUDENTS_AT}", "to_school", 127, *always) for one, student in students
        )
        await put("ride", "student_id run_id stop_id leg weekdays start_date end_date", rides)
        wishes = ((one.phone, True, NEAR_MINUTES, now, True) for one in everybody if one.place == WANTS_NEAR)
        await put("phone_wish", "phone alerts minutes changed_at approaching", wishes)
