"""The columns that say who may be concerned hold nobody back: with and without them the same is told."""

import random

import pytest

from busline.fleet import Assignment, AssignmentSource, NoticeKind, RunNotice
from busline.ids import RunKey, VehicleId
from busline.store.ledger import Ledger
from busline.store.pool import Pool
from notifier.watching.concern import Concern
from tests.builders import MONDAY, at, make_run
from tests.waiting_families import WaitingMorning

RUNS = (make_run("R1", stops=16), make_run("R2", stops=16, bus="48"), make_run("R3", stops=16, bus="49", start="7:30"))


class Everybody(Concern):
    """Lets everybody through."""

    def concerned(self, *arguments: object, **more: object) -> list[int]:
        rows = arguments[2]
        assert isinstance(rows, slice)
        return list(range(rows.start, min(rows.stop, len(self._told_near))))


async def live_through(morning: WaitingMorning, seed: int) -> list[tuple[object, ...]]:
    """A morning in which anything may happen: jams, silence, another bus, a feed that is away, the word of staff."""
    chance = random.Random(seed)
    ledger = Ledger(morning.pool)
    metres = {"47": -2_000.0, "48": 0.0, "49": -9_000.0}
    pace = dict.fromkeys(metres, 8.0)
    runs = {"47": "R1", "48": "R2", "49": "R3"}
    silent: set[str] = set()
    away = 0
    while morning.at < at("8:10"):
        for bus in metres:
            if chance.random() < 0.02:
                pace[bus] = chance.choice([0.0, 0.0, 3.0, 8.0, 16.0])
            if chance.random() < 0.01:
                silent ^= {bus}
            metres[bus] += pace[bus] * 10
        if chance.random() < 0.004:
            # Another bus takes over a run.
            swapped = chance.choice(sorted(metres))
            other = str(chance.randint(60, 62))
            if other not in metres:
                for of in (metres, pace):
                    of[other] = of.pop(swapped)
                runs[other] = runs.pop(swapped)
        if chance.random() < 0.02:
            key = RunKey(MONDAY, chance.choice(RUNS).run_id)
            match chance.randint(0, 2):
                case 0:
                    await ledger.say(RunNotice(key, chance.choice([*NoticeKind]), "", morning.at), "maria")
                case 1:
                    await ledger.clear(key, "maria", morning.at)
                case _:
                    said = Assignment(key, VehicleId(str(chance.randint(70, 72))), AssignmentSource.STAFF, morning.at)
                    await ledger.assign(said, "maria")
            await morning.live.look_again(morning.at)
        away = away - 1 if away else (40 if chance.random() < 0.002 else 0)
        if away and morning.live.picture.fleet.feeds:
            await morning.see_nothing()
        else:
            await morning.see({bus: (runs[bus], metres[bus]) for bus in metres if bus not in silent})
    rows = await morning.pool.fetch("select dedupe_key, kind, created_at, true_since, expires_at, facts from outbox")
    return sorted(tuple(row) for row in rows)


async def begin(pool: Pool, seed: int) -> WaitingMorning:
    chance = random.Random(seed)
    morning = await WaitingMorning.begin(pool, RUNS)
    for number in range(24):
        phone = f"+1617555{1_000 + number}"
        leg = chance.choice(["to_school", "from_school"])
        await morning.families((phone, f"{100_000 + number}", RUNS[number % 3], chance.randint(1, 15)), leg=leg)
        await morning.wish(
            phone,
            approaching=chance.random() < 0.7,
            minutes=chance.choice([5, 10, 20]),
            late_minutes=chance.choice([None, 5, 20]),
            arrivals=chance.random() < 0.7,
        )
    return morning


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_with_and_without_the_columns_the_same_is_told(
    pool: Pool, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    morning = await begin(pool, seed)
    told = await live_through(morning, seed)
    await pool.execute("delete from outbox")
    monkeypatch.setattr("notifier.watching.watch.Concern", Everybody)
    again = await morning.again(RUNS)
    assert await live_through(again, seed) == told
    assert len({kind for _, kind, *_ in told}) >= 4, "a morning in which hardly anything happens proves nothing"
