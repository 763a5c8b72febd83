"""Staff say which bus drives a run: the form of a run's page in, one row in the ledger out."""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import quote

import structlog
from aiohttp import web

from busline.clock import Clock
from busline.fleet import Assignment, AssignmentSource
from busline.ids import RunId, RunKey, VehicleId
from busline.picture import Picture
from busline.store.ledger import Ledger
from busline.web_guard import MEMBER, read_form

log = structlog.get_logger(__name__)


def assigning_routes(picture: Callable[[], Picture | None], ledger: Ledger, clock: Clock) -> list[web.RouteDef]:
    """`POST /board/assignments` with `date`, `run` and `bus`. Dispatchers only; back to the run's page."""

    async def assign(request: web.Request) -> web.StreamResponse:
        form = await read_form(request)
        day, run, bus = (form.get(name, "").strip() for name in ("date", "run", "bus"))
        now_picture = picture()
        key = None if now_picture is None else _key(now_picture, day, run)
        if now_picture is None or key is None:
            raise web.HTTPNotFound(text="The plan in force has no such run on that day, so nothing was changed.")
        vehicle_id = VehicleId(bus)
        if vehicle_id not in now_picture.fleet.last_fix_at:
            raise web.HTTPBadRequest(text="No such bus has been heard from today, so nothing was changed.")
        said_by = request[MEMBER].username
        await ledger.assign(Assignment(key, vehicle_id, AssignmentSource.STAFF, clock.now()), said_by)
        # By whom stands in the ledger: the log names nobody.
        log.info("bus confirmed", run=run, service_date=day, bus=bus)
        raise web.HTTPSeeOther(f"/board/runs/{day}/{quote(run, safe='')}")

    return [web.post("/board/assignments", assign)]


def _key(picture: Picture, day: str, run: str) -> RunKey | None:
    known = picture.timetable.runs.get(RunId(run))
    if known is None or not re.fullmatch(r"\d{4}-\d\d-\d\d", day, re.ASCII):
        return None
    try:
        service_date = date.fromisoformat(day)
    except ValueError:
        return None
    return (
        RunKey(service_date, known.run_id)
        if picture.timetable.calendar.runs_on(known.service_id, service_date)
        else None
    )
