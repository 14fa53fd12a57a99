"""Loads the catalogue of known errors, which is data of the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from canvos_tui.core.diagnosis.catalogue import Catalogue, parse_catalogue
from canvos_tui.core.errors import CanvosError

_REMEDY = "install canvos-tui again; a file of it is damaged"


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that came with this version; CanvosError when it is missing or damaged."""
    try:
        text = files("canvos_tui.core.diagnosis").joinpath("known_errors.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CanvosError(f"the catalogue of known errors cannot be read: {error}", remedy=_REMEDY) from None
    return catalogue_of(text)


def catalogue_of(text: str) -> Catalogue:
    """The catalogue of a YAML document."""
    import yaml  # only now: it takes as long as all else that the first screen waits for

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with it
    try:
        data = yaml.load(text, Loader=loader)  # noqa: S506  both loaders are safe ones
    except yaml.YAMLError as error:
        raise CanvosError(f"the catalogue of known errors is no YAML: {error}", remedy=_REMEDY) from None
    return parse_catalogue(data)
