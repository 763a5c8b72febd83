"""What a family was sent, as staff read it; and that it is kept who read."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from busline.clock import ScaledClock
from busline.ids import Phone
from busline.store.outbox import TextPromise, promise_text
from busline.store.pool import Pool, transaction
from busline.store.staff import Role
from notifier.history import Arrival, arrival
from notifier.history_operations import history_operations
from tests.store.test_announcing import FIRST, NOW
from tests.web.desk import Desk, open_desk, words
from tests.web.texting import ROSTER


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    """One text has arrived, and another waits."""
    await pool.execute(ROSTER)
    async with transaction(pool) as connection:
        for key in ("first", "second"):
            text = TextPromise(key, Phone(FIRST), "en", "linked", {"students": "100234"})
            await promise_text(connection, text, NOW)
    await pool.execute(
        "update outbox set state = 'sent', sid = 'SM1', body = 'Done.', handed_at = $1 where dedupe_key = 'first'", NOW
    )
    await pool.execute(
        "insert into message_status (sid, status, rank, reported_at, phone) values ('SM1', 'delivered', 9, $1, $2)",
        NOW + timedelta(seconds=4),
        FIRST,
    )
    async with open_desk(pool, open_operations=history_operations(pool, ScaledClock(NOW))) as running:
        yield running


async def ask(desk: Desk, role: Role = Role.CALL_TAKER, status: int = 200, **body: str) -> Any:
    client = await desk.sign_in(role)
    async with client.post("/api/v1/family-messages", json=body) as answer:
        assert answer.status == status, await words(answer)
        return json.loads(await words(answer))


@pytest.mark.parametrize("whose", [{"phone": FIRST}, {"student": "100235"}])
async def test_staff_read_what_was_sent_when_and_whether_it_arrived(
    desk: Desk, pool: Pool, whose: dict[str, Any]
) -> None:
    messages = (await ask(desk, **whose))["messages"]
    assert [(one["arrival"], one["words"]) for one in messages] == [("waiting", ""), ("arrived", "Done.")]
    assert messages[1]["handed_at"] == NOW.isoformat().replace("-04:00", "+00:00").replace("T06", "T10")
    read = await pool.fetchrow("select reader, what, about from staff_access")
    assert read is not None
    assert tuple(read) == ("call_taker-person", "messages", next(iter(whose.values())))


async def test_of_a_number_that_nobody_has_there_is_nothing_and_who_asked_is_kept_all_the_same(
    desk: Desk, pool: Pool
) -> None:
    assert (await ask(desk, student="999999"))["messages"] == []
    assert await pool.fetchval("select about from staff_access") == "999999"


async def test_viewers_read_no_familys_messages_and_a_question_names_one_family(desk: Desk, pool: Pool) -> None:
    await ask(desk, Role.VIEWER, 403, phone=FIRST)
    await ask(desk, status=400)
    await ask(desk, status=400, phone=FIRST, student="100234")
    assert await pool.fetchval("select count(*) from staff_access") == 0


@pytest.mark.parametrize(
    ("state", "carrier", "expected"),
    [
        ("waiting", None, Arrival.WAITING),
        ("sent", None, Arrival.SENT),
        ("sent", "sending", Arrival.SENT),
        ("sent", "delivered", Arrival.ARRIVED),
        ("sent", "undelivered", Arrival.NOT_ARRIVED),
        ("unknown", None, Arrival.NOBODY_KNOWS),
        ("failed", None, Arrival.NOT_ARRIVED),
        ("expired", None, Arrival.NOT_SENT),
        ("untrue", None, Arrival.NOT_SENT),
        ("barred", None, Arrival.NOT_SENT),
        ("superseded", None, Arrival.NOT_SENT),
    ],
)
def test_one_word_says_how_far_a_message_has_got(state: str, carrier: str | None, expected: Arrival) -> None:
    assert arrival(state, carrier) is expected
