"""Two buses on one run: which of them drives it."""

from datetime import timedelta

from busline.fleet import AssignmentSource
from busline.tracking.journey import Journey

SILENT = timedelta(seconds=180)
"""A driver that has not been seen on the path for so long gives way to a bus that is."""
STUCK = timedelta(seconds=240)
"""A driver that has stood for so long gives way to a bus that moves: one relieves the other."""
ESTABLISHED_FIXES = 3
"""After so many fixes on the path a bus is surely on it; before, the one nearer to the plan is believed."""


def takes_over(challenger: Journey, driver: Journey) -> bool:
    """Whether the run passes to a challenger; both have seen their newest fix. One that progresses keeps it."""
    theirs, ours = driver.progress, challenger.progress
    if driver.complete or ours is None or challenger.lost:
        return False
    if theirs is None or driver.ended:
        return True
    if (challenger.source is AssignmentSource.STAFF) != (driver.source is AssignmentSource.STAFF):
        return challenger.source is AssignmentSource.STAFF
    if ours.matched_at - theirs.matched_at > SILENT:
        return True
    if driver.waiting != challenger.waiting:
        return driver.waiting
    if theirs.still_since is not None and theirs.fix_at - theirs.still_since > STUCK and ours.still_since is None:
        return not challenger.waiting
    if driver.matches < ESTABLISHED_FIXES:
        return abs(ours.lateness_seconds) < abs(theirs.lateness_seconds)
    return False
