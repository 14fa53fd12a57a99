"""The CanvOS checkout: whether it is one, at which tag, and what lies about in it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from canvos_tui.core.checkout.compatibility import Takes, suggested_for
from canvos_tui.core.checkout.earthfile import TARGET
from canvos_tui.core.checkout.novelty import against, news, unasked
from canvos_tui.core.checkout.sources import GUIDE, KNOWN, MATRIX
from canvos_tui.core.checkout.state import PRIVATE, CheckoutState, Place, stashing
from canvos_tui.core.checkout.tags import GUIDE_TAG, CanvosTag, TagKind, classify
from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Severity, waits
from canvos_tui.core.checks.questions import CHECKOUT, args, as_root, canvos, checkout, earthfile, machine, word
from canvos_tui.core.checks.repo.leftovers import LEFTOVERS
from canvos_tui.core.checks.repo.whole import WHOLE
from canvos_tui.core.errors import Command, GitError, Remedy
from canvos_tui.core.status import Status

# untracked files that REPO-LEFTOVERS tells with their size and age
_TOLD = (".env", ".edge-custom-config.yaml", "content-", "certs/", "local-ui.tar", "overlay/files", "spc.tgz")


async def clone(context: Context) -> CheckAnswer:
    """A git checkout with earthly.sh and an Earthfile."""
    folder = context.draft.folder
    if folder is None:
        return waits(CHECKOUT)
    required = "a CanvOS checkout"
    try:
        state = await checkout(context, folder)
    except GitError as error:
        return await _refused(context, folder, error)
    if state.place is Place.CANVOS:
        at = f"{folder} at {state.tag or state.commit or 'no commit'}"
        return CheckAnswer(Status.PASS, at, required)
    if state.place is Place.ABSENT and context.final:  # nobody is about to clone
        fix = Remedy("Clone it, or name the folder where it is", (Command(f"git clone {context.draft.repository} {word(folder)}"),))
        return CheckAnswer(Status.FAIL, f"nothing is at {folder}", required, (fix,))
    if state.place is Place.ABSENT:
        return waits(CHECKOUT, f": nothing is at {folder} yet")
    words = {
        Place.OTHER_GIT: "another git repository",
        Place.FOLDER: "a folder with other files",
        Place.FILE: "a file",
    }[state.place]
    return CheckAnswer(Status.FAIL, f"{folder} is {words}", required, (_elsewhere(context, folder / "CanvOS"),))


def _elsewhere(context: Context, folder: Path) -> Remedy:
    return Remedy("Choose another folder, or clone into one of its own", (Command(f"git clone {context.draft.repository} {word(folder)}"),))


async def _refused(context: Context, folder: Path, error: GitError) -> CheckAnswer:
    """Git does not work in that folder; for the one reason that has a cure of its own the cure is given."""
    required = "a CanvOS checkout"
    if error.broken:
        fix = _elsewhere(context, folder.with_name(f"{folder.name}-anew"))
        return CheckAnswer(Status.FAIL, error.message, required, (fix,))
    if not error.foreign:
        return CheckAnswer(Status.UNKNOWN, f"{folder}: {error.message}", required, (Remedy(error.remedy or "Look at git's words"),))
    user = (await machine(context)).user
    own = Remedy(f"Make {folder} yours, when nobody else works in it", await as_root(context, f"chown -R {user} {word(folder)}"))
    trust = Remedy("Or let git trust it", (Command(f"git config --global --add safe.directory {word(folder)}"),))
    return CheckAnswer(Status.FAIL, f"{folder} belongs to another user: git refuses to work in it", required, (own, trust))


async def tag(context: Context) -> CheckAnswer:
    """On the chosen tag, whose agent is of the same version."""
    state = await canvos(context)
    if state is None:
        return waits(CHECKOUT)
    required = f"{context.draft.tag or 'a release tag'} with an agent of the same version"
    if not state.tag:
        return CheckAnswer(Status.WARN, f"on no tag ({state.commit or 'no commit'})", required, await _switch(context, state))
    if context.draft.tag and state.tag != context.draft.tag:
        return CheckAnswer(Status.WARN, f"on {state.tag}, chosen was {context.draft.tag}", required, await _switch(context, state))
    found = await earthfile(context, state)
    takes = _takes(context)
    here = classify(state.tag, None, found)
    table = (f"; {takes.sentence}" if takes is not None else "") + (f"; {KNOWN}, a newer one may know more" if here.beyond else "")
    doubts = " and ".join(_doubts(here, takes))
    if doubts:
        return CheckAnswer(Status.WARN, f"{state.tag} {doubts}{table}", required, await _switch(context, state))
    return CheckAnswer(Status.PASS, f"{state.tag}, agent {found.pe_version or 'not named'}{table}", required)


def _doubts(here: CanvosTag, takes: Takes | None) -> Iterator[str]:
    """What speaks against the tag, each as the rest of a sentence that its name begins."""
    agent = here.earthfile.pe_version
    if takes is not None and (against := takes.against(here)):
        yield f"is {against}"
    if here.kind in {TagKind.CANDIDATE, TagKind.ALPHA}:
        yield f"is a pre-release ({here.kind.value})"
    elif here.agent_differs:
        yield f"carries the agent {agent}"
    if here.earthfile.has_target and not agent:
        yield "does not name its Palette agent"


async def target(context: Context) -> CheckAnswer:
    """The target of step 16."""
    state = await canvos(context)
    if state is None:
        return waits(CHECKOUT)
    found = await earthfile(context, state)
    here, required = state.tag or state.commit, f"+{TARGET}{' and its files' if found.lacks else ''}"
    if (refused := against(found)) is not None:
        return CheckAnswer(Status.FAIL, f"{here} {refused.sentence}", required, await _switch(context, state))
    template = unasked(found, await args(context))
    if new := [*(one.sentence for one in news(found)), *filter(None, (template,))]:
        look = Remedy("Read what this tag does, or check out another one", (Command(f"less {word(state.path)}/Earthfile"),))
        observed = f"+{TARGET} is there, but {here} {' and '.join(new)}"
        return CheckAnswer(Status.WARN, observed, required, (look,))
    shows = found.traces and context.draft.route.keys_in_build
    masked = "; its script prints both keys into the build's log: they are masked here" if shows else ""
    return CheckAnswer(Status.PASS, f"+{TARGET} is there{masked}", required)


async def _switch(context: Context, state: CheckoutState) -> tuple[Remedy, ...]:
    """The way to the tag that was chosen, or to the one that would be suggested."""
    chosen = context.draft.tag if context.draft.tag != state.tag else ""
    if not chosen:
        found = suggested_for(await _tags(context, state.path), _takes(context))
        chosen = found.name if found and found.name != state.tag else ""
    if not chosen:
        fetch = Command(f"git -C {word(state.path)} fetch --tags")
        return (Remedy("Fetch the newer tags and choose one that matches your Palette release", (fetch,)),)
    go = Command(f"git -C {word(state.path)} checkout {chosen}")
    return (Remedy(f"Check out {chosen}, or another tag that matches your Palette release", (go,)),)


def _takes(context: Context) -> Takes | None:
    """What the user's Palette takes, where its version is known."""
    return context.ports.matrix.takes(context.draft.text("palette"))


