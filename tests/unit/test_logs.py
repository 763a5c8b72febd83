"""One log for everything, and no secret in it."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace

import asyncpg
import pytest
import structlog

from busline.environment import Secret
from busline.logs import configure_logging
from busline.settings import LogFormat, read_settings
from busline.store.pool import Pool

SETTINGS = read_settings({})


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, sys.excepthook
    yield
    sys.excepthook = hook
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_our_lines_and_the_libraries_come_out_alike() -> None:
    out = io.StringIO()
    configure_logging(SETTINGS, stream=out)
    structlog.get_logger("busline.here").info("bus seen", vehicles=3)
    logging.getLogger("some.library").warning("odd %s", "thing", extra={"vehicles": 4})
    ours, theirs = (json.loads(line) for line in out.getvalue().splitlines())
    assert (ours["event"], ours["vehicles"], ours["level"], ours["logger"]) == ("bus seen", 3, "info", "busline.here")
    assert (theirs["event"], theirs["vehicles"], theirs["level"]) == ("odd thing", 4, "warning")
    assert ours["timestamp"].endswith("Z")


def test_a_failure_is_one_line_with_its_traceback() -> None:
    out = io.StringIO()
    configure_logging(SETTINGS, stream=out)
    try:
        raise KeyError("gone")
    except KeyError:
        structlog.get_logger("x").exception("failed")
    (line,) = out.getvalue().splitlines()
    assert "KeyError: 'gone'" in json.loads(line)["exception"]


def test_what_ends_the_process_stands_in_the_log_too() -> None:
    out = io.StringIO()
    configure_logging(SETTINGS, stream=out)
    sys.excepthook(ValueError, ValueError("no such student: 100234"), None)
    (line,) = out.getvalue().splitlines()
    assert json.loads(line)["level"] == "critical"
    assert json.loads(line)["exception"] == "ValueError: no such student: ..."


@pytest.mark.parametrize("log_format", list(LogFormat))
def test_a_traceback_shows_no_local_variables(log_format: LogFormat) -> None:
    out = io.StringIO()
    configure_logging(replace(SETTINGS, log_format=log_format), stream=out)
    phone = "+16175550100"
    try:
        raise KeyError(len(phone))
    except KeyError:
        structlog.get_logger("x").exception("failed")
    assert "KeyError" in out.getvalue()
    assert phone not in out.getvalue().replace(f'phone = "{phone}"', "")


@pytest.mark.parametrize("log_format", list(LogFormat))
async def test_a_refused_row_is_not_told_however_the_failure_comes(log_format: LogFormat, pool: Pool) -> None:
    out = io.StringIO()
    configure_logging(replace(SETTINGS, log_format=log_format), stream=out)
    log = structlog.get_logger("x")
    await pool.execute("create table pupil (id text primary key, name text, words text check (words <> ''))")
    row = "insert into pupil values ('+16175550100', 'Mia Lopez', $1)"
    await pool.execute(row, "two\nlines")
    for words in ("again\n\nHINT", ""):
        try:
            await pool.execute(row, words)
        except asyncpg.IntegrityConstraintViolationError as refused:
            log.exception("failed")
            try:
                raise ExceptionGroup("both", [refused, KeyError("Student 100234")]) from refused
            except ExceptionGroup:
                log.exception("failed together")
    told = out.getvalue()
    assert "UniqueViolationError" in told
    assert "CheckViolationError" in told
    assert "KeyError" in told
    for private in ("6175550100", "Mia", "Lopez", "two", "again", "100234"):
        assert private not in told


@pytest.mark.parametrize("log_format", list(LogFormat))
def test_a_secret_is_never_written(log_format: LogFormat) -> None:
    out = io.StringIO()
    configure_logging(replace(SETTINGS, log_format=log_format), stream=out)
    structlog.get_logger("x").info("connecting", key=Secret("hunter2"), settings={"token": Secret("hunter2")})
    assert "connecting" in out.getvalue()
    assert "hunter2" not in out.getvalue()


def test_lines_below_the_level_and_libraries_that_log_requests_are_silent() -> None:
    out = io.StringIO()
    configure_logging(replace(SETTINGS, log_level="WARNING"), stream=out)
    structlog.get_logger("x").info("not this")
    configure_logging(SETTINGS, stream=out)
    logging.getLogger("twilio.http_client").info("POST https://api.twilio.com +16175550100")
    assert out.getvalue() == ""


def test_setting_up_twice_does_not_double_the_lines() -> None:
    out = io.StringIO()
    configure_logging(SETTINGS, stream=out)
    configure_logging(SETTINGS, stream=out)
    structlog.get_logger("x").info("once")
    assert len(out.getvalue().splitlines()) == 1
