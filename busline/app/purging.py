"""`busline purge`, and the same every night: what is past its time is forgotten."""

from datetime import UTC, datetime

from busline.app.database import store
from busline.app.loads import Say
from busline.retention.purge import Keep, purge
from busline.settings import Settings


def keep(settings: Settings) -> Keep:
    """The times that the district has chosen."""
    return Keep(
        texts=settings.keep_texts_days,
        inquiries=settings.keep_inquiries_days,
        access_log=settings.keep_access_log_days,
        cases=settings.keep_cases_days,
        tries=settings.keep_tries_days,
    )


async def forget(settings: Settings, say: Say, *, dry_run: bool) -> int:
    """`busline purge`: forget now, or say what would be forgotten."""
    async with store(settings, beside=True) as pool:
        for one in await purge(pool, keep(settings), datetime.now(UTC), dry_run=dry_run):
            say(f"{one.rows:>12,}  {one.what}, from before {one.before:%Y-%m-%d}")
    say("Nothing was changed: this was a dry run." if dry_run else "Forgotten. Backups made before still hold it.")
    return 0
