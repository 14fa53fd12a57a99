"""Prunes one list of `k8s_version.json` and leaves every other byte of the file as it was (guide step 14).

The file is read only by `+build-provider-images`; the AMI target does not look at it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

_SPACE = pattern(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_MINOR = pattern(r"(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class Span:
    """Where a distribution's list stands in the text: from `[` to after `]`, and each element's own place."""

    start: int
    end: int
    elements: tuple[tuple[int, int], ...]
    versions: tuple[str, ...]


def parse(text: str) -> Mapping[str, Span]:
    """The distributions in the order of the file; InvalidValueError when it is not an object of lists of texts."""
    try:
        return dict(_spans(text))
    except (ValueError, IndexError) as error:
        problem = error if isinstance(error, json.JSONDecodeError) else "it is not an object of lists"
        raise InvalidValueError(
            f"k8s_version.json cannot be read: {problem}", remedy="restore it with: git checkout -- k8s_version.json"
        ) from None


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _expect(text: str, at: int, char: str) -> int:
    at = _skip(text, at)
    if text[at] != char:
        raise ValueError(f"`{char}` expected at character {at}")
    return at + 1


def _spans(text: str) -> Iterator[tuple[str, Span]]:
    json.loads(text)  # one well-worded error for what is not JSON at all
    at = _expect(text, 0, "{")
    if text[_skip(text, at)] == "}":
        return
    while True:
        key, at = _DECODER.raw_decode(text, _skip(text, at))
        at = _expect(text, at, ":")
        span = _list(text, _skip(text, at))
        yield key, span
        at = _skip(text, span.end)
        if text[at] == "}":
            return
        at = _expect(text, at, ",")


def _list(text: str, start: int) -> Span:
    at = _expect(text, start, "[")
    elements: list[tuple[int, int]] = []
    versions: list[str] = []
    while text[_skip(text, at)] != "]":
        if elements:
            at = _expect(text, at, ",")
        begin = _skip(text, at)
        value, at = _DECODER.raw_decode(text, begin)
        if not isinstance(value, str):
            raise ValueError("a version is no text")  # noqa: TRY004  caught with its kin in parse()
        elements.append((begin, at))
        versions.append(value)
    return Span(start, _skip(text, at) + 1, tuple(elements), tuple(versions))


def prune(text: str, distribution: str, keep: tuple[str, ...]) -> str:
    """The text with only `keep` in that distribution's list, in the file's order and layout; all else byte for byte."""
    spans = parse(text)
    if distribution not in spans:
        raise InvalidValueError(f"`{distribution}` is not in k8s_version.json", allowed=", ".join(spans))
    span = spans[distribution]
    unknown = [v for v in keep if v not in span.versions]
    if unknown:
        raise InvalidValueError(f"`{unknown[0]}` is not a version of {distribution}", allowed=", ".join(span.versions[-6:]))
    if not keep:
        raise InvalidValueError("nothing would be kept", allowed="one version or more", remedy="keep at least one")
    first, last = span.elements[0], span.elements[-1]
    head, tail = text[span.start : first[0]], text[last[1] : span.end]
    body = ""
    for n, ((begin, end), version) in enumerate(zip(span.elements, span.versions, strict=True)):
        if version in keep:  # each kept version brings the separator that stood before it, odd blanks included
            body += (text[span.elements[n - 1][1] : begin] if body else "") + text[begin:end]
    return text[: span.start] + head + body + tail + text[span.end :]


def newest_first(versions: tuple[str, ...]) -> tuple[str, ...]:
    """The versions by number, newest first; what is no x.y.z comes last."""

    def key(version: str) -> tuple[int, ...]:
        found = _MINOR.fullmatch(version)
        return tuple(int(g) for g in found.groups()) if found else (-1,)

    return tuple(sorted(versions, key=key, reverse=True))


def newest_of_each_minor(versions: tuple[str, ...]) -> tuple[str, ...]:
    """One version per x.y, the newest, in the order given."""
    best: dict[str, str] = {}
    for version in newest_first(versions):
        best.setdefault(version.rsplit(".", 1)[0], version)
    return tuple(v for v in versions if v in best.values())
