"""What the one bus of the transcripts does: bus 47 on run R1, due at the students' stop at 7:06."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from busline.fleet import FeedHealth, Fleet, NoticeKind, RunNotice
from busline.ids import RunId, RunKey, SourceId
from busline.timetable import Run
from tests.builders import MONDAY, at, make_progress, make_visit
from tests.transcripts.script import Stage

Scene = Callable[[Stage], Fleet]
KEY = RunKey(MONDAY, RunId("R1"))
STOP = 3
"""The students' call."""


def seen(metres: float, *, ago_seconds: float = 20, bus: str = "47", off_route: bool = False) -> Scene:
    """The bus was seen so far along its route; the stop is at 3,000 m."""

    def scene(stage: Stage) -> Fleet:
        seen_at = stage.now - timedelta(seconds=ago_seconds)
        since = seen_at - timedelta(minutes=2) if off_route else None
        progress = make_progress(_run(stage), seen_at=seen_at, distance_m=metres, bus=bus, off_route_since=since)
        return replace(stage.fleet, progress={KEY: replace(progress, started_at=at("7:00:30"))})

    return scene


def set_off_late(metres: float) -> Scene:
    """It left the yard ten minutes late."""

    def scene(stage: Stage) -> Fleet:
        fleet = seen(metres)(stage)
        return replace(fleet, progress={KEY: replace(fleet.progress[KEY], started_at=at("7:10"))})

    return scene


def at_the_stop(stage: Stage) -> Fleet:
    """The bus stands at the students' stop."""
    fleet = seen(2_999)(stage)
    return replace(fleet, visits={KEY: (make_visit(_run(stage), STOP, stage.now - timedelta(seconds=30), None),)})


def gone(stage: Stage) -> Fleet:
    """The bus was at the stop and left."""
    fleet = seen(3_600)(stage)
    came, left = stage.now - timedelta(minutes=3), stage.now - timedelta(minutes=2)
    return replace(fleet, visits={KEY: (make_visit(_run(stage), STOP, came, left),)})


def nowhere(stage: Stage) -> Fleet:
    """No bus is on the run, and the feed is well."""
    return replace(stage.fleet, progress={}, last_fix_at={})


def no_feed(stage: Stage) -> Fleet:
    """The buses cannot be seen at all."""
    health = FeedHealth(
        SourceId("feed"),
        ok=False,
        message="",
        checked_at=stage.now,
        fresh_at=stage.now - timedelta(minutes=9),
        vehicles=0,
    )
    return replace(stage.fleet, progress={}, feeds={SourceId("feed"): health})


def said(kind: NoticeKind, cause: str = "") -> Scene:
    """Staff say something about the run."""

    def scene(stage: Stage) -> Fleet:
        return replace(stage.fleet, progress={}, notices={KEY: RunNotice(KEY, kind, cause, stage.now)})

    return scene


def _run(stage: Stage) -> Run:
    return stage.line.picture.timetable.runs[RunId("R1")]
