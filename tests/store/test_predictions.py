"""Predictions and promises kept, read back beside what the buses did, and the scores made of them, in PostgreSQL."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from busline.accuracy.nightly import Predictor, Promises, score_day
from busline.accuracy.sampler import Sampler
from busline.accuracy.sampling import Sample, planned_runs
from busline.clock import ScaledClock
from busline.eta import Basis, Prediction
from busline.fleet import Fleet, StopVisit
from busline.ids import RunKey
from busline.picture import Picture
from busline.store.ledger import Ledger
from busline.store.pool import DatabaseUnavailableError, Pool
from busline.store.predictions import Predictions
from busline.store.scores import RouteScore, Scores
from busline.tracking.tracker import Step
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable, make_visit

RUN, NEVER = make_run("R1"), make_run("R2", block=None)
TIMETABLE = make_timetable([RUN, NEVER])
NIGHT = at("2:30", MONDAY + timedelta(days=1))
MADE = at("7:03")


def sample(run_id: str = "R1", index: int = 3, made: str = "7:03", *, off_seconds: float = 0.0) -> Sample:
    run = TIMETABLE.runs[RUN.run_id if run_id == "R1" else NEVER.run_id]
    p50 = TIMETABLE.planned_arrival(MONDAY, run, index) + timedelta(seconds=off_seconds)
    return Sample(
        key=RunKey(MONDAY, run.run_id),
        call_index=index,
        stop_sequence=index + 1,
        stop_id=run.pattern.stop_ids[index],
        planned_at=TIMETABLE.planned_arrival(MONDAY, run, index),
        lateness_seconds=30.0,
        made_at=at(made),
        prediction=Prediction(
            p10=p50 - timedelta(minutes=1),
            p50=p50,
            p90=p50 + timedelta(minutes=1),
            published=p50 - timedelta(seconds=50),
            be_ready_by=p50 - timedelta(minutes=1),
            basis=Basis.LIVE,
            fix_age_seconds=12.5,
        ),
    )


async def drive(pool: Pool, visits: Sequence[StopVisit], *, distance_m: float = 3_500.0) -> None:
    """The bus of R1 was at these stops, and is seen so far along."""
    progress = make_progress(RUN, seen_at=at("7:08"), distance_m=distance_m)
    await Ledger(pool).record(Step(Fleet(at("7:08")), (), (progress,), tuple(visits), ()))


async def tell(pool: Pool, run_id: str, stop_sequence: int, earliest: str, latest: str) -> None:
    """A family was told a window."""
    await pool.execute(
        "insert into access_log (told_at, channel, contact_id, student_id, answer, window_earliest, window_latest, "
        "service_date, run_id, stop_sequence) values ($1, 'text', 'C1', '100234', 'arriving', $2, $3, $4, $5, $6)",
        at("7:00"),
        at(earliest),
        at(latest),
        MONDAY,
        run_id,
        stop_sequence,
    )


async def test_what_was_kept_comes_back_beside_what_the_bus_did(pool: Pool) -> None:
    predictions = Predictions(pool)
    await predictions.plan(planned_runs(TIMETABLE, MONDAY))
    await predictions.keep([sample(), sample(index=4), sample("R2")])
    await drive(pool, [make_visit(RUN, 3, at("7:06:20"), None)])
    first, second = (await predictions.day(MONDAY)).runs
    assert (first.key, first.route_name, first.next_call) == (RunKey(MONDAY, RUN.run_id), "Route R1", 4)
    assert first.followed_from == at("7:07").timestamp()
    assert first.arrived_at == {3: at("7:06:20").timestamp()}
    assert sorted(zip(first.call.tolist(), first.p50.tolist(), strict=True)) == [
        (3, at("7:06").timestamp()),
        (4, at("7:08").timestamp()),
    ]
    assert first.lateness_seconds.tolist() == [30, 30]
    assert set(first.made_at.tolist()) == {MADE.timestamp()}
    assert (second.followed_from, second.next_call, second.arrived_at) == (None, 0, {})
    assert second.published.tolist() == [(at("7:06") - timedelta(seconds=50)).timestamp()]


async def test_the_same_moment_kept_twice_is_there_once_and_the_first_stands(pool: Pool) -> None:
    predictions = Predictions(pool)
    await predictions.keep([sample()])
    await predictions.keep([sample(off_seconds=60), sample(made="7:04")])
    rows = await pool.fetch("select made_at, p50 from prediction order by made_at")
    assert [(row["made_at"], row["p50"]) for row in rows] == [(MADE, at("7:06")), (at("7:04"), at("7:06"))]


async def test_a_later_version_of_the_plan_adds_runs_and_changes_none(pool: Pool) -> None:
    predictions = Predictions(pool)
    runs = planned_runs(TIMETABLE, MONDAY)
    await predictions.plan([replace(runs[0], measured=False)])
    await predictions.plan(runs)
    assert await predictions.measured(MONDAY) == [RunKey(MONDAY, NEVER.run_id)]


async def test_windows_are_held_against_the_visit_of_their_own_call(pool: Pool) -> None:
    predictions = Predictions(pool)
    await predictions.plan(planned_runs(TIMETABLE, MONDAY))
    await drive(pool, [make_visit(RUN, 3, at("7:06:20"), None)])
    await tell(pool, "R1", 4, "7:05", "7:08")  # held
    await tell(pool, "R1", 4, "7:08", "7:12")  # missed
    await tell(pool, "R1", 3, "7:03", "7:06")  # went by unseen
    await tell(pool, "R1", 5, "7:07", "7:10")  # never came
    await tell(pool, "gone", 1, "7:07", "7:10")  # of a run that no plan had
    day = await predictions.day(MONDAY)
    assert [window.route_name for window in day.windows] == ["Route R1"] * 4 + [""]
    (district, *routes) = score_day(day, NIGHT)
    assert district.promises == Promises(told=5, held=1, early=1, missed=1, never=2, unknown=1)
    assert [(route.route_name, route.promises.told) for route in routes] == [("Route R1", 4), ("Route R2", 0)]


async def test_scores_are_kept_and_made_again_in_place(pool: Pool) -> None:
    predictions, scores = Predictions(pool), Scores(pool)
    await predictions.plan(planned_runs(TIMETABLE, MONDAY))
    await predictions.keep([sample(), sample("R2")])
    assert await predictions.unscored(MONDAY + timedelta(days=1)) == [MONDAY]
    assert await predictions.unscored(MONDAY) == []
    await scores.keep(score_day(await predictions.day(MONDAY), NIGHT), NIGHT)
    assert await predictions.unscored(MONDAY + timedelta(days=1)) == []
    (before,) = await scores.days(MONDAY, MONDAY)
    assert before.ours is not None
    assert (before.ours.phantom_percent, before.ours.benchmark_percent, before.complete_percent) == (100, None, None)

    await drive(pool, [make_visit(RUN, 3, at("7:06:20"), None)])
    groups = score_day(await predictions.day(MONDAY), NIGHT)
    await scores.keep(groups, NIGHT)
    (after,) = await scores.days(MONDAY - timedelta(days=3), MONDAY + timedelta(days=3))
    assert after.ours is not None
    assert after.plan is not None
    assert after.delay is not None
    assert (after.runs_measured, after.runs_predicted) == (2, 2)
    assert (after.ours.predictions, after.ours.phantom_percent) == (2, 50)
    assert after.ours.benchmark_percent == groups[0].scores[Predictor.BUSLINE].benchmark.percent == 100
    assert (after.ours.mean_absolute_seconds, after.plan.mean_absolute_seconds) == (20, 20)
    assert after.delay.mean_absolute_seconds == 10
    assert (after.ours.coverage_percent, after.plan.coverage_percent) == (100, None)
    assert await pool.fetchval("select count(*) from score_day where route_name = 'Route R1'") == 3


async def test_a_day_on_which_nothing_came_of_anything_is_scored_all_the_same(pool: Pool) -> None:
    predictions, scores = Predictions(pool), Scores(pool)
    await predictions.plan(planned_runs(TIMETABLE, MONDAY))
    await scores.keep(score_day(await predictions.day(MONDAY), NIGHT), NIGHT)
    (day,) = await scores.days(MONDAY, MONDAY)
    assert (day.ours, day.plan, day.runs_measured, day.runs_predicted) == (None, None, 2, 0)
    assert await predictions.unscored(date(2026, 12, 1)) == []


async def test_old_predictions_go_day_by_day_and_scores_stay(pool: Pool) -> None:
    predictions, scores = Predictions(pool), Scores(pool)
    await predictions.plan(planned_runs(TIMETABLE, MONDAY))
    await predictions.keep([sample()])
    await scores.keep(score_day(await predictions.day(MONDAY), NIGHT), NIGHT)
    assert await predictions.drop_before(MONDAY) == []
    assert await predictions.drop_before(MONDAY + timedelta(days=1)) == [MONDAY]
    assert (await predictions.day(MONDAY)).runs == []
    assert len(await scores.days(MONDAY, MONDAY)) == 1
    await predictions.keep([sample()])  # the partition is made again where it is needed


async def test_a_replay_begins_with_what_was_predicted_after_its_moment_forgotten(pool: Pool) -> None:
    predictions = Predictions(pool)
    await predictions.keep([sample(made="7:03"), sample(made="7:04")])
    await predictions.rewind(at("7:03"))
    assert await pool.fetchval("select count(*) from prediction") == 1


async def test_the_sampler_keeps_what_an_answer_would_rest_on_and_what_is_foreseen_of_runs_that_wait(
    pool: Pool,
) -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500.0)
    waiting = make_progress(NEVER, seen_at=at("7:03"), distance_m=0.0, under_way=False)
    fleet = Fleet(at("7:03"), progress={progress.key: progress, waiting.key: waiting})
    picture = Picture(TIMETABLE, fleet)
    sampler = Sampler(Predictions(pool), lambda: picture, ScaledClock(at("7:03")))
    assert await sampler.sample(MADE) == 4 + 6
    assert await sampler.sample(MADE) == 4 + 6
    foreseen = await pool.fetch("select * from prediction where basis = 'before_start' order by call_index")
    assert [(row["run_id"], row["call_index"]) for row in foreseen] == [("R2", index) for index in range(6)]
    assert all(row["be_ready_by"] <= row["p10"] for row in foreseen)
    rows = await pool.fetch("select * from prediction where basis <> 'before_start' order by call_index")
    assert [(row["run_id"], row["stop_sequence"]) for row in rows] == [("R1", 3), ("R1", 4), ("R1", 5), ("R1", 6)]
    expected = picture.predict(RUN, MONDAY, progress, 3, MADE)
    assert isinstance(expected, Prediction)
    assert (rows[1]["p10"], rows[1]["p90"], rows[1]["basis"]) == (expected.p10, expected.p90, "live")
    assert (rows[1]["stop_id"], rows[1]["planned_at"]) == ("S3", at("7:06"))


class QuickClock:
    """A minute of it takes hardly any time; it never goes back."""

    def __init__(self, start: datetime) -> None:
        self.at = start

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.01)
        self.at += timedelta(seconds=seconds + 0.2)


class AwayAtFirst(Predictions):
    """The database is away for the first two minutes."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.tries = 0
        self.five = asyncio.Event()

    async def keep(self, samples: Sequence[Sample]) -> None:
        self.tries += 1
        if self.tries == 5:
            self.five.set()
        if self.tries <= 2:
            raise DatabaseUnavailableError("away")
        await super().keep(samples)


