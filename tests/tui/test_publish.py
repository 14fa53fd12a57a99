"""An AMI that is ready is copied, shared, retired and tried from its own screen: real HTTP to the stand-in for AWS."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.publish.work import Target
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.config import Fault, FaultKind
from canvos_tui.tui.dialogs.publish import Publish
from tests.commands.test_publish import AMI, HOME, Account
from tests.commands.test_publish import account as account
from tests.runs import KEY_ID, SECRET
from tests.tui.screen import see, text_of, type_text, until
from tests.tui.story import PLAN

KEYS = AwsKeys(KEY_ID, Secret(SECRET))
SIZE = (80, 24)
OURS = Target(HOME, AMI)
RUN = "20261127-0000-0000"
Opened = Any


@pytest.fixture
def shown(make_app, ports, account: Account, monkeypatch: pytest.MonkeyPatch, full) -> Opened:
    """Opens the dialog over the result page, on that account."""
    for name, value in account.environ.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    ports = replace(ports, aws=BotoDoor(account.environ), environ={**ports.environ, **account.environ})

    @asynccontextmanager
    async def opened(keys: AwsKeys | None = KEYS, target: Target = OURS) -> AsyncGenerator[Pilot[Any], None]:
        app = make_app(full, page="result")
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: app.current_mode == "result")
            await app.push_screen(Publish(ports, keys, target, None))
            await see(pilot, "▸ Copy to other regions", f"{target.ami} in {HOME}")
            yield pilot

    return opened


def bars(pilot: Pilot[Any]) -> dict[str, str]:
    """What stands behind the bar of each region."""
    found = re.findall(r"((?:eu|us)-[a-z]+-\d) +\[[# ]+\] +[\d-]+%? *(.*?) *[│ ]*$", text_of(pilot.app), re.MULTILINE)
    return {region: rest.split()[0] if rest else "" for region, rest in found}


async def test_three_regions_at_once_each_with_its_bar(shown, account):
    account.slow(5.0)
    async with shown() as pilot:
        await pilot.press("enter")
        await see(pilot, "Regions, with blanks or commas")
        await type_text(pilot, "eu-central-1, eu-west-1 us-west-2")
        await pilot.press("enter")
        painted = await see(pilot, "Do nothing", "Do it", "USD a month")
        assert f"copy {AMI} from {HOME} to eu-central-1" in painted
        assert len(account.standin.cloud.images) == 1, "nothing before the word"
        await pilot.press("down", "enter")
        await until(pilot, lambda: len(bars(pilot)) == 3)
        await pilot.press("enter")
        await see(pilot, "AWS is being asked: a moment")
        await until(pilot, lambda: bars(pilot) == dict.fromkeys(("eu-central-1", "eu-west-1", "us-west-2"), "available"))
        await pilot.press("pagedown", "pagedown")
        await see(pilot, "may launch it: this account alone")
    assert all(len(account.in_region(region)) == 1 for region in ("eu-central-1", "eu-west-1", "us-west-2"))


async def test_one_region_is_refused_and_the_others_are_copied(shown, account):
    account.standin.set_faults(Fault("ec2:CopyImage", FaultKind.DENY, region="eu-west-1"))
    async with shown() as pilot:
        await pilot.press("enter")
        await type_text(pilot, "eu-central-1 eu-west-1")
        await pilot.press("enter")
        await see(pilot, "Do it")
        await pilot.press("down", "enter")
        await until(pilot, lambda: bars(pilot) == {"eu-central-1": "available", "eu-west-1": "failed"})
        await pilot.press("pagedown", "pagedown")
        await see(pilot, "! eu-west-1: ", "ec2:CopyImage")
    assert (len(account.in_region("eu-central-1")), account.in_region("eu-west-1")) == (1, [])


async def test_a_wrong_word_is_said_and_stays_to_be_mended(shown, account):
    async with shown() as pilot:
        await pilot.press("enter")
        await type_text(pilot, HOME)
        await pilot.press("enter")
        await see(pilot, f"x the AMI is in {HOME} already", HOME)
        await pilot.press("end", *["backspace"] * len(HOME))
        await type_text(pilot, "eu-west-1")
        await pilot.press("enter")
        await see(pilot, "Do nothing")
        await pilot.press("enter")
        await see(pilot, "nothing was done")
        await pilot.press("down", "enter")
        await see(pilot, "12 digits")
        await type_text(pilot, "all")
        await pilot.press("enter")
        await see(pilot, "never made public")
    assert not [action for action in account.standin.actions if not action.startswith(("ec2:Describe", "sts:"))]


async def test_the_price_is_in_sight_however_many_regions_are_chosen(shown):
    many = "eu-central-1 eu-west-1 eu-west-2 eu-west-3 eu-north-1 us-east-2 us-west-1 us-west-2 "
    many += "ca-central-1 sa-east-1 ap-south-1 ap-southeast-1 ap-southeast-2 ap-northeast-1"
    async with shown() as pilot:
        await pilot.press("enter")
        await type_text(pilot, many)
        await pilot.press("enter")
        painted = await see(pilot, "Do it", "USD a month", "in 14 regions")
        assert "ap-northeast-1" in painted


async def test_sharing_an_end_and_a_try(shown, account):
    async with shown() as pilot:
        await pilot.press("down", "enter")
        await type_text(pilot, "999999999999")
        await pilot.press("enter")
        await see(pilot, "share it with 999999999999", "share its snapshot")
        await pilot.press("down", "enter")
        await see(pilot, "may launch it: 999999999999", "may read its snapshot: 999999999999")
        await pilot.press("down", "enter")
        await type_text(pilot, "2036-06-30")
        await pilot.press("enter")
        await see(pilot, "deprecate it at 2036-06-30 00:00 UTC")
        await pilot.press("down", "enter")
        await see(pilot, "deprecated from 2036-06-30 00:00 UTC")
        await pilot.press("down", "enter")
        await see(pilot, "would be allowed;")
    image = account.standin.cloud.images[AMI]
    assert image.shared == ("999999999999",)
    assert not [action for action in account.standin.actions if action == "ec2:CopyImage"]


async def test_leaving_while_aws_copies_is_asked_about(shown, account):
    account.slow(20.0)
    async with shown() as pilot:
        await pilot.press("enter")
        await type_text(pilot, "eu-west-1")
        await pilot.press("enter")
        await see(pilot, "Do it")
        await pilot.press("down", "enter")
        await until(pilot, lambda: bars(pilot).get("eu-west-1") in {"begun", "pending"})
        await pilot.press("ctrl+q")
        await see(pilot, "Quit?", "go on in AWS", f"canvos-tui publish {AMI}", "--copy-to eu-west-1")
        await pilot.press("enter")
        await see(pilot, "▸ Copy to other regions")
        await pilot.press("escape")
        await see(pilot, "Leave while AWS copies?", "go on in AWS", f"canvos-tui publish {AMI}", "--copy-to eu-west-1")
        await pilot.press("enter")
        await see(pilot, "▸ Copy to other regions")
        await pilot.press("escape")
        await see(pilot, "Leave while AWS copies?")
        await pilot.press("down", "enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
    (copy,) = account.in_region("eu-west-1")
    async with shown() as pilot:
        account.slow(0.0)
        await pilot.press("enter")
        await type_text(pilot, "eu-west-1")
        await pilot.press("enter")
        await see(pilot, "Do it")
        await pilot.press("down", "enter")
        await until(pilot, lambda: bars(pilot).get("eu-west-1") in {"pending", "available"})
    assert account.in_region("eu-west-1") == [copy], "no second one"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target(HOME, "ami-0bbbbbbbbbbbbbbbb"), "there is no AMI ami-0bbbbbbbbbbbbbbbb"),
        (Target(HOME, AMI, RUN, "222222222222"), f"run {RUN} used account 222222222222"),
    ],
)
async def test_another_ami_or_account_is_refused(shown, account, ports, target, said):
    ports.runs.plans[RUN] = replace(PLAN, endpoint=account.environ["AWS_ENDPOINT_URL"])
    async with shown(target=target) as pilot:
        await pilot.press("down", "down", "down", "enter")
        await see(pilot, f"✗ {said}")
    assert not [action for action in account.standin.actions if not action.startswith(("ec2:Describe", "sts:"))]


@pytest.mark.parametrize("endpoint", ["https://elsewhere.example", ""])
async def test_the_run_of_another_aws_is_refused_before_anything_is_asked(shown, account, ports, endpoint):
    ports.runs.plans[RUN] = replace(PLAN, endpoint=endpoint)
    async with shown(target=Target(HOME, AMI, RUN)) as pilot:
        await pilot.press("down", "down", "down", "enter")
        await see(pilot, f"✗ run {RUN} used {endpoint or 'AWS itself'}, which is", "AWS_ENDPOINT_URL as it was")
    assert account.standin.actions == []


async def test_a_region_that_nobody_knows_is_named_before_anything_is_begun(shown, account):
    async with shown() as pilot:
        await pilot.press("enter")
        await type_text(pilot, "eu-wets-1")
        await pilot.press("enter")
        painted = await see(pilot, "Do nothing", "USD a month")
        assert "! eu-wets-1 is not among the regions that are known here; perhaps eu-west-1" in " ".join(painted.replace("│", " ").split())
        await pilot.press("enter")
        await see(pilot, "nothing was done")
    assert not [action for action in account.standin.actions if not action.startswith(("ec2:Describe", "sts:"))]


async def test_the_commands_are_copied(shown, make_app, ports):
    async with shown() as pilot:
        await pilot.press("c")
        await until(pilot, lambda: ports.terminal.copied)
        assert f"canvos-tui publish {AMI} --region {HOME} --copy-to eu-central-1" in ports.terminal.copied[-1]
        await pilot.press("z")
        await see(pilot, "z does nothing here")
