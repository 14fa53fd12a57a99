"""What a tag's Earthfile says of itself: its target for AWS, its versions, its arguments. It is read, never run."""

from __future__ import annotations

import re

from canvos_tui.core.checkout.distributions import NO_NAMES, Distributions, read_distributions
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

TARGET = "aws-cloud-image"
MOST = 4_000_000  # bytes of an Earthfile that are read; the largest of CanvOS is a fiftieth of that
LINKED, LOST, TOO_LARGE = "is a link to outside", "is a link to nothing", f"is larger than {MOST // 1_000_000} MB"

_OPTIONS = r"(?:--[\w-]+(?:=\S+)?[ \t]+)*"
_ARG_LINE = pattern(rf"^ARG[ \t]+{_OPTIONS}(\w+)[ \t]*=[ \t]*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s\"']+))", re.MULTILINE)
_ARG_NAME = pattern(rf"^[ \t]*ARG[ \t]+{_OPTIONS}(\w+)", re.MULTILINE)
_REQUIRED = pattern(rf"^([ \t]*)ARG[ \t]+(?=[^\n]*--required\b){_OPTIONS}(\w+)[ \t]*$", re.MULTILINE)
_REFERENCE = pattern(r"\$(?:\{(\w+)\}|(\w+))")
_TARGETS = pattern(r"^([a-z][\w.-]*):[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_COPY = pattern(r"^[ \t]+COPY[ \t]+((?:[^\n\\]|\\\n)+)$", re.MULTILINE)
_OF_AWS = frozenset({"aws", "ami", "ec2"})


@dataclass(frozen=True)
class Earthfile:
    """What the files of a tag say of step 16.

    `flaw` is why nothing can be read in the Earthfile, the rest of a sentence about it. `near` is the target that looks like one for AWS
    where TARGET is missing. `required` are arguments that stop every build without a value, `copies` the files that TARGET takes from
    the checkout. What is beside the Earthfile: `lacks` are files that step 16 needs and the tag has not, `bakes` says whether it builds
    with docker-bake, `unsaid` and `traces` are what the import script says of itself, `template` the names of .arg.template, which
    is read of a checkout only.
    """

    has_target: bool
    pe_version: str = ""
    kairos_version: str = ""
    systems: Distributions = NO_NAMES
    flaw: str = ""
    near: str = ""
    args: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    bakes: bool = False
    unsaid: tuple[str, ...] = ()
    traces: bool = False
    template: tuple[str, ...] = ()

    @property
    def script(self) -> str:
        """The import script among the files that TARGET copies; empty where none is copied."""
        return next((path for path in self.copies if path.endswith(".sh")), "")


def read_earthfile(data: bytes | None) -> Earthfile:
    """What stands in an Earthfile; None stands for a tag without one."""
    if data is None:
        return Earthfile(has_target=False)
    if flaw := _flaw(data):
        return Earthfile(has_target=False, flaw=flaw)
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    targets = list(_TARGETS.finditer(text))
    values = _values(text)
    recipe = _recipe(text, targets)
    first = targets[0].start() if targets else len(text)
    return Earthfile(
        has_target=recipe is not None,
        pe_version=values.get("PE_VERSION", ""),
        kairos_version=values.get("KAIROS_VERSION", ""),
        systems=read_distributions(text),
        near=_near([found[1] for found in targets]) if recipe is None else "",
        args=read_args(text),
        required=_required(text[:first], recipe or ""),
        copies=_copies(recipe or ""),
    )


def _flaw(data: bytes) -> str:
    if not data.strip():
        return "is empty"
    if len(data) > MOST:
        return TOO_LARGE
    return "is no text" if b"\0" in data else ""


def _values(text: str) -> dict[str, str]:
    """The defaults of the arguments of the whole file, references to earlier ones written out; the first of a name counts."""
    values: dict[str, str] = {}
    for name, *spelled in _ARG_LINE.findall(text):
        value = _REFERENCE.sub(lambda m: values.get(m[1] or m[2], m[0]), next(filter(None, spelled), ""))
        values.setdefault(name, value)
    return values


def _recipe(text: str, targets: list[re.Match[str]]) -> str | None:
    """The lines of TARGET; None where there is no such target."""
    for at, found in enumerate(targets):
        if found[1] == TARGET:
            return text[found.end() : targets[at + 1].start() if at + 1 < len(targets) else len(text)]
    return None


def _near(targets: list[str]) -> str:
    return next((name for name in targets if _OF_AWS & set(re.split(r"[._-]", name))), "")


def _required(head: str, recipe: str) -> tuple[str, ...]:
    """Those of the base recipe and of TARGET that stand under no condition."""
    plain = min((len(found[1]) for found in re.finditer(r"^([ \t]+)\S", recipe, re.MULTILINE)), default=0)
    of_head = (name for indent, name in _REQUIRED.findall(head) if not indent)
    of_recipe = (name for indent, name in _REQUIRED.findall(recipe) if len(indent) == plain)
    return tuple(dict.fromkeys((*of_head, *of_recipe)))


def _copies(recipe: str) -> tuple[str, ...]:
    """Plain paths of the checkout: no artifact of another target, no pattern, nothing that may be missing."""
    found = []
    for line in _COPY.findall(recipe):
        words = line.replace("\\\n", " ").split()
        if "--if-exists" not in words:
            found += [word for word in words[:-1] if re.fullmatch(r"[A-Za-z0-9_.][\w./-]*", word) and ".." not in word]
    return tuple(dict.fromkeys(found))


def read_args(text: str) -> tuple[str, ...]:
    """Names of all build arguments that an Earthfile declares, in order, each once."""
    return tuple(dict.fromkeys(_ARG_NAME.findall(text)))
