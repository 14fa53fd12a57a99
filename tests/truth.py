"""What is known to be true about each sample log: what came with it (`truth.json`) and what was counted in its bytes (`points.json`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.logs import AWS_IMPORT, DATA, LOGS


@dataclass(frozen=True)
class Sample:
    """One log; `line` numbers count from 1 in the file as it is."""

    path: Path
    truth: dict[str, Any]
    points: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.name.removesuffix(".log")

    @property
    def exit_code(self) -> int:
        """With which the command ended that printed it."""
        return int(self.truth["exit_code_script"])

    @property
    def from_script(self) -> bool:
        """Whether only the import script printed it, without the build tool around it."""
        return self.path.parent == AWS_IMPORT

    @property
    def ids(self) -> dict[str, str]:
        known = {**self.points, **self.truth}
        names = {"import_task": "import_task", "snapshot": "snapshot_id", "ami": "ami_id"}
        return {kind: known[name] for kind, name in names.items() if known.get(name)}

    @property
    def phases(self) -> list[tuple[str, int]]:
        """Each phase and the line that begins it."""
        return [(phase, line) for phase, line, _ in self.points["phases"]]

    @property
    def lines(self) -> list[str]:
        return self.path.read_bytes().decode("utf-8", "replace").split("\n")

    def writes(self) -> list[int]:
        """How many bytes came at a time when a build's log was recorded."""
        return [int(line.split()[1]) for line in self.path.with_suffix(".timing").read_text(encoding="utf-8").splitlines()]

    def decisive(self) -> list[tuple[int, str]]:
        """Every line that somebody named, with the words that stand in it."""
        ours = self.points.get("key_lines")  # the same build through a pipe has its lines elsewhere
        named = ours if ours is not None else [(key["line"], key["contains"]) for key in self.truth.get("key_lines", ())]
        cause = self.points["cause"]
        return [
            *((line, text) for line, text in named),
            *((line, text) for _, line, text in self.points["phases"]),
            *((line, text) for line, text in self.points.get("noise", ())),
            *([(cause["line"], cause["contains"])] if cause else []),
        ]


def _samples() -> list[Sample]:
    points = json.loads((DATA / "points.json").read_text(encoding="utf-8"))
    found = []
    for path in LOGS:
        truths = json.loads((path.parent / "truth.json").read_text(encoding="utf-8"))
        name = path.name.removesuffix(".log").removesuffix(".pipe")
        found.append(Sample(path, truths[name], points[path.relative_to(DATA).as_posix()]))
    return found


SAMPLES = _samples()
BUILDS = [sample for sample in SAMPLES if not sample.from_script]
