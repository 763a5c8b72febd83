"""A server that answers with exactly the bytes it is told to, and breaks off or drips as it is told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class ChaosServer:
    """`answer` may be changed while it runs. `requests` are the heads of what was asked, lower case."""

    answer: Answer
    port: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/vehicle-positions.pb?key=secret"


@asynccontextmanager
async def chaos_server(answer: Answer) -> AsyncIterator[ChaosServer]:
    chaos = ChaosServer(answer)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            chaos.requests.append(head.decode().lower())
            await chaos.answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client gave up first, which is what several tests are about
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    chaos.port = server.sockets[0].getsockname()[1]
    try:
        yield chaos
    finally:
        server.close()
        await server.wait_closed()


def says(status: str, body: bytes = b"", **headers: str) -> Answer:
    """A whole, honest answer."""
    return says_raw(status, body, Content_Length=str(len(body)), **headers)


def says_raw(status: str, body: bytes = b"", **headers: str) -> Answer:
    """An answer whose headers claim whatever they claim; the connection ends after it."""
    lines = [f"HTTP/1.1 {status}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return answer


def drips(body: bytes, seconds_between_bytes: float) -> Answer:
    """An honest answer, a byte at a time: a limit on each read never notices."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(seconds_between_bytes)

    return answer


async def resets(writer: asyncio.StreamWriter) -> None:
    """Half a head, then a reset."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-")
    await writer.drain()
    writer.transport.abort()


async def hangs_up(writer: asyncio.StreamWriter) -> None:
    """Nothing at all."""
    writer.close()
