"""Dataclasses that cost nothing until they are used, for a start that does not wait for those that nobody makes.

The standard library compiles up to six methods for each dataclass while its module is imported, half a millisecond a class; some 120 are
imported before the first key is answered, and a third of them is used by then. Here `__init__` is compiled with the fourth object, as
most are made once or twice, and the others are not compiled at all. What can be seen of such a class is the standard library's in every
respect but the moment.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, *, frozen: bool = False) -> type | Callable[[type], type]:
        """`dataclasses.dataclass`, compiled when there are some objects. Fields, `replace`, `fields` and `is_dataclass` are there at once.

        Raises TypeError as the standard library's does.
        """
        return (lambda kind: _late(kind, frozen)) if cls is None else _late(cls, frozen)


_Fields = tuple[dataclasses.Field[Any], ...]
_FEW = 3  # objects, for which compiling takes longer than it saves
_FOR_INIT_ONLY = ("InitVar", "KW_ONLY")


def _late(cls: type, frozen: bool) -> type:  # noqa: FBT001  the decorator's own word
    cls.__doc__ = cls.__doc__ or cls.__name__  # else the signature is written there, for which it would be inspected
    if any(map(dataclasses.is_dataclass, cls.__mro__[1:])) or _unusual(cls):
        return dataclasses.dataclass(frozen=frozen)(cls)
    own_hash = vars(cls).get("__hash__") is not None or ("__hash__" in vars(cls) and "__eq__" not in vars(cls))
    dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    cls.__dataclass_params__.frozen = frozen  # type: ignore[attr-defined]  # what the standard library asks the bases of an heir for
    fields = dataclasses.fields(cls)
    _in_order(fields)
    _put(cls, __init__=_first(cls), __repr__=_told(tuple(f.name for f in fields if f.repr)))
    equal, hashed = _compared(tuple(f.name for f in fields if f.compare))
    _put(cls, __eq__=equal)
    if not own_hash:
        cls.__hash__ = hashed if frozen else None  # type: ignore[assignment]  # as the standard library has it
    if frozen:
        change, delete = _shut(cls, frozenset(f.name for f in fields))
        _put(cls, __setattr__=change, __delattr__=delete)
    return cls


def _unusual(cls: type) -> bool:
    """Whether it has what only the standard library makes: fields that are no argument, by name alone, or an argument alone."""
    told = [f for f in vars(cls).values() if isinstance(f, dataclasses.Field)]
    words = map(str, cls.__annotations__.values())
    return any(not f.init or f.kw_only is True or f.hash is not None for f in told) or any(w in a for a in words for w in _FOR_INIT_ONLY)


def _in_order(fields: _Fields) -> None:
    optional = False
    for field in fields:
        if _needed(field) and optional:
            raise TypeError(f"non-default argument {field.name!r} follows default argument")
        optional = optional or not _needed(field)


def _needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _put(cls: type, **methods: Any) -> None:
    """Those that it has not written itself."""
    for name, method in methods.items():
        if name not in vars(cls):
            method.__name__, method.__qualname__ = name, f"{cls.__qualname__}.{name}"
            setattr(cls, name, method)


def _first(cls: type) -> Callable[..., None]:
    made = 0

    def begin(self: Any, *args: Any, **named: Any) -> None:
        nonlocal made
        made += 1
        if made <= _FEW and _filled(self, dataclasses.fields(cls), args, named):
            return
        if vars(cls)["__init__"] is begin:
            compiled = _compiled(cls)
            compiled.__qualname__ = begin.__qualname__
            cls.__init__ = compiled  # type: ignore[misc]  # two threads may do it at once: either is right
        vars(cls)["__init__"](self, *args, **named)

    return begin


def _filled(self: Any, fields: _Fields, args: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """As `__init__` does it; False, with nothing done, for arguments of which Python has to say what is wrong."""
    values = dict(zip((field.name for field in fields), args, strict=False))
    if len(args) > len(fields) or not values.keys().isdisjoint(named):
        return False
    values |= named
    given = len(values)
    missing = [field for field in fields if field.name not in values]
    if given + len(missing) > len(fields) or any(map(_needed, missing)):
        return False
    values |= {f.name: f.default if f.default_factory is dataclasses.MISSING else f.default_factory() for f in missing}
    for field in fields:
        object.__setattr__(self, field.name, values[field.name])
    if hasattr(self, "__post_init__"):
        self.__post_init__()
    return True


def _compiled(cls: type) -> Callable[..., None]:
    """`__init__` as the standard library writes it: with the names that are fields, no text of anybody else."""
    scope: dict[str, Any] = {"_put": object.__setattr__, "_absent": dataclasses.MISSING}
    words, lines = ["self"], []
    for field in dataclasses.fields(cls):
        name, value, word = field.name, field.name, field.name
        if field.default is not dataclasses.MISSING:
            scope[f"_default_{name}"] = field.default
            word = f"{name}=_default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            scope[f"_make_{name}"] = field.default_factory
            word, value = f"{name}=_absent", f"_make_{name}() if {name} is _absent else {name}"
        words.append(word)
        lines.append(f" _put(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec("\n".join([f"def __init__({', '.join(words)}):", *(lines or [" pass"])]), scope)  # noqa: S102
    made: Callable[..., None] = scope["__init__"]
    return made


def _told(names: tuple[str, ...]) -> Callable[[Any], str]:
    @recursive_repr()
    def told(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return told


def _compared(names: tuple[str, ...]) -> tuple[Callable[[Any, Any], Any], Callable[[Any], int]]:
    value: Callable[[Any], Any] = attrgetter(*names) if names else lambda _: ()

    def equal(self: Any, other: Any) -> Any:
        return value(self) == value(other) if other.__class__ is self.__class__ else NotImplemented

    return equal, lambda self: hash(value(self))


def _shut(cls: type, names: frozenset[str]) -> tuple[Callable[[Any, str, Any], None], Callable[[Any, str], None]]:
    def change(self: Any, name: str, value: Any) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)  # type: ignore[arg-type]  # it is the class

    def delete(self: Any, name: str) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)  # type: ignore[arg-type]

    return change, delete
