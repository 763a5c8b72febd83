"""How good the last thirty days were, as a staff page: a few figures, their lines, and every day in a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from aiohttp import web

from busline.board.templates import templates
from busline.board.yardsticks import BUCKETS, HORIZONS, Yardsticks, yardsticks
from busline.picture import Picture
from busline.settings import Settings
from busline.store.scores import Accuracy, DayScore, RouteScore, Scores

DAYS = 30
WIDTH, HEIGHT = 1_000, 100
"""Of a chart's drawing, stretched to the room there is; the stroke is not."""
BAND_GOAL, MISSED_GOAL, COMPLETE_GOAL = 80.0, 1.0, 96.0

Figure = Callable[[DayScore], float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure, day by day."""

    kind: str
    """`ours`, `delay` or `plan`: how it is drawn."""
    name: str
    percent: float | None
    """Over all days, each as heavy as its predictions."""
    path: str
    """SVG path through the days that have the figure."""
    dots: str
    """SVG path of points of no length, which round line ends make visible."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines on one scale."""

    name: str
    title: str
    says: str
    lines: tuple[Line, ...]
    ticks: tuple[int, ...]
    """Percent, from the top of the scale to its foot, evenly apart."""
    goal: float | None = None
    """Percent, where there is one."""
    goal_y: float | None = None

    @property
    def percent(self) -> float | None:
        return self.lines[0].percent


@dataclass(frozen=True, slots=True)
class AccuracyView:
    """The page. `days` is newest first, and empty while no night has been scored."""

    first: date
    last: date
    days: tuple[DayScore, ...]
    routes: tuple[RouteScore, ...]
    """Those that did worst, worst first."""
    charts: tuple[Chart, ...]
    yardsticks: tuple[Yardsticks, ...]
    predictions: int
    held: int
    known: int
    """Windows told whose outcome is known."""


def accuracy_view(scored: Sequence[DayScore], routes: Sequence[RouteScore], today: date) -> AccuracyView:
    """The thirty days before `today`, from the scores of them, oldest first, and the routes that did worst."""
    first = today - timedelta(days=DAYS)

    def line(kind: str, name: str, figure: Figure, weight: Figure, low: float, high: float) -> Line:
        points = [
            (WIDTH * (day.service_date - first).days / (DAYS - 1), _y(percent, low, high))
            for day in scored
            if (percent := figure(day)) is not None
        ]
        return Line(
            kind,
            name,
            _mean(scored, figure, weight),
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else "",
            "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points),
        )

    def chart(name: str, title: str, says: str, figure: Figure, weight: Figure, goal: float | None = None) -> Chart:
        known = [percent for day in scored if (percent := figure(day)) is not None]
        ticks = _ticks([*known, goal] if goal is not None else known)
        drawn = line("ours", title, figure, weight, ticks[-1], ticks[0])
        return Chart(name, title, says, (drawn,), ticks, goal, None if goal is None else _y(goal, ticks[-1], ticks[0]))

    charts = (
        Chart(
            "benchmark",
            "Predictions that were close enough",
            "By the ETA Accuracy Benchmark, for buses up to 15 minutes away. A bus that comes before its time counts "
            "as wrong sooner than one that comes after it. The baselines are scored at the same moments.",
            (
                line("ours", "Busline", lambda day: _of(day.ours, "benchmark_percent"), _predictions, 0, 100),
                line(
                    "delay", "Delay propagation", lambda day: _of(day.delay, "benchmark_percent"), _predictions, 0, 100
                ),
                line("plan", "The plan", lambda day: _of(day.plan, "benchmark_percent"), _predictions, 0, 100),
            ),
            (100, 75, 50, 25, 0),
        ),
        chart(
            "held",
            "Windows that held",
            "Of the times told to families, as “7:05 to 7:11”: the bus came within them.",
            lambda day: day.promises.held_percent,
            lambda day: day.promises.known,
        ),
        chart(
            "missed",
            "Missed the bus",
            "A child at the stop by the time told would have found the bus gone for over a minute.",
            lambda day: _of(day.ours, "missed_percent"),
            _predictions,
            MISSED_GOAL,
        ),
        chart(
            "band",
            "Arrivals within the band",
            "The band should hold 80 of 100: more is too wide to be useful, less promises too much.",
            lambda day: _of(day.ours, "coverage_percent"),
            _predictions,
            BAND_GOAL,
        ),
        chart(
            "complete",
            "Minutes with an answer",
            "Of the half hour before each arrival, once its bus is under way.",
            lambda day: day.complete_percent,
            _predictions,
            COMPLETE_GOAL,
        ),
    )
    return AccuracyView(
        first=first,
        last=today - timedelta(days=1),
        days=tuple(reversed(scored)),
        routes=tuple(routes),
        charts=charts,
        yardsticks=yardsticks(scored),
        predictions=sum(day.ours.predictions for day in scored if day.ours is not None),
        held=sum(day.promises.held for day in scored),
        known=sum(day.promises.known for day in scored),
    )


def _of(accuracy: Accuracy | None, name: str) -> float | None:
    return None if accuracy is None else getattr(accuracy, name)


def _predictions(day: DayScore) -> float:
    return day.ours.predictions if day.ours is not None else 0


def _mean(scored: Sequence[DayScore], figure: Figure, weight: Figure) -> float | None:
    weighed = [(percent, weight(day) or 0.0) for day in scored if (percent := figure(day)) is not None]
    heavy = sum(of_day for _, of_day in weighed)
    return sum(percent * of_day for percent, of_day in weighed) / heavy if heavy else None


def _ticks(known: Sequence[float]) -> tuple[int, ...]:
    """Three round percentages that take all figures in: near nought from nought, near a hundred up to it."""
    low, high = min(known, default=0.0), max(known, default=100.0)
    if high <= 20:
        top = next(top for top in (2, 4, 10, 20) if high <= top)
        return (top, top // 2, 0)
    return next((100, 100 - step, 100 - 2 * step) for step in (10, 20, 50) if low >= 100 - 2 * step)


def _y(percent: float, low: float, high: float) -> float:
    return HEIGHT * (high - percent) / (high - low)


def accuracy_routes(
    scores: Scores, picture: Callable[[], Picture | None], now: Callable[[], datetime], settings: Settings
) -> list[web.RouteDef]:
    """`GET /board/accuracy`. Staff only."""

    async def page(_request: web.Request) -> web.Response:
        shown = picture()
        today = now().astimezone(UTC if shown is None else shown.timetable.timezone).date()
        span = today - timedelta(days=DAYS), today - timedelta(days=1)
        view = accuracy_view(await scores.days(*span), await scores.weakest_routes(*span), today)
        text = (
            templates()
            .get_template("accuracy.html")
            .render(district=settings.district_name, view=view, buckets=BUCKETS, horizons=HORIZONS)
        )
        response = web.Response(text=text, content_type="text/html")
        response.enable_compression()
        return response

    return [web.get("/board/accuracy", page)]
