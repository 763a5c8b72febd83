"""`busline letters` and `busline link`: paper that lets a family in, and what staff can grant and take back."""

import re
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from busline.app.database import Refused, store
from busline.app.enrolling import LetterOptions, add_link, letters, list_links, remove_link, suspend
from busline.enrolment import links, suspension
from busline.enrolment.codes import digest, plain_code
from busline.ids import Phone, SchoolId, StudentId
from busline.installation_key import installation_key
from busline.settings import Settings, read_settings
from busline.store.pool import Pool, transaction

CODE = re.compile(r'<bdi dir="ltr">([0-9A-Z]{5}-[0-9A-Z]{5})</bdi>')
AUNT = Phone("+16175550102")
NOW = datetime(2026, 10, 5, 11, 30, tzinfo=UTC)


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """An installation whose two schools have three riders and a student who walks."""
    tmp_path.chmod(0o711)
    settings = read_settings(
        {
            "BUSLINE_DATA_DIR": str(tmp_path / "data"),
            "BUSLINE_DISTRICT_NAME": "Harbor & Hill",
            "BUSLINE_DISTRICT_PHONE": "+16175550100",
            "BUSLINE_TWILIO_NUMBER": "+16175550150",
            "BUSLINE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "BUSLINE_TWILIO_AUTH_TOKEN": "t" * 32,
        }
    )
    async with store(settings) as pool:
        await pool.execute(
            """
            insert into school (school_id, name) values ('S/1', 'Elm'), ('S2', 'Oak');
            insert into student (student_id, school_id, given_name, family_name)
            values ('100', 'S/1', 'Ana', 'Li <b>'), ('101', 'S/1', '', ''), ('102', 'S2', 'Bo', 'Chu'),
                   ('103', 'S2', 'Walks', 'Far');
            insert into ride (student_id, run_id, stop_id, leg, weekdays, start_date, end_date)
            select id, 'R', 'T', 'to_school', 31, '2026-01-01', '2099-01-01' from unnest('{100,101,102}'::text[]) as id;
            insert into contact (contact_id, phone, language) values ('M', '+16175550101', 'es');
            insert into link (contact_id, student_id, may_ask) values ('M', '100', true), ('M', '102', false);
            """
        )
        yield settings


def codes_in(path: Path) -> list[str]:
    return CODE.findall(path.read_text("utf-8"))


async def test_every_rider_gets_a_page_whose_code_lets_a_phone_in(settings: Settings, tmp_path: Path) -> None:
    said: list[str] = []
    assert await letters(settings, LetterOptions(tmp_path / "out"), said.append) == 0
    elm, oak = sorted((tmp_path / "out").iterdir())
    assert [elm.name, oak.name] == ["letters-S2.html", "letters-S_1.html"]
    assert (len(codes_in(elm)), len(codes_in(oak))) == (1, 2)
    assert said[0].startswith("2 of 3 letters: ")
    assert stat.S_IMODE(elm.stat().st_mode) == 0o600
    key = installation_key(settings).reveal().encode()
    async with store(settings, beside=True) as pool, transaction(pool) as connection:
        plain = plain_code(codes_in(elm)[0])
        assert plain is not None
        assert await links.redeem(connection, digest(plain, key), AUNT, "en", NOW) == "102"
        assert await connection.fetchval("select count(*) from join_code") == 3


