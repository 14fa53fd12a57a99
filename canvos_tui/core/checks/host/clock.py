"""This machine's clock against the Date of an answer that a host of the build gave anyhow. No keys are needed."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Evidence, Measure, Method, Severity
from canvos_tui.core.checks.network.hosts import clocks, reach
from canvos_tui.core.checks.questions import as_root, machine
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.machine import Reach
from canvos_tui.core.status import Status

NOTICED = 60  # seconds
REFUSED = 300  # seconds; AWS refuses a signature that is 5 minutes off (Signature Version 4), S3 allows 15
_NEEDED = "less than 1 min off; AWS refuses at 5 min, S3 at 15"


async def clock(context: Context) -> CheckAnswer:
    """The first answer with a date counts; AWS's own names are among those asked."""
    found = await _first(context)
    if found is None or found.skew is None:
        fix = Remedy("Compare it yourself with a clock that you trust", (Command("date -u"),))
        return CheckAnswer(Status.UNKNOWN, "no host answered with its time", _NEEDED, (fix,), method=Method.NOT_VERIFIABLE)
    off = abs(found.skew)
    host = urlsplit(found.url).hostname
    evidence = (Evidence(f"this clock less the Date of {host}", f"{found.skew:+.0f} s"),)
    measure = Measure(round(off), NOTICED, "s")
    if off <= NOTICED:
        return CheckAnswer(Status.PASS, f"within {max(1, round(off))} s of {host}", _NEEDED, evidence=evidence, measure=measure)
    told = f"{_spelled(off)} {'ahead of' if found.skew > 0 else 'behind'} {host}"
    status = Status.FAIL if off >= REFUSED else Status.WARN
    return CheckAnswer(status, told, _NEEDED, await _fixes(context), evidence, measure=measure)


async def _first(context: Context) -> Reach | None:
    asked = [asyncio.ensure_future(reach(context, url)) for url in await clocks(context)]
    try:
        for done in asyncio.as_completed(asked):
            try:
                found = await done
            except CanvosError:
                continue
            if found.skew is not None:
                return found
        return None
    finally:
        for one in asked:  # only our waiting ends, the requests go on for their own checks
            one.cancel()


def _spelled(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


async def _fixes(context: Context) -> tuple[Remedy, ...]:
    facts = await machine(context)
    if facts.nested == "WSL":
        return (Remedy("WSL's clock stops while Windows sleeps: set it anew", await as_root(context, "hwclock -s")),)
    if not facts.systemd:
        return (Remedy("Let the machine keep its time (NTP)", await as_root(context, "ntpdate pool.ntp.org")),)
    return (
        Remedy("Let the machine keep its time (NTP)", await as_root(context, "timedatectl set-ntp true")),
        Remedy("See whether it does", (Command("timedatectl status"),)),
    )


CLOCK = Check(
    "HOST-CLOCK",
    "Clock",
    "host",
    Severity.REQUIRED,
    "step 16",
    "AWS refuses requests of a wrong clock in step 16, after the image is built; certificates seem expired or not valid yet",
    clock,
    needs=("NET-PROXY", "NET-DNS"),
    docs=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html",),
)
