"""Engines of our own on unix sockets for every way to fail, and the real engine where there is one."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import socket
import tempfile
import threading
import time
from pathlib import Path

import pytest

from canvos_tui.adapters.docker import engine as adapter
from canvos_tui.adapters.docker import ping as asking
from canvos_tui.adapters.docker.context import find_engine, is_local
from canvos_tui.adapters.docker.engine import DockerEngine
from canvos_tui.adapters.docker.words import _BY_REASON, pull_cause, start_cause
from canvos_tui.core.diagnosis.speech.reasons import REASONS
from canvos_tui.core.errors import DockerError
from tests.doubles.fake_engine import IMAGE, INFO, VERSION, WORDS, FakeEngine
from tests.doubles.http_server import answer, hang, read_head, unix
from tests.doubles.local_engine import engine, program
from tests.waiting import soon


@pytest.fixture
def folder(tmp_path_factory):
    """A path that is short enough for a unix socket."""
    return tmp_path_factory.mktemp("d")


async def cause_of(docker: DockerEngine) -> DockerError:
    with pytest.raises(DockerError) as caught:
        await docker.facts()
    return caught.value


# -- what answers --------------------------------------------------------------------------------------------------


async def test_the_facts_of_an_engine(folder):
    with unix(folder / "docker.sock", FakeEngine().handle):
        facts = await engine(folder).facts()
    assert facts.host == f"unix://{folder}/docker.sock"
    assert (facts.version, facts.data_root, facts.cpus, facts.memory) == ("27.1.1", "/var/lib/docker", 8, 16_000_000_000)
    assert (facts.rootless, facts.podman, facts.client) == (False, False, "Docker version 27.1.1")


async def test_an_engine_without_the_command_has_no_client(folder):
    with unix(folder / "docker.sock", FakeEngine().handle):
        assert (await engine(folder, cli="").facts()).client == ""


async def test_a_rootless_engine_and_podman_say_so(folder):
    rootless = FakeEngine(_info=("200 OK", {**INFO, "SecurityOptions": ["name=seccomp,profile=default", "name=rootless"]}))
    with unix(folder / "docker.sock", rootless.handle):
        assert (await engine(folder).facts()).rootless
    podman = FakeEngine(_version=("200 OK", {**VERSION, "Components": [{"Name": "Podman Engine"}]}))
    (folder / "docker.sock").unlink()
    with unix(folder / "docker.sock", podman.handle):
        assert (await engine(folder).facts()).podman


# -- why nothing answers -------------------------------------------------------------------------------------------


async def test_nothing_is_installed(folder):
    error = await cause_of(engine(folder, cli=""))
    assert (error.cause, str(error)) == ("not-installed", "neither the docker command nor an engine was found")


async def test_the_command_without_an_engine(folder):
    error = await cause_of(engine(folder))
    assert error.cause == "cli-only"
    assert str(error).endswith("docker.sock does not exist: the docker command is here, the engine is not")


async def test_an_installed_engine_that_was_not_started(folder):
    program(folder, "dockerd", "x")
    error = await cause_of(engine(folder))
    assert error.cause == "engine-down"
    assert "installed but not running" in str(error)


async def test_an_engine_that_died_and_left_its_socket(folder):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder / "docker.sock"))
        error = await cause_of(engine(folder))
    assert error.cause == "engine-down"
    assert str(error).endswith("docker.sock: connection refused")


async def test_a_folder_in_the_socket_s_place(folder):
    (folder / "docker.sock").mkdir()
    error = await cause_of(engine(folder))
    assert (error.cause, str(error)) == ("no-socket", f"{folder}/docker.sock is a folder, no socket")
    assert error.url == f"unix://{folder}/docker.sock"


async def test_what_is_named_and_is_no_socket_was_not_made_by_a_mount(folder):
    (folder / "hosts").write_text("127.0.0.1 localhost\n")
    named = DockerEngine({"PATH": str(folder), "DOCKER_HOST": f"unix://{folder}/hosts"})
    error = await cause_of(named)
    assert (error.cause, error.url) == ("not-a-socket", f"unix://{folder}/hosts")


async def test_an_engine_of_another_machine_that_does_not_answer_is_not_this_machines(folder, monkeypatch):
    async def refused(*_):
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio, "open_connection", refused)
    far = await cause_of(DockerEngine({"PATH": str(folder), "DOCKER_HOST": "tcp://192.0.2.1:2375"}))
    near = await cause_of(DockerEngine({"PATH": str(folder), "DOCKER_HOST": "tcp://localhost:2375"}))
    assert (far.cause, far.url, near.cause) == ("remote-down", "tcp://192.0.2.1:2375", "engine-down")


@contextlib.contextmanager
def ordinary_user():
    """Root may open everything, so a test that root runs becomes somebody else for a while."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("closed", ["docker.sock", "."])