async def test_pages_are_for_their_owner_s_eyes_whatever_stood_there(settings: Settings, tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.write_text("mine", "utf-8")
    (folder / "letters-S2.part").symlink_to(elsewhere)
    (folder / "letters-S_1.part").write_text("half", "utf-8")
    (folder / "letters-S_1.part").chmod(0o666)
    await letters(settings, LetterOptions(folder), print)
    assert elsewhere.read_text("utf-8") == "mine"
    assert {path.name: stat.S_IMODE(path.lstat().st_mode) for path in folder.iterdir()} == {
        "letters-S2.html": 0o600,
        "letters-S_1.html": 0o600,
    }
    await letters(settings, LetterOptions(tmp_path / "new"), print)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


async def test_no_letter_and_no_link_is_told_by_the_log(settings: Settings, tmp_path: Path) -> None:
    with capture_logs() as logs:
        await letters(settings, LetterOptions(tmp_path / "out"), print)
        await add_link(settings, AUNT, StudentId("100"), None, print)
        await suspend(settings, AUNT, print, lift=False)
    codes = [code for path in (tmp_path / "out").iterdir() for code in codes_in(path)]
    assert len(codes) == 3
    for private in (*codes, AUNT[-10:], "Ana", "Chu", "'100'", "'101'"):
        assert private not in str(logs)


async def test_a_page_is_in_the_family_s_language_and_no_name_can_break_it(settings: Settings, tmp_path: Path) -> None:
    await letters(settings, LetterOptions(tmp_path / "out", student_id=StudentId("100")), print)
    page = (tmp_path / "out" / "letters-S_1.html").read_text("utf-8")
    assert '<article lang="es" dir="ltr">' in page
    assert "Para la familia de Ana Li &lt;b&gt;" in page
    assert "Harbor &amp; Hill" in page
    assert "(617) 555-0150" in page
    assert "<svg" in page


async def test_new_letters_end_the_codes_of_earlier_ones_unless_they_are_to_be_kept(
    settings: Settings, tmp_path: Path
) -> None:
    async def open_codes() -> int:
        async with store(settings, beside=True) as pool:
            return int(await pool.fetchval("select count(*) from join_code where revoked_at is null"))

    options = LetterOptions(tmp_path / "out", school_id=SchoolId("S2"))
    await letters(settings, options, print)
    await letters(settings, options, print)
    assert await open_codes() == 1
    await letters(settings, LetterOptions(tmp_path / "out", school_id=SchoolId("S2"), keep_earlier=True), print)
    assert await open_codes() == 2


async def test_a_folder_that_cannot_be_written_leaves_earlier_codes_working(settings: Settings, tmp_path: Path) -> None:
    options = LetterOptions(tmp_path / "out", school_id=SchoolId("S2"))
    await letters(settings, options, print)
    (tmp_path / "out" / "letters-S2.html").unlink()
    (tmp_path / "out" / "letters-S2.html").mkdir()
    with pytest.raises(Refused, match="earlier codes still work"):
        await letters(settings, options, print)
    async with store(settings, beside=True) as pool:
        assert await pool.fetchval("select count(*) from join_code where revoked_at is null") == 1


async def test_nothing_is_made_for_a_school_that_nobody_rides_to(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No student with a bus ride"):
        await letters(settings, LetterOptions(tmp_path / "out", school_id=SchoolId("nowhere")), print)
    with pytest.raises(Refused, match="No student with a bus ride"):
        await letters(settings, LetterOptions(tmp_path / "out", student_id=StudentId("103")), print)


async def test_staff_grant_see_and_take_back(settings: Settings) -> None:
    said: list[str] = []
    assert await add_link(settings, "617-555-0102", StudentId("100"), "ht", said.append) == 0
    await list_links(settings, "617-555-0102", said.append)
    assert said[1].startswith("+16175550102  student 100  may ask, by staff since ")
    assert await remove_link(settings, AUNT, StudentId("100"), said.append) == 0
    await list_links(settings, AUNT, said.append)
    assert said[-1] == "Nobody."
    with pytest.raises(Refused, match="no student 424242"):
        await add_link(settings, AUNT, StudentId("424242"), None, said.append)
    with pytest.raises(Refused, match="not a phone number"):
        await add_link(settings, "aunt", StudentId("100"), None, said.append)


async def test_what_the_roster_forbids_or_grants_is_changed_in_the_roster(settings: Settings) -> None:
    said: list[str] = []
    assert await add_link(settings, "+16175550101", StudentId("102"), None, said.append) == 1
    assert "outweighs" in said[-1]
    assert await remove_link(settings, "+16175550101", StudentId("100"), said.append) == 1
    assert "roster" in said[-1]


async def test_a_suspended_phone_is_shown_as_such_and_can_be_resumed(settings: Settings) -> None:
    said: list[str] = []
    await suspend(settings, "+16175550101", said.append, lift=False)
    await list_links(settings, "100", said.append)
    assert "suspended since" in said[-1]
    await suspend(settings, "+16175550101", said.append, lift=True)
    await list_links(settings, "100", said.append)
    assert "suspended" not in said[-1]
    await suspend(settings, "+16175550101", said.append, lift=True)
    assert said[-1] == "It was so already; nothing changed."


async def _reported(pool: Pool, phone: str, *codes: int | None) -> None:
    for number, code in enumerate(codes):
        await pool.execute(
            "insert into message_status (sid, status, rank, error_code, reported_at, phone) values ($1,$2,5,$3,$4,$5)",
            f"SM{phone}{number}",
            "delivered" if code is None else "undelivered",
            code,
            NOW + timedelta(minutes=number),
            phone,
        )


async def test_three_messages_running_that_reached_nobody_suspend_a_phone(pool: Pool) -> None:
    phones = {
        "+16175550111": (30003, 30005, 30003),
        "+16175550112": (30003, 30003),
        "+16175550113": (30003, 30003, None, 30003),
        "+16175550114": (30005, 30005, 30007),
        "+16175550115": (None, 30005, 30005, 30005),
    }
    for phone, codes in phones.items():
        await pool.execute("insert into contact (contact_id, phone, language) values ($1, $1, 'en')", phone)
        await _reported(pool, phone, *codes)
    async with transaction(pool) as connection:
        assert await suspension.suspend_unreachable(connection, NOW) == 2
        found = await suspension.in_force(connection, [Phone(phone) for phone in phones])
        assert {one.phone for one in found} == {"+16175550111", "+16175550115"}
        assert await suspension.suspend_unreachable(connection, NOW) == 0


async def test_the_carriers_list_suspends_the_phones_we_know_and_is_read_once_a_day(pool: Pool) -> None:
    await pool.execute("insert into contact (contact_id, phone, language) values ('M', '+16175550101', 'en')")
    today = NOW.date()
    async with transaction(pool) as connection:
        missing = await suspension.unread_lists(connection, today, 3)
        assert missing == [today - timedelta(days=back) for back in (3, 2, 1)]
        numbers = [Phone("+16175550101"), Phone("+12025550000"), Phone("+16175550101")]
        assert await suspension.take_list(connection, missing[-1], numbers, NOW) == 1
        assert await suspension.unread_lists(connection, today, 3) == missing[:-1]
        assert not await connection.fetchval("select exists (select from phone_suspension where phone like '+1202%')")
