"""The first run: nothing was answered before, and no page has been open yet."""

from __future__ import annotations

import ast
import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

import canvos_tui.tui
from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.questions import checkout as rules
from canvos_tui.tui.messages import GoTo, Hinted
from tests.doubles import canvos_repo
from tests.tui.screen import push, see, text_of, until

ROOT = Path(canvos_tui.tui.__file__).parent
STRAIGHT = {"Answered", "Learned", "GoTo", "CopyAsked", "BuildTold", "Hinted"}


async def see_in_use(pilot, tag: str) -> str:
    """Waits until the panel of the tag in use names this one; the screen."""

    def named() -> bool:
        _, _, below = text_of(pilot.app).partition("╭─ In use ")
        return below.partition("\n")[2].startswith(f" │ {tag} ")

    await until(pilot, named)
    return text_of(pilot.app)


async def test_the_proposed_folder_is_an_answer_and_clone_clones_into_it(make_app, ports, tmp_path):
    origin = canvos_repo.make(tmp_path / "origin")
    app = make_app(replace(fresh(), repository=f"file://{origin}"), page="start")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "New  ")
        await pilot.press("enter")
        assert await see(pilot, "? ready so far")
        await pilot.press("f8")
        assert await see(pilot, "can be cloned")
        await until(pilot, lambda: app.draft.folder == tmp_path / "home" / "CanvOS")
        await push(pilot, "#clone")
        assert await see(pilot, "suggested for 4.9")


async def test_a_checkout_that_stands_on_a_tag_is_taken_with_it(make_app, checkout):
    app = make_app(page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "clean, on v4.9.38")
        painted = await see_in_use(pilot, "v4.9.38")
        assert "no CanvOS tag" not in painted
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "image")


async def test_files_are_offered_where_they_are_and_a_missing_one_says_so(make_app, checkout):
    (checkout / "k8s_version.json").unlink()
    app = make_app(page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "[ Earthfile ]", "[ ✗ k8s_version.json ]")
        assert app.screen.query_one("#file-3").disabled


async def test_without_a_checkout_no_button_stands_there_that_does_nothing(make_app):
    app = make_app(page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "nothing there yet", "[ Clone CanvOS ]")
        assert "Earthfile" not in painted


async def test_a_tag_on_which_a_branch_happens_to_stand_was_chosen_by_nobody(make_app, checkout):
    canvos_repo.git(checkout, "checkout", "-q", "-B", "main", "v4.9.37")
    app = make_app(page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "clean, on v4.9.37", "suggested for")
        assert await see(pilot, "╭─ On Next ", " git checkout v4.9.38    local changes: none", "F8 Check out v4.9.38")
        assert "In use" not in text_of(app)
        assert not app.draft.tag
        app.screen.query_one("#tag-list").focus()
        await pilot.press("down")
        assert await see(pilot, " git checkout v4.9.37    local changes: none", "F8 Check out v4.9.37")
        await pilot.press("up")
        await pilot.press("enter")
        painted = await see_in_use(pilot, "v4.9.38")
        assert "no CanvOS tag" not in painted


