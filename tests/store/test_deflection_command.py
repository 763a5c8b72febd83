"""`busline deflection`: the sums over days, in words, and nothing about groups that are too small."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from busline.app.database import Refused, store
from busline.app.deflecting import deflection
from busline.settings import Settings, read_settings
from busline.store.plans import save_plan
from busline.store.pool import Pool
from tests.builders import at, make_run, make_timetable

KEEP = """
insert into inquiry_fate
    (inquiry_id, service_date, language, school_id, channel, ended, was_right, came_back, begins, is_deflected)
values ($1, $2, $3, $4, 'text', 'answered', $5, false, true, $5)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    tmp_path.chmod(0o711)
    return read_settings({"BUSLINE_DATA_DIR": str(tmp_path / "data")})


async def keep(pool: Pool, day: date, counts: dict[tuple[str, str, bool], int]) -> None:
    number = await pool.fetchval("select count(*) from inquiry_fate")
    for (language, school, settled), count in counts.items():
        for _ in range(count):
            number += 1
            await pool.execute(KEEP, number, day, language, school, settled)


async def test_it_says_what_was_settled_and_keeps_small_groups_to_itself(settings: Settings) -> None:
    said: list[str] = []
    async with store(settings) as pool:
        with pytest.raises(Refused, match="No plan is loaded"):
            await deflection(settings, 28, said.append)
        await save_plan(pool, make_timetable([make_run()]), "a" * 64, "test", at("6:00"))
        with pytest.raises(Refused, match="No family asked anything in the last 28 days"):
            await deflection(settings, 28, said.append)
        await pool.execute("insert into school values ('A', 'Alder', null), ('B', 'Birch', null), ('C', 'Cedar', null)")
        yesterday = datetime.now(UTC).date() - timedelta(days=2)
        await keep(
            pool,
            yesterday,
            {("en", "A", True): 30, ("en", "A", False): 10, ("es", "B", True): 12, ("ht", "C", False): 3},
        )
        await keep(pool, yesterday - timedelta(days=60), {("en", "A", True): 99})
        assert await deflection(settings, 28, said.append) == 0
    words = "\n".join(said)
    assert "The last 28 days: 42 of 55 matters settled (76 %)." in words
    assert "en                           30 of 40 matters settled (75 %)" in words
    assert "Alder                        30 of 40 matters settled (75 %)" in words
    # Three of Cedar alone could be worked out from the whole: so Birch is not told, either.
    for hidden in ("Cedar", "Birch", "12 of 12"):
        assert hidden not in words
    assert words.count("2 more are not told") == 2
