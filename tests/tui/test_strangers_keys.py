"""Keys of somebody who does not know the program: each acts, or the screen says why it does not."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input

from canvos_tui.core.answers import draft as d
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.errors import GitError
from canvos_tui.tui.dialogs.ask_text import AskText
from tests.tui.conftest import KEYS, SECRET
from tests.tui.screen import push, see, text_of, type_text, until
from tests.tui.test_review_and_build import READY


def flat(painted: str) -> str:
    """The words of a screen without its borders and line ends: a sentence that was wrapped is whole again."""
    return " ".join(" ".join(line.strip().strip("│▁▂▃▄▅▆▇█ ") for line in painted.splitlines()).split())


@pytest.mark.parametrize(
    ("page", "focus", "key", "said"),
    [
        ("start", "#doors", "z", "z does nothing here; F1 names the keys"),
        ("start", "#doors", "f5", "f5 does nothing here"),
        ("image", "#next", "z", "z does nothing here"),
        ("repo", "#tag-list", "f9", "f9 does nothing here"),
    ],
)
async def test_a_key_that_nobody_takes_says_so(make_app, full, page, focus, key, said):
    app = make_app(full, page=page)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query(focus))
        app.screen.query_one(focus).focus()
        await pilot.press(key)
        assert await see(pilot, said)


async def test_a_key_that_acts_says_nothing_of_it(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        app.screen.query_one("#image-registry").focus()
        await type_text(pilot, "z")
        await pilot.press("left", "home", "end", "backspace", "tab")
        await until(pilot, lambda: app.screen.query_one("#next").has_focus)
        assert "does nothing" not in text_of(app)


async def test_ctrl_c_by_reflex_loses_no_keys(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        await pilot.press("ctrl+c")
        assert await see(pilot, "Ctrl+C once more leaves")
        assert app.is_running
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "user-data")
        await pilot.press("ctrl+c")
        assert await see(pilot, "Ctrl+C once more leaves")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running)


async def test_the_key_that_explains_all_others_stands_in_every_footer(make_app, full):
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "passed · ")
        assert app.screen.query_one("#check-rows")
        app.screen.query_one("#check-rows").focus()
        assert await see(pilot, "r Re-run ")
        await until(pilot, lambda: "F1 Help" in text_of(app).split("\n")[-1])


async def test_lists_that_a_filter_has_emptied_say_so(make_app, full, checkout):
    app = make_app(full, page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "suggested for")
        app.screen.query_one("#tag-filter", Input).focus()
        await type_text(pilot, "zzz")
        assert await see(pilot, "no tag fits: empty the filter, or p shows all")
        await pilot.press("enter", "enter")
        assert await see(pilot, "no tag fits")
        app.screen.query_one("#tag-filter", Input).value = ""
        assert await see(pilot, "suggested for")


async def test_a_check_filter_that_no_row_holds_says_so(make_app):
    app = make_app(page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "? ready so far")
        app.screen.query_one("#check-rows").focus()
        await pilot.press("slash")
        await type_text(pilot, "zzz")
        assert await see(pilot, "no check holds zzz", "Esc shows all")


async def test_a_list_to_pick_from_says_when_nothing_fits(make_app, full):
    app = make_app(full, page="os")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "OS version      24.04")
        app.screen.query_one("#os-version").focus()
        await pilot.press("down")
        assert await see(pilot, "type to filter")
        await type_text(pilot, "zzz")
        assert await see(pilot, "nothing holds zzz: Esc closes the list, then type it into the field")
        await pilot.press("enter", "up", "down", "enter")
        assert await see(pilot, "nothing holds zzz")
        await pilot.press("escape")
        assert await see(pilot, "│ OS version      24.04 ")


async def test_without_a_checkout_the_tags_say_what_they_wait_for(make_app):
    app = make_app(page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "can be cloned", "the tags are listed when there is a checkout")
        app.screen.query_one("#tag-list").focus()
        await pilot.press("enter", "p")
        assert await see(pilot, "the tags are listed")
        assert app.draft.tag == ""


async def test_a_reason_is_not_cut_before_what_to_try(make_app, full):
    app = make_app(full.after(d.FieldAnswered("IMAGE_REGISTRY", "")), page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        app.screen.query_one("#image-registry", Input).focus()
        app.screen.query_one("#image-registry", Input).value = "https://reg.acme.com/team"
        await pilot.press("enter")
        assert await see(pilot, "before it; try", "reg.acme.com/team", "registry.acme.com:5000/team")


async def test_a_reason_of_ones_own_that_is_empty_is_asked_for(make_app, full):
    app = make_app(full, page="review")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "[ Go to Check ]")
        app.push_screen(AskText("Accept", "Why may the build go on?", ""))
        assert await see(pilot, "Why may")
        await pilot.press("space", "enter")
        assert await see(pilot, "✗ nothing was typed; Esc closes", "Why may")


async def test_a_window_that_was_too_small_for_a_moment_has_the_same_field(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        app.screen.query_one("#image-registry", Input).focus()
        await type_text(pilot, "z")
        await pilot.resize_terminal(50, 10)
        assert await see(pilot, "Please enlarge the window (now 50x10)")
        await pilot.resize_terminal(80, 24)
        assert await see(pilot, "F8 Next", "IMAGE_REGISTRY")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "image-registry")
        await type_text(pilot, "y")
        assert await see(pilot, "zy")


async def test_a_paste_that_no_field_takes_says_so(make_app):
    app = make_app(page="start")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "New  ")
        app.post_message(events.Paste("acme"))
        assert await see(pilot, "there is no field here for what was pasted")


async def test_no_reason_and_no_button_is_cut_at_80_columns(make_app, full):
    app = make_app(full, page="os")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "HTTPS proxy")
        app.screen.query_one("#https-proxy", Input).value = "proxy:3128"
        app.screen.query_one("#https-proxy", Input).focus()
        await pilot.press("enter")
        assert await see(pilot, "try", "http://proxy:3128;")
    app = make_app(full, page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "[ k8s_version.json ]")


async def test_clone_goes_to_the_field_that_is_wrong(make_app):
    app = make_app(page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "can be cloned")
        app.screen.query_one("#repository", Input).value = "htt ps://x"
        assert await see(pilot, "✗ blanks and control")
        app.screen.query_one("#clone").focus()
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "repository")


@pytest.mark.parametrize(
    ("page", "keys"),
    [
        ("versions", ("l Newest", "F8 Next", "esc Back")),
        ("check", ("C Report", "F8 Next", "esc Back")),
        ("aws", ("r Again", "w Write files", "F8 Next", "esc Back")),
    ],
)
async def test_the_key_for_help_drives_no_other_one_out(make_app, full, page, keys):
    app = make_app(full, page=page)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: all(key in text_of(app).split("\n")[-1] for key in (*keys, "F1 Help")))


async def test_each_key_of_the_check_page_stands_in_the_footer_or_in_its_help(make_app, full):
    keys = {"n": "Continue", "R": "Re-run failed", "f": "Other fix", "/": "Filter", "space": "Unfold"}
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 60)) as pilot:
        assert await see(pilot, "passed · ")
        app.screen.query_one("#check-rows").focus()
        assert await see(pilot, "r Re-run ")
        footer = text_of(app).split("\n")[-1]
        await pilot.press("f1")
        help_ = await see(pilot, "Help   (c copies", "Keys here", "Quit")
        assert [key for key, name in keys.items() if f"{key} {name}" not in footer and f"{key:<12} {name}" not in help_] == []


async def test_help_on_a_field_names_our_keys_and_not_those_of_every_field(make_app, full):
    app = make_app(full, page="os")
    async with app.run_test(size=(80, 40)) as pilot:
        assert await see(pilot, "Kubernetes")
        app.screen.query_one("#os-version").focus()
        await pilot.press("f1")
        painted = await see(pilot, "Keys here", "Redraw", "Quit")
        assert "Delete" not in painted
        assert "Cursor" not in painted


async def test_the_list_of_a_field_bears_its_title(make_app, full):
    app = make_app(full, page="os")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Kubernetes")
        app.screen.query_one("#os-distribution").focus()
        assert await see(pilot, "Known: ubuntu")
        await pilot.press("down")
        assert await see(pilot, "Distribution: type to filter, Enter takes")


async def test_a_checkout_without_the_versions_says_so_in_full(make_app, full):
    for width in (60, 80):
        async with make_app(full, page="versions").run_test(size=(width, 24)) as pilot:
            painted = await see(pilot, "✗ kubeadm is not in this checkout's")
            assert "kubeadm is not in this checkout's k8s_version.json: go back and untick, or choose another" in flat(painted)
            assert "…" not in painted


async def type_keys(app, pilot, secret=SECRET):
    assert await see(pilot, "Access key id", "Secret key")
    app.screen.query_one("#aws-access-key-id", Input).value = KEYS.key_id
    app.screen.query_one("#aws-secret-access-key", Input).value = secret


@pytest.mark.parametrize("secret", [SECRET, "half of i"])
async def test_q_asks_before_typed_keys_are_lost(make_app, full, secret):
    app = make_app(full.after(d.KeysGiven(None, KeySource.TYPED)), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        await type_keys(app, pilot, secret)
        app.screen.query_one("#test").focus()
        await pilot.press("q")
        assert await see(pilot, "Quit?", "To be typed again next time: the AWS keys.", "Stay")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.is_running
        await pilot.press("q", "down", "enter")
        await until(pilot, lambda: not app.is_running)


async def test_q_asks_on_every_page_as_long_as_keys_are_in_memory_alone(make_app, full):
    app = make_app(full, page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "write   .arg             new,", "[ Write and build ]")
        await pilot.press("q")
        assert await see(pilot, "To be typed again next time: the AWS keys.")
        await pilot.press("escape")
        await push(pilot, "#write-only")
        assert await see(pilot, "written: .arg, .secret")
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)


async def test_q_asks_before_an_address_that_was_refused_is_lost(make_app):
    app = make_app(page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "can be cloned")
        app.screen.query_one("#repository", Input).value = "htt ps://x"
        assert await see(pilot, "✗ blanks and control")
        app.screen.query_one("#tag-list").focus()
        await pilot.press("q")
        assert await see(pilot, "To be typed again next time: the folder and the address.")


async def test_q_leaves_at_once_where_every_answer_is_kept(make_app, full):
    app = make_app(full.after(d.KeysGiven(KEYS, KeySource.ENVIRONMENT)), page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        app.screen.query_one("#next").focus()
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)


async def test_that_there_is_no_list_is_said_of_the_field_that_has_none(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        app.screen.query_one("#image-registry").focus()
        for title, key in (("Registry", "shift+tab"), ("Image tag", "f8")):
            await pilot.press("down")
            assert await see(pilot, f"there is no list for {title}: type it")
            await pilot.press(key)
            await until(pilot, lambda: "there is no list for" not in text_of(app))
        await until(pilot, lambda: app.current_mode == "user-data")
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "image")
        assert "there is no list for" not in text_of(app)


async def test_what_ctrl_c_would_do_is_not_said_any_more_when_it_does_not(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        await pilot.press("ctrl+c")
        assert await see(pilot, "Ctrl+C once more leaves")
        await pilot.press("tab")
        await until(pilot, lambda: "Ctrl+C once more" not in text_of(app))


async def test_the_reason_of_a_jump_goes_when_it_is_mended(make_app, full):
    app = make_app(full.after(d.FieldAnswered("IMAGE_REGISTRY", "")), page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "✗ Registry      missing", "[ Type the registry ]")
        await push(pilot, "#write-build")
        assert await see(pilot, "● Image", "✗ Registry is needed")
        await pilot.press("left")
        assert await see(pilot, "✗ Registry is needed")
        await type_text(pilot, "acme")
        await until(pilot, lambda: "Registry is needed" not in text_of(app))


async def test_a_refused_address_is_refused_for_what_was_typed(make_app, full):
    app = make_app(full.after(d.FieldAnswered("IMAGE_REGISTRY", "")), page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        app.screen.query_one("#image-registry", Input).value = "https://reg.acme.com/team"
        app.screen.query_one("#image-registry", Input).focus()
        await pilot.press("enter")
        assert await see(pilot, "✗ a registry has no `https://` before it")


async def test_a_long_reason_on_the_clone_page_is_read_whole(make_app, monkeypatch, ports):
    async def refuse(*_: object) -> None:
        raise GitError("git clone: " + "unable to access the repository " * 5, remedy="check the address and the proxy")

    monkeypatch.setattr(ports.git, "clone", refuse)
    app = make_app(page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "can be cloned")
        app.screen.query_one("#folder", Input).value = "~/Can:vOS"
        assert await see(pilot, "`:` cannot stand in the path", "allowed: any path without")
        app.screen.query_one("#folder", Input).value = "~/CanvOS"
        app.screen.query_one("#repository", Input).value = ""
        assert await see(pilot, "a repository is needed", "allowed: a URL or a local path")
        app.screen.query_one("#repository", Input).value = "https://acme.com/x"
        assert await see(pilot, "can be cloned")
        await push(pilot, "#clone")
        painted = await see(pilot, "✗ git clone: unable", "[ Clone CanvOS ]")
        assert f"✗ git clone: {'unable to access the repository ' * 5}. check the address and the proxy" in flat(painted)
