"""The project speaks only of itself: no path of a workplace, no registry host, no note that only its authors could read."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOREIGN = re.compile(
    r"/work"
    + r"/|/fa"
    + r"rm/|\.\./sha"
    + r"red|python"
    + r"hosted|pypi\.org/sim"
    + r"ple|\b(canvos|ux|aws-import|earthly-log|screens|decisions)\.md\b"
)


def in_archive() -> Iterator[str]:
    """The files of an unpacked source archive, which git knows nothing of, but for what the README's command made there."""
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()}
    for path in ROOT.rglob("*"):
        if path.is_file() and not ignored.intersection(path.relative_to(ROOT).parts):
            yield str(path.relative_to(ROOT))


def test_no_file_speaks_of_the_place_it_was_written_in() -> None:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.splitlines() or list(in_archive())
    bad = []
    for name in names:
        path = ROOT / name
        if path.suffix in {".log", ".svg", ".png", ".timing"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        bad += [f"{name}:{n}: {line.strip()[:100]}" for n, line in enumerate(text.splitlines(), 1) if FOREIGN.search(line)]
    assert not bad, "\n".join(bad)