async def test_a_socket_that_this_user_may_not_open(closed):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        inner = folder / "inner"
        inner.mkdir(mode=0o755)
        program(folder, "docker", "Docker version 27.1.1")
        with unix(inner / "docker.sock", FakeEngine().handle):
            barred = DockerEngine({"PATH": str(folder / "bin"), "HOME": name}, str(inner / "docker.sock"), sbin="")
            assert (await barred.facts()).version  # also loads the modules, which somebody else may not be able to read
            (inner / closed).chmod(0)
            with ordinary_user():
                error = await cause_of(barred)
            inner.chmod(0o755)
    assert (error.cause, str(error)) == ("permission", f"unix://{inner}/docker.sock: permission denied for this user")


async def test_an_engine_that_hangs(folder, monkeypatch):
    monkeypatch.setattr(adapter, "PING_LIMIT", 0.4)
    with unix(folder / "docker.sock", hang):
        error = await cause_of(engine(folder))
    assert error.cause == "timeout"


async def test_an_engine_that_answers_the_ping_and_then_hangs(folder, monkeypatch):
    monkeypatch.setattr(adapter, "ASK_LIMIT", 0.4)
    fake = FakeEngine()

    def handle(connection: socket.socket) -> None:
        head = read_head(connection)
        if head.startswith(b"GET /_ping"):
            answer(connection, "200 OK", b"OK")
        else:
            hang(connection)

    with unix(folder / "docker.sock", handle):
        error = await cause_of(engine(folder))
    assert error.cause == "timeout"
    assert not fake.seen


async def test_something_else_behind_the_socket_and_an_engine_in_trouble(folder):
    def mail(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"220 ready\r\n")

    with unix(folder / "docker.sock", mail):
        assert "no Docker engine" in str(await cause_of(engine(folder)))
    (folder / "docker.sock").unlink()
    with unix(folder / "docker.sock", FakeEngine(_ping=("500 Internal Server Error", b"")).handle):
        error = await cause_of(engine(folder))
    assert (error.cause, "500 Internal Server Error" in str(error)) == ("engine-down", True)


@pytest.mark.parametrize(
    ("path", "cause", "name"), [("docker.sock", "rootless", "rootless Docker"), ("podman/podman.sock", "podman", "Podman")]
)
async def test_only_an_engine_that_the_command_does_not_use(folder, path, cause, name):
    (folder / "run" / path).parent.mkdir(parents=True)
    with unix(folder / "run" / path, FakeEngine().handle):
        error = await cause_of(engine(folder))
    assert error.cause == cause
    assert f"only {name} listens, at unix://{folder}/run/{path}" in str(error)


async def test_podman_s_docker_command_without_an_engine(folder):
    error = await cause_of(engine(folder, cli="podman version 4.9.3"))
    assert (error.cause, "the docker command is Podman" in str(error)) == ("podman", True)


# -- where the engine is looked for --------------------------------------------------------------------------------


def context(home: Path, name: str, host: str | None) -> None:
    meta = home / ".docker" / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host} if host else {}}}))


def current(home: Path, text: str) -> None:
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(text)


def test_the_engine_is_found_as_the_command_finds_it(tmp_path):
    home = {"HOME": str(tmp_path)}
    assert find_engine(home).url == "unix:///var/run/docker.sock"
    context(tmp_path, "desktop", "unix:///desktop.sock")
    context(tmp_path, "other", "unix:///other.sock")
    current(tmp_path, '{"currentContext": "desktop"}')
    assert find_engine(home).url == "unix:///desktop.sock"
    assert find_engine({**home, "DOCKER_CONTEXT": "other"}).url == "unix:///other.sock"
    assert find_engine({**home, "DOCKER_CONTEXT": "default"}).url == "unix:///var/run/docker.sock"
    assert find_engine({**home, "DOCKER_CONTEXT": "other", "DOCKER_HOST": "unix:///mine.sock"}).url == "unix:///mine.sock"
    (tmp_path / "conf").mkdir()
    assert find_engine({**home, "DOCKER_CONFIG": str(tmp_path / "conf")}).source == "default"
    current(tmp_path, "{broken")
    assert find_engine(home).source == "default"


