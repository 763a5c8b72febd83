"""What was promised before there was one outbox moves into it, with its past."""

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from busline.ids import Phone
from busline.migrate import migrate
from busline.store.outbox import TextPromise, promise_text
from busline.store.pool import DatabaseAddress, open_pool, transaction

NOW = datetime(2026, 11, 24, 12, 21, tzinfo=UTC)
OLD = """
insert into outgoing_text
    (dedupe_key, phone, language, message, fillings, state, attempts, next_at, lease_until, maybe_since, expires_at,
     sid, created_at, settled_at)
values
    ('k1', '+16175550101', 'es', 'linked', '{"students": "100234"}', 'sent', 1, $1, null, null, $2, 'SM1', $1, $1),
    ('k2', '+16175550101', 'es', 'linked', '{"students": "100235"}', 'waiting', 2, $1, $1, $1, $2, null, $1, null),
    ('k3', '+16175550102', 'en', 'case-answer', '{"words": "50% { } \\" ü"}', 'waiting', 0, $2, null, null, $2, null,
     $1, null)
"""


async def test_waiting_texts_and_sent_ones_move_and_none_goes_twice(database: DatabaseAddress, tmp_path: Path) -> None:
    for entry in files("migrations").iterdir():
        if entry.name.endswith(".sql") and entry.name < "0019":
            (tmp_path / entry.name).write_text(entry.read_text("utf-8"), "utf-8")
    async with open_pool(database) as pool:
        await pool.execute("drop schema public cascade")
        await pool.execute("create schema public")
        await migrate(pool, source=tmp_path)
        await pool.execute(OLD, NOW, NOW + timedelta(days=3))
        await migrate(pool)
        rows = await pool.fetch("select * from outbox order by outbox_id")
        assert [
            (row["dedupe_key"], row["state"], row["attempts"], row["maybe_since"], row["sid"], row["handed_at"])
            for row in rows
        ] == [
            ("k1", "sent", 1, None, "SM1", NOW),
            ("k2", "waiting", 2, NOW, None, None),
            ("k3", "waiting", 0, None, None, None),
        ]
        assert {(row["kind"], row["priority"], row["channel"], row["again"]) for row in rows} == {
            ("message", 0, "text", "better_twice")
        }
        assert json.loads(rows[2]["facts"]) == {"message": "case-answer", "fillings": {"words": '50% { } " ü'}}
        assert rows[2]["not_before"] == NOW + timedelta(days=3)
        assert await pool.fetchval("select count(*) from outgoing_text") == 0
        async with transaction(pool) as connection:
            await promise_text(connection, TextPromise("k1", Phone("+16175550101"), "es", "linked"), NOW)
        assert await pool.fetchval("select count(*) from outbox") == 3
