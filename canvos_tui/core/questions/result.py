"""After a build: what comes next, the commands for it, and where the console shows what came of it."""

from __future__ import annotations

import shlex
from pathlib import Path

from canvos_tui.core.aws.console_links import console_links
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.session import Session

NEXT = "Launch an instance with a larger root volume (the AMI's is the small raw disk), of a type that boots UEFI, from the AMI above."
TYPE, ROOT = "m6i.xlarge", 100  # our suggestion: 4 processors, 16 GiB, boots UEFI; GiB of the root volume
DEVICE = "/dev/xvda"  # the root device that the import script registers
ABOUT_LAUNCH = (
    f"{TYPE} and {ROOT} GiB are our suggestion: any type that boots UEFI does, and any root volume that is larger than the AMI's, which is "
    "the small raw disk. Where the account has no default VPC, add --subnet-id and --security-group-ids."
)


def launch_command(result: RunResult) -> str:
    """What starts an instance of the AMI, for a shell with the AWS command line and keys that may."""
    volume = f"DeviceName={DEVICE},Ebs={{VolumeSize={ROOT},VolumeType=gp3}}"
    words = ["aws", "ec2", "run-instances", "--region", result.region, "--image-id", result.ami, "--instance-type", TYPE]
    return shlex.join([*words, "--count", "1", "--block-device-mappings", volume])


def removal_commands(result: RunResult) -> tuple[str, ...]:
    """What takes away what the run left and nobody needs any more; none where nothing is left."""
    return tuple(left.removal for left in result.left_behind if left.removal)


def ways(result: RunResult, secret: Path | None) -> tuple[Choice, ...]:
    """How to go on from an image that is ready, the best way first."""
    kinds = [f"{left.kind} in S3" if left.kind == "object" else left.kind for left in result.left_behind if left.removal]
    left = [*kinds, *([".secret"] if secret is not None else [])]
    remove = (Choice("remove", f"{'Remove what is left':<25}{' · '.join(left)}"),) if left else ()
    return (
        Choice("launch", f"{'Launch an instance':<25}the command, with your values"),
        *remove,
        Choice("console", f"{'Open in the AWS console':<25}{' · '.join(name for name, _ in _pages(result, 'aws'))}"),
        Choice("start", f"{'Leave it as it is':<25}back to Start, for another image"),
    )


def links(result: RunResult, known: Session) -> tuple[str, ...]:
    """The pages of the console that the guide walks to, each with its name."""
    return tuple(f"{label}: {url}" for label, url in _pages(result, known.identity.partition if known.identity else "aws"))


def _pages(result: RunResult, partition: str) -> tuple[tuple[str, str], ...]:
    return console_links(partition, result.region, result.bucket, result.key, result.ami)
