"""The real twilio library talks to the stand-in's REST interface, as it would to Twilio's."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from busline.ids import Phone
from sms.standin import Carrier
from sms.standin.thread import BubbleKind
from tests.web.twilio_world import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    FAMILY,
    NOON,
    NUMBER,
    SPANISH_FAMILY,
    Answer,
    World,
    twilio_world,
)


@contextmanager
def _blocking_client(world: World, token: str = AUTH_TOKEN) -> Iterator[Client]:
    http = TwilioHttpClient(timeout=5)
    client = Client(ACCOUNT_SID, token, http_client=http)
    client.api.base_url = world.url
    try:
        yield client
    finally:
        http.session.close()


@asynccontextmanager
async def _client(world: World, token: str = AUTH_TOKEN) -> AsyncIterator[Client]:
    # Pooled: without it the library mixes up the answers of concurrent requests.
    http = AsyncTwilioHttpClient(pool_connections=True)
    client = Client(ACCOUNT_SID, token, http_client=http)
    client.api.base_url = world.url
    try:
        yield client
    finally:
        await http.session.close()


async def _send(client: Client, **changes: Any) -> Any:
    return await client.messages.create_async(**({"to": FAMILY, "from_": NUMBER, "body": "Bus 47 is late."} | changes))


async def _refusal(client: Client, **changes: Any) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        await _send(client, **changes)
    return caught.value


async def test_a_text_sent_by_the_library_arrives_on_the_phone() -> None:
    async with twilio_world() as world, _client(world) as client:
        sent = await _send(client)
        await world.standin.settled()
        fetched = await client.messages(sent.sid).fetch_async()
    assert (sent.status, sent.direction, sent.num_segments) == ("queued", "outbound-api", "1")
    assert (sent.to, sent.from_, sent.date_created) == (FAMILY, NUMBER, NOON)
    assert (fetched.status, fetched.error_code, fetched.date_sent) == ("delivered", None, NOON)
    (bubble,) = world.standin.threads.of(Phone(FAMILY))
    assert (bubble.kind, bubble.body) == (BubbleKind.BUSLINE, "Bus 47 is late.")


async def test_the_blocking_client_works_the_same() -> None:
    async with twilio_world() as world:
        with _blocking_client(world) as client:
            sent = await asyncio.to_thread(client.messages.create, to=FAMILY, from_=NUMBER, body="Bus 47 is late.")
    assert sent.status == "queued"


async def test_a_hundred_sends_at_once_each_get_their_own_answer() -> None:
    async with twilio_world() as world, _client(world) as client:
        sent = await asyncio.gather(*(_send(client, body=f"Text {number}") for number in range(100)))
        assert [world.standin.messages[one.sid].body for one in sent] == [f"Text {number}" for number in range(100)]
        await world.standin.settled()


async def test_the_account_can_be_fetched_to_prove_the_credentials() -> None:
    async with twilio_world() as world, _client(world) as client:
        account = await client.api.accounts(ACCOUNT_SID).fetch_async()
    assert (account.sid, account.status) == (ACCOUNT_SID, "active")


async def test_wrong_credentials_are_refused_with_20003() -> None:
    async with twilio_world() as world, _client(world, token="wrong") as client:
        refusal = await _refusal(client)
    assert (refusal.status, refusal.code, refusal.msg) == (401, 20003, "Unable to create record: Authenticate")


@pytest.mark.parametrize("authorization", [None, "Bearer x", "Basic", "Basic ???", "Basic QUM6eA=="])
async def test_no_credentials_or_unreadable_ones_are_refused_with_20003(authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with twilio_world() as world, aiohttp.ClientSession() as session:
        address = f"{world.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        async with session.get(address, headers=headers) as response:
            body = await response.json()
    assert response.status == 401
    assert body == {
        "code": 20003,
        "message": "Authenticate",
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": ""}, 21604),
        ({"from_": ""}, 21603),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"to": "not a phone"}, 21211),
        ({"to": "+1"}, 21211),
        ({"from_": "Busline!"}, 21212),
        ({"from_": "+16175550142"}, 21606),
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+15005550007"}, 21606),
        ({"from_": "+15005550008"}, 21611),
        ({"validity_period": 0}, 90007),
        ({"validity_period": 36001}, 90007),
        ({"validity_period": "soon"}, 90014),
        ({"status_callback": "not a url"}, 21609),
        ({"status_callback": "http://under_score.example/x"}, 21609),
        ({"content_retention": "burn"}, 20001),
        ({"smart_encoded": "perhaps"}, 20001),
        ({"messaging_service_sid": "MG" + "0" * 32}, 21701),
        ({"schedule_type": "fixed", "send_at": datetime(2026, 11, 24, 13, tzinfo=UTC)}, 35118),
    ],
)
async def test_each_documented_fault_is_refused_with_its_code(changes: dict[str, Any], code: int) -> None:
    async with twilio_world() as world, _client(world) as client:
        refusal = await _refusal(client, **changes)
        assert not world.standin.messages
    assert (refusal.status, refusal.code) == (400, code)


async def test_the_longest_body_and_the_edges_of_the_validity_period_are_accepted() -> None:
    async with twilio_world() as world, _client(world) as client:
        longest = await _send(client, body="x" * 1600)
        briefest = await _send(client, validity_period=1)
        await _send(client, validity_period=36_000)
        await world.standin.settled()
    assert longest.num_segments == "11"
    assert briefest.status == "queued"


async def test_a_number_without_its_plus_is_read_as_an_american_one() -> None:
    async with twilio_world() as world, _client(world) as client:
        sent = await _send(client, to="(617) 555-0101")
        await world.standin.settled()
    assert sent.to == FAMILY


async def test_the_magic_sender_is_accepted_and_reaches_nobody() -> None:
    async with twilio_world() as world, _client(world) as client:
        sent = await _send(client, from_="+15005550006")
        await world.standin.settled()
    assert sent.status == "queued"
    assert not world.standin.threads.of(Phone(FAMILY))


async def test_a_phone_that_texted_stop_cannot_be_sent_to() -> None:
    async with twilio_world() as world, _client(world) as client:
        await world.standin.text(FAMILY, "STOP")
        refusal = await _refusal(client)
        await _send(client, to=SPANISH_FAMILY)
        await world.standin.text(FAMILY, "UNSTOP")
        await _send(client)
        await world.standin.settled()
    assert (refusal.code, refusal.msg) == (21610, "Unable to create record: Attempt to send to unsubscribed recipient")


async def test_a_landline_is_refused_at_the_door() -> None:
    carrier = Carrier(step_seconds=0.001, landlines=frozenset({Phone(FAMILY)}))
    async with twilio_world(carrier=carrier) as world, _client(world) as client:
        assert (await _refusal(client)).code == 21614


async def test_too_many_requests_in_a_second_are_refused_with_20429() -> None:
    carrier = Carrier(step_seconds=0.001, requests_per_second=2)
    async with twilio_world(carrier=carrier) as world, _client(world) as client:
        await _send(client)
        await _send(client)
        refusal = await _refusal(client)
        await world.standin.settled()
    assert (refusal.status, refusal.code) == (429, 20429)


async def test_an_unknown_parameter_is_refused_by_name() -> None:
    async with twilio_world() as world, aiohttp.ClientSession() as session:
        address = f"{world.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)}
        async with session.post(address, data={"To": FAMILY, "Bdy": "typo"}, headers=headers) as response:
            body = await response.json()
    assert (response.status, body["code"], body["message"]) == (400, 20001, "Unknown parameters: Bdy")


@pytest.mark.parametrize("path", ["/Accounts/AC" + "f" * 32 + "/Messages.json", f"/Accounts/{ACCOUNT_SID}/Faxes.json"])
async def test_what_is_not_there_is_a_20404(path: str) -> None:
    async with twilio_world() as world, aiohttp.ClientSession() as session:
        headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)}
        async with session.get(f"{world.url}/2010-04-01{path}", headers=headers) as response:
            body = await response.json()
    assert (response.status, body["code"]) == (404, 20404)


async def test_messages_are_listed_newest_first_over_several_pages() -> None:
    async with twilio_world() as world, _client(world) as client:
        for number in range(7):
            await _send(client, body=f"Text {number}")
        await world.standin.settled()
        listed = await client.messages.list_async(page_size=3)
    assert [one.body for one in listed] == [f"Text {number}" for number in reversed(range(7))]


async def test_messages_are_found_by_phone_and_by_the_day_they_were_sent() -> None:
    moments = _stepping_clock(NOON, timedelta(days=1))
    async with twilio_world(now=moments) as world, _client(world) as client:
        await world.standin.text(FAMILY, "bus")
        await _send(client, to=SPANISH_FAMILY, body="Later")
        await world.standin.settled()
        inbound = await client.messages.list_async(from_=FAMILY)
        replies = await client.messages.list_async(to=FAMILY)
        first_day = await client.messages.list_async(date_sent=date(2026, 11, 25))
        since = await client.messages.list_async(date_sent_after=NOON + timedelta(days=2))
        before = await client.messages.list_async(date_sent_before=datetime(2026, 11, 25, 23, tzinfo=UTC))
    assert [(one.body, one.direction, one.status) for one in inbound] == [("bus", "inbound", "received")]
    assert [one.direction for one in replies] == ["outbound-reply"]
    assert [one.body for one in first_day] == ["bus"]
    assert [one.body for one in before] == ["bus"]
    assert "bus" not in [one.body for one in since]
    assert "Later" in [one.body for one in since]


async def test_a_finished_message_can_be_redacted_and_deleted() -> None:
    async with twilio_world() as world, _client(world) as client:
        sent = await _send(client)
        await world.standin.settled()
        redacted = await client.messages(sent.sid).update_async(body="")
        assert redacted.body == ""
        assert await client.messages(sent.sid).delete_async()
        with pytest.raises(TwilioRestException) as caught:
            await client.messages(sent.sid).fetch_async()
    assert caught.value.code == 20404


async def test_a_message_on_its_way_can_be_neither_redacted_nor_cancelled() -> None:
    async with twilio_world(carrier=Carrier(step_seconds=30)) as world, _client(world) as client:
        sent = await _send(client)
        with pytest.raises(TwilioRestException) as redacting:
            await client.messages(sent.sid).update_async(body="")
        with pytest.raises(TwilioRestException) as cancelling:
            await client.messages(sent.sid).update_async(status="canceled")
    assert redacting.value.code == 20009
    assert cancelling.value.code == 30409


async def test_a_body_that_is_not_to_be_kept_is_forgotten_once_sent() -> None:
    async with twilio_world() as world, _client(world) as client:
        sent = await _send(client, content_retention="discard")
        await world.standin.settled()
        fetched = await client.messages(sent.sid).fetch_async()
    assert (sent.body, fetched.body) == ("Bus 47 is late.", "")
    assert world.standin.threads.of(Phone(FAMILY))[0].body == "Bus 47 is late."


async def test_a_call_placed_by_the_library_speaks_on_the_phone_and_reports_its_steps() -> None:
    async with twilio_world() as world, _client(world) as client:
        world.hotline.answer = Answer("<Response><Say>Bus 47 is not coming today.</Say></Response>")
        call = await client.calls.create_async(
            to=FAMILY,
            from_=NUMBER,
            url=world.hotline.url + "/twilio/voice",
            status_callback=world.hotline.url + "/twilio/call-status",
            status_callback_event=["initiated", "ringing", "answered", "completed"],
        )
        await world.standin.settled()
        fetched = await client.calls(call.sid).fetch_async()
        listed = await client.calls.list_async(to=FAMILY, status="completed")
    assert (call.status, fetched.status, [one.sid for one in listed]) == ("queued", "completed", [call.sid])
    (bubble,) = world.standin.threads.of(Phone(FAMILY))
    assert [spoken.text for spoken in bubble.heard] == ["Bus 47 is not coming today."]
    assert world.hotline.calls[0]["Direction"] == "outbound-api"
    assert [form["CallStatus"] for form in world.hotline.call_statuses] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": ""}, 21201),
        ({"from_": ""}, 21213),
        ({"to": "nobody"}, 21211),
        ({"from_": "+16175550142"}, 21210),
        ({"twiml": None}, 21205),
        ({"status_callback_event": ["rang"]}, 20001),
    ],
)
async def test_each_fault_of_a_call_is_refused_with_its_code(changes: dict[str, Any], code: int) -> None:
    order = {"to": FAMILY, "from_": NUMBER, "twiml": "<Response><Say>Hello</Say></Response>"} | changes
    if order["twiml"] is None:
        del order["twiml"]
    async with twilio_world() as world, _client(world) as client:
        with pytest.raises(TwilioRestException) as caught:
            await client.calls.create_async(**order)
    assert caught.value.code == code


def _stepping_clock(start: datetime, step: timedelta) -> Callable[[], datetime]:
    """A clock that moves on by a step each time it is looked at."""
    moment = start

    def now() -> datetime:
        nonlocal moment
        moment, shown = moment + step, moment
        return shown

    return now
