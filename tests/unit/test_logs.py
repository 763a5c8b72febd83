"""One log for everything, and no secret in it."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog

from busline.environment import Secret
from busline.logs import configure_logging
from busline.settings import LogFormat, read_settings

SETTINGS = read_settings({})


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
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
