"""What an installed canvos-tui consists of, as a CycloneDX 1.5 document on standard output: `PYTHON .ci/sbom.py` with the Python of it.

Its Python needs packaging, which the lock brings as a part of the build backend. Each part has the SHA-256 of every file that the lock
lets an installation take for it: which of them an installer took, it does not record.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = "canvos-tui"
LOCK = Path(__file__).with_name("lock.txt")
_ROW = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\]+)((?: \\\n +--hash=sha256:[0-9a-f]{64})+)", re.MULTILINE)


def normal(name: str) -> str:
    """A distribution's name as the packaging specifications compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needs(found: Distribution, extras: frozenset[str]) -> dict[str, frozenset[str]]:
    """The names that it requires here, each with the extras asked of it; not what another extra or system wants."""
    named: dict[str, frozenset[str]] = {}
    for wanted in map(Requirement, found.requires or ()):
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras | {""}):
            name = normal(wanted.name)
            named[name] = named.get(name, frozenset()) | wanted.extras
    return named


def installed(name: str) -> Distribution | None:
    """The distribution of that name, None where there is none."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def whole(root: str) -> dict[str, set[str]]:
    """Every distribution below it by its name, with what it requires."""
    graph: dict[str, set[str]] = {}
    seen: dict[str, frozenset[str]] = {}  # the extras with which each was looked at
    waiting = [(normal(root), frozenset[str]())]
    while waiting:
        name, extras = waiting.pop()
        if name in seen and extras <= seen[name]:
            continue
        found = installed(name)
        if found is None:
            raise SystemExit(f"{name} is not installed for this Python")
        seen[name] = seen.get(name, frozenset()) | extras
        below = needs(found, seen[name])
        graph[name] = set(below)
        waiting += below.items()
    return graph


def sums(text: str) -> dict[tuple[str, str], list[str]]:
    """The SHA-256 of the files of each distribution, by normal name and release, that this lock allows."""
    return {(normal(name), release): re.findall(r"[0-9a-f]{64}", found) for name, release, found in _ROW.findall(text)}


def component(name: str, kind: str = "library") -> dict[str, Any]:
    """A part with its version, its address in the package index's own notation, and its licence where it says one."""
    found = distribution(name)
    version = found.version
    told = found.metadata.get("License-Expression") or found.metadata.get("License") or ""
    address = f"pkg:pypi/{name}@{version}"
    part: dict[str, Any] = {"type": kind, "bom-ref": address, "name": name, "version": version, "purl": address}
    if told and len(told) < 80:
        part["licenses"] = [{"license": {"name": told}}]
    if allowed := sums(LOCK.read_text(encoding="utf-8")).get((name, version)):
        hashes = [{"alg": "SHA-256", "content": found} for found in allowed]
        comment = "the files that the lock allows; an installation took one of them"
        part["externalReferences"] = [{"type": "distribution", "url": address, "comment": comment, "hashes": hashes}]
    return part


def document(graph: dict[str, set[str]], root: str = ROOT) -> dict[str, Any]:
    """The whole document; the same for the same installation."""
    parts = {name: component(name, "application" if name == root else "library") for name in sorted(graph)}

    def refs(names: Iterable[str]) -> list[str]:
        return [parts[name]["bom-ref"] for name in sorted(names)]

    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": parts[root]},
        "components": [part for name, part in parts.items() if name != root],
        "dependencies": [{"ref": parts[name]["bom-ref"], "dependsOn": refs(graph[name])} for name in sorted(graph)],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(whole(ROOT)), indent=2) + "\n")
