"""Check results as text for people: on a terminal, in a chat, in a ticket. No escape codes, and what looks like a secret is masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from canvos_tui.core.checks.check import CheckAnswer, CheckResult, Evidence
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.report_head import About, head
from canvos_tui.core.errors import Remedy
from canvos_tui.core.masking.redactor import mask_text
from canvos_tui.core.status import Status
from canvos_tui.core.text import Whole, clip, folded

SHORT_LINES = 15
_WIDTH = 140  # characters of a line in a chat
_PIECES, _SAID_LINES, _SAID = (
    2,
    3,
    120,
)  # of the evidence in a text: questions, the last of which decided, lines of an answer, characters of a line
_WORDS = {"ready": "READY", "not_ready": "NOT READY", "undetermined": "READY SO FAR"}
_ORDER = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS, Status.SKIP)
LOUD = (Status.FAIL, Status.UNKNOWN, Status.WARN)


def headline(report: Report) -> str:
    """The verdict, the numbers, and the first failure or what is open: what a support engineer reads first."""
    first = first_line(report)
    return verdict_words(report) + (f" - {first}" if first else "")


def verdict_words(report: Report) -> str:
    """The verdict in capitals and the numbers of each status; `CHECKING` while nothing that was asked so far has failed."""
    counts = "  ".join(f"{n} {s.value}" for s in _ORDER if (n := report.count(s)))
    asking = not report.done and report.first_failure is None
    return f"{'CHECKING' if asking else verdict_word(report)}  {counts}"


def verdict_word(report: Report) -> str:
    """The verdict in capitals; nothing is ready, not even so far, as long as no check passed."""
    nothing = report.verdict == "undetermined" and not report.count(Status.PASS)
    return "UNDETERMINED" if nothing else _WORDS[report.verdict]


def first_line(report: Report) -> str:
    """The first failure in one line, else how many required checks have no answer and the first of them; empty when there is neither."""
    failed, unanswered, (cause, count) = report.first_failure, report.unanswered, report.shared
    if failed is not None and failed.answer.cause != cause:
        return f"first: {failed.check.id}  {plain(failed.answer.observed)}"
    if cause:
        return f"{count} answers have one cause: {plain(cause)}"
    if failed is not None:
        return f"first: {failed.check.id}  {plain(failed.answer.observed)}"
    if not unanswered or not report.done:
        return ""
    result = report.results.get(unanswered[0].id)
    why = plain(result.answer.observed) if result is not None else "not asked"
    return f"{len(unanswered)} required without an answer, first: {unanswered[0].id}  {why}"


def judged(folder: Path | None) -> tuple[str, ...]:
    """Which checkout was judged, in a line; none where there is no folder to judge."""
    return (f"checkout  {plain(str(folder), masked=False)}",) if folder is not None else ()


def _begins(folder: Path | None, about: About | None) -> tuple[str, ...]:
    return tuple(plain(line, masked=False) for line in head(about)) if about is not None else judged(folder)


def text(
    report: Report, folder: Path | None = None, about: About | None = None, since: Mapping[str, str] | None = None, width: int = 0
) -> str:
    """Everything that did not pass in full, what waits and what passed in a line per category; the second line names the checkout.

    With `about` the machine, the versions and where the answers came from stand under it; `since` holds, by id, when a check passed last.
    Lines longer than `width` are folded, 0 folds none.
    """
    lines = [headline(report), *_begins(folder, about)]
    for result in report.ordered():
        if result.status in LOUD:
            lines += ["", *block(result)]
            lines += [f"     last   {since[result.check.id]}"] if since and result.check.id in since else []
            lines += [f"     {line}" for piece in result.answer.evidence[-_PIECES:] for line in _asked(piece)]
    rest = [*_folded(report, Status.SKIP), *_folded(report, Status.PASS)]
    return "\n".join(folded([*lines, *([""] if rest else []), *rest], width)) + "\n"


def block(result: CheckResult) -> Iterator[str]:
    """A result in full: what was found, what is needed, why, how to mend it, where to read on."""
    check, answer = result.check, result.answer
    yield f"{result.status.label} {check.id}  {plain(answer.observed)}" + (f"  (accepted: {result.accepted})" if result.accepted else "")
    if answer.required:
        yield f"     needs  {plain(answer.required)}"
    yield f"     why    {check.why} ({check.source})"
    for number, fix in enumerate(answer.remedies):
        yield f"     {'or' if number else 'fix':<6} {plain(fix.text)}"
        yield from (Whole(f"              {command.run}{'   [root]' if command.root else ''}") for command in fix.commands)
    yield from (Whole(f"     doc    {url}") for url in check.docs)
    if result.timed_out:
        yield f"     limit  {check.limit:.0f} s"


def _asked(piece: Evidence) -> Iterator[str]:
    """What was asked, and the first lines of what came back."""
    code = "" if piece.exit_code is None else f"  (exit {piece.exit_code})"
    yield f"{'ran  ' if piece.ran else 'asked'}  {clip(plain(piece.command), _SAID)}{code}"
    said = [line for line in mask_text(piece.output).splitlines() if line.strip()]
    yield from (f"       {clip(plain(line, masked=False), _SAID)}" for line in said[:_SAID_LINES])
    if len(said) > _SAID_LINES:
        yield f"       ... {len(said) - _SAID_LINES} more lines with --output markdown"


def _folded(report: Report, status: Status) -> Iterator[str]:
    for (category, reason), results in folds(report, status).items():
        yield f"{status.label} {category:<8} {len(results)}  " + (reason or " ".join(r.check.id for r in results))


def folds(report: Report, status: Status) -> dict[tuple[str, str], tuple[CheckResult, ...]]:
    """The results of that status by category and, for what was skipped, by reason."""
    groups: dict[tuple[str, str], tuple[CheckResult, ...]] = {}
    for check in report.checks:
        result = report.results.get(check.id)
        if result is not None and result.status is status:
            key = (check.category, plain(result.answer.observed) if status is Status.SKIP else "")
            groups[key] = (*groups.get(key, ()), result)
    return groups


def short(report: Report, folder: Path | None = None, about: About | None = None) -> str:
    """At most 15 lines for a chat: the verdict, the checkout, what `about` holds, and whatever did not pass."""
    begins = _begins(folder, about)
    rows = [r for r in report.ordered() if r.status in LOUD]
    room = SHORT_LINES - 1 - len(begins)
    shown = rows if len(rows) <= room else rows[: room - 1]
    lines = [clip(headline(report), _WIDTH), *(clip(line, _WIDTH) for line in begins), *(clip(row(r), _WIDTH) for r in shown)]
    if len(rows) > len(shown):
        lines.append(f"... and {len(rows) - len(shown)} more")
    return "\n".join(lines) + "\n"


def row(result: CheckResult) -> str:
    """A result on one line: status, id, what was observed and what is needed."""
    needs = f" (needs: {plain(result.answer.required)})" if result.answer.required else ""
    return f"{result.status.label} {result.check.id}  {plain(result.answer.observed)}{needs}"


def markdown(report: Report, folder: Path | None = None, about: About | None = None, since: Mapping[str, str] | None = None) -> str:
    """Ready to paste into a ticket: the verdict, what it is about, a table, and the details of whatever did not pass."""
    begins = [f"Checkout `{plain(str(folder), masked=False)}`", ""] if folder is not None and about is None else []
    begins = begins if about is None else [*_fenced(_begins(folder, about)), ""]
    lines = [f"**{_cell(headline(report))}**", "", *begins, "| | Check | Observed | Needed |", "|--|--|--|--|"]
    for result in report.ordered():
        answer = result.answer
        lines.append(f"| {result.status.label} | {result.check.id} | {_cell(answer.observed)} | {_cell(answer.required)} |")
    for result in report.ordered():
        if result.status in LOUD:
            lines += [
                "",
                f"### {result.status.label} {result.check.id}: {result.check.title}",
                "",
                f"{result.check.why} ({result.check.source})",
            ]
            lines += ["", f"On this machine: {since[result.check.id]}"] if since and result.check.id in since else []
            lines += [line for fix in result.answer.remedies for line in _fix(fix)]
            lines += _evidence(result.answer)
    return "\n".join(lines) + "\n"


def _fix(fix: Remedy) -> Iterator[str]:
    yield from ("", f"* {plain(fix.text)}")
    if fix.commands:
        yield from ("", *_fenced(tuple(c.run + ("   # needs root" if c.root else "") for c in fix.commands)))


def _evidence(answer: CheckAnswer) -> Iterator[str]:
    for piece in answer.evidence:
        code = "" if piece.exit_code is None else f"   # exit {piece.exit_code}"
        output = mask_text(piece.output.strip()[:2000])
        yield from (
            "",
            *_fenced(
                (f"{'$' if piece.ran else '#'} {plain(piece.command)}{code}", *(plain(line, masked=False) for line in output.splitlines()))
            ),
        )


def _fenced(lines: tuple[str, ...]) -> tuple[str, ...]:
    fence = "~~~~" if any("```" in line for line in lines) else "```"
    return (fence, *lines, fence)


def _cell(words: str) -> str:
    return plain(words).replace("|", "\\|")


def plain(words: str, *, masked: bool = True) -> str:
    """One line without control characters and without secrets."""
    line = "".join(c if c.isprintable() else " " for c in words).strip()
    return mask_text(line) if masked else line
