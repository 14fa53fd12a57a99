"""Reads, changes and renders `.arg`, a file that two programs read differently: bash (earthly.sh sources it) and Earthly.

The rules were found by giving the same lines to bash 5.2 and to godotenv 1.5.1, which Earthly uses; python-dotenv judges
them in the tests as a third reader. Nothing here runs or sources the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

_PLAIN = pattern(r"[A-Za-z0-9._:/@%+=,-]*")
_ASSIGN = pattern(r"(?P<export>export[ \t]+)?(?P<key>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")
_SPACED = pattern(r"([A-Za-z_][A-Za-z0-9_]*)(?:[ \t]+=|[ \t]*:[ \t]).*")
_DASHED = pattern(r"([A-Za-z0-9_]*[-.][A-Za-z0-9_.-]*|[0-9]\w*)=.*")
_QUOTED = pattern(r"'[^']*'|\"[^\"$`\\]*\"")
_REFERENCE = pattern(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
# a value under such a name would change how earthly.sh itself runs
_UNSAFE_KEYS = pattern(r"PATH|HOME|IFS|ENV|BASH_.*|LD_.*|DOCKER_.*|EARTHLY_.*|SHELL.*|PS4|PROMPT_COMMAND|global_config|ALPINE_IMG")

KEY_ORDER = (
    "CUSTOM_TAG",
    "IMAGE_REGISTRY",
    "OS_DISTRIBUTION",
    "IMAGE_REPO",
    "OS_VERSION",
    "BASE_IMAGE",
    "K8S_DISTRIBUTION",
    "K8S_VERSION",
    "ISO_NAME",
    "ARCH",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "UPDATE_KERNEL",
    "REGION",
    "S3_BUCKET",
    "S3_KEY",
)


@dataclass(frozen=True)
class ArgProblem:
    """A line that the two readers take differently or that bash would execute; `line` counts from 1."""

    line: int
    text: str
    reason: str
    remedy: str
    fatal: bool  # breaks the build or runs a command, as opposed to being merely ambiguous


@dataclass(frozen=True)
class ArgFile:
    """A parsed `.arg`: every line as it stands, the values that both readers agree on, and what is wrong."""

    lines: tuple[str, ...]
    values: Mapping[str, str]
    problems: tuple[ArgProblem, ...]


def parse(data: bytes) -> ArgFile:
    """Reads the bytes of an `.arg`; never fails, problems are listed."""
    problems: list[ArgProblem] = []
    if data.startswith(b"\xef\xbb\xbf"):
        problems.append(ArgProblem(1, "", "the file starts with a byte order mark", "it is removed on writing", fatal=True))
        data = data[3:]
    text = data.decode("utf-8", "replace")
    if "\r" in text:
        problems.append(
            ArgProblem(1, "", "the lines end in CR LF: bash keeps the CR in every value", "they are written with LF", fatal=True)
        )
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = tuple(text.split("\n")[:-1] if text.endswith("\n") else text.split("\n") if text else ())
    values: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        problem = _read_line(line, number, values)
        if problem:
            problems.append(problem)
    return ArgFile(lines, values, tuple(problems))


def _read_line(line: str, number: int, values: dict[str, str]) -> ArgProblem | None:
    stripped = line.strip()
    if not stripped or stripped.startswith("#"):
        return None

    def problem(reason: str, remedy: str, *, fatal: bool = True) -> ArgProblem:
        return ArgProblem(number, line, reason, remedy, fatal)

    found = _ASSIGN.fullmatch(stripped)
    if not found:
        return problem(*_no_assignment(stripped))
    key, raw = found["key"], found["value"]
    if _UNSAFE_KEYS.fullmatch(key):
        return problem(f"`{key}` would change how earthly.sh itself runs", "remove the line")
    value = _read_value(raw, values)
    if isinstance(value, str):
        again = key in values
        values[key] = value
        return problem(f"`{key}` is set twice, the last one counts", "remove one", fatal=False) if again else None
    return problem(*value.args, fatal=value.fatal)


def _no_assignment(line: str) -> tuple[str, str]:
    if spaced := _SPACED.fullmatch(line):
        told = f"there is more than `=` between `{spaced[1]}` and its value: bash sets nothing, Earthly does"
        return told, "write NAME=value without blanks"
    if dashed := _DASHED.fullmatch(line):
        return f"`{dashed[1]}` is no name: bash would run the line as a command, Earthly stops", "use letters, digits and `_`"
    return "this is no `NAME=value`: bash would run it as a command, Earthly stops", "put `#` before it or remove it"


@dataclass(frozen=True)
class _Refusal:
    args: tuple[str, str]
    fatal: bool = True


def _read_value(raw: str, earlier: Mapping[str, str]) -> str | _Refusal:
    """The value that both readers see, or why they do not agree."""
    quote = "put it in single quotes"
    if raw[:1] in {" ", "\t"}:
        return _Refusal(("there is a blank after `=`: bash sets nothing", "remove the blank"))
    if quoted := _QUOTED.match(raw):
        rest = raw[quoted.end() :]
        apart = rest.strip() and not re.match(r"\s+#", rest)
        after = _Refusal(("text after the closing quote: Earthly cannot read the file", "quote the whole value once"))
        return after if apart else quoted[0][1:-1]
    return _read_bare(raw, earlier, quote)


def _read_bare(raw: str, earlier: Mapping[str, str], quote: str) -> str | _Refusal:
    value = re.split(r"\s+#", raw, maxsplit=1)[0].rstrip()
    if _PLAIN.fullmatch(value):
        return value
    if value[0] == '"' and value[-1:] == '"' and len(value) > 1 and not re.search(r"`|\$\(", value):
        return _expand_quoted(value[1:-1], earlier) or _Refusal(("bash and Earthly read this value differently", quote), fatal=False)
    if value.count("'") % 2 or value.count('"') % 2:
        return _Refusal(("a quote is not closed: bash reads on to the end of the file, Earthly stops", "close it, or remove it"))
    if re.search(r"[;&|<>()`]|\$\(", value):
        return _Refusal(("bash would execute a part of this line", quote))
    if " " in value or "\t" in value:
        return _Refusal(("there is a blank in it: bash would run the second word as a command", quote))
    return _expand(value, earlier) or _Refusal(("bash and Earthly read this value differently", quote), fatal=False)


def _expand_quoted(value: str, earlier: Mapping[str, str]) -> str | None:
    """In double quotes a backslash is read differently; a reference is not, under the same condition as without them."""
    return None if "\\" in value or '"' in value else _expand(value, earlier)


def _expand(value: str, earlier: Mapping[str, str]) -> str | None:
    """`$NAME` of an earlier upper case name is read alike by both, as in the template's IMAGE_REPO=$OS_DISTRIBUTION."""
    names = _REFERENCE.findall(value)
    if not names or any(n not in earlier or not n.isupper() for n in names):
        return None
    expanded = _REFERENCE.sub(lambda m: earlier[m[1]], value)
    return expanded if _PLAIN.fullmatch(expanded) else None


