"""The CanvOS checkout: whether it is one, at which tag, and what lies about in it."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.checkout import CheckoutState, Place
from canvos_tui.core.checks import Answer, Check, Command, Context, Evidence, Fix, Severity
from canvos_tui.core.questions import canvos, checkout, waits
from canvos_tui.core.result import Status
from canvos_tui.core.tags import TARGET, Earthfile, read_earthfile, suggested

SCREEN = "screen 2"
# a build takes these from the checkout without being asked; git shows them as untracked
_SILENT = (".env", "content-", "certs/", "local-ui.tar", "overlay/")


async def clone(context: Context) -> Answer:
    """A git checkout with earthly.sh and an Earthfile."""
    folder = context.draft.folder
    if folder is None:
        return waits(SCREEN)
    state = await checkout(context, folder)
    required = "a CanvOS checkout"
    if state.place is Place.CANVOS:
        at = f"{folder} at {state.tag or state.commit or 'no commit'}" + (", shallow" if state.shallow else "")
        return Answer(Status.PASS, at, required)
    if state.place is Place.ABSENT:
        return waits(f"{SCREEN}: nothing is at {folder} yet")
    words = {
        Place.OTHER_GIT: "another git repository",
        Place.FOLDER: "a folder with other files",
        Place.FILE: "a file",
    }[state.place]
    fix = Fix("Choose another folder, or clone into one of its own", (Command(f"git clone {context.draft.repository} {folder}/CanvOS"),))
    return Answer(Status.FAIL, f"{folder} is {words}", required, (fix,))


async def _earthfile(context: Context, folder: Path) -> Earthfile:
    async def read() -> Earthfile:
        return read_earthfile(await context.ports.files.read_text(folder / "Earthfile"))

    return await context.once("earthfile", read)


async def tag(context: Context) -> Answer:
    """On the chosen tag, whose agent is of the same version."""
    state = await canvos(context)
    if state is None:
        return waits(SCREEN)
    required = context.draft.tag or "a release tag"
    if not state.tag:
        return Answer(Status.WARN, f"on no tag ({state.commit or 'no commit'})", required, await _switch(context, state))
    if context.draft.tag and state.tag != context.draft.tag:
        return Answer(Status.WARN, f"on {state.tag}, chosen was {context.draft.tag}", required, await _switch(context, state))
    found = await _earthfile(context, state.path)
    if found.has_target and found.pe_version and found.pe_version != state.tag:
        observed = f"{state.tag} carries the agent {found.pe_version}"
        return Answer(Status.WARN, observed, "an agent of the tag's version", await _switch(context, state))
    return Answer(Status.PASS, state.tag, required)


async def target(context: Context) -> Answer:
    """The target of step 16."""
    state = await canvos(context)
    if state is None:
        return waits(SCREEN)
    found = await _earthfile(context, state.path)
    evidence = (
        Evidence(f"grep '^{TARGET}:' {state.path}/Earthfile", f"{TARGET}:" if found.has_target else "", 0 if found.has_target else 1),
    )
    if found.has_target:
        return Answer(Status.PASS, f"+{TARGET} is there", f"+{TARGET}", evidence=evidence)
    observed = f"{state.tag or state.commit} has no +{TARGET} target"
    return Answer(Status.FAIL, observed, f"+{TARGET}", await _switch(context, state), evidence)


async def _switch(context: Context, state: CheckoutState) -> tuple[Fix, ...]:
    """The way to the tag that was chosen, or to the one that would be suggested."""
    chosen = context.draft.tag if context.draft.tag != state.tag else ""
    if not chosen:
        found = suggested(await context.ports.git.tags(state.path))
        chosen = found.name if found and found.name != state.tag else ""
    if not chosen:
        fetch = Command(f"git -C {state.path} fetch --tags")
        return (Fix("Fetch the newer tags and choose one that matches your Palette release", (fetch,)),)
    go = Command(f"git -C {state.path} checkout {chosen}")
    return (Fix(f"Check out {chosen}, or another tag that matches your Palette release", (go,)),)


async def dirty(context: Context) -> Answer:
    """No local changes, and nothing that a build would take along silently."""
    state = await canvos(context)
    if state is None:
        return waits(SCREEN)
    ours = {"k8s_version.json"} if context.draft.several else set()
    changes = [c for c in state.changes if c.path not in ours]
    silent = [c.path for c in changes if c.path.startswith(_SILENT)]
    if not changes:
        pruned = any(c.path in ours for c in state.changes)
        return Answer(Status.PASS, "clean but for k8s_version.json (step 14)" if pruned else "clean", "no local changes")
    evidence = (Evidence(f"git -C {state.path} status --short", "\n".join(f"{c.status} {c.path}" for c in changes)),)
    fixes = [
        Fix(
            "Look at them; keep what is meant, stash the rest",
            (Command(f"git -C {state.path} status"), Command(f"git -C {state.path} stash -u")),
        )
    ]
    if silent:
        fixes.insert(0, Fix(f"The build takes {', '.join(silent[:4])} along without being asked: move away what is left of an older build"))
    names = ", ".join(c.path for c in changes[:3]) + (f" and {len(changes) - 3} more" if len(changes) > 3 else "")
    return Answer(Status.WARN, f"{len(changes)} changed: {names}", "no local changes", tuple(fixes), evidence)


CHECKS_REPO = (
    Check(
        "REPO-CLONE",
        "CanvOS checkout",
        "repo",
        Severity.REQUIRED,
        "steps 1-2",
        "all later steps run in the checkout",
        clone,
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
    ),
    Check(
        "REPO-TARGET",
        "Build target",
        "repo",
        Severity.REQUIRED,
        "step 16",
        "step 16 names a target that older tags do not have, the guide's own example among them",
        target,
        needs=("REPO-CLONE",),
    ),
    Check(
        "REPO-DIRTY",
        "Local changes",
        "repo",
        Severity.RECOMMENDED,
        "step 4",
        "a changed file can keep step 4 from checking out another tag, and left-overs end up in the AMI of step 16",
        dirty,
        needs=("REPO-CLONE",),
    ),
)
