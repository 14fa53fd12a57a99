"""What a build needs of the keys, with the values that are known."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.on_route import making
from canvos_tui.core.aws.facts import Identity
from canvos_tui.core.checks.aws.advice import user_document
from canvos_tui.core.checks.aws.questions import subject_of
from canvos_tui.tui.painting.blocks import hung
from canvos_tui.tui.painting.looks import MUTED


def needed(draft: Draft, who: Identity | None, width: int) -> Content:
    """Each group of actions and what it is needed on: the least with which a build and its checks pass."""
    return Content("\n").join(_lines(draft, who, width))


def _lines(draft: Draft, who: Identity | None, width: int) -> Iterator[Content]:
    about = subject_of(draft.text("S3_BUCKET") or "BUCKET", draft.text("REGION"), who, None, making(draft))
    for statement in user_document(about)["Statement"]:
        actions, resources = (value if isinstance(value, list) else [value] for value in (statement["Action"], statement["Resource"]))
        yield from hung(Content.styled("  " + ", ".join(actions), "bold"), width)
        for resource in resources:
            yield Content.styled(f"  on {resource}", MUTED)
