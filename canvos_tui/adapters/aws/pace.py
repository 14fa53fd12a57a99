"""Holds what is sent to a rate: all requests of one upload together, a few kilobytes at a time, so that the line stays usable."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from typing import Any

_SENDS = {"s3": "before-send.s3.UploadPart", "ebs": "before-send.ebs.PutSnapshotBlock"}  # the calls that carry an image


class Pace:
    """`rate` is in bytes a second; `clock` and `sleep` are those of a test."""

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self.rate = rate
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._free = clock()  # from when on the line is free for the next bytes

    def spend(self, count: int) -> None:
        """Returns when so many bytes may be sent; whoever asks next waits behind them."""
        with self._lock:
            now = self._clock()
            begins = max(now, self._free)
            self._free = begins + count / self.rate
        if begins > now:
            self._sleep(begins - now)

    def slow(self, client: Any, service: str) -> None:
        """Holds an SDK's client to it. What is signed and hashed was read before: only what goes over the line counts."""
        if service in _SENDS:
            client.meta.events.register(_SENDS[service], self._before_send)

    def _before_send(self, request: Any, **_: object) -> None:
        body = io.BytesIO(request.body) if isinstance(request.body, bytes) else request.body
        if hasattr(body, "read") and not isinstance(body, _Slowed):
            request.body = _Slowed(body, self)


class _Slowed:
    """A body whose bytes are given out at the pace."""

    def __init__(self, body: Any, pace: Pace) -> None:
        self._body, self._pace = body, pace

    def read(self, size: int = -1) -> bytes:
        """The next bytes, when it is their turn."""
        found = bytes(self._body.read(size))
        if found:
            self._pace.spend(len(found))
        return found

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked of a body."""
        return getattr(self._body, name)
