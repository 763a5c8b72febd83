"""Texts handed to Twilio, and asked for where its answer did not come."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from twilio.rest import Client

from busline.outbound import Claimed, Handed, Later, Taken, Written
from busline.receipt import receipt_query
from sms.twilio.rest import LOOKED_AT, TIMEOUT_SECONDS, OtherSids, TwilioAccount, TwilioRest

STARTS_WITHIN_SECONDS = 10.0
"""A request that could not begin in so long is not made at all: on a machine that stands still the carrier may be asked
before it has been told."""
AT_ONCE = 32
"""Requests under way together: at three tenths of a second each, a hundred messages a second."""
_NOT_BROUGHT = frozenset({"failed", "undelivered", "canceled"})


class TwilioTexts:
    """Texts from one number of an account. A `busline.outbound.Sender`."""

    def __init__(
        self,
        account: TwilioAccount,
        receipt_key: bytes,
        other_sids: OtherSids,
        *,
        at_once: int = AT_ONCE,
        timeout_seconds: float = TIMEOUT_SECONDS,
        starts_within_seconds: float = STARTS_WITHIN_SECONDS,
    ) -> None:
        """`receipt_key` marks the address that the carrier reports to (`busline/receipt.py`)."""
        self._account = account
        self._receipt_key = receipt_key
        self._starts_within_seconds = starts_within_seconds
        self._rest = TwilioRest(account, other_sids, at_once=at_once, timeout_seconds=timeout_seconds)

    async def hand_over(self, claimed: Claimed, written: Written, valid_seconds: int) -> Handed:
        account, latest_start = self._account, time.monotonic() + self._starts_within_seconds

        def create(client: Client) -> Any:
            # The library is loaded, and the first client of a thread made, while nothing depends on how long it takes.
            messages = client.messages
            if time.monotonic() > latest_start:
                return Later("Busline itself was standing still, and began nothing.")
            return messages.create(
                to=claimed.promise.phone,
                from_=account.number,
                body=written.body,
                status_callback=f"{account.status_callback}?{receipt_query(self._receipt_key, claimed)}",
                validity_period=valid_seconds,
            )

        return await self._rest.create(create)

    async def find(self, claimed: Claimed, written: Written, since: datetime) -> Taken | Later | None:
        phone, body = claimed.promise.phone, written.body

        def listed(client: Client) -> Iterator[Any]:
            # What it could not bring to the phone has not been said. Where words were not kept yet, any may be the one.
            for one in client.messages.list(to=phone, from_=self._account.number, limit=LOOKED_AT):
                if body in ("", one.body) and str(one.status) not in _NOT_BROUGHT:
                    yield one

        return await self._rest.find(phone, claimed.outbox_id, since, listed)

    def close(self) -> None:
        """Let the connections go, once what is under way has ended."""
        self._rest.close()
