from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.checks.check import Context, Method
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.runner import run
from canvos_tui.core.errors import CanvosError, DockerError
from canvos_tui.core.machine import PrivilegedProbe
from canvos_tui.core.status import Status
from tests.doubles.check_world import ENGINE, World


def commands(result) -> list[tuple[str, bool]]:
    return [(c.run, c.root) for fix in result.answer.remedies for c in fix.commands]


async def test_git_and_the_optional_tools(tmp_path):
    world = World(tmp_path)
    assert (await world.one("TOOL-GIT")).answer.observed == "git version 2.43.0"
    assert (await world.one("TOOL-EARTHLY")).answer.observed == "not installed, not needed"
    world.tools = {"earthly": "earthly v0.8.15", "crane": ""}
    missing = await world.one("TOOL-GIT")
    assert (missing.status, missing.answer.observed) == (Status.FAIL, "git is not on PATH")
    assert commands(missing) == [("sudo apt-get install git", True)]
    assert (await world.one("TOOL-EARTHLY")).answer.observed == "earthly v0.8.15; step 16 does not use it"
    assert (await world.one("TOOL-CRANE")).answer.observed == "installed; it cannot take Docker's place in step 16"


@pytest.mark.parametrize(
    ("cause", "status", "command"),
    [
        ("not-installed", Status.FAIL, "sudo apt-get install docker.io"),
        ("cli-only", Status.FAIL, "sudo apt-get install docker.io"),
        ("engine-down", Status.FAIL, "sudo systemctl start docker"),
        ("rootless", Status.FAIL, "sudo apt-get install docker.io"),
        ("podman", Status.FAIL, "sudo apt-get install docker.io"),
        ("context", Status.FAIL, "unset DOCKER_HOST DOCKER_CONTEXT"),
        ("no-socket", Status.FAIL, "sudo rmdir /var/run/docker.sock"),
        ("timeout", Status.UNKNOWN, "sudo systemctl restart docker"),
    ],
)
async def test_every_way_to_have_no_engine_has_its_fix_and_one_red_line(tmp_path, cause, status, command):
    results = await World(tmp_path, docker=DockerError(f"because of {cause}", cause=cause, url="unix:///var/run/docker.sock")).results()
    row = results["TOOL-DOCKER"]
    assert (row.status, row.answer.observed) == (status, f"because of {cause}")
    assert commands(row)[0][0] == command
    for name in ("TOOL-DOCKER-PERM", "TOOL-DOCKER-PRIV"):
        assert (results[name].status, results[name].answer.observed) == (Status.SKIP, "waits for TOOL-DOCKER")


async def test_nothing_is_removed_or_started_that_somebody_else_named(tmp_path):
    named = DockerError("a file", cause="not-a-socket", url="unix:///etc/my hosts")
    told = commands(await World(tmp_path / "a", docker=named).one("TOOL-DOCKER"))
    assert told[0] == ("ls -ld '/etc/my hosts'", False)
    assert not any(root for _, root in told)
    far = DockerError("connection refused", cause="remote-down", url="tcp://build.example:2375")
    row = await World(tmp_path / "b", docker=far).one("TOOL-DOCKER")
    assert commands(row)[0] == ("unset DOCKER_HOST DOCKER_CONTEXT", False)
    assert "tcp://build.example:2375" in row.answer.remedies[1].text
    assert not any(root for _, root in commands(row)), "this machine's engine is another one"


async def test_root_needs_no_sudo_and_elsewhere_the_desktop_is_started(tmp_path):
    world = World(tmp_path, docker=DockerError("down", cause="engine-down"))
    world.machine = replace(world.machine, user="root")
    assert commands(await world.one("TOOL-DOCKER"))[0] == ("systemctl start docker", True)
    world.machine = replace(world.machine, system="Darwin", user="alice")
    assert "Docker Desktop" in (await world.one("TOOL-DOCKER")).answer.remedies[0].text


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"client": ""}, Status.FAIL, "the docker command is not on PATH"),
        ({"rootless": True}, Status.FAIL, "Docker runs without root"),
        ({"rootless": True, "podman": True}, Status.FAIL, "Podman runs without root"),
        ({"podman": True}, Status.WARN, "Podman answers in Docker's place"),
        ({"userns": True}, Status.FAIL, "remaps users (userns-remap)"),
        ({"windows": True}, Status.FAIL, "runs Windows containers"),
        ({"desktop": True}, Status.WARN, "Docker Desktop answers"),
        ({"host": "tcp://build.example:2375"}, Status.WARN, "another machine's"),
        ({"host": "tcp://localhost:2375"}, Status.PASS, "engine 27.1.1, Docker version 27.1.1"),
        ({}, Status.PASS, "engine 27.1.1, Docker version 27.1.1"),
    ],
)
async def test_an_engine_that_answers_may_still_be_the_wrong_one(tmp_path, change, status, words):
    result = await World(tmp_path, docker=replace(ENGINE, **change)).one("TOOL-DOCKER")
    assert result.status is status
    assert words in result.answer.observed
    assert bool(result.answer.remedies) is (status is not Status.PASS)


