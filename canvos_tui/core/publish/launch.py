"""The command that starts an instance of an AMI, and our suggestion of a type and a root volume for it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

TYPE, ROOT = "m6i.xlarge", 100  # our suggestion: 4 processors, 16 GiB, boots UEFI; GiB of the root volume
DEVICE = "/dev/xvda"  # the root device that the import script registers


def launch_words(region: str, ami: str) -> str:
    """What starts an instance of the AMI, for a shell with the AWS command line and keys that may."""
    volume = f"DeviceName={DEVICE},Ebs={{VolumeSize={ROOT},VolumeType=gp3}}"
    words = ["aws", "ec2", "run-instances", "--region", region, "--image-id", ami, "--instance-type", TYPE]
    return shlex.join([*words, "--count", "1", "--block-device-mappings", volume])


def publish_commands(target: str, region: str, *, known: bool) -> tuple[str, ...]:
    """What copies, shares, retires and tries the AMI of a run, or an AMI whose run is not `known`; with samples to replace."""
    words = shlex.join(["canvos-tui", "publish", target, *(() if known else ("--region", region))])
    other = "eu-central-1" if region != "eu-central-1" else "eu-west-1"
    wishes = (f"--copy-to {other}", "--share 123456789012", "--deprecate 2027-12-31", "--try-launch")
    return tuple(f"{words} {wish}" for wish in wishes)


def copy_words(target: str, region: str, regions: Iterable[str], *, known: bool) -> str:
    """The command that copies to these regions, and goes on with the copies that were begun."""
    wanted = (word for name in regions for word in ("--copy-to", name))
    return shlex.join(["canvos-tui", "publish", target, *(() if known else ("--region", region)), *wanted])
