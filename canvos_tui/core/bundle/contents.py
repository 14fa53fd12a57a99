"""What is in a bundle: the list of names that may be in one, each file with its bytes and what was masked in it, and the manifest."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from canvos_tui.core.values import dataclass

SCHEMA = "canvos-tui.bundle/1"
MANIFEST = "manifest.json"
README, SUMMARY, VERSIONS, DOCTOR = "README.md", "summary.md", "versions.json", "doctor.json"
PLAN, RESULT, EVENTS, ARGS, AWS, LOG = "run.json", "result.json", "events.jsonl", "arg.txt", "aws.json", "build.log"
# the order is that of the archive; what is not named here never gets into one
WHAT = {
    MANIFEST: "the list of the files, with their sizes, checksums and what was masked in each",
    README: "what is in here, and how it is opened",
    SUMMARY: "the verdict, the cause and the last lines, to paste into a ticket",
    VERSIONS: "of this tool, Python, its libraries, the system, Docker and the checkout",
    DOCTOR: "the prerequisites, as `canvos-tui doctor --output json` has them",
    PLAN: "what was to be built, and what AWS had before",
    RESULT: "the verdict, the cause, the ids and what was left behind",
    EVENTS: "what happened when, one event a line",
    ARGS: "the answers in `.arg`, one a line",
    AWS: "what AWS last showed of the object, the import task, the snapshot and the AMI",
    LOG: "the log of the build, masked before it was first written",
}
_MARKER = re.compile(rb"\*\*\*MASKED:([a-z0-9_]{1,40})\*\*\*")


@dataclass(frozen=True)
class BundleFile:
    """One file. `masked` says how many marks of each rule stand in it, `replaced` how many values of each kind became placeholders."""

    name: str
    data: bytes
    replaced: Mapping[str, int] = field(default_factory=dict)

    @property
    def masked(self) -> dict[str, int]:
        """How many places each rule masked, whenever that was done."""
        found = Counter(mark[1].decode() for mark in _MARKER.finditer(self.data))
        return {rule: found[rule] for rule in sorted(found)}

    @property
    def lines(self) -> int:
        """The lines, one without an end included."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n") and bool(self.data))

    def row(self) -> dict[str, Any]:
        """The file as it stands in the manifest and in the preview."""
        return {
            "name": self.name,
            "what": WHAT[self.name],
            "bytes": len(self.data),
            "lines": self.lines,
            "sha256": hashlib.sha256(self.data).hexdigest(),
            "masked": self.masked,
            "replaced": {kind: self.replaced[kind] for kind in sorted(self.replaced)},
        }


@dataclass(frozen=True)
class Bundle:
    """The files in the order of the archive, without the manifest, which is made of them; `run` is "" for a machine without a run."""

    version: str  # of this tool
    run: str
    files: tuple[BundleFile, ...]
    kinds: tuple[str, ...] = ()  # what was replaced on request
    secrets: int = 0  # so many known values were looked for in the finished file
    doctor_at: str = ""  # when the doctor's report was made, RFC 3339; "" where there is none
    summary: str = ""

    def manifest(self) -> dict[str, Any]:
        """The document of schema `canvos-tui.bundle/1` that lies in the archive."""
        return {
            "schema": SCHEMA,
            "tool": self.version,
            "run": self.run or None,
            "replaced_kinds": list(self.kinds),
            "files": [file.row() for file in self.files],
        }

    def whole(self) -> tuple[BundleFile, ...]:
        """Every file of the archive, the manifest first."""
        text = json.dumps(self.manifest(), ensure_ascii=False, indent=1) + "\n"
        return (BundleFile(MANIFEST, text.encode()), *self.files)
