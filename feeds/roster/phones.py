"""Phone numbers as people write them in, E.164 out; and which staged ones PostgreSQL could not settle by itself."""

import asyncio
from collections.abc import Mapping, Sequence

import phonenumbers

from busline.ids import Phone
from busline.store.pool import Connection
from busline.store.sql import load_queries

_SQL = load_queries(__file__)

SETTLE_SECONDS = 600.0

_AT_ONCE = 20_000
"""Numbers between two statements: about half a second, well below the limit of a transaction that idles."""


def e164(written: str, region: str) -> Phone | None:
    """The number in E.164 form, read as dialled in `region` (ISO 3166, `US`); None where it is not valid."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


async def settle_phones(connection: Connection, region: str) -> None:
    """Make `new_contact` from `stage_contacts`, phones in E.164 form or null where they have none.

    `stage_phone` then holds the written numbers that were looked at, those of schools always among them. Most contacts
    of a nightly load are in the roster already: SQL recognises those. The others pass through phonenumbers, about 25
    microseconds each.
    """
    await connection.execute(_SQL["create_phones"])
    country = str(phonenumbers.country_code_for_region(region))
    await connection.execute(_SQL["guess_phones"], country, timeout=SETTLE_SECONDS)
    rows = await connection.fetch(_SQL["unsettled_phones"], timeout=SETTLE_SECONDS)
    written = [row["phone"] for row in rows]
    for start in range(0, len(written), _AT_ONCE):
        settled = await asyncio.to_thread(_settle, written[start : start + _AT_ONCE], region)
        await connection.copy_records_to_table("stage_phone", records=settled.items())
    await connection.execute(_SQL["settle_contacts"], timeout=SETTLE_SECONDS)
    await connection.execute(_SQL["blank_contacts"], timeout=SETTLE_SECONDS)


def _settle(written: Sequence[str], region: str) -> Mapping[str, Phone | None]:
    return {number: e164(number, region) for number in written}
