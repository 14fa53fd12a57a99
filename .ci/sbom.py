"""What an installed canvos-tui consists of, as a CycloneDX 1.5 document on standard output: `PYTHON .ci/sbom.py` with the Python of it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

ROOT = "canvos-tui"
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


def normal(name: str) -> str:
    """A distribution's name as the packaging specifications compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needs(found: Distribution) -> set[str]:
    """The names that it requires and that are installed; what an extra or another system wants is not."""
    wanted = (line for line in found.requires or () if "extra ==" not in line.replace('"', "").replace("'", ""))
    names = {normal(match[0]) for line in wanted if (match := _NAME.match(line))}
    return {name for name in names if installed(name) is not None}


def installed(name: str) -> Distribution | None:
    """The distribution of that name, None where there is none."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def whole(root: str) -> dict[str, set[str]]:
    """Every distribution below it by its name, with what it requires."""
    graph: dict[str, set[str]] = {}
    waiting = [normal(root)]
    while waiting:
        name = waiting.pop()
        if name in graph:
            continue
        found = installed(name)
        if found is None:
            raise SystemExit(f"{name} is not installed for this Python")
        graph[name] = needs(found)
        waiting += graph[name]
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
