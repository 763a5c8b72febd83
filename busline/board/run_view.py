"""One run in full: every call with its plan, what happened there, or when the bus is expected. Pure."""

from dataclasses import dataclass
from datetime import datetime

from busline.answer import Window
from busline.answering import window_of
from busline.board.view import Row, run_row
from busline.eta import Prediction
from busline.ids import RunKey
from busline.picture import Picture
from busline.promise import held
from busline.service_day import moment


@dataclass(frozen=True, slots=True)
class CallLine:
    """A planned visit, and what is known of it. `expected` only where a fix bears minutes: what families are told."""

    number: int
    name: str
    planned_at: datetime
    arrived_at: datetime | None
    departed_at: datetime | None
    expected: Window | None
    is_passed: bool


@dataclass(frozen=True, slots=True)
class RunView:
    at: datetime
    row: Row
    calls: tuple[CallLine, ...]


def run_view(picture: Picture, key: RunKey, now: datetime, before: RunView | None = None) -> RunView | None:
    """None where the plan in force has no such run on that day.

    Where the run was shown `before`, times and lateness that climb by a minute, as they do by jitter, are held.
    """
    timetable, fleet = picture.timetable, picture.fleet
    run = timetable.runs.get(key.run_id)
    if run is None or not timetable.calendar.runs_on(run.service_id, key.service_date):
        return None
    progress = fleet.progress.get(key)
    visits = {visit.call_index: visit for visit in fleet.visits.get(key, ())}
    shown = {} if before is None else {call.number: call.expected for call in before.calls}
    calls = []
    for index in range(len(run)):
        visit, expected = visits.get(index), None
        if progress is not None and visit is None:
            outlook = picture.predict(run, key.service_date, progress, index, now)
            if isinstance(outlook, Prediction):
                window, was = window_of(outlook), shown.get(index + 1)
                expected = window if was is None else held(was, window, now)
        calls.append(
            CallLine(
                number=index + 1,
                name=timetable.stops[run.pattern.stop_ids[index]].name,
                planned_at=moment(key.service_date, int(run.arrival_seconds[index]), timetable.timezone),
                arrived_at=visit.arrived_at if visit else None,
                departed_at=visit.departed_at if visit else None,
                expected=expected,
                is_passed=progress is not None and index < progress.next_call,
            )
        )
    row = run_row(timetable, run, key.service_date, fleet, now, before=None if before is None else before.row)
    return RunView(now, row, tuple(calls))
