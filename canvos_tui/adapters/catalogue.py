"""Loads the catalogue of known errors, which is data of the package."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

from canvos_tui.adapters.state_folder import config_root
from canvos_tui.core.diagnosis.catalogue import Catalogue, parse_catalogue, parse_entry
from canvos_tui.core.errors import CanvosError, FilesError

_REMEDY = "install canvos-tui again; a file of it is damaged"


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that came with this version; CanvosError when it is missing or damaged."""
    try:
        text = files("canvos_tui.core.diagnosis").joinpath("known_errors.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CanvosError(f"the catalogue of known errors cannot be read: {error}", remedy=_REMEDY) from None
    return catalogue_of(text, proven=True)


def users_file(environ: Mapping[str, str]) -> Path | None:
    """`$XDG_CONFIG_HOME/canvos-tui/known_errors.yaml`, by default below ~/.config; None where there is none."""
    with suppress(FilesError):
        path = config_root(environ) / "known_errors.yaml"
        return path if path.is_file() else None
    return None


def with_own(known: Catalogue, path: Path) -> Catalogue:
    """The catalogue with the entries of a file of the user's; one with a known id takes its place. CanvosError names line and reason."""
    import yaml

    remedy = "correct the file, or leave it out"
    try:
        text = path.read_text(encoding="utf-8")
        root, items = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise CanvosError(f"{path} cannot be read: {error}", remedy=remedy) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise CanvosError(f"{path}{where}: no YAML: {getattr(error, 'problem', error)}", remedy=remedy) from None
    if not isinstance(items, list) or not isinstance(root, yaml.SequenceNode):
        raise CanvosError(f"{path}, line 1: no list of entries", remedy=remedy)
    own = {}
    for number, (node, item) in enumerate(zip(root.value, items, strict=True), 1):
        try:
            entry = parse_entry(item, number)
        except CanvosError as error:
            raise CanvosError(f"{path}, line {node.start_mark.line + 1}: {error}", remedy=remedy) from None
        own[entry.id] = entry
    return Catalogue([*own.values(), *(entry for entry in known.entries if entry.id not in own)], known.regions)


def catalogue_of(text: str, *, proven: bool = False) -> Catalogue:
    """The catalogue of a YAML document; `proven` as in `parse_catalogue`."""
    import yaml  # only now: it takes as long as all else that the first screen waits for

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with it
    try:
        data = yaml.load(text, Loader=loader)  # noqa: S506  both loaders are safe ones
    except yaml.YAMLError as error:
        raise CanvosError(f"the catalogue of known errors is no YAML: {error}", remedy=_REMEDY) from None
    return parse_catalogue(data, proven=proven, regions=_regions)


@cache
def _regions() -> frozenset[str]:
    """Those of the SDK's own list, which is read when a line names one that could not be reached."""
    from canvos_tui.adapters.aws.account import regions

    return frozenset(regions())
