"""Every way for git, Docker and what stands around it to come out: sockets and engines of our own, a real one where it can run."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.adapters.docker.engine import DockerEngine
from canvos_tui.adapters.machine.host import LocalHost
from canvos_tui.core.machine import NamedContainer
from canvos_tui.core.status import Status
from tests.causes.real import Real, ask, at, on_engine
from tests.causes.told import assert_told
from tests.doubles.check_world import ENGINE, World
from tests.doubles.fake_engine import IMAGE, INFO, VERSION, FakeEngine
from tests.doubles.http_server import hang, read_head, unix
from tests.doubles.local_engine import engine, program
from tests.doubles.own_engine import OwnEngine, own_engine

PASS, WARN, FAIL, SKIP, UNKNOWN = Status.PASS, Status.WARN, Status.FAIL, Status.SKIP, Status.UNKNOWN


@pytest.fixture
def folder() -> Iterator[Path]:
    """A path that is short enough for a unix socket, and that other users may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


async def assert_docker(folder: Path, status: Status, words: str, how: str, **environ: str) -> None:
    assert_told(await ask(on_engine(folder, engine(folder, **environ)), "TOOL-DOCKER"), status, words, how=how)


# -- git and the optional programs ---------------------------------------------------------------------------------


async def test_programs_that_are_there_or_not(folder):
    world = Real(folder)
    world.host_port = LocalHost({"PATH": str(folder / "bin")})
    assert_told(await ask(world, "TOOL-GIT"), FAIL, "git is not on PATH", how="a PATH without git")
    assert_told(await ask(world, "TOOL-EARTHLY"), PASS, "not installed, not needed", how="a PATH without earthly")
    program(folder, "git", "git version 2.43.0")
    program(folder, "earthly", "earthly version v0.8.15")
    program(folder, "crane", "0.20.2")
    assert_told(await ask(world, "TOOL-GIT"), PASS, "git version 2.43.0", how="a git on PATH")
    assert_told(await ask(world, "TOOL-EARTHLY"), PASS, "step 16 does not use it", how="an earthly on PATH")
    assert_told(await ask(world, "TOOL-CRANE"), PASS, "it cannot take Docker's place in step 16", how="a crane on PATH")


async def test_a_git_that_cannot_be_run(folder):
    program(folder, "git", "x")
    (folder / "bin" / "git").write_bytes(b"\x7fELF not really")
    world = Real(folder)
    world.host_port = LocalHost({"PATH": str(folder / "bin")})
    assert_told(await ask(world, "TOOL-GIT"), UNKNOWN, "cannot be run: Exec format error", how="a file that is no program in git's place")


# -- no engine answers ---------------------------------------------------------------------------------------------


async def test_nothing_is_installed(folder):
    world = on_engine(folder, engine(folder, cli=""))
    assert_told(await ask(world, "TOOL-DOCKER"), FAIL, "neither the docker command nor an engine", how="no docker on PATH, no socket")


async def test_the_command_without_an_engine(folder):
    await assert_docker(folder, FAIL, "the docker command is here, the engine is not", "a docker command, no socket, no dockerd")


async def test_an_engine_that_was_not_started(folder):
    program(folder, "dockerd", "x")
    await assert_docker(folder, FAIL, "Docker is installed but not running", "a dockerd on PATH, no socket")


async def test_an_engine_that_died(folder):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder / "docker.sock"))
        await assert_docker(folder, FAIL, "docker.sock: connection refused", "a socket that nobody listens on")


async def test_a_folder_in_the_socket_s_place(folder):
    (folder / "docker.sock").mkdir()
    await assert_docker(folder, FAIL, "is a folder, no socket", "a folder of that name, as a mount into a container makes it")


async def test_an_engine_that_hangs(folder, monkeypatch):
    from canvos_tui.adapters.docker import engine as adapter

    monkeypatch.setattr(adapter, "PING_LIMIT", 0.3)
    with unix(folder / "docker.sock", hang):
        await assert_docker(folder, UNKNOWN, "no answer within", "a socket that accepts and says nothing")


async def test_something_else_behind_the_socket(folder):
    def mail(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"220 mail ready\r\n\r\n")

    with unix(folder / "docker.sock", mail):
        await assert_docker(folder, FAIL, "what answers there is no Docker engine", "a socket that speaks another protocol")


async def test_an_engine_in_trouble(folder):
    fake = FakeEngine(_ping=("500 Internal Server Error", {"message": "x"}))
    with unix(folder / "docker.sock", fake.handle):
        await assert_docker(folder, FAIL, "the engine answers 500", "an engine that answers 500 to a ping")


