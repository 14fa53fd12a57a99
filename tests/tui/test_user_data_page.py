"""The page user-data: four ways, what each needs, what is in a file; the token is seen and stored nowhere."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers.draft_file import from_data, to_data
from canvos_tui.core.checkout.user_data import template
from canvos_tui.core.readiness import gaps
from tests.tui.screen import see, text_of, type_text, until

TOKEN = "aUAx0001-registration-token"
# has the form of a public key; nobody holds a private one for it
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEpvaW5QYWxldHRlVGVzdEtleU9mMzJCeXRlc1h4WXkh me@laptop"
SIZE = (80, 24)


async def test_without_a_file_the_cursor_offers_to_make_one_and_f8_says_what_it_takes(make_app, full):
    app = make_app(full, page="user-data")
    async with app.run_test(size=SIZE) as pilot:
        painted = await see(pilot, "▸ ○ Make one", "How instances join Palette", "F8 Use these", "none there", "[ Use these ]")
        assert "╭─ A new user-data" in painted
        await pilot.press("down")
        assert await see(pilot, "▸ ○ None", "F8 Go on without", "[ Go on without ]", "does not register by itself")
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "os")
        assert app.draft.user_data is d.UserData.NONE


async def test_a_file_of_the_checkout_is_read_and_one_key_takes_it(make_app, full, checkout):
    (checkout / "user-data").write_text(template("api.acme.com", TOKEN))
    app = make_app(full, page="user-data")
    async with app.run_test(size=SIZE) as pilot:
        painted = await see(pilot, "▸ ○ The checkout's", "✓ endpoint and token are there", "edgeHostToken: ********", "F8 Use it")
        assert TOKEN not in painted
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "os")
        assert app.draft.user_data is d.UserData.CHECKOUT


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "the file is empty"), ("hello: there\n", "the first line is not `#cloud-config`"), ("a: [\n", "it is no YAML")],
    ids=["empty", "something else", "no YAML"],
)
async def test_what_is_wrong_with_the_checkouts_file_is_said_before_it_is_taken(make_app, full, checkout, text, said):
    (checkout / "user-data").write_text(text)
    app = make_app(full, page="user-data")
    async with app.run_test(size=SIZE) as pilot:
        assert await see(pilot, f"▲ {said}", "F8 Use it as it is")


async def test_a_new_one_is_made_of_its_answers_and_the_token_is_in_no_file_of_ours(make_app, ports, full, checkout):
    app = make_app(full, page="user-data")
    async with app.run_test(size=SIZE) as pilot:
        await see(pilot, "▸ ○ Make one")
        await pilot.press("f8")
        assert await see(pilot, "✗ Palette host is needed")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "palette-endpoint")
        await type_text(pilot, "api acme")
        await pilot.press("enter")
        assert await see(pilot, "✗ this is no host name; allowed: a host such as api.spectrocloud.com", "api acme")
        app.screen.query_one("#palette-endpoint", Input).value = "api.acme.com"
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "edge-host-token")
        await type_text(pilot, "short")
        await pilot.press("f8")
        assert await see(pilot, "✗ this is no registration token; copy it from Palette;", "\n ✗ this is no registration token\n")
        app.screen.query_one("#edge-host-token", Input).value = TOKEN
        await until(pilot, lambda: app.draft.user_data is d.UserData.TEMPLATE)
        painted = await see(pilot, "✓ Make one")
        assert TOKEN not in painted
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "edge-host-user")
        await type_text(pilot, "Admin")
        await pilot.press("enter")
        assert await see(pilot, "✗ `Admin` is no user's name")
        app.screen.query_one("#edge-host-user", Input).value = "admin"
        assert await see(pilot, "▲ without an SSH key no user is made")
        await pilot.press("enter")
        await type_text(pilot, "ssh-ed25519 AAAA")
        await pilot.press("enter")
        assert await see(pilot, "✗ the key after ssh-ed25519 is cut or damaged")
        app.screen.query_one("#edge-host-ssh-key", Input).value = SSH_KEY
        await until(pilot, lambda: app.draft.text("EDGE_HOST_SSH_KEY") == SSH_KEY)
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "os")
    assert TOKEN not in str(to_data(app.draft))
    assert TOKEN not in repr(app.draft)


async def test_the_token_of_a_stored_draft_is_asked_for_again(make_app, full):
    full = full.after(d.FieldAnswered("PALETTE_ENDPOINT", "api.acme.com")).after(d.FieldAnswered("EDGE_HOST_USER", ""))
    again = from_data(to_data(full.after(d.UserDataChosen(d.UserData.TEMPLATE))))
    assert again is not None
    assert [gap.key for gap in gaps(again) if gap.page == "user-data"] == ["EDGE_HOST_TOKEN"]
    app = make_app(again.after(d.PageReached("user-data", "")), page="user-data")
    async with app.run_test(size=SIZE) as pilot:
        await see(pilot, "✓ Make one", "api.acme.com")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "edge-host-token")
        await pilot.press("f8")
        assert await see(pilot, "✗ the registration token is needed: it is never stored")


async def test_a_path_is_mended_where_it_was_typed_and_a_bad_file_is_seen_before_it_is_taken(make_app, full, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text("hello: there\n")
    app = make_app(full, page="user-data")
    async with app.run_test(size=SIZE) as pilot:
        await see(pilot, "▸ ○ Make one")
        await pilot.press("up", "enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "user-data-path")
        for typed, said in (("", "✗ a path is needed"), ("ud", "✗ `ud` is a relative path"), ("/nowhere", "✗ there is no file /nowhere")):
            app.screen.query_one("#user-data-path", Input).value = typed
            await pilot.press("enter")
            assert typed in await see(pilot, said)
        app.screen.query_one("#user-data-path", Input).value = str(other)
        await pilot.press("enter")
        assert await see(pilot, "▲ the first line is not `#cloud-config`", "F8 Use this file as it is")
        assert app.current_mode == "user-data"
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "os")
        assert (app.draft.user_data, app.draft.user_data_path) == (d.UserData.FILE, str(other))


async def test_a_private_key_that_is_pasted_reaches_no_field(make_app, full):
    app = make_app(full, page="user-data")
    async with app.run_test(size=SIZE) as pilot:
        await see(pilot, "▸ ○ Make one")
        field = app.screen.query_one("#edge-host-ssh-key", Input)
        field.focus()
        await until(pilot, lambda: field.has_focus)
        await paste(pilot, field, "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
        assert await see(pilot, "✗ nothing was taken: this is a private key")
        assert "b3Blb" not in text_of(app)
        assert not field.value
        assert "b3Blb" not in str(to_data(app.draft))


async def test_lines_of_a_user_data_are_understood_when_they_are_pasted(make_app, full):
    app = make_app(full, page="user-data")
    async with app.run_test(size=SIZE) as pilot:
        await see(pilot, "▸ ○ Make one")
        host, token = app.screen.query_one("#palette-endpoint", Input), app.screen.query_one("#edge-host-token", Input)
        for field, text in ((host, "https://api.acme.com/projects?x=1\n"), (token, f"    edgeHostToken: {TOKEN}\n")):
            field.focus()
            await until(pilot, lambda: field.has_focus)  # noqa: B023
            await paste(pilot, field, text)
        await until(pilot, lambda: (host.value, token.value) == ("api.acme.com", TOKEN))
        assert TOKEN not in text_of(app)


async def test_review_leads_there_with_one_key_and_esc_leads_back(make_app, full):
    app = make_app(full, page="review")
    async with app.run_test(size=SIZE) as pilot:
        await see(pilot, "none: instances will not join Palette")
        await pilot.press("t")
        await see(pilot, "How instances join Palette")
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "review")


async def paste(pilot, field, text) -> None:
    from textual.events import Paste

    field.post_message(Paste(text))
    await pilot.pause()
