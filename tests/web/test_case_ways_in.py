"""What departments' systems may tell a case, and that nobody else can: mails, Zammad and the signed webhook."""

import asyncio
import hashlib
import hmac
import io
import re
import sys
import textwrap
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import orjson
import pytest
from yarl import URL

from busline.cases.case import Case
from busline.cases.handling import CaseDesk
from busline.cases.ledger import settle
from busline.clock import ScaledClock
from busline.store.pool import Pool, transaction
from busline.store.staff import Role
from notifier.connectors import signing
from notifier.inbound import Keys, inbound_operations
from tests.web.case_api import ADDRESSES, JSON, KEYS, NOW, PARENT, a_case, a_desk, kinds, post, promised
from tests.web.desk import Desk, open_desk, words


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    async with a_desk(pool) as running:
        yield running


@pytest.fixture
async def case(pool: Pool) -> Case:
    return await a_case(pool)


async def signal(desk: Desk, path: str, body: bytes, headers: dict[str, str], status: int = 200) -> Any:
    async with desk.client().post(f"/api/v1/cases/{path}", data=io.BytesIO(body), headers=headers) as answer:
        assert answer.status == status, await words(answer)
        return await answer.json()


def by_us(body: bytes, key: bytes | None, at: datetime | None = None) -> dict[str, str]:
    assert key is not None
    return {signing.HEADER: signing.sign(body, key, at or datetime.now(UTC)), **JSON}


def reply(case: Case, text: str, message_id: str = "<1@x.org>") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "office@x.org", ADDRESSES.of(case.reference), message_id
    mail.set_content(text)
    return mail.as_bytes()


async def test_a_department_answers_by_replying_to_its_mail_once(desk: Desk, case: Case, pool: Pool) -> None:
    raw = reply(case, "It is at the depot.")
    assert await signal(desk, "mail-in", raw, by_us(raw, KEYS.mail)) == {"outcome": "done"}
    assert await signal(desk, "mail-in", raw, by_us(raw, KEYS.mail)) == {"outcome": "known"}
    assert await promised(pool) == ["case-answer case-closing"]
    assert await kinds(pool, case) == ["opened", "answered"]


async def test_the_script_of_the_manual_hands_mails_in_and_asks_for_patience_where_it_cannot(
    desk: Desk, case: Case, pool: Pool, tmp_path: Path
) -> None:
    manual = (Path(__file__).parents[2] / "docs/cases.md").read_text("utf-8")
    (script,) = re.findall(r"^    #!/usr/bin/env python3\n(?:    .*\n|\n)+", manual, re.MULTILINE)
    assert KEYS.mail is not None
    key = tmp_path / "key"
    key.write_bytes(KEYS.mail)
    own = textwrap.dedent(script).replace("/etc/busline/mail-in-key", str(key))

    async def hand_in(address: str) -> int | None:
        program = own.replace("https://bus.example.org", address)
        running = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=asyncio.subprocess.PIPE)
        await running.communicate(reply(case, "It is at the depot."))
        return running.returncode

    assert await hand_in(desk.base) == 0
    assert await promised(pool) == ["case-answer case-closing"]
    assert await hand_in("http://127.0.0.1:9") == 75
    key.write_bytes(b"another key")
    assert await hand_in(desk.base) == 75


async def test_an_answer_that_is_too_long_is_kept_and_the_department_hears_of_it(
    desk: Desk, case: Case, pool: Pool
) -> None:
    await pool.execute("update department set connector = 'email', target = 'lost@x.org'")
    raw = reply(case, "word " * 300)
    assert await signal(desk, "mail-in", raw, by_us(raw, KEYS.mail)) == {"outcome": "not_texted"}
    assert await kinds(pool, case) == ["opened", "note", "not_texted"]
    assert await promised(pool) == []
    rows = await pool.fetch("select kind from case_delivery join case_event using (event_id)")
    assert [row["kind"] for row in rows] == ["not_texted"], "its own words are not sent back to it"


