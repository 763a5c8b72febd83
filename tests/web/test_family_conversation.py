"""What a family can do by text beside asking for its bus: everything kept in one transaction, and nothing leaked."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

from busline.ids import Phone
from busline.store.pool import Pool
from tests.builders import make_progress, make_run
from tests.web.texting import NO_RIGHT, PARENT, SPANISH_PARENT, STRANGER, Texting, make_code, texting

OTHER_STRANGER = "+16175550198"


async def reference_in(pool: Pool, phone: str) -> str:
    """The newest case's reference of a phone, as families see it."""
    digits: str = await pool.fetchval(
        "select reference from family_case where phone = $1 order by case_id desc limit 1", phone
    )
    return f"{digits[:-1]}-{digits[-1]}"


async def test_a_code_from_the_letter_lets_a_phone_in_once(pool: Pool) -> None:
    async with texting(pool) as line:
        code = await make_code(pool, "100777")
        joined = await line.text(STRANGER, f"join {code.lower()}")
        assert joined[0].startswith("Done: this phone can now ask about student 100777.")
        assert (await line.text(STRANGER, "bus"))[0].startswith("100777: Bus 47 is on its way.")
        refused = await line.text(OTHER_STRANGER, code)
        assert refused[0].startswith("That code did not work.")
        # A second time it says the same as for a code that never was, to its own phone too.
        assert (await line.text(STRANGER, code))[0].startswith("That code did not work.")
    links = await pool.fetch("select phone, student_id from family_link where student_id = '100777'")
    assert [tuple(row) for row in links] == [(STRANGER, "100777")]


async def test_codes_that_are_wrong_used_expired_or_too_many_get_the_same_bytes(pool: Pool) -> None:
    async with texting(pool) as line:
        used, expired = await make_code(pool, "100777"), await make_code(pool, "100777", days=-1)
        await line.text(STRANGER, used)
        bodies = {await line.send(OTHER_STRANGER, code) for code in (used, expired, "7KM4C-RX9DT")}
        bodies |= {await line.send(NO_RIGHT, code) for code in (used, expired, "7KM4C-RX9DT")}
    assert len(bodies) == 2, "the first reply of a phone offers the languages, the others do not"


async def test_a_code_does_not_give_back_what_the_school_forbids_and_stays_open_for_others(pool: Pool) -> None:
    async with texting(pool) as line:
        code = await make_code(pool, "100234")
        assert (await line.text(NO_RIGHT, code))[0].startswith("That code did not work.")
        assert (await line.text(STRANGER, code))[0].startswith("Done: this phone can now ask about student 100234.")


async def test_two_phones_with_one_code_at_the_same_moment_one_is_let_in(pool: Pool) -> None:
    async with texting(pool) as line:
        code = await make_code(pool, "100777")
        phones = [f"+161755502{number:02}" for number in range(6)]
        answers = await asyncio.gather(*(line.text(phone, code) for phone in phones))
    assert sorted(answer[0][:10] for answer in answers) == ["Done: this"] + ["That code "] * 5
    assert await pool.fetchval("select count(*) from joined_link") == 1


async def test_a_family_lets_a_new_phone_in_by_yes(pool: Pool) -> None:
    async with texting(pool) as line:
        before = await line.send(STRANGER, "100234")
        await line.ask_families()
        question = await pool.fetchrow("select phone, facts, facts ->> 'message' as message from outbox")
        assert question is not None
        assert (question["phone"], question["message"]) == (PARENT, "consent-question")
        assert STRANGER not in question["facts"]
        assert (await line.text(PARENT, "yes"))[0].startswith("Done: that phone can now ask about student 100234.")
        assert (await line.text(STRANGER, "bus"))[0].startswith("100234: Bus 47 is on its way.")
        assert (await line.text(PARENT, "yes"))[0].startswith("We did not ask you anything")
        assert before == await line.send(OTHER_STRANGER, "999999")
    told = await pool.fetchrow("select phone from outbox where facts ->> 'message' = 'linked'")
    assert told is not None
    assert told["phone"] == STRANGER


