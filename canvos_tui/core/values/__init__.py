"""Dataclasses whose methods are compiled when the first object is made, for a start that does not wait for those that nobody makes.

The standard library compiles up to six methods for each dataclass while its module is imported, half a millisecond a class; some 120 are
imported before the first key is answered, and a third of them is used by then. What is made here is the standard library's own in
every respect but the moment.
"""

from __future__ import annotations

import dataclasses
import inspect
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, *, frozen: bool = False) -> type | Callable[[type], type]:
        """`dataclasses.dataclass`, compiled at the first object. Fields, `replace`, `fields` and `is_dataclass` are there at once."""
        return (lambda kind: _late(kind, frozen)) if cls is None else _late(cls, frozen)


_lock = threading.RLock()  # a class is compiled once; a base may have to be compiled within
_pending: dict[type, bool] = {}  # whether it is to be frozen


def _late(cls: type, frozen: bool) -> type:  # noqa: FBT001  the decorator's own word
    for base in cls.__mro__[1:]:  # a frozen class may inherit from a frozen one alone, and the base is one when it is compiled
        _compile(base)
    if any(dataclasses.is_dataclass(base) for base in cls.__mro__[1:]):
        return dataclasses.dataclass(frozen=frozen)(cls)
    cls.__doc__ = cls.__doc__ or cls.__name__  # else the signature is written there, for which it would be inspected
    dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    _pending[cls] = frozen
    cls.__new__ = _first  # type: ignore[method-assign,assignment]
    return cls


def _first(cls: type, *_: Any, **__: Any) -> Any:
    for kind in cls.__mro__:
        _compile(kind)
    return object.__new__(cls)


def _further(cls: type, *_: Any, **__: Any) -> Any:
    return object.__new__(cls)  # a `__new__` that was set cannot be taken away without a trace


def _compile(cls: type) -> None:
    if cls not in _pending:
        return
    with _lock:
        if cls not in _pending:
            return
        own = inspect.get_annotations(cls)
        for field in dataclasses.fields(cls):
            if field.name in own and not _plain(field):
                setattr(cls, field.name, field)  # where it was before the first pass took it away
        dataclasses.dataclass(frozen=_pending[cls])(cls)
        cls.__new__ = _further  # type: ignore[method-assign,assignment]
        del _pending[cls]  # last: whoever finds it gone needs no lock


def _plain(field: dataclasses.Field[Any]) -> bool:
    """Whether it was written as `name: type` or `name: type = value`."""
    told = (field.init, field.repr, field.compare, field.hash is None, not field.kw_only, not field.metadata)
    return field.default_factory is dataclasses.MISSING and all(told)
