"""frequencies.txt in; for each trip it repeats, when the repeats begin out."""

from collections.abc import Collection, Mapping

from busline.ids import RunId
from feeds.plan.problems import Problems
from feeds.plan.table import Table

MAX_REPEATS = 20_000
"""Of a whole plan: twice the runs of the largest district. A wrong headway must not make millions."""


def read_frequencies(table: Table | None, trip_ids: Collection[RunId], problems: Problems) -> Mapping[RunId, list[int]]:
    """The start of every repeat, seconds of the service day. `end_time` itself is not a start, as GTFS has it."""
    if table is None or not len(table):
        return {}
    starts, ends = table.seconds("start_time", problems), table.seconds("end_time", problems)
    headways = table.whole_numbers("headway_secs", problems)
    begins: dict[RunId, set[int]] = {}
    count = 0
    for row, name in enumerate(table["trip_id"]):
        line, start, end, headway = table.lines[row], int(starts[row]), int(ends[row]), int(headways[row])
        if RunId(name) not in trip_ids:
            problems.fault(table.file, line, f"trip_id {name!r} is not in trips.txt.")
        if start < 0 or end <= start or headway <= 0:
            problems.fault(table.file, line, "needs a start_time before its end_time and a headway_secs above 0.")
            continue
        count += -(-(end - start) // headway)
        if count > MAX_REPEATS:
            problems.fault(table.file, line, f"with this line the plan repeats more than {MAX_REPEATS:,} trips.")
            break
        begins.setdefault(RunId(name), set()).update(range(start, end, headway))
    if "0" in table["exact_times"] or "" in table["exact_times"]:
        reason = (
            "gives trips by how often they go, not when; each was taken as if it left exactly at its interval, "
            "named like trip@07:10:00."
        )
        problems.note(table.file, None, reason)
    else:
        problems.note(table.file, None, "repeats trips; each repeat became a run, named like trip@07:10:00.")
    return {trip_id: sorted(seconds) for trip_id, seconds in begins.items()}


def repeat_name(trip_id: RunId, start_seconds: int) -> RunId:
    """The name of one repeat of a trip."""
    minutes, seconds = divmod(start_seconds, 60)
    return RunId(f"{trip_id}@{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}")
