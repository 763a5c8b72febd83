"""What a family sets by text: alerts and how they come, minutes, quiet hours, its language."""

import pytest

from busline.store.pool import Pool
from tests.web.texting import NO_RIGHT, PARENT, STRANGER, texting


async def test_settings_are_kept_for_the_phone_and_shown_again(pool: Pool) -> None:
    async with texting(pool) as line:
        assert (await line.text(PARENT, "alerts"))[0].startswith(
            "Alerts by text. Late bus: from 5 min. Before it comes: no. Arrivals: no. To change it: ALERTS 15, "
        )
        assert (await line.text(PARENT, "ALERTS 15"))[0].startswith(
            "Saved: we tell you when the bus is late, and once about 15 min before it comes."
        )
        for beyond in ("alerts 1", "alerts 90", "alerts 200"):
            assert await line.text(PARENT, beyond) == [
                "We can text you 2 to 60 min before the bus comes. Text for example ALERTS 15."
            ]
        assert "Before it comes: 15 min." in (await line.text(PARENT, "alerts"))[0]
        assert (await line.text(PARENT, "ALERTS OFF"))[0].startswith("Saved: no alerts, except in an emergency.")
        assert (await line.text(PARENT, "alerts"))[0].startswith("Alerts: off, except in an emergency.")
        assert (await line.text(PARENT, "QUIET 21-6"))[0].startswith("Saved: no alerts between 9:00 PM and 6:00 AM.")
        assert (await line.text(PARENT, "quiet"))[0].startswith("Quiet hours: no alerts between 9:00 PM and 6:00 AM.")
        assert (await line.text(PARENT, "QUIET OFF"))[0].startswith("Saved: no quiet hours.")
        assert (await line.text(PARENT, "STUDENTS"))[0].startswith("Student numbers of this phone: 100234, 100235.")
    row = await pool.fetchrow("select phone, alerts, minutes, quiet_from from phone_wish")
    assert row is not None
    assert tuple(row) == (PARENT, False, 15, None)


async def test_a_family_chooses_from_how_much_lateness_on_it_hears_and_of_arrivals(pool: Pool) -> None:
    kept = "select alerts, approaching, minutes, late_minutes, arrivals, channel from phone_wish"
    async with texting(pool) as line:
        assert await line.text(PARENT, "ALERTS LATE 20") == [
            "Saved: we tell you when the bus is 20 min late or more, and send no text before it comes. "
            "To change it: ALERTS LATE 15."
        ]
        assert tuple(await pool.fetchrow(kept) or ()) == (True, False, 10, 20, False, "text")
        await line.text(PARENT, "ALERTS 5")
        assert "20 min late or more, and once about 5 min before" in (await line.text(PARENT, "alerts late 20"))[0]
        assert await line.text(PARENT, "alerts late 3") == [
            "We can tell you of a bus that is late by 5 to 60 min or more. Text for example ALERTS LATE 15."
        ]
        assert (await line.text(PARENT, "Alerts arrivals on"))[0].startswith("Saved: we tell you when the bus gets to")
        assert tuple(await pool.fetchrow(kept) or ()) == (True, True, 5, 20, True, "text")
        # Of late buses alone: the message before the bus comes ends, and nothing else.
        assert "20 min late or more, and send no text" in (await line.text(PARENT, "ALERTS LATE"))[0]
        await line.text(PARENT, "ALERTS 5")
        # Who asks for more loses nothing, and who wants this alone does.
        assert "and once about 5 min before" in (await line.text(PARENT, "let me know if the bus is late"))[0]
        assert "15 min late or more, and send no" in (await line.text(PARENT, "alert me only if over 15 min late"))[0]
        await line.text(PARENT, "ALERTS LATE 20")
        assert (await line.text(PARENT, "ALERTS ARRIVALS OFF"))[0].startswith("Saved: no news of arrivals.")
        assert tuple(await pool.fetchrow(kept) or ()) == (True, False, 5, 20, False, "text")


async def test_alerts_come_by_call_or_mail_only_where_they_can(pool: Pool) -> None:
    async with texting(pool) as line:
        assert (await line.text(PARENT, "alerts by call"))[0].startswith("We cannot call you in this language yet")
        assert (await line.text(PARENT, "alerts by mail"))[0].startswith("We have no e-mail address for this phone.")
    assert await pool.fetchval("select count(*) from phone_wish") == 0


async def test_alerts_come_as_a_family_chooses(pool: Pool) -> None:
    async with texting(pool, calls=True, sends_mail=True) as line:
        assert (await line.text(PARENT, "alerts by call"))[0] == (
            "Saved: alerts come by phone call. For texts again, text ALERTS BY TEXT."
        )
        assert await pool.fetchval("select channel from phone_wish") == "voice"
        await pool.execute("update phone_wish set calls_ended_at = now(), channel = 'text'")
        await line.text(PARENT, "ALERTS 15")
        assert await pool.fetchval("select calls_ended_at is not null from phone_wish"), "that was about something else"
        await line.text(PARENT, "alerts by call")
        assert await pool.fetchval("select calls_ended_at is null from phone_wish")
        assert (await line.text(PARENT, "alerts by email"))[0].startswith("We have no e-mail address")
        await pool.execute("update contact set email = 'mia@example.org' where phone = $1", PARENT)
        assert (await line.text(PARENT, "alerts by email"))[0].startswith("Saved: alerts come by e-mail.")
        assert (await line.text(PARENT, "ALERTS"))[0].startswith("Alerts by e-mail.")
        assert (await line.text(PARENT, "alerts by text"))[0].startswith("Saved: alerts come by text.")
    assert await pool.fetchval("select channel from phone_wish") == "text"


async def test_nobody_is_called_in_a_language_that_no_voice_speaks(pool: Pool) -> None:
    async with texting(pool, calls=True) as line:
        await line.text(PARENT, "Soomaali")
        (refused,) = await line.text(PARENT, "DIGNIIN WICITAAN")
        assert refused.startswith("Weli luqaddan kuma soo wici karno")
    assert await pool.fetchval("select count(*) from phone_wish") == 0


async def test_what_the_school_has_on_file_holds_until_the_phone_chooses(pool: Pool) -> None:
    async with texting(pool, calls=True) as line:
        await pool.execute("update contact set alerts_by = 'voice' where phone = $1", PARENT)
        assert (await line.text(PARENT, "ALERTS"))[0].startswith("Alerts by call.")
        await line.text(PARENT, "QUIET 21-6")
        assert await pool.fetchval("select channel from phone_wish") == "voice"
        await line.text(PARENT, "ALERTS BY TEXT")
        assert (await line.text(PARENT, "ALERTS"))[0].startswith("Alerts by text.")


@pytest.mark.parametrize("asked", ["alerts on", "alerts", "quiet 21-6", "students", "bus", "is it late?", "why late"])
async def test_a_phone_that_may_ask_about_nobody_gets_the_same_words_whatever_it_sets(pool: Pool, asked: str) -> None:
    async with texting(pool) as line:
        expected = await line.send(STRANGER, "100777")
        assert await line.send(NO_RIGHT, asked) == expected
    assert await pool.fetchval("select count(*) from phone_wish") == 0