async def test_a_tag_that_is_checked_out_already_is_said_to_be(make_app, checkout):
    app = make_app(fresh().after(d.FolderChosen(checkout, "r")).after(d.TagChosen("v4.9.38")), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        await see_in_use(pilot, "v4.9.38")
        assert await see(pilot, "suggested for")
        app.screen.query_one("#tag-list").focus()
        for _ in range(2):
            await pilot.press("enter")
            assert await see(pilot, "v4.9.38 is checked out. Enter goes on.")
            await until(pilot, lambda: app.focused is not None and app.focused.id == "next")
            app.screen.query_one("#tag-list").focus()
            app.screen.post_message(Hinted(""))
            await pilot.pause()


async def test_another_folder_is_not_checked_out_because_a_tag_was_chosen_in_this_one(make_app, checkout, tmp_path):
    other = canvos_repo.make(tmp_path / "home" / "other")
    app = make_app(fresh().after(d.FolderChosen(checkout, "r")), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "suggested for")
        app.screen.query_one("#tag-list").focus()
        await pilot.press("down", "enter")
        await see_in_use(pilot, "v4.9.37")
        field = app.screen.query_one("#folder", Input)
        field.focus()
        field.value = "~/other"
        assert await see(pilot, "on v4.10.0")
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        assert canvos_repo.git(other, "branch", "--show-current").strip() == "main"


async def test_next_that_is_pressed_while_git_works_follows_when_it_is_done(make_app, checkout, monkeypatch):
    go_on = asyncio.Event()
    check_out = rules.check_out

    async def slowly(*given: Any) -> Any:
        await go_on.wait()
        return await check_out(*given)

    monkeypatch.setattr(rules, "check_out", slowly)
    app = make_app(fresh().after(d.FolderChosen(checkout, "r")), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "suggested for")
        app.screen.query_one("#tag-list").focus()
        await pilot.press("down", "enter", "f8")
        assert await see(pilot, "Next follows when it is done.")
        assert app.current_mode == "repo"
        go_on.set()
        await until(pilot, lambda: app.current_mode == "image")
        assert app.draft.tag == "v4.9.37"


async def test_a_checkout_without_earthly_sh_is_called_one(make_app, checkout):
    (checkout / "earthly.sh").unlink()
    app = make_app(page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "✗ earthly.sh is missing", "suggested for")


async def test_clone_takes_what_stands_in_the_field_and_says_when_it_cannot(make_app, tmp_path):
    app = make_app(fresh().after(d.FolderChosen(tmp_path / "home" / "new", str(tmp_path / "nothing"))), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "can be cloned")
        field = app.screen.query_one("#folder", Input)
        field.focus()
        field.value = str(tmp_path / "a:b")
        assert await see(pilot, "✗ `:` cannot stand in the path")
        await push(pilot, "#clone")
        assert await see(pilot, "✗ `:` cannot stand in the path")
        await until(pilot, lambda: field.has_focus)
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "check")
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "repo")
        assert await see(pilot, "✗ `:` cannot stand in the path")
        assert field.value == str(tmp_path / "a:b")
    assert not (tmp_path / "a").exists()


async def test_help_while_it_clones_does_not_end_the_clone(make_app, ports, tmp_path):
    origin = canvos_repo.make(tmp_path / "origin")
    go_on, clone = asyncio.Event(), ports.git.clone

    async def slow(*args) -> None:
        await go_on.wait()
        await clone(*args)

    ports.git.clone = slow
    app = make_app(fresh().after(d.FolderChosen(tmp_path / "home" / "CanvOS", f"file://{origin}")), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "can be cloned")
        await push(pilot, "#clone")
        await pilot.press("f1")
        assert await see(pilot, "Help   (c copies")
        await pilot.press("escape")
        assert await see(pilot, "Folder")
        go_on.set()
        assert await see(pilot, "suggested for")


def test_what_is_for_the_app_or_the_hint_row_goes_there_straight():
    climbing = [
        f"{path.name}:{node.lineno}"
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "post_message"
        and getattr(node.func.value, "id", "") == "self"
        and path.name != "app.py"
        and any(isinstance(arg, ast.Call) and getattr(arg.func, "id", "") in STRAIGHT for arg in node.args)
    ]
    assert climbing == []


async def test_what_was_said_of_a_page_does_not_stand_there_when_it_no_longer_holds(make_app, full):
    app = make_app(full.after(d.FieldAnswered("IMAGE_REGISTRY", "")), page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry", "○ needed")
        await pilot.press("f8")
        assert await see(pilot, "✗ Registry is needed")
        await pilot.press("a")
        await until(pilot, lambda: "is needed" not in text_of(app))
        await pilot.press("backspace", "f8")
        await until(pilot, lambda: app.screen.query_one("#hint").render().plain.startswith("✗ a registry is needed"))
        assert await see(pilot, "✗ a registry is needed")
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "repo")
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "image")
        await pilot.pause()
        assert app.screen.query_one("#hint").render().plain == ""


async def test_who_is_sent_to_another_page_is_told_why(make_app, full):
    app = make_app(full.after(d.FieldAnswered("IMAGE_REGISTRY", "")), page="review")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "[ Type the registry ]", "F8 Type the registry")
        await push(pilot, "#write-build")
        await until(pilot, lambda: app.current_mode == "image")
        assert await see(pilot, "✗ Registry is needed")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("start", {"escape": "escape does nothing here"}),
        ("build", {"f8": "opens by itself", **dict.fromkeys("soc", "there is no log yet")}),
        ("result", {"c": "c does nothing here; F1 names the keys", **{key: f"{key} does nothing here" for key in "ljd"}}),
        ("repo", {"f": "no checkout yet"}),
        ("versions", {"a": "has no versions to keep"}),
        ("image", {"down": "there is no list for"}),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
