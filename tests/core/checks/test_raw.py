"""What stands beside an answer was really asked: no command that nobody ran, no exit code that nobody saw, no echo of the answer."""

from __future__ import annotations

import ast
import re
import shlex
import socket
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import canvos_tui
from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.machine.host import LocalHost
from canvos_tui.adapters.network.reach import HttpNetwork
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import ArgFound, Draft, FolderChosen, KeysGiven, RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.checks.check import CheckResult, Evidence
from canvos_tui.core.machine import Reach
from canvos_tui.core.ports import Ports
from canvos_tui.core.secret import Secret
from canvos_tui.core.status import Status
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.protocol import HttpAnswer, Request
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.causes.real import Real
from tests.doubles import canvos_repo
from tests.doubles.fake_engine import FakeEngine
from tests.doubles.http_server import Server, answer, read_request, tcp, unix
from tests.doubles.local_engine import engine

SECRET = "k" * 39 + "Q"
TOKEN = "t0ken" * 8
KEYS = AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret(SECRET))
VALUES = {"OS_DISTRIBUTION": "ubuntu", "OS_VERSION": "24.04", "REGION": "us-east-1", "S3_BUCKET": "acme", "S3_KEY": "edge-1"}
CORE = Path(canvos_tui.__file__).parent / "core"
# what is read without asking anybody, by how the words begin
READ_HERE = (
    "the environment of this program",
    "the names in ",
    "the lines of ",
    "the first four letters",
    "S3_KEY as it was",
    "this clock less",
)


class Listening(StandinAws):
    """Remembers each request with the status that it was answered with."""

    def __init__(self, config: StandinConfig) -> None:
        super().__init__(config)
        self.heard: list[tuple[str, int]] = []

    def handle(self, request: Request) -> tuple[str, HttpAnswer]:
        service, said = super().handle(request)
        asked = request.form.get("Action", "") if service in {"ec2", "sts", "iam"} else f"{request.method} {request.raw_path}"
        self.heard.append((f"{service}:{asked}", said.status))
        return service, said


class Nearby:
    """A network whose hosts are all one server of this machine, asked by the real adapter."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/"

    async def reach(self, url: str, variables: Mapping[str, str] | None = None) -> Reach:
        return replace(await HttpNetwork({}).reach(self._url), url=url, amazon=True)


@dataclass
class Ground:
    """All that can be asked, and what was asked of it."""

    checkout: Path
    home: Path
    fake: FakeEngine
    aws: Listening
    endpoint: str
    web: Server
    heads: list[str] = field(default_factory=list)

    async def results(self, route: Route) -> dict[str, CheckResult]:
        draft = fresh().after(FolderChosen(self.checkout, "https://git.example/CanvOS")).after(RouteChosen(route))
        draft = draft.after(ArgFound(VALUES)).after(KeysGiven(KEYS, KeySource.SECRET))
        return await self.world().results(draft, final=True)

    def world(self) -> Real:
        ground = self

        class World(Real):
            def ports(self) -> Ports:
                return replace(super().ports(), aws=BotoDoor({"AWS_ENDPOINT_URL": ground.endpoint}))

        world = World(self.home)
        world.host_port = LocalHost({"PATH": "/usr/bin:/bin"})
        world.docker_port = engine(self.home)
        world.network_port = Nearby(self.web.port)
        return world


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    home = tmp_path_factory.mktemp("raw")
    made = canvos_repo.make(home / "CanvOS")
    canvos_repo.git(made, "checkout", "-q", "v4.9.38")
    canvos_repo.git(made, "remote", "add", "origin", f"https://me:{TOKEN}@git.example/CanvOS")
    (made / ".arg").write_text("".join(f"{name}={value}\n" for name, value in VALUES.items()) + f"NO_PROXY=\nNOTE={TOKEN}\n")
    secret = made / ".secret"
    secret.write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={KEYS.key_id}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
    secret.chmod(0o600)
    (made / "user-data").write_text(f"#cloud-config\nstylus:\n  site:\n    paletteEndpoint: a.example\n    edgeHostToken: {TOKEN}\n")
    (made / "content-old").mkdir()
    (made / "content-old" / "one").write_text("left")
    fake, heads = FakeEngine(), list[str]()

    def web(connection: socket.socket) -> None:
        heads.append(read_request(connection)[0])
        answer(connection, "200 OK")

    config = StandinConfig(keys=(StandinKey(KEYS.key_id, SECRET),), buckets={"acme": "us-east-1"})
    with ExitStack() as stack:
        stack.enter_context(unix(home / "docker.sock", fake.handle))
        server = stack.enter_context(tcp(web))
        aws = Listening(config)
        stack.enter_context(aws)
        yield Ground(made, home, fake, aws, aws.start(), server, heads)


def pieces(results: Mapping[str, CheckResult]) -> dict[str, tuple[Evidence, ...]]:
    """What stands beside each answer that was asked for, by the check's id."""
    return {name: one.answer.evidence for name, one in results.items() if one.status is not Status.SKIP}


