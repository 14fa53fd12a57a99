"""An import that the service role may not read for: its policy is mended with the command that is told, and the run goes on from there."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.vmimport_role import role_document
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from tests.benchmarks.kills import BUCKET, REGION, World, fill, world
from tests.runs import KEY_ID, SECRET

_NAMES = {"--role-name": "RoleName", "--policy-name": "PolicyName", "--policy-document": "PolicyDocument"}


def mended(here: World, result: RunResult) -> None:
    """As whoever pastes the command does it."""
    assert result.cause is not None
    told = [command.run for way in result.cause.remedies for command in way.commands]
    (words,) = [shlex.split(run) for run in told if run.startswith("aws iam put-role-policy ")]
    asked: dict[str, Any] = {_NAMES[name]: text for name, text in zip(words[3::2], words[4::2], strict=True)}
    keys = {"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET}
    boto3.client("iam", REGION, endpoint_url=here.ports.aws.endpoint(), **keys).put_role_policy(**asked)
    assert "canvos-tui resume" in told


@pytest.mark.parametrize("route", [Route.GUIDE, Route.TWO_STAGE])
def test_what_the_role_may_read_by_now_is_imported_without_upload_or_build(tmp_path: Path, route: Route) -> None:
    given = fill(route, tmp_path / "given.raw", parts=2)
    with world(route, given, tmp_path / "world") as here:
        cloud = here.aws.cloud
        cloud.config = replace(cloud.config, role_policies={"vmimport-other": role_document("other-images")})
        first = here.site.result(here.started())
        assert (first.outcome, len(cloud.tasks), len(cloud.snapshots)) == (Outcome.FAILED, 1, 0)
        assert first.cause is not None
        assert "403 Forbidden" in " ".join((first.cause.explanation, *first.cause.evidence))
        sent = Counter(here.aws.parts)
        again = here.gone_on(first.run_id)  # nothing was mended yet
        assert (again.outcome, len(cloud.tasks)) == (Outcome.FAILED, 2)
        mended(here, again)
        done = here.gone_on(again.run_id)
        assert list(here.wrong(done)) == []
        assert (here.aws.parts, len(cloud.tasks), len(cloud.buckets[BUCKET].objects)) == (sent, 3, 1)
        assert (here.site.checkout / "times").read_text().count("built") == 1
