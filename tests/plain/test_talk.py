"""A question on its line: what is listed, what an answer means, and what becomes of one that is refused."""

from __future__ import annotations

import contextlib
import io

import pytest

from canvos_tui.core.errors import AwsError, InvalidValueError
from canvos_tui.core.questions.choice import Choice
from canvos_tui.plain.talk import LISTED, LeftError, PipeError, Prompt, Talk, Way, numbered, picked

CHOICES = (Choice("build", "Write and build"), Choice("write", "Write only"), Choice("dry", "Dry run"))


class Unseen:
    """A terminal on which that is typed, "" for one that was closed."""

    def __init__(self, text: str) -> None:
        self._text = text

    def line(self, _: str) -> str:
        if not self._text:
            raise EOFError
        return self._text

    lines = line_or_paste = line

    def forget(self) -> bool:
        return False

    def quietly(self, *, forget: bool = True) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


def talk(text: str, *, typed: bool = True, hidden: str = "") -> tuple[Talk, io.StringIO]:
    out = io.StringIO()
    return Talk(io.StringIO(text), out, Unseen(hidden) if typed else None), out


async def lower(text: str) -> str:
    if text != text.lower():
        raise InvalidValueError("capitals are not allowed", allowed="small letters")
    return text or "default"


@pytest.mark.parametrize(
    ("text", "word"), [("1", "build"), ("3", "dry"), ("write", "write"), ("w", "write"), ("D", "dry"), ("build", "build")]
)
def test_a_number_a_word_or_its_beginning_picks_a_line(text, word):
    assert picked(CHOICES, text) == word


@pytest.mark.parametrize("text", ["0", "4", "-1", "x", "1.0", "²", "99999999999999999999"])
def test_anything_else_picks_none(text):
    with pytest.raises(InvalidValueError, match="is none of the answers"):
        picked(CHOICES, text)


def test_a_beginning_that_two_words_have_picks_none():
    with pytest.raises(InvalidValueError):
        picked((Choice("all", ""), Choice("alone", "")), "al")


@pytest.mark.parametrize(("text", "place"), [("1", 0), ("12", 11), ("13", None), ("0", None), ("24.04", None), ("", None), ("٣", None)])
def test_a_number_means_a_line_only_where_there_is_one(text, place):
    assert numbered(12, text) == place


@pytest.mark.parametrize(
    ("prompt", "line"),
    [
        (Prompt("TAG"), "TAG: "),
        (Prompt("TAG", "a", "guide's value"), "TAG [a, guide's value]: "),
        (Prompt("TAG", "a"), "TAG [a]: "),
        (Prompt("TAG", "", "nowhere"), "TAG: "),
        (Prompt("SECRET", "a", hidden=True), "SECRET (not shown): "),
    ],
)
def test_the_line_says_what_an_empty_answer_takes(prompt, line):
    assert prompt.line == line


async def test_a_long_list_is_shown_whole_on_request():
    one, out = talk("?\n5\n")
    choices = tuple(Choice(str(n), f"line {n}") for n in range(LISTED + 3))
    assert await one.choose(Prompt("which", help="one of them"), choices, "0") == "4"
    first, _, second = out.getvalue().partition("one of them")
    assert "  ... and 3 more: ? lists them all\n" in first
    assert f"line {LISTED}\n" not in first
    assert f"  {LISTED + 1}) line {LISTED}\n" in second


async def test_prose_is_folded_and_paths_are_not_broken():
    one, out = talk("")
    one.prose("word " * 40 + "/a/very/long/" + "x" * 100 + " end\n  indented " + "word " * 30)
    told = out.getvalue().splitlines()
    assert max(len(line) for line in told if "/a/very" not in line) <= 79
    assert any(line == "/a/very/long/" + "x" * 100 for line in told)
    assert told[-1].startswith("  ")


async def test_whoever_types_is_asked_again_and_a_pipe_is_not():
    one, out = talk("Big\nsmall\n")
    assert await one.ask(Prompt("word"), lower) == "small"
    assert "x capitals are not allowed; allowed: small letters\n" in out.getvalue()
    piped, _ = talk("Big\nsmall\n", typed=False)
    with pytest.raises(PipeError, match="word: capitals are not allowed") as caught:
        await piped.ask(Prompt("word"), lower)
    assert "no file was written" in caught.value.remedy


async def test_what_aws_says_keeps_its_kind_through_a_pipe():
    async def ask(_: str) -> str:
        raise AwsError("no answer", code="unreachable")

    piped, _ = talk("x\n", typed=False)
    with pytest.raises(AwsError):
        await piped.ask(Prompt("word"), ask)


@pytest.mark.parametrize("typed", [True, False])
async def test_the_way_back_and_the_last_line_without_an_end(typed):
    one, _ = talk("<\nlast", typed=typed)
    assert await one.ask(Prompt("word"), lower) is Way.BACK
    assert await one.ask(Prompt("word"), lower) == "last"
    with pytest.raises(LeftError if typed else PipeError):
        await one.ask(Prompt("word"), lower)


async def test_what_the_file_gives_is_not_read_and_asked_for_once_it_is_refused():
    given, out = talk("unread\n")
    assert await given.ask(Prompt("word", "it", "answers file", given=True), lower) == "default"
    assert out.getvalue() == "word [it, answers file]:\n"

    async def never_empty(text: str) -> str:
        return await lower(text if text else "Big")

    one, out = talk("small\n")
    assert await one.ask(Prompt("word", given=True), never_empty) == "small"


async def test_a_hidden_answer_is_asked_for_by_whoever_hides_it():
    one, out = talk("", hidden="secret")
    assert await one.ask(Prompt("KEY", hidden=True), lower) == "secret"
    assert out.getvalue() == ""


async def test_a_closed_terminal_ends_a_hidden_answer_too():
    one, _ = talk("", hidden="")
    with pytest.raises(LeftError):
        await one.ask(Prompt("KEY", hidden=True), lower)