async def test_a_closed_socket_is_one_failure_with_the_real_user_in_its_fix(tmp_path):
    closed = DockerError("unix:///var/run/docker.sock: permission denied for this user", cause="permission")
    results = await World(tmp_path, docker=closed).results()
    row = results["TOOL-DOCKER-PERM"]
    assert (row.status, row.answer.observed) == (Status.FAIL, closed.message)
    assert commands(row) == [("sudo usermod -aG docker alice", True), ("newgrp docker", False)]
    assert results["TOOL-DOCKER"].answer.observed == "waits for TOOL-DOCKER-PERM"
    assert results["TOOL-DOCKER-PRIV"].status is Status.SKIP


async def test_the_engine_is_asked_once_for_all_checks(tmp_path):
    world = World(tmp_path)
    await world.results()
    assert world.asked["docker"] == 1
    assert world.asked["machine"] == 1


@pytest.mark.parametrize(
    ("cause", "status", "words", "advice"),
    [
        ("pull-dns", Status.UNKNOWN, "the engine cannot resolve the registry's name", "name servers"),
        ("pull-network", Status.UNKNOWN, "the engine cannot reach the registry", "firewall"),
        ("pull-proxy", Status.UNKNOWN, "the engine's proxy does not let it through", "http-proxy.conf"),
        ("pull-rate-limit", Status.UNKNOWN, "the registry limits pulls", "log in"),
        ("pull-tls", Status.FAIL, "the engine does not trust the registry's certificate", "certs.d"),
        ("pull-unauthorized", Status.FAIL, "the registry refuses the login that is stored here", "public"),
        ("pull-not-found", Status.FAIL, "the registry has no such image", "mirror"),
        ("pull-disk-full", Status.FAIL, "no space for the image", "Free space"),
        ("pull-credentials", Status.FAIL, "a credential helper of config.json is missing", "credsStore"),
        ("pull-failed", Status.FAIL, "the image could not be pulled", "own words"),
        ("privileged-refused", Status.FAIL, "the engine refuses privileged containers", "userns-remap"),
        ("runtime", Status.FAIL, "a privileged container does not run", "virtual machine"),
    ],
)
async def test_the_privileged_container_keeps_its_real_reason(tmp_path, cause, status, words, advice):
    result = await World(tmp_path, probe=PrivilegedProbe(False, cause, "raw words of the engine")).one("TOOL-DOCKER-PRIV")
    assert (result.status, result.answer.observed) == (status, words)
    assert advice in result.answer.remedies[0].text
    assert result.answer.evidence[0].output == "raw words of the engine"
    assert "docker run --rm --privileged us-docker.pkg.dev/" in commands(result)[-1][0]
    assert (result.answer.method is Method.NOT_VERIFIABLE) is (status is Status.UNKNOWN)


async def test_a_privileged_container_that_ran(tmp_path):
    world = World(tmp_path)
    result = await world.one("TOOL-DOCKER-PRIV")
    assert (result.status, result.answer.observed) == (Status.PASS, "ran in 0.8 s")
    assert world.asked["us-docker.pkg.dev/palette-images/edge/canvos/alpine:3.20"] == 1


async def test_an_engine_that_goes_away_during_the_probe_is_unknown(tmp_path):
    class Gone(World):
        def ports(self):
            ports = super().ports()

            async def gone(image: str) -> PrivilegedProbe:
                raise CanvosError("the engine went away")

            ports.docker.probe_privileged = gone  # type: ignore[method-assign]
            return ports

    result = await Gone(tmp_path).one("TOOL-DOCKER-PRIV")
    assert (result.status, result.answer.observed) == (Status.UNKNOWN, "the engine went away")


@pytest.mark.parametrize(
    "tools", [{}, {"git": "git version 2.43.0", "envsubst": "0.21", "earthly": "v0.8", "crane": ""}], ids=["none", "all"]
)
async def test_the_near_ones_ask_for_nothing_but_programs_of_this_machine(tmp_path, tools):
    nothing: Any = None
    ports = replace(World(tmp_path, tools=tools).ports(), docker=nothing, network=nothing, aws=nothing, git=nothing, files=nothing)
    near = tuple(check for check in CHECKS if check.near)
    assert [check.id for check in near] == ["TOOL-GIT", "TOOL-ENVSUBST", "TOOL-EARTHLY", "TOOL-CRANE"]
    for result in await run(near, Context(ports, fresh()), lambda _: None):
        assert result.status in {Status.PASS, Status.FAIL}, result.answer.observed
        assert result.answer.method is Method.VERIFIED
