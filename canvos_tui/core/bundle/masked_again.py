"""A bundle with everything in it masked once more, by form: who made it masked it, and nobody here has seen that."""

from __future__ import annotations

import json
from collections.abc import Iterator

from canvos_tui.core.bundle.archive import Opened
from canvos_tui.core.bundle.contents import LOG
from canvos_tui.core.masking.outlet import Outlet
from canvos_tui.core.masking.redactor import Redactor


def masked_again(opened: Opened) -> Opened:
    """The same bundle, fit to be shown; a file that is no longer JSON stays one that is not."""
    outlet = Outlet()
    return Opened(outlet.data(opened.manifest), {name: _masked(name, data, outlet) for name, data in opened.files.items()})


def _masked(name: str, data: bytes, outlet: Outlet) -> bytes:
    if name == LOG:  # a log view shows its colours, and no other sequence
        redactor = Redactor()
        return redactor.feed(data) + redactor.flush()
    text = data.decode("utf-8", "replace")
    if name.endswith(".json"):
        return _document(text, outlet).encode("utf-8", "replace")
    if name.endswith(".jsonl"):
        return "".join(f"{line}\n" for line in _lines(text, outlet)).encode("utf-8", "replace")
    return outlet.text(text).encode("utf-8", "replace")


def _document(text: str, outlet: Outlet) -> str:
    try:
        return json.dumps(outlet.data(json.loads(text)), ensure_ascii=False, indent=1) + "\n"
    except (ValueError, RecursionError):
        return outlet.text(text)


def _lines(text: str, outlet: Outlet) -> Iterator[str]:
    for line in text.splitlines():
        try:
            yield json.dumps(outlet.data(json.loads(line)), ensure_ascii=False, separators=(",", ":"))
        except (ValueError, RecursionError):
            yield outlet.text(line)
