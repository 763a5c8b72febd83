"""The interface for announcements: who of the staff may use it, what it shows first, and what it refuses."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from busline.clock import ScaledClock
from busline.store.pool import Pool
from busline.store.staff import Role
from notifier.announcing.announcement import Message, ServiceChange
from notifier.announcing.ledger import Announcements
from notifier.announcing.operations import Sample, announcement_operations
from sms.segments import segments
from tests.store.test_announcing import BOTH, NOW, PLAN
from tests.web.desk import Desk, open_desk, words
from tests.web.texting import ROSTER

TO_R1: dict[str, Any] = {"to": "run", "of": "R1", "date": "2026-10-05"}


def write(message: Message, language: str, _: object) -> Sample:
    body = "changed" if isinstance(message, ServiceChange) else message[language]
    return Sample(body, segments(body).count)


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    await pool.execute(ROSTER)
    operations = announcement_operations(
        Announcements(pool), lambda: PLAN, ScaledClock(NOW), write, ("en", "es", "ht"), asked_above=1
    )
    async with open_desk(pool, open_operations=operations) as running:
        yield running


async def post(client: ClientSession, path: str, *, status: int = 200, **body: str) -> Any:
    async with client.post(f"/api/v1/announcements{path}", json=body) as answer:
        assert answer.status == status, await words(answer)
        return await answer.json()


async def get(client: ClientSession, path: str = "", status: int = 200) -> Any:
    async with client.get(f"/api/v1/announcements{path}") as answer:
        assert answer.status == status, await words(answer)
        return await answer.json()


async def test_a_dispatcher_sees_who_and_how_it_reads_before_it_goes(desk: Desk, pool: Pool) -> None:
    client = await desk.sign_in(Role.DISPATCHER)
    preview = await post(client, "", to="everyone", en=BOTH["en"], es=BOTH["es"])
    at = preview["announcement"]["id"]
    assert [(one["language"], one["phones"], one["sample"], one["segments"]) for one in preview["languages"]] == [
        ("en", 1, BOTH["en"], 1),
        ("es", 1, BOTH["es"], 1),
    ]
    who = await get(client, f"/{at}/recipients")
    assert [(one["phone"], one["students"]) for one in who["recipients"]] == [
        ("+16175550100", ["100234", "100235"]),
        ("+16175550101", ["004321"]),
    ]
    assert preview["must_say_recipients"]
    assert "Say how many" in (await post(client, f"/{at}/confirm", status=409))["error"]
    assert await pool.fetchval("select count(*) from outbox") == 0
    assert (await post(client, f"/{at}/confirm", recipients="2"))["state"] == "confirmed"
    await Announcements(pool).promise_some(NOW)
    read = await get(client, f"/{at}")
    assert (read["messages"], [act["act"] for act in read["acts"]]) == ({"waiting": 2}, ["drafted", "confirmed"])
    assert (await post(client, f"/{at}/cancel", words="a mistake"))["taken_back"] == 2
    assert [(one["id"], one["state"]) for one in (await get(client))["announcements"]] == [(at, "cancelled")]


async def test_it_does_not_go_out_while_a_language_lacks_its_words(desk: Desk) -> None:
    client = await desk.sign_in(Role.DISPATCHER)
    preview = await post(client, "", to="everyone", en=BOTH["en"])
    assert preview["missing"] == ["es"]
    assert {one["language"]: one["sample"] for one in preview["languages"]} == {"en": BOTH["en"], "es": None}
    refusal = await post(client, f"/{preview['announcement']['id']}/confirm", status=409, recipients="2")
    assert "no words" in refusal["error"]
    change = await post(client, "", to="everyone", change="delay", minutes="120", date="2026-10-06")
    assert change["missing"] == []


async def test_only_dispatchers_announce_and_call_takers_may_read(desk: Desk) -> None:
    await post(desk.client(), "", status=401, **TO_R1, en="x")
    taker = await desk.sign_in(Role.CALL_TAKER)
    await post(taker, "", status=403, **TO_R1, en="x")
    assert await get(taker) == {"announcements": []}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"to": "run", "of": "R9", "en": "x"}, "no run R9"),
        ({"to": "nobody", "en": "x"}, "must be one of"),
        ({"to": "everyone"}, "Give the words"),
        ({"to": "everyone", "en": "x" * 321}, "321 characters"),
        ({"to": "everyone", "en": "x", "kea": "y"}, "no field 'kea'"),
        ({"to": "everyone", "en": "x", "send_at": "soon"}, "is a moment"),
    ],
)
async def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(
    desk: Desk, pool: Pool, body: dict[str, str], complaint: str
) -> None:
    client = await desk.sign_in(Role.DISPATCHER)
    assert complaint in (await post(client, "", status=400, **body))["error"]
    assert await pool.fetchval("select count(*) from announcement") == 0


@pytest.mark.parametrize("number", ["1", "999999999999999999", "9999999999999999999999", "x", "-1"])
async def test_one_that_is_not_there_is_not_found(desk: Desk, number: str) -> None:
    client = await desk.sign_in(Role.DISPATCHER)
    await get(client, f"/{number}", 404)
    await get(client, f"/{number}/recipients", 404)
    await post(client, f"/{number}/confirm", status=404)
    await post(client, f"/{number}/cancel", status=404)


async def test_what_was_looked_at_an_hour_ago_is_looked_at_again(desk: Desk, pool: Pool) -> None:
    client = await desk.sign_in(Role.DISPATCHER)
    at = (await post(client, "", **TO_R1, en="x"))["announcement"]["id"]
    await pool.execute("update announcement set made_at = made_at - $1::interval", timedelta(minutes=61))
    assert "over an hour ago" in (await post(client, f"/{at}/confirm", status=409))["error"]
