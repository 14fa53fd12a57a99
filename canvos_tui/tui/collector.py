"""Python's search for garbage, put off until the first page stands.

Nothing is thrown away while modules are loaded, and each search would walk over all of them: a tenth of the time to the first key.
"""

from __future__ import annotations

import gc


def hold() -> None:
    """No search until `release`."""
    gc.disable()


def release() -> None:
    """Searches again, but not in what was loaded while it was held: that stays as long as the program. Nothing where none was held."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
