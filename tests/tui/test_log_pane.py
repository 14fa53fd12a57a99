"""The log of the build screen: keys in, painted lines out, on a real file."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from canvos_tui.adapters.log.times import TimesWriter
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.log.query import parse_query
from canvos_tui.tui.log.pane import LogPane
from tests.benchmarks.log_app import LogApp
from tests.logs import EARTHLY
from tests.tui.screen import see, text_of, type_text, until

SIZE = (80, 24)
Open = Callable[..., Any]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    @asynccontextmanager
    async def open_on(data: bytes, size: tuple[int, int] = SIZE) -> AsyncGenerator[tuple[Pilot[None], LogPane]]:
        path = tmp_path / "build.log"
        path.write_bytes(data)
        app = LogApp(path)
        async with app.run_test(size=size) as pilot:
            pane = app.query_one(LogPane)
            await until(pilot, lambda: pane.browser.view.line_count == data.count(b"\n"))
            await see(pilot, "done")
            yield pilot, pane

    return open_on


def sample(name: str) -> bytes:
    pipe = LogPipe()
    return pipe.feed((EARTHLY / name).read_bytes()) + pipe.flush()


def numbered(count: int) -> bytes:
    return b"".join(b"         +base-image | number %d\n" % n for n in range(1, count + 1))


def append(pane: LogPane, data: bytes) -> None:
    assert pane.browser.reader is not None
    with pane.browser.reader.path.open("ab") as log:
        log.write(data)


def shown(pilot: Pilot[None]) -> list[str]:
    """The painted lines of the log alone."""
    return [line[1:-1].rstrip() for line in text_of(pilot.app).split("\n")[1:-2]]


# -- following ---------------------------------------------------------------------------------------------


async def test_the_end_is_followed_until_one_scrolls_up(opened: Open) -> None:
    async with opened(numbered(500)) as (pilot, pane):
        await see(pilot, "number 500", "FOLLOWING", "line 500")
        await pilot.press("up")
        await see(pilot, "PAUSED +0 new, End to follow", "number 500")
        append(pane, numbered(3))
        await see(pilot, "PAUSED +3 new")
        assert "number 500" in text_of(pilot.app)
        await pilot.press("pageup")
        await until(pilot, lambda: "number 500" not in text_of(pilot.app))
        await pilot.press("end")
        await see(pilot, "FOLLOWING", "number 3")
        await pilot.press("home")
        painted = await see(pilot, "number 1", "line 1 of 503")
        assert shown(pilot)[0].endswith("number 1")
        assert "PAUSED" in painted
        for _ in range(30):
            await pilot.press("pagedown")
        await see(pilot, "FOLLOWING", "number 3")


async def test_down_on_the_last_line_follows_again(opened: Open) -> None:
    async with opened(numbered(100)) as (pilot, _):
        await pilot.press("up", "up")
        assert await see(pilot, "PAUSED", "line 98 of 100")
        await pilot.press("down", "down", "down")
        assert await see(pilot, "FOLLOWING")


async def test_what_comes_while_paused_moves_nothing(opened: Open) -> None:
    async with opened(numbered(100)) as (pilot, pane):
        await pilot.press("pageup")
        await see(pilot, "PAUSED")
        before = shown(pilot)
        append(pane, numbered(5000))
        await see(pilot, "PAUSED +5000 new")
        assert [line[:60] for line in shown(pilot)] == [line[:60] for line in before]


async def test_a_log_of_one_million_lines_holds_a_window_only(opened: Open) -> None:
    async with opened(b"x\n" * 1_000_000) as (pilot, pane):
        await see(pilot, "line 1000000")
        await pilot.press("home", "pagedown", "pageup", "end")
        assert len(pane.browser.view.window.rows) <= SIZE[1]


async def test_a_resize_keeps_the_end_in_view(opened: Open) -> None:
    async with opened(numbered(500)) as (pilot, _):
        for columns, rows in ((60, 16), (120, 40), (80, 10), (80, 24)):
            await pilot.resize_terminal(columns, rows)
            await see(pilot, "number 500", f"number {500 - rows + 4}", "FOLLOWING")
            assert len(text_of(pilot.app).split("\n")) == rows


# -- search ------------------------------------------------------------------------------------------------


async def test_search_jumps_to_the_first_hit_and_counts_all(opened: Open) -> None:
    async with opened(sample("success-v4.10.0.log")) as (pilot, pane):
        await pilot.press("slash")
        await type_text(pilot, "dracut")
        await until(
            pilot, lambda: pane.browser.scans.search is not None and not pane.browser.scans.searching and pane.browser.scans.search.at
        )
        search = pane.browser.scans.search
        assert search is not None
        hits = list(search.hits)
        assert len(hits) > 3
        await see(pilot, f"/dracut 1 of {len(hits)} ")
        await pilot.press("enter", "n")
        await see(pilot, f"/dracut 2 of {len(hits)} ", f"line {hits[1] + 1} of")
        await pilot.press("N", "N")
        await see(pilot, f"/dracut {len(hits)} of {len(hits)} ", "around the beginning")
        await pilot.press("n")
        await see(pilot, "around the end", f"line {hits[0] + 1} of")


async def test_letters_go_into_the_field_while_one_types(opened: Open) -> None:
    async with opened(numbered(300)) as (pilot, pane):
        await pilot.press("slash")
        await type_text(pilot, "newest 0 wctsoq")
        assert pane.query_one("#log-query").value == "newest 0 wctsoq"
        assert not pane.browser.view.window.wraps
        assert not pane.browser.filter.active
        assert pilot.app.is_running


async def test_esc_gives_the_search_up_and_goes_back(opened: Open) -> None:
    async with opened(numbered(300)) as (pilot, pane):
        await pilot.press("slash")
        await type_text(pilot, "number 7")
        await see(pilot, "PAUSED", "/number 7")
        await pilot.press("escape")
        await see(pilot, "FOLLOWING")
        assert pane.browser.scans.search is None
        await pilot.press("pageup", "pageup")
        await until(pilot, lambda: pane.browser.view.window.cursor is not None)
        stood = pane.browser.view.current
        await pilot.press("slash")
        await type_text(pilot, "number 9")
        await until(pilot, lambda: pane.browser.scans.search is not None and bool(pane.browser.scans.search.hits))
        await pilot.press("escape")
        await see(pilot, f"line {stood + 1} of 300", "PAUSED")


async def test_a_search_without_hits_leaves_one_where_one_stood(opened: Open) -> None:
    async with opened(numbered(300)) as (pilot, pane):
        await pilot.press("slash")
        await type_text(pilot, "number 7")
        assert await see(pilot, "PAUSED", "/number 7 1 of")
        await type_text(pilot, "x")
        assert await see(pilot, "FOLLOWING", "/number 7x 0", "number 300")
        await pilot.press("enter", "pageup", "pageup")
        await until(pilot, lambda: pane.browser.view.window.cursor is not None)
        stood = pane.browser.view.current
        append(pane, numbered(3) + b"number 7x\n")
        assert await see(pilot, "/number 7x 1", f"line {stood + 1} of 304", "PAUSED +4 new")


async def test_hits_are_marked_and_only_they(opened: Open) -> None:
    async with opened(numbered(3)) as (pilot, _):
        await pilot.press("slash")
        await type_text(pilot, "number 2")
        await see(pilot, "/number 2 1")
        strips = pilot.app.screen._compositor.render_strips()
        marked = ["".join(s.text for s in strip if s.style and s.style.reverse and s.style.bold) for strip in strips]
        assert [text for text in marked if text.strip()] == ["number 2"]


async def test_a_hit_far_to_the_right_is_scrolled_into_view(opened: Open) -> None:
    async with opened(b"short\n" + b"x" * 500 + b" needle " + b"y" * 500 + b"\nshort\n") as (pilot, _):
        await pilot.press("slash")
        await type_text(pilot, "needle")
        assert await see(pilot, "x needle y")
        await pilot.press("escape", "home")
        for _ in range(30):
            await pilot.press("left")
        assert await see(pilot, "short")


async def test_a_wrong_expression_says_what_is_wrong(opened: Open) -> None:
    async with opened(numbered(30)) as (pilot, _):
        await pilot.press("slash")
        await type_text(pilot, "re:(")
        assert await see(pilot, "is no regular expression")
        await pilot.press("backspace")
        await type_text(pilot, "number 2.")
        assert await see(pilot, "of 10")


async def test_hits_in_what_comes_later_are_counted_too(opened: Open) -> None:
    async with opened(numbered(30)) as (pilot, pane):
        await pilot.press("slash")
        await type_text(pilot, "number 30")
        await pilot.press("enter")
        assert await see(pilot, "/number 30 1 of 1 ")
        append(pane, numbered(30))
        assert await see(pilot, "/number 30 1 of 2 ")


async def test_another_query_replaces_the_first_at_once(opened: Open) -> None:
    async with opened(b"a usual line of a log that is long enough\n" * 100_000 + b"the end\n") as (pilot, pane):
        await pilot.press("slash")
        await type_text(pilot, "usual")
        for _ in range(5):
            await pilot.press("backspace")
        await type_text(pilot, "the end")
        await see(pilot, "/the end 1 of 1 ")
        assert pane.browser.scans.search is not None
        assert pane.browser.scans.search.query.text == "the end"


# -- errors and filters ------------------------------------------------------------------------------------


async def test_e_goes_to_the_first_real_error_then_through_all(opened: Open) -> None:
    async with opened(sample("fail-disk-full-v4.10.0.log")) as (pilot, pane):
        await see(pilot, " folded: u]")
        await pilot.press("e")
        await see(pilot, "ERR rsync finished with errors", "the first real error")
        assert pane.browser.view.current == pane.browser.scans.survey.first_error()
        first = pane.browser.view.current
        await pilot.press("e")
        await until(pilot, lambda: pane.browser.view.current > first)
        await pilot.press("E")
        await until(pilot, lambda: pane.browser.view.current == first)


async def test_the_cause_that_the_judge_found_comes_first(opened: Open) -> None:
    async with opened(sample("fail-disk-full-v4.10.0.log")) as (pilot, pane):
        pane.browser.cause = 1061
        await pilot.press("e")
        assert await see(pilot, "line 1062: the first real error")


async def test_a_log_without_error_says_so(opened: Open) -> None:
    async with opened(sample("success-v4.10.0.log")) as (pilot, _):
        await pilot.press("e")
        assert await see(pilot, "no error in the log so far", "FOLLOWING")


async def test_a_phase_alone_is_shown_and_zero_shows_all(opened: Open) -> None:
    async with opened(sample("success-v4.10.0.log")) as (pilot, pane):
        await pilot.press("6")
        await see(pilot, "only phase 6")
        begin, end = pane.browser.scans.survey.span(6) or (0, 0)
        assert end is not None
        await until(pilot, lambda: pane.browser.view.window.count == end - begin)
        await pilot.press("home")
        await until(pilot, lambda: pane.browser.view.window.rows[0].line == begin)
        await pilot.press("0")
        await until(pilot, lambda: pane.browser.view.window.count == pane.browser.view.line_count)


async def test_levels_go_round(opened: Open) -> None:
    async with opened(sample("fail-apt-404-v4.9.38.log")) as (pilot, pane):
        counts = []
        for words in ("only errors:", "only errors and warnings:", "only commands:"):
            await pilot.press("l")
            await see(pilot, words)
            counts.append(pane.browser.view.window.count)
        assert 0 < counts[0] <= counts[1] < counts[2] < pane.browser.view.line_count
        assert all("-->" in line for line in shown(pilot) if line.strip())
        await pilot.press("l")
        await until(pilot, lambda: not pane.browser.filter.active)


async def test_only_the_hits_and_back(opened: Open) -> None:
    async with opened(numbered(300)) as (pilot, pane):
        await pilot.press("ampersand")
        assert await see(pilot, "search for something first")
        await pilot.press("slash")
        await type_text(pilot, "number 25")
        await pilot.press("enter", "ampersand")
        assert await see(pilot, "only hits: 11 lines")
        append(pane, b"number 25 again\n")
        assert await see(pilot, "number 25 again")
        await pilot.press("escape")
        await until(pilot, lambda: not pane.browser.filter.active)
        await pilot.press("escape")
        await until(pilot, lambda: pane.browser.scans.search is None)


async def test_a_repeated_failure_is_folded_and_can_be_unfolded(opened: Open) -> None:
    async with opened(sample("fail-disk-full-v4.10.0.log")) as (pilot, pane):
        painted = await see(pilot, "Repeating the failure error... [")
        assert painted.count("*failed*") == 1
        assert pane.browser.view.window.count < pane.browser.view.line_count
        await pilot.press("u")
        await until(pilot, lambda: pane.browser.view.window.count == pane.browser.view.line_count)
        await pilot.press("u")
        await see(pilot, " folded: u]")


# -- looks -------------------------------------------------------------------------------------------------


async def test_long_lines_wrap_at_words_and_every_word_can_be_reached(opened: Open) -> None:
    words = [f"word-{n}" for n in range(2000)]
    lines = [" ".join(words[at : at + 100]) for at in range(0, 2000, 100)]
    async with opened(("\n".join(lines) + "\n").encode()) as (pilot, pane):
        await pilot.press("w")
        await see(pilot, "word-1999", "FOLLOWING")
        await pilot.press("home")
        await until(pilot, lambda: pane.browser.view.window.top == 0)
        seen: set[str] = set()
        for _ in range(60):
            await pilot.pause()
            seen |= {word for line in shown(pilot) for word in line.split()}
            if pane.browser.view.window.following:
                break
            await pilot.press("down")
        await pilot.pause()
        seen |= {word for line in shown(pilot) for word in line.split()}
        assert set(words) <= seen


async def test_wide_characters_wrap_within_the_window(opened: Open) -> None:
    async with opened(("世界" * 100 + "!\n").encode()) as (pilot, pane):
        await pilot.press("w")
        await see(pilot, "!")
        assert "".join(shown(pilot)).count("世") == 100
        assert all(row.strip.cell_length <= SIZE[0] - 1 for row in pane.browser.view.window.rows)


async def test_times_are_those_at_which_lines_came(opened: Open, tmp_path: Path) -> None:
    writer = TimesWriter(tmp_path / "build.log")
    writer.stored(numbered(2))
    writer.close()
    stamp = time.strftime("%H:%M")
    async with opened(numbered(2)) as (pilot, _):
        await pilot.press("t")
        assert await see(pilot, f"{stamp}:")
        await pilot.press("t")
        assert await see(pilot, "    0:00 ")
        await pilot.press("t")
        await until(pilot, lambda: shown(pilot)[0].startswith("         +base-image"))


async def test_a_log_without_times_shows_a_dash(opened: Open) -> None:
    async with opened(numbered(2)) as (pilot, _):
        await pilot.press("t")
        assert await see(pilot, "       - ")


# -- taking things out -------------------------------------------------------------------------------------


async def test_c_copies_the_line_without_colours(opened: Open) -> None:
    async with opened(b"one\n\x1b[36m         +base-image\x1b[0m | \x1b[31mtwo\x1b[0m\nthree\n") as (pilot, _):
        await pilot.press("c")
        await until(pilot, lambda: pilot.app.copied == ["three"])
        await pilot.press("up", "c")
        await until(pilot, lambda: len(pilot.app.copied) == 2)
        assert pilot.app.copied == ["three", "         +base-image | two"]


async def test_a_selection_is_copied_whole(opened: Open) -> None:
    async with opened(numbered(50)) as (pilot, _):
        await pilot.press("up", "v", "up", "up", "c")
        await until(pilot, lambda: pilot.app.copied)
        assert pilot.app.copied[0].split("\n") == [f"         +base-image | number {n}" for n in (47, 48, 49)]
        await pilot.press("shift+up", "shift+up", "c")
        await until(pilot, lambda: len(pilot.app.copied) == 2)
        assert pilot.app.copied[1].count("\n") == 2


async def test_too_many_lines_are_no_case_for_a_clipboard(opened: Open) -> None:
    async with opened(numbered(9000)) as (pilot, _):
        await pilot.press("up", "v", "home", "c")
        assert await see(pilot, "too many for a clipboard; s saves the log")


async def test_capital_c_copies_the_error_with_what_is_around_it(opened: Open) -> None:
    async with opened(sample("fail-disk-full-v4.10.0.log")) as (pilot, _):
        await pilot.press("C")
        await until(pilot, lambda: pilot.app.copied)
        lines = pilot.app.copied[0].split("\n")
        assert "ERR rsync finished with errors" in lines[20]
        assert 41 <= len(lines) <= 60
        assert not any("\x1b" in line for line in lines)


async def test_s_saves_and_asks_before_it_replaces(opened: Open, tmp_path: Path) -> None:
    target = tmp_path / "mine.log"
    async with opened(numbered(30)) as (pilot, _):
        for answer in ("new", "keep", "replace"):
            await pilot.press("s")
            await see(pilot, "Save the log as")
            field = pilot.app.screen.query_one("#ask-path")
            assert field.value == str(tmp_path / "canvos-build.log")
            field.value = "mine.log"
            await pilot.press("enter")
            if answer != "new":
                await see(pilot, "Replace it with the log")
                await pilot.press(*(["down"] if answer == "replace" else []), "enter")
            await see(pilot, "not saved" if answer == "keep" else "saved: ")
            if answer == "new":
                assert target.read_bytes() == numbered(30)
                target.write_bytes(b"mine")
            assert (target.read_bytes() == b"mine") is (answer == "keep" or answer == "new")
        assert target.read_bytes() == numbered(30)


async def test_another_theme_colours_a_log_that_stands_still(opened: Open) -> None:
    async with opened(numbered(30)) as (pilot, _):

        def background() -> object:
            strip = pilot.app.screen._compositor.render_strips()[3]
            return next(segment.style.bgcolor for segment in strip if "number" in segment.text)

        dark = background()
        pilot.app.theme = "textual-light"
        await until(pilot, lambda: background() != dark)
        assert background() is not None


async def test_the_whole_screen_and_esc(opened: Open) -> None:
    async with opened(numbered(30)) as (pilot, pane):
        await pilot.press("z")
        await until(pilot, lambda: pane.full)
        assert pane.full
        await pilot.press("escape")
        await until(pilot, lambda: not pane.full)


def test_a_query_with_a_capital_is_exact() -> None:
    assert parse_query("Error").exact
    assert not parse_query("error").exact
