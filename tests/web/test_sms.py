"""A text arrives as Twilio sends it; what comes back, and what is kept of it."""

import asyncio
from datetime import timedelta

import pytest

from busline.retention.purge import Keep, purge
from busline.store.pool import Pool
from sms.segments import segments
from sms.settings import Limits
from tests.web.texting import NO_RIGHT, NOW, PARENT, SPANISH_PARENT, STRANGER, replies, sms_form, texting

NOT_ON_FILE = (
    "We can only answer phones that are on file for that student. To add yours, text the code from the bus letter, "
    "or call (617) 555-0150. Español: envie ES"
)


@pytest.mark.parametrize("asked", ["100234", "#100234", "id 100234", " 100 234 ", "Where is bus for 100234?"])
async def test_a_linked_phone_that_texts_a_student_number_gets_that_students_bus(pool: Pool, asked: str) -> None:
    async with texting(pool) as line:
        (reply,) = await line.text(PARENT, asked)
    first = reply.split("\n")[0]
    assert first.startswith("100234: Bus 47 is on its way. It comes 7:0")
    assert "Be at the stop by 7:0" in first
    assert first.endswith("Live at 7:01 AM.")
    assert "100235" not in reply
    assert segments(reply).count == 1


@pytest.mark.parametrize("asked", ["bus", "BUS", "where is my bus", "¿dónde está el autobús?", "?"])
async def test_a_linked_phone_that_asks_for_the_bus_hears_about_all_its_riders(pool: Pool, asked: str) -> None:
    async with texting(pool) as line:
        (reply,) = await line.text(PARENT, asked)
    assert reply.startswith("100234, 100235: Bus 47 is on its way.")


async def test_the_stored_language_is_spoken_and_a_zero_dropped_in_front_does_not_matter(pool: Pool) -> None:
    async with texting(pool) as line:
        (reply,) = await line.text(SPANISH_PARENT, "4321")
    assert reply.startswith("004321: El autobus 48 aun no ha salido. Hora prevista en su parada: 8:06 am")


async def test_a_language_asked_for_by_name_is_kept_and_a_number_never_switches_it(pool: Pool) -> None:
    async with texting(pool) as line:
        assert "Le escribiremos en español" in (await line.text(PARENT, "Español"))[0]
        assert "viene en camino" in (await line.text(PARENT, "100234"))[0]
        assert "viene en camino" in (await line.text(PARENT, "where is my bus"))[0]
        assert "is on its way" in (await line.text(PARENT, "100234 in English"))[0]
        assert "is on its way" in (await line.text(PARENT, "bus"))[0]


async def test_a_stranger_is_answered_in_the_language_of_the_words_and_then_keeps_it(pool: Pool) -> None:
    async with texting(pool) as line:
        (first,) = await line.text(STRANGER, "¿dónde está el autobús?")
        assert first.startswith("Solo respondemos")
        assert await line.text(STRANGER, "100234") == [first]


async def test_the_first_reply_to_a_phone_is_followed_by_the_languages_and_the_next_is_not(pool: Pool) -> None:
    async with texting(pool) as line:
        first, second = [replies(await line.send(PARENT, "bus")) for _ in range(2)]
    assert first == [*second, "🌐 Español Kreyòl Kriolu Việt 中文 Português Soomaali Français عربي"]


async def test_any_phone_without_the_right_gets_the_same_bytes_whether_the_student_exists_or_not(pool: Pool) -> None:
    async with texting(pool, limits=Limits(unlinked_per_day=100)) as line:
        for phone in (STRANGER, NO_RIGHT, PARENT):
            await line.text(phone, "help")
            bodies = {await line.send(phone, number) for number in ("100777", "999999", "100778", "id 100777")}
            assert [replies(body) for body in bodies] == [[NOT_ON_FILE]]
        assert await line.text(STRANGER, "bus") == [NOT_ON_FILE]
        assert await line.text(NO_RIGHT, "100234") == [NOT_ON_FILE]
    assert await pool.fetchval("select count(*) from access_log") == 0


async def test_the_same_rows_are_written_whether_the_student_exists_or_not(pool: Pool) -> None:
    async with texting(pool) as line:
        for body in ("help", "100777", "999999"):
            await line.text(STRANGER, body)
    _, *kept = await pool.fetch(
        "select phone, contact_id, language, outcome, refused, reply, asked_ids from inquiry order by inquiry_id"
    )
    real, invented = (dict(row) for row in kept)
    assert real.pop("asked_ids") == ["100777"]
    assert invented.pop("asked_ids") == ["999999"]
    assert real == invented


async def test_a_number_of_another_family_beside_ones_own_is_refused_and_the_own_answered(pool: Pool) -> None:
    async with texting(pool) as line:
        mine, other = await line.text(PARENT, "100234 100777")
        assert mine.startswith("100234: Bus 47")
        assert other == NOT_ON_FILE
        assert (await line.text(PARENT, "100234 999999"))[1] == NOT_ON_FILE


