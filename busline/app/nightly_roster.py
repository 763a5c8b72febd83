"""Every night: the roster that the student information system left in a folder is brought in."""

from datetime import UTC, datetime

import structlog

from busline.jobs import Chore
from busline.settings import Settings
from busline.store.pool import Pool
from feeds.roster.csv_roster import import_roster

log = structlog.get_logger(__name__)


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