async def test_a_key_that_cannot_act_says_why(make_app, page, said):
    app = make_app(page=page)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == page and all(w.is_finished for w in app.workers))
        if page == "repo":
            app.screen.query_one("#tag-list").focus()
        await pilot.pause()
        for key, words in said.items():
            await pilot.press(key)
            assert await see(pilot, words)
            app.screen.post_message(Hinted(""))
            await until(pilot, partial(unsaid, pilot, words))


def unsaid(pilot, words: str) -> bool:
    return words not in text_of(pilot.app)


@pytest.mark.parametrize(
    ("page", "label", "to", "words"),
    [
        ("start", "Open", "check", "Prerequisites"),  # the line under the cursor, as Enter does
        ("review", "Go to Repo", "repo", "✗ no CanvOS tag is chosen yet"),
        ("result", "Look now", "s3", "✗ needed to look for an image: Region, Bucket, AWS keys (screen Keys)"),
    ],
)
async def test_f8_does_what_it_says_where_the_page_has_a_way_of_its_own(make_app, page, label, to, words):
    app = make_app(page=page)
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == page and all(w.is_finished for w in app.workers))
        await until(pilot, lambda: f"F8 {label}  " in text_of(app).split("\n")[-1])
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == to)
        assert await see(pilot, words)


async def test_a_page_without_a_result_offers_what_it_can_do(make_app, full):
    app = make_app(full, page="result")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.focused is not None and app.focused.id == "look")
        await until(pilot, lambda: "F8 Look now  esc Back" in text_of(app).split("\n")[-1])
        footer = text_of(app).split("\n")[-1]
        assert not [name for name in ("Copy", "Links", "result.json", "Delete") if name in footer]
        await pilot.press("escape")
        (full.folder / ".secret").write_text("AWS_PROFILE=\n")
        app.post_message(GoTo("result"))
        await until(pilot, lambda: "d Delete .secret" in text_of(app).split("\n")[-1])
        assert "F8 Look now" in text_of(app).split("\n")[-1]


async def test_whoever_wants_several_versions_comes_to_the_page_where_they_are_kept(make_app, full):
    app = make_app(full.after(d.SeveralChosen(True)), page="os")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "[x] several versions")
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "versions")
        await pilot.press("f8")
        assert await see(pilot, "✗ several versions are wanted, but none is kept")


async def test_f8_walks_through_the_repository_page_and_says_each_step(make_app, tmp_path):
    origin = canvos_repo.make(tmp_path / "origin")
    draft = fresh().after(d.FolderChosen(tmp_path / "home" / "CanvOS", f"file://{origin}"))
    app = make_app(draft, page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        for label, shows in (("Clone CanvOS", "suggested for 4.9"), ("Check out v4.9.38", "v4.9.38: done"), ("Next", "● Image")):
            assert await see(pilot, f"F8 {label}  ", f"[ {label} ]")
            await pilot.press("f8")
            assert await see(pilot, shows)


async def test_f8_does_not_clone_to_where_it_cannot_be(make_app, tmp_path):
    app = make_app(fresh().after(d.FolderChosen(tmp_path / "home" / "CanvOS", "file:///nowhere")), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "F8 Clone CanvOS")
        app.screen.query_one("#folder", Input).value = "relative"
        assert await see(pilot, "is a relative path", "F8 Next")
        await pilot.press("f8")
        assert await see(pilot, "✗ no CanvOS tag is chosen yet")


async def test_f8_offers_no_tag_that_the_filter_hides(make_app, checkout):
    canvos_repo.git(checkout, "checkout", "-q", "-B", "main", "v4.9.37")
    app = make_app(page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "F8 Check out v4.9.38")
        app.screen.query_one("#tag-filter", Input).value = "4.8.5"
        assert await see(pilot, "no AWS target", "F8 Next")
        await pilot.press("f8")
        assert await see(pilot, "✗ no CanvOS tag is chosen yet")


async def test_a_key_that_is_spelled_like_a_mark_is_called_a_key(make_app, full):
    app = make_app(full, page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "suggested for")
        app.screen.query_one("#tag-list").focus()
        await pilot.press("x")
        assert await see(pilot, "the key x does nothing here")