async def test_the_sampler_samples_on_the_minute_and_goes_on_after_the_database_was_away(pool: Pool) -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500.0)
    picture = Picture(TIMETABLE, Fleet(at("7:03"), progress={progress.key: progress}))
    predictions = AwayAtFirst(pool)
    sampling = asyncio.create_task(Sampler(predictions, lambda: picture, QuickClock(at("7:02:13"))).run())
    async with asyncio.timeout(20):
        await predictions.five.wait()
    sampling.cancel()
    await asyncio.gather(sampling, return_exceptions=True)
    rows = await pool.fetch("select distinct made_at from prediction order by made_at")
    assert [row["made_at"] for row in rows][:2] == [at("7:05"), at("7:06")]


async def test_without_a_plan_the_sampler_waits(pool: Pool) -> None:
    assert await Sampler(Predictions(pool), lambda: None, ScaledClock(at("7:03"))).sample(MADE) == 0


async def test_the_weakest_routes_come_first_and_those_with_little_to_go_by_not_at_all(pool: Pool) -> None:
    for day, route, predictions, benchmark, bias in (
        (MONDAY, "", 9_000, 50.0, 0.0),
        (MONDAY, "Good", 1_000, 95.0, 5.0),
        (MONDAY, "Bad", 1_000, 60.0, 90.0),
        (MONDAY + timedelta(days=1), "Bad", 3_000, 80.0, 10.0),
        (MONDAY, "New", 20, 10.0, 0.0),
        (MONDAY, "Silent", 1_000, None, None),
        (MONDAY + timedelta(days=9), "Later", 1_000, 5.0, 0.0),
    ):
        await pool.execute(
            "insert into score_day (service_date, route_name, predictor, predictions, runs, benchmark_percent, "
            "bias_seconds, computed_at) values ($1, $2, 'busline', $3, 4, $4, $5, $6)",
            *(day, route, predictions, benchmark, bias, NIGHT),
        )
    weakest = await Scores(pool).weakest_routes(MONDAY, MONDAY + timedelta(days=6))
    assert weakest == [RouteScore("Bad", 2, 4_000, 75.0, 30.0), RouteScore("Good", 1, 1_000, 95.0, 5.0)]
    assert len(await Scores(pool).weakest_routes(MONDAY, MONDAY, at_most=1)) == 1
