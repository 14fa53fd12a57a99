"""The files of steps 13 and 15 and user-data, read as the build will read them; nothing is sourced or run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence, Sized
from pathlib import Path

from canvos_tui.core.answers import arg_mending, fields
from canvos_tui.core.checkout import arg_file, arg_rules
from canvos_tui.core.checkout.arg_rules import Flaw
from canvos_tui.core.checkout.earthfile import Earthfile
from canvos_tui.core.checkout.facts import read_versions
from canvos_tui.core.checkout.novelty import of_kubernetes, of_system, unset
from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Evidence, Severity, waits
from canvos_tui.core.checks.files.mending import offer
from canvos_tui.core.checks.files.secret import ignored, permission, secret
from canvos_tui.core.checks.files.user_data import cloud_config
from canvos_tui.core.checks.questions import args, canvos, earthfile, file_of, wizard, word, written
from canvos_tui.core.errors import Command, InvalidValueError, LinkError, Remedy
from canvos_tui.core.status import Status

# what the build itself reads from .arg; the other keys are for provider images
_READ = (fields.OS_DISTRIBUTION, fields.OS_VERSION, fields.REGION, fields.S3_BUCKET, fields.S3_KEY)
_REQUIRED = "read alike by bash and Earthly"
_MISSING_KEY = "S3_KEY is empty: the script would use the raw file's name for object and AMI"


async def arg(context: Context) -> CheckAnswer:
    """`.arg` as bash and Earthly read it, and the values that the build needs."""
    state = await canvos(context)
    found = await file_of(context, ".arg")
    if state is None or (found is None and context.final):
        return waits(written(context))
    recipe = await earthfile(context, state)
    if names := unset(recipe, await args(context)):
        return _unset(state.path / ".arg", names)
    return waits(written(context)) if found is None else await _judged(context, recipe, *found)


async def _judged(context: Context, recipe: Earthfile, path: Path, data: bytes) -> CheckAnswer:
    parsed = arg_file.parse(data)
    stays, changes = (None, False) if context.final else _after_writing(context, data)
    broken = [p for p in parsed.problems if p.fatal and (stays is None or p.text in stays)]
    evidence = (
        (Evidence(f"the lines of {path} that are no NAME=VALUE", "\n".join(f"line {p.line}: {p.reason}" for p in parsed.problems)),)
        if parsed.problems
        else ()
    )
    ours = _ours(path, data) if context.final else ()  # before that the wizard writes the file itself
    if broken:
        first = broken[0]
        fixes = tuple(Remedy(f"Line {p.line}: {p.remedy}", (Command(f"${{EDITOR:-vi}} +{p.line} {word(path)}"),)) for p in broken[:3])
        return CheckAnswer(Status.FAIL, f"line {first.line}: {first.reason}" + _more(broken), _REQUIRED, (*ours, *fixes), evidence)
    kept = parsed.values if context.final else {k: v for k, v in parsed.values.items() if k not in context.draft.args()}
    flaws = arg_rules.flaws({**kept, **({} if context.final else context.draft.args())}, context.ports.environ, recipe.systems)
    fatal, mild = [f for f in flaws if f.fatal], [f for f in flaws if not f.fatal]
    if fatal:
        fixes = _rules(path, data, fatal)
        return CheckAnswer(Status.FAIL, fatal[0].reason + _more(fatal), "values that hold together", fixes, evidence)
    if changes:
        return waits(written(context), ", .arg anew")
    if wrong := _wrong_values(parsed.values):
        fix = Remedy("Set it in the file", (Command(f"${{EDITOR:-vi}} {word(path)}"),))
        anew = Remedy("Or let the wizard ask for it and write the file", (wizard(path.parent),))
        return CheckAnswer(Status.FAIL, wrong[0] + _more(wrong), "the values of step 13", (fix, anew), evidence)
    words = [*_of_names(recipe, parsed.values), *(f.reason for f in mild), *(f"line {p.line}: {p.reason}" for p in parsed.problems)]
    if not words:
        kubernetes = await _of_kubernetes(context, path.parent, parsed.values)
        return CheckAnswer(Status.PASS, f"{len(parsed.values)} values{kubernetes}", _REQUIRED, evidence=evidence)
    better = (*ours, *_rules(path, data, mild))
    edit = Remedy("Or correct the file" if better else "Correct the file", (Command(f"${{EDITOR:-vi}} {word(path)}"),))
    return CheckAnswer(Status.WARN, words[0] + _more(words), _REQUIRED, (*better, edit), evidence)


def _of_names(recipe: Earthfile, values: Mapping[str, str]) -> Iterator[str]:
    """What is to be known of the key that names the AMI, and of the operating system."""
    if not values.get("S3_KEY"):
        yield _MISSING_KEY
    if told := of_system(recipe.systems, values.get("OS_DISTRIBUTION", ""), values.get("BASE_IMAGE", "")):
        yield f"OS_DISTRIBUTION: {told}"


async def _of_kubernetes(context: Context, folder: Path, values: Mapping[str, str]) -> str:
    """What is told beside them: no AMI depends on it, so that it is no warning."""
    offered, _ = await read_versions(context.ports.files, folder)
    told = of_kubernetes(values.get("K8S_DISTRIBUTION", ""), offered)
    return f"; K8S_DISTRIBUTION: {told}" if told else ""


def _unset(path: Path, names: Sequence[str]) -> CheckAnswer:
    """The Earthfile of this tag asks for values that nobody gives."""
    several = ", ".join(names)
    fix = Remedy(f"Write {names[0]}=VALUE into the file; the Earthfile says what it is for", (Command(f"${{EDITOR:-vi}} {word(path)}"),))
    return CheckAnswer(Status.FAIL, f"the Earthfile requires {several}, which nothing sets", f"a value for {several}", (fix,))


def _ours(path: Path, data: bytes) -> tuple[Remedy, ...]:
    """Our own repair, where there is one; what is left then has a fix of its own."""
    if arg_mending.mended(data) == data:
        return ()
    text = "Let canvos-tui mend what needs no decision; it shows the difference and asks first"
    return (Remedy(text, (offer("FILE-ARG", path.parent),)),)


def _rules(path: Path, data: bytes, broken: Sequence[Flaw]) -> tuple[Remedy, ...]:
    """A fix for each, at the line that holds the key."""
    lines = {line.partition("=")[0].strip(): n for n, line in enumerate(arg_file.parse(data).lines, 1)}
    return tuple(Remedy(_sentence(f.remedy), (Command(f"${{EDITOR:-vi}} +{lines.get(f.key, 1)} {word(path)}"),)) for f in broken[:3])


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _after_writing(context: Context, data: bytes) -> tuple[set[str], bool]:
    """The bad lines that would still be there after the answers were written, and whether it would change anything."""
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


def _check(name: str, title: str, severity: Severity, guide: str, why: str) -> Check:
    ask = {
        "FILE-ARG": arg,
        "FILE-SECRET": secret,
        "FILE-SECRET-PERM": permission,
        "FILE-SECRET-IGNORED": ignored,
        "FILE-USERDATA": cloud_config,
    }[name]
    return Check(name, title, "files", severity, guide, why, _without_links(ask), needs=("REPO-CLONE",))


def _without_links(ask: Callable[[Context], Awaitable[CheckAnswer]]) -> Callable[[Context], Awaitable[CheckAnswer]]:
    """A link out of the checkout is shown and refused: the build would take what somebody else's file says."""

    async def asked(context: Context) -> CheckAnswer:
        try:
            return await ask(context)
        except LinkError as error:
            return CheckAnswer(Status.FAIL, error.message, "a file of its own", (Remedy(_sentence(error.remedy)),))

    return asked


CHECKS_FILES = (
    _check(
        "FILE-ARG",
        ".arg",
        Severity.REQUIRED,
        "step 13",
        "step 16 runs this file as a shell script and parses it again in Earthly: a value that both read differently is lost",
    ),
    _check(
        "FILE-SECRET",
        ".secret",
        Severity.REQUIRED,
        "step 15",
        "the last command of step 16 asks for three secrets and fails when one is not there",
    ),
    _check("FILE-SECRET-PERM", "Mode of .secret", Severity.RECOMMENDED, "step 15", "step 15 puts the AWS keys into it in clear text"),
    _check(
        "FILE-SECRET-IGNORED",
        ".secret and git",
        Severity.RECOMMENDED,
        "step 15",
        "a commit after step 15 would carry the AWS keys away; tags before v4.8.8 do not ignore the file",
    ),
    _check(
        "FILE-USERDATA",
        "user-data",
        Severity.REQUIRED,
        "step 16",
        "without it the AMI of step 16 never registers with Palette; a broken one ends that step late",
    ),
)
