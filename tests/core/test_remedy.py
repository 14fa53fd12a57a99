"""What a command changes, by its own words."""

from __future__ import annotations

import pytest

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.errors import Changes, Command


@pytest.mark.parametrize(
    ("run", "changes"),
    [
        ("aws s3 ls", Changes.NOTHING),
        ("aws s3 mb s3://acme --region eu-west-1", Changes.AWS),
        ("aws ec2 describe-import-snapshot-tasks", Changes.NOTHING),
        ("aws ec2 deregister-image --image-id ami-1", Changes.AWS),
        ("git -C '/home/a b/CanvOS' status", Changes.NOTHING),
        ("git -C /home/alice/CanvOS fetch --tags", Changes.GIT),
        ("sudo dmesg -T | grep -i 'killed process' | tail", Changes.NOTHING),
        ("sudo systemctl start docker", Changes.MACHINE),
        ("sudo systemctl status docker", Changes.NOTHING),
        ("docker ps", Changes.NOTHING),
        ("docker stop earthly-buildkitd", Changes.DOCKER),
        ("unset HTTP_PROXY http_proxy", Changes.SHELL),
        ("${EDITOR:-vi} +3 /home/alice/CanvOS/.arg", Changes.FILES),
        ("timedatectl set-ntp true", Changes.MACHINE),
        ("something nobody knows", Changes.MACHINE),
    ],
)
def test_what_a_command_changes(run: str, changes: Changes) -> None:
    assert Command(run).changes is changes


def test_what_the_catalogue_takes_for_a_change_of_the_machine_is_one() -> None:
    """A command that only looks and is not in the table would count as the worst there is: that is seen here."""
    commands = [command for entry in load_catalogue().entries for remedy in entry.remedies for command in remedy.commands]
    assert len(commands) > 50
    words = {c.run.removeprefix("sudo ").split()[0] for c in commands if c.changes is Changes.MACHINE}
    assert words <= {
        "apt-get",
        "dnf",
        "iptables",
        "modprobe",
        "service",
        "sh",
        "subscription-manager",
        "sysctl",
        "systemctl",
        "timedatectl",
        "update-ca-certificates",
        "usermod",
        "wsl",
    }
