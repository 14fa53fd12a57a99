"""The files of steps 13 and 15 and user-data, read as the build will read them; nothing is sourced or run."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from pathlib import Path

from canvos_tui.core import arg_file, fields, secret_file, user_data
from canvos_tui.core.checks import Answer, Check, Command, Context, Evidence, Fix, Severity
from canvos_tui.core.draft import UserData
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.questions import canvos, waits
from canvos_tui.core.result import Status

SCREEN = "screen 8"
# what the build itself reads from .arg; the other keys are for provider images
_READ = (fields.OS_DISTRIBUTION, fields.OS_VERSION, fields.REGION, fields.S3_BUCKET, fields.S3_KEY)
_MISSING_KEY = "S3_KEY is empty: the script would use the raw file's name for object and AMI"


async def _read(context: Context, name: str) -> tuple[Path, bytes] | None:
    """A file of the checkout, None while there is no checkout or no such file."""
    state = await canvos(context)
    if state is None:
        return None
    data = await context.ports.files.read_bytes(state.path / name)
    return None if data is None else (state.path / name, data)


async def arg(context: Context) -> Answer:
    """`.arg` as bash and Earthly read it, and the values that the build needs."""
    found = await _read(context, ".arg")
    if found is None:
        return waits(SCREEN)
    path, data = found
    parsed = arg_file.parse(data)
    stays, changes = (None, False) if context.final else _after_writing(context, data)
    broken = [p for p in parsed.problems if p.fatal and (stays is None or p.text in stays)]
    evidence = (Evidence(f"cat -n {path}", "\n".join(f"line {p.line}: {p.reason}" for p in parsed.problems)),) if parsed.problems else ()
    required = "read alike by bash and Earthly"
    if broken:
        first = broken[0]
        fixes = tuple(Fix(f"Line {p.line}: {p.remedy}", (Command(f"${{EDITOR:-vi}} +{p.line} {path}"),)) for p in broken[:3])
        return Answer(Status.FAIL, f"line {first.line}: {first.reason}" + _more(broken), required, fixes, evidence)
    if changes:
        return waits(f"{SCREEN}, which writes .arg anew")
    if wrong := _wrong_values(parsed.values):
        fix = Fix("Set it in the file, or let the wizard write it", (Command(f"${{EDITOR:-vi}} {path}"), Command("canvos-tui")))
        return Answer(Status.FAIL, wrong[0] + _more(wrong), "the values of step 13", (fix,), evidence)
    mild = [f"line {p.line}: {p.reason}" for p in parsed.problems]
    if not parsed.values.get("S3_KEY"):
        mild.insert(0, _MISSING_KEY)
    if mild:
        rewrite = Fix("Let the wizard write the file anew", (Command("canvos-tui"),))
        return Answer(Status.WARN, mild[0] + _more(mild), required, (rewrite,), evidence)
    return Answer(Status.PASS, f"{len(parsed.values)} values", required)


def _after_writing(context: Context, data: bytes) -> tuple[set[str], bool]:
    """The bad lines that would still be there after screen 8, and whether it would change anything."""
    try:
        after = arg_file.render(data, context.draft.args(), context.draft.without_args())
    except InvalidValueError:  # an answer that cannot be written is refused on its own screen
        after = data
    return {p.text for p in arg_file.parse(after).problems if p.fatal}, after != data


def _more(found: Sized) -> str:
    return f" and {len(found) - 1} more" if len(found) > 1 else ""


def _wrong_values(values: Mapping[str, str]) -> list[str]:
    """Reasons against the values that the build reads, in the order of the guide."""
    wrong = []
    for field in _READ:
        text = values.get(field.key, "")
        if field is fields.S3_KEY and not text:
            continue
        try:
            field.parse(text)
        except InvalidValueError as error:
            wrong.append(f"{field.key}: {error}")
    if values.get("ARCH", "amd64") != "amd64":
        wrong.append("ARCH must be amd64")
    return wrong


async def secret(context: Context) -> Answer:
    """All three ids of `.secret`; their values are never shown."""
    found = await _read(context, ".secret")
    if found is None:
        return waits(SCREEN)
    path, data = found
    required = ", ".join(secret_file.IDS)
    values = secret_file.read(data)
    missing = [name for name in secret_file.IDS if name not in values]
    empty = [name for name in secret_file.IDS[1:] if name in values and not values[name]]
    wrong = []
    if missing:
        wrong.append(f"{', '.join(missing)} is missing: the build would stop at its last step")
    if empty:
        wrong.append(f"{', '.join(empty)} is empty")
    if values.get("AWS_PROFILE"):
        wrong.append("AWS_PROFILE is set: the build has no ~/.aws, so no profile can be found")
    if not wrong:
        return Answer(Status.PASS, "all three ids", required)
    if not context.final:
        return waits(f"{SCREEN}, which writes .secret anew")
    commands = [Command(f"echo '{name}=' >> {path}") for name in missing if name == "AWS_PROFILE"]
    if values.get("AWS_PROFILE"):
        commands.append(Command(f"sed -i 's/^AWS_PROFILE=.*/AWS_PROFILE=/' {path}"))
    return Answer(Status.FAIL, wrong[0], required, (Fix("Complete the file; an empty AWS_PROFILE= is right", tuple(commands)),))


async def permission(context: Context) -> Answer:
    """Only the owner may read `.secret`."""
    found = await _read(context, ".secret")
    if found is None:
        return waits(SCREEN)
    mode = await context.ports.files.mode(found[0])
    if mode is None:
        return waits(SCREEN)
    if mode & 0o077 == 0:
        return Answer(Status.PASS, f"mode {mode:04o}", "0600")
    return Answer(Status.WARN, f"mode {mode:04o}: others may read it", "0600", (Fix("Close it", (Command(f"chmod 600 {found[0]}"),)),))


async def ignored(context: Context) -> Answer:
    """git leaves `.secret` alone."""
    state = await canvos(context)
    if state is None:
        return waits("screen 2")
    if await context.ports.git.ignored(state.path, ".secret"):
        return Answer(Status.PASS, "git ignores .secret", "ignored by git")
    fix = Fix("Tell git to ignore it in this checkout only", (Command(f"echo .secret >> {state.path}/.git/info/exclude"),))
    return Answer(Status.WARN, "git does not ignore .secret", "ignored by git", (fix,))


_JOIN = "endpoint and token, so that instances join Palette"
_OFFER = Fix("Let the wizard write one from its template (screen 8), or go on without: then instances are registered by hand")


async def cloud_config(context: Context) -> Answer:
    """`user-data`: YAML with the endpoint and the token that let an instance register."""
    chosen = context.draft.user_data
    if not context.final and chosen in {UserData.TEMPLATE, UserData.FILE}:
        return waits(SCREEN)
    if await canvos(context) is None:
        return waits("screen 2")
    found = await _read(context, "user-data")
    if found is None:
        words = "no user-data file" + (", as chosen" if chosen is UserData.NONE else "")
        return Answer(Status.WARN, words, _JOIN, (_OFFER,))
    return await _judge_user_data(context, found[0], found[1].decode("utf-8", "replace"))


async def _judge_user_data(context: Context, path: Path, text: str) -> Answer:
    edit = Fix("Correct the file", (Command(f"${{EDITOR:-vi}} {path}"),))
    if not text.strip():
        remove = Fix("Remove it", (Command(f"rm {path}"),))
        return Answer(Status.FAIL, "user-data is empty: the disk builder fails on it", _JOIN, (remove, _OFFER))
    try:
        parsed = await context.ports.files.yaml(text)
    except InvalidValueError as error:
        return Answer(Status.FAIL, f"user-data is no YAML: {error}", _JOIN, (edit,))
    if wrong := user_data.problems(text, parsed):
        return Answer(Status.WARN, wrong[0], _JOIN, (edit, _OFFER))
    return Answer(Status.PASS, "endpoint and token are there", _JOIN)


def _check(name: str, title: str, severity: Severity, guide: str, why: str) -> Check:
    ask = {"ARG": arg, "SECRET": secret, "SECRET-PERM": permission, "SECRET-IGNORED": ignored, "USERDATA": cloud_config}[name]
    return Check(f"FILE-{name}", title, "files", severity, guide, why, ask, needs=("REPO-CLONE",))


CHECKS_FILES = (
    _check(
        "ARG",
        ".arg",
        Severity.REQUIRED,
        "step 13",
        "step 16 runs this file as a shell script and parses it again in Earthly: a value that both read differently is lost",
    ),
    _check(
        "SECRET",
        ".secret",
        Severity.REQUIRED,
        "step 15",
        "the last command of step 16 asks for three secrets and fails when one is not there",
    ),
    _check("SECRET-PERM", "Mode of .secret", Severity.RECOMMENDED, "step 15", "step 15 puts the AWS keys into it in clear text"),
    _check(
        "SECRET-IGNORED",
        ".secret and git",
        Severity.RECOMMENDED,
        "step 15",
        "a commit after step 15 would carry the AWS keys away; tags before v4.8.8 do not ignore the file",
    ),
    _check(
        "USERDATA",
        "user-data",
        Severity.REQUIRED,
        "step 16",
        "without it the AMI of step 16 never registers with Palette; a broken one ends that step late",
    ),
)
