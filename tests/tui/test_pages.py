"""Keys in, painted screens out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from textual.widgets import Input, OptionList

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.clients import plain_session
from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers import fields
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft_file import from_data
from canvos_tui.core.answers.on_route import passed_by
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import Image, S3Object
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.pages import OF_FIELD, PAGES, RAIL, neighbour
from canvos_tui.core.session import Session
from canvos_tui.tui.messages import GoTo
from canvos_tui.tui.steps import OWN_WAY, PANELS
from canvos_tui.tui.steps.step10_s3_bucket import S3Bucket
from canvos_tui.tui.widgets import frame
from tests import samples
from tests.doubles import canvos_repo
from tests.tui import story
from tests.tui.conftest import SECRET, answered
from tests.tui.fakes import NOW
from tests.tui.screen import push, see, text_of, type_text, until

SIZES = [(80, 24), (120, 40)]


def test_every_step_of_the_guide_is_claimed_by_exactly_one_panel():
    claimed = sorted(n for panels in PANELS.values() for panel in panels() for n in panel.GUIDE)
    assert claimed == list(range(1, 17))


def test_every_rail_entry_is_a_page_and_two_pages_are_on_the_way_only_when_wanted():
    assert [page.number for page in RAIL] == list(range(1, 11))
    assert list(PANELS) == [page.slug for page in PAGES]
    assert set(PANELS) >= OWN_WAY
    guide = passed_by(fresh())
    assert guide == {"versions", "ami-settings"}
    assert neighbour("os", "next", guide) == "s3"
    assert neighbour("os", "next", passed_by(fresh().after(d.SeveralChosen(True)))) == "versions"
    assert neighbour("s3", "next", guide) == "keys"
    assert [neighbour("s3", "next", passed_by(fresh().after(d.RouteChosen(route)))) for route in Route] == ["keys", *["ami-settings"] * 2]
    assert neighbour("s3", "back", guide) == "os"
    assert neighbour("start", "back", guide) == "start"
    assert neighbour("result", "next", guide) == "result"


def test_every_field_is_asked_for_on_one_page_in_the_order_of_the_guide():
    assert list(OF_FIELD) == [field.key for page in PAGES for field in (*fields.ASKED, *fields.HIDDEN) if OF_FIELD[field.key] == page.slug]
    assert set(OF_FIELD) == set(fields.BY_KEY)


@pytest.mark.parametrize("size", samples.every(SIZES, lambda: SIZES[:1]), ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("page", [p.slug for p in PAGES])
async def test_every_page_opens_and_fits(make_app, full, page, size):
    app = make_app(full, page=page)
    last = ("End Follow  / Search",) if page == "build" else ("Quit",)

    def painted() -> list[str]:
        return text_of(app).split("\n")

    def settled() -> bool:
        """The page is the one on the screen, its keys are told, and nothing that it asked is still on the way."""
        return app.current_mode == page and any(word in painted()[-1] for word in last) and all(w.is_finished for w in app.workers)

    async with app.run_test(size=size) as pilot:
        await until(pilot, settled)
        assert len(painted()) == size[1]
        assert painted()[-1].rstrip().endswith("F1 Help  ^Q Quit"), "help and the way out stand at the right end"
        assert all(held.visible for held in app.screen.query("#middle > *, #main > *") if held.id != "main"), (
            "their grounds are not painted"
        )
        body = app.screen.query_one("#body")
        assert body.max_scroll_y == 0 or page in {"result", "review"}, f"{page} needs {body.virtual_size.height} rows"


@pytest.mark.parametrize("page", samples.every([p.slug for p in PAGES], lambda: ["check", "build"]))
async def test_no_size_of_the_window_costs_an_answer_or_cuts_the_verdict(make_app, full, page):
    app = make_app(full, page=page)
    async with app.run_test(size=(200, 60)) as pilot:
        await until(pilot, lambda: app.current_mode == page and all(w.is_finished for w in app.workers))
        before = app.draft
        for size in ((60, 16), (100, 30), (80, 24), (200, 60), (60, 16)):
            await pilot.resize_terminal(*size)
            await until(pilot, partial(_whole, app, page, size))
        assert app.draft.entries == before.entries


def _whole(app, page: str, size: tuple[int, int]) -> bool:
    """Whether the window is filled, and neither the verdict nor the way out is cut."""
    top, *middle, last = text_of(app).split("\n")
    verdict = frame.verdict(app.draft, app.known, page)
    fits = len(middle) + 2 == size[1] and len(top) <= size[0]
    return fits and top.endswith(f" {verdict.mark.sign} {verdict.words}") and last.endswith("^Q Quit")


@pytest.mark.parametrize("size", [(59, 24), (80, 15), (20, 5)], ids=str)
async def test_a_window_too_small_says_so_and_comes_back(make_app, full, size):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "CUSTOM_TAG")
        await pilot.resize_terminal(*size)
        assert await see(pilot, "enlarge")
        await pilot.resize_terminal(80, 24)
        assert await see(pilot, "CUSTOM_TAG", "palette-learn")


async def test_the_wizard_remembers_each_answer_without_the_secret(make_app, ports, full, tmp_path):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "CUSTOM_TAG")
        app.screen.query_one("#custom-tag", Input).focus()
        await type_text(pilot, "-2")
        stored = tmp_path / "state" / "drafts"
        await until(pilot, lambda: any("palette-learn-2" in p.read_text() for p in stored.glob("*.yaml")))
    text = "".join(p.read_text() for p in stored.iterdir())
    assert SECRET not in text
    assert "AKIA" not in text
    name = (await ports.files.drafts())[0][0]
    again = from_data(await ports.files.load_draft(name))
    assert again is not None
    assert again.text("CUSTOM_TAG") == "palette-learn-2"


async def test_a_refused_registry_says_why_and_keeps_the_text_through_back_and_next(make_app, full):
    app = make_app(full.after(d.FieldAnswered("IMAGE_REGISTRY", "")), page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        field = app.screen.query_one("#image-registry", Input)
        field.focus()
        await type_text(pilot, "acme_team")
        assert await see(pilot, "`_` is not allowed in a registry name")
        await pilot.press("f8")
        assert app.current_mode == "image"
        assert await see(pilot, "✗ `_` is not allowed")
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "repo")
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "image")
        assert app.screen.query_one("#image-registry", Input).value == "acme_team"


async def test_next_stands_on_the_first_missing_answer_and_counts_the_rest(make_app, checkout):
    draft = fresh().after(d.FolderChosen(checkout, "r")).after(d.TagChosen("v4.9.38"))
    app = make_app(draft, page="s3")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "S3_BUCKET")
        await pilot.press("f8")
        assert await see(pilot, "1 more on this screen")
        assert app.focused is not None
        assert app.focused.id in {"region", "s3-bucket"}


async def test_letters_do_not_act_inside_a_text_field(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "CUSTOM_TAG")
        field = app.screen.query_one("#custom-tag", Input)
        field.focus()
        field.value = ""
        await type_text(pilot, "qg")
        assert field.value == "qg"
        assert app.is_running


async def test_help_and_the_guides_commands_are_one_key_away(make_app, full):
    app = make_app(full, page="s3")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "S3_BUCKET")
        await pilot.press("f2")
        painted = await see(pilot, "export S3_BUCKET=acme-edge-images")
        assert SECRET not in painted
        await pilot.press("escape")
        app.screen.query_one("#s3-key", Input).focus()
        await pilot.press("f1")
        assert await see(pilot, "Name of the object in the bucket and of the AMI")
        await pilot.press("escape")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "s3-key")


async def test_the_clone_runs_with_progress_and_the_tag_list_tells_the_truth(make_app, ports, tmp_path):
    origin = canvos_repo.make(tmp_path / "origin")
    draft = fresh().after(d.FolderChosen(tmp_path / "home" / "CanvOS", f"file://{origin}"))
    app = make_app(draft, page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "nothing there yet")
        app.screen.query_one("#folder", Input).focus()
        await pilot.press("enter", "enter")
        painted = await see(pilot, "v4.9.38", "suggested for 4.9")
        assert "▲ agent differs" in painted
        assert "the guide's example: no AWS target" in painted
        rows = app.screen.query_one("#tag-list", OptionList)
        unable = next(n for n in range(rows.option_count) if "v4.8.5" in str(rows.get_option_at_index(n).prompt))
        assert rows.get_option_at_index(unable).disabled
        rows.focus()
        await pilot.press("enter")
        assert await see(pilot, "│ v4.9.38 · ", "checked out")
        assert app.draft.tag == "v4.9.38"
        assert canvos_repo.git(tmp_path / "home" / "CanvOS", "describe", "--tags").strip() == "v4.9.38"
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "image")


async def test_a_failed_clone_says_why(make_app, tmp_path):
    app = make_app(fresh().after(d.FolderChosen(tmp_path / "home" / "CanvOS", str(tmp_path / "nothing"))), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "nothing there yet")
        app.screen.query_one("#folder", Input).focus()
        await pilot.press("enter", "enter")
        assert await see(pilot, "no such repository")


async def test_local_changes_are_listed_and_kept_when_the_user_cancels_or_copies(make_app, checkout):
    (checkout / "release").write_text("mine")
    app = make_app(answered(checkout), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "local changes: release", "v4.9.37")
        rows = app.screen.query_one("#tag-list", OptionList)
        rows.focus()
        await pilot.press("down", "enter")
        assert await see(pilot, "Local changes stand before git checkout v4.9.37")
        await pilot.press("enter")  # the first answer is the safe one
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert (checkout / "release").read_text() == "mine"
        rows.focus()
        await pilot.press("enter")
        assert await see(pilot, "Copy    to")
        await pilot.press("down", "down", "enter")
        assert await see(pilot, "│ v4.9.37 · ")
    copies = list(checkout.parent.glob("CanvOS-changes-*/release"))
    assert [c.read_text() for c in copies] == ["mine"]
    assert (checkout / "release").read_text() == "v4.9.37"


async def test_versions_are_pruned_by_keys(make_app, full):
    app = make_app(full.after(d.SeveralChosen(True)), page="start")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.known.versions)
        app.post_message(GoTo("versions"))
        assert await see(pilot, "kubeadm: 2 versions, 0 kept", "✗ nothing is kept")
        await pilot.press("a")
        assert await see(pilot, "2 kept")
        await pilot.press("x")
        assert await see(pilot, "0 kept")
        await pilot.press("space")
        assert await see(pilot, "1 kept", '"1.33.5"')
        await pilot.press("i")
        assert await see(pilot, '["1.32.2"]')
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "s3")


async def test_the_bucket_of_another_region_offers_its_own(make_app, ports, full):
    ports.aws.buckets["acme-edge-images"] = "us-west-2"
    app = make_app(full, page="s3")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "the bucket is in us-west-2", "Use us-west-2")
        await push(pilot, "#use-region")
        await until(pilot, lambda: app.draft.text("REGION") == "us-west-2")


async def test_the_regions_are_those_that_the_sdk_knows(make_app, ports, full, monkeypatch):
    monkeypatch.setattr(ports.aws, "regions", BotoDoor().regions)  # through the real door
    app = make_app(full, page="s3")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "Region")
        app.screen.query_one(f"#{fields.REGION.anchor}", Input).focus()
        assert await see(pilot, "Known: ", "Down lists them")
        known = plain_session().get_available_regions("ec2") + plain_session().get_available_regions("ec2", "aws-us-gov")
        panel = app.screen.query_one(S3Bucket)
        assert set(known) < set(panel.choices(fields.REGION))
        await pilot.press("down")
        await until(pilot, lambda: app.screen.query("#pick-list"))
        await pilot.press(*"mx-")
        assert await see(pilot, "mx-central-1")
        await pilot.press("enter")
        await until(pilot, lambda: app.draft.text("REGION") == "mx-central-1")


async def test_a_taken_key_is_named_with_a_new_one_on_one_key(make_app, ports, full):
    ports.aws.account.objects["palette-learn"] = S3Object("palette-learn", 4_100_000_000, NOW)
    ports.aws.account.images.append(Image("ami-0aaaaaaaaaaaaaaaa", "palette-learn", "available"))
    app = make_app(full, page="s3")
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "would skip the upload", "would report that old AMI", "[ New key ]", "F8 New key")
        assert "Reuse" not in painted  # an AMI clash is never gone on with
        await pilot.press("f8")
        await until(pilot, lambda: app.draft.text("S3_KEY") == "palette-learn-20260823-1412")


async def test_an_object_of_that_key_can_be_used_on_purpose(make_app, ports, full):
    ports.aws.account.objects["palette-learn"] = S3Object("palette-learn", 4_100_000_000, NOW)
    app = make_app(full, page="s3")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "would skip the upload", "[ New key ]   [ Reuse the object on purpose ]")
        app.screen.query_one("#otherwise").focus()
        await pilot.press("enter")
        await until(pilot, lambda: app.draft.reuse == "palette-learn")
        assert await see(pilot, "[ Next ]", "F8 Next")


async def test_without_a_checkout_no_panel_says_what_is_in_use(make_app, checkout):
    elsewhere = checkout.parent / "none-yet"
    app = make_app(fresh().after(d.FolderChosen(elsewhere, fresh().repository)), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert "In use" not in await see(pilot, "nothing there yet")


async def test_a_tall_window_shows_what_the_file_will_hold(make_app, full):
    draft = full.after(d.FieldAnswered("CUSTOM_TAG", "")).after(
        d.FieldAnswered("HTTPS_PROXY", "http://u:hunter2hunter2@proxy.example:3128")
    )
    app = make_app(draft.after(d.FieldAnswered("REGION", "")), page="image")
    async with app.run_test(size=(120, 40)) as pilot:
        painted = await see(pilot, ".arg by the answers so far", "IMAGE_REGISTRY=acme-team", "ARCH=amd64", "written after Review")
        assert "CUSTOM_TAG=palette" not in painted
        assert "REGION=   screen S3" in painted
        assert "hunter2hunter2" not in painted
        app.screen.query_one("#custom-tag", Input).focus()
        await type_text(pilot, "mine")
        await see(pilot, "CUSTOM_TAG=mine")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: ".arg by the answers" not in text_of(app))


async def test_a_tall_window_shows_what_the_keys_are_needed_for_and_the_way_to_the_end(make_app, full):
    app = make_app(full, page="keys")
    async with app.run_test(size=(120, 40)) as pilot:
        painted = await see(pilot, "What a build needs of them", "on arn:aws:s3:::acme-edge-images/*", "iam:GetRole")
        assert all(action in painted for action in ("s3:PutObject", "ec2:ImportSnapshot", "ec2:RegisterImage", "ec2:CreateTags"))
        app.post_message(GoTo("start"))
        await see(pilot, "The way", "Validate 1-4", "not in the guide")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "The way" not in text_of(app))


async def test_a_tall_window_shows_the_log_where_a_build_failed(make_app, ports, full):
    ports.runs.lines = "".join(f"line {n} .\n" for n in range(1, 41))
    assert story.FAILURE.cause is not None
    cause = replace(story.FAILURE.cause, line=30)
    for result, title, lines in (
        (replace(story.FAILURE, cause=cause), "The log there", range(25, 34)),
        (replace(story.FAILURE, cause=None), "The end of the log", range(32, 41)),
    ):
        app = make_app(full, page="result", known=Session(run_id=story.RUN, result=result))
        async with app.run_test(size=(120, 40)) as pilot:
            painted = await see(pilot, title, f"lines {lines[0]} to {lines[-1]}", *(f"line {n} " for n in lines))
            assert f"line {lines[0] - 1} " not in painted


async def test_keys_are_typed_hidden_and_tested(make_app, full):
    app = make_app(full.after(d.KeysGiven(None, KeySource.TYPED)), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Access key id")
        app.screen.query_one("#aws-access-key-id", Input).focus()
        await type_text(pilot, "ASIAIOSFODNN7EXAMPLE")
        assert await see(pilot, "temporary key (ASIA...) does not work")
        app.screen.query_one("#aws-access-key-id", Input).value = "AKIAIOSFODNN7EXAMPLE"
        await pilot.press("enter")
        app.screen.query_one("#aws-secret-access-key", Input).value = SECRET
        await pilot.press("enter")
        painted = await see(pilot, "✓ account 123456789012  user/edge")
        assert SECRET not in painted
        await push(pilot, "#show")
        assert await see(pilot, SECRET[:20])
        await pilot.press("tab", "tab")
        await until(pilot, lambda: SECRET[:20] not in text_of(app))


async def test_keys_come_from_the_environment(make_app, ports, full):
    ports.environ.update(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY=SECRET)
    app = make_app(full.after(d.KeysGiven(None, KeySource.TYPED)), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        await push(pilot, "#from-environment")
        assert await see(pilot, "✓ account")
        assert app.draft.key_source is KeySource.ENVIRONMENT
        ports.environ["AWS_SESSION_TOKEN"] = "t" * 40
        await push(pilot, "#from-environment")
        assert await see(pilot, "temporary keys")


async def test_a_missing_role_comes_first_with_commands_that_can_be_pasted(make_app, ports, full):
    ports.aws.account.role = False
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "aws iam create-role --role-name vmimport")
        rows = [line for line in painted.splitlines()[2:] if "✗ " in line or "✓ s3" in line]
        assert "vmimport" in rows[0]


async def test_a_failure_that_is_accepted_becomes_a_warning_with_its_reason(make_app, ports, full):
    ports.host.memory = 5_800_000_000
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "✗ Memory")
        await until(pilot, lambda: app.known.report is not None and app.known.report.done)
        await pilot.press("a")
        assert await see(pilot, "Accept HOST-MEM?")
        await pilot.press("down", "enter")
        assert await see(pilot, "▲ Memory", "accepted a test")
        assert app.known.report is not None
        await until(pilot, lambda: app.known.report.first_failure is None)


async def test_whoever_continues_is_checked_in_the_background(make_app, full):
    app = make_app(replace(full, page="s3"), page="start")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Continue   at S3 bucket")
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "s3")
        await until(pilot, lambda: app.known.report is not None and app.known.report.done)
        assert app.known.report.verdict == "ready"
        assert await see(pilot, "v4.9.38 › eu-west-1", "✓ ready")


async def test_a_pruned_file_is_restored_with_a_copy_of_the_pruned_one(make_app, full, checkout):
    original = (checkout / "k8s_version.json").read_text()
    (checkout / "k8s_version.json").write_text('{"kubeadm": ["1.33.5"]}\n')
    app = make_app(full.after(d.SeveralChosen(True)), page="start")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.known.versions)
        app.post_message(GoTo("versions"))
        assert await see(pilot, "kubeadm: 1 versions")
        await pilot.press("r")
        assert await see(pilot, "Put k8s_version.json of v4.9.38 back?")
        await pilot.press("down", "enter")
        assert await see(pilot, "kubeadm: 2 versions", "restored; the other one is k8s_version.json.bak-")
        await pilot.press("r")
        assert await see(pilot, "nothing to restore")
    assert (checkout / "k8s_version.json").read_text() == original
    assert [p.read_text() for p in checkout.glob("k8s_version.json.bak-*")] == ['{"kubeadm": ["1.33.5"]}\n']
