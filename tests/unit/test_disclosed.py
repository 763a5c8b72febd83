"""What the access log keeps of an answer: what it rested on, and every time that was told."""

import pytest

from busline.answer import Answer, Bus
from busline.ids import CallKey, RunKey, StudentId, VehicleId
from busline.people import Leg
from sms.conversation.reply import Told
from sms.disclosed import Basis, disclosed
from tests.builders import MONDAY, at, make_run
from tests.unit.test_text import every_answer

CALL = CallKey(RunKey(MONDAY, make_run().run_id), 4)
BUS = Bus(VehicleId("47"))
ANSWERS = every_answer(Leg.TO_SCHOOL, BUS, at("7:02"), earliest=at("7:05"), latest=at("7:09"))
LIVE = {"arriving", "running_late", "at_stop"}
WITH_WINDOW = {"arriving", "running_late", "last_seen"}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_only_what_a_fresh_fix_bears_is_live_and_only_windows_are_kept_as_windows(answer: Answer) -> None:
    row = disclosed(Told(StudentId("100234"), answer, CALL))
    assert (row.basis is Basis.LIVE) == (row.answer in LIVE)
    assert (row.window is not None) == (row.answer in WITH_WINDOW)
    assert (row.service_date, row.run_id, row.stop_sequence) == (MONDAY, "R1", 4)
    if row.basis is Basis.LIVE:
        assert row.fix_at is not None


def test_an_answer_about_no_ride_is_kept_without_a_call() -> None:
    row = disclosed(Told(StudentId("100234"), ANSWERS[-1]))
    assert (row.answer, row.basis) == ("not_riding_today", Basis.NONE)
    assert (row.run_id, row.stop_sequence, row.service_date) == (None, None, None)
