"""Blocking calls beside the event loop, in threads that nobody has to wait for when the program ends."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def call(work: Callable[[], T]) -> T:
    """What `work` returns or raises. When the caller is cancelled the thread goes on alone and its answer is dropped.

    asyncio's own threads would keep the program from ending until the last silent server has timed out.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    around = contextvars.copy_context()  # what is told in there is heard by whoever listens here

    def tell(settle: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(lambda: None if future.done() else settle())

    def main() -> None:
        try:
            value = around.run(work)
        except BaseException as error:  # noqa: BLE001  whatever it is, it belongs to the caller
            failure = error
            tell(lambda: future.set_exception(failure))
        else:
            tell(lambda: future.set_result(value))

    threading.Thread(target=main, daemon=True, name="canvos-tui-call").start()
    return await future