async def test_every_disclosure_leaves_a_row_and_nothing_else_does(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "bus")
        await line.text(SPANISH_PARENT, "bus")
        for body in ("help", "asdf qwer", "100777", "español"):
            await line.text(PARENT, body)
    rows = await pool.fetch("select * from access_log order by access_id")
    assert [(row["contact_id"], row["student_id"], row["answer"], row["vehicle_id"]) for row in rows] == [
        ("C1", "100234", "arriving", "47"),
        ("C1", "100235", "arriving", "47"),
        ("C2", "004321", "not_started", "48"),
    ]
    assert rows[0]["window_earliest"] < rows[0]["window_latest"]
    assert (rows[0]["told_at"], rows[0]["fix_at"], rows[0]["channel"]) == (NOW, NOW - timedelta(seconds=20), "text")
    assert [(row["service_date"], row["run_id"], row["stop_sequence"]) for row in rows] == [
        (NOW.date(), "R1", 4),
        (NOW.date(), "R1", 4),
        (NOW.date(), "R2", 4),
    ]
    outcomes = await pool.fetch("select outcome from inquiry order by inquiry_id")
    assert [row["outcome"] for row in outcomes] == [
        "answered",
        "answered",
        "helped",
        "unclear",
        "not_linked",
        "language_set",
    ]


async def test_a_retried_message_gets_the_stored_bytes_and_is_not_answered_again(pool: Pool) -> None:
    async with texting(pool) as line:
        form = sms_form(PARENT, "bus")
        first = await (await line.post("/twilio/sms", form)).read()
        line.clock.at += timedelta(minutes=3)
        again = await (await line.post("/twilio/sms", form)).read()
        assert again == first
        assert await line.send(PARENT, "bus") != first
        assert line.observed == ["answered", "replayed", "answered"]
    assert await pool.fetchval("select count(*) from inquiry") == 2
    assert await pool.fetchval("select count(*) from access_log") == 4


async def test_a_message_whose_words_are_forgotten_gets_a_silence_when_it_comes_again(pool: Pool) -> None:
    async with texting(pool) as line:
        form = sms_form(PARENT, "bus")
        await line.post("/twilio/sms", form)
        line.clock.at += timedelta(days=91)
        await purge(pool, Keep(), line.clock.at)
        again = await line.post("/twilio/sms", form)
        assert (again.status, replies(await again.read())) == (200, [])
    assert await pool.fetchval("select count(*) from inquiry") == 1


async def test_copies_of_a_message_at_the_same_moment_are_one_inquiry(pool: Pool) -> None:
    async with texting(pool) as line:
        form = sms_form(PARENT, "100234")
        answers = await asyncio.gather(*(line.post("/twilio/sms", form) for _ in range(8)))
        assert [answer.status for answer in answers] == [200] * 8
        assert len({await answer.read() for answer in answers}) == 1
    assert await pool.fetchval("select count(*) from inquiry") == 1
    assert await pool.fetchval("select count(*) from access_log") == 1


async def test_texts_at_the_same_moment_from_one_phone_are_each_answered(pool: Pool) -> None:
    async with texting(pool) as line:
        answers = await asyncio.gather(*(line.text(PARENT, "100234") for _ in range(8)))
    assert all(answer[0].startswith("100234: Bus 47") for answer in answers)
    assert await pool.fetchval("select count(*) from inquiry") == 8


async def test_the_id_of_another_phones_message_is_neither_answered_nor_kept(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "bus", MessageSid="SM" + "a" * 32)
        response = await line.post("/twilio/sms", sms_form(STRANGER, "bus", MessageSid="SM" + "a" * 32))
        assert response.status == 409
        assert "47" not in await response.text()
    assert await pool.fetchval("select count(*) from inquiry where phone = $1", STRANGER) == 0


async def test_a_phone_that_texts_too_often_gets_one_notice_then_silence_then_answers_again(pool: Pool) -> None:
    async with texting(pool, limits=Limits(texts_per_hour=3)) as line:
        for _ in range(3):
            assert (await line.text(PARENT, "100234"))[0].startswith("100234")
        assert (await line.text(PARENT, "100234"))[0].startswith("That is a lot of texts")
        assert await line.text(PARENT, "100234") == []
        assert await line.text(SPANISH_PARENT, "bus") != []
        line.clock.at += timedelta(minutes=61)
        assert await line.text(PARENT, "100234") != []


async def test_the_limit_holds_for_texts_at_the_same_moment(pool: Pool) -> None:
    async with texting(pool, limits=Limits(texts_per_hour=3)) as line:
        answers = await asyncio.gather(*(line.text(PARENT, "100234") for _ in range(9)))
    assert sorted(len(answer) for answer in answers) == [0] * 5 + [1] * 4


async def test_a_phone_that_keeps_asking_for_others_hears_nothing_and_its_own_riders_still_answer(pool: Pool) -> None:
    async with texting(pool, limits=Limits(unlinked_per_day=2)) as line:
        assert [await line.text(PARENT, number) for number in ("100777", "999999")] == [[NOT_ON_FILE]] * 2
        assert [await line.text(PARENT, number) for number in ("100777", "999998")] == [[]] * 2
        (own,) = await line.text(PARENT, "100234 100777")
        assert own.startswith("100234: Bus 47")
        line.clock.at += timedelta(hours=25)
        assert (await line.text(PARENT, "100777")) == [NOT_ON_FILE]