def quote(key: str, value: str) -> str:
    """`value` as it must stand after `KEY=`; InvalidValueError for what cannot be written so that all read the same."""
    if _PLAIN.fullmatch(value):
        return value
    for bad, name in (("'", "a single quote"), ("\\", "a backslash"), ("${", "`${`")):
        if bad in value:
            raise InvalidValueError(
                f"{key}: {name} cannot be written to .arg",
                allowed="any other printable text",
                remedy="bash and Earthly read it differently",
            )
    if any(not c.isprintable() for c in value):
        raise InvalidValueError(f"{key}: a control character or line end cannot be written to .arg", allowed="printable text")
    return f"'{value}'"


def render(current: bytes | None, args: Mapping[str, str], without: tuple[str, ...] = ()) -> bytes:
    """The new file: `args` set in place or added, keys of `without` taken out, all other lines kept as they are. UTF-8, LF."""
    old = parse(current or b"")
    pending = {key: f"{key}={quote(key, value)}" for key, value in args.items()}
    last = {m["key"]: n for n, line in enumerate(old.lines) if (m := _ASSIGN.fullmatch(line.strip()))}
    out: list[str] = []
    for number, line in enumerate(old.lines):
        found = _ASSIGN.fullmatch(line.strip())
        key = found["key"] if found else ""
        if key in without or (key in args and last[key] != number):
            continue
        out.append(pending.pop(key) if key in pending else line)
    if pending:
        if out and out[-1].strip():
            out.append("")
        if not current:
            out.append("# written by canvos-tui")
        out.extend(pending.pop(key) for key in KEY_ORDER if key in pending)
        out.extend(pending.values())
    return ("\n".join(out) + "\n").encode()