@pytest.mark.parametrize(("path", "name"), [("docker.sock", "rootless Docker"), ("podman/podman.sock", "Podman")])
async def test_only_an_engine_that_the_command_does_not_use(folder, path, name):
    (folder / "run" / path).parent.mkdir(parents=True)
    with unix(folder / "run" / path, FakeEngine().handle):
        await assert_docker(folder, FAIL, f"only {name} listens", f"a socket at XDG_RUNTIME_DIR/{path} only")


async def test_podman_s_docker_command(folder):
    program(folder, "docker", "podman version 4.9.3")
    world = on_engine(folder, engine(folder, cli=""))
    assert_told(await ask(world, "TOOL-DOCKER"), FAIL, "the docker command is Podman's", how="a docker command that says podman")


async def test_a_host_that_does_not_exist(folder):
    words = "DOCKER_HOST points to tcp://no-such-host.invalid:2375"
    await assert_docker(folder, FAIL, words, "DOCKER_HOST names a host without an address", DOCKER_HOST="tcp://no-such-host.invalid:2375")


async def test_an_engine_over_ssh(folder):
    words = "the engine has to run on this machine"
    await assert_docker(folder, FAIL, words, "DOCKER_HOST=ssh://build", DOCKER_HOST="ssh://build")


async def test_a_context_that_does_not_exist(folder):
    await assert_docker(folder, FAIL, "the Docker context `gone`", "DOCKER_CONTEXT names no context", DOCKER_CONTEXT="gone")


async def test_the_socket_of_docker_host_is_not_there(folder):
    words = "(DOCKER_HOST names it)"
    await assert_docker(folder, FAIL, words, "DOCKER_HOST names a socket that is not there", DOCKER_HOST=f"unix://{folder}/none.sock")


