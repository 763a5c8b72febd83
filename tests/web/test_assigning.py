"""A dispatcher confirms which bus drives a run: who may, what is kept, and how it reaches the picture."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from busline.fleet import Proposal
from busline.ids import RunKey, VehicleId
from busline.picture import Picture
from busline.store.ledger import Ledger
from busline.store.pool import Pool
from busline.store.staff import Role
from tests.morning import make_morning
from tests.web.desk import HTML, Desk, open_desk, words

BUS = VehicleId("4712")


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    """The morning, with one bus that seems to drive the uncovered run."""
    async with open_desk(pool) as running:
        morning = running.morning
        key = uncovered(running)
        proposal = Proposal(key, BUS, morning.now - timedelta(minutes=1), 0.95, 1_240.0)
        fleet = replace(
            morning.fleet,
            proposals={key: proposal},
            last_fix_at={**morning.fleet.last_fix_at, BUS: morning.now},
        )
        running.picture = Picture(morning.timetable, fleet)
        yield running


def uncovered(desk: Desk) -> RunKey:
    morning = desk.morning
    run = next(iter(morning.timetable.runs.values()))
    return RunKey(make_morning().now.date(), run.run_id)


def form(desk: Desk, **changes: str) -> dict[str, str]:
    key = uncovered(desk)
    return {"date": key.service_date.isoformat(), "run": key.run_id, "bus": BUS} | changes


async def test_the_board_says_which_bus_seems_to_drive_a_run(desk: Desk) -> None:
    client = await desk.sign_in()
    async with client.get("/board", headers=HTML) as answer:
        assert "4712 seems to drive it" in await words(answer)
    async with client.get("/board", params={"q": "4712"}, headers=HTML) as answer:
        page = await words(answer)
    assert [key for key, hidden in re.findall(r'data-key="([^"]+)"[^>]*?(hidden)?>', page) if not hidden] == [
        f"{uncovered(desk).service_date}_{uncovered(desk).run_id}"
    ]


async def test_only_a_dispatcher_is_offered_the_button(desk: Desk) -> None:
    key = uncovered(desk)
    address = f"/board/runs/{key.service_date}/{key.run_id}"
    for role, offered in ((Role.VIEWER, False), (Role.DISPATCHER, True), (Role.ADMIN, True)):
        client = await desk.sign_in(role)
        async with client.get(address, headers=HTML) as answer:
            page = await words(answer)
        assert "seems to drive this run" in page
        assert "1.2 km" in page
        assert ("Confirm bus 4712" in page) is offered


async def test_what_a_dispatcher_confirms_is_kept_with_the_name(desk: Desk) -> None:
    client = await desk.sign_in(Role.DISPATCHER)
    async with client.post("/board/assignments", data=form(desk), allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"].startswith("/board/runs/")
    key = uncovered(desk)
    [kept] = await Ledger(desk.pool).assigned_by_staff([key.service_date])
    assert (kept.key, kept.vehicle_id) == (key, BUS)
    assert await desk.pool.fetchval("select said_by from assignment") == "dispatcher-person"


async def test_a_viewer_and_another_site_change_nothing(desk: Desk) -> None:
    viewer, dispatcher = await desk.sign_in(), await desk.sign_in(Role.DISPATCHER)
    async with viewer.post("/board/assignments", data=form(desk), allow_redirects=False) as answer:
        assert answer.status == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    async with dispatcher.post(
        "/board/assignments", data=form(desk), headers=elsewhere, allow_redirects=False
    ) as answer:
        assert answer.status == 403
    async with desk.client().post("/board/assignments", data=form(desk), allow_redirects=False) as answer:
        assert answer.status == 401
    assert await desk.pool.fetchval("select count(*) from assignment") == 0


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"run": "no such run"}, 404),
        ({"date": "yesterday"}, 404),
        ({"date": "2026-13-40"}, 404),
        ({"date": "2026-10-10"}, 404),
        ({"bus": "never heard of"}, 400),
        ({"bus": ""}, 400),
    ],
)
async def test_a_form_that_makes_no_sense_is_refused_in_words(desk: Desk, changes: dict[str, str], status: int) -> None:
    client = await desk.sign_in(Role.DISPATCHER)
    async with client.post("/board/assignments", data=form(desk, **changes), allow_redirects=False) as answer:
        assert answer.status == status
        assert "nothing was changed" in await words(answer)
    assert await desk.pool.fetchval("select count(*) from assignment") == 0
