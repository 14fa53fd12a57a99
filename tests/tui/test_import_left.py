"""A build that was cancelled or failed while AWS imports: the result offers to end the import to those who may."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from canvos_tui.core.aws.facts import Right, RightProbe, S3Object
from canvos_tui.core.errors import AwsError
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.session import Session
from tests import samples
from tests.tui import story
from tests.tui.conftest import KEYS
from tests.tui.screen import see, text_of, until

COMMAND = ("aws ec2 cancel-import-task", f"--import-task-id {story.TASK.task_id}")  # the line is wrapped
WAY = "End the import"


@pytest.fixture
def aws(ports):
    """The account in which the import goes on, with keys at hand."""
    ports.environ.update(AWS_ACCESS_KEY_ID=KEYS.key_id, AWS_SECRET_ACCESS_KEY=KEYS.secret.reveal())
    ports.aws.account.tasks = (story.TASK,)
    ports.aws.account.objects["palette-learn"] = S3Object("palette-learn", 4_100_000_000, story.at(66), '"new"')
    return ports.aws.account


@pytest.fixture
def cancelled(ports, make_app, aws):
    """The app on the result of a run that left its import going."""

    def make(result=story.CANCELLED):
        ports.runs.plans[story.RUN] = story.PLAN
        ports.runs.events = [story.IMPORTING]
        ports.runs.results[story.RUN] = result
        ports.clock.move(80 * 60)
        return make_app(page="build", known=Session(run_id=story.RUN))

    return make


async def choose_to_end(pilot) -> None:
    assert WAY in await see(pilot, WAY)
    await pilot.press("end", "up", "enter")  # the last but one: the last leaves it as it is
    await see(pilot, f"End {story.TASK.task_id}?", "Let it go on")


ENDS = list(product([Outcome.CANCELLED, Outcome.FAILED], [(80, 24), (120, 40)]))


@pytest.mark.parametrize(("outcome", "size"), samples.every(ENDS, lambda: ENDS[::3]))
async def test_whoever_may_is_offered_to_end_the_import(cancelled, aws, outcome, size):
    async with cancelled(replace(story.CANCELLED, outcome=outcome)).run_test(size=size) as pilot:
        await choose_to_end(pilot)
        await pilot.press("enter")  # the first answer lets it go on
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert aws.tasks == (story.TASK,)
        await pilot.press("end", "up", "enter")
        await see(pilot, "Let it go on")
        await pilot.press("down", "enter")
        painted = await see(pilot, f"AWS ended {story.TASK.task_id}: it is `deleted`")
        assert [task.status for task in aws.tasks] == ["deleted"]
        await until(pilot, lambda: WAY not in text_of(pilot.app))
        assert "cancel-import-task" not in text_of(pilot.app), painted
        assert pilot.app.known.result.outcome is outcome


async def test_whoever_lacks_the_right_gets_the_command_and_no_offer(cancelled, aws):
    aws.denied = {"ec2:CancelImportTask"}
    async with cancelled().run_test(size=(120, 40)) as pilot:
        await see(pilot, "your keys lack ec2:CancelImportTask", *COMMAND)
        assert WAY not in text_of(pilot.app)


async def test_a_right_that_cannot_be_found_out_is_not_offered(cancelled, aws):
    action = "ec2:CancelImportTask"
    aws.probes[action] = RightProbe(action, Right.UNKNOWN, "dry_run", "RequestTimeout", "no answer")
    async with cancelled().run_test(size=(120, 40)) as pilot:
        await see(pilot, "whether your keys may end it is not", *COMMAND)
        assert WAY not in text_of(pilot.app)


async def test_without_keys_the_command_is_shown(cancelled, ports, aws):
    del ports.environ["AWS_ACCESS_KEY_ID"]
    async with cancelled().run_test(size=(120, 40)) as pilot:
        await see(pilot, "there are no AWS keys", *COMMAND)
        assert WAY not in text_of(pilot.app)


async def test_a_refusal_after_all_is_said_and_the_import_stays_listed(cancelled, aws, monkeypatch):
    async def refuse(task_id: str) -> None:
        raise AwsError("no", code="UnauthorizedOperation", said="an organisation forbids it")

    monkeypatch.setattr(aws, "cancel_import", refuse)
    async with cancelled().run_test(size=(120, 40)) as pilot:
        await choose_to_end(pilot)
        await pilot.press("down", "enter")
        assert await see(pilot, "your keys lack ec2:CancelImportTask", *COMMAND)


async def test_the_commands_are_copied_whole(cancelled, ports, aws):
    async with cancelled().run_test(size=(80, 24)) as pilot:
        await see(pilot, WAY)
        await pilot.press("c")
        await until(pilot, lambda: ports.terminal.copied)
        copied = ports.terminal.copied[0].splitlines()
        assert copied[0].startswith("aws s3api delete-object --region eu-west-1 --bucket acme-edge-images --key palette-learn")
        assert copied[1] == story.LEFT_TASK.remove


async def test_a_result_without_an_import_asks_aws_nothing(cancelled, aws, monkeypatch):
    async def never(task_id: str) -> RightProbe:
        raise AssertionError("nobody asked for it")

    monkeypatch.setattr(aws, "may_cancel_import", never)
    async with cancelled(story.FAILURE).run_test(size=(80, 24)) as pilot:
        await see(pilot, "FAILED in Snapshot import", "Leave it as it is")
        assert WAY not in text_of(pilot.app)


async def test_the_questions_before_say_what_aws_goes_on_with(cancelled, ports):
    app = cancelled()
    del ports.runs.results[story.RUN]
    ports.runs.keep_open = True
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "42 %")
        await pilot.press("x")
        assert await see(pilot, "Cancel the build?", f"AWS goes on with {story.TASK.task_id}", "result offers")
        await pilot.press("escape")
        await pilot.press("ctrl+q")
        assert await see(pilot, "a build is running", "An AWS import goes on", "After Cancel the result")
        await pilot.press("down", "enter")
        await until(pilot, lambda: ports.runs.cancelled == [False])
        ports.runs.results[story.RUN] = story.CANCELLED
        ports.runs.keep_open = False
        assert await see(pilot, "CANCELLED in Snapshot import", WAY)


async def test_c_copies_the_fix_of_the_cause_and_then_what_removes_what_is_left(cancelled, ports, aws):
    async with cancelled(story.FAILURE).run_test(size=(80, 24)) as pilot:
        await see(pilot, "E-VMIMPORT", "aws iam get-role --role-name vmimport")
        await pilot.press("c")
        await until(pilot, lambda: ports.terminal.copied)
    [copied] = ports.terminal.copied
    fix, *removals = copied.splitlines()
    assert fix == "aws iam get-role --role-name vmimport"
    assert removals == [left.removal for left in story.FAILURE.left_behind if left.removal]
