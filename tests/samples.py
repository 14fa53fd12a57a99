"""How much is tried: a sample in the ordinary suite, all of it in the long run (`pytest --long`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
_chosen = {"long": False}


def choose(*, long: bool) -> None:
    """Before the tests are collected."""
    _chosen["long"] = long


def count(sample: int, whole: int) -> int:
    """So many times."""
    return whole if _chosen["long"] else sample


def every(whole: Iterable[T], sample: Callable[[], Iterable[T]]) -> list[T]:
    """All of them, or those of the sample."""
    return list(whole if _chosen["long"] else sample())
