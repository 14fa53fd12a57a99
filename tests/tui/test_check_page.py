"""The check screen by its keys: what comes first, what is folded, what is copied, and what happens while answers come or get old."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.color import Color
from textual.widgets import OptionList

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checks import registry
from canvos_tui.core.checks.acceptance import accept, split
from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Severity
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.last_passed import LastPass
from canvos_tui.core.checks.reports.report_text import text as printed
from canvos_tui.core.checks.routes import of_route
from canvos_tui.core.checks.runner import run
from canvos_tui.core.errors import DockerError, Remedy
from canvos_tui.core.session import Session
from canvos_tui.core.status import Status
from canvos_tui.core.text import clip
from canvos_tui.tui.app import CanvosApp
from canvos_tui.tui.checks.rows import LONGEST_NAME, NAMES
from canvos_tui.tui.opening import Opening, Room
from canvos_tui.tui.steps.step00_prerequisites import Prerequisites
from canvos_tui.tui.widgets.check_list import WIDE, CheckList
from canvos_tui.tui.widgets.key_footer import KeyFooter
from tests import samples
from tests.tui.fakes import NOW
from tests.tui.scenes import SCENES, play
from tests.tui.screen import see, text_of, until

DOWN = DockerError("/run/docker.sock: connection refused", cause="engine-down", remedy="sudo systemctl start docker")
ROW = re.compile(r"│ [▸ ] ([✗▲?·✓◐])[ ~](.*?)│", re.MULTILINE)
CHECKS = of_route(registry.CHECKS, Route.GUIDE)
TITLES = {check.title: check.id for check in CHECKS}


def listed(app) -> list[tuple[str, str]]:
    """Mark and id of the painted rows that stand for one check."""
    room = LONGEST_NAME if app.screen.query_one(CheckList).size.width >= WIDE else NAMES
    titles = {clip(title, room): name for title, name in TITLES.items()}
    found = []
    for row in ROW.finditer(text_of(app)):
        title = next((t for t in sorted(titles, key=len, reverse=True) if row[2].startswith(f"{t} ")), "")
        own = re.match(r"title of (\S+)", row[2])
        if title or own:
            found.append((row[1], own[1] if own else titles[title]))
    return found


async def checked(pilot) -> None:
    """Waits for all answers to be painted."""
    panel = pilot.app.screen.query_one(Prerequisites)
    await until(pilot, lambda: panel.report.done and panel.report.results and not panel._asking)
    await see(pilot, "ago")
    await pilot.pause()


def one(name: str, ask: Callable[[Context], Awaitable[CheckAnswer]], **more) -> Check:
    return Check(name, f"title of {name}", "host", Severity.REQUIRED, "step 16", f"{name} is needed", ask, **more)


# what is asked of Docker only when it answers; the right to use it waits as well, but of its own accord
WAITING = [check.id for check in CHECKS if "TOOL-DOCKER" in check.needs]


async def passes(_: Context) -> CheckAnswer:
    return CheckAnswer(Status.PASS, "fine", "fine")


async def test_the_first_failure_is_named_on_top_and_its_detail_is_open(make_app, ports, full):
    ports.docker.error = DOWN
    ports.host.memory = 5_800_000_000
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        painted = await see(
            pilot, "╭─ Docker engine", "Found   /run/docker.sock", "Fix ", "systemctl start docker", "TOOL-DOCKER · required"
        )
        lines = painted.splitlines()
        assert lines[0].endswith("✗ 2 to fix")
        assert re.search(r"\d+ of \d+ passed · \S+ s · 0 s ago ─╯", painted)
        assert re.search(r"│ ▸ ✗ Docker engine +/run/docker\.sock", lines[3])
        # without an engine nothing starts; with little memory it would
        assert listed(app)[:2] == [("✗", "TOOL-DOCKER"), ("✗", "HOST-MEM")]


async def test_the_order_is_the_one_of_the_command_line(make_app, ports, full):
    ports.docker.error = DOWN
    ports.host.memory = 5_800_000_000
    app = make_app(full, page="check")
    async with app.run_test(size=(120, len(CHECKS) + 60)) as pilot:
        await checked(pilot)
        report = app.screen.query_one(Prerequisites).report
        lines = [line.split()[1] for line in printed(report).splitlines() if line.startswith(("FAIL ", "????", "WARN"))]
        assert lines
        assert [name for _, name in listed(app)][: len(lines)] == lines
        await pilot.press("space")
        await until(pilot, lambda: [row.key for row in app.screen.query_one(CheckList)._rows] == [r.check.id for r in report.ordered()])


async def test_a_failure_tells_when_it_passed_and_what_has_changed_since(make_app, ports, full):
    """The store is asked for this checkout; with what passes nothing of it is shown."""
    asked: list[Path | None] = []
    surroundings = {"tool": {}, "host": {}, "docker": {"version": "26.0"}, "canvos": {}, "answers": {}, "environment": {}}
    yesterday = LastPass(NOW - timedelta(days=1), "29.0.1", surroundings)
    ports.host.memory = 5_800_000_000

    def store(folder: Path | None) -> dict[str, LastPass]:
        asked.append(folder)
        return dict.fromkeys(TITLES.values(), yesterday)

    app = CanvosApp(Room(replace(ports, passes=store), full, Opening(page="check")))
    async with app.run_test(size=(80, 40)) as pilot:
        await checked(pilot)
        painted = await see(pilot, "Last    passed 2026-08-22 14:12 UTC: 29.0.1; since then changed: Docker", "engine 26.0 -> 27.1.1")
        assert painted.index("Fix ") < painted.index("Last ")
        assert asked == [full.folder]
        await pilot.press("C")
        await until(pilot, lambda: "On this machine: passed 2026-08-22" in "".join(ports.terminal.copied))
        await pilot.press("space", "end")
        await until(pilot, lambda: "Last    " not in text_of(app))


async def test_what_waits_and_what_passed_is_folded_until_space_unfolds_it(make_app, ports):
    ports.docker.error = DOWN
    app = make_app(page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        folded = f"· {len(WAITING) + 1} wait"
        painted = await see(pilot, folded, "for Docker engine ", "Space unfolds · ")
        assert re.search(r"✓ \d+ passed +host \d+, tools \d+, network \d+", painted)
        await pilot.press("space")
        assert await see(pilot, "· Right to use Docker")
        await pilot.press("end")
        await until(pilot, lambda: any(row[0] == "✓" for row in listed(app)))
        await see(pilot, "Space folds · ")
        await pilot.press("space")
        assert await see(pilot, folded)


async def test_what_was_not_answered_is_no_failure_and_is_not_painted_as_one(make_app):
    app = make_app(page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        await see(pilot, "ready so far", "required without an answer, first: ")
        colours = app.theme_variables
        line = app.screen.query_one("#check-first")
        assert line.styles.color == Color.parse(colours["text-warning"]) != Color.parse(colours["text-error"])


@pytest.mark.parametrize(("size", "whole"), [((60, 16), False), ((80, 24), False), ((100, 30), True), ((120, 40), True)])
async def test_no_fold_is_cut_and_a_tall_window_cuts_no_row(tmp_path, size, whole):
    (failing,) = (scene for scene in SCENES if scene.stem == "step00-prerequisites-failing")
    async with play(failing, (80, 24), tmp_path) as pilot:
        await pilot.resize_terminal(*size)
        await pilot.press("end", "home")  # what has no room scrolls
        rows = pilot.app.screen.query_one("#check-rows", OptionList)
        painted = [str(rows.get_option_at_index(number).prompt) for number in range(rows.option_count)]
        assert not [row for row in painted if ("..." in row or "…" in row) and (whole or "wait" in row or "passed" in row)]
        lines = [line for row in painted for line in row.splitlines()]
        assert max(map(len, lines)) <= rows.size.width, "or the list would cut them itself"
        words = " ".join(" ".join(painted).split())
        assert "host 4, tools 5, network 12, repo 8, files 1, aws 20" in words or "more passed" in words
        if whole:
            assert "needs a running engine and the docker command" in words, "what a failure needs stands beside it"


async def test_a_fold_under_the_cursor_tells_what_is_in_it(make_app, ports):
    ports.docker.error = DOWN
    app = make_app(page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        await pilot.press("end")
        assert await see(pilot, " passed ─", "Processor and system ", "Linux x86_64")
        await pilot.press("v")
        assert await see(pilot, "this row has no output of its own")


async def test_a_green_list_is_one_line_and_the_way_on(make_app, full, checkout):
    host = tuple(c for c in CHECKS if c.category == "host")
    app = make_app(full, page="check", known=Session(report=Report(host)))
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        painted = await see(pilot, f"{len(host)} of {len(host)} passed · ", "✓ ready")
        assert painted.splitlines()[3].startswith(f" │ ▸ ✓ {len(host)} passed"), "nothing else stands above the list"
        await until(pilot, lambda: app.focused is not None and app.focused.id == "next")
        await pilot.press("space")  # the button does not take the keys of the list
        await pilot.press("f5")
        await checked(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "repo")


@pytest.mark.parametrize("size", samples.every([(80, 24), (120, 40)], lambda: [(80, 24)]))
async def test_warnings_alone_need_no_second_line_above_the_list(make_app, ports, full, size):
    app = make_app(full, page="check")
    async with app.run_test(size=size) as pilot:
        await checked(pilot)
        await until(pilot, lambda: re.search(r"─ Prerequisites ─.*\n.*│ ▸ ▲ user-data", text_of(app)))
        ports.docker.error = DOWN
        await pilot.press("f5")
        await see(pilot, "▸ ✗ Docker engine")


async def test_running_rows_count_and_keep_their_place_once_the_cursor_was_moved(make_app, ports):
    gates = {name: asyncio.Event() for name in ("A-ONE", "B-TWO", "C-THREE")}

    def gated(name: str, status: Status) -> Check:
        async def ask(_: Context) -> CheckAnswer:
            await gates[name].wait()
            return CheckAnswer(status, "answered", "more")

        return one(name, ask, limit=600)

    checks = (gated("A-ONE", Status.PASS), gated("B-TWO", Status.FAIL), gated("C-THREE", Status.FAIL))
    app = make_app(page="check", known=Session(report=Report(checks)))
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "3 running")
        assert listed(app) == [("◐", "A-ONE"), ("◐", "B-TWO"), ("◐", "C-THREE")]
        ports.clock.move(7)
        assert await see(pilot, "◐ title of A-ONE", " 7 s")
        gates["C-THREE"].set()
        await until(pilot, lambda: listed(app)[0] == ("✗", "C-THREE"))  # nobody moved: the failure rises
        await pilot.press("down")
        gates["B-TWO"].set()
        gates["A-ONE"].set()
        await checked(pilot)
        assert listed(app) == [("✗", "C-THREE"), ("✓", "A-ONE"), ("✗", "B-TWO")]
        assert "▸ ✓ title of A-ONE" in text_of(app)
        await pilot.press("space")  # asked for another order, it gets one
        await until(pilot, lambda: listed(app)[:2] == [("✗", "B-TWO"), ("✗", "C-THREE")])


async def test_the_near_answers_are_painted_before_anything_else_is_asked(make_app):
    painted: list[str] = []

    async def far(_: Context) -> CheckAnswer:
        painted.append(text_of(app))
        return CheckAnswer(Status.PASS, "fine", "fine")

    checks = (one("FAR", far), one("NEAR", passes, near=True))
    app = make_app(page="check", known=Session(report=Report(checks)))
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
    assert "1 of 2 passed · 1 running" in painted[0]


async def test_f_turns_to_the_other_fix_and_c_copies_its_commands_alone(make_app, ports, full):
    from canvos_tui.core.errors import Command

    async def ask(_: Context) -> CheckAnswer:
        fixes = (Remedy("Start it", (Command("sudo systemctl start docker", root=True), Command("docker info"))), Remedy("Or rest"))
        return CheckAnswer(Status.FAIL, "down", "up", fixes)

    app = make_app(page="check", known=Session(report=Report((one("T-X", ask),))))
    copied = ports.terminal.copied
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await checked(pilot)
        assert await see(
            pilot, "sudo systemctl start docker ", "as root  c copies", "Else    f shows 1 other fix", "c Copy fix", "a Accept"
        )
        await pilot.press("c")
        await until(pilot, lambda: copied)
        assert copied == ["sudo systemctl start docker\ndocker info"]
        assert await see(pilot, "copied with a fake")
        assert not app.screen.query("Toast"), "a box would lie above what is read"
        await pilot.press("f")
        assert "Copy fix" not in await see(pilot, "Fix     Or rest", "a Accept")
        await pilot.press("c")
        assert await see(pilot, "no command to copy")
        assert len(copied) == 1
        await pilot.press("C")
        await until(pilot, lambda: len(copied) == 2)
        assert copied[1].startswith("**NOT READY")


async def test_the_raw_output_is_shown_masked(make_app, ports):
    from canvos_tui.core.checks.check import Evidence

    async def ask(_: Context) -> CheckAnswer:
        words = "docker.sock: refused\npassword=hunter2hunter2\n" + "\n".join(f"line {n}" for n in range(60))
        return CheckAnswer(Status.FAIL, "down", "up", evidence=(Evidence("docker info", words, 1, ran=True),))

    app = make_app(page="check", known=Session(report=Report((one("T-X", ask),))))
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        painted = await see(pilot, "$ docker info → exit 1", "v raw output")
        assert "hunter2" not in painted
        await pilot.press("v")
        painted = await see(pilot, "Raw output of T-X", "docker.sock: refused", "MASKED")
        assert "hunter2" not in painted
        await pilot.press("end")
        assert await see(pilot, "line 59")
        await pilot.press("escape")
        await see(pilot, "v raw output")
    wide = make_app(page="check", known=Session(report=Report((one("T-X", ask),))))
    async with wide.run_test(size=(120, 40)) as pilot:
        await checked(pilot)
        painted = await see(pilot, "docker.sock: refused", "line 5")
        assert "hunter2" not in painted


async def test_r_runs_this_and_what_depends_on_it_again(make_app, ports, full):
    ports.docker.error = DOWN
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        assert listed(app)[0] == ("✗", "TOOL-DOCKER")
        before = app.screen.query_one(Prerequisites).report.results
        ports.docker.error = None
        ports.clock.move(30)
        await pilot.press("r")
        await until(pilot, lambda: app.known.report.results["TOOL-DOCKER-PRIV"].status is Status.PASS)
        after = app.screen.query_one(Prerequisites).report.results
        again = {name for name, result in after.items() if result.at != before[name].at}
        assert again == {"TOOL-DOCKER", "TOOL-DOCKER-PERM", *WAITING}
        assert await see(pilot, "30 s ago")  # the oldest answer counts


async def test_a_run_that_was_cut_short_leaves_no_check_without_an_answer(make_app):
    asked: list[str] = []
    gate = asyncio.Event()

    async def slow(_: Context) -> CheckAnswer:
        asked.append("slow")
        await gate.wait()
        return CheckAnswer(Status.PASS, "at last", "")

    app = make_app(page="check", known=Session(report=Report((one("A-FAST", passes), one("B-SLOW", slow, limit=600)))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: asked)
        await until(pilot, lambda: "A-FAST" in app.screen.query_one(Prerequisites).report.results)
        await pilot.press("down", "r")
        await until(pilot, lambda: len(asked) == 2)
        gate.set()
        await checked(pilot)
        assert app.known.report.done


async def test_answers_get_old_and_say_so(make_app, ports):
    app = make_app(page="check", known=Session(report=Report((one("A-ONE", passes), one("B-TWO", passes)))))
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        ports.clock.move(45)
        assert await see(pilot, "45 s ago")
        ports.clock.move(600)
        await pilot.press("space")
        assert await see(pilot, "2 stale (~), F5 asks again", "✓~title of A-ONE")
        await pilot.press("R")  # what is old is asked again as well
        assert await see(pilot, "0 s ago", "✓ title of A-ONE")


async def test_slash_filters_the_rows_by_what_they_say(make_app, ports, full):
    ports.docker.error = DOWN
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        await pilot.press("slash")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "check-filter")
        await pilot.press(*"quay")
        await until(pilot, lambda: listed(app) == [("✓", "NET-QUAY")])
        await pilot.press("enter", "r")
        await checked(pilot)
        assert listed(app) == [("✓", "NET-QUAY")]
        await pilot.press("slash", "escape")
        await until(pilot, lambda: listed(app)[0] == ("✗", "TOOL-DOCKER"))
        assert app.current_mode == "check"


async def test_a_window_that_changes_its_size_keeps_the_row_under_the_cursor(make_app, ports, full):
    ports.docker.error = DOWN
    ports.host.memory = 5_800_000_000
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        await pilot.press("down")
        await see(pilot, "▸ ✗ Memory")
        await pilot.resize_terminal(120, 40)
        await see(pilot, "✓ Processors", "▸ ✗ Memory")
        await pilot.resize_terminal(60, 16)
        await see(pilot, "▸ ✗ Memory")
        await pilot.resize_terminal(59, 16)
        await see(pilot, "Please enlarge the window (now 59x16)")
        await pilot.resize_terminal(80, 24)
        await see(pilot, "▸ ✗ Memory", "Found ")


async def test_only_a_failure_can_be_accepted(make_app, ports):
    app = make_app(page="check", known=Session(report=Report((replace(CHECKS[0], ask=passes),))))
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        app.screen.query_one("#check-rows").focus()
        assert not {"Copy fix", "Accept"} & {key.name for key in app.screen.query_one(KeyFooter).keys}, "neither does anything here"
        await pilot.press("a")
        assert await see(pilot, "only a failed check can be accepted")


@pytest.mark.parametrize("name", ["NET-DNS", "HOST-ARCH", "TOOL-DOCKER"])
async def test_any_failure_can_be_accepted_with_a_reason_as_on_the_command_line(make_app, ports, name):
    check = replace(next(c for c in CHECKS if c.id == name), ask=_fails, needs=())
    app = make_app(page="check", known=Session(report=Report((check,))))
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        app.screen.query_one("#check-rows").focus()
        await pilot.press("a")
        assert await see(pilot, f"Accept {name}?")
        await pilot.press("end", "enter")
        assert await see(pilot, "Why may the build go on?")
        await pilot.press(*"closed", "enter")
        assert await see(pilot, "▲ ", "accepted", "closed")
        assert app.draft.accepted == Draft().after(accept(CHECKS, *split(f"{name}=closed", ""))).accepted


async def _fails(_: Context) -> CheckAnswer:
    return CheckAnswer(Status.FAIL, "no", "yes")


async def test_the_screen_and_the_command_line_ask_the_same_and_get_the_same(make_app, ports, full):
    ports.docker.error = DOWN
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        await checked(pilot)
        screen = app.screen.query_one(Prerequisites).report
    results = await run(CHECKS, Context(ports, full), lambda _: None)
    assert {r.check.id: (r.status, r.answer.observed) for r in results} == {
        name: (r.status, r.answer.observed) for name, r in screen.results.items()
    }
