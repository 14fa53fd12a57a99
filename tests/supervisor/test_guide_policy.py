"""The policy that we give out for the guide's route: its run passes with it, and fails without any single action of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.core.checks.aws.advice import BUCKET_ACTIONS, EC2_ACTIONS, OBJECT_ACTIONS, Subject
from canvos_tui.core.checks.aws.further_rights import policy
from canvos_tui.core.errors import AwsError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.verdict.judge import JudgeHints, judge
from canvos_tui.rehearsal import stage
from canvos_tui.rehearsal.bash_trace import Trace
from canvos_tui.rehearsal.import_script import PART, ImportScript
from canvos_tui.rehearsal.job import Job
from canvos_tui.rehearsal.scenarios import SCENARIOS
from tests.commands.test_publish import HOME
from tests.on_stage import on_stage
from tests.runs import KEY_ID, SECRET
from tests.supervisor.test_policies import ABOUT, KEYS, account, without

VALIDATION = "ec2:DescribeSnapshots"  # the script does not ask for it: the guide's Validate does, and so the checks insist on it


class StuckError(Exception):
    """The script asks for ever."""


def worked(monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]) -> tuple[Outcome | None, str]:
    """How a run of the import script ends as AWS shows it, None where it never begins or never ends; and what was said."""
    said: list[str] = []
    rests = iter(range(100))

    def rest(_: float) -> None:
        if next(rests, None) is None:
            raise StuckError
        time.sleep(0.002)

    with account(document) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())

        async def work() -> Outcome:
            aws = await BotoDoor().open(KEYS, HOME)
            plan = BuildPlan("/c", "v4.9.38", (), await aws.baseline("images", "edge.raw"))
            job = Job("kairos.raw", 2 * PART, HOME, "images", "edge.raw", KEY_ID, SECRET, rest)
            code = await asyncio.to_thread(ImportScript(job, Trace(said.append), said.append).run)
            now = datetime.now(UTC)
            return judge("r", plan, await aws.sight(plan.baseline), code, {}, False, JudgeHints(), now, now).outcome

        try:
            return asyncio.run(work()), "\n".join(said)
        except (StuckError, AwsError) as error:
            return None, "\n".join([*said, str(error), getattr(error, "operation", "")])


def test_the_guides_route_passes_with_what_is_needed(monkeypatch):
    outcome, said = worked(monkeypatch, policy("needed", ABOUT))
    assert outcome is Outcome.SUCCEEDED, said


@pytest.mark.parametrize("action", sorted({*BUCKET_ACTIONS, *OBJECT_ACTIONS, *EC2_ACTIONS} - {VALIDATION}))
def test_it_fails_without_any_single_action(monkeypatch, action):
    outcome, said = worked(monkeypatch, without(policy("needed", ABOUT), action))
    assert outcome is not Outcome.SUCCEEDED, f"{action} is not missed"
    assert {"s3:GetObject": "HeadObject"}.get(action, action.partition(":")[2]) in said, said


def test_the_command_runs_with_exactly_that_and_begins_nothing_without_what_the_guide_validates_with(tmp_path, monkeypatch):
    whole = policy("needed", Subject(stage.BUCKET, stage.REGION))
    for document, code in ((whole, 0), (without(whole, VALIDATION), ExitCode.NOT_READY)):
        chosen = replace(SCENARIOS["success"], aws=(*SCENARIOS["success"].aws, ("policy", document)))
        monkeypatch.setitem(SCENARIOS, "success", chosen)
        folder = tmp_path / str(int(code))
        folder.mkdir()
        with on_stage(folder) as scene:
            done = scene.inside("run", "--config", scene.answers(), "--yes", "--plain")
            assert done.returncode == code, done.stderr
            assert (VALIDATION in done.stderr) is bool(code), done.stderr
            assert len(scene.infos()) == (0 if code else 1)