async def test_an_answer_to_a_closed_case_is_kept_and_not_texted(desk: Desk, case: Case, pool: Pool) -> None:
    async with transaction(pool) as connection:
        await settle(connection, PARENT, case.reference, "sí", NOW, solved=True)
    raw = reply(case, "We found it.")
    assert await signal(desk, "mail-in", raw, by_us(raw, KEYS.mail)) == {"outcome": "not_texted"}
    assert await promised(pool) == []


async def test_a_mail_with_photographs_is_taken_and_one_to_nobody_is_nothing(desk: Desk, case: Case) -> None:
    raw = reply(case, "See the picture.") + b"\n" + b"x" * 3_000_000
    assert (await signal(desk, "mail-in", raw, by_us(raw, KEYS.mail)))["outcome"] in ("done", "not_texted")
    stray = b"To: office@x.org\n\nHello"
    assert await signal(desk, "mail-in", stray, by_us(stray, KEYS.mail)) == {"outcome": "nothing"}
    huge = b"x" * (26 * 1024 * 1024)
    await signal(desk, "mail-in", huge, by_us(huge, KEYS.mail), status=413)


async def test_nothing_unsigned_changes_a_case(desk: Desk, case: Case, pool: Pool) -> None:
    raw = reply(case, "It is here.")
    old = datetime.now(UTC) - timedelta(minutes=6)
    wrong: tuple[dict[str, str], ...] = (
        {},
        by_us(raw, b"another key"),
        by_us(raw + b" ", KEYS.mail),
        by_us(raw, KEYS.mail, old),
    )
    for headers in wrong:
        for path in ("mail-in", "status-in", "zammad-in"):
            await signal(desk, path, raw, headers, status=403)
    # A key opens its own door and no other.
    await signal(desk, "mail-in", raw, by_us(raw, KEYS.webhook), status=403)
    await signal(desk, "status-in", raw, by_us(raw, KEYS.mail), status=403)
    assert await kinds(pool, case) == ["opened"]


async def test_the_receiver_of_the_webhook_works_a_case(desk: Desk, case: Case, pool: Pool) -> None:
    for number, (status, more) in enumerate(
        [
            ("in_hand", {}),
            ("note", {"words": "checked"}),
            ("text", {"words": "Soon."}),
            ("transfer", {"department": "complaints", "words": "yours"}),
            ("answer", {"words": "Here."}),
            ("ask_if_solved", {}),
        ]
    ):
        body = orjson.dumps({"reference": case.reference, "by": "Sam", "key": f"k{number}", "status": status, **more})
        for outcome in ("done", "known"):
            if status == "ask_if_solved":
                outcome = "done"
            assert await signal(desk, "status-in", body, by_us(body, KEYS.webhook)) == {"outcome": outcome}
    nowhere = orjson.dumps({"reference": case.reference, "key": "k9", "status": "transfer", "department": "catering"})
    refused = await signal(desk, "status-in", nowhere, by_us(nowhere, KEYS.webhook), status=400)
    assert "catering" in refused["error"]
    unknown = orjson.dumps({"reference": "12823", "key": "k10", "status": "in_hand"})
    assert await signal(desk, "status-in", unknown, by_us(unknown, KEYS.webhook)) == {"outcome": "no_case"}
    assert await kinds(pool, case) == ["opened", "reached_department", "note", "said", "transferred", "answered"]


async def test_an_agents_article_in_zammad_answers_the_family(desk: Desk, case: Case, pool: Pool) -> None:
    reference = f"{case.reference[:-1]}-{case.reference[-1]}"
    article = {
        "id": 104,
        "sender": "Agent",
        "internal": False,
        "body": "<p>It is here.</p>",
        "content_type": "text/html",
    }
    body = orjson.dumps(
        {"ticket": {"id": 81, "title": f"[{reference}] lost item", "state": "open"}, "article": article}
    )
    assert KEYS.zammad is not None
    headers = {"X-Hub-Signature": "sha1=" + hmac.new(KEYS.zammad, body, hashlib.sha1).hexdigest(), **JSON}
    assert await signal(desk, "zammad-in", body, headers) == {"outcome": "done"}
    assert await signal(desk, "zammad-in", body, headers) == {"outcome": "known"}
    assert await promised(pool) == ["case-answer case-closing"]
    bad = b"{}"
    headers = {"X-Hub-Signature": "sha1=" + hmac.new(KEYS.zammad, bad, hashlib.sha1).hexdigest(), **JSON}
    await signal(desk, "zammad-in", bad, headers, status=400)


