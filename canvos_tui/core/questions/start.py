"""The three doors: go on, watch a build, check only; and a new start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from canvos_tui.core import pages
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, StartedAnew
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checkout.state import checkout_id
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.session import RunsSeen, Session
from canvos_tui.core.text import ago, at_home, elapsed, middle

if TYPE_CHECKING:
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.result import RunInfo

ABOUT = (
    "An AMI is an image in AWS that instances start from. CanvOS is Spectro Cloud's repository, which builds edge images with Earthly. "
    "Palette is the product that manages the instances: one that starts from this AMI can register there by itself.\n\n"
    "A build goes on without this window: Watch comes back to it. Continue goes to where you were; keys are asked for again."
)
_BUCKET, _MACHINE = "an S3 bucket, and the region it is in", "Linux x86_64 with 150 GB free, and one to two hours"
_READY = {
    Route.GUIDE: ("an AWS access key (AKIA...; temporary ones by the two-stage route)", _BUCKET, _MACHINE),
    Route.TWO_STAGE: ("AWS keys of any kind; temporary ones with their session token", _BUCKET, _MACHINE),
    Route.DIRECT: ("AWS keys of any kind that may use EBS direct; no bucket is needed", "the region that the AMI is to be in", _MACHINE),
}
NOTHING_WRITTEN = f"before {pages.BY_SLUG['review'].title} nothing is written but the clone of CanvOS"
# the pages by their word on the rail: what becomes of each, and which steps of the guide those are
PATH = (
    ("Check", "this machine, its tools and its network", "prerequisites"),
    ("Repo", "clone CanvOS, check out a tag that works", "steps 1-5"),
    ("Image", "tag and registry; user-data, with which instances join Palette", "steps 6, 7"),
    ("OS/K8s", "the operating system, and Kubernetes for provider images", "steps 8, 9, 14"),
    ("S3", "the bucket, and the key that names the AMI", "steps 10, 11"),
    ("Keys", "AWS keys, tested at once", "step 12"),
    ("AWS", "what the keys may do, tried before the long build", "not in the guide"),
    ("Review", "every answer and each difference; then the files are written", "steps 13, 15"),
    ("Build", "image, upload, import and AMI, told by AWS; our estimate 1-2 h", "step 16"),
    ("Result", "proven through the API, with the ways on from there", "Validate 1-4"),
)
WATCH = "watch "  # before the id of a run


def have_ready(draft: Draft) -> tuple[str, ...]:
    """What the chosen route needs."""
    return _READY[draft.route]


async def look_around(ports: Ports, draft: Draft) -> RunsSeen:
    """The runs of this machine, where those that live stand, and when this draft was saved; raises what cannot be listed at all."""
    infos = await ports.runs.infos()
    stands = {info.run_id: await _stands(ports, info) for info in infos if info.live}
    name = checkout_id(draft.folder) if draft.folder else "new"
    return RunsSeen(infos, stands, dict(await ports.files.drafts()).get(name))


async def _stands(ports: Ports, info: RunInfo) -> str:
    from canvos_tui.core.verdict.standing import phase_words, standing

    try:
        told = await standing(ports, info.run_id)
    except CanvosError:  # it has just ended, or its folder is damaged: the door stays, for whoever opens it is told
        return f"build {info.run_id}"
    return f"build running {elapsed(told.elapsed_seconds)} · {phase_words(told.run)}"


def doors(draft: Draft, known: Session, home: str, now: datetime) -> Iterator[Choice]:
    """Only those that lead somewhere; what lies below `home` is told from there."""
    for info in known.runs:
        if info.live:
            elsewhere = f" · {middle(at_home(info.checkout, home), 20)}" if info.checkout != str(draft.folder) else ""
            yield Choice(
                f"{WATCH}{info.run_id}", f"Watch      {known.stands.get(info.run_id) or f'build {info.run_id}'} · {info.tag}{elsewhere}"
            )
    page = pages.BY_SLUG.get(draft.page)
    if page is not None and page.number:
        saved = f" · saved {ago(now, known.saved)}" if known.saved is not None else ""
        folder = f" · {middle(at_home(str(draft.folder), home), 30)}" if draft.folder else ""
        yield Choice("continue", f"Continue   at {page.title}{saved}{folder}")
    yield Choice("new", "New        from the guide's step 1")
    yield Choice("check", "Check      the prerequisites only, about 10 s")
    yield Choice("result", "Validate   look at an image already built")


def anew(environ: Mapping[str, str], draft: Draft, known: Session) -> StartedAnew:
    """All answers dropped but the place of the checkout, and the checks that were taken on before the start."""
    return StartedAnew(
        replace(fresh(environ), folder=draft.folder, repository=draft.repository, accepted=known.accepted, route=known.route)
    )


def left_at(draft: Draft, known: Session) -> tuple[str, str]:
    """The page that one was on; and its run, where that has to be read from its first event because nobody has seen it yet."""
    unseen = draft.page in {"build", "result"} and draft.run and draft.run != known.run_id
    return ("build", draft.run) if unseen else (draft.page, "")
