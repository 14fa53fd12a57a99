"""Titles in place of ids, and the screens by their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canvos_tui.core.answers.fields import BY_KEY
from canvos_tui.core.pages import BY_SLUG, RAIL_WORDS

if TYPE_CHECKING:  # every page shows titles, few show checks
    from collections.abc import Iterable

    from canvos_tui.core.checks.check import Check

_FIELDS = {field.key: field.title for field in BY_KEY.values()}
_NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*\b")


def where(pages: tuple[str, ...]) -> str:
    """` (screen S3)`, ` (screens S3 and Keys)`; empty for no page."""
    names = [RAIL_WORDS[BY_SLUG[slug].number] for slug in pages]
    return f" (screen{'s' if len(names) > 1 else ''} {' and '.join(names)})" if names else ""


def titled(words: str, checks: Iterable[Check] = ()) -> str:
    """The words with the titles of fields and of these checks: people read them, files and reports have the keys and the ids."""
    titles = _FIELDS | {check.id: check.title for check in checks}
    return _NAME.sub(lambda found: titles.get(found[0], found[0]), words)
