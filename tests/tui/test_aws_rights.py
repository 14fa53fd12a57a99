"""Screen 7 with keys: what is said of a right, the four ways to find out, and the documents that leave the screen."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.core.answers.draft import FieldAnswered
from canvos_tui.core.aws.facts import PutWay, Right, RightProbe
from canvos_tui.core.errors import AwsError
from canvos_tui.tui.checks.rights_table import detail
from canvos_tui.tui.steps.aws_rights import AwsRights
from canvos_tui.tui.widgets.panel import Panel, State
from tests import samples
from tests.tui.screen import see, settled, text_of, until

NOT_SEEN = RightProbe("s3:PutObject", Right.UNKNOWN, "not_verifiable", "NotImplemented", "no conditions here", "REQ-1")


@pytest.fixture
def page(make_app, ports, full):
    ports.aws.account.probes["s3:PutObject"] = NOT_SEEN
    return make_app(full, page="aws")


@pytest.fixture
def copied(ports) -> list[str]:
    texts: list[str] = ports.terminal.copied
    return texts


async def asked(pilot: Any, *words: str) -> str:
    await until(pilot, lambda: pilot.app.known.rights_for)
    return await see(pilot, *words)


def rows_of(painted: str) -> list[str]:
    """The rows of the list as they are painted, from the first one on."""
    lines = painted.splitlines()
    return lines[next(n for n, line in enumerate(lines) if "╭─ What your keys may do " in line) + 1 :]


def detail_of(painted: str, title: str) -> str:
    """What is said of the row under the cursor."""
    return painted.partition(f"╭─ {title} ")[2]


def state_of(app: Any) -> State:
    """What the border of the list says."""
    state: State = app.screen.query_one("#rights-box", Panel).state
    return state


async def test_a_missing_role_is_drawn_first_with_its_way_out(make_app, ports, full):
    ports.aws.account.role = False
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await asked(
            pilot, "19 of 20 proven", "1234-5678-9012", "AWS-ROLE-VMIMPORT · required · not in the guide", "m Message", "✗ 1 to fix"
        )
        assert painted.count("✗") == 2, "its row, and the verdict in the top line"
        assert "✗ 1 to fix" in painted.splitlines()[0]
        assert state_of(app) is State.ERROR
        row, *_ = rows_of(painted)
        assert row.split()[1:6] == ["▸", "✗", "vmimport", "service", "role"]
        assert "The role cannot be found" in row, "what was seen is never cut for the sake of what needs it"
        assert "s3:GetObject, s3:ListBucket" in painted
        said = detail_of(painted, "vmimport service role")
        assert "Seen    The role cannot be found · verified" in said
        await pilot.press(*["shift+down"] * 20)
        below = await see(
            pilot, "put-role-policy", "w writes the documents to files, ↵ shows them", "m copies a message for your AWS administrator"
        )
        assert "put-role-policy" in detail_of(below, "vmimport service role")


async def test_after_a_refusal_the_first_button_asks_again_and_the_other_goes_on_without(make_app, ports, full):
    ports.aws.account.role = False
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, "[ Check again ]   [ Go on without ]", "F8 Check again")
        await pilot.press("f8")
        await see(pilot, "AWS was asked again: ", "[ Check again ]")
        app.screen.query_one("#otherwise").focus()
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "review")
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "aws")
        ports.aws.account.role = True
        await pilot.press("f8")
        painted = await see(pilot, "20 of 20 proven", "[ Next ]", "F8 Next")
        assert "Go on without" not in painted
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "review")


async def test_a_wide_window_has_a_row_for_each_right_and_the_detail_code_and_request(page):
    async with page.run_test(size=(120, 40)) as pilot:
        painted = await asked(pilot, "19 of 20 proven", "REQ-1")
        assert painted.count("?") == 1
        assert state_of(page) is State.WARNING
        assert "AWS     NotImplemented, request REQ-1" in detail_of(painted, "s3:PutObject")
        for name in ("s3:GetObject", "s3:ListBucket", "ec2:DescribeSnapshots", "ec2:DescribeImages", "ec2:RegisterImage", "ec2:CreateTags"):
            assert any(f"✓ {name} " in line for line in painted.splitlines()), name


async def test_enter_on_a_denied_right_shows_the_whole_policy(make_app, ports, full):
    ports.aws.account.denied.add("ec2:RegisterImage")
    app = make_app(full, page="aws")
    async with app.run_test(size=(120, 60)) as pilot:
        await asked(pilot, "▸ ✗ ec2:RegisterImage ", "19 of 20 proven")
        await pilot.press("enter")
        painted = await see(pilot, "user-policy.json", '"ec2:RegisterImage"', "arn:aws:s3:::acme-edge-images/*")
        assert '"Version": "2012-10-17"' in painted
        await pilot.press("escape")
        await pilot.press("end", "enter")  # a row that passed: on
        await until(pilot, lambda: app.current_mode != "aws")


@pytest.mark.parametrize(
    ("downs", "way", "how", "words"),
    [
        (1, PutWay.SIMULATE, "simulated", ("✓ s3:PutObject                    simulated", "20 of 20 proven")),
        (2, PutWay.MULTIPART, "verified", ("✓ s3:PutObject                    verified", "20 of 20 proven")),
        (3, PutWay.OBJECT, "verified", ("▲ s3:PutObject", "canvos-tui-probe-1 stays in acme-edge-images", "20 of 20 proven")),
    ],
)
async def test_the_right_to_upload_is_found_out_in_a_way_that_was_chosen(page, ports, downs, way, how, words):
    async with page.run_test(size=(80, 24)) as pilot:
        await asked(pilot, "▸ ? s3:PutObject", "not tried · ↵ how")
        await pilot.press("enter")
        painted = await see(pilot, "How shall s3:PutObject be found out?", "Leave", "Simulate", "Upload", "Object")
        assert "STAYS" in painted
        assert ports.aws.account.proven == []  # nothing was tried before the choice
        await pilot.press(*["down"] * downs, "enter")
        await see(pilot, *words)
        assert ports.aws.account.proven == [way]
        [probe] = [p for p in page.known.rights if p.action == "s3:PutObject"]
        assert (probe.right, probe.method) == (Right.ALLOWED, how)


@pytest.mark.parametrize("size", samples.every([(60, 24), (80, 24), (120, 40)], lambda: [(60, 24), (120, 40)]))
async def test_without_answers_it_says_what_it_waits_for(make_app, size):
    app = make_app(page="aws")
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.focused is not None and app.focused.id == "rights")
        await see(pilot, "vmimport service role")
        await settled(pilot)
        painted = text_of(app)
        said = " ".join(detail_of(painted, "Nothing can be asked yet").replace("│", " ").split())
        assert "it waits for Region, Bucket (screen S3) and AWS keys (screen Keys)" in said
        assert "asked" not in painted.partition("Nothing can be asked yet")[0]  # nothing was, yet
        assert "◐" not in painted
        assert state_of(app) is State.REST


async def test_answers_that_are_taken_back_take_back_what_was_found_out(make_app, full):
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, "20 of 20 proven")
        app.draft = full.after(FieldAnswered("S3_BUCKET", ""))
        await pilot.press("r")
        painted = await see(pilot, "it waits for Bucket (screen S3)", "nothing was asked: it waits for Bucket (screen S3)")
        assert "✓ vmimport" not in painted


async def test_rows_fit_the_panel_at_every_width(page, ports):
    ports.aws.account.role = False
    async with page.run_test(size=(80, 24)) as pilot:
        await asked(pilot, "18 of 20 proven")
        await pilot.press("down")
        for size in ((60, 24), (61, 30), (72, 24), (80, 24), (99, 30), (100, 30), (113, 30), (120, 40)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert len(text_of(page).splitlines()) == size[1]
            painted = await see(pilot, "▸ ? s3:PutObject ", "not tried · ↵ how")
            shown = [line for line in rows_of(painted)[:8] if "│" in line]
            assert not [line for line in shown if "…" in line], size
            assert "▸ ? s3:PutObject " in shown[1], size
            widest = page.screen.query_one("#rights").scrollable_content_region.width
            assert max(row.line.cell_length + 2 for row in page.screen.query_one(AwsRights)._rows) <= widest, size


async def test_a_low_window_has_room_for_the_detail(make_app, ports, full):
    ports.aws.account.role = False
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 16)) as pilot:
        painted = await asked(pilot, "19 of 20 proven", "[ Check again ]", "▸ ✗ vmimport service role")
        said = detail_of(painted, "vmimport service role")
        assert "Why  " in said
        assert "Seen  " in said


async def test_what_nobody_answered_is_not_said_to_be_verified(make_app, ports, full):
    ports.aws.account.probes["ec2:CreateTags"] = RightProbe("ec2:CreateTags", Right.UNKNOWN, "dry_run", "InternalError", "again")
    app = make_app(full, page="aws")
    async with app.run_test(size=(120, 40)) as pilot:
        painted = await asked(pilot, "19 of 20 proven", "▸ ? ec2:CreateTags")
        assert "not known: InternalError" in rows_of(painted)[0]


async def test_leaving_it_tries_nothing(page, ports):
    async with page.run_test(size=(80, 24)) as pilot:
        await asked(pilot, "▸ ? s3:PutObject")
        await pilot.press("enter")
        painted = await see(pilot, "How shall s3:PutObject be found out?", "the row stays `")
        stays = painted.partition("the row stays `")[2].partition("`")[0]
        await pilot.press("enter")
        await until(pilot, lambda: "How shall" not in text_of(page))
        await see(pilot, "▸ ? s3:PutObject", stays)
        assert ports.aws.account.proven == []


async def test_a_detail_longer_than_the_window_scrolls(make_app, ports, full):
    ports.aws.account.role = False
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 19)) as pilot:
        painted = await asked(pilot, "19 of 20 proven")
        assert "Seen  " in painted
        for _ in range(20):
            await pilot.press("shift+down")
        last = detail(app.screen.query_one(AwsRights)._picked, None, 71).plain.rstrip().splitlines()[-1]
        assert await see(pilot, last[:60].rstrip())
        assert "Seen  " not in text_of(app)
        await pilot.press("down")
        await see(pilot, "Seen  ")


async def test_no_footer_offers_to_mend_what_passed(make_app, full):
    async with make_app(full, page="aws").run_test(size=(120, 40)) as pilot:
        painted = await asked(pilot, "20 of 20 proven", "F8 Next")
        assert "Copy fix" not in painted
        assert "Message" not in painted


async def test_m_copies_a_complete_message_and_c_the_fix(make_app, ports, full, copied):
    ports.aws.account.role = False
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, "19 of 20 proven")
        await pilot.press("m", "c")
        await until(pilot, lambda: len(copied) == 2)
    message, fix = copied
    for words in (
        "123456789012",
        "arn:aws:iam::123456789012:user/edge",
        "eu-west-1",
        "arn:aws:s3:::acme-edge-images",
        "vmimport service role: The role cannot be found",
        '"sts:ExternalId": "vmimport"',
        "trust-policy.json",
        "ec2:ImportSnapshot",
    ):
        assert words in message, words
    assert [line.split()[2] for line in fix.splitlines()] == ["create-role", "put-role-policy"]


async def test_w_writes_the_documents_outside_of_the_checkout_and_keeps_older_ones(make_app, ports, full, tmp_path):
    ports.aws.account.role = False
    app = make_app(full, page="aws")
    folder = Path(ports.environ["HOME"]) / "canvos-vmimport"
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, "19 of 20 proven")
        await pilot.press("w")
        await see(pilot, "Write the policy files to", "canvos-vmimport")
        assert not folder.exists()  # nothing before the folder was confirmed
        await pilot.press("enter")
        await see(pilot, "written to")
        assert sorted(p.name for p in folder.iterdir()) == ["role-policy.json", "trust-policy.json"]
        (folder / "role-policy.json").write_text("mine")
        await pilot.press("w")
        await see(pilot, "Write the policy files to")
        await pilot.press("enter")
        await until(pilot, lambda: len(list(folder.iterdir())) > 2)
        await until(pilot, lambda: "mine" not in (folder / "role-policy.json").read_text())
    kept = [p.read_text() for p in folder.iterdir() if ".bak-" in p.name and p.name.startswith("role")]
    assert kept == ["mine"]
    role = json.loads((folder / "role-policy.json").read_text())
    assert role["Statement"][0]["Resource"] == ["arn:aws:s3:::acme-edge-images", "arn:aws:s3:::acme-edge-images/*"]
    assert json.loads((folder / "trust-policy.json").read_text())["Statement"][0]["Principal"] == {"Service": "vmie.amazonaws.com"}


async def test_w_does_not_write_into_the_checkout(make_app, ports, full):
    ports.environ["HOME"] = str(full.folder)
    app = make_app(full, page="aws")
    async with app.run_test(size=(120, 24)) as pilot:
        await asked(pilot, "20 of 20 proven")
        await pilot.press("w")
        await see(pilot, "Write the policy files to")
        await pilot.press("enter")
        await see(pilot, "✗ inside of the checkout: choose another folder than /")
        assert not (full.folder / "canvos-vmimport").exists()


async def test_keys_that_are_refused_are_one_failure_and_the_rest_waits(make_app, ports, full):
    ports.aws.account.error = AwsError("AWS does not know this access key", code="InvalidClientTokenId", remedy="compare the key id")
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "▸ ✗ keys", "AWS does not know this access key", "more", "waits for Keys")
        assert painted.count("✗") == 1
        assert state_of(app) is State.ERROR
        ports.aws.account.error = None
        await pilot.press("r")
        await asked(pilot, "20 of 20 proven")
        assert "✗" not in text_of(app)
        assert state_of(app) is State.SUCCESS


async def test_help_says_once_what_nobody_can_see(page):
    async with page.run_test(size=(120, 40)) as pilot:
        await asked(pilot, "What your keys may do", "19 of 20 proven")
        await pilot.press("f1")
        painted = await see(pilot, "service control policies")
        assert painted.count("service control policies") == 1


async def test_help_names_nothing_that_the_page_has_not(page):
    async with page.run_test(size=(120, 40)) as pilot:
        await asked(pilot, "What your keys may do", "19 of 20 proven")
        await pilot.press("f1")
        painted = await see(pilot, "service control policies", "Beside a right stands how it was found out")
        assert "HOW" not in painted
        assert "PASS" not in painted


async def test_rows_come_as_aws_answers(make_app, ports, full):
    release = asyncio.Event()
    account = ports.aws.account
    real = account.rights

    async def slowly(bucket, key, report, making):
        report(replace(NOT_SEEN, action="s3:ListBucket", right=Right.ALLOWED, method="verified"))
        report(RightProbe("ec2:DescribeImages", Right.ALLOWED, "verified"))
        await release.wait()
        return await real(bucket, key, report, making)

    account.rights = slowly
    app = make_app(full, page="aws")
    async with app.run_test(size=(120, 40)) as pilot:
        painted = await see(pilot, "asked", "◐")
        await until(pilot, lambda: any("✓ s3:ListBucket" in line for line in text_of(app).splitlines()))
        assert any("◐ s3:PutObject" in line and "asked" in line for line in painted.splitlines())
        assert state_of(app) is State.RUNNING
        release.set()
        await asked(pilot, "20 of 20 proven")
