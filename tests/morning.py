"""A district at 7:31 on a school morning, as a timetable and a fleet: mostly calm, with one of every trouble."""

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from busline.fleet import (
    Assignment,
    AssignmentSource,
    FeedHealth,
    Fleet,
    NoticeKind,
    RunNotice,
    RunProgress,
    StopVisit,
)
from busline.geo import Area, LatLon, LocalPlane
from busline.ids import BlockId, PlanId, RouteId, RunId, RunKey, ServiceId, SourceId, StopId, VehicleId
from busline.service_day import Service, ServiceCalendar, moment
from busline.timetable import Pattern, Run, Stop, Timetable

ZONE = ZoneInfo("America/New_York")
DAY = date(2026, 10, 6)
NOW = moment(DAY, 7 * 3_600 + 31 * 60 + 12, ZONE)
SERVICE = ServiceId("school")
FEED = SourceId("yards")

_STREETS = (
    "Oak",
    "Maple",
    "Harbor",
    "Linden",
    "Grant",
    "Mill",
    "Cedar",
    "Franklin",
    "Park",
    "Orchard",
    "Willow",
    "Hill",
)
_AVENUES = ("1st Ave", "3rd Ave", "5th Ave", "9th Ave", "River Rd", "Canal St", "Depot St", "Bridge St", "Summit Ave")
_SCHOOLS = ("Alder Elementary", "Brookside Middle", "Curie High", "Dunbar K-8", "Eastgate Elementary", "Frost High")


@dataclass(frozen=True, slots=True)
class Morning:
    """The district, and the moment it is seen at."""

    timetable: Timetable
    fleet: Fleet
    now: datetime


def make_morning(runs: int = 60, *, seed: int = 7) -> Morning:
    """`runs` runs around 7:31. The first ones are in trouble, one of each kind; most of the others are on time."""
    chance = random.Random(seed)
    timetable = _timetable(runs, chance)
    fleet = Fleet(
        at=NOW,
        feeds={FEED: FeedHealth(FEED, True, "", NOW, NOW - timedelta(seconds=6), runs - 4, {"duplicate": 2})},
    )
    for number, run in enumerate(timetable.runs.values()):
        fleet = _placed(fleet, timetable, run, number, chance)
    return Morning(timetable, fleet, NOW)


def _timetable(count: int, chance: random.Random) -> Timetable:
    plane = LocalPlane(LatLon(42.3, -71.1))
    stops: dict[StopId, Stop] = {}
    runs: dict[RunId, Run] = {}
    for number in range(count):
        calls = chance.randint(8, 14) if number >= len(_TROUBLES) else chance.randint(12, 14)
        minutes = 6 * 60 + 48 + chance.randint(0, 28) if number < count * 0.72 else 7 * 60 + chance.randint(33, 50)
        if number < len(_TROUBLES):
            minutes = _STARTS.get(_TROUBLES[number], 7 * 60 + 4)
        seconds = (minutes * 60 + np.cumsum([0, *(chance.randint(150, 290) for _ in range(calls - 1))])).astype(
            np.int32
        )
        distance = np.arange(calls, dtype=np.float64) * 900.0
        ids = tuple(StopId(f"S{number}-{index}") for index in range(calls))
        school = chance.choice(_SCHOOLS)
        for index, stop_id in enumerate(ids):
            name = school if index == calls - 1 else f"{chance.choice(_STREETS)} St & {chance.choice(_AVENUES)}"
            stops[stop_id] = Stop(stop_id, name, plane.to_place(float(distance[index]), 300.0 * number))
        run = Run(
            run_id=RunId(f"AM-{101 + number}"),
            route_id=RouteId(f"R{101 + number}"),
            route_name=f"Route {101 + number}",
            service_id=SERVICE,
            block_id=BlockId(f"B{number}"),
            headsign=school,
            direction_id=0,
            planned_vehicle_id=VehicleId(str(840 + 3 * number)),
            pattern=Pattern(
                ids, distance, np.stack([distance, distance * 0 + 300.0 * number], axis=-1), distance, False
            ),
            stop_sequences=np.arange(1, calls + 1, dtype=np.int32),
            arrival_seconds=seconds,
            departure_seconds=seconds,
        )
        runs[run.run_id] = run
    school_days = Service(SERVICE, (True,) * 5 + (False,) * 2, date(2026, 9, 1), date(2027, 6, 30))
    return Timetable(
        plan_id=PlanId(1),
        timezone=ZONE,
        plane=plane,
        area=Area(42.2, -71.2, 42.5, -70.9),
        stops=stops,
        runs=runs,
        calendar=ServiceCalendar({SERVICE: school_days}),
    )


