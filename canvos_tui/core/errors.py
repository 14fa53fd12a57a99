"""The errors a user can act on, and what can be done about a fault; anything else that is raised is a bug and may crash loudly."""

from __future__ import annotations

import re
from enum import Enum

from canvos_tui.core.values import dataclass


class CanvosError(Exception):
    """One sentence that says what is wrong, and a remedy that says what to do."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return self.message


class InvalidValueError(CanvosError):
    """A text that cannot be the value; `message` names the reason, `allowed` what would do, `remedy` what to try.

    `suggestion` is a value that was probably meant, "" where there is none; `final` says that no more typing mends the text: there is a
    character that the value never has.
    """

    def __init__(self, message: str, *, allowed: str = "", remedy: str = "", suggestion: str = "", final: bool = False) -> None:
        super().__init__(message, remedy=remedy or (f"try {suggestion}" if suggestion else ""))
        self.allowed = allowed
        self.suggestion = suggestion
        self.final = final

    def sentence(self) -> str:
        """Reason, the remedy and what is allowed on one line, for the place under a field; what to try is the last to be cut off."""
        parts = [self.message]
        if self.remedy:
            parts.append(self.remedy)
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        return "; ".join(parts)


class FilesError(CanvosError):
    """A file or folder that could not be read or written; nothing was left half-written."""


class LinkError(FilesError):
    """A file of a checkout that is a link out of it: it is not followed, because reading it would show a file that nobody chose."""


class GitError(CanvosError):
    """Git refused or is missing; `output` holds what git itself said, `foreign` that the folder belongs to somebody else,
    `broken` that there is a repository which git does not recognise.
    """

    def __init__(self, message: str, *, remedy: str = "", output: str = "", foreign: bool = False, broken: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        self.output = output
        self.foreign = foreign
        self.broken = broken


class DockerError(CanvosError):
    """The Docker engine did not do what was asked; `cause` is a short stable word such as `engine-down`, `url` the engine's address."""

    def __init__(self, message: str, *, cause: str, remedy: str = "", url: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.cause = cause
        self.url = url


class AwsError(CanvosError):
    """AWS refused or could not be reached; `code` is the AWS error code or one of our own in lower case, `said` AWS' own words.

    `sealed` is the part of a refusal that only AWS can read, `operation` the call of its API where it is known.
    """

    operation = ""

    def __init__(  # noqa: PLR0913  each is a fact of one answer
        self, message: str, *, code: str, remedy: str = "", status: int = 0, request_id: str = "", said: str = "", sealed: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code
        self.said = said
        self.sealed = sealed
        self.status = status
        self.request_id = request_id


class RightError(CanvosError):
    """The keys lack a right that this needs beyond those of the guide; nothing was done."""


class RunError(CanvosError):
    """A build run that cannot be started, found or followed."""


class Changes(Enum):
    """What a command changes; `NOTHING` for one that only looks."""

    NOTHING = "nothing"
    SHELL = "shell"  # the variables or the group of the shell it is typed into
    FILES = "files"
    GIT = "git"  # the checkout, or git's settings
    DOCKER = "docker"
    AWS = "aws"
    MACHINE = "machine"  # packages, services, users, the clock


# by the words that a command begins with, the longest that fits; what is not named here is not known to be harmless
_CHANGES = {
    Changes.NOTHING: (
        "aws account list-regions",
        "aws iam get-",
        "aws iam list-",
        "aws kms describe-",
        "aws kms get-key-policy",
        "aws kms list-",
        "aws s3 ls",
        "aws s3api get-",
        "aws s3api head-",
        "aws s3api list-",
        "aws ec2 describe-",
        "aws sts ",
        "aws service-quotas get-",
        "ausearch",
        "aws --version",
        "bash -n",
        "canvos-tui doctor",
        "cat",
        "curl",
        "cut",
        "date",
        "df",
        "dmesg",
        "docker context ls",
        "docker info",
        "docker inspect",
        "docker logs",
        "docker manifest inspect",
        "docker network ls",
        "docker ps",
        "docker system df",
        "docker version",
        "docker volume ls",
        "env",
        "file",
        "findmnt",
        "free",
        "getenforce",
        "git --version",
        "git diff --stat",
        "git ls-remote",
        "git remote -v",
        "git status",
        "grep",
        "head",
        "id",
        "ip -6 route",
        "ip route",
        "journalctl",
        "ls",
        "lsmod",
        "lsblk",
        "losetup -a",
        "mount",
        "nproc",
        "openssl",
        "runc --version",
        "snap list",
        "ss",
        "stat",
        "systemctl show",
        "systemctl status",
        "systemd-detect-virt",
        "tail",
        "timedatectl",
        "ulimit -u",
        "uname",
        "uptime",
    ),
    Changes.SHELL: ("export", "newgrp", "unset"),
    Changes.FILES: ("${EDITOR", "canvos-tui", "chmod", "chown", "cp", "echo", "mkdir", "mv", "printf", "rm", "rmdir", "sed", "touch", "vi"),
    Changes.GIT: ("git",),
    Changes.DOCKER: ("docker", "./earthly.sh", "earthly"),
    Changes.AWS: ("aws",),
    Changes.MACHINE: ("mount -o", "timedatectl set-"),
}
_BY_WORDS = sorted(((words, what) for what, named in _CHANGES.items() for words in named), key=lambda pair: -len(pair[0]))
_BEFORE = re.compile(r"(?:sudo |[A-Z_]+=\S* )*")  # what may stand in front of the program
_GIT_PLACE = re.compile(r"^git -C (?:'[^']*'|\S+)+ ")
_AWS_PLACE = re.compile(r"^aws --region \S+ ")


@dataclass(frozen=True)
class Command:
    """A command to copy as it is; `root` when it needs root."""

    run: str
    root: bool = False

    @property
    def changes(self) -> Changes:
        """What it changes, by its first words; `MACHINE`, the most there is, for one that is not known."""
        bare = _AWS_PLACE.sub("aws ", _GIT_PLACE.sub("git ", _BEFORE.sub("", self.run, count=1)))
        return next((what for words, what in _BY_WORDS if bare.startswith(words)), Changes.MACHINE)


@dataclass(frozen=True)
class Remedy:
    """What to do: a sentence that names no screen, commands with real values in place, and the wizard's page where it can be done."""

    text: str
    commands: tuple[Command, ...] = ()
    page: str = ""