async def _tags(context: Context, folder: Path) -> tuple[CanvosTag, ...]:
    return await context.once(f"tags {folder}", lambda: context.ports.git.tags(folder))


async def shallow(context: Context) -> CheckAnswer:
    """The whole history with its tags."""
    state = await canvos(context)
    if state is None:
        return waits(CHECKOUT)
    count = len(await _tags(context, state.path))
    required = "a whole clone with its tags"
    known = f"{count} tag{'' if count == 1 else 's'}" if count else "no tag"
    if state.shallow:
        fix = Remedy("Fetch the rest", (Command(f"git -C {word(state.path)} fetch --unshallow --tags"),))
        return CheckAnswer(Status.WARN, f"a shallow clone with {known}: others cannot be checked out", required, (fix,))
    if not count:
        return CheckAnswer(
            Status.WARN, "no tag is here", required, (Remedy("Fetch them", (Command(f"git -C {word(state.path)} fetch --tags"),)),)
        )
    return CheckAnswer(Status.PASS, known, required)


async def path(context: Context) -> CheckAnswer:
    """A path that Docker can mount and this user can write to."""
    folder = context.draft.folder
    if folder is None:
        return waits(CHECKOUT)
    required = "a path without `:` that can be written to"
    if ":" in str(folder):
        move = Remedy("Move the checkout", (Command(f"mv -T {word(folder)} {word(str(folder).replace(':', '-'))}"),))
        return CheckAnswer(Status.FAIL, f"{folder} holds a `:`, which ends the name of a volume for Docker", required, (move,))
    there = await context.ports.host.filesystem(folder)
    if not there.runs:
        why = f"{folder} lies on {there.mount}, which is mounted noexec: earthly.sh cannot be started"
        away = Remedy("Clone into a folder on another filesystem", (Command(f"findmnt -T {word(folder)}"),), page="repo")
        mount = Remedy("Or allow programs there", await as_root(context, f"mount -o remount,exec {word(there.mount)}"))
        return CheckAnswer(Status.FAIL, why, required, (away, mount))
    if there.read_only:
        why = f"{folder} lies on {there.mount}, which is mounted read-only: nobody can write there"
        away = Remedy("Clone into a folder on another filesystem", (Command(f"findmnt -T {word(folder)}"),), page="repo")
        mount = Remedy(
            "Or mount it anew; where the disk failed, that fails too", await as_root(context, f"mount -o remount,rw {word(there.mount)}")
        )
        return CheckAnswer(Status.FAIL, why, required, (away, mount))
    if not there.writable:
        user = (await machine(context)).user
        own = Remedy(f"Give it to {user}, or choose another folder", await as_root(context, f"chown -R {user} {word(folder)}"))
        return CheckAnswer(
            Status.FAIL, f"{user} cannot write to {folder}", required, (own, Remedy("See why", (Command(f"ls -ld {word(folder)}"),)))
        )
    blanks = "; its blanks do no harm, earthly.sh quotes them" if " " in str(folder) else ""
    return CheckAnswer(Status.PASS, f"{folder}{blanks}", required)


