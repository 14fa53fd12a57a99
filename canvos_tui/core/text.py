"""Numbers in the words of screens: sizes, durations, ages; lines as wide as a terminal; the word that somebody probably meant."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from difflib import get_close_matches

GB, GIB = 10**9, 1024**3  # bytes; disks are sold in the first, AWS counts in the second


def size(count: int) -> str:
    """Bytes with a decimal unit, such as `4.1 GB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def elapsed(seconds: float) -> str:
    """`0:48`, `12:31` or `1:02:03`."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"


def ago(now: datetime, then: datetime) -> str:
    """`12 s ago`, `5 min ago`, `2 h ago`, `30 h ago`, `3 days ago`: a unit from two of it on, so that what is older never looks younger."""
    seconds = max(0, int((now - then).total_seconds()))
    for unit, name in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name} ago"
    return f"{seconds} s ago"


def clip(text: str, width: int) -> str:
    """At most `width` characters, with `...` in place of the rest."""
    return text if len(text) <= width else text[: max(0, width - 3)] + "..."


def middle(text: str, width: int) -> str:
    """At most `width` characters, the middle left out: for paths, whose two ends tell most."""
    if len(text) <= width:
        return text
    head = (width - 3) // 3
    return text[:head] + "..." + text[len(text) - (width - 3 - head) :]


def at_home(path: str, home: str) -> str:
    """The path with `~` for the user's own folder."""
    return f"~{path[len(home) :]}" if home and f"{path}/".startswith(f"{home.rstrip('/')}/") else path


def one_line(name: str) -> str:
    """A name for a list of one name a line: a line feed in it stands as `\\n`."""
    return name.replace("\n", "\\n")


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """The known word that somebody probably meant, "" when none is near; `likeness` is from 0 to 1."""
    return next(iter(near(word, known, 1, likeness)), "")


def near(word: str, known: Iterable[str], most: int, likeness: float) -> tuple[str, ...]:
    """The known words that are at least that much like it, the nearest first."""
    return tuple(get_close_matches(word, list(known), most, likeness))


class Whole(str):
    """A line to be copied, a command or an address: it is never folded."""

    __slots__ = ()


_LABEL = re.compile(r"\s*\S+(?: \S+)?\s{2,}")


def folded(lines: Iterable[str], width: int) -> Iterator[str]:
    """The lines, those longer than `width` folded between words, what goes on below the text behind a label; 0 folds nothing."""
    for line in lines:
        if not width or len(line) <= width or isinstance(line, Whole):
            yield line
            continue
        found = _LABEL.match(line)
        hang = found.end() if found and found.end() <= width // 3 else len(line) - len(line.lstrip()) or 2
        yield from textwrap.wrap(line, width, subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False)