def test_addresses_of_engines():
    assert find_engine({"DOCKER_HOST": "/a/b.sock"}).socket == Path("/a/b.sock")
    assert find_engine({"DOCKER_HOST": ":2375"}).address == ("localhost", 2375)
    secured = find_engine({"DOCKER_HOST": "tcp://build.example", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/c"})
    assert (secured.address, secured.certificates) == (("build.example", 2376), Path("/c"))
    assert [is_local(u) for u in ("unix:///x", "tcp://127.0.0.1:1", "tcp://[::1]:1", "tcp://build.example:1")] == [True, True, True, False]


async def test_contexts_that_lead_nowhere(folder):
    missing = await cause_of(engine(folder, DOCKER_CONTEXT="gone"))
    assert (missing.cause, str(missing)) == ("context", "the Docker context `gone` (DOCKER_CONTEXT) does not exist")
    context(folder, "empty", None)
    assert "names no engine" in str(await cause_of(engine(folder, DOCKER_CONTEXT="empty")))
    context(folder, "away", "ssh://me@build.example")
    away = await cause_of(engine(folder, DOCKER_CONTEXT="away"))
    assert (away.cause, "has to run on this machine" in str(away)) == ("context", True)
    context(folder, "stale", f"unix://{folder}/stale.sock")
    stale = await cause_of(engine(folder, DOCKER_CONTEXT="stale"))
    assert (stale.cause, "(context stale names it)" in str(stale)) == ("context", True)
    lost = await cause_of(engine(folder, DOCKER_HOST="tcp://no-such-host.invalid:2375"))
    assert (lost.cause, "DOCKER_HOST points to tcp://no-such-host.invalid:2375" in str(lost)) == ("context", True)


async def test_a_name_server_that_never_answers_is_told_as_such(folder, monkeypatch):
    monkeypatch.setattr(asking, "LOOKUP_LIMIT", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1))
    lost = await cause_of(engine(folder, DOCKER_HOST="tcp://build.example:2375"))
    assert lost.cause == "context"
    assert "DOCKER_HOST points to tcp://build.example:2375: no name server answers within" in str(lost)


# -- the privileged container --------------------------------------------------------------------------------------


async def probe(folder: Path, fake: FakeEngine, image: str = IMAGE):
    with unix(folder / "docker.sock", fake.handle):
        return await engine(folder).probe_privileged(image)


async def test_a_privileged_container_runs_and_is_removed(folder):
    fake = FakeEngine()
    found = await probe(folder, fake)
    assert (found.ran, found.cause, found.output) == (True, "", WORDS)
    assert fake.created["HostConfig"]["Privileged"] is True  # type: ignore[index]
    assert fake.created["Image"] == IMAGE
    assert not fake.containers
    assert "POST /images/create" not in fake.seen


async def test_a_missing_image_is_pulled_first(folder):
    fake = FakeEngine()
    fake.have_image = False
    assert (await probe(folder, fake)).ran
    assert fake.seen.index("POST /images/create") < fake.seen.index("POST /containers/create")


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ('Get "https://r/v2/": dial tcp: lookup us-docker.pkg.dev on 10.0.0.2:53: no such host', "pull-dns"),
        ("dial tcp: lookup r on 10.0.0.2:53: read udp 10.0.0.1:1->10.0.0.2:53: i/o timeout", "pull-dns"),
        ('Get "https://r/v2/": dial tcp 1.2.3.4:443: connect: connection refused', "pull-network"),
        ('Get "https://r/v2/": net/http: TLS handshake timeout', "pull-network"),
        ("received unexpected HTTP status: 503 Service Unavailable", "pull-network"),
        ('Get "https://r/v2/": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused', "pull-proxy"),
        ('Get "https://r/v2/": Proxy Authentication Required', "pull-proxy"),
        ('Get "https://r/v2/": x509: certificate signed by unknown authority', "pull-tls"),
        ("toomanyrequests: You have reached your pull rate limit", "pull-rate-limit"),
        ("unauthorized: authentication required", "pull-unauthorized"),
        ("pull access denied for alpine, repository does not exist or may require 'docker login'", "pull-unauthorized"),
        ("manifest for us-docker.pkg.dev/x:3.20 not found: manifest unknown", "pull-not-found"),
        ("failed to register layer: write /x: no space left on device", "pull-disk-full"),
        ('error getting credentials - err: exec: "docker-credential-desktop": executable file not found', "pull-credentials"),
        ("received unexpected HTTP status: 500 Internal Server Error", "pull-network"),
        ('Get "https://r/v2/": dial tcp [2607:f8b0::52]:443: connect: cannot assign requested address', "pull-network"),
        ('Get "https://r.local:5000/v2/": http: server gave HTTP response to HTTPS client', "pull-tls"),
        ('Get "https://r/v2/": Forbidden', "pull-proxy"),
        ('Get "https://r/v2/": x509: something of tomorrow', "pull-tls"),
        ("something new", "pull-failed"),
    ],
)
async def test_a_failed_pull_keeps_its_reason(folder, words, cause):
    assert pull_cause(words) == cause
    status, data = ("200 OK", json.dumps({"errorDetail": {"message": words}, "error": words}).encode())
    if cause in {"pull-not-found", "pull-unauthorized"}:  # these come before the first line of the stream
        status, data = ("404 Not Found", json.dumps({"message": words}).encode())
    fake = FakeEngine(_images_create=(status, data))
    fake.have_image = False
    found = await probe(folder, fake)
    assert (found.ran, found.cause, found.output) == (False, cause, words)
    assert "POST /containers/create" not in fake.seen


