"""Alerts by phone call: placed by the real twilio library at the stand-in, answered by us, with keys pressed."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from busline.alert import PRIORITY, AlertKind
from busline.alert_call import AlertCall, CallReport
from busline.ids import Phone
from busline.outbound import Channel, Claimed, Promise, Written
from busline.receipt import receipt_query
from busline.store.pool import DatabaseUnavailableError, Pool
from notifier.calls import CALL_AGAIN_AFTER, Calls
from sms.catalogue import shipped_catalogue
from sms.outgoing.alert_call import Speaking
from sms.outgoing.clips import NAMES, Clips
from sms.standin import PicksUp, Telephone
from sms.standin.thread import BubbleKind
from sms.twilio.call_webhooks import call_routes
from tests.web.calling_line import (
    GOODBYE,
    KEY,
    KEYS,
    LATE,
    NO_MORE,
    NOBODY_COMES,
    OFFICE,
    PUBLIC,
    SAID,
    SOMALI_FAMILY,
    THANKS,
    calling,
)
from tests.web.case_systems import HandClock
from tests.web.twilio_world import AUTH_TOKEN, FAMILY, NOON, NUMBER, SPANISH_FAMILY


async def test_a_call_says_the_alert_and_is_confirmed_by_a_key(pool: Pool) -> None:
    async with calling(pool) as line:
        line.answers(Telephone(keys="1"))
        await line.tell(LATE)
        assert line.heard() == [(*SAID, KEYS, THANKS)]
        assert await line.row() == ("sent", "", 1)
    row = await pool.fetchrow("select heard_at, said_at, status, language from alert_call")
    assert row is not None
    assert tuple(row) == (NOON, NOON, "completed", "en")
    delivered = await pool.fetchrow("select status, phone from message_status join outbox using (sid, phone)")
    assert delivered is not None
    assert tuple(delivered) == ("delivered", FAMILY)


async def test_whoever_says_nothing_hears_it_twice_and_no_more(pool: Pool) -> None:
    async with calling(pool) as line:
        await line.tell(LATE)
        assert line.heard() == [(*SAID, KEYS, *SAID, KEYS, GOODBYE)]
    assert await pool.fetchval("select heard_at from alert_call") is None


async def test_keys_say_it_again_and_a_wrong_key_says_what_they_do(pool: Pool) -> None:
    async with calling(pool) as line:
        line.answers(Telephone(keys="251"))
        await line.tell(LATE)
        assert line.heard() == [(*SAID, KEYS, *SAID, KEYS, KEYS, THANKS)]


async def test_an_answering_machine_hears_it_once_and_nothing_about_keys(pool: Pool) -> None:
    async with calling(pool) as line:
        line.answers(Telephone(picks_up=PicksUp.MACHINE))
        await line.tell(LATE)
        assert line.heard() == [SAID]
        line.answers(Telephone(picks_up=PicksUp.FAX), SPANISH_FAMILY)
        await line.tell(LATE, SPANISH_FAMILY, "es")
        assert line.heard(SPANISH_FAMILY) == [()]


async def test_a_person_is_connected_on_demand(pool: Pool) -> None:
    async with calling(pool) as line:
        line.answers(Telephone(keys="0"))
        await line.tell(LATE)
        (said,) = line.heard()
        assert said == (*SAID, KEYS, "One moment, please. We connect you.", f"It rings at {OFFICE}: somebody answers.")
        line.answers(Telephone(keys="0", person_answers=False), SPANISH_FAMILY)
        await line.tell(LATE, SPANISH_FAMILY, "es")
        assert line.heard(SPANISH_FAMILY)[0][-1] == "Nadie pudo contestar. Llame al 6 1 7 5 5 5 0 1 5 0. Adiós."


async def test_nine_ends_such_calls_until_the_family_asks_for_them_again(pool: Pool) -> None:
    async with calling(pool) as line:
        await pool.execute(
            "insert into phone_wish (phone, alerts, minutes, changed_at, channel) "
            "values ($1, true, 10, now(), 'voice')",
            FAMILY,
        )
        line.answers(Telephone(keys="9"))
        await line.tell(LATE)
        assert line.heard() == [(*SAID, KEYS, NO_MORE)]
        assert await pool.fetchval("select channel from phone_wish") == "text"
        await line.tell(NOBODY_COMES)
        assert len(line.heard()) == 1
        assert await line.row() == ("failed", "The family wants no more calls.", None)


@pytest.mark.parametrize(
    ("picks_up", "words"), [(PicksUp.NOBODY, "Nobody answered."), (PicksUp.BUSY, "The line was busy.")]
)
async def test_where_nobody_answers_it_is_called_again_twice(pool: Pool, picks_up: PicksUp, words: str) -> None:
    async with calling(pool) as line:
        line.answers(Telephone(picks_up=picks_up))
        await line.tell(LATE)
        assert await line.row() == ("waiting", words, 1)
        await line.place()
        assert len(line.heard()) == 1, "it is too soon"
        for tries in (2, 3):
            line.clock.at += CALL_AGAIN_AFTER
            await line.place()
            assert len(line.heard()) == tries
        assert await line.row() == ("failed", f"{words} It was called 3 times.", 3)
        line.clock.at += CALL_AGAIN_AFTER
        await line.place()
        assert len(line.heard()) == 3


async def test_the_second_call_may_be_answered(pool: Pool) -> None:
    async with calling(pool) as line:
        line.answers(Telephone(picks_up=PicksUp.NOBODY))
        await line.tell(NOBODY_COMES)
        line.answers(Telephone(keys="1"))
        line.clock.at += CALL_AGAIN_AFTER
        await line.place(NOBODY_COMES)
        said = line.heard()[1]
        assert said[1].startswith("Student 1 0 0 2 3 4: No bus was found for the ride planned at 7:06 AM.")
        assert said[2] == "Questions: 6 1 7, 5 5 5, 0 1 5 0."
        assert await line.row() == ("sent", "", 2)


async def test_a_call_speaks_the_language_of_the_phone_with_a_voice_of_that_language(pool: Pool) -> None:
    async with calling(pool) as line:
        line.answers(Telephone(keys="1"), SPANISH_FAMILY)
        await line.tell(LATE, SPANISH_FAMILY, "es")
        (said,) = line.heard(SPANISH_FAMILY)
        assert said[0] == "Hola. Esta es la línea de autobuses de Anytown, con noticias de su autobús."
        assert said[1].startswith("Estudiante 1 0 0 2 3 4: El autobús 9 1 2 lleva unos 15 minutos de retraso.")
        (bubble,) = [one for one in line.standin.threads.of(Phone(SPANISH_FAMILY)) if one.kind is BubbleKind.CALL]
        assert {one.language for one in bubble.heard if one.language} == {"es-US"}


async def test_no_voice_reads_somali_so_the_family_gets_a_text_and_staff_see_why(pool: Pool) -> None:
    async with calling(pool) as line:
        await line.tell(LATE, SOMALI_FAMILY, "so")
        assert line.heard(SOMALI_FAMILY) == []
        state, trouble, _ = await line.row()
        assert state == "failed"
        assert trouble.startswith("There is no voice that speaks 'so'")
    text = await pool.fetchrow("select kind, language, state, priority from outbox where channel = 'text'")
    assert text is not None
    assert tuple(text) == ("late", "so", "waiting", 3)


async def test_a_landline_without_a_voice_gets_no_text_that_it_could_not_show(pool: Pool) -> None:
    async with calling(pool) as line:
        await pool.execute("insert into phone_line values ($1, 'landline', now())", SOMALI_FAMILY)
        await line.tell(LATE, SOMALI_FAMILY, "so")
    assert await pool.fetchval("select count(*) from outbox where channel = 'text'") == 0


async def test_recorded_clips_say_it_where_the_district_has_them_all(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "so").mkdir()
    for name in NAMES - {"figure-9"}:
        (tmp_path / "so" / f"{name}.mp3").write_bytes(b"ID3 " + name.encode())
    async with calling(pool, clips=tmp_path) as line, aiohttp.ClientSession() as session:
        assert Clips(tmp_path).missing("so") == ("figure-9",)
        await line.tell(LATE, SOMALI_FAMILY, "so")
        assert line.heard(SOMALI_FAMILY) == [], "an alert with a hole in it is worse than a text"
        (tmp_path / "so" / "figure-9.mp3").write_bytes(b"ID3")
        line.answers(Telephone(keys="1"), SOMALI_FAMILY)
        await line.tell(replace(LATE, kind=AlertKind.LATER_STILL), SOMALI_FAMILY, "so")
        await line.place(replace(LATE, kind=AlertKind.LATER_STILL))
        (said,) = line.heard(SOMALI_FAMILY)
        names = [one.rpartition("/")[2].removesuffix(".mp3") for one in said]
        assert names == [
            *("call-greeting", "student"), *(f"figure-{figure}" for figure in "100234"), "alert-later-still",
            *("bus", "figure-9", "figure-1", "figure-2", "comes-between", "hour-7", "minute-20", "and", "hour-7"),
            *("minute-28", "be-there-by-to-school", "hour-7", "minute-20", "call-keys", "call-heard"),
        ]  # fmt: skip
        async with session.get(f"{line.url}/twilio/clips/so/figure-9.mp3") as answer:
            assert (answer.status, answer.content_type) == (200, "audio/mpeg")
        for beyond in ("so/secret.mp3", "..%2Fso/figure-9.mp3", "kea/figure-9.mp3"):
            async with session.get(f"{line.url}/twilio/clips/{beyond}") as answer:
                assert answer.status == 404, beyond


async def test_an_address_that_is_not_of_our_making_is_told_nothing(pool: Pool) -> None:
    async with calling(pool) as line, aiohttp.ClientSession() as session:
        line.answers(Telephone(keys="1"))
        outbox_id = await line.tell(LATE)
        webhook = line.standin._open_webhook()
        form = {"CallSid": "CA" + "1" * 32, "CallStatus": "no-answer"}
        for query in (f"o={outbox_id}&k=" + "0" * 24, f"o={outbox_id}", "o=999999&k=x", "k=x"):
            asked = await webhook.post(f"{line.url}/twilio/voice/alert?{query}", form)
            assert "404" in getattr(asked, "words", "") or "400" in getattr(asked, "words", ""), query
            await webhook.post(f"{line.url}/twilio/voice/status?{query}", form)
        assert await line.row() == ("sent", "", 1), "what was reported there changed nothing"
        async with session.post(f"{line.url}/twilio/voice/alert?o={outbox_id}", data=form) as unsigned:
            assert unsigned.status == 403


async def test_a_report_that_comes_twice_late_or_out_of_order_changes_nothing(pool: Pool) -> None:
    async with calling(pool) as line:
        line.answers(Telephone(picks_up=PicksUp.NOBODY))
        outbox_id = await line.tell(LATE)
        row = await pool.fetchrow("select dedupe_key from outbox where outbox_id = $1", outbox_id)
        assert row is not None
        webhook = line.standin._open_webhook()
        query = receipt_query(KEY, _claimed(outbox_id, row["dedupe_key"]))
        first_sid = next(iter(line.standin.calls))
        line.answers(Telephone(keys="1"))
        line.clock.at += CALL_AGAIN_AFTER
        await line.place()
        for status in ("no-answer", "ringing", "busy"):
            form = {"CallSid": first_sid, "CallStatus": status}
            await webhook.post(f"{line.url}/twilio/voice/status?{query}", form)
        assert await line.row() == ("sent", "", 2)
        second_sid = list(line.standin.calls)[1]
        for status in ("completed", "in-progress", "no-answer"):
            form = {"CallSid": second_sid, "CallStatus": status}
            await webhook.post(f"{line.url}/twilio/voice/status?{query}", form)
        assert await line.row() == ("sent", "", 2)


async def test_a_call_whose_answer_was_lost_is_found_and_one_that_nobody_took_is_not(pool: Pool) -> None:
    async with calling(pool) as line:
        line.answers(Telephone(keys="1"))
        outbox_id = await line.tell(LATE)
        claimed = _claimed(outbox_id, "alert/x")
        sid = next(iter(line.standin.calls))
        found = await line.calls.find(claimed, Written("", 1, "en"), NOON)
        assert getattr(found, "sid", None) == sid
        assert await line.calls.find(_claimed(outbox_id + 1, "alert/y"), Written("", 1, "en"), NOON) is None
        later = NOON + timedelta(minutes=30)
        assert await line.calls.find(claimed, Written("", 1, "en"), later) is None
        line.answers(Telephone(picks_up=PicksUp.BUSY), SPANISH_FAMILY)
        other = await line.tell(LATE, SPANISH_FAMILY, "es")
        busy = replace(_claimed(other, "z"), promise=replace(_claimed(other, "z").promise, phone=Phone(SPANISH_FAMILY)))
        assert await line.calls.find(busy, Written("", 1, "es"), NOON) is None


async def test_while_the_database_is_away_a_caller_hears_an_apology_and_a_report_comes_again() -> None:
    catalogue = shipped_catalogue()
    speaking = Speaking(catalogue, Clips(None), PUBLIC, "Anytown", OFFICE, "(617) 555-0150", Phone(NUMBER))
    app = web.Application()
    app.add_routes(call_routes(AwayBook(), speaking, HandClock(NOON), auth_token=AUTH_TOKEN, default_language="en"))
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        for path, status in (("alert", 200), ("status", 503)):
            form = {"CallSid": "CA" + "1" * 32, "CallStatus": "completed"}
            target = f"/twilio/voice/{path}?o=1&k=x"
            signature = RequestValidator(AUTH_TOKEN).compute_signature(PUBLIC + target, form)
            headers = {"X-Twilio-Signature": signature}
            async with session.post(server.make_url(target), data=form, headers=headers) as answer:
                assert answer.status == status
                if path == "alert":
                    said = "".join(ElementTree.fromstring(await answer.text()).itertext())  # noqa: S314
                    assert said.startswith("Sorry, we cannot look that up right now.")


class AwayBook(Calls):
    """A book whose database is away."""

    def __init__(self) -> None:
        pass

    async def find(self, outbox_id: int, receipt: str) -> AlertCall | None:
        raise DatabaseUnavailableError("away")

    async def report(self, report: CallReport, now: datetime) -> bool:
        raise DatabaseUnavailableError("away")


def _claimed(outbox_id: int, dedupe_key: str) -> Claimed:
    told = Promise(
        dedupe_key=dedupe_key,
        kind="late",
        priority=PRIORITY[AlertKind.LATE],
        phone=Phone(FAMILY),
        language="en",
        facts={},
        expires_at=NOON + timedelta(hours=1),
        true_since=NOON,
        channel=Channel.VOICE,
    )
    return Claimed(outbox_id, told, 1, None, NOON)
