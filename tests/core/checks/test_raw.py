"""Every check that was asked has what it asked beside its answer, whatever it found; and no secret is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, FolderChosen, RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import Bucket
from canvos_tui.core.checks.check import CheckResult
from canvos_tui.core.errors import AwsError, DockerError
from canvos_tui.core.machine import HostFacts
from canvos_tui.core.status import Status
from tests.doubles import canvos_repo
from tests.doubles.check_world import World, answered

SECRET = "k" * 39 + "Q"
_ARG = "OS_DISTRIBUTION=ubuntu\nOS_VERSION=24.04\nREGION=eu-west-1\nS3_BUCKET=acme-images\nS3_KEY=edge-1\nHTTPS_PROXY=\n"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = canvos_repo.make(tmp_path_factory.mktemp("raw") / "CanvOS")
    canvos_repo.git(made, "checkout", "-q", "v4.9.38")
    (made / ".arg").write_text(_ARG)
    secret = made / ".secret"
    secret.write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
    secret.chmod(0o600)
    (made / "user-data").write_text(f"#cloud-config\nstylus:\n  site:\n    paletteEndpoint: a.example\n    edgeHostToken: {SECRET}\n")
    return made


def silent(results: dict[str, CheckResult]) -> list[str]:
    """The ids of checks that were asked and do not say what."""
    return [name for name, one in results.items() if one.status is not Status.SKIP and not one.answer.evidence]


def texts(results: dict[str, CheckResult]) -> str:
    return "\n".join(f"{piece.command} {piece.output}" for one in results.values() for piece in one.answer.evidence)


def at(folder: Path, route: Route) -> Draft:
    return answered(fresh().after(FolderChosen(folder, "https://git.example/CanvOS")).after(RouteChosen(route)))


@pytest.mark.parametrize("route", Route)
async def test_in_a_world_where_all_is_well(tmp_path, repository, route):
    results = await World(tmp_path).results(at(repository, route), final=True)
    assert silent(results) == []
    assert {one.status for one in results.values()} <= {Status.PASS, Status.WARN, Status.UNKNOWN}
    told = texts(results)
    assert SECRET not in told
    assert "AWS_SECRET_ACCESS_KEY set" in told
    assert "AWS_PROFILE empty" in told


async def test_in_a_world_where_little_is_well(tmp_path, repository):
    world = World(
        tmp_path,
        machine=HostFacts("Linux", "x86_64", 2, 4 * 10**9, 10**9, 2 * 10**9, "alice"),
        tools={"git": None},
        docker=DockerError("no engine answers", cause="engine-down"),
        bucket=Bucket("acme-images", False),
        writable=False,
        environ={"HTTPS_PROXY": f"http://me:{SECRET}@proxy.example:3128"},
    )
    results = await world.results(at(repository, Route.GUIDE), final=True)
    assert sum(one.status is Status.FAIL for one in results.values()) > 5
    assert silent(results) == []
    assert SECRET not in texts(results)


async def test_nothing_is_asked_of_aws_for_its_sake(tmp_path, repository):
    world = World(tmp_path, identity=AwsError("the keys are not known", code="InvalidClientTokenId", status=403))
    results = await world.results(at(repository, Route.GUIDE), final=True)
    assert results["AWS-CREDS"].status is Status.FAIL
    assert world.asked["rights"] == world.asked["encryption"] == world.asked["images"] == 0
