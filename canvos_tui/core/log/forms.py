"""Logs as people have them: a build server's stamps before each line, a recorded terminal, other encodings. What comes out is the bare log.

No line is added or taken away by the stamps, so that the numbers of the lines stay those of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from canvos_tui.core.errors import FilesError

HEAD = 1 << 16  # bytes by which the form is recognised
_LOOKED_AT, _MOST = 60, 0.7  # lines of them, and how many of these must have the same stamp
_BINARY = 0.1  # so many control characters, and bytes that are none of a text, make it no text
_TEXTUAL = bytes({7, 8, 9, 10, 12, 13, 27} | set(range(32, 256)))
STAMPS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        # GitHub and GitLab
        rb"^(?:[^\t\n]{1,80}\t[^\t\n]{1,120}\t)?\xef?\xbb?\xbf?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z (?:\d\d[OE][+ ]?)?",
        rb"^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)\] ",  # Jenkins
        rb"^\[?\d\d:\d\d:\d\d(?:\.\d{1,6})?\]?  ?(?=\S| )",  # Jenkins, and `ts` with a short form
        rb"^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:[\w.-]{1,64} [\w./@-]{1,64}(?:\[\d+\])?: )?",  # the journal, and `ts`
        rb"^[\w.-]{1,40} {1,30}\| (?= *[\w+./:-]+ \| | (?:Init|Build) )",  # compose
    )
)
_SECTION = re.compile(rb"^section_(?:start|end):\d+:\S*\r(?:\x1b\[0K)?", re.MULTILINE)
_SECTION_MARK = b"section_"


def bare(parts: Iterable[bytes], joined: Callable[[Iterable[bytes]], Iterator[bytes]] = iter) -> Iterator[bytes]:
    """The log within these parts of a file; FilesError for what is no text at all. `joined` joins lines that a terminal broke."""
    source = iter(parts)
    head = _head(source)
    encoding = _encoding(head)
    if encoding:
        yield from joined(_decoded(head, source, encoding))
        return
    if head and _is_binary(head):
        raise FilesError("this is no text but something binary", remedy="name the log of a build, as text, gzip or zip")
    if head.startswith(b'{"version": ') and b'"width"' in head.partition(b"\n")[0]:
        yield from _cast(head, source)
        return
    source = joined(_plain(head, source))
    head = _head(source)
    stamp = _stamp(head)
    yield from _without(stamp, head, source) if stamp is not None else _plain(head, source)


def _head(source: Iterator[bytes]) -> bytes:
    head = b""
    for part in source:
        head += part
        if len(head) >= HEAD:
            break
    return head


def _is_binary(head: bytes) -> bool:
    """Whether this is no text. Zeros say nothing: a log that was emptied while it was written begins with as many as it had bytes."""
    told = head.replace(b"\0", b"")
    strange = len(told.translate(None, _TEXTUAL)) + told.decode("utf-8", "replace").count("\ufffd")
    return not told or strange > _BINARY * len(told)


def _plain(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from rest


def _encoding(head: bytes) -> str:
    """The name of an encoding of two bytes for each character; empty for the usual one."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = (head[:4000][half::2] for half in (0, 1))
    if len(odd) > 20 and odd.count(0) > 0.8 * len(odd) and even.count(0) < _BINARY * len(even):
        return "utf-16-le"
    return "utf-16-be" if len(odd) > 20 and even.count(0) > 0.8 * len(even) and odd.count(0) < _BINARY * len(odd) else ""


def _decoded(head: bytes, rest: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    import codecs

    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for part in (head, *rest):
        yield decoder.decode(part).encode("utf-8", "replace")


def _stamp(head: bytes) -> re.Pattern[bytes] | None:
    """What stands before nearly each line; None for a bare log."""
    lines = [line for line in head.split(b"\n") if line.strip()][:_LOOKED_AT]
    if len(lines) < 3:
        return None
    return next((stamp for stamp in STAMPS if sum(stamp.match(line) is not None for line in lines) >= _MOST * len(lines)), None)


def _without(stamp: re.Pattern[bytes], head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """The same without the stamps. Only whole lines are looked at."""
    kept = b""
    for part in (head, *rest):
        whole, newline, kept = (kept + part).rpartition(b"\n")
        if newline:
            yield _clean(stamp, whole + newline)
    yield _clean(stamp, kept)


def _clean(stamp: re.Pattern[bytes], data: bytes) -> bytes:
    data = stamp.sub(b"", data)
    return _SECTION.sub(b"", data) if _SECTION_MARK in data else data


def _cast(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """What a recording of asciinema shows: the output of each event."""
    kept = b""
    for part in (head, *rest, b"\n"):
        *lines, kept = (kept + part).split(b"\n")
        for line in lines:
            yield _shown(line)


def _shown(line: bytes) -> bytes:
    try:
        event = json.loads(line)
    except ValueError:
        return b""
    if isinstance(event, list) and len(event) == 3 and event[1] == "o" and isinstance(event[2], str):
        return event[2].encode("utf-8", "replace")
    return b""
