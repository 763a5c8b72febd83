"""Whether a bus has begun its run, or waits, goes round its layover, or crosses its path on the way to its start."""

UNDER_WAY_M = 75.0
"""Gone this far from where it waited, a bus is under way."""
LAYOVER_M = 1_000.0
"""A bus may wait this far along its path: layovers lie beyond the first stops (WMATA: 600 m)."""
LAYOVER_SECONDS = 120.0
"""Standing this long before its planned start, a bus waits where it is."""
JOINED_M = 500.0
"""A bus that came on to its path beyond that has driven the run this far before it is believed to drive it."""
NOT_EARLY_SECONDS = 60.0
"""A bus that has not been at its first stop is on the way there while it is farther ahead of its plan than this."""
EARLY_START_SECONDS = 300.0
"""Farther ahead of its planned start than this, a bus is not believed to have started, ..."""
SURELY_GONE_M = 1_500.0
"""... unless it has gone this far."""
TRAIL_KEPT = 240


class SettingOff:
    """Follows a bus from where it waits until it is under way. Distances are metres along its path."""

    def __init__(self, first_stop_m: float, start_at: float) -> None:
        """`start_at` is the planned start, epoch seconds."""
        self._first_stop_m = first_stop_m
        self._start_at = start_at
        self._low_m = first_stop_m
        self._trail: list[tuple[float, float]] = []

    @property
    def low_m(self) -> float:
        """Where it waits, or came on to its path."""
        return self._low_m

    @property
    def waits_at_start(self) -> bool:
        return self._low_m <= self._first_stop_m + UNDER_WAY_M

    @property
    def trail(self) -> list[tuple[float, float]]:
        """(epoch seconds, metres) since it waited, oldest first: the stops it passed before it was believed."""
        return self._trail

    def begin(self, at: float, distance_m: float) -> None:
        """The bus waits from here on."""
        self._low_m = distance_m
        self._trail = [(at, distance_m)]

    def resume(self, at: float, distance_m: float) -> None:
        """After a restart. Where it waited is not recorded: at its first stop, unless it is far from there; a layover
        shows again at once."""
        self.begin(at, distance_m)
        if distance_m <= self._first_stop_m + LAYOVER_M:
            self._low_m = min(distance_m, self._first_stop_m)

    def wait(self, at: float, distance_m: float, stood_seconds: float) -> None:
        """A fix of a bus that has not begun yet; it has stood within a few metres for so long."""
        layover = at < self._start_at and stood_seconds >= LAYOVER_SECONDS and distance_m > self._low_m
        if distance_m < self._low_m or layover:
            self.begin(at, distance_m)
            return
        if len(self._trail) >= 2 and self._trail[-1][1] == self._trail[-2][1] == distance_m:
            # Of a long wait only the first and the newest fix matter.
            self._trail.pop()
        self._trail.append((at, distance_m))
        del self._trail[:-TRAIL_KEPT]

    def is_under_way(self, at: float, surely_m: float, early_seconds: float) -> bool:
        """Whether a bus that has surely come so far, and is so far ahead of its plan there, has begun its run."""
        if self.waits_at_start:
            gone_m, needed_m = surely_m - self._first_stop_m, UNDER_WAY_M
        else:
            gone_m = surely_m - self._low_m
            needed_m = UNDER_WAY_M if self._low_m <= self._first_stop_m + LAYOVER_M else JOINED_M
            if early_seconds > NOT_EARLY_SECONDS:
                needed_m = SURELY_GONE_M
        if at < self._start_at - EARLY_START_SECONDS:
            needed_m = SURELY_GONE_M
        return gone_m > needed_m
