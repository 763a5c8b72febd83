"""The carriers' daily list of numbers that their customers have given up, as Twilio hands it on."""

import asyncio
import re
from datetime import date
from urllib.parse import urlsplit

import requests
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from busline.ids import Phone

TIMEOUT_SECONDS = 30.0
LARGEST_BYTES = 64_000_000
"""A day's list has some hundred thousand lines of twelve bytes; more than this is no such list."""
_NUMBER = re.compile(r"\+?(1[0-9]{10})")


class DeactivationsError(Exception):
    """The list cannot be had; the message says why. Nothing was taken in, and it can be asked for again."""


async def deactivated_on(day: date, account_sid: str, auth_token: str, base_url: str | None) -> list[Phone]:
    """The numbers given up on a day, E.164. Blocks a thread, never the event loop. Raises DeactivationsError."""
    return await asyncio.to_thread(_deactivated_on, day, account_sid, auth_token, base_url)


def _deactivated_on(day: date, account_sid: str, auth_token: str, base_url: str | None) -> list[Phone]:
    client = Client(account_sid, auth_token, http_client=TwilioHttpClient(timeout=TIMEOUT_SECONDS))
    if base_url is not None:
        client.messaging.base_url = base_url
    try:
        place = client.messaging.v1.deactivations().fetch(date=day).redirect_to
        if not place or (base_url is None and urlsplit(place).scheme != "https"):
            raise DeactivationsError("Twilio named no safe place for the list.")
        # The address is signed and good for two minutes; our own credentials are not for whoever holds the file.
        with requests.get(place, timeout=TIMEOUT_SECONDS, stream=True, allow_redirects=False) as answer:
            if answer.status_code != 200:
                raise DeactivationsError(f"The list answered {answer.status_code}.")
            return _numbers(answer)
    except (TwilioException, RequestException) as fault:
        raise DeactivationsError(f"The list of {day} cannot be had ({type(fault).__name__}).") from fault


def _numbers(answer: requests.Response) -> list[Phone]:
    body = bytearray()
    for piece in answer.iter_content(65_536):
        body += piece
        if len(body) > LARGEST_BYTES:
            raise DeactivationsError(f"The list is larger than {LARGEST_BYTES:,} bytes, so it was not read.")
    lines = (_NUMBER.fullmatch(line.strip()) for line in body.decode("ascii", "replace").splitlines())
    return [Phone(f"+{found[1]}") for found in lines if found is not None]