def every(results: Mapping[str, CheckResult]) -> list[Evidence]:
    return list(dict.fromkeys(piece for found in pieces(results).values() for piece in found))


@pytest.mark.parametrize("route", Route)
async def test_every_answer_shows_what_it_rests_on_and_no_secret(ground, route):
    results = await ground.results(route)
    assert sum(one.status is Status.PASS for one in results.values()) > 30
    nobody = [] if route.keys_in_build else ["FILE-SECRET-PERM", "FILE-SECRET-IGNORED"]  # on that route nothing is asked for them
    assert [name for name, found in pieces(results).items() if not found] == nobody
    told = "\n".join(f"{piece.command} {piece.output}" for piece in every(results))
    assert SECRET not in told
    assert TOKEN not in told
    assert KEYS.key_id not in told
    assert "AWS_SECRET_ACCESS_KEY set" in told
    assert "AWS_PROFILE empty" in told


async def test_a_command_that_is_shown_was_run_and_says_the_same_to_whoever_runs_it(ground):
    found = [piece for piece in every(await ground.results(Route.GUIDE)) if piece.ran and " config --list" not in piece.command]
    assert {shlex.split(piece.command)[0].rpartition("/")[2] for piece in found} == {"git", "docker"}
    assert len(found) > 8
    for piece in found:
        again = subprocess.run(shlex.split(piece.command), capture_output=True, cwd=ground.checkout, check=False)
        assert piece.exit_code == again.returncode, piece.command
        said = (again.stdout + again.stderr).decode().replace("\0", "\n").strip()
        assert piece.output.strip() == re.sub(r"://[^/@\s]+@", "://***@", said), piece.command


async def test_what_was_not_run_has_no_exit_code_but_that_of_the_container(ground):
    found = [piece for piece in every(await ground.results(Route.GUIDE)) if piece.exit_code is not None and not piece.ran]
    assert [(piece.topic, piece.exit_code) for piece in found] == [("probe", ground.fake.exit_code)]


async def test_the_engine_was_asked_each_of_the_questions_that_are_shown(ground):
    ground.fake.seen.clear()
    found = every(await ground.results(Route.GUIDE))
    asked = [words[1] for piece in found if (words := piece.command.split())[0] == "GET"]
    assert {"/_ping", "/info", "/version", "/containers/json"} <= set(asked)
    assert {f"GET {path}" for path in asked} <= set(ground.fake.seen)


@pytest.mark.parametrize("route", [Route.GUIDE, Route.DIRECT])
async def test_aws_gave_each_of_the_answers_that_are_shown(ground, route):
    ground.aws.heard.clear()
    found = [piece for piece in every(await ground.results(route)) if re.match(r"(ec2|s3|sts|iam|ebs):", piece.topic)]
    assert len(found) > (20 if route is Route.GUIDE else 10)
    verbs = {"Head": "HEAD", "Get": "GET", "List": "GET", "Put": "PUT", "Complete": "POST", "Start": "POST"}
    for piece in found:
        service, _, operation = piece.topic.partition(":")
        status = int(piece.output.split()[1])
        if service in {"ec2", "sts", "iam"}:
            assert (piece.topic, status) in ground.aws.heard, piece
            continue
        verb = next(word for begin, word in verbs.items() if operation.startswith(begin))
        part = re.search(r"(?:Key|SnapshotId|Bucket)=(\S+)", piece.command)
        matching = [one for one in ground.aws.heard if one[0].startswith(f"{service}:{verb} ") and (part is None or part[1] in one[0])]
        assert any(code == status for _, code in matching) or operation == "StartSnapshot", (piece, matching)


async def test_hosts_were_asked_as_is_shown_and_answered_so(ground):
    ground.heads.clear()
    found = {
        name: one for name, one in pieces(await ground.results(Route.GUIDE)).items() if name.startswith("NET-") and name != "NET-PROXY"
    }
    shown = {piece for one in found.values() for piece in one if piece.topic.startswith("reach")}
    assert {(piece.command, piece.output) for piece in shown} == {(f"HEAD http://127.0.0.1:{ground.web.port}/", "200 OK")}
    assert set(ground.heads) == {"HEAD /"}


