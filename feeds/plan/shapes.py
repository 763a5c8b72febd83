"""shapes.txt in, the places and distances of each shape out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feeds.plan.problems import Problems
from feeds.plan.table import Table

Array = NDArray[np.float64]

MAX_POINTS = 50_000
"""Of one shape: a point every two metres for 100 km. Snapping takes memory in proportion to stops x points."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A path as the plan draws it, in degrees."""

    lat: Array
    lon: Array
    traveled: Array | None
    """(points,) the plan's own `shape_dist_traveled`, in whatever unit; None where it is not given or useless."""


def read_shapes(table: Table | None, used: Collection[str], problems: Problems) -> Mapping[str, Shape]:
    """The used shapes of at least two points, by id. Points without a place or at (0, 0) are left out with a note."""
    if table is None:
        return {}
    sequence = table.whole_numbers("shape_pt_sequence", problems)
    lat, lon = table.numbers("shape_pt_lat", problems), table.numbers("shape_pt_lon", problems)
    traveled = table.numbers("shape_dist_traveled", problems)
    code_of = {shape_id: code for code, shape_id in enumerate(sorted(used))}
    code = np.array([code_of.get(shape_id, -1) for shape_id in table["shape_id"]], np.int64)
    placed = (np.abs(lat) <= 90) & (np.abs(lon) <= 180) & ~((lat == 0) & (lon == 0)) & (sequence >= 0)
    if left_out := int(np.count_nonzero(~placed & (code >= 0))):
        first = table.lines[int(np.flatnonzero(~placed & (code >= 0))[0])]
        problems.note(table.file, first, f"{left_out:,} points have no place or no sequence and were left out.")
    rows = np.flatnonzero(placed & (code >= 0))
    rows = rows[np.lexsort((sequence[rows], code[rows]))]
    starts = np.flatnonzero(np.diff(code[rows], prepend=-1))
    shape_ids = list(code_of)
    shapes: dict[str, Shape] = {}
    for mine in np.split(rows, starts[1:]):
        if not len(mine):
            continue
        shape_id = shape_ids[int(code[mine[0]])]
        if len(mine) > MAX_POINTS:
            reason = f"shape {shape_id!r} has {len(mine):,} points; a street path needs at most {MAX_POINTS:,}."
            problems.fault(table.file, table.lines[int(mine[0])], reason)
            continue
        if doubled := np.flatnonzero(np.diff(sequence[mine]) == 0).tolist():
            line = table.lines[int(mine[doubled[0] + 1])]
            problems.fault(
                table.file, line, f"shape {shape_id!r} has shape_pt_sequence {sequence[mine[doubled[0]]]} twice."
            )
        shapes[shape_id] = Shape(lat[mine], lon[mine], _usable(traveled[mine]))
    return shapes


def _usable(traveled: Array) -> Array | None:
    """The plan's distances, if every point has one and they grow."""
    grows = bool(np.all(np.isfinite(traveled))) and bool(np.all(np.diff(traveled) >= 0))
    return traveled if grows and traveled[-1] > traveled[0] else None
