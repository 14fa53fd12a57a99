"""`.secret` of step 15: what Earthly reads in it, who else may read it, and whether git leaves it alone. No value is ever shown."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.checkout import secret_file
from canvos_tui.core.checks.check import CheckAnswer, Context, waits
from canvos_tui.core.checks.questions import CHECKOUT, canvos, engine, file_of, word, written
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.status import Status


async def secret(context: Context) -> CheckAnswer:
    """All three ids of `.secret`, in lines that Earthly can read; their values are never shown."""
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
    return CheckAnswer(Status.FAIL, reason, required, (fix, Remedy("Or let the wizard write the file anew", (Command("canvos-tui"),))))


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
        return reason, Remedy("Put in a long-lived key (AKIA...) of an IAM user", (Command("aws iam create-access-key"),))
    return None


async def permission(context: Context) -> CheckAnswer:
    """Only the owner may read `.secret`; the build's container reads it as root."""
    found = await file_of(context, ".secret")
    if found is None:
        return waits(written(context))
    mode = await context.ports.files.mode(found[0])
    if mode is None:
        return waits(written(context))
    if mode & 0o077:
        close = Remedy("Close it", (Command(f"chmod 600 {word(found[0])}"),))
        return CheckAnswer(Status.WARN, f"mode {mode:04o}: others may read it", "0600", (close,))
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
    state = await canvos(context)
    if state is None:
        return waits(CHECKOUT)
    if await context.ports.git.ignored(state.path, ".secret"):
        return CheckAnswer(Status.PASS, "git ignores .secret", "ignored by git")
    exclude = word(state.path / ".git" / "info" / "exclude")
    fix = Remedy("Tell git to ignore it in this checkout only", (Command(f"printf '\\n.secret\\n' >> {exclude}"),))
    return CheckAnswer(Status.WARN, "git does not ignore .secret", "ignored by git", (fix,))
