"""The report of a bug of ours: where it happened and what it was called, without any value that was at hand.

No local variable and no argument is in it. A message of an exception may quote what was typed, so that whatever looks like a key is masked
in it even where nothing beside it says so.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath

from canvos_tui.core.masking.outlet import Outlet
from canvos_tui.core.masking.spellings import Masked

_MOST, _LONGEST = 60, 500  # calls of one traceback; characters of a message
_LONG_WORD = re.compile(r"(?=[A-Za-z0-9+/=_-]*\d)(?=[A-Za-z0-9+/=_-]*[A-Za-z])[A-Za-z0-9+/=_-]{16,}")
_OURS = "canvos_tui"


def crash_text(error: BaseException, doing: str, about: Mapping[str, str], secrets: Iterable[Masked] = ()) -> str:
    """The report: what was being done, the versions of `about`, and each exception of the chain with its calls, the innermost last."""
    outlet = Outlet(secrets)
    lines = ["canvos-tui crash report", f"doing     {doing}", *(f"{name:<10}{value}" for name, value in about.items())]
    for one in _chain(error):
        lines += ["", *(f"  {call}" for call in _calls(one)), f"{type(one).__module__}.{type(one).__qualname__}: {_message(one)}"]
    return outlet.text("\n".join(lines) + "\n")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """What it began with first."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    yield from reversed(found)


def _calls(error: BaseException) -> list[str]:
    calls = [f"{_place(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}" for frame, line in traceback.walk_tb(error.__traceback__)]
    return calls if len(calls) <= _MOST else [*calls[: _MOST // 2], f"... {len(calls) - _MOST} calls", *calls[-_MOST // 2 :]]


def _place(file: str) -> str:
    """The file below its package: where that lies on this machine tells who uses it."""
    parts = PurePath(file).parts
    if _OURS in parts:
        return "/".join(parts[len(parts) - 1 - parts[::-1].index(_OURS) :])
    below = parts.index("site-packages") + 1 if "site-packages" in parts else max(0, len(parts) - 2)
    return "/".join(parts[below:])


def _message(error: BaseException) -> str:
    try:
        said = str(error)
    except Exception as failed:  # noqa: BLE001  whatever an exception's own words raise: the report is needed all the same
        said = f"(its words fail: {type(failed).__name__})"
    return _LONG_WORD.sub("***MASKED:long_word***", said.replace("\n", " "))[:_LONGEST]