async def dirty(context: Context) -> CheckAnswer:
    """No local changes but the files of steps 13 to 15; what a build would take along silently is told by REPO-LEFTOVERS."""
    state = await canvos(context)
    if state is None:
        return waits(CHECKOUT)
    ours = {"k8s_version.json"} if context.draft.several else set()
    changes = [c for c in state.changes if c.path not in ours and (c.tracked or not c.path.startswith((*_TOLD, *PRIVATE)))]
    if not changes:
        pruned = any(c.path in ours for c in state.changes)
        return CheckAnswer(Status.PASS, "clean but for k8s_version.json (step 14)" if pruned else "clean", "no local changes")
    private = [c.path for c in state.changes if c.path in PRIVATE and not c.tracked]
    look, stash = (Command(f"git -C {word(state.path)} {shlex.join(words)}") for words in (("status",), stashing("set aside", private)))
    fixes = (Remedy("Look at them; keep what is meant, stash the rest, which `git stash pop` brings back", (look, stash)),)
    names = ", ".join(c.path for c in changes[:3]) + (f" and {len(changes) - 3} more" if len(changes) > 3 else "")
    return CheckAnswer(Status.WARN, f"{len(changes)} changed: {names}", "no local changes", fixes)


CHECKS_REPO = (
    Check(
        "REPO-CLONE",
        "CanvOS checkout",
        "repo",
        Severity.REQUIRED,
        "steps 1-2",
        "all later steps run in the checkout",
        clone,
        needs=("TOOL-GIT",),
        docs=("https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory",),
    ),
    Check(
        "REPO-PATH",
        "Path of the checkout",
        "repo",
        Severity.REQUIRED,
        "step 2",
        "step 16 mounts the folder into containers and writes into it",
        path,
        limit=2,
    ),
    Check(
        "REPO-SHALLOW",
        "History and tags",
        "repo",
        Severity.RECOMMENDED,
        "step 3",
        "step 3 lists the tags; a clone without them offers none, and step 4 cannot check any out",
        shallow,
        needs=("REPO-CLONE",),
    ),
    Check(
        "REPO-TAG",
        "Tag",
        "repo",
        Severity.RECOMMENDED,
        "step 4",
        "the tag of step 4 decides which Palette agent is inside the AMI; it has to match your Palette release",
        tag,
        needs=("REPO-CLONE",),
        docs=(MATRIX,),
    ),
    Check(
        "REPO-TARGET",
        "Build target",
        "repo",
        Severity.REQUIRED,
        "step 16",
        f"step 16 names a target that the guide's own example {GUIDE_TAG} and older tags do not have",
        target,
        needs=("REPO-CLONE",),
        docs=(GUIDE,),
    ),
    Check(
        "REPO-DIRTY",
        "Local changes",
        "repo",
        Severity.RECOMMENDED,
        "step 4",
        "a changed file can keep step 4 from checking out another tag, and gets into the image of step 16",
        dirty,
        needs=("REPO-CLONE",),
    ),
    WHOLE,
    LEFTOVERS,
)
