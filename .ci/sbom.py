"""What an installed canvos-tui consists of, as a CycloneDX 1.5 document on standard output: `PYTHON .ci/sbom.py` with the Python of it.

Its Python needs packaging, which the lock brings as a part of the build backend.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

from packaging.requirements import Requirement

ROOT = "canvos-tui"


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


def component(name: str, kind: str = "library") -> dict[str, Any]:
    """A part with its version, its address in the package index's own notation, and its licence where it says one."""
    found = distribution(name)
    version = found.version
    told = found.metadata.get("License-Expression") or found.metadata.get("License") or ""
    address = f"pkg:pypi/{name}@{version}"
    part: dict[str, Any] = {"type": kind, "bom-ref": address, "name": name, "version": version, "purl": address}
    return {**part, "licenses": [{"license": {"name": told}}]} if told and len(told) < 80 else part


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