@contextlib.contextmanager
def ordinary_user() -> Iterator[None]:
    """Root may open everything, so a test that root runs becomes somebody else for a while."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_socket_that_this_user_may_not_open(folder):
    with unix(folder / "docker.sock", FakeEngine().handle):
        (folder / "docker.sock").chmod(0o600 if os.geteuid() == 0 else 0)
        made = engine(folder)
        with ordinary_user():
            result = await ask(on_engine(folder, made), "TOOL-DOCKER-PERM")
    assert_told(result, FAIL, "permission denied for this user", how="a socket of mode 0600 of root, opened by another user")
    assert [c.run for c in result.answer.remedies[0].commands] == ["sudo usermod -aG docker alice"]


async def test_a_socket_that_this_user_may_open(folder):
    with unix(folder / "docker.sock", FakeEngine().handle):
        assert_told(
            await ask(on_engine(folder, engine(folder)), "TOOL-DOCKER-PERM"), PASS, "alice reached unix://", how="a socket that is open"
        )


# -- an engine answers, but not the right one ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("info", "status", "words", "how"),
    [
        ({}, PASS, "engine 27.1.1, Docker version 27.1.1", "a plain engine"),
        ({"SecurityOptions": ["name=rootless"]}, FAIL, "Docker runs without root", "SecurityOptions name=rootless"),
        ({"SecurityOptions": ["name=userns"]}, FAIL, "remaps users (userns-remap)", "SecurityOptions name=userns"),
        ({"OSType": "windows"}, FAIL, "runs Windows containers", "OSType windows"),
        ({"OperatingSystem": "Docker Desktop"}, WARN, "Docker Desktop answers", "OperatingSystem Docker Desktop"),
    ],
)
async def test_what_an_engine_says_of_itself(folder, info, status, words, how):
    fake = FakeEngine(_info=("200 OK", {**INFO, **info}))
    with unix(folder / "docker.sock", fake.handle):
        await assert_docker(folder, status, words, f"an engine whose /info says {how}")


async def test_podman_in_docker_s_place(folder):
    fake = FakeEngine(_version=("200 OK", {**VERSION, "Components": [{"Name": "Podman Engine"}]}))
    with unix(folder / "docker.sock", fake.handle):
        await assert_docker(folder, WARN, "Podman answers in Docker's place", "an engine whose /version names Podman")


async def test_an_engine_without_the_command(folder):
    with unix(folder / "docker.sock", FakeEngine().handle):
        result = await ask(on_engine(folder, engine(folder, cli="")), "TOOL-DOCKER")
    assert_told(result, FAIL, "but the docker command is not on PATH", how="an engine, no docker on PATH")


async def test_an_engine_on_another_machine(folder):
    world = World(folder, docker=replace(ENGINE, host="tcp://build.example:2375"))
    assert_told(await ask(world, "TOOL-DOCKER"), WARN, "is another machine's", how="the Docker port says tcp://build.example:2375")


# -- the privileged container --------------------------------------------------------------------------------------

DNS = 'Get "https://r/v2/": dial tcp: lookup us-docker.pkg.dev on 10.0.0.2:53: no such host'


@pytest.mark.parametrize(
    ("words", "status", "meaning"),
    [
        (DNS, UNKNOWN, "the engine cannot resolve the registry's name"),
        ("dial tcp 1.2.3.4:443: connect: connection refused", UNKNOWN, "the engine cannot reach the registry"),
        ("proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused", UNKNOWN, "the engine's proxy does not let it through"),
        ("toomanyrequests: You have reached your pull rate limit", UNKNOWN, "the registry limits pulls"),
        ("x509: certificate signed by unknown authority", FAIL, "the engine does not trust the registry's certificate"),
        ("unauthorized: authentication required", FAIL, "the registry refuses the login that is stored here"),
        ("manifest for x:3.20 not found: manifest unknown", FAIL, "the registry has no such image"),
        ("failed to register layer: write /x: no space left on device", FAIL, "no space for the image"),
        ("something new", FAIL, "the image could not be pulled"),
    ],
)
async def test_a_pull_that_fails(folder, words, status, meaning):
    fake = FakeEngine(_images_create=("200 OK", json.dumps({"errorDetail": {"message": words}, "error": words}).encode()))
    fake.have_image = False
    with unix(folder / "docker.sock", fake.handle):
        result = await ask(on_engine(folder, engine(folder)), "TOOL-DOCKER-PRIV")
    assert_told(result, status, meaning, how=f"an engine whose pull ends in {words!r}")
    assert result.answer.evidence[0].output == words


async def test_a_credential_helper_that_is_missing(folder):
    (folder / ".docker").mkdir()
    (folder / ".docker" / "config.json").write_text('{"credHelpers": {"us-docker.pkg.dev": "gone"}}')
    fake = FakeEngine()
    fake.have_image = False
    with unix(folder / "docker.sock", fake.handle):
        result = await ask(on_engine(folder, engine(folder)), "TOOL-DOCKER-PRIV")
    assert_told(result, FAIL, "a credential helper of config.json is missing", how="config.json names docker-credential-gone")


@pytest.mark.parametrize(
    ("path", "words", "meaning"),
    [
        ("_containers_create", "privileged mode is incompatible with user namespaces.", "the engine refuses privileged containers"),
        ("_containers_create", "authorization denied by plugin opa: not allowed", "the engine refuses privileged containers"),
        ("_start", "OCI runtime create failed: runc create failed: cgroup", "a privileged container does not run"),
    ],
)
async def test_a_container_that_is_refused(folder, path, words, meaning):
    fake = FakeEngine(**{path: ("400 Bad Request", {"message": words})})
    with unix(folder / "docker.sock", fake.handle):
        result = await ask(on_engine(folder, engine(folder)), "TOOL-DOCKER-PRIV")
    assert_told(result, FAIL, meaning, how=f"an engine that answers {words!r}")


async def test_a_container_that_runs(folder):
    with unix(folder / "docker.sock", FakeEngine().handle):
        assert_told(await ask(on_engine(folder, engine(folder)), "TOOL-DOCKER-PRIV"), PASS, "ran in", how="an engine that runs it")


# -- what stands around Earthly ------------------------------------------------------------------------------------


def logins(folder: Path, text: str) -> World:
    (folder / ".docker").mkdir()
    (folder / ".docker" / "config.json").write_text(text)
    return World(folder)


async def test_no_logins(folder):
    assert_told(await ask(World(folder), "TOOL-DOCKER-CONFIG"), PASS, "images are pulled without a login", how="no config.json")


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ('{"auths": {}}', PASS, "names no helper for the build's registries"),
        ('{"credsStore": "desktop"}', FAIL, "names docker-credential-desktop, which is not in Earthly's container"),
        ('{"credHelpers": {"us-docker.pkg.dev": "gcloud"}}', FAIL, "names docker-credential-gcloud"),
        ('{"credHelpers": {"other.example": "gcloud"}}', PASS, "names no helper for the build's registries"),
        ("{", WARN, "is no JSON"),
    ],
)
async def test_logins(folder, text, status, words):
    assert_told(await ask(logins(folder, text), "TOOL-DOCKER-CONFIG"), status, words, how=f"config.json holds {text}")


@pytest.mark.parametrize(("text", "ending"), [("{", "broken"), ('{"credsStore": "desktop"}', "helpers")])
async def test_moving_the_logins_away_overwrites_none_that_were_moved_before(folder, text, ending):
    found = await ask(logins(folder, text), "TOOL-DOCKER-CONFIG")
    [command] = [command.run for fix in found.answer.remedies for command in fix.commands]
    before = folder / ".docker" / f"config.json.{ending}"
    before.write_text("the logins of last time")
    subprocess.run(["bash", "-c", command], check=True)
    assert sorted(p.read_text() for p in (folder / ".docker").iterdir()) == sorted([text, "the logins of last time"])


async def test_a_folder_in_the_place_of_the_logins(folder):
    (folder / ".docker" / "config.json").mkdir(parents=True)
    assert_told(await ask(World(folder), "TOOL-DOCKER-CONFIG"), WARN, "config.json", how="config.json is a folder, as a mount makes it")


PROXY = {"HTTPS_PROXY": "http://127.0.0.1:3128"}


@pytest.mark.parametrize(
    ("container", "proxy", "status", "words"),
    [
        (None, False, PASS, "none"),
        (
            NamedContainer("earthly-buildkitd", "earthly/buildkitd:v0.8.15", True),
            False,
            WARN,
            "earthly.sh stops it, with whatever it builds",
        ),
        (NamedContainer("earthly-buildkitd", "earthly/buildkitd:v0.8.15", False), False, PASS, "not in the way without a proxy"),
        (NamedContainer("earthly-buildkitd", "earthly/buildkitd:v0.8.15", False), True, WARN, "Docker refuses the second"),
    ],
)
async def test_another_builder(folder, container, proxy, status, words):
    world = World(folder, environ=dict(PROXY) if proxy else {})
    if container is not None:
        world.containers[container.name] = container
    state = "none" if container is None else "a running one" if container.running else "a stopped one"
    how = f"the Docker port shows {state}" + (", a proxy is set" if proxy else "")
    assert_told(await ask(world, "TOOL-BUILDKITD", at(folder, **(PROXY if proxy else {}))), status, words, how=how)


async def test_the_port_of_the_builder(folder):
    world = Real(folder, environ=dict(PROXY))
    world.host_port = LocalHost({"PATH": os.environ["PATH"]})
    assert_told(await ask(World(folder), "TOOL-PORT-8372"), PASS, "not needed as far as was seen: no proxy is set", how="no proxy")
    draft = at(folder, **PROXY)
    try:
        listening = socket.create_server(("127.0.0.1", 8372))
    except OSError:
        pytest.skip("somebody listens on port 8372 here")
    with listening:
        assert_told(await ask(world, "TOOL-PORT-8372", draft), WARN, "port 8372 is taken by", how="this test listens on the port")
    assert_told(await ask(world, "TOOL-PORT-8372", draft), PASS, "port 8372 is free", how="nobody listens, a proxy is set")


async def test_envsubst(folder):
    world = Real(folder, environ=dict(PROXY))
    world.host_port = LocalHost({"PATH": str(folder / "bin")})
    draft = at(folder, **PROXY)
    assert_told(await ask(World(folder), "TOOL-ENVSUBST"), PASS, "not needed as far as was seen: no proxy is set", how="no proxy")
    assert_told(await ask(world, "TOOL-ENVSUBST", draft), WARN, "envsubst is not on PATH", how="a proxy, a PATH without envsubst")
    program(folder, "envsubst", "envsubst (GNU gettext-runtime) 0.21")
    assert_told(await ask(world, "TOOL-ENVSUBST", draft), PASS, "envsubst (GNU gettext-runtime) 0.21", how="a proxy, envsubst on PATH")


# -- a real engine of our own --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def daemon() -> Iterator[OwnEngine]:
    with own_engine() as found:
        yield found


@pytest.mark.slow
async def test_a_real_engine_from_start_to_stop(daemon, tmp_path):
    world = on_engine(tmp_path, DockerEngine(daemon.environ))
    real = "a real dockerd of the test"
    assert_told(await ask(world, "TOOL-DOCKER"), PASS, "engine ", how=real)
    assert_told(await ask(world, "TOOL-BUILDKITD"), PASS, "none", how=real)
    absent = await ask(world, "TOOL-DOCKER-PRIV")
    if absent.status is not PASS:
        assert_told(absent, absent.status, absent.answer.observed, how=f"{real} that has no image and pulls it")
    if daemon.take_image(IMAGE):
        ran = daemon.ask("run", "--rm", "--privileged", IMAGE, "sh", "-c", "true")
        result = await ask(world, "TOOL-DOCKER-PRIV")
        status, words = (PASS, "ran in") if ran.returncode == 0 else (FAIL, "a privileged container does not run")
        assert_told(result, status, words, how=f"{real}, where `docker run --privileged` exits with {ran.returncode}")
        daemon.told("create", "--name", "earthly-buildkitd", IMAGE, "true")
        assert_told(await ask(world, "TOOL-BUILDKITD"), PASS, "one is stopped", how=f"{real} with a container of that name")
    daemon.stop()
    assert_told(await ask(world, "TOOL-DOCKER"), FAIL, "d.sock", how=f"{real}, stopped")
