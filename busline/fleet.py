"""The current picture: how far every run has got, and the named state it is in at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from busline.geo import LatLon
from busline.ids import RunKey, SourceId, StopId, VehicleId


class AssignmentSource(StrEnum):
    """Who says that this vehicle drives this run."""

    PLAN = "plan"
    FEED = "feed"
    STAFF = "staff"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which vehicle drives a run on a service day, since when, and who says so."""

    key: RunKey
    vehicle_id: VehicleId
    source: AssignmentSource
    since: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A vehicle that seems to drive a run, by its track: for staff to confirm. No family is told of it."""

    key: RunKey
    vehicle_id: VehicleId
    since: datetime
    """When it was first proposed."""
    probability: float
    """That it drives this run, and not another or none; 0 to 1."""
    driven_m: float
    """How far along the run's path it has been followed."""


@dataclass(frozen=True, slots=True)
class StopVisit:
    """What happened at a call (TIDES `stop_visits`)."""

    key: RunKey
    call_index: int
    stop_sequence: int
    stop_id: StopId
    vehicle_id: VehicleId
    arrived_at: datetime
    departed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run has got, by its newest matched fix. Everything about it that must survive a restart."""

    key: RunKey
    vehicle_id: VehicleId
    source: AssignmentSource
    fix_at: datetime
    """The newest fix of the vehicle, matched or not: silence is measured from here."""
    matched_at: datetime
    """The newest fix that lay on the run's path; `distance_m` is where it was then."""
    distance_m: float
    next_call: int
    """Index of the first call not yet passed; `len(run)` once the last one is."""
    lateness_seconds: float
    """Against the plan at `distance_m`; negative is early."""
    started_at: datetime | None
    """When the bus was first seen under way on this run; None while it waits at the start."""
    still_since: datetime | None
    """Since when it has not moved by 60 m; None while it moves."""
    off_route_since: datetime | None
    ended_at: datetime | None
    still_from: LatLon | None = None
    """Where it was when it last moved by 60 m: standing still is measured from here, also after a restart."""


class NoticeKind(StrEnum):
    CANCELLED = "cancelled"
    UNCOVERED = "uncovered"


@dataclass(frozen=True, slots=True)
class RunNotice:
    """What staff (or the feed) said about a run on a service day."""

    key: RunKey
    kind: NoticeKind
    cause: str
    at: datetime


class RunState(StrEnum):
    """The named state of a run at a moment. Minutes are given only in EN_ROUTE, AT_STOP and HELD."""

    NOT_STARTED = "not_started"
    LATE_START = "late_start"
    EN_ROUTE = "en_route"
    AT_STOP = "at_stop"
    HELD = "held"
    OFF_ROUTE = "off_route"
    STALE = "stale"
    """Under way when last seen, and silent for more than six minutes."""
    DONE = "done"
    UNCOVERED = "uncovered"
    """Due, and no bus is seen on it, or staff said that there is none."""
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """Due, and the buses cannot be seen at all: a feed outage says nothing about any one run."""


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How one source is doing."""

    source: SourceId
    ok: bool
    message: str
    """In plain words: what is wrong, what was kept, since when."""
    checked_at: datetime | None
    """The last attempt."""
    fresh_at: datetime | None
    """The header time of the newest good message."""
    vehicles: int
    """How many distinct vehicles the newest good message held."""
    rejected: Mapping[str, int] = field(default_factory=dict)
    """Rejected reports of the newest message, by reason."""
    fault: str | None = None
    """The name of what went wrong with the last attempt, for counting; None where it brought what it should."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Every run of the moment, as of the newest tick. Immutable: the tracker publishes a new one."""

    at: datetime
    progress: Mapping[RunKey, RunProgress] = field(default_factory=dict)
    assignments: Mapping[RunKey, Assignment] = field(default_factory=dict)
    proposals: Mapping[RunKey, Proposal] = field(default_factory=dict)
    notices: Mapping[RunKey, RunNotice] = field(default_factory=dict)
    last_fix_at: Mapping[VehicleId, datetime] = field(default_factory=dict)
    """The newest fix of every vehicle heard of, whatever it drives."""
    whereabouts: Mapping[VehicleId, LatLon] = field(default_factory=dict)
    """Where they were then: but for those under way beyond question, whose progress tells it."""
    visits: Mapping[RunKey, tuple[StopVisit, ...]] = field(default_factory=dict)
    feeds: Mapping[SourceId, FeedHealth] = field(default_factory=dict)
    listening_since: datetime | None = None
    """Since when this process hears the buses: who fell silent before that says nothing of the feed."""
