"""Service and database are killed with alerts flowing: the battery of `make kills`, at its smallest."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.kills import Battle, Outcome, fight
from sms.standin import Carrier

ERRS_A_LITTLE = Carrier(
    callback_copies=2,
    callbacks_in_order=False,
    callback_delay_seconds=6.0,
    too_busy=0.02,
    broken_answers=0.03,
    answers_lost=0.02,
)
"""Its reports come late, so that most of those that a killed service would have got reach the next one. Nothing that
takes half a minute to find out: `make kills` has all that."""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the database's user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="busline-kills-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def test_four_kills_lose_no_alert_and_double_none(home: Path) -> None:
    battle = Battle(
        kills=4,
        seed=4,
        cycle_seconds=30.0,
        knows_after_seconds=15.0,
        heard_after_seconds=16.0,
        drain_seconds=5.0,
        carrier=ERRS_A_LITTLE,
    )
    outcome = await fight(battle, home)
    assert complaints(outcome) == []
    assert sum(outcome.kills.values()) == 4
    assert len(outcome.lives.ready_seconds) >= 2, "no kill hit the service"
    assert outcome.alerts >= outcome.verdict.had_to_be_told * 0.5 > 0
    assert outcome.lives.ended_running == 0
    assert outcome.flowed_to_the_end


def complaints(outcome: Outcome) -> list[str]:
    verdict = outcome.verdict
    return [*verdict.lost, *verdict.doubled, *verdict.uncalled_for, *verdict.untracked]
