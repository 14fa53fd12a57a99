"""The three doors: go on, watch a build, check only; and a new start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from canvos_tui.core import pages
from canvos_tui.core.answers.draft import Draft, StartedAnew, fresh
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.session import Session
from canvos_tui.core.text import at_home, middle

ABOUT = "A build goes on without this window: Watch comes back to it. Continue goes to where you were; keys are asked for again."
HAVE_READY = (
    "an AWS access key of an IAM user (AKIA..., not a temporary ASIA...)",
    "an S3 bucket, and the region it is in",
    "Linux x86_64 with 150 GB free, and one to two hours",
)
NOTHING_WRITTEN = f"but for the clone of CanvOS nothing is written before {pages.BY_SLUG['review'].title}"
WATCH = "watch "  # before the id of a run


def doors(draft: Draft, known: Session, home: str = "") -> Iterator[Choice]:
    """Only those that lead somewhere; what lies below `home` is told from there."""
    for info in known.runs:
        if info.live:
            line = f"Watch      build {info.run_id} · {info.tag} · {middle(at_home(info.checkout, home), 24)}"
            yield Choice(f"{WATCH}{info.run_id}", line)
    page = pages.BY_SLUG.get(draft.page)
    if page is not None and page.number:
        folder = f" · {middle(at_home(str(draft.folder), home), 30)}" if draft.folder else ""
        yield Choice("continue", f"Continue   at {page.title}{folder}")
    yield Choice("new", "New        from the guide's step 1")
    yield Choice("check", "Check      the prerequisites only, about 10 s")
    yield Choice("result", "Validate   look at an image already built")


def anew(environ: Mapping[str, str], draft: Draft, known: Session) -> StartedAnew:
    """All answers dropped but the place of the checkout, and the checks that were taken on before the start."""
    return StartedAnew(replace(fresh(environ), folder=draft.folder, repository=draft.repository, accepted=known.accepted))


def left_at(draft: Draft, known: Session) -> tuple[str, str]:
    """The page that one was on; and its run, where that has to be read from its first event because nobody has seen it yet."""
    unseen = draft.page in {"build", "result"} and draft.run and draft.run != known.run_id
    return ("build", draft.run) if unseen else (draft.page, "")
