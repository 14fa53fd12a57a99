"""The route to the AMI is chosen on the review, and what is written and run follows it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from canvos_tui.core.answers.draft import FieldAnswered, KeysGiven, RouteChosen, UserData, UserDataChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.readiness import blockers
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret
from canvos_tui.tui.widgets.row_list import RowList
from tests.tui.screen import push, see, until
from tests.tui.test_review_and_build import READY


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_row_shows_three_lines_for_each_route_and_the_choice_changes_what_is_written(make_app, ports, full, checkout, size):
    app = make_app(full.after(UserDataChosen(UserData.NONE)), page="review", known=READY)
    async with app.run_test(size=size) as pilot:
        assert await see(pilot, "Route", "guide, one command does it all", ".secret", "./earthly.sh +aws-cloud-image")
        await pilot.press("r")
        painted = await see(pilot, "The route to the AMI", "two-stage", "all else is done here")
        assert [painted.count(word) for word in ("needs", "takes", "fails")] == [3, 3, 3]
        await pilot.press("down", "enter")
        assert await see(pilot, "two-stage, no key enters the build", "./earthly.sh +cloud-image --ARCH=amd64")
        assert app.draft.route is Route.TWO_STAGE
        await push(pilot, "#write-build")  # the tags of this route were not asked for yet
        await see(pilot, "What your keys may do", "20 of 20 proven")
        assert ports.runs.started == []
        await pilot.press("escape")
        await see(pilot, "two-stage, no key enters the build")
        await push(pilot, "#write-build")
        await until(pilot, lambda: bool(ports.runs.started))
    assert (checkout / ".arg").exists()
    assert not (checkout / ".secret").exists()
    plan, _, _ = ports.runs.started[0]
    assert plan.command == ("./earthly.sh", "+cloud-image", "--ARCH=amd64")
    assert plan.resumes is not None
    assert plan.resumes.stage is StageId.IMAGE


async def test_the_cursor_stays_on_the_route_though_other_rows_come_before_it(make_app, full):
    app = make_app(full.after(UserDataChosen(UserData.NONE)), page="review", known=READY)

    def under_cursor() -> tuple[int, str]:
        rows = app.screen.query_one("#review", RowList)
        at = rows.highlighted or 0
        return at, str(rows.get_option_at_index(at).prompt)

    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "Route", "guide, one command does it all")
        app.screen.query_one("#review").focus()
        await pilot.press("end")
        while "Route" not in under_cursor()[1]:
            await pilot.press("up")
        before, _ = under_cursor()
        await pilot.press("enter")
        await see(pilot, "The route to the AMI")
        await pilot.press("down", "enter")
        await see(pilot, "two-stage, no key enters the build")
        after, said = under_cursor()
    assert after != before
    assert "Route" in said


async def test_escape_leaves_the_route_as_it_was(make_app, full):
    app = make_app(full, page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "Route")
        await pilot.press("r")
        await see(pilot, "The route to the AMI")
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert app.draft.route is Route.GUIDE


async def test_temporary_keys_are_offered_the_route_that_takes_them(make_app, ports, full):
    ports.environ.update(AWS_ACCESS_KEY_ID="ASIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="s" * 40, AWS_SESSION_TOKEN="t")
    app = make_app(replace(full, keys=None), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "Or take from")
        await push(pilot, "#from-environment")
        await see(pilot, "These are temporary keys", "Take the two-stage route with these keys")
        await pilot.press("escape")
        await see(pilot, "these are temporary keys")
        assert app.draft.route is Route.GUIDE
        await push(pilot, "#from-environment")
        await see(pilot, "Take the two-stage route with these keys")
        await pilot.press("enter")
        await see(pilot, "✓ account")
    assert (app.draft.route, app.draft.keys and app.draft.keys.key_id) == (Route.TWO_STAGE, "ASIAIOSFODNN7EXAMPLE")


def test_temporary_keys_block_the_guides_route_only(full):
    keys = AwsKeys("ASIAIOSFODNN7EXAMPLE", Secret("s" * 40), Secret("token"))
    draft = full.after(KeysGiven(keys, KeySource.ENVIRONMENT))
    assert [b.text for b in blockers(draft, READY) if b.page == "keys"] == [
        "temporary keys do not work in the build; the two-stage and the direct route take them"
    ]
    assert not [b for b in blockers(replace(draft, route=Route.TWO_STAGE), READY) if b.page == "keys"]


@pytest.mark.parametrize("route", [Route.GUIDE, Route.TWO_STAGE])
async def test_back_to_a_bucket_is_back_to_the_route_that_had_one(make_app, full, route):
    app = make_app(full.after(RouteChosen(route)).after(FieldAnswered("S3_BUCKET", "")), page="s3")
    async with app.run_test(size=(80, 24)) as pilot:
        for words, chosen in (("Go without a bucket", Route.DIRECT), ("Use a bucket", route)):
            assert await see(pilot, words)
            await push(pilot, "#other-way")
            await until(pilot, partial(lambda wanted: app.draft.route is wanted, chosen))
