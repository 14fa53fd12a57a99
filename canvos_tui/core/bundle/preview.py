"""What a bundle holds, before it is written: as lines, and as the document that `--output json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from canvos_tui.core.bundle.contents import README, Bundle, BundleFile
from canvos_tui.core.text import ago, size

_NAME, _SIZE, _COUNT = 15, 9, 8  # columns


def preview_lines(bundle: Bundle, data: bytes, now: datetime) -> tuple[str, ...]:
    """A line for each file with its size, its lines and what was masked in it by which rule; then what was searched."""
    head = f"{'FILE':<{_NAME}}{'SIZE':>{_SIZE}}{'LINES':>{_COUNT}}  MASKED"
    rows = [_row(file) for file in bundle.whole()]
    never = f"{'.secret':<{_NAME}}never included"
    doctor = f"doctor    {_doctor(bundle, now)}"
    return (head, *rows, never, doctor, _searched(bundle), f"size      {size(len(data))} packed; nothing is uploaded by us")


def brief_lines(bundle: Bundle, data: bytes, now: datetime) -> tuple[str, ...]:
    """The same in twelve lines, for a window that has no more: without the two files that only tell of the others."""
    head, *_ = preview_lines(bundle, data, now)
    rows = [_row(file) for file in bundle.files if file.name != README]
    doctor = f"{'.secret':<{_NAME}}never included; doctor: {_doctor(bundle, now)}"
    return (head, *rows, doctor, _searched(bundle))


def _row(file: BundleFile) -> str:
    masked = "-" if file.name == README else _counts(file.masked) or "-"  # it only shows how a mark looks
    replaced = f"; replaced: {_counts(file.replaced)}" if file.replaced else ""
    return f"{file.name:<{_NAME}}{size(len(file.data)):>{_SIZE}}{file.lines:>{_COUNT}}  {masked}{replaced}"


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in found.items())


def _searched(bundle: Bundle) -> str:
    return f"searched  the finished file for {bundle.secrets} known secret{'' if bundle.secrets == 1 else 's'}: none in it"


def _doctor(bundle: Bundle, now: datetime) -> str:
    if not bundle.doctor_at:
        return "no report in it"
    try:
        return f"asked {ago(now, datetime.fromisoformat(bundle.doctor_at))}"
    except (ValueError, TypeError):  # no time, or one without a zone
        return "the report has no time"


def preview_data(bundle: Bundle, data: bytes, path: str | None) -> dict[str, Any]:
    """The document of schema `canvos-tui.bundle/1`; `path` is None where nothing was written."""
    return {
        **bundle.manifest(),
        "path": path,
        "archive_bytes": len(data),
        "secrets_searched": bundle.secrets,
        "doctor_made": bundle.doctor_at or None,
    }
