"""An alert as a promise in the outbox, and back: its keys, its facts as JSON holds them, how urgent it is. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from busline.alert import PRIORITY, Alert, AlertKind, Priority
from busline.answer import Bus, Window
from busline.cause import Cause
from busline.ids import CallKey, Phone, StudentId, VehicleId
from busline.outbound import Again, Channel, Promise
from busline.people import Leg
from notifier.ride import WatchedRide
from notifier.rules import News
from notifier.told import Said, group_of

KINDS = frozenset(AlertKind)
"""What in the outbox is an alert."""


def promise_of(news: News, ride: WatchedRide, way: tuple[str, Channel, str | None]) -> Promise:
    """What is written down; `way` is the language, the channel, and the address for mail."""
    alert = news.alert
    language, channel, address = way
    group = group_of(alert.kind)
    whose = f"{alert.call.run.service_date}/{alert.call.run.run_id}/{alert.phone}"
    # A number of a bus counts its own turns; else the newest news of one thing takes the place of earlier ones.
    named = f"{group}/{'' if alert.bus is None else alert.bus.number}" if alert.kind is AlertKind.SUBSTITUTE else group
    urgent = PRIORITY[alert.kind] is Priority.NOT_COMING and alert.kind is not AlertKind.COMING_AFTER_ALL
    return Promise(
        dedupe_key=f"alert/{whose}/{named}/{alert.turn}",
        kind=alert.kind,
        priority=PRIORITY[alert.kind],
        phone=alert.phone,
        language=language,
        facts=_facts(alert, ride),
        expires_at=news.expires_at,
        true_since=news.true_since,
        again=Again.BETTER_TWICE if urgent else Again.NEVER_TWICE,
        collapse_key=f"{whose}/{group}" if group in ("late", "covered") else None,
        channel=channel,
        address=address,
        call=alert.call,
    )


def _facts(alert: Alert, ride: WatchedRide) -> Mapping[str, Any]:
    window = alert.window
    return {
        "leg": alert.leg,
        "students": list(alert.students),
        "planned_at": alert.planned_at.isoformat(),
        "late_after_seconds": ride.wish.late_after.total_seconds(),
        "bus": None if alert.bus is None else alert.bus.number,
        "instead_of": None if alert.bus is None else alert.bus.instead_of,
        "window": None
        if window is None
        else [one.isoformat() for one in (window.earliest, window.latest, window.be_ready_by, window.published)],
        "minutes_late": alert.minutes_late,
        "cause": alert.cause,
        "since": None if alert.since is None else alert.since.isoformat(),
        "turn": alert.turn,
    }


def alert_of(kind: str, phone: Phone, call: CallKey, facts: Mapping[str, Any]) -> Alert:
    """The alert as it was decided. Raises KeyError or ValueError for facts that no alert has."""
    window = facts["window"]
    return Alert(
        kind=AlertKind(kind),
        phone=phone,
        call=call,
        leg=Leg(facts["leg"]),
        students=tuple(StudentId(one) for one in facts["students"]),
        planned_at=datetime.fromisoformat(facts["planned_at"]),
        bus=_bus(facts),
        window=None if window is None else Window(*(datetime.fromisoformat(one) for one in window)),
        minutes_late=facts["minutes_late"],
        cause=None if facts["cause"] is None else Cause(facts["cause"]),
        since=None if facts["since"] is None else datetime.fromisoformat(facts["since"]),
        turn=facts["turn"],
    )


def said_of(kind: str, facts: Mapping[str, Any], at: datetime, *, was_dropped: bool) -> Said:
    """What the memory keeps of a row of the outbox."""
    bus = _bus(facts)
    number = None if bus is None else bus.number
    return Said(AlertKind(kind), facts["turn"], at, facts["minutes_late"], number, was_dropped)


def as_first(news: News) -> News:
    """News of a change to somebody who never heard of the delay itself: it is that."""
    return replace(news, alert=replace(news.alert, kind=AlertKind.LATE))


def _bus(facts: Mapping[str, Any]) -> Bus | None:
    if facts["bus"] is None:
        return None
    instead_of = facts["instead_of"]
    return Bus(VehicleId(facts["bus"]), None if instead_of is None else VehicleId(instead_of))
