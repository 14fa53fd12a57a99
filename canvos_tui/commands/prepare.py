"""The steps of `run` before the build: checkout, checks, files. Each raises a CanvosError for what the user has to mend."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from canvos_tui.commands.follow import say
from canvos_tui.core.answers.draft import ArgFound, Draft, FieldAnswered, Origin, TagChosen, UserData
from canvos_tui.core.answers.file_changes import FileChange, apply, plan, read_current
from canvos_tui.core.checkout.compatibility import Takes, suggested_for
from canvos_tui.core.checkout.facts import CheckoutFacts, look, read_here
from canvos_tui.core.checkout.state import Place
from canvos_tui.core.checkout.tags import classify
from canvos_tui.core.errors import AwsError, CanvosError, GitError, InvalidValueError
from canvos_tui.core.questions.checkout import concerns
from canvos_tui.core.readiness import gaps
from canvos_tui.core.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from canvos_tui.core.checks.check import Check, CheckResult
    from canvos_tui.core.ports import Ports


class Agrees(Protocol):
    """Whoever says yes or no."""

    def need(self, what: str) -> None:
        """Returns when the user agrees."""


async def checked_out(ports: Ports, draft: Draft, consent: Agrees, *, dry: bool, whole: bool = False) -> Draft:
    """The draft with its tag checked out and the values of an existing `.arg` counted in; clones where there is nothing.

    `whole` leaves `.arg` out: what stands in it is another image's.
    """
    folder = draft.folder
    assert folder is not None
    facts = await look(ports, folder)
    if facts.state.place is Place.ABSENT:
        if dry:
            raise CanvosError(f"there is no checkout at {folder}", remedy="a dry run clones nothing; clone it first or leave --dry-run out")
        consent.need(f"git clone {draft.repository} {folder}")
        await ports.git.clone(draft.repository, folder, _progress())
        facts = await look(ports, folder)
    if facts.state.place is not Place.CANVOS:
        raise CanvosError(f"{folder} is no CanvOS checkout: {facts.state.place.value}", remedy="name another folder: checkout: PATH")
    tag = _tag(facts, draft, ports.matrix.takes(draft.text("palette")))
    if tag != facts.state.tag:
        if dry:
            raise CanvosError(f"the checkout is on {facts.state.tag or 'no tag'}, not on {tag}", remedy="a dry run changes nothing")
        if facts.state.in_the_way:
            listed = ", ".join(c.path for c in facts.state.in_the_way)
            raise CanvosError(f"local changes stand before git checkout {tag}: {listed}", remedy="commit or stash them first")
        consent.need(f"git checkout {tag}")
        await ports.git.checkout(folder, tag)
    found = {} if whole else facts.args or {}
    return _key(draft.after(ArgFound(found)).after(TagChosen(tag)))


def _key(draft: Draft) -> Draft:
    """S3_KEY as the guide promises it: CUSTOM_TAG where none was given."""
    entry = draft.entry("S3_KEY")
    return draft.after(FieldAnswered("S3_KEY", entry.text, Origin.TAG)) if entry.origin is Origin.TAG and not entry.error else draft


def _tag(facts: CheckoutFacts, draft: Draft, takes: Takes | None) -> str:
    names = {t.name: t for t in facts.tags}
    if draft.tag:
        if draft.tag not in names:
            raise InvalidValueError(f"tag: there is no {draft.tag} in the checkout", remedy="fetch it: git fetch --tags")
        if not names[draft.tag].selectable:
            raise InvalidValueError(f"tag: {names[draft.tag].refusal}", remedy="leave it out for the suggested tag")
        for concern in concerns(names[draft.tag], takes):
            say(f"WARN {draft.tag}: {concern}")
        return draft.tag
    if (here := names.get(facts.state.tag)) is not None and here.refusal:
        say(f"WARN {here.refusal}: not taken although it is checked out")
    best = suggested_for(facts.tags, takes)
    if best is None and takes is not None:
        raise CanvosError(f"no tag of the repository can be suggested: {takes.sentence}", remedy="name one: tag: TAG")
    if best is None:
        raise CanvosError("the repository has no release tag that can do AWS", remedy="check the repository's address")
    return best.name


def _progress() -> Callable[[str, int | None], None]:
    """Prints git's progress at each full ten percent."""
    seen: set[tuple[str, int]] = set()

    def progress(text: str, percent: int | None) -> None:
        step = (text, (percent or 0) // 10)
        if step not in seen:
            seen.add(step)
            say(f"git: {text}" + (f" {percent} %" if percent is not None else ""))

    return progress


def every_check(draft: Draft) -> tuple[Check, ...]:
    """All that the route asks."""
    from canvos_tui.core.checks.registry import CHECKS
    from canvos_tui.core.checks.routes import of_route

    return of_route(CHECKS, draft.route)


def aws_checks(draft: Draft) -> tuple[Check, ...]:
    """What of it is asked of AWS, and what that hangs on: it is the same before and after the build of another image."""
    from canvos_tui.core.checks.registry import CHECKS
    from canvos_tui.core.checks.selection import Wish, plan

    return plan(CHECKS, Wish(only=("aws",))).on(draft.route).asked


async def unanswered(ports: Ports, draft: Draft) -> tuple[str, ...]:
    """Every answer that is missing, and keys that the route does not take."""
    missing = tuple(g.text if g.key in g.text else f"{g.key}: {g.text}" for g in gaps(draft, await _known(ports, draft)))
    if missing:
        return missing
    if draft.keys is not None and draft.keys.temporary and draft.route.keys_in_build:
        why = "the keys are temporary: the build passes no session token"
        return (f"{why}; use a long-lived key of an IAM user, or --route two-stage, on which no key enters the build",)
    return ()


async def check(ports: Ports, draft: Draft, checks: tuple[Check, ...]) -> tuple[str, ...]:
    """Every reason against building that these checks find; prints what failed or warned as it comes."""
    from canvos_tui.core.checks.check import Context
    from canvos_tui.core.checks.runner import run
    from canvos_tui.core.status import Status

    def tell(result: CheckResult) -> None:
        if result.status in {Status.WARN, Status.UNKNOWN}:
            taken_on = f"  (accepted: {result.accepted})" if result.accepted else ""
            say(f"{result.status.label} {result.check.id}  {result.answer.observed}  needs: {result.answer.required}{taken_on}")

    results = await run(checks, Context(ports, draft), tell)
    for result in results:
        if result.check.id == "AWS-CREDS" and result.status is Status.UNKNOWN:  # every check of AWS hangs on this one
            raise AwsError(f"AWS could not be asked: {result.answer.observed}", code="aws-unseen", remedy=_advice(result))
    return tuple(f"{r.check.id}  {r.answer.observed}  needs: {r.answer.required}{_remedy(r)}" for r in results if r.blocks)


async def _known(ports: Ports, draft: Draft) -> Session:
    """What the checkout says of the tag that stands in it; nothing where there is none yet, or git does not get on with it."""
    if draft.folder is None:
        return Session()
    try:
        state = await ports.git.state(draft.folder)
    except GitError:
        return Session()
    return Session(state, (classify(draft.tag, None, await read_here(ports.files, state)),))


def _advice(result: CheckResult) -> str:
    return result.answer.remedies[0].text if result.answer.remedies else "nothing was written; start again when it answers"


def _remedy(result: CheckResult) -> str:
    fixes = result.answer.remedies
    return f"\n     fix: {fixes[0].text}" + "".join(f"\n          {c.run}" for c in fixes[0].commands) if fixes else ""


async def written(ports: Ports, draft: Draft, consent: Agrees, *, dry: bool) -> tuple[FileChange, ...]:
    """Shows the diff, asks, writes."""
    assert draft.folder is not None
    data = None
    if draft.user_data is UserData.FILE:
        data = await ports.files.read_bytes(Path(draft.user_data_path))
        if data is None:
            raise CanvosError(f"user_data: there is no file {draft.user_data_path}", remedy="name another one, or: user_data: none")
    changes = plan(draft, await read_current(ports.files, draft.folder), data)
    for change in changes:
        for line in change.diff:
            say(line.text)
    if not dry:
        consent.need(f"write {', '.join(c.name for c in changes if c.changed) or 'nothing new'} in {draft.folder} and build")
        for done in await apply(ports.files, draft.folder, changes, ports.clock.now().strftime("%m%d-%H%M%S")):
            say(f"== wrote {done.name}" + (f", the old one is {done.backup.name}" if done.backup else ""))
    return changes
