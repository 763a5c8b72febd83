"""Small plots as inline SVG: no script, no fonts, no network. Colours come from the page's style sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

Point = tuple[float, float]

WIDTH, HEIGHT = 520, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 26, 14, 40


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a plot: what it shows, from where to where, and its ticks as (value, label)."""

    title: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Plot:
    """Points in data coordinates; each layer is drawn over those before."""

    x: Axis
    y: Axis
    alt: str
    """What a person who cannot see it should know."""
    lines: Mapping[str, Sequence[Point]]
    """By series class (`s0` to `s3`, `plan`, `guide`)."""
    dots: Mapping[str, Sequence[Point]] | None = None
    bars: Sequence[tuple[float, float, float]] = ()
    """Horizontal: from x, to x, at y."""

    def svg(self) -> str:
        """The figure as one svg element."""
        layers = [self._frame()]
        for from_x, to_x, at_y in self.bars:
            x1, x2, y = self._x(from_x), self._x(to_x), self._y(at_y)
            layers.append(f'<line class="bar" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        for name, points in self.lines.items():
            way = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in points)
            layers.append(f'<polyline class="line {name}" points="{way}"/>')
        for name, points in (self.dots or {}).items():
            layers += [
                f'<circle class="dot {name}" cx="{self._x(x):.1f}" cy="{self._y(y):.1f}" r="3"/>' for x, y in points
            ]
        return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.alt)}">{"".join(layers)}</svg>'

    def _frame(self) -> str:
        base, end = HEIGHT - BOTTOM, WIDTH - RIGHT
        parts = []
        for value, label in self.y.ticks:
            y = self._y(value)
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{end}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text class="tick end" x="{LEFT - 6}" y="{y + 4:.1f}">{escape(label)}</text>')
        for value, label in self.x.ticks:
            x = self._x(value)
            parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{base}"/>')
            parts.append(f'<text class="tick mid" x="{x:.1f}" y="{base + 16}">{escape(label)}</text>')
        parts.append(
            f'<text class="title mid" x="{(LEFT + end) / 2:.0f}" y="{HEIGHT - 6}">{escape(self.x.title)}</text>'
        )
        middle = (TOP + base) / 2
        parts.append(
            f'<text class="title mid" transform="translate(13 {middle:.0f}) rotate(-90)">{escape(self.y.title)}</text>'
        )
        return "".join(parts)

    def _x(self, value: float) -> float:
        share = (value - self.x.low) / max(self.x.high - self.x.low, 1e-9)
        return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)

    def _y(self, value: float) -> float:
        share = (value - self.y.low) / max(self.y.high - self.y.low, 1e-9)
        return HEIGHT - BOTTOM - min(max(share, 0.0), 1.0) * (HEIGHT - BOTTOM - TOP)


def round_ticks(low: float, high: float, about: int = 5) -> list[tuple[float, str]]:
    """Ticks at round values between two bounds."""
    span = max(high - low, 1e-9)
    step = 10.0 ** len(str(int(span)))
    for divisor in (1, 2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2):
        if span / step >= about - 1:
            break
        step /= divisor
    first = int(low / step) if low >= 0 else int(low / step) - 1
    values = [step * index for index in range(first, first + 2 + int(span / step) + 1)]
    return [(value, f"{value:g}") for value in values if low - 1e-9 <= value <= high + 1e-9]
