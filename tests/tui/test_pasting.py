"""What is pasted into a field of the screens, as a terminal sends it."""

from __future__ import annotations

import pytest
from textual.events import Paste
from textual.widgets import Input

from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.secret import Secret
from tests.tui.conftest import KEYS, SECRET
from tests.tui.screen import push, see, until


@pytest.mark.parametrize(
    ("page", "key", "text", "value", "said"),
    [
        ("s3", "S3_BUCKET", "s3://acme-images/edge/one\n", "acme-images", "taken from what was pasted: Bucket acme-images"),
        ("s3", "REGION", "eu-west-1b", "eu-west-1", "taken from what was pasted: Region eu-west-1"),
        ("image", "IMAGE_REGISTRY", "https://registry.acme.com/team/", "registry.acme.com/team", "Registry registry.acme.com/team"),
        ("repo", "palette", "Palette 4.9.46\n", "4.9.46", "taken from what was pasted: Palette 4.9.46"),
        ("image", "CUSTOM_TAG", "export CUSTOM_TAG='edge-1'", "edge-1", "Image tag edge-1"),
    ],
)
async def test_a_paste_into_an_empty_field_is_understood_and_said(make_app, full, page, key, text, value, said):
    app = make_app(full.after(d.FieldAnswered(key, "")), page=page)
    async with app.run_test(size=(80, 24)) as pilot:
        field = await _empty(pilot, app, key)
        field.post_message(Paste(text))
        assert await see(pilot, said)
        assert field.value == value
        await until(pilot, lambda: app.draft.text(key) == value)


async def test_a_paste_into_other_text_is_what_it_is(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        field = await _empty(pilot, app, "IMAGE_REGISTRY")
        field.value = "acme"
        field.cursor_position = 4
        field.post_message(Paste("/https://x/"))
        await until(pilot, lambda: field.value == "acme/https://x/")


@pytest.mark.parametrize("field", ["#aws-access-key-id", "#aws-secret-access-key"])
async def test_a_pair_of_keys_fills_both_fields_wherever_it_is_pasted(make_app, full, field):
    app = make_app(full.after(d.KeysGiven(None, KeySource.TYPED)), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query(field))
        app.screen.query_one(field).focus()
        app.screen.query_one(field).post_message(
            Paste(f"export AWS_ACCESS_KEY_ID={KEYS.key_id}\nexport AWS_SECRET_ACCESS_KEY='{SECRET}'\n")
        )
        painted = await see(pilot, "both keys were taken from what was pasted", KEYS.key_id)
        assert SECRET not in painted
        await until(pilot, lambda: app.draft.keys is not None and app.draft.keys.secret.reveal() == SECRET)


TEMPORARY, TOKEN = "ASIAIOSFODNN7EXAMPLE", "IQoJb3JpZ2luX2VjEDoaCXVz" * 12


@pytest.mark.parametrize("field", ["#aws-access-key-id", "#aws-session-token"])
@pytest.mark.parametrize("route", [Route.GUIDE, Route.DIRECT])
async def test_three_export_lines_fill_all_three_and_the_guide_s_route_has_a_way_out(make_app, full, field, route):
    app = make_app(full.after(d.KeysGiven(None, KeySource.TYPED)).after(d.RouteChosen(route)), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query(field))
        app.screen.query_one(field).focus()
        lines = f"export AWS_ACCESS_KEY_ID={TEMPORARY}\nexport AWS_SECRET_ACCESS_KEY={SECRET}\nexport AWS_SESSION_TOKEN={TOKEN}\n"
        app.screen.query_one(field).post_message(Paste(lines + "export AWS_CREDENTIAL_EXPIRATION=2026-08-23T14:40:00Z\n"))
        painted = await see(pilot, "all three keys were taken from what was pasted", TEMPORARY)
        assert SECRET[:12] not in painted
        assert TOKEN[:12] not in painted
        if route is Route.GUIDE:
            assert await see(pilot, "a temporary key (ASIA...) does not work")
            assert app.draft.keys is None
            await push(pilot, "#test")
            await see(pilot, "These are temporary keys", "Take the two-stage route with these keys")
            await pilot.press("escape")
            assert await see(pilot, "these are temporary keys: the build passes no session token")
            assert app.draft.keys is None
            await push(pilot, "#test")
            await see(pilot, "Take the two-stage route with these keys")
            await pilot.press("enter")
        else:
            await push(pilot, "#test")
        painted = await see(pilot, "✓ account", "these keys expire in 28:00")
        assert "does not work" not in painted
    assert app.draft.route is (Route.TWO_STAGE if route is Route.GUIDE else route)
    assert app.draft.keys == AwsKeys(TEMPORARY, Secret(SECRET), Secret(TOKEN))


async def test_a_secret_that_was_pasted_alone_is_never_said(make_app, full):
    app = make_app(full.after(d.KeysGiven(None, KeySource.TYPED)), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("#aws-secret-access-key"))
        field = app.screen.query_one("#aws-secret-access-key", Input)
        field.focus()
        field.post_message(Paste(f"AWS_SECRET_ACCESS_KEY={SECRET}"))
        painted = await see(pilot, "taken from what was pasted: Secret key")
        assert field.value == SECRET
        assert SECRET[:12] not in painted


async def test_keys_of_the_environment_are_taken_and_tested_without_a_key_press(make_app, ports, full):
    ports.environ.update(AWS_ACCESS_KEY_ID=KEYS.key_id, AWS_SECRET_ACCESS_KEY=SECRET)
    app = make_app(full.after(d.KeysGiven(None, KeySource.TYPED)), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "✓ account")
        assert app.draft.key_source is KeySource.ENVIRONMENT


async def test_a_refused_key_is_not_passed_over_for_one_of_the_environment(make_app, ports, full):
    ports.environ.update(AWS_ACCESS_KEY_ID=KEYS.key_id, AWS_SECRET_ACCESS_KEY=SECRET)
    app = make_app(full.after(d.KeysGiven(None, KeySource.TYPED)), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "✓ account")
        field = app.screen.query_one("#aws-access-key-id", Input)
        field.value = "nonsense"
        await pilot.press("f8")
        assert await see(pilot, "no pair of keys for this route: mend it, or empty it for those in memory")
        assert app.current_mode == "keys"
        field.value = ""
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "aws")
        assert app.draft.key_source is KeySource.ENVIRONMENT


async def _empty(pilot, app, key: str) -> Input:
    selector = f"#{key.lower().replace('_', '-')}"
    await until(pilot, lambda: app.screen.query(selector))
    field: Input = app.screen.query_one(selector, Input)
    field.focus()
    field.value = ""
    await until(pilot, lambda: field.has_focus)
    return field
