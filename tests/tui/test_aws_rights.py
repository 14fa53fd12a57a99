"""Screen 7 with keys: what is said of a right, the four ways to find out, and the documents that leave the screen."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.core.aws.facts import PutWay, Right, RightProbe
from canvos_tui.core.errors import AwsError
from canvos_tui.tui.checks.rights_table import detail
from canvos_tui.tui.steps.aws_rights import AwsRights
from tests.tui.screen import see, text_of, until

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


async def test_a_missing_role_is_drawn_first_with_its_way_out(make_app, ports, full):
    ports.aws.account.role = False
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await asked(pilot, "1 fail", "account 1234-5678-9012", "m copies a message for your AWS administrator")
        lines = painted.splitlines()
        at = next(n for n, line in enumerate(lines) if "RIGHT" in line)
        assert lines[at].split() == ["RIGHT", "RESULT", "HOW", "NEEDED", "FOR"]
        assert lines[at + 1].split() == [">", "vmimport", "service", "role", "FAIL", "verified", "snapshot", "import"]
        assert "s3:GetObject, s3:ListBucket" in painted
        assert "-- AWS-ROLE-VMIMPORT -" in painted
        assert "required - not in the guide" in painted
        assert "1 write trust-policy.json and role-policy.json   Enter: show, w: write" in painted


async def test_a_wide_window_has_a_row_for_each_right_with_code_and_request(page):
    async with page.run_test(size=(120, 40)) as pilot:
        painted = await asked(pilot, "CODE", "REQUEST", "1 unknown")
        row = next(line for line in painted.splitlines() if "> s3:PutObject" in line)
        assert "????" in row
        assert "NotImplem" in row
        assert "REQ-1" in row
        for name in ("s3:GetObject", "s3:ListBucket", "ec2:DescribeSnapshots", "ec2:DescribeImages", "ec2:RegisterImage", "ec2:CreateTags"):
            assert any(name in line and "PASS" in line for line in painted.splitlines()), name


async def test_enter_on_a_denied_right_shows_the_whole_policy(make_app, ports, full):
    ports.aws.account.denied.add("ec2:RegisterImage")
    app = make_app(full, page="aws")
    async with app.run_test(size=(120, 60)) as pilot:
        await asked(pilot, "1 fail")
        await pilot.press("enter")
        painted = await see(pilot, "user-policy.json", '"ec2:RegisterImage"', "arn:aws:s3:::acme-edge-images/*")
        assert '"Version": "2012-10-17"' in painted
        await pilot.press("escape")
        await pilot.press("end", "enter")  # a row that passed: on
        await until(pilot, lambda: app.current_mode != "aws")


@pytest.mark.parametrize(
    ("downs", "way", "how", "words"),
    [
        (1, PutWay.SIMULATE, "simulated", "PASS    simulated"),
        (2, PutWay.MULTIPART, "verified", "PASS    verified"),
        (3, PutWay.OBJECT, "verified", "canvos-tui-probe-1 stays in acme-edge-images"),
    ],
)
async def test_the_right_to_upload_is_found_out_in_a_way_that_was_chosen(page, ports, downs, way, how, words):
    async with page.run_test(size=(80, 24)) as pilot:
        await asked(pilot, "????", "upload  Enter: how")
        await pilot.press("enter")
        painted = await see(pilot, "How shall s3:PutObject be found out?", "Leave", "Simulate", "Upload", "Object")
        assert "STAYS" in painted
        assert ports.aws.account.proven == []  # nothing was tried before the choice
        await pilot.press(*["down"] * downs, "enter")
        await see(pilot, words)
        assert ports.aws.account.proven == [way]
        [probe] = [p for p in page.known.rights if p.action == "s3:PutObject"]
        assert (probe.right, probe.method) == (Right.ALLOWED, how)


async def test_leaving_it_tries_nothing(page, ports):
    async with page.run_test(size=(80, 24)) as pilot:
        await asked(pilot, "????")
        await pilot.press("enter")
        await see(pilot, "How shall s3:PutObject be found out?")
        await pilot.press("enter")
        await see(pilot, "not verifiable")
        assert ports.aws.account.proven == []


async def test_a_detail_longer_than_the_window_scrolls(make_app, ports, full):
    ports.aws.account.role = False
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 19)) as pilot:
        painted = await asked(pilot, "1 fail")
        assert "Seen  " in painted
        for _ in range(20):
            await pilot.press("shift+down")
        last = detail(app.screen.query_one(AwsRights)._picked, None, 78).rstrip().splitlines()[-1]
        assert await see(pilot, last[:60].rstrip())
        assert "Seen  " not in text_of(app)
        await pilot.press("down")
        await see(pilot, "Seen  ")


async def test_m_copies_a_complete_message_and_c_the_fix(make_app, ports, full, copied):
    ports.aws.account.role = False
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, "1 fail")
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
        await asked(pilot, "1 fail")
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
        await asked(pilot, "20 pass")
        await pilot.press("w")
        await see(pilot, "Write the policy files to")
        await pilot.press("enter")
        await see(pilot, "x inside of the checkout: choose another folder than /")
        assert not (full.folder / "canvos-vmimport").exists()


async def test_keys_that_are_refused_are_one_failure_and_the_rest_waits(make_app, ports, full):
    ports.aws.account.error = AwsError("AWS does not know this access key", code="InvalidClientTokenId", remedy="compare the key id")
    app = make_app(full, page="aws")
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "1 fail", "AWS does not know this access key", "more", "waits for AWS-CREDS")
        assert painted.count("FAIL") == 1
        ports.aws.account.error = None
        await pilot.press("r")
        await asked(pilot, "20 pass")
        assert "FAIL" not in text_of(app)


async def test_help_says_once_what_nobody_can_see(page):
    async with page.run_test(size=(120, 40)) as pilot:
        await asked(pilot, "RIGHT")
        await pilot.press("f1")
        painted = await see(pilot, "service control policies")
        assert painted.count("service control policies") == 1


async def test_rows_come_as_aws_answers(make_app, ports, full):
    release = asyncio.Event()
    account = ports.aws.account
    real = account.rights

    async def slowly(bucket, key, report):
        report(replace(NOT_SEEN, action="s3:ListBucket", right=Right.ALLOWED, method="verified"))
        report(RightProbe("ec2:DescribeImages", Right.ALLOWED, "verified"))
        await release.wait()
        return await real(bucket, key, report)

    account.rights = slowly
    app = make_app(full, page="aws")
    async with app.run_test(size=(120, 40)) as pilot:
        painted = await see(pilot, "asked", "....")
        await until(pilot, lambda: any("s3:ListBucket" in line and "PASS" in line for line in text_of(app).splitlines()))
        assert any("s3:PutObject" in line and "...." in line for line in painted.splitlines())
        release.set()
        await asked(pilot, "20 pass")
