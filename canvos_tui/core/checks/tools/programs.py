"""The programs of the guide: git, and the two that it calls optional. Docker has modules of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Severity
from canvos_tui.core.checks.questions import installing
from canvos_tui.core.checks.tools.builder import CHECKS_BUILDER
from canvos_tui.core.checks.tools.docker import CHECKS_DOCKER
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.status import Status


async def git(context: Context) -> CheckAnswer:
    """Any git."""
    version = await context.ports.host.tool_version("git")
    if version:
        return CheckAnswer(Status.PASS, version, "any version")
    if version is None:
        fix = Remedy("Install git", await installing(context, "git"))
        return CheckAnswer(Status.FAIL, "git is not on PATH", "any version", (fix,))
    broken = Remedy("See what it says; install it anew if it is broken", (Command("git --version"), *await installing(context, "git")))
    return CheckAnswer(Status.FAIL, "git is on PATH, but does not even tell its version", "any version", (broken,))


def _optional(name: str, remark: str) -> Callable[[Context], Awaitable[CheckAnswer]]:
    async def ask(context: Context) -> CheckAnswer:
        version = await context.ports.host.tool_version(name)
        observed = "not installed, not needed" if version is None else f"{version or 'installed'}; {remark}"
        return CheckAnswer(Status.PASS, observed, "optional")

    return ask


CHECKS_TOOLS = (
    Check(
        "TOOL-GIT",
        "git",
        "tools",
        Severity.REQUIRED,
        "prerequisites 3",
        "steps 1 to 4 clone CanvOS and check out a tag with it",
        git,
        near=True,
    ),
    *CHECKS_DOCKER,
    *CHECKS_BUILDER,
    Check(
        "TOOL-EARTHLY",
        "Earthly",
        "tools",
        Severity.INFO,
        "prerequisites 4",
        "optional: step 16 brings its own Earthly in a container",
        _optional("earthly", "step 16 does not use it"),
        near=True,
    ),
    Check(
        "TOOL-CRANE",
        "crane",
        "tools",
        Severity.INFO,
        "prerequisites 5",
        "optional: the guide names it as an alternative to Docker, but step 16 needs Docker",
        _optional("crane", "it cannot take Docker's place in step 16"),
        near=True,
    ),
)
