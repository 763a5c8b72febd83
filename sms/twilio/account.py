"""Whether a Twilio account can be used: asked of Twilio itself, or of whatever speaks its REST interface."""

import asyncio

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

TIMEOUT_SECONDS = 10.0
"""The library waits for ever unless told."""


async def account_trouble(account_sid: str, auth_token: str, base_url: str | None) -> str | None:
    """What is wrong with the account, in words; None where it is active. Blocks a thread, never the event loop."""
    return await asyncio.to_thread(_trouble, account_sid, auth_token, base_url)


def _trouble(account_sid: str, auth_token: str, base_url: str | None) -> str | None:
    client = Client(account_sid, auth_token, http_client=TwilioHttpClient(timeout=TIMEOUT_SECONDS))
    if base_url is not None:
        client.api.base_url = base_url
    try:
        account = client.api.v2010.accounts(account_sid).fetch()
    except TwilioRestException as fault:
        if fault.status == 401:
            return "Twilio does not accept the account SID and auth token together."
        return f"Twilio answered {fault.status} (error {fault.code}): {fault.msg}"
    except (TwilioException, RequestException) as fault:
        return f"Twilio cannot be reached ({type(fault).__name__})."
    return None if account.status == "active" else f"The account is {account.status}, so no text is delivered."
