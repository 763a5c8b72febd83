"""When the database is away, and what the log may say."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from busline.app.texting import keep_asking_families
from busline.store.pool import DatabaseAddress, Pool, open_pool
from tests.builders import ZONE
from tests.web.texting import PARENT, SPANISH_PARENT, STRANGER, replies, sms_form, texting


class Wire:
    """The way to the database, which can be cut and mended: a socket that passes everything on."""

    def __init__(self, address: DatabaseAddress, folder: Path) -> None:
        assert address.host is not None
        (real,) = (path for path in Path(address.host).glob(".s.PGSQL.*") if path.suffix != ".lock")
        self._real, self._ours = real, folder / real.name
        self.address = DatabaseAddress(host=str(folder), user=address.user, database=address.database)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_unix_server(self._pass_on, self._ours)

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ours.unlink(missing_ok=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, to_them = await asyncio.open_unix_connection(str(self._real))
        for source, sink in ((reader, to_them), (theirs, writer)):
            task = asyncio.create_task(self._copy(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while chunk := await source.read(65_536):
                sink.write(chunk)
                await sink.drain()
        except ConnectionError:
            pass  # the other end was cut
        finally:
            sink.close()


@pytest.fixture
async def wire(database: DatabaseAddress) -> AsyncIterator[Wire]:
    folder = Path(tempfile.mkdtemp(prefix="busline-wire-"))
    wire = Wire(database, folder)
    await wire.mend()
    yield wire
    await wire.cut()
    shutil.rmtree(folder)


async def test_while_the_database_is_away_families_get_an_apology_and_the_log_says_so_once(wire: Wire) -> None:
    async with open_pool(wire.address, size=2) as pool, texting(pool) as line:
        assert await line.text(PARENT, "bus") != []
        await wire.cut()
        with capture_logs() as logs:
            for _ in range(3):
                (apology,) = await line.text(PARENT, "100234")
                assert apology.startswith("Sorry, we cannot look that up right now.")
            assert (await line.text(SPANISH_PARENT, "¿dónde está el bus?"))[0].startswith("No podemos consultarlo")
            await wire.mend()
            assert (await line.text(PARENT, "100234"))[0].startswith("100234: Bus 47")
        told = [(entry["log_level"], entry["event"].split(":")[0]) for entry in logs if entry["event"] != "inquiry"]
        assert told == [
            ("error", "families get an apology instead of an answer"),
            ("info", "families are answered again"),
        ]
        assert line.observed == ["answered", *["database_away"] * 4, "answered"]


async def test_what_cannot_be_kept_is_not_acknowledged(wire: Wire) -> None:
    async with open_pool(wire.address, size=2) as pool, texting(pool) as line:
        await wire.cut()
        for body in ("STOP", "no más mensajes", "START"):
            response = await line.post("/twilio/sms", sms_form(PARENT, body))
            assert response.status == 503
            assert "not kept yet" in await response.text()
        response = await line.post("/twilio/status", {"MessageSid": "SM1", "MessageStatus": "sent"})
        assert response.status == 503
        await wire.mend()
        assert await line.text(PARENT, "bus") != []


async def test_who_wants_to_join_is_kept_while_the_database_is_away_and_the_log_says_so_once(wire: Wire) -> None:
    async with open_pool(wire.address, size=2) as pool, texting(pool) as line:
        await line.text(STRANGER, "100234")
        await wire.cut()
        with capture_logs() as logs:
            asking = asyncio.create_task(
                keep_asking_families(pool, line.clock, lambda: ZONE, after_seconds=(0.01, 0.02))
            )
            await asyncio.sleep(0.2)
            await wire.mend()
            for _ in range(500):
                await asyncio.sleep(0.02)
                if [entry["event"] for entry in logs][-1:] == ["work goes on: the database is back"]:
                    break
            asking.cancel()
            await asyncio.wait([asking])
        assert [entry["event"] for entry in logs] == [
            "work waits: database not reachable",
            "work goes on: the database is back",
        ]
        assert await pool.fetchval("select count(*) from outbox where facts ->> 'message' = 'consent-question'") == 1


async def test_every_caller_hears_the_same_apology(wire: Wire) -> None:
    async with open_pool(wire.address, size=2) as pool, texting(pool) as line:
        await wire.cut()
        heard = {await line.call(phone, "TN-Validation-Passed-A") for phone in (PARENT, STRANGER)}
        assert len(heard) == 1
        assert b"Sorry, we cannot look that up right now." in heard.pop()
        await wire.mend()


async def test_a_failed_inquiry_keeps_nothing_and_the_next_try_is_answered(pool: Pool) -> None:
    async with texting(pool) as line:
        form = sms_form(PARENT, "bus")
        await pool.execute("alter table access_log add constraint never check (false)")
        response = await line.post("/twilio/sms", form)
        assert response.status == 500
        assert await pool.fetchval("select count(*) from inquiry") == 0
        assert await pool.fetchval("select count(*) from conversation") == 0
        await pool.execute("alter table access_log drop constraint never")
        assert replies(await (await line.post("/twilio/sms", form)).read())[0].startswith("100234, 100235: Bus 47")
    assert await pool.fetchval("select count(*) from access_log") == 2


async def test_the_log_follows_a_phone_without_naming_it_or_any_student(pool: Pool) -> None:
    structlog.reset_defaults()
    async with texting(pool) as line:
        with capture_logs() as logs:
            await line.text(PARENT, "100234")
            await line.text(PARENT, "100777")
            await line.text(STRANGER, "100234")
            await line.call(PARENT, "TN-Validation-Passed-A")
            await line.post("/twilio/sms", sms_form(PARENT, "bus"), signed=False)
    said = repr(logs)
    assert not any(clear in said for clear in ("6175550", "100234", "100235", "100777", "Mia", "C1"))
    inquiries = [entry for entry in logs if entry["event"] == "inquiry"]
    assert [entry["outcome"] for entry in inquiries] == ["answered", "not_linked", "not_linked", "answered"]
    assert inquiries[0]["phone"] == inquiries[1]["phone"] == inquiries[3]["phone"] != inquiries[2]["phone"]