async def test_files_are_as_large_and_modes_as_they_are_told(ground):
    found = every(await ground.results(Route.GUIDE))
    read = {piece.command.removeprefix("read "): piece.output for piece in found if piece.topic.startswith("file ")}
    assert {Path(name).name for name in read} >= {".arg", ".secret", "user-data", "Earthfile", "config.json"}
    for name, told in read.items():
        path = Path(name)
        lines = len(path.read_bytes().splitlines()) if path.is_file() else 0
        assert told == (f"{path.stat().st_size} bytes, {lines} lines" if path.is_file() else "No such file or directory")
    [mode] = [piece for piece in found if piece.topic == "mode .secret"]
    assert mode.output == f"mode {stat.S_IMODE((ground.checkout / '.secret').stat().st_mode):04o}"


async def test_the_kernel_said_what_is_shown_of_the_machine(ground):
    found = [piece for piece in every(await ground.results(Route.GUIDE)) if piece.command.startswith("read /proc/meminfo")]
    assert [piece.output for piece in found] == [Path("/proc/meminfo").read_text().splitlines()[0]]


async def test_no_answer_is_its_own_evidence(ground):
    """Words that a check reads itself say where they are from, and are others than those that they prove."""
    results = await ground.results(Route.GUIDE)
    for name, found in pieces(results).items():
        for piece in (one for one in found if not one.topic):
            assert piece.command.startswith(READ_HERE), (name, piece)
            assert piece.output != results[name].answer.observed, (name, piece)


def test_only_who_asks_may_say_that_something_ran():
    """A check writes down words with what they are about; a topic, an exit code and a run come from the adapters."""
    wrong = []
    for path in CORE.rglob("*.py"):
        if path.parts[-2:] in {("values", "heard.py"), ("reports", "rebuilt.py")}:  # where it is made, and read again from a document
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Evidence", "tell"}:
                more = len(node.args) > 2 or node.keywords or node.func.id == "tell"
                command = ast.unparse(node.args[0]) if node.args else ""
                if more or re.search(r"['\"](aws|git|docker|cat|grep|curl|df|ls|ss|stat|env|findmnt|getent|nproc|free)\b", command):
                    wrong.append(f"{path.name}:{node.lineno} {command}")
    assert wrong == []


# -- where little is well ------------------------------------------------------------------------------------


def nothing(home: Path) -> Real:
    """No git, no engine, a proxy that is not there, an endpoint of AWS that is not there."""

    class World(Real):
        def ports(self) -> Ports:
            return replace(super().ports(), aws=BotoDoor({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}))

    proxy = f"http://me:{TOKEN}@127.0.0.1:9"
    world = World(home, environ={"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "PATH": str(home / "bin")})
    world.host_port = LocalHost({"PATH": str(home / "bin")})
    world.docker_port = engine(home, cli="")
    world.network_port = HttpNetwork({"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy})
    return world


async def test_a_world_where_little_is_well_shows_what_failed(tmp_path, ground):
    draft: Draft = fresh().after(FolderChosen(ground.checkout, "https://git.example/CanvOS")).after(ArgFound(VALUES))
    results = await nothing(tmp_path).results(draft.after(KeysGiven(KEYS, KeySource.SECRET)), final=True)
    bad = {name: one for name, one in results.items() if one.status in {Status.FAIL, Status.UNKNOWN}}
    assert {"TOOL-GIT", "TOOL-DOCKER", "NET-PROXY", "AWS-CREDS"} <= set(bad)
    assert [name for name, one in bad.items() if not one.answer.evidence] == []
    told = {name: "\n".join(f"{piece.command} {piece.output}" for piece in one.answer.evidence) for name, one in bad.items()}
    assert "no such program" in told["TOOL-GIT"]
    assert f"GET /_ping at unix://{tmp_path}/docker.sock No such file or directory" in told["TOOL-DOCKER"]
    assert "Connection refused" in told["NET-PROXY"]
    assert "sts:GetCallerIdentity" in told["AWS-CREDS"]
    assert TOKEN not in str(told)
    assert SECRET not in str(told)


async def test_nothing_is_asked_of_aws_for_its_sake(ground):
    """What AWS is asked with keys that it does not know is the one question who they are."""
    ground.aws.heard.clear()
    draft = fresh().after(FolderChosen(ground.checkout, "https://git.example/CanvOS")).after(ArgFound(VALUES))
    strange = AwsKeys("AKIAIOSFODNN7EXAMPL2", Secret(SECRET))
    results = await ground.world().results(draft.after(KeysGiven(strange, KeySource.SECRET)), final=True)
    assert results["AWS-CREDS"].status is Status.FAIL
    [piece] = results["AWS-CREDS"].answer.evidence[:1]
    assert piece.output.splitlines()[0] == "HTTP 403"
    assert {asked for asked, _ in ground.aws.heard} == {"sts:GetCallerIdentity"}