async def test_a_missing_credential_helper_is_named(folder):
    current(folder, '{"credHelpers": {"us-docker.pkg.dev": "gone"}}')
    fake = FakeEngine()
    fake.have_image = False
    found = await probe(folder, fake)
    assert found.cause == "pull-credentials"
    assert "docker-credential-gone" in found.output


@pytest.mark.parametrize(
    ("says", "cause"),
    [
        ({"_containers_create": "privileged mode is incompatible with user namespaces."}, "privileged-refused"),
        ({"_containers_create": "authorization denied by plugin opa: not allowed"}, "privileged-refused"),
        ({"_start": "failed to create shim task: OCI runtime create failed: runc: cgroup"}, "runtime"),
    ],
)
async def test_a_refused_container_keeps_its_reason(folder, says, cause):
    fake = FakeEngine(**{k: ("400 Bad Request", {"message": v}) for k, v in says.items()})
    found = await probe(folder, fake)
    assert (found.ran, found.cause, found.output) == (False, cause, next(iter(says.values())))
    assert not fake.containers
    assert start_cause(found.output) == cause


async def test_a_container_that_fails_or_stays_silent_did_not_run(folder):
    fake = FakeEngine()
    fake.exit_code, fake.output = 126, "sh: not permitted"
    failed = await probe(folder, fake)
    assert (failed.ran, failed.cause, failed.output) == (False, "runtime", "exit code 126: sh: not permitted")
    (folder / "docker.sock").unlink()
    silent = FakeEngine()
    silent.output = ""
    assert not (await probe(folder, silent)).ran


async def test_a_cancelled_probe_leaves_no_container(folder):
    fake = FakeEngine()
    fake.running = True
    with unix(folder / "docker.sock", fake.handle):
        task = asyncio.create_task(engine(folder).probe_privileged(IMAGE))
        await soon(lambda: bool(fake.containers))
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert task.cancelled()
    assert not fake.containers


async def test_a_cancelled_pull_does_not_wait_for_the_registry(folder):
    fake = FakeEngine()
    fake.have_image = False
    pulling = threading.Event()

    def handle(connection: socket.socket) -> None:
        peek = connection.recv(4096, socket.MSG_PEEK)
        if b"/images/create" not in peek:
            fake.handle(connection)
            return
        pulling.set()
        hang(connection)

    with unix(folder / "docker.sock", handle):
        task = asyncio.create_task(engine(folder).probe_privileged(IMAGE))
        await soon(pulling.is_set)
        began = time.monotonic()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 2


# -- the real engine -----------------------------------------------------------------------------------------------


@pytest.fixture
def real():
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    path = host.removeprefix("unix://")
    try:
        with socket.socket(socket.AF_UNIX) as probe_socket:
            probe_socket.settimeout(5)
            probe_socket.connect(path)
    except OSError:
        pytest.skip(f"no Docker engine answers at {host}")
    return DockerEngine({**os.environ, "DOCKER_HOST": host})


@pytest.mark.engine
async def test_the_real_engine_tells_its_facts(real):
    facts = await real.facts()
    assert facts.version
    assert facts.data_root.startswith("/")
    assert facts.cpus > 0


@pytest.mark.engine
async def test_the_real_engine_runs_a_privileged_container_and_keeps_none(real, monkeypatch):
    import docker

    mine = secrets.token_hex(8)  # other tests probe the same engine in the same moment
    monkeypatch.setattr("canvos_tui.adapters.docker.probe.secrets.token_hex", lambda _: mine)
    found = await real.probe_privileged(IMAGE)
    if found.cause.startswith("pull-"):
        pytest.skip(f"the image cannot be pulled here: {found.output}")
    assert (found.ran, found.output) == (True, WORDS)
    with contextlib.closing(docker.DockerClient(base_url=os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))) as client:
        assert not [c.name for c in client.containers.list(all=True) if str(c.name) == f"canvos-tui-probe-{mine}"]


def test_every_reason_that_a_pull_can_meet_has_its_word():
    """The words of the reasons stand in one table, whoever says them; left out here are what no pull ends with."""
    assert set(_BY_REASON) == REASONS - {"memory", "wrong-cpu", "region-unknown", "read-only"}
