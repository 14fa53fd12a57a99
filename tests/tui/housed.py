"""Ports whose files lie in a temporary folder and are shown as if they lay in /home/alice: paths on a screen are the same everywhere."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from canvos_tui.core.checkout.state import CheckoutState
from canvos_tui.core.ports import Ports
from canvos_tui.core.values.heard import hearing, pass_on

HOME = Path("/home/alice")


class Housed:
    """A port behind a front door: paths below HOME go in as paths below `real`, and come out as they went in."""

    def __init__(self, port: object, real: Path) -> None:
        self._port = port
        self._real = real

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: object, **kwargs: object) -> Any:
            result = found(*map(self._inside, args), **{key: self._inside(value) for key, value in kwargs.items()})
            return self._awaited(result) if inspect.iscoroutine(result) else self._outside(result)

        return call

    async def _awaited(self, result: Awaitable[object]) -> object:
        with hearing() as heard:
            found = await result
        pass_on([replace(one, command=self._told(one.command), output=self._told(one.output)) for one in heard])
        return self._outside(found)

    def _told(self, text: str) -> str:
        return text.replace(str(self._real), str(HOME))

    def _inside(self, value: object) -> object:
        return self._real / value.relative_to(HOME) if isinstance(value, Path) and value.is_relative_to(HOME) else value

    def _outside(self, value: object) -> object:
        if isinstance(value, CheckoutState):
            return replace(value, path=cast(Path, self._outside(value.path)))
        return HOME / value.relative_to(self._real) if isinstance(value, Path) and value.is_relative_to(self._real) else value


def housed(ports: Ports, real: Path) -> Ports:
    """The same ports for a user whose home is HOME; `real` is where it lies."""
    doors: Any = {name: Housed(getattr(ports, name), real) for name in ("files", "git", "runs")}
    return replace(ports, **doors, environ={**ports.environ, "HOME": str(HOME)})
