"""The locks: what they hold, against pyproject.toml and against what an installation really consists of."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = tuple(ROOT / ".ci" / name for name in ("lock.txt", "lock-tests.txt", "lock-audit.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
BACKEND = {"hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers"}


def maker() -> ModuleType:
    """`.ci/lock.py`, which is no module of the package."""
    spec = importlib.util.spec_from_file_location("lock_maker", ROOT / ".ci" / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PROGRAM, TESTS, AUDIT = (maker().pinned(path) for path in LOCKS)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_line_of_a_lock_is_a_release_or_a_sum_of_one_of_its_files(path: Path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(("#", "-r "))]
    last = ""
    for line in lines:
        if "==" in line:
            assert re.fullmatch(r"[a-z0-9-]+==[^ ]+ \\", line), line  # never one without a sum
            name = line.partition("==")[0]
            assert name > last, "not in order"
            last = name
        else:
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), line
    assert not lines[-1].endswith("\\")


def test_the_lock_of_the_tests_holds_that_of_the_program_and_says_nothing_twice():
    assert "-r lock.txt" in LOCKS[1].read_text(encoding="utf-8").splitlines()
    assert not PROGRAM.keys() & TESTS.keys()


@pytest.mark.parametrize(
    ("wanted", "lock"),
    [
        *((line, PROGRAM) for line in (*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"])),
        *((line, {**PROGRAM, **TESTS}) for extra in ("test", "lint") for line in EXTRAS[extra]),
        *((line, AUDIT) for line in EXTRAS["audit"]),
    ],
)
def test_what_the_project_asks_for_is_locked_at_a_release_that_it_allows(wanted: str, lock: dict[str, str]):
    asked = Requirement(wanted)
    found = lock.get(canonicalize_name(asked.name))
    assert found is not None, f"{wanted} is not locked: run .ci/lock.py"
    assert found in asked.specifier, f"{found} is locked: run .ci/lock.py"


def test_the_program_s_lock_is_what_an_installation_consists_of_and_its_build_backend():
    done = subprocess.run([sys.executable, ".ci/sbom.py"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    needed = {canonicalize_name(part["name"]) for part in json.loads(done.stdout)["components"]}
    assert needed <= PROGRAM.keys()
    assert PROGRAM.keys() - needed <= BACKEND


def test_each_part_of_the_document_has_the_sums_that_the_lock_allows_for_it():
    done = subprocess.run([sys.executable, ".ci/sbom.py"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    lines = LOCKS[0].read_text(encoding="utf-8")
    for part in json.loads(done.stdout)["components"]:
        (told,) = part["externalReferences"]
        of_it = lines.partition(f"{part['name']}=={part['version']} ")[2].partition("==")[0]
        assert [row["content"] for row in told["hashes"]] == re.findall(r"sha256:([0-9a-f]{64})", of_it)
        assert told["hashes"], part["name"]


def test_no_part_of_the_script_installs_what_is_not_locked():
    """Each pip of `.ci/run` takes a lock with its sums, or a file of ours without what it needs."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    installs = re.findall(r"pip install (.*)", script)
    assert len(installs) >= 5
    assert [line for line in installs if "--require-hashes -r .ci/lock" not in line and "--no-deps" not in line] == []


@pytest.mark.parametrize(
    ("filename", "taken"),
    [
        ("pyyaml-6.0.3.tar.gz", True),
        ("pyyaml-6.0.3-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", True),
        ("pyyaml-6.0.3-cp314-cp314-musllinux_1_2_aarch64.whl", True),
        ("pyyaml-6.0.3-cp313-cp313-macosx_11_0_arm64.whl", True),
        ("pyyaml-6.0.3-cp38-abi3-manylinux2014_x86_64.whl", True),
        ("pyyaml-6.0.3-py3-none-any.whl", True),
        ("pyyaml-6.0.4-py3-none-any.whl", False),
        ("pyyaml-6.0.3-cp310-cp310-manylinux2014_x86_64.whl", False),
        ("pyyaml-6.0.3-cp314-cp314t-manylinux2014_x86_64.whl", False),
        ("pyyaml-6.0.3-cp311-cp311-win_amd64.whl", False),
        ("pyyaml-6.0.3-cp311-cp311-manylinux2014_s390x.whl", False),
        ("PyYAML-6.0.3.win32-py2.5.exe", False),
    ],
)
def test_a_lock_takes_the_files_that_a_python_of_ours_can_use(filename: str, taken: bool):
    assert maker().fits(filename, "6.0.3") is taken