@pytest.mark.parametrize("charset", ["utf-8", "unicode_escape"])
async def test_a_mail_with_what_no_database_takes_is_kept_without_it(
    desk: Desk, case: Case, pool: Pool, charset: str
) -> None:
    to = ADDRESSES.of(case.reference).encode()
    words = {"utf-8": b"It is\x00 here.", "unicode_escape": b"It is\\ud800 here."}[charset]
    kind = f"text/plain; charset={charset}".encode()
    raw = b"From: a@x.org\nTo: %s\nMessage-ID: <1\x00@x.org>\nContent-Type: %s\n\n%s\n" % (to, kind, words)
    assert await signal(desk, "mail-in", raw, by_us(raw, KEYS.mail)) == {"outcome": "done"}
    assert await signal(desk, "mail-in", raw, by_us(raw, KEYS.mail)) == {"outcome": "known"}
    fillings = await pool.fetchval("select facts from outbox where facts ->> 'message' like 'case-answer%'")
    assert "It is here." in fillings


@pytest.mark.parametrize("words", ["a\x00b", "a\ud800b"])
async def test_words_of_staff_that_no_database_takes_are_refused(desk: Desk, case: Case, words: str) -> None:
    client = await desk.sign_in(Role.CALL_TAKER)
    refused = await post(client, f"{case.reference}/notes", status=400, words=words)
    assert "must be text" in refused["error"]


async def test_strangers_cannot_fill_the_memory_with_mails(desk: Desk, case: Case) -> None:
    raw = reply(case, "It is here.")
    arrived, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        arrived.release()
        yield b"x"
        await go_on.wait()

    async def send_slowly() -> int:
        async with desk.client().post(
            "/api/v1/cases/mail-in", data=slowly(), headers=by_us(raw, b"no key of ours")
        ) as answer:
            return answer.status

    slow = [asyncio.create_task(send_slowly()) for _ in range(4)]
    for _ in slow:
        await arrived.acquire()
    # What the slow ones have sent may still be on its way.
    answered = [await signal_status(desk, raw) for _ in range(100)]
    assert 503 in answered
    go_on.set()
    assert await asyncio.gather(*slow) == [403] * 4
    assert await signal_status(desk, raw) == 200


async def signal_status(desk: Desk, raw: bytes) -> int:
    async with desk.client().post(
        "/api/v1/cases/mail-in", data=io.BytesIO(raw), headers=by_us(raw, KEYS.mail)
    ) as answer:
        return answer.status


async def test_bytes_that_are_no_text_are_refused_and_never_an_error_of_ours(desk: Desk) -> None:
    address = URL(desk.base)
    assert address.host is not None
    for path in ("mail-in", "status-in", "zammad-in"):
        reader, writer = await asyncio.open_connection(address.host, address.port)
        odd = b"\xff\xed\xa0\x80"
        writer.write(
            b"POST /api/v1/cases/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n"
            b"X-Hub-Signature: sha1=%s\r\nBusline-Signature: %s\r\nCookie: busline=%s\r\n\r\n{}"
            % (path.encode(), odd, odd, odd)
        )
        status = (await reader.read()).split(b" ", 2)[1]
        writer.close()
        await writer.wait_closed()
        assert status == b"403", path


async def test_a_door_without_a_key_is_not_there(pool: Pool, case: Case) -> None:
    assert inbound_operations(Keys(), CaseDesk(pool), ScaledClock(NOW)) == []
    async with open_desk(pool) as desk:
        await signal(desk, "status-in", b"{}", JSON, status=405)
