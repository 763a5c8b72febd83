"""`busline score`: what the night does, by hand and in words."""

from datetime import date
from pathlib import Path

import pytest

from busline.accuracy.sampling import planned_runs
from busline.app.database import Refused, store
from busline.app.nightly import score
from busline.fleet import Fleet
from busline.settings import Settings, read_settings
from busline.store.ledger import Ledger
from busline.store.plans import save_plan
from busline.store.predictions import Predictions
from busline.tracking.tracker import Step
from tests.builders import MONDAY, at, make_progress, make_visit
from tests.store.test_predictions import RUN, TIMETABLE, sample, tell


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    tmp_path.chmod(0o711)
    return read_settings({"BUSLINE_DATA_DIR": str(tmp_path / "data")})


async def test_it_says_how_good_a_day_was_and_refuses_one_that_was_not_measured(settings: Settings) -> None:
    said: list[str] = []
    async with store(settings) as pool:
        with pytest.raises(Refused, match="No plan is loaded"):
            await score(settings, MONDAY, said.append)
        await save_plan(pool, TIMETABLE, "a" * 64, "test", at("6:00"))
        with pytest.raises(Refused, match="Nothing was measured on 2026-10-05"):
            await score(settings, MONDAY, said.append)
        await Predictions(pool).plan(planned_runs(TIMETABLE, MONDAY))
        await Predictions(pool).keep([sample(), sample("R2")])
        progress = make_progress(RUN, seen_at=at("7:08"), distance_m=3_500.0)
        visit = make_visit(RUN, 3, at("7:06:20"), None)
        await Ledger(pool).record(Step(Fleet(at("7:08")), (), (progress,), (visit,), ()))
        await tell(pool, "R1", 4, "7:05", "7:08")
        await tell(pool, "R1", 4, "7:08", "7:12")
        assert await score(settings, date(2026, 10, 5), said.append) == 0
    (words,) = said
    assert words.startswith("Monday 5 October 2026: 2 of 2 measured runs were predicted, on 2 routes.")
    assert "Busline                     100.0%" in words
    assert "delay propagation" in words
    assert words.endswith("Windows told to families: 2; held: 1, 50 % of those that are known.")
