"""The interface for cases: who of the staff may use it, and what it says."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import jsonschema
import orjson
import pytest

from busline.cases.case import Case
from busline.cases.handling import LONGEST_WORDS
from busline.cases.ledger import holder_of, settle
from busline.store.pool import Pool, transaction
from busline.store.staff import Role
from tests.web.case_api import JSON, NOW, PARENT, a_case, a_desk, get, kinds, post, promised
from tests.web.desk import Desk


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    async with a_desk(pool) as running:
        yield running


@pytest.fixture
async def case(pool: Pool) -> Case:
    return await a_case(pool)


async def test_staff_read_a_case_with_everything_that_was_said(desk: Desk, case: Case) -> None:
    client = await desk.sign_in(Role.CALL_TAKER)
    (listed,) = (await get(client, "cases"))["cases"]
    assert (listed["reference"], listed["state"], listed["student_id"]) == (case.reference, "received", "100234")
    file = await get(client, f"cases/{case.reference}")
    assert [(event["kind"], event["words"]) for event in file["history"]] == [("opened", "perdió su mochila")]
    assert file["case"]["phone"] == PARENT
    figures = await get(client, "case-figures")
    assert figures == {"waiting": 1, "overdue": 0, "urgent": 0, "not_handed_over": 0}


async def test_a_case_is_worked_from_its_assignment_to_its_answer(desk: Desk, case: Case, pool: Pool) -> None:
    client = await desk.sign_in(Role.CALL_TAKER)
    at = case.reference
    assert (await post(client, f"{at}/assign", to="dispatcher-person"))["assigned_to"] == "dispatcher-person"
    assert (await post(client, f"{at}/notes", words="asked the driver"))["state"] == "with_department"
    assert (await post(client, f"{at}/texts", words="Lo buscamos."))["state"] == "with_department"
    assert (await post(client, f"{at}/transfer", to="complaints"))["department"] == "complaints"
    assert (await post(client, f"{at}/answer", words="Está aquí."))["state"] == "answered"
    assert (await post(client, f"{at}/close"))["state"] == "answered"
    assert (await post(client, f"{at}/reopen", words="not his"))["times_reopened"] == 1
    assert await promised(pool) == ["case-answer", "case-answer case-closing"], "the question is not asked twice"
    assert await kinds(pool, case) == [
        "opened",
        "assigned",
        "note",
        "said",
        "transferred",
        "answered",
        "reopened",
    ]
    file = await get(client, f"cases/{at}")
    assert {event["by"] for event in file["history"]} == {"", "call_taker-person"}
    assert [text["state"] for text in file["texts"]] == ["waiting", "waiting"]


async def test_viewers_and_strangers_see_no_case(desk: Desk, case: Case) -> None:
    await get(await desk.sign_in(Role.VIEWER), "cases", status=403)
    await get(desk.client(), f"cases/{case.reference}", status=401)
    await post(desk.client(), f"{case.reference}/answer", status=401, words="x")


async def test_another_sites_page_or_form_changes_no_case(desk: Desk, case: Case, pool: Pool) -> None:
    client = await desk.sign_in(Role.CALL_TAKER)
    path = f"/api/v1/cases/{case.reference}/answer"
    async with client.post(path, json={"words": "x"}, headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 403
    async with client.post(path, data={"words": "x"}) as answer:
        assert answer.status == 415
    assert await promised(pool) == []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "not JSON"),
        (b"[1]", "object"),
        (b"{}", "words is missing"),
        (b'{"words": "  "}', "words is missing"),
        (b'{"words": 7}', "words must be text"),
        (b'{"words": "a\\u0000b"}', "words must be text"),
        (orjson.dumps({"words": "a" * (LONGEST_WORDS + 1)}), f"may have {LONGEST_WORDS}"),
        (b'{"words": "a", "more": "b"}', "no field 'more'"),
    ],
)
async def test_a_body_that_cannot_be_used_changes_nothing_and_says_why(
    desk: Desk, case: Case, pool: Pool, body: bytes, complaint: str
) -> None:
    client = await desk.sign_in(Role.CALL_TAKER)
    async with client.post(f"/api/v1/cases/{case.reference}/answer", data=body, headers=JSON) as answer:
        assert answer.status == 400
        assert complaint in (await answer.json())["error"]
    assert await kinds(pool, case) == ["opened"]


async def test_what_does_not_exist_is_named(desk: Desk, case: Case) -> None:
    client = await desk.sign_in(Role.CALL_TAKER)
    for reference in ("12823", "12820", "x", "0"):
        assert "no case" in (await get(client, f"cases/{reference}", status=404))["error"]
        await post(client, f"{reference}/close", status=404)
    assert "catering" in (await post(client, f"{case.reference}/transfer", status=400, to="catering"))["error"]
    assert "nobody" in (await post(client, f"{case.reference}/assign", status=400, to="Nobody"))["error"]
    await get(client, "cases?show=everything", status=400)
    assert await get(client, f"cases/{case.reference[:-1]}-{case.reference[-1]}") != {}


async def test_a_closed_case_says_that_it_must_be_opened_first(desk: Desk, case: Case, pool: Pool) -> None:
    client = await desk.sign_in(Role.CALL_TAKER)
    async with transaction(pool) as connection:
        await settle(connection, PARENT, case.reference, "sí", NOW, solved=True)
    refused = await post(client, f"{case.reference}/answer", status=409, words="x")
    assert "Open it again first" in refused["error"]
    assert (await get(client, "cases"))["cases"] == []
    assert len((await get(client, "cases?show=closed"))["cases"]) == 1


async def test_two_who_take_over_at_once_are_told_who_has_it(desk: Desk, case: Case, pool: Pool) -> None:
    clients = [await desk.sign_in(role) for role in (Role.CALL_TAKER, Role.DISPATCHER)]
    path = f"/api/v1/cases/{case.reference}/take-over"
    answers = await asyncio.gather(*(client.post(path, json={}) for client in clients))
    assert sorted(answer.status for answer in answers) == [200, 409]
    async with pool.acquire() as connection:
        holder = await holder_of(connection, PARENT, NOW + timedelta(minutes=1))
    assert holder is not None
    (loser,) = [answer for answer in answers if answer.status == 409]
    assert holder.held_by in (await loser.json())["error"]
    file = await get(clients[0], f"cases/{case.reference}")
    assert file["holder"]["held_by"] == holder.held_by


async def test_a_call_taker_ends_only_their_own_hold_and_a_dispatcher_anybodys(desk: Desk, case: Case) -> None:
    taker, dispatcher = await desk.sign_in(Role.CALL_TAKER), await desk.sign_in(Role.DISPATCHER)
    await post(dispatcher, f"{case.reference}/take-over")
    assert "dispatcher-person" in (await post(taker, f"{case.reference}/hand-back", status=409))["error"]
    await post(dispatcher, f"{case.reference}/hand-back")
    await post(taker, f"{case.reference}/take-over")
    await post(dispatcher, f"{case.reference}/hand-back")
    assert (await get(taker, f"cases/{case.reference}"))["holder"] is None


async def test_what_could_not_be_handed_over_is_tried_again_when_staff_say_so(
    desk: Desk, case: Case, pool: Pool
) -> None:
    await pool.execute("update department set connector = 'email', target = 'x@y.org'")
    client = await desk.sign_in(Role.CALL_TAKER)
    await post(client, f"{case.reference}/notes", words="hello")
    await pool.execute("update case_delivery set state = 'failed', trouble = 'no such mailbox', settled_at = now()")
    (listed,) = (await get(client, "cases?show=not_handed_over"))["cases"]
    assert listed["not_handed_over"]
    (delivery,) = (await get(client, f"cases/{case.reference}"))["deliveries"]
    assert (delivery["state"], delivery["trouble"]) == ("failed", "no such mailbox")
    await post(client, f"{case.reference}/try-again")
    assert (await get(client, "cases?show=not_handed_over"))["cases"] == []


async def test_the_description_names_every_route_and_every_answer_is_as_described(desk: Desk, case: Case) -> None:
    client = await desk.sign_in(Role.DISPATCHER)
    document = await get(desk.client(), "openapi.json")
    assert document["openapi"] == "3.1.0"
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    routed = {
        (route.method, route.resource.canonical)
        for route in desk.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/api/v1/") and route.method != "HEAD"
    }
    assert described | {("GET", "/api/v1/openapi.json")} == routed
    names = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(set(names)) == len(names)

    def check(answer: Any, name: str) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.validate(answer, schema, jsonschema.Draft202012Validator)

    at = case.reference
    for action in ("assign", "transfer", "notes", "texts", "take-over", "hand-back", "answer", "close", "reopen"):
        path = f"/api/v1/cases/{{reference}}/{action}"
        wanted = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        values = {"to": "complaints" if action == "transfer" else "admin-person", "words": "hello"}
        body: dict[str, str] = {name: values[name] for name in wanted["properties"]}
        jsonschema.validate(body, wanted)
        check(await post(client, f"{at}/{action}", status=200, **body), "Case")
    check(await get(client, f"cases/{at}"), "CaseFile")
    check(await get(client, "cases"), "CaseList")
    check(await get(client, "case-figures"), "Figures")
    check(await get(client, "cases/12820", status=404), "Error")


# What departments' systems say.
