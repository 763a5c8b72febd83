"""Families who wait, a bus that moves, and the outbox between them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from busline.fleet import Assignment, AssignmentSource, NoticeKind, RunNotice
from busline.ids import Phone, RunKey, VehicleId
from busline.outbound import Channel
from busline.store.ledger import Ledger
from busline.store.plans import save_plan
from busline.store.pool import Pool
from notifier.watching.families import Families
from tests.builders import MONDAY, at, make_run, make_timetable
from tests.waiting_families import WaitingMorning

RUN = make_run(stops=20)
KEY = RunKey(MONDAY, RUN.run_id)
FAMILY, OTHER = "+16175550101", "+16175550102"
CALL = 15
"""Planned at 7:30."""


@pytest.fixture
async def morning(pool: Pool) -> WaitingMorning:
    begun = await WaitingMorning.begin(pool, [RUN])
    await begun.families((FAMILY, "100001", RUN, CALL))
    return begun


async def test_a_late_bus_is_told_once_before_it_was_to_come(morning: WaitingMorning) -> None:
    await morning.drive("7:50", "47", RUN, late_minutes=14)
    assert await morning.told() == [(FAMILY, "late")]
    row = await morning.pool.fetchrow("select * from outbox")
    assert row is not None
    assert row["created_at"] < at("7:30")
    assert row["dedupe_key"] == f"alert/2026-10-05/R1/{FAMILY}/late/1"
    facts = json.loads(row["facts"])
    assert facts["students"] == ["100001"]
    assert 9 <= facts["minutes_late"] <= 15
    assert facts["is_first"] is True
    assert row["expires_at"] > at("7:40"), "as long as the bus may still be on its way"


async def test_a_bus_on_time_is_nobodys_news(morning: WaitingMorning) -> None:
    await morning.drive("7:45", "47", RUN, late_minutes=1)
    assert await morning.told() == []


async def test_a_family_that_chose_its_own_delay_is_told_of_that(morning: WaitingMorning) -> None:
    await morning.families((OTHER, "100002", RUN, CALL))
    await morning.wish(FAMILY, late_minutes=20)
    await morning.wish(OTHER, late_minutes=5)
    await morning.drive("7:40", "47", RUN, late_minutes=8)
    assert await morning.told() == [(OTHER, "late")]


async def test_one_message_for_siblings_about_the_one_who_is_met_first(morning: WaitingMorning) -> None:
    await morning.families((FAMILY, "100002", RUN, 12), (OTHER, "100003", RUN, CALL))
    await morning.drive("7:50", "47", RUN, late_minutes=14)
    rows = await morning.pool.fetch("select phone, stop_sequence, facts from outbox order by phone")
    assert [(row["phone"], row["stop_sequence"]) for row in rows] == [(FAMILY, 13), (OTHER, 16)]
    assert json.loads(rows[0]["facts"])["students"] == ["100001", "100002"]


async def test_approaching_is_told_once_to_who_chose_it(morning: WaitingMorning) -> None:
    await morning.wish(FAMILY, approaching=True, minutes=8)
    await morning.drive("7:40", "47", RUN, late_minutes=1)
    assert await morning.told() == [(FAMILY, "approaching")]
    told_at = await morning.pool.fetchval("select created_at from outbox")
    assert timedelta(minutes=7) < at("7:31") - told_at < timedelta(minutes=12), "by the lower bound"


async def test_a_wish_that_changes_while_the_bus_is_on_its_way_counts(
    morning: WaitingMorning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifier.watching.watching.CHANGES_SECONDS", 0.0)
    await morning.drive("7:05", "47", RUN, late_minutes=1)
    await morning.wish(FAMILY, approaching=True, minutes=8)
    await morning.drive("7:40", "47", RUN, late_minutes=1)
    assert await morning.told() == [(FAMILY, "approaching")]


async def test_a_phone_that_joins_while_the_bus_is_on_its_way_is_told(
    morning: WaitingMorning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifier.watching.watching.CHANGES_SECONDS", 0.0)
    monkeypatch.setattr("notifier.watching.watching.RELOAD_SECONDS", 0.0)
    await morning.drive("7:05", "47", RUN, late_minutes=14)
    await morning.families((OTHER, "100002", RUN, CALL))
    await morning.drive("7:35", "47", RUN, late_minutes=14)
    assert sorted(await morning.told()) == [(FAMILY, "late"), (OTHER, "late")]


async def test_who_wants_no_alerts_gets_none(morning: WaitingMorning) -> None:
    await morning.wish(FAMILY, alerts=False)
    await morning.drive("7:50", "47", RUN, late_minutes=14)
    assert await morning.told() == []


async def test_the_same_morning_a_second_time_tells_nothing(morning: WaitingMorning) -> None:
    await morning.wish(FAMILY, approaching=True, arrivals=True)
    await morning.drive("7:55", "47", RUN, late_minutes=14)
    told = await morning.told()
    assert told == [(FAMILY, "late"), (FAMILY, "approaching"), (FAMILY, "at_school")]
    again = await morning.again([RUN])
    await again.drive("7:55", "47", RUN, late_minutes=14)
    assert await again.told() == told


async def test_after_a_restart_in_the_middle_nothing_is_told_twice(morning: WaitingMorning) -> None:
    await morning.wish(FAMILY, approaching=True)
    await morning.drive("7:20", "47", RUN, late_minutes=14)
    assert await morning.told() == [(FAMILY, "late")]
    morning.watching = morning.watch()
    await morning.drive("7:50", "47", RUN, late_minutes=14)
    assert await morning.told() == [(FAMILY, "late"), (FAMILY, "approaching")]


async def test_another_bus_is_told_by_its_number_and_once(morning: WaitingMorning) -> None:
    await morning.drive("7:15", "99", RUN, late_minutes=1)
    assert await morning.told() == [(FAMILY, "substitute")]
    facts = json.loads(await morning.pool.fetchval("select facts from outbox"))
    assert (facts["bus"], facts["instead_of"]) == ("99", "47")


async def test_what_staff_say_of_a_run_is_told_at_once_and_taken_back(morning: WaitingMorning) -> None:
    ledger = Ledger(morning.pool)
    await ledger.say(RunNotice(KEY, NoticeKind.UNCOVERED, "driver", morning.at), "maria")
    await morning.live.look_again(morning.at)
    await morning.pass_by()
    assert await morning.told() == [(FAMILY, "not_covered")]
    row = await morning.pool.fetchrow("select * from outbox")
    assert row is not None
    assert (row["again"], row["priority"]) == ("better_twice", 1)
    assert row["expires_at"] == at("9:00")
    await ledger.clear(KEY, "maria", morning.at)
    await morning.live.look_again(morning.at)
    await morning.pass_by()
    await morning.pass_by()
    assert await morning.told() == [(FAMILY, "not_covered"), (FAMILY, "coming_after_all")]


async def test_a_bus_that_drives_a_run_that_staff_called_uncovered_is_told_of(morning: WaitingMorning) -> None:
    await Ledger(morning.pool).say(RunNotice(KEY, NoticeKind.UNCOVERED, "driver", morning.at), "maria")
    await morning.live.look_again(morning.at)
    await morning.drive("7:10", "47", RUN, late_minutes=1)
    assert await morning.told() == [(FAMILY, "not_covered"), (FAMILY, "coming_after_all")]


async def test_a_bus_that_staff_assign_is_told_without_waiting_for_it_to_be_seen(morning: WaitingMorning) -> None:
    said = Assignment(KEY, VehicleId("99"), AssignmentSource.STAFF, morning.at)
    await Ledger(morning.pool).assign(said, "maria")
    await morning.live.look_again(morning.at)
    await morning.pass_by()
    assert await morning.told() == [(FAMILY, "substitute")]


async def test_that_nothing_can_be_seen_is_told_once_and_of_no_bus_meanwhile(morning: WaitingMorning) -> None:
    await morning.drive("7:12", "47", RUN, late_minutes=1)
    while morning.at < at("7:30"):
        await morning.see_nothing()
    assert await morning.told() == [(FAMILY, "outage")]
    told_at = await morning.pool.fetchval("select created_at from outbox")
    assert timedelta(seconds=150) < told_at - at("7:12") < timedelta(minutes=5)


async def test_a_delay_that_is_over_before_anybody_has_heard_of_it_is_nobodys_news(morning: WaitingMorning) -> None:
    await morning.drive("7:18", "47", RUN, late_minutes=14)
    assert await morning.told() == [(FAMILY, "late")]
    while morning.at < at("7:32"):
        # It makes up for it, at twice the planned pace.
        metres = (morning.at - at("7:18")).total_seconds() * 16 + 2_000
        await morning.see({"47": (RUN.run_id, metres)})
    states = [tuple(row) for row in await morning.pool.fetch("select kind, state from outbox order by outbox_id")]
    assert states == [("late", "superseded")]


async def test_news_that_never_left_is_told_again_as_another_turn(morning: WaitingMorning) -> None:
    await morning.drive("7:20", "47", RUN, late_minutes=14)
    await morning.pool.execute("update outbox set state = 'expired'")
    morning.watching = morning.watch()
    await morning.drive("7:25", "47", RUN, late_minutes=14)
    rows = await morning.pool.fetch("select kind, dedupe_key from outbox order by outbox_id")
    assert [row["kind"] for row in rows] == ["late", "late"]
    assert rows[1]["dedupe_key"].endswith("/late/2")


async def test_a_call_that_follows_a_text_is_not_another_message(morning: WaitingMorning) -> None:
    await morning.drive("7:20", "47", RUN, late_minutes=14)
    await morning.pool.execute(
        "insert into outbox (dedupe_key, priority, kind, channel, phone, language, facts, service_date, run_id, "
        "stop_sequence, again, true_since, not_before, expires_at, state, created_at) select dedupe_key || '/voice', "
        "priority, kind, 'voice', phone, language, facts, service_date, run_id, stop_sequence, again, true_since, "
        "not_before, expires_at, 'expired', created_at from outbox"
    )
    await morning.pool.execute("update outbox set state = 'sent' where channel = 'text'")
    morning.watching = morning.watch()
    await morning.drive("7:25", "47", RUN, late_minutes=14)
    assert len(await morning.told()) == 2


async def test_how_the_school_says_a_family_is_reached_counts_until_the_phone_says_otherwise(
    morning: WaitingMorning,
) -> None:
    await morning.families((OTHER, "100002", RUN, CALL))
    await morning.pool.execute(
        "update contact set email = 'mia@example.org', alerts_by = 'email' where phone = $1", FAMILY
    )
    await morning.pool.execute("update contact set alerts_by = 'voice' where phone = $1", OTHER)
    await morning.drive("7:50", "47", RUN, late_minutes=14)
    rows = await morning.pool.fetch("select phone, channel, address from outbox order by phone")
    assert {tuple(row) for row in rows} == {(FAMILY, "email", "mia@example.org"), (OTHER, "voice", None)}


async def test_a_family_that_chose_mail_is_sent_it_where_the_school_knows_its_address(morning: WaitingMorning) -> None:
    await morning.pool.execute("update contact set email = 'mia@example.org' where phone = $1", FAMILY)
    await morning.wish(FAMILY)
    await morning.pool.execute("update phone_wish set channel = 'email'")
    families = Families(morning.pool, timedelta(minutes=10))
    wishes, _ = await families.wishes()
    assert (wishes[Phone(FAMILY)].channel, wishes[Phone(FAMILY)].email) == (Channel.EMAIL, "mia@example.org")
    # Without a mail server it is a text: the address is as good as unknown.
    without, _ = await Families(morning.pool, timedelta(minutes=10), sends_mail=False).wishes()
    assert without[Phone(FAMILY)].email is None
    assert (await families.wishes(datetime(2026, 1, 1, tzinfo=UTC)))[0].keys() == wishes.keys()


async def test_a_plan_that_comes_into_force_meanwhile_is_gone_by_from_the_next_look_on(morning: WaitingMorning) -> None:
    await morning.drive("7:10", "47", RUN, late_minutes=1)
    other = make_run("R9", start="8:00", stops=4, block="B9")
    later = make_timetable([other])
    await save_plan(morning.pool, later, "b" * 64, "test", morning.at)
    await morning.families((OTHER, "100009", other, 2))
    await morning.live.look_again(morning.at)
    assert await morning.pass_by() == 0
    assert morning.watching.rides == 1
    await morning.drive("8:12", "47", other, late_minutes=60)
    assert {phone for phone, _ in await morning.told()} <= {OTHER}
