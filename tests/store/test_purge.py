"""What is past its time is forgotten, and what is needed for counting stays."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from busline.app.database import store
from busline.app.purging import forget
from busline.retention import purge as purging
from busline.retention.purge import Keep, purge
from busline.settings import read_settings
from busline.store.pool import Pool

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
PRIVACY = Path(__file__).parents[2] / "docs" / "privacy.md"


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


async def inquiry(pool: Pool, sid: str, days: int) -> None:
    await pool.execute(
        """
        insert into inquiry
            (channel, sid, phone, contact_id, asked_at, body, asked_ids, language, outcome, refused, reply)
        values ('text', $1, '+16175550101', 'M', $2, 'where is 100234', '{100234}', 'es', 'answered', false, '<R/>')
        """,
        sid,
        ago(days),
    )


def rows(forgotten: list[purging.Forgotten]) -> dict[str, int]:
    return {one.what: one.rows for one in forgotten if one.rows}


async def test_words_go_after_ninety_days_and_the_inquiry_still_counts(pool: Pool) -> None:
    for sid, days in (("SM1", 89), ("SM2", 91), ("SM3", 401)):
        await inquiry(pool, sid, days)
    assert rows(await purge(pool, Keep(), NOW)) == {"words of inquiries": 2, "phones of inquiries": 1}
    kept = await pool.fetch("select sid, phone, body, asked_ids, reply, language, outcome from inquiry order by sid")
    assert [tuple(row) for row in kept] == [
        ("SM1", "+16175550101", "where is 100234", ["100234"], "<R/>", "es", "answered"),
        ("SM2", "+16175550101", "", [], "", "es", "answered"),
        ("SM3", "", "", [], "", "es", "answered"),
    ]
    assert rows(await purge(pool, Keep(), NOW)) == {}


async def test_a_dry_run_counts_the_same_rows_and_changes_none(pool: Pool) -> None:
    await inquiry(pool, "SM2", 91)
    told = await purge(pool, Keep(), NOW, dry_run=True)
    assert rows(told) == {"words of inquiries": 1}
    assert await pool.fetchval("select body from inquiry") == "where is 100234"
    assert rows(await purge(pool, Keep(), NOW)) == rows(told)


async def test_many_rows_go_in_small_bites(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "AT_ONCE", 3)
    for number in range(7):
        await inquiry(pool, f"SM{number}", 100)
    assert rows(await purge(pool, Keep(), NOW)) == {"words of inquiries": 7}


async def test_who_wants_no_alerts_or_no_calls_is_never_forgotten(pool: Pool) -> None:
    await pool.execute(
        """
        insert into phone_wish (phone, alerts, minutes, changed_at, calls_ended_at)
        values ('+1', true, 10, $1, null), ('+2', false, 10, $1, null), ('+3', true, 10, $1, $1)
        """,
        ago(900),
    )
    await purge(pool, Keep(), NOW)
    kept = [row["phone"] for row in await pool.fetch("select phone from phone_wish order by 1")]
    assert kept == ["+2", "+3"], "alerts would begin again"


async def test_an_opt_out_in_force_and_a_link_in_force_are_never_forgotten(pool: Pool) -> None:
    await pool.execute(
        """
        insert into opt_out (phone, since, said, ended_at)
        values ('+16175550101', $1, 'STOP', null), ('+16175550102', $1, 'STOP', $2);
        """.replace("$1", f"'{ago(900)}'").replace("$2", f"'{ago(800)}'")
    )
    await pool.execute("insert into school values ('S', 'School'); insert into student values ('1', 'S')")
    await pool.execute("insert into joined_phone (phone, language, joined_at) values ('+1', 'en', $1)", ago(900))
    await pool.execute(
        "insert into joined_link (phone, student_id, since, by_way_of, let_in_by) values ('+1', '1', $1, 'code', '')",
        ago(900),
    )
    assert rows(await purge(pool, Keep(), NOW)) == {"opt outs of the past": 1}
    assert await pool.fetchval("select count(*) from opt_out where ended_at is null") == 1
    assert await pool.fetchval("select count(*) from family_link") == 1


async def test_wishes_go_with_the_conversation_and_unanswered_questions_with_the_words(pool: Pool) -> None:
    for phone, last_at in (("+16175550101", ago(900)), ("+16175550102", ago(10))):
        await pool.execute("insert into conversation (phone, first_at, last_at) values ($1, $2, $2)", phone, last_at)
        await pool.execute("insert into phone_wish values ($1, true, 10, null, null, $2)", phone, ago(900))
    for asked_at in (ago(100), ago(10)):
        await pool.execute(
            "insert into faq_unanswered (asked_at, language, words, nearest) values ($1, 'en', 'x', '{}')", asked_at
        )
    gone = await purge(pool, Keep(), NOW)
    assert rows(gone) == {"conversations": 1, "wishes of silent phones": 1, "unanswered questions": 1}
    assert await pool.fetchval("select phone from phone_wish") == "+16175550102"


async def test_a_link_is_forgotten_a_year_after_its_student_left_and_not_for_one_bad_night(pool: Pool) -> None:
    await pool.execute("insert into school values ('S', 'School'); insert into student values ('1', 'S')")
    await pool.execute("insert into joined_phone (phone, language, joined_at) values ('+1', 'en', $1)", ago(900))
    await pool.execute(
        "insert into joined_link (phone, student_id, since, by_way_of, let_in_by) values ('+1', '1', $1, 'code', '')",
        ago(900),
    )
    await pool.execute("delete from student")
    assert rows(await purge(pool, Keep(), NOW)) == {}
    await pool.execute("insert into student values ('1', 'S')")
    assert rows(await purge(pool, Keep(), NOW + timedelta(days=1))) == {}
    await pool.execute("delete from student")
    assert rows(await purge(pool, Keep(), NOW + timedelta(days=2))) == {}
    gone = await purge(pool, Keep(), NOW + timedelta(days=403))
    assert rows(gone) == {"links of the past": 1, "phones without links": 1}


async def test_every_table_is_named_in_the_privacy_page(pool: Pool) -> None:
    tables = await pool.fetch(
        """
        select relname from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        """
    )
    page = PRIVACY.read_text("utf-8")
    assert [row["relname"] for row in tables if f"`{row['relname']}`" not in page] == []


async def test_the_command_says_what_it_forgot(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    settings = read_settings({"BUSLINE_DATA_DIR": str(tmp_path / "data"), "BUSLINE_KEEP_TEXTS_DAYS": "10"})
    said: list[str] = []
    async with store(settings) as pool:
        await pool.execute(
            "insert into message_status (sid, status, rank, reported_at) values ('SM1', 'sent', 3, $1)",
            datetime.now(UTC) - timedelta(days=11),
        )
        assert await forget(settings, said.append, dry_run=True) == 0
        assert await pool.fetchval("select count(*) from message_status") == 1
        assert await forget(settings, said.append, dry_run=False) == 0
        assert await pool.fetchval("select count(*) from message_status") == 0
    assert any(line.strip().startswith("1  message statuses, from before ") for line in said)
