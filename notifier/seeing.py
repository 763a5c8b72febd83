"""What is true of one ride at a moment, read from the picture in the words of the rules. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from busline.answer import Bus, Window
from busline.answering import window_of
from busline.eta import Basis, Prediction, stage_unseen
from busline.fleet import Fleet, StopVisit
from busline.ids import CallKey, RunKey
from busline.picture import Picture
from busline.run_state import expected_bus, notice_in_force
from busline.timetable import Run
from busline.travel_times.band import PUBLISHED, QUANTILES, moments_at
from busline.travel_times.outlook import Stage
from busline.travel_times.readiness import be_ready_at
from notifier.ride import PERHAPS, SURELY, Expected, Seen

Floats = NDArray[np.float64]


def seen_of(
    picture: Picture,
    fleet: Fleet,
    run: Run,
    key: RunKey,
    call_index: int,
    expected: Expected | None,
    outage_since: datetime | None = None,
    blind_from: datetime | None = None,
) -> Seen:
    """Everything that the rules ask of a call of a run. `expected` is None where no minutes can be given."""
    progress, notice = fleet.progress.get(key), notice_in_force(fleet, key)
    visits = fleet.visits.get(key, ())
    here, last = _visit(visits, call_index), _visit(visits, len(run) - 1)
    number = expected_bus(picture.timetable, run, key.service_date, fleet)
    planned, assignment = run.planned_vehicle_id, fleet.assignments.get(key)
    by = None
    if progress is not None:
        by = progress.source
    elif assignment is not None and assignment.vehicle_id == number:
        by = assignment.source
    is_driven = notice is None and key in fleet.notices and progress is not None
    is_past = progress is not None and (
        progress.ended_at is not None
        or here is not None
        or (progress.started_at is not None and progress.next_call > call_index)
    )
    call = CallKey(key, int(run.stop_sequences[call_index]))
    return Seen(
        expected=None if is_past else expected,
        bus=None if number is None else Bus(number, planned if planned is not None and planned != number else None),
        bus_by=by,
        bus_fix_at=None if number is None else fleet.last_fix_at.get(number),
        notice=notice,
        driven_since=progress.fix_at if is_driven and progress is not None else None,
        arrived_at=None if here is None else here.arrived_at,
        departed_at=None if here is None else here.departed_at,
        is_past=is_past,
        at_school_at=None if last is None else last.arrived_at,
        outage_since=outage_since,
        blind_from=blind_from,
        cause=picture.cause(call),
    )


def expected_now(
    picture: Picture, fleet: Fleet, run: Run, key: RunKey, call_index: int, now: datetime
) -> Expected | None:
    """When the bus comes to a call, as an answer would rest on it; None where no minutes can be given."""
    progress = fleet.progress.get(key)
    if progress is not None and (progress.started_at is not None or progress.ended_at is not None):
        told = picture.predict(run, key.service_date, progress, call_index, now)
        return _expected_by(told, progress.matched_at) if isinstance(told, Prediction) else None
    foreseen = picture.foresee(key, call_index, now)
    if foreseen is not None:
        return _expected_by(foreseen, now - timedelta(seconds=foreseen.fix_age_seconds))
    if (
        run.pattern.approximate
        or stage_unseen(picture.timetable, picture.engine, fleet, key, now) is not Stage.ELSEWHERE
    ):
        return None
    outlook = picture.engine.look((), now.timestamp(), further=False, unseen={key: Stage.ELSEWHERE}, fleet=fleet)
    which = np.flatnonzero(outlook.call == call_index)
    if not len(which):
        return None
    told_at = picture.engine.tell(outlook, now.timestamp())[which]
    ready_at = be_ready_at(told_at, outlook.stage[which], outlook.new[which])
    return expected_of(told_at[0], max(float(ready_at[0]), now.timestamp()), now, is_live=False)


def expected_of(told_at: Floats, ready_at: float, fix_at: datetime, *, is_live: bool) -> Expected:
    """Out of the moments of `band.QUANTILES` for one call, epoch seconds."""
    p10, p50, p90 = (told_at.item(QUANTILES.index(share)) for share in (0.10, 0.50, 0.90))
    surely, perhaps = (float(moments_at(told_at[None, :], score)[0]) for score in (SURELY, PERHAPS))
    return Expected(
        fix_at=fix_at,
        is_live=is_live,
        surely_after=_moment(surely),
        perhaps_after=_moment(perhaps),
        p10=_moment(p10),
        p50=_moment(p50),
        p90=_moment(p90),
        window=Window(
            earliest=_floor(_moment(p10)),
            latest=_floor(_moment(p90 + 59.999_999)),
            be_ready_by=_floor(_moment(ready_at)),
            published=_floor(_moment(told_at.item(QUANTILES.index(PUBLISHED)))),
        ),
    )


def _expected_by(prediction: Prediction, fix_at: datetime) -> Expected:
    moments = {0.10: prediction.p10, 0.50: prediction.p50, 0.90: prediction.p90, PUBLISHED: prediction.published}
    told_at = np.array([moments[share].timestamp() if share in moments else np.nan for share in QUANTILES])
    is_live = prediction.basis is Basis.LIVE
    expected = expected_of(told_at, prediction.be_ready_by.timestamp(), fix_at, is_live=is_live)
    return replace(expected, window=window_of(prediction))


def _visit(visits: Sequence[StopVisit], call_index: int) -> StopVisit | None:
    return next((visit for visit in visits if visit.call_index == call_index), None)


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _floor(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
