"""Every remedy that is a repair is carried out as it stands, in the state that it was given for; the check is asked again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from canvos_tui.adapters.machine.host import LocalHost
from canvos_tui.core.answers.draft import Draft, FolderChosen
from canvos_tui.core.checks.check import CheckResult
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.machine import NamedContainer
from canvos_tui.core.status import Status
from tests.causes.real import Real, ask, at, pasted
from tests.causes.remedies import BY_NAME, ROWS, RUN, faults, looks, row_of
from tests.causes.test_files import GOOD, JOIN, KEYS
from tests.doubles import canvos_repo
from tests.doubles.canvos_repo import git
from tests.doubles.check_world import World

PASS, WARN = Status.PASS, Status.WARN
AWS = frozenset(
    {"user policy", "make role", "allow role", "trust role", "make bucket", "enable key", "keep key"}
)  # test_aws_remedies.py runs them


@dataclass(frozen=True)
class Case:
    """A state, the check that tells of it, the rows of the repairs it gives, and what comes of them."""

    check: str
    state: str
    make: Callable[[Path], Path]  # in a checkout; the folder that the check is to look at
    runs: frozenset[str]
    then: Status
    after: Callable[[Path], Path]  # where the check has to look afterwards

    def __str__(self) -> str:
        return f"{self.check} {self.state}"


def written(name: str, text: str, mode: int = 0o600) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(text.encode())
        (folder / name).chmod(mode)
        return folder

    return make


def by_git(*commands: tuple[str, ...]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        for words in commands:
            git(folder, *words)
        return folder

    return make


def then(*deeds: Callable[[Path], Path]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        for deed in deeds:
            folder = deed(folder)
        return folder

    return make


def deleted(folder: Path) -> Path:
    (folder / "cloud-images" / "import.sh").unlink()
    return folder


def with_crlf(folder: Path) -> Path:
    git(folder, "config", "core.autocrlf", "true")
    (folder / "earthly.sh").unlink()
    git(folder, "checkout", "HEAD", "--", "earthly.sh")
    return folder


def not_runnable(folder: Path) -> Path:
    git(folder, "config", "core.fileMode", "false")
    (folder / "earthly.sh").chmod(0o644)
    return folder


def absent(folder: Path) -> Path:
    return folder.rename(folder.with_name("origin")).with_name("gone")


def other_folder(folder: Path) -> Path:
    place = absent(folder)
    place.mkdir()
    (place / "notes").write_text("mine")
    return place


def cloned(*words: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        origin = folder.rename(folder.with_name("origin"))
        git(origin.parent, "clone", "-q", *words, f"file://{origin}", str(folder))
        return folder

    return make


def with_colon(folder: Path) -> Path:
    return folder.rename(folder.with_name("a:b"))


def logins(text: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder.parent / ".docker").mkdir()
        (folder.parent / ".docker" / "config.json").write_text(text)
        return folder

    return make


UNIGNORED = written(".gitignore", "build/\n", 0o644)
LEFT = then(written("local-ui.tar", "x"), written(".env", "A=1\n"))


def case(
    check: str, state: str, make: Callable[[Path], Path], *runs: str, then: Status = PASS, after: Callable[[Path], Path] = lambda f: f
) -> Case:
    return Case(check, state, make, frozenset(runs), then, after)


CASES = (
    case("FILE-ARG", "CR LF", written(".arg", GOOD.replace("\n", "\r\n")), "fix", "editor"),
    case("FILE-ARG", "a byte order mark", written(".arg", "\ufeff" + GOOD), "fix", "editor"),
    case("FILE-ARG", "blanks around =", written(".arg", GOOD.replace("REGION=", "REGION = ")), "fix", "editor"),
    case("FILE-ARG", "a name twice", written(".arg", GOOD + "S3_KEY=edge-2\n"), "fix", "editor"),
    case("FILE-ARG", "no S3_KEY", written(".arg", "CUSTOM_TAG=edge\n" + GOOD.replace("S3_KEY=edge-1", "S3_KEY=")), "fix", "editor"),
    case("FILE-ARG", "a blank in a value", written(".arg", GOOD + "V=a b\n"), "editor"),
    case("FILE-ARG", "no region", written(".arg", GOOD.replace("eu-west-1", "Ireland")), "editor"),
    case("FILE-ARG", "half a truth", written(".arg", GOOD + "UPDATE_KERNEL=no\n"), "editor"),
    case("FILE-SECRET", "no profile", written(".secret", KEYS.replace("AWS_PROFILE=\n", "")), "fix", "profile line"),
    case("FILE-SECRET", "a profile", written(".secret", KEYS.replace("PROFILE=", "PROFILE=edge")), "fix", "empty profile"),
    case("FILE-SECRET", "a byte order mark", written(".secret", "\ufeff" + KEYS), "fix", "editor"),
    case("FILE-SECRET", "no key id", written(".secret", KEYS.replace("AKIAIOSFODNN7EXAMPLE", "")), "editor"),
    case("FILE-SECRET", "one line", written(".secret", "AWS_PROFILE=\n"), "editor"),
    case("FILE-SECRET", "a temporary key", written(".secret", KEYS.replace("AKIA", "ASIA")), "editor"),
    case("FILE-SECRET", "a line that is none", written(".secret", KEYS + "words\n"), "editor"),
    case("FILE-SECRET-PERM", "open", written(".secret", KEYS, 0o644), "fix", "private"),
    case("FILE-SECRET-IGNORED", "no rule", UNIGNORED, "fix", "ignore line"),
    case("FILE-SECRET-IGNORED", "tracked", then(written(".secret", KEYS), by_git(("add", "-f", ".secret"))), "untrack"),
    case("FILE-SECRET-IGNORED", "taken back", written(".gitignore", "*.x\n!.secret\n", 0o644), "editor"),
    case("FILE-USERDATA", "empty", written("user-data", " \n"), "fix", "remove user-data", then=WARN),  # none at all is told, too
    case("FILE-USERDATA", "no YAML", written("user-data", "a: [\n"), "editor"),
    case("REPO-CLONE", "nothing there", absent, "clone"),
    case("REPO-CLONE", "another folder", other_folder, "clone", after=lambda folder: folder / "CanvOS"),
    case("REPO-PATH", "a colon", with_colon, "move", after=lambda folder: folder.with_name("a-b")),
    case("REPO-SHALLOW", "one commit", cloned("--depth", "1", "--branch", "v4.9.38"), "fetch"),
    case("REPO-SHALLOW", "no tags", cloned("--no-tags"), "fetch"),
    case("REPO-TAG", "an older agent", by_git(("checkout", "-q", "v4.10.0")), "tag"),
    case("REPO-TARGET", "the guide's own tag", by_git(("checkout", "-q", "v4.8.5")), "tag"),
    case("REPO-DIRTY", "a changed file", written("Earthfile", canvos_repo.earthfile("v4.9.38") + "# mine\n", 0o644), "stash"),
    case("REPO-LEFTOVERS", "two files", LEFT, "folder aside", "move"),
    case("REPO-WHOLE", "deleted", deleted, "put back"),
    case("REPO-WHOLE", "sparse", by_git(("sparse-checkout", "set", "--no-cone", "/earthly.sh", "/Earthfile")), "not sparse", "put back"),
    case("REPO-WHOLE", "CR LF", with_crlf, "line ends", "write anew"),
    case("REPO-WHOLE", "mode", not_runnable, "runnable"),
    case("TOOL-DOCKER-CONFIG", "no JSON", logins("{"), "move"),
    case("TOOL-DOCKER-CONFIG", "a helper", logins('{"credsStore": "desktop"}'), "move"),
)


@pytest.fixture
def editor(tmp_path) -> str:
    """A program in the editor's place that makes of a file what a person would."""
    good = {".arg": GOOD, ".secret": KEYS, "user-data": JOIN, ".gitignore": ".secret\n"}
    for name, text in good.items():
        (tmp_path / f"good{name}").write_text(text)
    program = tmp_path / "editor"
    program.write_text(f'#!/bin/sh\nfor file; do :; done\ncat "{tmp_path}/good$(basename "$file")" > "$file"\n')
    program.chmod(0o755)
    return str(program)


