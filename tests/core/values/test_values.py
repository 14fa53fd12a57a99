"""A dataclass that is compiled late is the standard library's in all that can be seen of it."""

from __future__ import annotations

import copy
import dataclasses
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, InitVar, field
from threading import Barrier
from typing import Any, ClassVar

import pytest

from canvos_tui.core import values

KINDS = ("frozen", "open")


def made(late: bool, frozen: bool) -> Any:
    """The same class, once by each."""
    mark = values.dataclass if late else dataclasses.dataclass

    class Told:
        """Something of everything."""

        TABLE: ClassVar[dict[str, int]] = {"a": 1}
        name: str
        size: int = 3
        parts: tuple[int, ...] = field(default=(1, 2), repr=False)
        found: list[str] = field(default_factory=list, compare=False)
        doubled: int = field(init=False, default=0)
        by: InitVar[int] = 2  # type: ignore[assignment]  # the decorator comes below

        def __post_init__(self, by: int) -> None:
            object.__setattr__(self, "doubled", self.size * by)

    Told.__qualname__ = "Told"
    return mark(frozen=frozen)(Told)


@pytest.mark.parametrize("frozen", [True, False], ids=KINDS)
def test_it_does_what_the_standard_librarys_does(frozen: bool) -> None:
    late: Any = made(True, frozen)
    early: Any = made(False, frozen)
    kinds: tuple[Any, ...] = (late, early)
    assert [f.name for f in dataclasses.fields(late)] == [f.name for f in dataclasses.fields(early)], "before an object is made"
    assert late.__match_args__ == early.__match_args__
    assert all(map(dataclasses.is_dataclass, kinds))
    assert (late.size, late.parts, late.TABLE) == (early.size, early.parts, early.TABLE)
    for kind in kinds:
        one: Any = kind("a")
        same, other = kind(name="a", found=["x"], by=2), kind("a", 4)
        assert one == same != other
        assert one != "a"
        assert repr(one) == "Told(name='a', size=3, found=[], doubled=6)"
        assert (other.size, other.parts, other.doubled, kind("b", by=5).doubled) == (4, (1, 2), 8, 15)
        assert one.found is not kind("a").found
        assert dataclasses.replace(one, name="c", by=1) == kind("c", by=1)
        assert copy.copy(one) == one
        assert dataclasses.asdict(one)["parts"] == (1, 2)
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'name'"):
            kind()
        with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
            kind("a", colour=1)
        if frozen:
            assert hash(one) == hash(same)
            with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
                one.name = "d"
            with pytest.raises(FrozenInstanceError):
                one.unheard_of = 1
            with pytest.raises(FrozenInstanceError):
                del one.name
        else:
            one.name = "d"
            assert one.name == "d"
            with pytest.raises(TypeError, match="unhashable"):
                hash(one)


def test_what_the_standard_library_refuses_is_refused_with_the_first_object() -> None:
    @values.dataclass(frozen=True)
    class Wrong:
        a: int = 1
        b: int  # type: ignore[misc]  # what is shown

    for _ in range(2):
        with pytest.raises(TypeError, match="non-default argument 'b' follows default argument"):
            Wrong(1, 2)


def test_heirs_of_both_kinds() -> None:
    @values.dataclass(frozen=True)
    class Base:
        a: int

    @values.dataclass(frozen=True)
    class Heir(Base):
        b: int = 2

    class Plain(Base):
        """No decorator of its own."""

    assert Heir(1) == Heir(1, 2)
    assert repr(Heir(1)) == "test_heirs_of_both_kinds.<locals>.Heir(a=1, b=2)"
    assert Plain(3).a == 3
    assert Base(1) != Plain(1)


def test_many_threads_make_the_first_object_at_once() -> None:
    for _ in range(30):

        @values.dataclass(frozen=True)
        class Sudden:
            a: int
            b: list[int] = field(default_factory=list)

        start = Barrier(8)

        def make(n: int, kind: Any = Sudden, start: Barrier = start) -> Any:
            start.wait()
            return kind(n)

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(make, range(8)))
        assert [x.a for x in found] == list(range(8))
        assert all(x == Sudden(x.a) for x in found)


def test_nothing_is_compiled_before_an_object_is_made() -> None:
    @values.dataclass(frozen=True)
    class Never:
        a: int

    assert not {"__init__", "__eq__", "__repr__"} & set(vars(Never))
    Never(1)
    assert {"__init__", "__eq__", "__repr__", "__hash__", "__setattr__"} <= set(vars(Never))


def test_what_is_there_before_the_first_page_is_mostly_not_compiled() -> None:
    code = (
        "from canvos_tui.core import values\n"
        "import canvos_tui.tui.page, canvos_tui.adapters.runs.local_runs\n"
        "import dataclasses, gc\n"
        "ours = [k for k in gc.get_objects() if isinstance(k, type) and k.__module__.startswith('canvos_tui.')]\n"
        "kinds = [k for k in ours if dataclasses.is_dataclass(k)]\n"
        "print(len(kinds), sum('__init__' in vars(k) for k in kinds))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    there, compiled = map(int, done.stdout.split())
    assert there > 80
    assert compiled < there / 4
