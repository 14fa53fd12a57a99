"""Asks pip for the newest release of a distribution: that of this Python, or of the PATH where it has none (pipx, uv)."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping

from canvos_tui.adapters.programs import Ended, Program
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.masking.outlet import shown
from canvos_tui.core.secret import without_keys

PATIENCE = 20.0  # seconds
_NO_PIP = b"No module named pip"


async def newest(name: str, environ: Mapping[str, str], python: str = sys.executable, limit: float = PATIENCE) -> str:
    """Its version; CanvosError says why it is not known: no pip here, no such distribution there, no answer."""
    own, other = (python, "-m", "pip"), shutil.which("pip", path=environ.get("PATH", ""))
    ended = await _asked(own, name, environ, limit)
    if _NO_PIP in ended.err and other is not None:
        ended = await _asked((other,), name, environ, limit)
    out, err = (text.decode("utf-8", "replace") for text in (ended.out, ended.err))
    if ended.code == 0 and (found := re.match(rf"{re.escape(name)} \(([0-9A-Za-z.+!-]{{1,40}})\)", out)):
        return found[1]
    if _NO_PIP in ended.err:
        raise CanvosError("there is no pip, beside this program or on the PATH, to ask the index with")
    why = next((line.removeprefix("ERROR: ") for line in err.splitlines() if line.startswith("ERROR: ")), "pip said nothing that is known")
    raise CanvosError(shown(why)[:200])


async def _asked(pip: tuple[str, ...], name: str, environ: Mapping[str, str], limit: float) -> Ended:
    words = (*pip, "--disable-pip-version-check", "--no-input", "index", "versions", name)
    try:
        return await Program(words, without_keys(environ)).run(limit)
    except TimeoutError:
        raise CanvosError(f"the package index gave no answer within {limit:.0f} s") from None
    except OSError as error:
        raise CanvosError(f"{pip[0]} cannot be started: {error.strerror}") from None
