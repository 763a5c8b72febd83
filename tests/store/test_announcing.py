"""Announcements in a real database: exactly who hears, nothing unseen, nothing twice, and what can be taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from busline.geo import LatLon
from busline.ids import RunId, SchoolId, VehicleId
from busline.outbound import Later
from busline.store.pool import Pool
from notifier.announcing import ledger
from notifier.announcing.announcement import (
    Announcement,
    Audience,
    Change,
    NotNow,
    ServiceChange,
    State,
    ToArea,
    ToBus,
    ToEveryone,
    ToRun,
    ToSchool,
)
from notifier.announcing.ledger import Announcements, Draft, Preview, Unknown
from tests.builders import MONDAY, ORIGIN, at, make_run, make_timetable
from tests.store.sending_line import line, news
from tests.web.texting import ROSTER

NOW = at("6:30")
FIRST, SECOND = "+16175550100", "+16175550101"
PLAN = make_timetable([make_run("R1", bus="47"), make_run("R2", start="8:00", bus="48", block=None)])
BOTH = {"en": "Bus 47 is back.", "es": "El bus 47 funciona otra vez."}
DRAFT = Draft("ana", ToEveryone(), BOTH, NOW, NOW + timedelta(hours=4))


@pytest.fixture
async def announcements(pool: Pool) -> Announcements:
    await pool.execute(ROSTER)
    return Announcements(pool)


async def drafted(announcements: Announcements, draft: Draft = DRAFT) -> Preview:
    preview = await announcements.draft(draft, PLAN, NOW)
    assert isinstance(preview, Preview)
    return preview


async def phones(announcements: Announcements, audience: Audience) -> list[str]:
    preview = await drafted(announcements, replace(DRAFT, audience=audience))
    return [one.phone for one in await announcements.recipients(preview.announcement.announcement_id, "", 10)]


async def confirmed(announcements: Announcements, draft: Draft = DRAFT) -> Announcement:
    preview = await drafted(announcements, draft)
    found = await announcements.confirm(preview.announcement.announcement_id, "ben", None, NOW, asked_above=50)
    assert isinstance(found, Announcement)
    return found


@pytest.mark.parametrize(
    ("audience", "who"),
    [
        (ToEveryone(), [FIRST, SECOND]),
        (ToRun(RunId("R1"), MONDAY), [FIRST]),
        (ToRun(RunId("R2"), MONDAY), [SECOND]),
        (ToBus(VehicleId("48"), MONDAY), [SECOND]),
        (ToSchool(SchoolId("S")), [FIRST, SECOND]),
        (ToArea(PLAN.stops[PLAN.runs[RunId("R1")].pattern.stop_ids[3]].place, 400.0), [FIRST, SECOND]),
        (ToArea(ORIGIN, 400.0), []),
    ],
)
async def test_it_goes_to_whoever_may_ask_about_a_rider_that_is_meant(
    announcements: Announcements, audience: Audience, who: list[str]
) -> None:
    assert await phones(announcements, audience) == who


async def test_a_bus_that_took_anothers_run_is_the_bus_of_that_run(announcements: Announcements, pool: Pool) -> None:
    await pool.execute(
        "insert into assignment (service_date, run_id, vehicle_id, source, since) values ($1, 'R1', '99', 'staff', $2)",
        MONDAY,
        NOW,
    )
    assert await phones(announcements, ToBus(VehicleId("99"), MONDAY)) == [FIRST]
    gone = await announcements.draft(replace(DRAFT, audience=ToBus(VehicleId("47"), MONDAY)), PLAN, NOW)
    assert gone == Unknown("Bus 47 drives no run on 2026-10-05.")


@pytest.mark.parametrize(
    "audience",
    [
        ToRun(RunId("R9"), MONDAY),
        ToRun(RunId("R1"), MONDAY - timedelta(days=1)),
        ToSchool(SchoolId("elsewhere")),
        ToArea(LatLon(0.0, 0.0), 400.0),
    ],
)
async def test_a_run_or_a_place_that_is_not_there_is_said_and_nothing_is_kept(
    announcements: Announcements, pool: Pool, audience: Audience
) -> None:
    assert isinstance(await announcements.draft(replace(DRAFT, audience=audience), PLAN, NOW), Unknown)
    assert await pool.fetchval("select count(*) from announcement") == 0


async def test_a_preview_says_how_many_of_each_language_and_who_of_them_gets_nothing(
    announcements: Announcements, pool: Pool
) -> None:
    await pool.execute("insert into opt_out (phone, since, said) values ($1, $2, 'STOP')", SECOND, NOW)
    preview = await drafted(announcements, replace(DRAFT, message={"en": "Bus 47 is back."}))
    assert [(one.language, one.phones, one.opted_out) for one in preview.languages] == [("en", 1, 0), ("es", 1, 1)]
    assert preview.missing == ("es",)
    of_it = preview.announcement.announcement_id
    assert await announcements.confirm(of_it, "ben", None, NOW, asked_above=50) is NotNow.NOT_TRANSLATED
    assert await announcements.promise_some(NOW) == 0
    assert await pool.fetchval("select count(*) from outbox") == 0


async def test_what_is_confirmed_is_in_the_outbox_once_for_each_phone_in_its_language(
    announcements: Announcements, pool: Pool
) -> None:
    found = await confirmed(announcements)
    assert await announcements.promise_some(NOW) == 2
    assert await announcements.promise_some(NOW) == 0
    rows = await pool.fetch("select phone, language, facts->>'words' as words, priority from outbox order by phone")
    assert [tuple(row) for row in rows] == [(FIRST, "en", BOTH["en"], 4), (SECOND, "es", BOTH["es"], 4)]
    again = await announcements.confirm(found.announcement_id, "ben", None, NOW, asked_above=50)
    assert again is NotNow.NOT_A_DRAFT
    assert [(act.act, act.actor) for act in await announcements.acts(found.announcement_id)] == [
        ("drafted", "ana"),
        ("confirmed", "ben"),
    ]
    assert await announcements.fared(found.announcement_id) == {"waiting": 2}


async def test_a_promiser_that_dies_half_way_is_followed_by_one_that_goes_on_after_the_last_phone(
    announcements: Announcements, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "AT_ONCE", 1)
    await confirmed(announcements)
    assert await announcements.promise_some(NOW) == 1
    assert await Announcements(pool).promise_some(NOW) == 1
    assert await Announcements(pool).promise_some(NOW) == 0
    assert await pool.fetchval("select array_agg(phone order by phone) from outbox") == [FIRST, SECOND]
    assert await pool.fetchval("select state from announcement") == State.PROMISED


async def test_a_cancelled_one_takes_back_what_has_not_left_and_leaves_what_may_have(
    announcements: Announcements, pool: Pool
) -> None:
    found = await confirmed(announcements)
    await announcements.promise_some(NOW)
    await pool.execute("update outbox set lease_until = now() + interval '1 minute' where phone = $1", FIRST)
    assert await announcements.cancel(found.announcement_id, "ana", "wrong bus", NOW) == 1
    states = await pool.fetch("select phone, state from outbox order by phone")
    assert [tuple(row) for row in states] == [(FIRST, "waiting"), (SECOND, "superseded")]
    assert await announcements.cancel(found.announcement_id, "ana", "", NOW) is NotNow.ALREADY_OVER
    assert (await announcements.acts(found.announcement_id))[-1].words == "wrong bus"


async def test_what_the_carrier_gives_back_after_a_cancellation_is_not_tried_again(pool: Pool) -> None:
    async with line(pool) as out:
        announcement_id = await pool.fetchval(
            "insert into announcement (made_by, made_at, audience, words, reason, send_at, expires_at, state) "
            "values ('ana', $1, '{}', '{\"en\":\"x\"}', '', $1, $2, 'promised') returning announcement_id",
            out.clock.at,
            out.clock.at + timedelta(hours=4),
        )
        await out.promise(news(kind="announcement", announcement_id=announcement_id, call=None, facts={"words": "x"}))
        out.hand.answer = lambda *_: Later("too busy")
        await out.look()
        assert await Announcements(pool).cancel(announcement_id, "ana", "wrong bus", out.clock.at) == 0
        out.hand.answer = None
        await out.wait()
        await out.look()
        assert await out.state() == ("superseded", "The announcement was cancelled.")
        assert len(out.hand.sent) == 1


async def test_what_has_left_altogether_cannot_be_cancelled(announcements: Announcements, pool: Pool) -> None:
    found = await confirmed(announcements)
    await announcements.promise_some(NOW)
    await pool.execute("update outbox set state = 'sent', sid = 'SM' || outbox_id")
    assert await announcements.cancel(found.announcement_id, "ana", "", NOW) is NotNow.ALREADY_OVER
    assert await pool.fetchval("select state from announcement") == State.PROMISED


@pytest.mark.parametrize(("email", "sends_mail", "way"), [("mia@x.org", True, "email"), ("mia@x.org", False, "text")])
async def test_who_wants_mail_is_texted_where_none_can_be_sent(
    announcements: Announcements, pool: Pool, email: str, sends_mail: bool, way: str
) -> None:
    await confirmed(announcements)
    for phone, address in ((FIRST, email), (SECOND, None)):
        await pool.execute(
            "insert into phone_wish (phone, alerts, minutes, channel, email, changed_at) "
            "values ($1, true, 10, 'email', $2, $3)",
            phone,
            address,
            NOW,
        )
    await Announcements(pool, sends_mail=sends_mail).promise_some(NOW)
    ways = await pool.fetch("select phone, channel from outbox order by phone")
    assert [tuple(row) for row in ways] == [(FIRST, way), (SECOND, "text")]


async def test_a_cancelled_draft_is_never_promised(announcements: Announcements, pool: Pool) -> None:
    found = await confirmed(announcements)
    assert await announcements.cancel(found.announcement_id, "ana", "", NOW) == 0
    assert await announcements.promise_some(NOW) == 0
    assert await pool.fetchval("select count(*) from outbox") == 0


async def test_an_emergency_goes_first_at_any_hour_and_its_reason_is_kept(
    announcements: Announcements, pool: Pool
) -> None:
    found = await confirmed(announcements, replace(DRAFT, reason="shelter in place"))
    await announcements.promise_some(NOW)
    row = await pool.fetchrow("select distinct priority, overrides_quiet, again from outbox")
    assert row is not None
    assert tuple(row) == (1, True, "better_twice")
    assert (await announcements.acts(found.announcement_id))[0].words == "shelter in place"


async def test_a_change_of_service_for_tomorrow_waits_until_it_is_to_be_sent(
    announcements: Announcements, pool: Pool
) -> None:
    change = ServiceChange(Change.CLOSED, MONDAY + timedelta(days=1))
    later = NOW + timedelta(hours=11)
    draft = replace(DRAFT, message=change, send_at=later, expires_at=later + timedelta(hours=12))
    found = await confirmed(announcements, draft)
    await announcements.promise_some(NOW)
    assert await pool.fetchval("select bool_and(not_before = $1) from outbox", later)
    assert (await announcements.newest(5)) == [(replace(found, state=State.PROMISED), 0)]