async def test_a_no_lets_nobody_in_and_the_new_phone_hears_nothing_of_it(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(STRANGER, "100234")
        await line.ask_families()
        assert (await line.text(PARENT, "no"))[0].startswith("Good: that phone gets nothing.")
        assert (await line.text(STRANGER, "bus"))[0].startswith("We can only answer phones")
    assert await pool.fetchval("select count(*) from joined_link") == 0
    assert await pool.fetchval("select count(*) from outbox where phone = $1", STRANGER) == 0


async def test_two_parents_who_answer_at_the_same_moment_let_the_phone_in_once(pool: Pool) -> None:
    mother = "+16175550111"
    async with texting(pool) as line:
        await pool.execute("insert into contact values ('C9', $1, 'en')", mother)
        await pool.execute("insert into link values ('C9', '100234', true)")
        await line.text(STRANGER, "100234")
        await line.ask_families()
        answers = await asyncio.gather(*(line.text(phone, "yes") for phone in (PARENT, mother)))
    assert sorted(answer[0][:10] for answer in answers) == ["Done: that", "We did not"]
    assert await pool.fetchval("select count(*) from joined_link") == 1


async def test_a_question_for_a_person_has_a_number_a_time_and_a_standing(pool: Pool) -> None:
    async with texting(pool) as line:
        (opened,) = (await line.text(PARENT, "I want to talk to a person"))[:1]
        reference = await reference_in(pool, PARENT)
        assert opened.startswith(f"Transportation will answer you. Your number is {reference}.")
        assert "Expect an answer by 11:0" in opened
        status = (await line.text(PARENT, "status"))[0]
        assert status == (await line.text(PARENT, f"STATUS {reference}"))[0]
        assert status.startswith(f"{reference}, Transportation: received 7:02 AM. Expect an answer by")
        again = await line.text(PARENT, "a person please")
        assert again[0].startswith(f"Added to your question {reference} (Transportation).")
    assert await pool.fetchval("select count(*) from family_case") == 1


async def test_the_conversation_so_far_goes_with_the_case(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "100234")
        await line.text(PARENT, "person")
    lines = await pool.fetch("select kind, words from case_event order by event_id")
    assert ("asked", "100234") in [tuple(row) for row in lines]
    assert [row["words"] for row in lines if row["kind"] == "told"] == ["student 100234 bus 47"]
    assert [row["words"] for row in lines if row["kind"] == "opened"] == ["person"]


async def test_a_reference_of_another_phone_is_like_one_that_was_made_up(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "person")
        real = await reference_in(pool, PARENT)
        await line.text(STRANGER, "thanks")
        replies = {await line.send(STRANGER, f"status {typed}") for typed in (real, "1234-5", "99999", "4821-7")}
        replies.add(await line.send(STRANGER, "status"))
    assert len(replies) == 1


async def test_whether_it_was_solved_is_asked_and_no_opens_it_again_under_the_same_number(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "person")
        reference = await reference_in(pool, PARENT)
        await pool.execute("update family_case set state = 'answered', waiting_since = null")
        assert (await line.text(PARENT, "no"))[0].startswith(f"We opened your question {reference} again.")
        await pool.execute("update family_case set state = 'answered', waiting_since = null")
        assert (await line.text(PARENT, "yes"))[0] == f"Thank you. Your question {reference} is closed."
    row = await pool.fetchrow("select state, times_reopened from family_case")
    assert row is not None
    assert tuple(row) == ("closed_by_family", 1)


async def test_more_words_after_an_answer_open_the_case_again(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "person")
        reference = await reference_in(pool, PARENT)
        await pool.execute("update family_case set state = 'answered', waiting_since = null")
        reopened = await line.text(PARENT, "grommet zzzz flurb still wrong")
        assert reopened[0].startswith(f"We opened your question {reference} again.")
    assert await pool.fetchval("select state from family_case") == "with_department"
    assert await pool.fetchval("select count(*) from family_case") == 1


async def test_a_child_that_is_not_home_is_an_answer_and_an_urgent_case_at_once(pool: Pool) -> None:
    async with texting(pool) as line:
        answer, urgent = await line.text(PARENT, "my kid isn't home yet")
        assert answer.startswith("100234, 100235: Bus 47")
        assert urgent.startswith("Staff have this as urgent, number ")
        assert "Please also call now: (617) 555-0150" in urgent
        stranger = await line.text(STRANGER, "100777 never came home")
        assert stranger[0].startswith("Staff have this as urgent")
        assert len([text for text in stranger if "Bus" in text]) == 0
        await line.text(PARENT, "STOP")
        assert await line.text(PARENT, "my kid isn't home") == []
    cases = await pool.fetch("select phone, urgent, department_id, student_id from family_case order by case_id")
    assert [tuple(row) for row in cases] == [(PARENT, True, "safety", None), (STRANGER, True, "safety", None)]
    words = await pool.fetchval("select count(*) from case_event where kind in ('opened', 'family_wrote')")
    assert words == 3, "the third text came from a phone that may not be written to, and staff have it all the same"


async def test_a_bare_number_means_what_was_offered_for_ten_minutes_and_never_a_language(pool: Pool) -> None:
    async with texting(pool) as line:
        offer = await line.text(PARENT, "flurb grommet zzzz")
        assert offer[0].startswith("Sorry, we did not understand. Text 1 to find your bus, 2 to ask a person")
        for _ in range(2):
            assert (await line.text(PARENT, "1"))[0].startswith("100234, 100235: Bus 47")
        line.clock.at += timedelta(minutes=11)
        assert (await line.text(PARENT, "2"))[0].startswith("Sorry, we did not understand.")
        assert (await line.text(PARENT, "2"))[0].startswith("Transportation will answer you.")


async def test_a_question_beside_the_bus_gets_its_prepared_answer(pool: Pool) -> None:
    async with texting(pool) as line:
        (answer, *_) = await line.text(PARENT, "lost backpack")
        assert "(617) 555-0150" in answer
        (person, *_) = await line.text(PARENT, "can I talk to a person about it")
        assert person.startswith("Lost and Found will answer you.")
    row = await pool.fetchrow("select intent, topic, outcome, ended from inquiry order by inquiry_id limit 1")
    assert row is not None
    assert tuple(row) == ("topic", "lost_item", "informed", "answered")


async def test_a_department_that_the_district_has_not_leaves_its_questions_to_the_hotline(pool: Pool) -> None:
    async with texting(pool) as line:
        await pool.execute("delete from department where department_id = 'lost_and_found'")
        await line.text(PARENT, "lost backpack")
        assert (await line.text(PARENT, "person"))[0].startswith("Transportation will answer you.")


async def test_while_a_person_writes_with_a_family_nothing_is_answered_by_itself(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "person")
        await hold(pool, line)
        assert await line.text(PARENT, "bus") == []
        assert await line.text(PARENT, "it is about the stop on Elm St") == []
        assert line.observed[-2:] == ["silent_held", "silent_held"]
        assert (await line.text(SPANISH_PARENT, "bus")) != []
        line.clock.at += timedelta(minutes=45)
        assert (await line.text(PARENT, "bus"))[0].startswith("100234, 100235:")
    words = await pool.fetch("select words from case_event where kind = 'family_wrote' order by event_id")
    assert [row["words"] for row in words] == ["bus", "it is about the stop on Elm St"]


async def hold(pool: Pool, line: Texting) -> None:
    """Somebody of the staff takes the conversation over."""
    await pool.execute(
        "insert into conversation_hold select phone, case_id, 'Ms. Reyes', $1, $2 from family_case",
        line.clock.now(),
        line.clock.now() + timedelta(minutes=30),
    )


async def test_a_promise_that_jitters_is_held_and_one_that_moves_says_what_it_was(pool: Pool) -> None:
    async with texting(pool) as line:
        (first, *_) = await line.text(PARENT, "100234")
        assert "before:" not in first
        fleet = line.picture.fleet
        run = line.picture.timetable.runs[make_run("R1").run_id]
        held = make_progress(run, seen_at=line.clock.at - timedelta(seconds=5), distance_m=680.0)
        line.picture.fleet = replace(fleet, progress={held.key: held})
        line.clock.at += timedelta(seconds=20)
        (second, *_) = await line.text(PARENT, "100234")
        assert "before:" not in second
        line.clock.at += timedelta(minutes=6)
        late = make_progress(run, seen_at=line.clock.at - timedelta(seconds=5), distance_m=700.0)
        line.picture.fleet = replace(fleet, progress={late.key: late})
        (third, *_) = await line.text(PARENT, "100234")
        assert "min late. It comes 7:1" in third
        assert "(before: 7:0" in third


def ready_by(text: str) -> int:
    """Minutes after midnight."""
    found = re.search(r"Be at the stop by (\d+):(\d\d) AM", text)
    assert found is not None, text
    return 60 * int(found[1]) + int(found[2])


async def test_before_the_run_begins_a_time_to_be_at_the_stop_that_climbs_by_a_minute_is_held(pool: Pool) -> None:
    async with texting(pool) as line:
        line.picture.fleet = replace(line.picture.fleet, progress={}, visits={})
        line.clock.at -= timedelta(minutes=25)
        first = ready_by((await line.text(PARENT, "100234"))[0])
        await pool.execute("update access_log set be_ready_by = be_ready_by - interval '1 minute'")
        line.clock.at += timedelta(seconds=5)
        assert ready_by((await line.text(PARENT, "100234"))[0]) == first - 1
        await pool.execute("update access_log set be_ready_by = be_ready_by - interval '5 minutes'")
        line.clock.at += timedelta(seconds=5)
        assert ready_by((await line.text(PARENT, "100234"))[0]) == first


async def test_tomorrow_is_told_as_planned_and_a_day_without_rides_as_such(pool: Pool) -> None:
    async with texting(pool) as line:
        (planned, *_) = await line.text(PARENT, "when does the bus come tomorrow")
        assert planned.startswith(
            "100234, 100235: Bus 47 is planned at your stop Tue Oct 6, 7:06 AM (from the schedule)."
        )
        line.clock.at += timedelta(days=4)
        (friday, *_) = await line.text(PARENT, "bus tomorrow?")
        assert friday.startswith("100234, 100235: No bus ride is planned on Sat Oct 10.")


async def test_yes_and_no_come_first_where_that_is_the_question(pool: Pool) -> None:
    async with texting(pool) as line:
        assert (await line.text(PARENT, "is it late?"))[0].startswith("No. 100234, 100235: Bus 47 is on its way.")
        assert (await line.text(PARENT, "did the bus come already?"))[0].startswith("Not yet. 100234, 100235: Bus 47")
        assert (await line.text(PARENT, "which bus"))[0].startswith("100234, 100235: Bus 47")
        fleet, run = line.picture.fleet, line.picture.timetable.runs[make_run("R1").run_id]
        line.clock.at += timedelta(minutes=12)
        seen_at = line.clock.at - timedelta(seconds=5)
        late = replace(make_progress(run, seen_at=seen_at, distance_m=700.0), started_at=seen_at)
        line.picture.fleet = replace(fleet, progress={late.key: late})
        assert (await line.text(PARENT, "why is the bus late"))[0].endswith("It started its route late.")


async def test_ending_alerts_leaves_the_answers_where_they_have_a_number_of_their_own(pool: Pool) -> None:
    alerts = Phone("+16175550001")
    async with texting(pool, alerts_number=alerts) as line:
        (stopped, *_) = await line.text(PARENT, "please no more messages")
        assert stopped.startswith("Lincoln County buses: no more alerts to this phone. You can still text BUS")
        assert (await line.text(PARENT, "bus"))[0].startswith("100234, 100235: Bus 47")
        assert (await line.text(PARENT, "alerts"))[0].startswith("Alerts: off, except in an emergency.")
        assert (await line.text(PARENT, "START"))[0].startswith("Alerts by text. Late bus: from 5 min.")
        assert await pool.fetchval("select alerts from phone_wish")
        # The carrier blocks the number that it was sent to, and no other.
        assert await line.text(PARENT, "STOP", To=alerts) == []
        assert (await line.text(PARENT, "bus"))[0].startswith("100234, 100235: Bus 47")
        # Said again, or in the carrier's own word to the number of the answers, it ends those too.
        (ended,) = await line.text(PARENT, "please no more messages")
        assert ended.startswith("Lincoln County buses: you will get no more texts")
        assert await line.text(PARENT, "bus") == []


async def test_a_thank_you_is_met_with_silence_and_is_no_question(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "bus")
        for words in ("thanks!", "ok thank you", "👍"):
            assert await line.text(PARENT, words) == []
    rows = await pool.fetch("select distinct outcome, ended from inquiry where ended = 'none'")
    assert [tuple(row) for row in rows] == [("silent_thanks", "none")]


async def test_the_ledger_says_what_was_asked_what_it_rested_on_and_how_it_ended(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "is it late?")
        line.clock.at += timedelta(minutes=5)
        await line.text(PARENT, "bus")
        await line.text(PARENT, "person")
        await line.text(STRANGER, "100777")
    rows = await pool.fetch("select intent, outcome, ended, repeats, reference from inquiry order by inquiry_id")
    assert [tuple(row)[:4] for row in rows] == [
        ("ask_late", "answered", "answered", False),
        ("ask_where", "answered", "answered", True),
        ("person", "person", "person", False),
        ("ask_where", "not_linked", "refused", False),
    ]
    assert [row["reference"] is not None for row in rows] == [False, False, True, False]
    bases = await pool.fetch("select basis, be_ready_by is not null from access_log order by access_id")
    assert [tuple(row) for row in bases] == [("live", True)] * 2 + [("last_seen", True)] * 2
