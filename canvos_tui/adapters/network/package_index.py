"""Asks pip of this Python for the newest release of a distribution, of whatever index that pip is set up with: nobody else is asked."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from canvos_tui.adapters.programs import Program
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.masking.outlet import shown
from canvos_tui.core.secret import without_keys

PATIENCE = 20.0  # seconds


async def newest(name: str, environ: Mapping[str, str], python: str = sys.executable, limit: float = PATIENCE) -> str:
    """Its version; CanvosError says why it is not known: no pip here, no such distribution there, no answer."""
    words = ("-m", "pip", "--disable-pip-version-check", "--no-input", "index", "versions", name)
    try:
        ended = await Program((python, *words), without_keys(environ)).run(limit)
    except TimeoutError:
        raise CanvosError(f"the package index gave no answer within {limit:.0f} s") from None
    except OSError as error:
        raise CanvosError(f"this Python cannot be started: {error.strerror}") from None
    out, err = (text.decode("utf-8", "replace") for text in (ended.out, ended.err))
    if ended.code == 0 and (found := re.match(rf"{re.escape(name)} \(([0-9A-Za-z.+!-]{{1,40}})\)", out)):
        return found[1]
    if "No module named pip" in err:
        raise CanvosError("there is no pip beside this program to ask the index with")
    why = next((line.removeprefix("ERROR: ") for line in err.splitlines() if line.startswith("ERROR: ")), "pip said nothing that is known")
    raise CanvosError(shown(why)[:200])
