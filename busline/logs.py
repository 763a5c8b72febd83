"""One log for everything, ours and the libraries': JSON lines for machines, or aligned lines for people.

What is logged never names a person: phones and student IDs appear only as tags (`busline/masking.py`).
"""

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import ExcInfo, Processor

from busline.environment import Secret
from busline.masking import without_numbers
from busline.settings import LogFormat, Settings

_NOISY = ("aiohttp.access", "asyncio", "apscheduler", "twilio.http_client", "urllib3")
"""Libraries that log whole requests, with addresses and bodies in them, below WARNING."""
_ROW = re.compile(
    r"\n[ |]*DETAIL:  .*?(?=\n[ |]*\n[ |]*(?:The above exception|During handling)|\n[ |]*HINT:|\n[ |]*\+-|\Z)",
    re.DOTALL,
)
"""With a refused row PostgreSQL tells what stands in it, whole: a phone, a name, what a family wrote."""


def configure_logging(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging to one stream (standard error), in one form. Repeatable."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _hide_secrets,
    ]
    out = stream or sys.stderr
    ending: list[Processor]
    match settings.log_format:
        case LogFormat.JSON:
            ending = [structlog.processors.ExceptionRenderer(_traceback), structlog.processors.JSONRenderer()]
        case LogFormat.CONSOLE:
            # The plain traceback: the fancy one prints local variables, and with them phones and students.
            ending = [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=_write_traceback)]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _tell_of_crash


def _traceback(exc_info: ExcInfo) -> str:
    """Python's own traceback, without what PostgreSQL tells of rows and without numbers of people."""
    return without_numbers(_ROW.sub("\nDETAIL:  ...", "".join(traceback.format_exception(*exc_info)).rstrip("\n")))


def _tell_of_crash(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """What ends the process stands in the same log, in the same form: Python itself would tell of whole rows."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, fault, trace)
        return
    structlog.get_logger(__name__).critical("the process ends: nothing foresaw this", exc_info=(kind, fault, trace))


def _write_traceback(out: TextIO, fault: ExcInfo) -> None:
    out.write("\n" + _traceback(fault))


def _hide_secrets(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A renderer that does not know `Secret` may look inside it; so it never gets one."""
    for key, value in event.items():
        if isinstance(value, Secret):
            event[key] = "Secret(...)"
    return event
