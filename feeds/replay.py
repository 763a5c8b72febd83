"""A recorded day as a feed would have published it, moment by moment."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from busline.ids import VehicleId
from busline.position import Position

SILENT_SECONDS = 600.0
"""Real feeds drop a vehicle that has said nothing for about this long."""


class Recording:
    """Recorded positions, any order in; `positions_at` is a `feeds.source.PositionsAt`.

    `latency_seconds` is how long a report takes from the bus to the feed (a few seconds in real fleets).
    """

    def __init__(self, positions: Iterable[Position], *, latency_seconds: float = 0.0) -> None:
        tracks: defaultdict[VehicleId, list[Position]] = defaultdict(list)
        for position in sorted(positions, key=lambda position: position.fix_at):
            tracks[position.vehicle_id].append(position)
        if not tracks:
            raise ValueError("A recording needs at least one position; this one holds none.")
        self._latency = timedelta(seconds=latency_seconds)
        self._tracks = [([position.fix_at for position in track], track) for track in tracks.values()]
        self.start: datetime = min(fixes[0] for fixes, _ in self._tracks)
        """The first fix."""
        self.end: datetime = max(fixes[-1] for fixes, _ in self._tracks)
        """The last fix."""
        dates = Counter(
            position.claim.service_date
            for _, track in self._tracks
            for position in track
            if position.claim is not None and position.claim.service_date is not None
        )
        self.service_date: date | None = dates.most_common(1)[0][0] if dates else None
        """The service day that most of its reports claim; None where they claim none."""

    def positions_at(self, now: datetime) -> list[Position]:
        """The newest report of every vehicle that has been heard of by `now` and has not been silent for long."""
        heard_until = now - self._latency
        silent_before = now - timedelta(seconds=SILENT_SECONDS)
        newest: list[Position] = []
        for fixes, track in self._tracks:
            count = bisect_right(fixes, heard_until)
            if count and fixes[count - 1] >= silent_before:
                newest.append(track[count - 1])
        return newest
