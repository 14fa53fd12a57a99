"""Write the locks anew: `PYTHON .ci/lock.py` after a change in pyproject.toml, `PYTHON .ci/lock.py --upgrade` for the newest releases.

`lock.txt` holds what the program runs with and what builds it, `lock-tests.txt` what its tests and checks need besides, `lock-audit.txt`
what asks for known vulnerabilities of all of them, in an environment of its own. pip chooses the
releases (those that are locked stay, without --upgrade), the index that pip asks says what files there are of each, and the lock has the
SHA-256 of every one that a Python of ours can take on Linux or macOS: a file that is not among them is refused by
`pip install --require-hashes`. Review what changes before you commit it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

HERE = Path(__file__).parent
LOCK, TESTS, AUDIT = HERE / "lock.txt", HERE / "lock-tests.txt", HERE / "lock-audit.txt"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", re.MULTILINE)
_JSON = "application/vnd.pypi.simple.v1+json"  # the simple index as JSON: packaging.python.org, simple repository API
_PYTHONS = ("py3", *(f"cp3{minor}" for minor in range(11, 15)))
_PLATFORMS = re.compile(r"any|(many|musl)linux.*_(x86_64|aarch64)|macosx_.*_(x86_64|arm64|universal2)")


def pinned(path: Path) -> dict[str, str]:
    """The release of each distribution that this lock names, by normal name."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {canonicalize_name(name): found for name, found in _PINNED.findall(text)}


def chosen(wanted: Iterable[str], kept: dict[str, str]) -> dict[str, str]:
    """What pip would install for these requirements in an empty environment, by normal name; `kept` are the releases it must stay at."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as limits:
        limits.writelines(f"{name}=={found}\n" for name, found in kept.items())
        limits.flush()
        told = subprocess.run(  # as pip here is set up: mirrors and certificates are the machine's business
            [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--dry-run",
                "--ignore-installed",
                "--report",
                "-",
                "-c",
                limits.name,
                *wanted,
            ],
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
    rows = json.loads(told)["install"]
    return {canonicalize_name(row["metadata"]["name"]): row["metadata"]["version"] for row in rows}


def files(index: str, name: str) -> list[dict[str, Any]]:
    """What the index has of a distribution: a row a file, with `filename`, `hashes` and `yanked`."""
    asked = urllib.request.Request(f"{index.rstrip('/')}/{name}/", headers={"Accept": _JSON})  # noqa: S310 - pip's own index
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
        return list(json.load(answer)["files"])


def fits(filename: str, release: str) -> bool:
    """Whether this file is of that release, and one that a Python of ours takes on Linux or macOS; sources always do."""
    try:
        if not filename.endswith(".whl"):
            return parse_sdist_filename(filename)[1] == Version(release)
        _, found, _, tags = parse_wheel_filename(filename)
    except (InvalidSdistFilename, InvalidWheelFilename):
        return False  # an egg, an installer
    return found == Version(release) and any(
        _PLATFORMS.fullmatch(tag.platform) and (tag.interpreter in _PYTHONS or tag.abi == "abi3") and not tag.abi.endswith("t")
        for tag in tags
    )


def locked(index: str, releases: dict[str, str]) -> Iterator[str]:
    """The lines of a lock: each distribution with its release and the sums of its files."""
    for name, release in sorted(releases.items()):
        sums = sorted({row["hashes"]["sha256"] for row in files(index, name) if fits(row["filename"], release) and not row["yanked"]})
        if not sums:
            raise SystemExit(f"the index has no file of {name} {release} that would do")
        yield " \\\n".join([f"{name}=={release}", *(f"    --hash=sha256:{found}" for found in sums)])


def pip_index() -> str:
    """The index that pip asks: PIP_INDEX_URL, or pip's own default."""
    if told := os.environ.get("PIP_INDEX_URL"):
        return told
    from pip._internal.models.index import PyPI  # pip has no public word for its default, and it should stand in one place only

    return str(PyPI.simple_url)


def main() -> None:
    """Write all locks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest releases that pyproject.toml allows")
    kept = {} if parser.parse_args().upgrade else {**pinned(AUDIT), **pinned(LOCK), **pinned(TESTS)}
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    needed, extras = project["project"]["dependencies"], project["project"]["optional-dependencies"]
    run = [*project["build-system"]["requires"], *needed]
    everything = chosen([*run, *extras["test"], *extras["lint"]], kept)
    program = chosen(run, everything)
    index = pip_index()
    said = "# Made by .ci/lock.py; see there. Never edited by hand.\n"
    LOCK.write_text(said + "\n".join(locked(index, program)) + "\n", encoding="utf-8")
    rest = {name: release for name, release in everything.items() if name not in program}
    TESTS.write_text(f"{said}-r {LOCK.name}\n" + "\n".join(locked(index, rest)) + "\n", encoding="utf-8")
    audit = chosen(extras["audit"], {**kept, **everything})
    AUDIT.write_text(said + "\n".join(locked(index, audit)) + "\n", encoding="utf-8")
    sys.stdout.write(f"{LOCK.name}: {len(program)} distributions, {TESTS.name}: {len(rest)} more, {AUDIT.name}: {len(audit)}\n")


if __name__ == "__main__":
    main()
