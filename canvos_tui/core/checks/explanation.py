"""All about one check, for whoever has only its id: what it is, why it matters, how it asks, what is behind a bad answer and what helps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checks.check import Check, Severity
from canvos_tui.core.checks.doc_links import read_on
from canvos_tui.core.checks.routes import on_route
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.values import dataclass

_SEVERITY = {
    Severity.REQUIRED: "required: a build is not started while it fails",
    Severity.RECOMMENDED: "recommended: a build starts without it",
    Severity.INFO: "for information: nothing hangs on it",
}


@dataclass(frozen=True)
class Explanation:
    """How a check asks, and the usual causes of a bad answer, each with what helps."""

    asked: str
    causes: tuple[tuple[str, str], ...]


def parse_explanations(data: object) -> dict[str, Explanation]:
    """By the check's id; CanvosError names the one that is not as it should be."""
    if not isinstance(data, dict):
        raise CanvosError("the explanations of the checks are no mapping")
    return {str(name): _parsed(str(name), item) for name, item in data.items()}


def _parsed(name: str, item: Any) -> Explanation:
    if not isinstance(item, dict) or item.keys() != {"asked", "causes"} or not isinstance(item["causes"], dict):
        raise CanvosError(f"the explanation of {name} needs `asked` and `causes`, and nothing else")
    texts = [item["asked"], *item["causes"], *item["causes"].values()]
    if not item["causes"] or not all(isinstance(text, str) and text for text in texts):
        raise CanvosError(f"the explanation of {name} has something that is no text")
    return Explanation(item["asked"], tuple(item["causes"].items()))


def routes_of(check: Check) -> tuple[str, ...]:
    """The routes on which it is asked."""
    return tuple(route.value for route in Route if on_route(check, route))


def page(check: Check, told: Explanation) -> Iterator[str]:
    """The page as lines of text."""
    yield f"{check.id}  {check.title}"
    yield ""
    yield f"Why      {_sentence(check.why)}"
    yield f"Guide    {check.source}"
    yield f"Counts   {_SEVERITY[check.severity]}"
    yield f"Routes   {', '.join(routes_of(check))}"
    yield f"Asked    {told.asked}"
    yield f"Limit    {check.limit:.0f} s, then the answer is unknown"
    if check.needs:
        yield f"Needs    {', '.join(check.needs)}: it is asked once they have passed"
    yield ""
    yield "What is behind a bad answer, and what helps:"
    for cause, fix in told.causes:
        yield f"  * {cause}."
        yield f"    {fix}"
    yield ""
    yield from (f"Read on  {url}" for url in read_on(check))
    yield f"Ask now  canvos-tui doctor --plain --only {check.id}"


def markdown_page(check: Check, told: Explanation) -> Iterator[str]:
    """The same for a document."""
    needs = f" It is asked once {', '.join(check.needs)} passed." if check.needs else ""
    yield f"## {check.id}: {check.title}"
    yield ""
    yield f"{_sentence(check.why)} ({check.source}; {_SEVERITY[check.severity]}; routes: {', '.join(routes_of(check))})"
    yield ""
    yield f"**How it asks.** {told.asked} After {check.limit:.0f} s without an answer it is unknown.{needs}"
    yield ""
    yield "| What is behind a bad answer | What helps |"
    yield "|--|--|"
    yield from (f"| {_cell(cause)} | {_cell(fix)} |" for cause, fix in told.causes)
    yield ""
    yield from (f"<{url}>" for url in read_on(check))


def data_of(check: Check, told: Explanation) -> Mapping[str, Any]:
    """The same for a program."""
    return {
        "id": check.id,
        "title": check.title,
        "category": check.category,
        "severity": check.severity.value,
        "guide_ref": check.source.replace(" ", "/", 1),
        "why": check.why,
        "routes": list(routes_of(check)),
        "asked": told.asked,
        "limit_seconds": check.limit,
        "depends_on": list(check.needs),
        "causes": [{"cause": cause, "fix": fix} for cause, fix in told.causes],
        "docs": list(read_on(check)),
    }


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
