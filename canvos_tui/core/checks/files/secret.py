"""`.secret` of step 15: what Earthly reads in it, who else may read it, and whether git leaves it alone. No value is ever shown."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.checkout import secret_file
from canvos_tui.core.checks.check import CheckAnswer, Context, waits
from canvos_tui.core.checks.files.mending import offer, taken_back, tracked
from canvos_tui.core.checks.questions import CHECKOUT, canvos, engine, file_of, wizard, word, written
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.status import Status

_NOT_NEEDED = CheckAnswer(Status.PASS, "not needed: no key enters the build on this route", "")


async def _superfluous(context: Context) -> CheckAnswer:
    """On a route whose build needs no key, keys in the checkout are only something that the build can read."""
    found = await file_of(context, ".secret")
    if found is None or secret_file.keys_of(found[1]) is None:
        return _NOT_NEEDED
    told = f"the {context.draft.route.value} route needs no .secret, and the build can read the keys in the one that is there"
    return CheckAnswer(
        Status.WARN, told, "no keys in the checkout", (Remedy("Move it away while you build; the guide's route writes it anew"),)
    )


async def secret(context: Context) -> CheckAnswer:
    """All three ids of `.secret`, in lines that Earthly can read; their values are never shown."""
    if not context.draft.route.keys_in_build:
        return await _superfluous(context)
    found = await file_of(context, ".secret")
    if found is None:
        return waits(written(context))
    path, data = found
    required = ", ".join(secret_file.IDS)
    wrong = _wrong(path, data)
    if wrong is None:
        ends = "; its CR LF line ends do no harm, Earthly strips them" if b"\r" in data else ""
        return CheckAnswer(Status.PASS, f"all three ids{ends}", required)
    if not context.final:
        return waits(written(context), ", .secret anew")
    reason, fix = wrong
    anew = Remedy("Or let the wizard write the file anew", (wizard(path.parent),))
    mends = _wrong(path, secret_file.mended(data)) is None
    return CheckAnswer(Status.FAIL, reason, required, (*([_ours("FILE-SECRET", path)] if mends else []), fix, anew))


def _ours(name: str, path: Path) -> Remedy:
    return Remedy("Let canvos-tui mend it; it shows the difference and asks first", (offer(name, path.parent),))


def _wrong(path: Path, data: bytes) -> tuple[str, Remedy] | None:
    """The first thing that would stop the build, with what to do."""
    edit = "${EDITOR:-vi}"
    if bad := secret_file.unreadable(data):
        line, reason = bad[0]
        return f"line {line}: {reason}: Earthly cannot read the file", Remedy(
            "Correct the line", (Command(f"{edit} +{line} {word(path)}"),)
        )
    values = secret_file.read(data)
    missing = [name for name in secret_file.IDS if name not in values]
    if missing:
        if missing == ["AWS_PROFILE"]:
            commands = (Command(f"printf '\\nAWS_PROFILE=\\n' >> {word(path)}"),)  # a line of its own, however the last one ends
        else:
            commands = (Command(f"{edit} {word(path)}"),)
        told = f"{', '.join(missing)} is missing: the build would stop at its last step"
        return told, Remedy("Complete the file; an empty AWS_PROFILE= is right", commands)
    empty = [name for name in secret_file.IDS[1:] if not values[name]]
    if empty:
        return f"{', '.join(empty)} is empty", Remedy("Fill it in", (Command(f"{edit} {word(path)}"),))
    if values["AWS_PROFILE"]:
        reason = "AWS_PROFILE is set: the build has no ~/.aws, so no profile can be found"
        return reason, Remedy("Empty it", (Command(f"sed -i 's/^AWS_PROFILE=.*/AWS_PROFILE=/' {word(path)}"),))
    if values["AWS_ACCESS_KEY_ID"].reveal().startswith("ASIA"):
        reason = "the key is temporary (ASIA...): its session token cannot be handed to the build"
        return reason, Remedy("Put in a long-lived key (AKIA...) of an IAM user", (Command(f"{edit} {word(path)}"),))
    return None


async def permission(context: Context) -> CheckAnswer:
    """Only the owner may read `.secret`; the build's container reads it as root."""
    if not context.draft.route.keys_in_build:
        return _NOT_NEEDED
    found = await file_of(context, ".secret")
    if found is None:
        return waits(written(context))
    mode = await context.ports.files.mode(found[0])
    if mode is None:
        return waits(written(context))
    if mode & 0o077:
        close = Remedy("Or close it by hand", (Command(f"chmod 600 {word(found[0])}"),))
        fixes = (_ours("FILE-SECRET-PERM", found[0]), close)
        return CheckAnswer(Status.WARN, f"mode {mode:04o}: others may read it", "0600", fixes)
    try:
        remapped = (await engine(context)).userns
    except CanvosError:
        remapped = False
    if remapped:
        fix = Remedy('Take "userns-remap" out of /etc/docker/daemon.json, rather than opening the file')
        return CheckAnswer(Status.WARN, f"mode {mode:04o}: the engine remaps root, whose containers cannot read it", "0600", (fix,))
    return CheckAnswer(Status.PASS, f"mode {mode:04o}", "0600")


async def ignored(context: Context) -> CheckAnswer:
    """git leaves `.secret` alone."""
    if not context.draft.route.keys_in_build:
        return _NOT_NEEDED
    state = await canvos(context)
    if state is None:
        return waits(CHECKOUT)
    if await context.ports.git.ignored(state.path, ".secret"):
        return CheckAnswer(Status.PASS, "git ignores .secret", "ignored by git")
    if await tracked(context.ports, state.path):
        out = Command(f"git -C {word(state.path)} rm --cached .secret")
        fix = Remedy("Take it out of git, the file stays; where it was ever committed, delete the key in AWS and make a new one", (out,))
        return CheckAnswer(Status.WARN, "git tracks .secret", "ignored by git", (fix,))
    if await taken_back(context.ports, state.path):
        edit = Command(f"${{EDITOR:-vi}} {word(state.path / '.gitignore')}")
        back = Remedy("A `!.secret` in .gitignore takes back what ignores it: remove that line", (edit,))
        return CheckAnswer(Status.WARN, "git does not ignore .secret", "ignored by git", (back,))
    path = await context.ports.git.exclude_file(state.path)
    ours = Remedy("Let canvos-tui tell git to ignore it in this checkout only; it asks first", (offer("FILE-SECRET-IGNORED", state.path),))
    fix = Remedy("Or tell git by hand", (Command(f"printf '\\n.secret\\n' >> {word(path)}"),))
    return CheckAnswer(Status.WARN, "git does not ignore .secret", "ignored by git", (ours, fix))
