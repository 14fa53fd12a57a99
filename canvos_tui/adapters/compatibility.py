"""Loads the vendor's compatibility matrix, which is data of the package."""

from __future__ import annotations

import json
from functools import cache
from pkgutil import get_data

from canvos_tui.core.checkout.compatibility import Matrix, Row
from canvos_tui.core.errors import CanvosError


@cache
def load_matrix() -> Matrix:
    """The matrix that came with this version; CanvosError when it is missing or damaged."""
    try:
        # importlib.resources would load zipfile and more, and the first page waits for this
        data = json.loads(get_data("canvos_tui.core.checkout", "compatibility.json") or b"")
        return Matrix(data["date"], tuple(Row(row["palette"], row["canvos"]) for row in data["rows"]))
    except (OSError, ValueError, KeyError, TypeError) as error:  # JSON's and UTF-8's own errors are ValueErrors
        raise CanvosError(
            f"the compatibility matrix cannot be read: {error}", remedy="install canvos-tui again; a file of it is damaged"
        ) from None
