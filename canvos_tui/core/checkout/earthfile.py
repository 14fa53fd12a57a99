"""What a tag's Earthfile says of itself: its target for AWS, its versions, its arguments. It is read, never run."""

from __future__ import annotations

import re

from canvos_tui.core.checkout.distributions import NO_NAMES, Distributions, read_distributions
from canvos_tui.core.values import dataclass

TARGET = "aws-cloud-image"

_TARGET_LINE = re.compile(rf"^{re.escape(TARGET)}:", re.MULTILINE)
_ARG_LINE = re.compile(r"^ARG[ \t]+(?:--\w+[ \t]+)*(\w+)=[\"']?([^\s\"']+)", re.MULTILINE)


@dataclass(frozen=True)
class Earthfile:
    """The facts that we read from a tag's Earthfile."""

    has_target: bool
    pe_version: str = ""
    kairos_version: str = ""
    systems: Distributions = NO_NAMES


def read_earthfile(text: str | None) -> Earthfile:
    """The target and the versions in an Earthfile's text; None stands for a tag without an Earthfile."""
    if text is None:
        return Earthfile(has_target=False)
    args: dict[str, str] = {}
    for name, value in _ARG_LINE.findall(text):
        args.setdefault(name, value)
    return Earthfile(
        has_target=_TARGET_LINE.search(text) is not None,
        pe_version=args.get("PE_VERSION", ""),
        kairos_version=args.get("KAIROS_VERSION", ""),
        systems=read_distributions(text),
    )


def read_args(text: str) -> tuple[str, ...]:
    """Names of all build arguments that an Earthfile declares, in order, each once."""
    return tuple(dict.fromkeys(re.findall(r"^[ \t]*ARG[ \t]+(?:--\w+[ \t]+)*(\w+)", text, re.MULTILINE)))
