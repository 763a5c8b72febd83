"""Phone numbers as people write them in, E.164 out; and which contacts differ from those in force."""

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


async def compare_contacts(connection: Connection, region: str) -> None:
    """Make `delta_contacts` from `stage_contacts` and the contacts in force, phones in E.164 form or null.

    `stage_phone` then holds every written number that was read, those of schools always among them. Most contacts of a
    nightly load are in force already, and SQL recognises those; the others pass through phonenumbers, about 25
    microseconds each.
    """
    country = str(phonenumbers.country_code_for_region(region))
    await connection.execute(_SQL["compare_contacts"].replace("$country", country), timeout=SETTLE_SECONDS)
    await connection.execute(_SQL["create_phones"])
    rows = await connection.fetch(_SQL["written_phones"], timeout=SETTLE_SECONDS)
    written = [row["phone"] for row in rows]
    for start in range(0, len(written), _AT_ONCE):
        settled = await asyncio.to_thread(_settle, written[start : start + _AT_ONCE], region)
        await connection.copy_records_to_table("stage_phone", records=settled.items())
    await connection.execute(_SQL["settle_contacts"], timeout=SETTLE_SECONDS)
    await connection.execute(_SQL["drop_equal_contacts"], timeout=SETTLE_SECONDS)


def _settle(written: Sequence[str], region: str) -> Mapping[str, Phone | None]:
    return {number: e164(number, region) for number in written}
