"""By when a family can expect an answer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from busline.cases.departments import WorkingTime, promised_by

BOSTON = ZoneInfo("America/New_York")
OFFICE = WorkingTime(480, 1020, 31, expected_minutes=240, urgent_minutes=30)
"""Monday to Friday, 8:00 to 17:00; four hours."""


def on(day: str, time: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=BOSTON)


@pytest.mark.parametrize(
    ("asked", "promised", "why"),
    [
        (("2026-10-06", "09:00"), ("2026-10-06", "13:00"), "the same day"),
        (("2026-10-06", "06:10"), ("2026-10-06", "12:00"), "before the doors open, from when they do"),
        (("2026-10-06", "15:00"), ("2026-10-07", "10:00"), "what is left goes on the next morning"),
        (("2026-10-06", "13:00"), ("2026-10-06", "17:00"), "to the very minute of closing"),
        (("2026-10-09", "16:00"), ("2026-10-12", "11:00"), "over a week-end"),
        (("2026-10-10", "11:00"), ("2026-10-12", "12:00"), "asked on a Saturday"),
        (("2026-10-30", "16:00"), ("2026-11-02", "11:00"), "the clocks change on the Sunday between"),
    ],
)
def test_an_answer_is_promised_in_working_time(asked: tuple[str, str], promised: tuple[str, str], why: str) -> None:
    assert promised_by(on(*asked), OFFICE, BOSTON, urgent=False) == on(*promised), why


def test_what_is_urgent_is_promised_sooner_and_never_while_nobody_is_there() -> None:
    assert promised_by(on("2026-10-06", "09:00"), OFFICE, BOSTON, urgent=True) == on("2026-10-06", "09:30")
    assert promised_by(on("2026-10-06", "19:00"), OFFICE, BOSTON, urgent=True) == on("2026-10-07", "08:30")


def test_a_holiday_is_no_working_day() -> None:
    closed = replace(OFFICE, closed_on=frozenset({date(2026, 10, 12)}))
    assert promised_by(on("2026-10-09", "16:00"), closed, BOSTON, urgent=False) == on("2026-10-13", "11:00")


def test_a_department_that_never_closes_counts_every_minute() -> None:
    always = WorkingTime(0, 1440, 127, expected_minutes=60 * 30, urgent_minutes=15)
    assert promised_by(on("2026-10-10", "22:00"), always, BOSTON, urgent=False) == on("2026-10-12", "04:00")
    assert promised_by(on("2026-10-10", "23:50"), always, BOSTON, urgent=True) == on("2026-10-11", "00:05")


def test_the_promise_is_in_utc_whatever_the_zone_it_was_asked_in() -> None:
    asked = on("2026-10-06", "09:00")
    promise = promised_by(asked.astimezone(UTC), OFFICE, BOSTON, urgent=False)
    assert promise == promised_by(asked, OFFICE, BOSTON, urgent=False)
    assert promise.tzinfo is UTC


def test_a_department_that_is_never_open_can_promise_nothing() -> None:
    closed = frozenset(date.fromordinal(date(2026, 10, 1).toordinal() + day) for day in range(500))
    with pytest.raises(ValueError, match="never open"):
        promised_by(on("2026-10-06", "09:00"), replace(OFFICE, closed_on=closed), BOSTON, urgent=False)
