"""The commands that start an instance of an AMI, and copy, share and retire it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from canvos_tui.core.aws.instance import Launch


def launch_words(region: str, ami: str, launch: Launch) -> str:
    """What starts an instance of the AMI, for a shell with the AWS command line and keys that may."""
    disk = ",".join(f"{name}={value}" for name, value in launch.disk.items())
    volume = f"DeviceName={launch.device},Ebs={{{disk}}}"
    words = ["aws", "ec2", "run-instances", "--region", region, "--image-id", ami, "--instance-type", launch.kind]
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
