"""A bare question on the engine's socket, without the SDK: its failures tell the causes apart."""

from __future__ import annotations

import asyncio
import contextlib

from canvos_tui.adapters import threads
from canvos_tui.adapters.docker.context import Engine
from canvos_tui.core.errors import DockerError
from canvos_tui.core.values.heard import tell

LOOKUP_LIMIT = 4.0  # seconds for the address of a named host; within the ping's limit, so that the name is blamed and not the engine


async def ping(engine: Engine) -> None:
    """One GET /_ping without the SDK; raises OSError or DockerError."""
    asked = f"GET /_ping at {engine.url}" if engine.speaks_plainly else f"a connection to {engine.url}"
    try:
        first = await _first_line(engine)
    except (OSError, DockerError) as error:
        tell("engine", asked, getattr(error, "strerror", None) or str(error) or type(error).__name__)
        raise
    if first is None:
        tell("engine", asked, "connected")
        return
    tell("engine", asked, first.decode("utf-8", "replace"))
    words = first.split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/"):
        raise DockerError(f"{engine.url}: what answers there is no Docker engine", cause="engine-down", remedy="restart the engine")
    if words[1] != b"200":
        told = b" ".join(words[1:]).decode("ascii", "replace")
        raise DockerError(f"{engine.url}: the engine answers {told}", cause="engine-down", remedy="restart the engine")


async def _first_line(engine: Engine) -> bytes | None:
    """The first line of what came back, None where TLS is spoken, which the SDK does."""
    path = engine.socket
    if path is None:
        host, port = engine.address
        reader, writer = await _connect(engine, host, port)
    else:
        if path.exists() and not path.is_socket():
            named = "a folder" if path.is_dir() else "a file"
            # only a folder in the usual place was made by a mount without an engine; what somebody names is his
            cause = "no-socket" if engine.source == "default" and path.is_dir() else "not-a-socket"
            raise DockerError(f"{path} is {named}, no socket", cause=cause, remedy="name an engine's socket", url=engine.url)
        reader, writer = await asyncio.open_unix_connection(path)
    try:
        if not engine.speaks_plainly:
            return None
        writer.write(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
        await writer.drain()
        head = await reader.read(4096)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return head.split(b"\r\n", 1)[0]


async def _connect(engine: Engine, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    import socket

    try:
        # not by the loop's own lookup: its threads would hold up the end of the program when no name server answers
        async with asyncio.timeout(LOOKUP_LIMIT):
            found = await threads.call(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except TimeoutError:
        raise _no_address(engine, f"no name server answers within {LOOKUP_LIMIT:.0f} s") from None
    except (socket.gaierror, UnicodeError) as error:
        raise _no_address(engine, getattr(error, "strerror", None) or "this is no host name") from None
    last: OSError = ConnectionRefusedError()
    for *_, address in found:  # localhost may be ::1 first and listen on 127.0.0.1 only
        try:
            return await asyncio.open_connection(str(address[0]), port)
        except OSError as error:
            last = error
    raise last


def _no_address(engine: Engine, why: str) -> DockerError:
    return DockerError(
        f"{engine.source} points to {engine.url}: {why}",
        cause="context",
        remedy="use the engine of this machine: unset DOCKER_HOST; docker context use default",
    )
