"""Loads what is told of the checks, which is data of the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from canvos_tui.core.checks.explanation import Explanation, parse_explanations
from canvos_tui.core.errors import CanvosError


@cache
def load_explanations() -> dict[str, Explanation]:
    """By the check's id; CanvosError when the file is missing or damaged."""
    import yaml

    try:
        text = files("canvos_tui.core.checks").joinpath("explanations.yaml").read_text(encoding="utf-8")
        return parse_explanations(yaml.safe_load(text))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = f"the explanations of the checks cannot be read: {error}"
        raise CanvosError(reason, remedy="install canvos-tui again; a file of it is damaged") from None
