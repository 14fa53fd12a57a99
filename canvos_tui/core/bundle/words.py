"""The two texts of a bundle for people: what is what, and the summary that is pasted into a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from canvos_tui.core.bundle.contents import MANIFEST, WHAT
from canvos_tui.core.checks.reports import read_report
from canvos_tui.core.escapes import plain
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.summary import headline

_LAST_LINES, _WIDEST = 30, 300


@dataclass(frozen=True)
class About:
    """The run that a summary is of: its id, plan, result and masked log; empty for a machine without one."""

    run: str = ""
    plan: BuildPlan | None = None
    result: RunResult | None = None
    log: str = ""


def readme(version: str, run: str, names: Iterable[str], kinds: tuple[str, ...]) -> str:
    """What is in the bundle, and how it is opened."""
    rows = [f"| `{name}` | {WHAT[name]} |" for name in (MANIFEST, *names)]
    about = f"of the run {run}" if run else "of a machine without a run"
    told = "On request these became placeholders, the same value the same one in every file: "
    told = f"{told}{', '.join(kinds)}.\n" if kinds else ""
    return (
        f"# Support bundle {about}\n\nMade by canvos-tui {version}. Open it on any machine, without Docker, network or keys:\n\n"
        "    canvos-tui diagnose THIS_FILE\n\n| File | What it is |\n|--|--|\n" + "\n".join(rows) + "\n\n"
        "Keys, tokens and passwords were masked, by value and by form; a mark such as `***MASKED:aws_secret***` says which. "
        f"`.secret` is never included.\n{told}"
    )


def summary(about: About, told: Mapping[str, Any], doctor: Mapping[str, Any] | None) -> str:
    """Verdict, cause, versions, prerequisites and the last lines of the log, as markdown."""
    run, plan, result, log = about.run, about.plan, about.result, about.log
    head = headline(result) if result is not None else "the run has not ended" if plan is not None else "the machine"
    lines = [f"### canvos-tui: {head}", ""]
    lines += _cause(result)
    if plan is not None:
        lines.append(f"- run {run}, route {plan.route}, tag {plan.tag or 'none'}")
    lines += [f"- {line}" for line in version_lines(told)]
    lines += [f"- {line}" for line in doctor_lines(doctor)]
    last = [plain(line)[:_WIDEST] for line in log.rstrip("\n").split("\n")[-_LAST_LINES:]] if log else []
    fence = "~~~~"  # a log has backticks
    return "\n".join([*lines, *(("", f"The last {len(last)} lines of the log:", "", fence, *last, fence) if last else ())]) + "\n"


def _cause(result: RunResult | None) -> list[str]:
    if result is None or result.outcome is Outcome.SUCCEEDED:
        return []
    if result.cause is None:
        return ["- no cause was found"]
    said = [f"  said: {line.strip()[:_WIDEST]}" for line in result.cause.evidence[:2]]
    return [f"- cause {result.cause.id}: {result.cause.title}", f"  {result.cause.explanation}", *said]


def version_lines(told: Mapping[str, Any]) -> list[str]:
    """Two lines: what the tool runs on, and Docker with the checkout. Of foreign data only texts and numbers are taken."""
    system, docker, checkout = told.get("system"), told.get("docker"), told.get("checkout")
    named = (("python", "Python"), ("textual", "Textual"), ("boto3", "boto3"))
    libraries = [f"{title} {read_report.told(told, name)}" for name, title in named if read_report.told(told, name)]
    where = " ".join(str(read_report.told(system, name)) for name in ("os", "kernel", "arch") if read_report.told(system, name))
    lines = [", ".join([f"canvos-tui {told.get('canvos_tui') or '?'}", *libraries, where or "system not known"])]
    engine = read_report.told(docker, "version") or f"not reached: {read_report.told(docker, 'said') or 'not asked'}"
    place = (
        f"checkout {read_report.told(checkout, 'tag') or 'without a tag'} {str(read_report.told(checkout, 'commit') or '')[:12]}".rstrip()
    )
    return [*lines, f"Docker {engine}; {place if checkout else 'no checkout'}"]


def doctor_lines(doctor: Mapping[str, Any] | None) -> list[str]:
    """The verdict of a doctor's document and every check that is not well, in its words."""
    if not doctor:
        return ["doctor    not asked"]
    found = [read_report.headline(doctor), *(read_report.row_line(row) for row in read_report.rows(doctor))]
    return [f"doctor    {line}" for line in found]
