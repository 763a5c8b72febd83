"""Once a minute of the district's time: what is being predicted goes into the database, to be scored at night."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta

from busline.accuracy.held_speed import HeldSpeed
from busline.accuracy.sampling import Sample, planned_runs, sample_before_start, sample_run
from busline.clock import Clock
from busline.ids import PlanId, RunKey
from busline.picture import Picture
from busline.steady import keep_doing
from busline.store.predictions import Predictions

RUNS_AT_ONCE = 5
"""Some 50 predictions, a few milliseconds: nobody who texts meanwhile waits longer."""


class Sampler:
    """Samples the predictions of the picture, on the minute: two processes on one database sample the same moments."""

    def __init__(self, predictions: Predictions, picture: Callable[[], Picture | None], clock: Clock) -> None:
        self._predictions = predictions
        self._picture = picture
        self._clock = clock
        self._measured: dict[tuple[PlanId, date], frozenset[RunKey]] = {}
        self._held = HeldSpeed()

    async def run(self) -> None:
        """Never returns. A minute in which the database is away is lost, and counts as incomplete."""

        async def on_the_minute() -> bool:
            now = self._clock.now()
            minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
            await self._clock.sleep((minute - now).total_seconds())
            await self.sample(minute)
            return True

        await keep_doing("sampling predictions", on_the_minute, pause_seconds=0.0)

    async def sample(self, now: datetime) -> int:
        """Keep what is predicted at a moment; how many predictions that is."""
        picture = self._picture()
        if picture is None:
            return 0
        fleet = picture.fleet
        measured = frozenset[RunKey]().union(
            *[await self._measured_on(picture, service_date) for service_date in picture.service_dates(now)]
        )
        self._held.forget_all_but(measured)
        samples: list[Sample] = []
        for number, key in enumerate(measured):
            if number % RUNS_AT_ONCE == 0:
                await asyncio.sleep(0)
            progress = fleet.progress.get(key)
            if progress is None or (progress.started_at is None and progress.ended_at is None):
                samples += sample_before_start(picture.timetable, key, picture.foresee, now)
            else:
                samples += sample_run(picture.timetable, progress, picture.predict, self._held, now)
        if samples:
            await self._predictions.keep(samples)
        return len(samples)

    async def _measured_on(self, picture: Picture, service_date: date) -> frozenset[RunKey]:
        """The runs to sample; the plan of a day is kept the first time it is asked for."""
        version = (picture.timetable.plan_id, service_date)
        if version not in self._measured:
            await self._predictions.plan(await asyncio.to_thread(planned_runs, picture.timetable, service_date))
            # What is kept counts: an earlier version of the plan may have chosen before.
            chosen = frozenset(await self._predictions.measured(service_date))
            recent = service_date - timedelta(days=1)
            self._measured = {one: runs for one, runs in self._measured.items() if one[1] >= recent} | {version: chosen}
        return self._measured[version]
