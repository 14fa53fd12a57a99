"""What is hidden on request in a report or a bundle, beside the secrets, which always are: a list of kinds."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from canvos_tui.core.ports import Ports


def kinds(text: str) -> tuple[str, ...]:
    """The kinds of a list with commas."""
    from canvos_tui.core.bundle.placeholders import KINDS
    from canvos_tui.core.text import nearest

    found = tuple(word.strip() for word in text.split(",") if word.strip())
    for word in found:
        if word not in KINDS:
            near = nearest(word, KINDS)
            hint = f"did you mean `{near}`?" if near else f"there are {', '.join(KINDS)}"
            raise argparse.ArgumentTypeError(f"`{word[:40]}` cannot be masked; {hint}")
    return found


class Hidden:
    """Puts placeholders in the place of the kinds of a list, the same for the same value in all that is printed."""

    def __init__(self, wanted: tuple[str, ...] = ()) -> None:
        from canvos_tui.core.bundle.placeholders import Placeholders

        self._wanted = wanted
        self._places = Placeholders(wanted, {})

    def know(self, ports: Ports, folder: Path | None, bucket: str) -> None:
        """Takes in the values of this machine, of that checkout and bucket."""
        from canvos_tui.core.bundle.placeholders import Placeholders, names_here

        if self._wanted:
            here = names_here(ports.environ, dict(ports.about()).get("host", ""))
            paths = (*here["path"], *((str(folder),) if folder is not None else ()))
            self._places = Placeholders(self._wanted, {**here, "path": paths, "bucket": (bucket,)})

    def text(self, text: str) -> str:
        """The text without them."""
        if not self._wanted:
            return text
        self._places.learn(text)
        return self._places.replaced(text)[0]

    def data(self, data: Any) -> Any:
        """Plain data without them, its names and its form as before."""
        return json.loads(self.text(json.dumps(data, ensure_ascii=False))) if self._wanted else data
