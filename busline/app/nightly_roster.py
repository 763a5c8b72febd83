"""Every night: the roster that the student information system left in a folder is brought in."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from busline.check import Finding, Verdict
from busline.jobs import Chore
from busline.settings import Settings
from busline.store.pool import Pool
from feeds.roster.csv_roster import import_roster

log = structlog.get_logger(__name__)


async def roster_probe(settings: Settings) -> Sequence[Finding]:
    """For `busline check`: whether the folder that the nightly load reads is there."""
    folder = settings.roster_dir
    if folder is None:
        return []
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        remedy = "Make it, or let the service's user read it, or correct BUSLINE_ROSTER_DIR."
        return [Finding("Roster folder", Verdict.PROBLEM, f"{folder} is no folder that this user can read.", remedy)]
    return [Finding("Roster folder", Verdict.OK, f"{folder}, brought in at {settings.roster_at:%H:%M} every night.")]


def roster_chores(settings: Settings, pool: Pool) -> list[Chore]:
    """The chore, where BUSLINE_ROSTER_DIR names a folder."""
    folder = settings.roster_dir
    if folder is None:
        return []

    async def bring_in(_: datetime) -> None:
        report = await import_roster(pool, folder, now=datetime.now(UTC), region=settings.phone_region)
        if report.problem_count:
            # Without the problems themselves: they name students. A roster that is wrong stays so until somebody
            # corrects it, so the night is over with this.
            log.error(
                "the roster was refused, and the one in force stays",
                folder=str(folder),
                problems=report.problem_count,
                next_step=f"see them with: busline import roster {folder} --dry-run; import it once it is corrected",
            )
        else:
            log.info("nightly roster brought in", folder=str(folder))

    return [Chore("load the roster", settings.roster_at, bring_in)]
