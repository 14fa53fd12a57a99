"""After a build: where the console shows what came of it, and what comes next."""

from __future__ import annotations

from canvos_tui.core.aws.console_links import console_links
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.session import Session

NEXT = "Launch an instance with a larger root volume (the AMI's is the small raw disk), of a type that boots UEFI, from the AMI above."


def links(result: RunResult, known: Session) -> tuple[str, ...]:
    """The pages of the console that the guide walks to, each with its name."""
    partition = known.identity.partition if known.identity else "aws"
    return tuple(f"{label}: {url}" for label, url in console_links(partition, result.region, result.bucket, result.key, result.ami))
