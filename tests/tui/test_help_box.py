"""The one box of help of a page: it follows the focus, and leaves the fields their room."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from canvos_tui.core.answers import draft as d
from canvos_tui.tui.widgets.help_box import HelpBox
from tests.tui.screen import see, text_of, type_text, until


@pytest.fixture
def with_all_fields(full) -> d.Draft:
    draft: d.Draft = full.after(d.FieldAnswered("OS_DISTRIBUTION", "rhel"))
    return draft.after(d.FieldAnswered("HTTPS_PROXY", "http://proxy.acme.com:3128"))


@pytest.mark.parametrize("size", [(80, 24), (60, 24), (100, 24)])
async def test_a_page_with_all_its_fields_shows_the_help_to_its_last_line(make_app, with_all_fields, size):
    app = make_app(with_all_fields, page="os")
    async with app.run_test(size=size) as pilot:
        assert await see(pilot, "Base image", "Without proxy")
        app.screen.query_one("#os-version").focus()
        painted = await see(pilot, "OS_VERSION · guide step 8", "▲ Base image: ")
        assert "The guide uses 24.04." not in painted
        for _ in range(5):
            await pilot.press("pagedown")
        await see(pilot, "The guide uses 24.04.", "OS_VERSION · guide step 8")
        await pilot.press(*["pageup"] * 5)
        await see(pilot, "▲ Base image: ")
        app.screen.query_one("#https-proxy").focus()
        await see(pilot, "HTTPS_PROXY · guide step 13")


async def test_help_that_fits_is_as_high_as_its_words(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one("#image-registry").focus()
        painted = await see(pilot, "IMAGE_REGISTRY · guide step 7", "Allowed: ")
        assert "│\n\n" in painted.replace("╯\n", "│\n").replace(" \n", "\n")


@pytest.mark.parametrize(
    ("name", "title", "small", "words"),
    [
        ("aws-access-key-id", "Access key id", "AWS_ACCESS_KEY_ID · guide step 12", "From the IAM console"),
        ("aws-secret-access-key", "Secret key", "AWS_SECRET_ACCESS_KEY · guide step 12", "Kept in memory and in .secret"),
    ],
)
async def test_the_keys_have_their_help_while_they_are_typed(make_app, name, title, small, words):
    app = make_app(page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Access key id", "Secret key")
        app.screen.query_one(f"#{name}").focus()
        assert f"╭─ {title} " in await see(pilot, small, words)
        await pilot.press("f1")
        assert await see(pilot, f"{title} ({small.partition(' ')[0]}, guide step 12)")
        await pilot.press("escape")
        app.screen.query_one("#test").focus()
        await until(pilot, lambda: small not in text_of(app))


async def test_enter_on_a_refused_field_says_why_as_often_as_it_is_pressed(make_app, full):
    """The box says it too, but a key that changes nothing that can be seen is a silent one."""
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one("#image-registry").focus()
        await pilot.press("home", "ctrl+k", *"acme:99999", "enter")
        painted = await see(pilot, "refused")
        assert "Allowed: " not in painted  # the refusal says it
        await pilot.press("down")
        await see(pilot, "there is no list for")
        await pilot.press("enter")
        await until(pilot, lambda: text_of(app).count("✗ `99999` is no port; allowed: 1 to 65535") == 2)


@pytest.mark.parametrize(
    ("page", "name", "typed", "meant"),
    [
        ("image", "image-registry", "acme_team/edge", "acme-team/edge"),
        ("image", "image-registry", "https://registry.acme.com/", "registry.acme.com"),
        ("image", "custom-tag", "Palette-Learn", "palette-learn"),
        ("os", "os-version", "24", "24.04"),
        ("os", "k8s-version", "v1.33.5", "1.33.5"),
        ("os", "https-proxy", "proxy:3128", "http://proxy:3128"),
        ("s3", "region", "eu-west-1a", "eu-west-1"),
        ("s3", "s3-bucket", "s3://acme-edge-images/key", "acme-edge-images"),
        ("s3", "s3-key", "my image", "my-image"),
    ],
)
async def test_what_was_meant_is_taken_by_one_key(make_app, full, page, name, typed, meant):
    app = make_app(full, page=page)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "esc Back")
        field = app.screen.query_one(f"#{name}", Input)
        field.focus()
        field.value = ""
        await type_text(pilot, typed)
        await pilot.press("enter")
        field.focus()
        await see(pilot, f"^S takes {meant}")
        assert field.value == typed, "nobody changes it but who typed it"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: field.value == meant)
        await until(pilot, lambda: "^S takes" not in text_of(app))
        await pilot.press("ctrl+s")
        await see(pilot, "there is nothing to suggest for")


async def test_a_version_that_nothing_lists_is_a_warning_and_goes_on(make_app, full):
    app = make_app(full.after(d.FieldAnswered("OS_VERSION", "24")), page="os")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "esc Back", "▲ look below")
        assert app.draft.text("OS_VERSION") == "24"
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "s3")


async def test_a_short_list_of_tags_leaves_its_room_to_the_help(make_app, full, checkout):
    app = make_app(full, page="repo")
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "clean, on v4.9.38", "v4.8.5", "The template of .arg")
        assert app.screen.query_one(HelpBox).text.max_scroll_y == 0
