"""Events, plans and results as JSON and back. What a newer version added is skipped, what an older one lacks has its default."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from canvos_tui.core.errors import Remedy
from canvos_tui.core.run.events import (
    BuildEvent,
    CancelAsked,
    CannotSee,
    ContainerSeen,
    DiskSeen,
    Finished,
    FoundInstead,
    IdFound,
    ImageSeen,
    Noted,
    ObjectSeen,
    PhaseEntered,
    ScriptBlind,
    SnapshotSeen,
    Started,
    TaskSeen,
    UploadSeen,
)
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan

RESULT_SCHEMA = "canvos-tui.result/1"
PLAN_SCHEMA = "canvos-tui.run/1"
_MARK = "$ "  # before a command in `fix`
_KINDS: dict[str, type[Any]] = {
    "started": Started,
    "phase": PhaseEntered,
    "upload": UploadSeen,
    "object": ObjectSeen,
    "import_task": TaskSeen,
    "image": ImageSeen,
    "id": IdFound,
    "found_instead": FoundInstead,
    "script_blind": ScriptBlind,
    "snapshot": SnapshotSeen,
    "cannot_see": CannotSee,
    "cancel": CancelAsked,
    "note": Noted,
    "disk": DiskSeen,
    "container": ContainerSeen,
    "finished": Finished,
}
_NAMES = {cls: name for name, cls in _KINDS.items()}
T = TypeVar("T")


def event_data(event: BuildEvent) -> dict[str, Any]:
    """The event as plain data."""
    return {"event": _NAMES[type(event)], **_pack(event)}


def line_of(data: dict[str, Any]) -> str:
    """One line of JSON without its line feed."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def text_of(data: dict[str, Any]) -> str:
    """A JSON document for people to read."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def event_line(event: BuildEvent) -> str:
    """The event as one line of JSON without its line feed."""
    return line_of(event_data(event))


def parse_event(line: str) -> BuildEvent | None:
    """The event of a line; None for a kind that this version does not know and for a damaged line."""
    data = _document(line)
    cls = _KINDS.get(str(data.get("event"))) if data else None
    return _build(cls, data) if cls is not None and data is not None else None


def plan_text(plan: BuildPlan) -> str:
    """The plan as a JSON document."""
    return text_of({"schema": PLAN_SCHEMA, **_pack(plan)})


def parse_plan(text: str) -> BuildPlan | None:
    """The plan of a document, None when it is damaged."""
    data = _document(text)
    return _build(BuildPlan, data) if data is not None else None


def result_data(result: RunResult) -> dict[str, Any]:
    """The result as plain data, for a JSON document of schema `canvos-tui.result/1`.

    What to do stands in it twice: as `remedies`, and as the lines of `fix`, which readers of the first version know.
    """
    data = {"schema": RESULT_SCHEMA, **_pack(result)}
    if result.cause is not None:
        data["cause"]["fix"] = [line for remedy in result.cause.remedies for line in _lines(remedy)]
    return data


def result_text(result: RunResult) -> str:
    """The result as a JSON document."""
    return text_of(result_data(result))


def parse_result(text: str) -> RunResult | None:
    """The result of a document, None when it is damaged."""
    data = _document(text)
    cause = data.get("cause") if data is not None else None
    if isinstance(cause, dict) and "remedies" not in cause:
        cause["remedies"] = _remedies(cause.get("fix") or [])
    return _build(RunResult, data) if data is not None else None


def _lines(remedy: Remedy) -> list[str]:
    return [remedy.text, *(f"{_MARK}{command.run}" for command in remedy.commands)]


def _remedies(lines: list[Any]) -> list[dict[str, Any]]:
    """The `fix` of a result that 0.1.0 wrote, whose commands stood below their sentence behind a dollar sign, as `remedies`."""
    found: list[dict[str, Any]] = []
    for line in (str(line) for line in lines):
        if line.startswith(_MARK) and found:
            command = line.removeprefix(_MARK)
            found[-1]["commands"].append({"run": command, "root": command.startswith("sudo ")})
        else:
            found.append({"text": line, "commands": []})
    return found


def _document(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _pack(value: Any) -> Any:
    """Plain data of a dataclass, an enum, a time or a tuple of such."""
    if dataclasses.is_dataclass(value):
        return {f.name: _pack(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_pack(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _pack(item) for key, item in value.items()}
    return value


def _build(cls: type[T], data: dict[str, Any]) -> T | None:
    """An instance of a dataclass from plain data; None when something needed is missing or is of another type."""
    try:
        return _unpack_class(cls, data)
    except (TypeError, ValueError, KeyError):
        return None


def _unpack_class(cls: type[T], data: Any) -> T:
    if not isinstance(data, dict):
        raise TypeError(f"no {cls.__name__}")
    hints = get_type_hints(cls)
    names = [f.name for f in dataclasses.fields(cls)]  # type: ignore[arg-type]  # only dataclasses come here
    return cls(**{name: _unpack(hints[name], data[name]) for name in names if name in data})


def _unpack(hint: Any, value: Any) -> Any:  # noqa: PLR0911  one line per shape
    origin = get_origin(hint)
    if origin in {Union, types.UnionType}:
        if value is None and type(None) in get_args(hint):
            return None
        (inner,) = (arg for arg in get_args(hint) if arg is not type(None))
        return _unpack(inner, value)
    if origin is tuple:
        return _unpack_tuple(get_args(hint), value)
    if origin is dict:
        key, item = get_args(hint)
        return {_unpack(key, k): _unpack(item, v) for k, v in value.items()}
    if dataclasses.is_dataclass(hint):
        return _unpack_class(hint, value)  # type: ignore[arg-type]  # a class, not an instance
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    return _unpack_plain(hint, value)


def _unpack_tuple(args: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError("a list is needed")
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_unpack(args[0], item) for item in value)
    return tuple(_unpack(arg, item) for arg, item in zip(args, value, strict=True))


def _unpack_plain(hint: Any, value: Any) -> Any:
    if hint is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise TypeError(f"{value!r} is no {hint}")
    return value
