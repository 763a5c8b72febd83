"""Identifiers, one type each, so that a stop can never be handed over as a run."""

from datetime import date
from typing import NamedTuple, NewType

RunId = NewType("RunId", str)
"""A run of the plan: a GTFS `trip_id`."""
RouteId = NewType("RouteId", str)
StopId = NewType("StopId", str)
BlockId = NewType("BlockId", str)
"""The runs one bus makes in a row: a GTFS `block_id`."""
ServiceId = NewType("ServiceId", str)
VehicleId = NewType("VehicleId", str)
"""The number painted on the bus, as families and staff know it: GTFS-realtime `vehicle.id`."""
SourceId = NewType("SourceId", str)
"""Which feed said so."""
PlanId = NewType("PlanId", int)
"""A version of the plan; the newest activated one is in force."""
StudentId = NewType("StudentId", str)
ContactId = NewType("ContactId", str)
SchoolId = NewType("SchoolId", str)
Phone = NewType("Phone", str)
"""A phone number in E.164 form, `+16175550100`."""


class RunKey(NamedTuple):
    """A run on one service day: what a bus drives, what a student rides."""

    service_date: date
    run_id: RunId


class CallKey(NamedTuple):
    """A call of a run on one service day: where one student is met."""

    run: RunKey
    stop_sequence: int
    """Tells apart the two visits of a run that stops twice at one place."""