_TROUBLES = (
    *("uncovered", "said_uncovered", "silent", "late_start", "off_route", "held", "substitute", "very_late", "late"),
    *("late", "at_stop", "early", "done", "cancelled", "late", "late_substitute"),
)
_STARTS = {"uncovered": 7 * 60 + 9, "said_uncovered": 7 * 60 + 18, "late_start": 7 * 60 + 22, "done": 6 * 60 + 50}


def _placed(fleet: Fleet, timetable: Timetable, run: Run, number: int, chance: random.Random) -> Fleet:
    """The fleet with one more run in it."""
    kind = _TROUBLES[number] if number < len(_TROUBLES) else "calm"
    key = RunKey(DAY, run.run_id)
    planned = run.planned_vehicle_id
    assert planned is not None
    bus = VehicleId("912") if kind == "substitute" else VehicleId("77") if kind == "late_substitute" else planned
    into = (NOW - moment(DAY, 0, ZONE)).total_seconds()
    match kind:
        case "uncovered":
            return fleet
        case "said_uncovered" | "cancelled":
            what = NoticeKind.UNCOVERED if kind == "said_uncovered" else NoticeKind.CANCELLED
            cause = "no driver" if kind == "said_uncovered" else "school closed"
            return replace(
                fleet, notices={**fleet.notices, key: RunNotice(key, what, cause, NOW - timedelta(minutes=20))}
            )
        case "late_start":
            return replace(fleet, last_fix_at={**fleet.last_fix_at, bus: NOW - timedelta(seconds=14)})
        case _ if run.start_seconds > into:
            return replace(
                fleet, last_fix_at={**fleet.last_fix_at, bus: NOW - timedelta(seconds=chance.randint(3, 25))}
            )
    late = {"very_late": 1_130, "late": chance.randint(310, 700), "late_substitute": 480, "early": -290}.get(
        kind, chance.choice((0, 20, 40, 70, 95, 130, 170, 220, -30, -60))
    )
    age = 700 if kind == "silent" else 118 if kind == "at_stop" else chance.randint(2, 34)
    fix_at = NOW - timedelta(seconds=age)
    planned_into = into - age - late
    distance = float(np.interp(planned_into, run.arrival_seconds, run.pattern.stop_distance_m))
    ended = kind == "done" or distance >= run.pattern.stop_distance_m[-1]
    next_call = min(int(np.searchsorted(run.pattern.stop_distance_m, distance, side="right")), len(run) - 1)
    progress = RunProgress(
        key=key,
        vehicle_id=bus,
        source=AssignmentSource.FEED,
        fix_at=fix_at,
        matched_at=fix_at,
        distance_m=distance,
        next_call=len(run) if ended else next_call,
        lateness_seconds=float(late),
        started_at=moment(DAY, run.start_seconds, ZONE),
        still_since=NOW - timedelta(minutes=6, seconds=20) if kind == "held" else None,
        off_route_since=NOW - timedelta(minutes=3) if kind == "off_route" else None,
        ended_at=NOW - timedelta(minutes=4) if ended else None,
    )
    visits = dict(fleet.visits)
    if kind == "at_stop":
        call = run.call(next_call)
        visits[key] = (StopVisit(key, next_call, call.stop_sequence, call.stop_id, bus, fix_at, None),)
    return replace(
        fleet,
        progress={**fleet.progress, key: progress},
        assignments={
            **fleet.assignments,
            key: Assignment(key, bus, AssignmentSource.FEED, NOW - timedelta(minutes=40)),
        },
        last_fix_at={**fleet.last_fix_at, bus: fix_at},
        visits=visits,
    )
