"""A dataclass that is compiled late is the standard library's in all that can be seen of it."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, InitVar, field
from threading import Barrier
from typing import Any, ClassVar

import pytest

from canvos_tui.core import values

KINDS = ("frozen", "open")


@values.dataclass(frozen=True)
class Sent:
    """Where it can be found by its name."""

    word: str
    parts: tuple[int, ...] = ()


def usual(mark: Any, frozen: bool) -> Any:
    class Told:
        """Arguments of every sort."""

        TABLE: ClassVar[dict[str, int]] = {"a": 1}
        name: str
        size: int = 3
        parts: tuple[int, ...] = field(default=(1, 2), repr=False)
        found: list[str] = field(default_factory=list, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "doubled", self.size * 2)

    return mark(frozen=frozen)(Told)


def unusual(mark: Any, frozen: bool) -> Any:
    class Told:
        """And fields that are none, or are for the start alone."""

        TABLE: ClassVar[dict[str, int]] = {"a": 1}
        name: str
        size: int = 3
        parts: tuple[int, ...] = field(default=(1, 2), repr=False)
        found: list[str] = field(default_factory=list, compare=False)
        doubled: int = field(init=False, default=0)
        by: InitVar[int] = 2  # type: ignore[assignment]  # the decorator comes below

        def __post_init__(self, by: int) -> None:
            object.__setattr__(self, "doubled", self.size * by)

    return mark(frozen=frozen)(Told)


@pytest.mark.parametrize("write", [usual, unusual])
@pytest.mark.parametrize("frozen", [True, False], ids=KINDS)
def test_it_does_what_the_standard_librarys_does(frozen: bool, write: Any) -> None:
    late, early = write(values.dataclass, frozen), write(dataclasses.dataclass, frozen)
    kinds: tuple[Any, ...] = (late, early)
    assert [f.name for f in dataclasses.fields(late)] == [f.name for f in dataclasses.fields(early)], "before an object is made"
    assert late.__match_args__ == early.__match_args__
    assert all(map(dataclasses.is_dataclass, kinds))
    assert (late.size, late.parts, late.TABLE) == (early.size, early.parts, early.TABLE)
    assert repr(late("a")) == repr(early("a"))
    for kind in kinds:
        one: Any = kind("a")
        same, other = kind(name="a", found=["x"]), kind("a", 4)
        assert one == same != other
        assert one != "a"
        assert "Told(name='a', size=3, found=[]" in repr(one)
        assert (other.size, other.parts, other.doubled) == (4, (1, 2), 8)
        assert one.found is not kind("a").found
        assert copy.copy(one) == one
        assert dataclasses.asdict(one)["parts"] == (1, 2)
        assert inspect.signature(kind.__init__).parameters.keys() == inspect.signature(early.__init__).parameters.keys()
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'name'"):
            kind()
        with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
            kind("a", colour=1)
        if frozen:
            assert hash(one) == hash(same)
            with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
                one.name = "d"
            with pytest.raises(FrozenInstanceError, match="cannot assign to field 'unheard_of'"):
                one.unheard_of = 1
            with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
                del one.name
        else:
            one.name = "d"
            assert one.name == "d"
            with pytest.raises(TypeError, match="unhashable"):
                hash(one)


@pytest.mark.parametrize("frozen", [True, False], ids=KINDS)
def test_a_changed_copy(frozen: bool) -> None:
    plain, odd = usual(values.dataclass, frozen), unusual(values.dataclass, frozen)
    assert dataclasses.replace(plain("a"), name="c", size=5) == plain("c", 5)
    assert dataclasses.replace(odd("a"), name="c", by=1) == odd("c", by=1)
    assert odd("b", by=5).doubled == 15


def test_what_the_standard_library_refuses_is_refused() -> None:
    class Wrong:
        a: int = 1
        b: int  # what is shown

    for mark in (values.dataclass, dataclasses.dataclass):
        with pytest.raises(TypeError, match="non-default argument 'b' follows default argument"):
            mark(Wrong)


def test_what_the_class_has_written_itself_stays() -> None:
    @values.dataclass(frozen=True)
    class Own:
        a: int
        b: Any = None

        def __repr__(self) -> str:
            return "own"

        def __hash__(self) -> int:
            return 7

    @values.dataclass(frozen=True)
    class Loose:
        a: int

        def __eq__(self, other: object) -> bool:
            return True

    @values.dataclass
    class Nothing:
        """No field at all."""

    assert (repr(Own(1)), hash(Own(1)), Own(1) == Own(1), Own(1) == Own(2)) == ("own", 7, True, False)
    assert Loose(1) == 3
    assert hash(Loose(1)) == hash(Loose(1))
    assert Nothing() == Nothing()


def test_one_that_holds_itself_is_told() -> None:
    @values.dataclass
    class Ring:
        inner: Any = None

    ring = Ring()
    ring.inner = ring
    assert repr(ring).endswith("Ring(inner=...)")


def test_it_is_copied_sent_and_matched() -> None:
    one = Sent("a", (1, 2))
    assert pickle.loads(pickle.dumps(one)) == one == copy.deepcopy(one)
    assert copy.deepcopy(one) is not one
    match one:
        case Sent(word, [first, *_]):
            assert (word, first) == ("a", 1)
        case _:
            pytest.fail("not matched")


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


def compiled(kind: type) -> bool:
    """Whether `__init__` came from a text; what was written in a module has its file."""
    return bool(vars(kind)["__init__"].__code__.co_filename == "<string>")


def test_nothing_is_compiled_before_some_objects_are_made() -> None:
    @values.dataclass(frozen=True)
    class Never:
        a: int
        b: int = 2
        c: list[int] = field(default_factory=list)

    first = [Never(1), Never(1, 2, []), Never(a=1, b=2)]
    assert not compiled(Never)
    assert Never(1) == first[0] == first[1] == first[2]
    assert compiled(Never)
    assert len({id(one.c) for one in first}) == 3
    assert list(vars(first[1])) == ["a", "b", "c"]
    assert {"__init__", "__eq__", "__repr__", "__hash__", "__setattr__"} <= set(vars(Never))


@pytest.mark.parametrize(
    ("args", "named"),
    [((), {}), ((1, 2, 3), {}), ((1,), {"a": 1}), ((1,), {"colour": 1}), ((), {"b": 1})],
    ids=["too few", "too many", "twice", "unknown", "one is missing"],
)
def test_wrong_arguments_are_called_so_with_the_first_object_as_well(args: tuple[int, ...], named: dict[str, int]) -> None:
    said = []
    for mark in (values.dataclass, dataclasses.dataclass):

        @mark(frozen=True)
        class Two:
            a: int
            b: int = 2

        with pytest.raises(TypeError) as caught:
            Two(*args, **named)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_what_is_there_before_the_first_page_is_mostly_not_compiled() -> None:
    code = (
        "from canvos_tui.core import values\n"
        "import canvos_tui.tui.page, canvos_tui.adapters.runs.local_runs\n"
        "import dataclasses, gc\n"
        "ours = [k for k in gc.get_objects() if isinstance(k, type) and k.__module__.startswith('canvos_tui.')]\n"
        "kinds = [k for k in ours if dataclasses.is_dataclass(k)]\n"
        "print(len(kinds), sum(vars(k)['__init__'].__code__.co_filename == '<string>' for k in kinds))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    there, ready = map(int, done.stdout.split())
    assert there > 80
    assert ready < there / 4