def draft_for(folder: Path) -> Draft:
    origin = folder.parent / "origin"
    return at(folder).after(FolderChosen(folder, f"file://{origin}"))


@pytest.mark.parametrize("one", CASES, ids=str)
async def test_a_repair_repairs(tmp_path, editor, one):
    environ = {"EDITOR": editor, "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    seen: set[str] = set()
    number = total = 0
    while number <= total:  # each remedy in a checkout of its own, in the same state
        home = tmp_path / str(number)
        home.mkdir()
        made = canvos_repo.make(home / "CanvOS")
        git(made, "checkout", "-q", "v4.9.38")
        folder = one.make(made)
        result = await ask(World(home), one.check, draft_for(folder))
        assert result.status is not PASS
        assert faults(result) == []
        total = len(result.answer.remedies) - 1
        commands = [c for c in result.answer.remedies[number].commands if not looks(c)]
        number += 1
        names = {row.name for c in commands if (row := row_of(c)) and not row.why}
        seen |= names
        if not names or len(names) < len({row.name for c in commands if (row := row_of(c))}):
            continue
        pasted(*(c.run for c in commands), **environ)
        again = await ask(World(home), one.check, draft_for(one.after(folder)))
        assert again.status is one.then, (commands, again.answer)
    assert seen == one.runs


@pytest.mark.parametrize(
    ("check", "make", "moved", "target"),
    [
        ("REPO-PATH", with_colon, "a:b", "a-b"),
        ("TOOL-DOCKER-CONFIG", logins("{"), ".docker/config.json", ".docker/config.json.broken"),
        ("TOOL-DOCKER-CONFIG", logins('{"credsStore": "desktop"}'), ".docker/config.json", ".docker/config.json.helpers"),
    ],
)
async def test_nothing_is_moved_into_a_folder_that_has_the_new_name(tmp_path, check, make, moved, target):
    made = canvos_repo.make(tmp_path / "CanvOS")
    git(made, "checkout", "-q", "v4.9.38")
    folder = make(made)
    (tmp_path / target).mkdir()
    (tmp_path / target / "mine").write_text("kept")
    result = await ask(World(tmp_path), check, draft_for(folder))
    for fix in result.answer.remedies:
        subprocess.run(["bash", "-c", "\n".join(c.run for c in fix.commands)], env={**os.environ, "HOME": str(tmp_path)}, check=False)
    assert len(list(tmp_path.rglob("mine"))) == 1
    assert not (tmp_path / target / Path(moved).name).exists()


def in_path(folder: Path, **programs: str) -> dict[str, str]:
    """Programs of our own before all others."""
    place = folder / "bin"
    place.mkdir(exist_ok=True)
    for name, script in {"sudo": 'exec "$@"', **programs}.items():
        (place / name).write_text(f"#!/bin/sh\n{script}\n")
        (place / name).chmod(0o755)
    return {"PATH": f"{place}:{os.environ['PATH']}"}


@pytest.mark.parametrize(("check", "tool"), [("TOOL-GIT", "git"), ("TOOL-ENVSUBST", "envsubst")])
async def test_what_is_to_be_installed_is_found_afterwards(tmp_path, check, tool):
    made = tmp_path / "own" / tool
    environ = in_path(tmp_path, **{"apt-get": f"printf '#!/bin/sh\\necho {tool} 1\\n' > {made}; chmod +x {made}"})
    (tmp_path / "own").mkdir()
    world = Real(tmp_path, environ={"HTTPS_PROXY": "http://127.0.0.1:3128"})
    world.host_port = LocalHost({"PATH": str(tmp_path / "own")})
    draft = at(tmp_path / "CanvOS", HTTPS_PROXY="http://127.0.0.1:3128")
    result = await ask(world, check, draft)
    pasted(*(c.run for c in result.answer.remedies[0].commands), **environ)
    assert (await ask(world, check, draft)).status is PASS


async def test_the_builder_that_is_in_the_way_is_removed(tmp_path):
    gone = tmp_path / "gone"
    environ = in_path(tmp_path, docker=f'[ "$*" = "rm -f earthly-buildkitd" ] && touch {gone}')
    world = World(tmp_path, environ={"HTTPS_PROXY": "http://127.0.0.1:3128"})
    world.containers["earthly-buildkitd"] = NamedContainer("earthly-buildkitd", "earthly/buildkitd:v0.8.15", False)
    draft = at(tmp_path / "CanvOS", HTTPS_PROXY="http://127.0.0.1:3128")
    result = await ask(world, "TOOL-BUILDKITD", draft)
    pasted(*(c.run for c in result.answer.remedies[0].commands), **environ)
    assert gone.exists()
    world.containers.clear()
    assert (await ask(world, "TOOL-BUILDKITD", draft)).status is PASS


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_git_trusts_a_checkout_of_somebody_else_after_the_remedy(tmp_path):
    made = canvos_repo.make(tmp_path / "CanvOS")
    for path in (made, *made.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    result = await ask(World(tmp_path), "REPO-CLONE", at(made))
    [trust] = [fix for fix in result.answer.remedies if any((row := row_of(c)) and row.name == "trust" for c in fix.commands)]
    pasted(*(c.run for c in trust.commands), HOME=str(tmp_path), GIT_CONFIG_NOSYSTEM="1")
    assert (await ask(World(tmp_path), "REPO-CLONE", at(made))).status is PASS


def test_every_row_is_run_or_says_why_not():
    by_hand = {"install", "remove builder", "trust"}
    assert set().union(*(one.runs for one in CASES)) | by_hand | AWS == RUN
    assert len(BY_NAME) == len(ROWS)


def test_a_remedy_of_no_class_is_a_fault():
    unknown = Remedy("Do it", (Command("rm -rf /tmp/x"),))
    only = Remedy("See why", (Command("ls -ld /tmp"),))
    for remedy, words in ((unknown, "nothing says what becomes of `rm -rf /tmp/x`"), (only, "all that is told is where to look")):
        result = _failed(remedy)
        assert next(iter(faults(result))).endswith(words)


def _failed(remedy: Remedy) -> CheckResult:
    from canvos_tui.core.checks.check import CheckAnswer
    from canvos_tui.core.checks.registry import CHECKS
    from tests.doubles.check_world import NOW

    return CheckResult(CHECKS[0], CheckAnswer(Status.FAIL, "bad", "good", (remedy,)), NOW)