async def test_the_carriers_own_stop_word_is_recorded_and_followed_by_silence_until_start(pool: Pool) -> None:
    async with texting(pool) as line:
        assert await line.text(PARENT, "STOP") == []
        assert await line.text(PARENT, "bus") == []
        assert await line.text(PARENT, "stop") == []
        assert (await line.text(PARENT, "START"))[0].startswith("Lincoln County buses: we will answer you again.")
        assert (await line.text(PARENT, "bus"))[0].startswith("100234, 100235: Bus 47")
    rows = await pool.fetch("select phone, said, ended_at is null as in_force from opt_out")
    assert [tuple(row) for row in rows] == [(PARENT, "STOP", False)]
    assert await pool.fetchval("select count(*) from access_log") == 2


async def test_an_opt_out_that_the_carrier_does_not_know_is_confirmed_once(pool: Pool) -> None:
    async with texting(pool) as line:
        (confirmation,) = await line.text(SPANISH_PARENT, "¡No más mensajes, por favor!")
        assert confirmation.startswith("Autobuses de Lincoln County: ya no recibira mensajes")
        assert await line.text(SPANISH_PARENT, "no me escriban") == []
        assert await line.text(SPANISH_PARENT, "autobús") == []
    assert await pool.fetchval("select count(*) from opt_out where phone = $1", SPANISH_PARENT) == 1


async def test_what_the_carrier_has_already_answered_is_recorded_and_not_answered_twice(pool: Pool) -> None:
    async with texting(pool) as line:
        assert await line.text(PARENT, "HELP", OptOutType="HELP") == []
        assert await line.text(PARENT, "PARA", OptOutType="STOP") == []
        assert await pool.fetchval("select count(*) from opt_out where ended_at is null") == 1
        assert await line.text(PARENT, "START", OptOutType="START") == []
        assert await pool.fetchval("select count(*) from opt_out where ended_at is null") == 0


async def test_yes_ends_an_opt_out_and_is_an_ordinary_word_otherwise(pool: Pool) -> None:
    async with texting(pool) as line:
        assert (await line.text(PARENT, "YES"))[0].startswith("We did not ask you anything that is still open.")
        await line.text(PARENT, "STOP")
        assert (await line.text(PARENT, "YES"))[0].startswith("Lincoln County buses: we will answer you again.")


async def test_stop_is_heard_even_above_the_limit(pool: Pool) -> None:
    async with texting(pool, limits=Limits(texts_per_hour=1)) as line:
        for _ in range(3):
            await line.text(PARENT, "bus")
        await line.text(PARENT, "stop texting me")
    assert await pool.fetchval("select count(*) from opt_out where ended_at is null") == 1


@pytest.mark.parametrize("sender", ["12345", "AMAZON", "+266696687", "whatsapp:+16175550100", "", "anonymous"])
async def test_a_machine_or_a_withheld_number_gets_a_defined_silence(pool: Pool, sender: str) -> None:
    async with texting(pool) as line:
        expected = [NOT_ON_FILE] if sender == "+266696687" else []
        assert await line.text(sender, "bus") == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "\x00\x01\x1b[31m",
        "bus\x00bus",
        "🚌🚌🚌",
        "\u202e100234\u202c",
        "x" * 1_600,
        "9" * 1_600,
        "100234 " * 228,
        "<Response><Message>&amp;</Message></Response>",
        "'; drop table inquiry; --",
        "100001 100002 100003 100004 100005 100006 100007 100008 100009 100010",
        "\ud7ff\ufffe\uffff",
        "ﷺ" * 1_000,
        "١٠٠٢٣٤",
    ],
    ids=lambda body: ascii(body[:20]),
)
async def test_strange_bodies_get_an_answer(pool: Pool, body: str) -> None:
    async with texting(pool) as line:
        assert await line.text(PARENT, body) != []
    assert await pool.fetchval("select count(*) from inquiry") == 1


async def test_direction_marks_do_not_hide_a_number(pool: Pool) -> None:
    async with texting(pool) as line:
        assert (await line.text(PARENT, "\u202e100234\u202c"))[0].startswith("100234: Bus 47")
        assert (await line.text(PARENT, "١٠٠٢٣٤"))[0].startswith("100234: Bus 47")


async def test_a_picture_without_words_is_answered(pool: Pool) -> None:
    async with texting(pool) as line:
        reply = await line.text(PARENT, "", NumMedia="2", MediaUrl0="https://api.twilio.com/x", MediaUrl1="y")
    assert reply[0].startswith("We cannot read pictures or empty messages.")


async def test_no_reply_names_a_student_a_stop_or_a_school(pool: Pool) -> None:
    async with texting(pool) as line:
        said = b"".join([await line.send(PARENT, body) for body in ("bus", "100234", "help", "100777", "hm", "STOP")])
    assert not any(word in said for word in (b"Mia", b"Lopez", b"Lincoln School", b"Stop S3", b"C1"))
