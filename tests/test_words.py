"""The project speaks only of itself: no path of a workplace, no registry host, no note that only its authors could read."""

from __future__ import annotations

import re
import subprocess
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


def test_no_file_speaks_of_the_place_it_was_written_in() -> None:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.splitlines() or [str(p.relative_to(ROOT)) for p in ROOT.rglob("*.py")]
    bad = []
    for name in names:
        path = ROOT / name
        if path.suffix in {".log", ".svg", ".png", ".timing"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        bad += [f"{name}:{n}: {line.strip()[:100]}" for n, line in enumerate(text.splitlines(), 1) if FOREIGN.search(line)]
    assert not bad, "\n".join(bad)
