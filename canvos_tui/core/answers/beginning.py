"""The draft that everybody begins with: the guide's values, and what the environment says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import Draft, Entry, Origin, entry_for


def fresh(environ: Mapping[str, str] | None = None, folder: Path | None = None, *, guide: bool = True) -> Draft:
    """A new draft with the guide's values unless `guide` says no, and REGION and S3_BUCKET from the environment where they are set."""
    entries = {f.key: Entry(f.guide, Origin.GUIDE) for f in fields.ASKED if f.guide and guide}
    environ = environ or {}
    for asked, names in ((fields.REGION, ("REGION", "AWS_REGION", "AWS_DEFAULT_REGION")), (fields.S3_BUCKET, ("S3_BUCKET",))):
        text = next((environ[n] for n in names if environ.get(n)), "")
        if text:
            entries[asked.key] = entry_for(asked, text, Origin.ENVIRONMENT)
    return Draft(folder=folder, entries=entries)
