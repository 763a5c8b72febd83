"""The look again at the moment of sending: an alert as it is true now, or why it is not worth saying any more. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from busline.alert import Alert, AlertKind
from busline.fleet import NoticeKind
from busline.outbound import Claimed, Untrue
from busline.picture import Picture
from busline.run_state import outage_since
from notifier.alert_promise import alert_of
from notifier.ride import Seen
from notifier.seeing import expected_now, seen_of


def true_now(picture: Picture, claimed: Claimed, now: datetime) -> Alert | Untrue:
    """The alert of a promise with today's numbers. Raises ValueError for a promise that is no alert."""
    promised = claimed.promise
    if promised.call is None:
        raise ValueError(f"an alert of kind {promised.kind} is about no call")
    try:
        alert = alert_of(promised.kind, promised.phone, promised.call, promised.facts)
        late_after = timedelta(seconds=promised.facts["late_after_seconds"])
    except KeyError as missing:
        raise ValueError(f"an alert of kind {promised.kind} lacks {missing}") from missing
    key = promised.call.run
    timetable = picture.plan_on(key.service_date)
    run = timetable.runs.get(key.run_id)
    if run is None or not timetable.calendar.runs_on(run.service_id, key.service_date):
        return Untrue("The plan no longer has this ride on that day.")
    found = [index for index, one in enumerate(run.stop_sequences.tolist()) if one == promised.call.stop_sequence]
    if not found:
        return Untrue("The run no longer stops there.")
    fleet, call_index = picture.fleet, found[0]
    expected = expected_now(picture, fleet, run, key, call_index, now)
    seen = seen_of(picture, fleet, run, key, call_index, expected, outage_since(fleet, now))
    return _again(alert, seen, late_after, now)


def _again(alert: Alert, seen: Seen, late_after: timedelta, now: datetime) -> Alert | Untrue:
    match alert.kind:
        case AlertKind.AT_SCHOOL | AlertKind.DROPPED_OFF:
            return alert
        case AlertKind.OUTAGE:
            return alert if seen.outage_since is not None else Untrue("The buses can be seen again.")
        case AlertKind.NOT_COVERED | AlertKind.CANCELLED:
            kind = NoticeKind.CANCELLED if alert.kind is AlertKind.CANCELLED else NoticeKind.UNCOVERED
            stands = seen.notice is not None and seen.notice.kind is kind
            return alert if stands else Untrue("Staff have taken it back, or a bus drives the run.")
        case AlertKind.COMING_AFTER_ALL:
            if seen.notice is not None:
                return Untrue("By what staff say there is no bus.")
            return Untrue("The bus has been there.") if seen.is_past else _renewed(alert, seen)
        case AlertKind.SUBSTITUTE:
            if seen.is_past or seen.bus is None or alert.bus is None or seen.bus.number != alert.bus.number:
                return Untrue("The bus has been there, or another one drives the run.")
            return replace(_renewed(alert, seen), bus=alert.bus)
        case AlertKind.ON_TIME_AGAIN if alert.since is not None:
            return alert
        case (
            AlertKind.LATE
            | AlertKind.LATER_STILL
            | AlertKind.BETTER_AGAIN
            | AlertKind.ON_TIME_AGAIN
            | AlertKind.APPROACHING
        ):
            return _of_times(alert, seen, late_after, now)
        case _:
            assert_never(alert.kind)


def _of_times(alert: Alert, seen: Seen, late_after: timedelta, now: datetime) -> Alert | Untrue:
    if seen.is_past:
        return Untrue("The bus has been there.")
    if seen.notice is not None:
        return Untrue("By what staff say there is no bus.")
    expected, due_at = seen.expected, alert.planned_at + late_after
    if expected is None or seen.outage_since is not None:
        return Untrue("No minutes can be given any more.")
    if alert.kind is AlertKind.APPROACHING:
        return _renewed(alert, seen) if expected.p90 > now else Untrue("The bus has been there.")
    if alert.kind is AlertKind.ON_TIME_AGAIN:
        return _renewed(alert, seen) if expected.p50 < due_at else Untrue("It is late again.")
    # Told from eight in ten, it stays worth saying as long as nobody would take it back.
    return _renewed(alert, seen) if expected.perhaps_after >= due_at else Untrue("It is not late any more.")


def _renewed(alert: Alert, seen: Seen) -> Alert:
    """With the window, the minutes and the bus of now."""
    expected = seen.expected
    bus = alert.bus if seen.bus is None else seen.bus
    if expected is None:
        return replace(alert, bus=bus)
    minutes = max(0, int((expected.p50 - alert.planned_at).total_seconds() // 60))
    return replace(alert, bus=bus, window=expected.window, minutes_late=minutes, cause=seen.cause)
