"""The stand-in as a web application: Twilio's REST interface and the phone page, on one port."""

from collections.abc import AsyncIterator

from aiohttp import web

from sms.standin.page import phone_routes
from sms.standin.rest import rest_routes
from sms.standin.standin import StandIn

_MAX_REQUEST_BYTES = 256 * 1024


def standin_app(standin: StandIn) -> web.Application:
    """The application; serving it opens the stand-in, and ending it closes it."""
    app = web.Application(client_max_size=_MAX_REQUEST_BYTES)
    app.add_routes(rest_routes(standin))
    app.add_routes(phone_routes(standin))

    async def running(_: web.Application) -> AsyncIterator[None]:
        async with standin.running():
            yield

    async def let_pages_go(_: web.Application) -> None:
        # Before the server waits for its handlers: those that stream to a page would wait for ever.
        standin.threads.close()

    app.cleanup_ctx.append(running)
    app.on_shutdown.append(let_pages_go)
    return app
