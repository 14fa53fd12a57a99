"""What may become of a command that a check gives as a remedy: it looks, it is run by a test, or a reason is here why it is not.

`row_of` finds the row of a command; a command without one fails whatever test meets it (told.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from canvos_tui.core.checks.check import CheckResult
from canvos_tui.core.errors import Changes, Command, Remedy


@dataclass(frozen=True)
class Row:
    """Commands of one form. `why` is the reason for not running them; empty for those that test_remedies.py runs."""

    name: str
    form: str
    why: str = ""

    def fits(self, command: Command) -> bool:
        return re.fullmatch(self.form, command.run.removeprefix("sudo "), re.DOTALL) is not None


_PATH = r"(?:'[^']*'|\S)+"
_GIT = rf"git -C {_PATH} "
_SHELL = "it changes the shell that it is typed into, which no check of another process sees"
_SERVICE = "it changes a service of the machine, for which root and a running init system are needed"
_LOGIN = "it asks for a name and a password"
ROWS = (
    Row("fix", rf"canvos-tui fix FILE-[A-Z-]+ --checkout {_PATH}"),
    Row("editor", rf"\$\{{EDITOR:-vi\}} (?:\+\d+ )?{_PATH}"),
    Row("profile line", rf"printf '\\nAWS_PROFILE=\\n' >> {_PATH}"),
    Row("ignore line", rf"printf '\\n\.secret\\n' >> {_PATH}"),
    Row("empty profile", rf"sed -i 's/\^AWS_PROFILE=\.\*/AWS_PROFILE=/' {_PATH}"),
    Row("private", rf"chmod 600 {_PATH}"),
    Row("runnable", rf"chmod \+x {_PATH}"),
    Row("remove user-data", rf"rm {_PATH}user-data'?"),
    Row("clone", rf"git clone {_PATH} {_PATH}"),
    Row("untrack", _GIT + r"rm --cached \.secret"),
    Row("tag", _GIT + r"checkout \S+"),
    Row("fetch", _GIT + r"fetch (?:--unshallow )?--tags"),
    Row("put back", _GIT + rf"ls-files -z --deleted \| xargs -0 -r {_GIT}checkout HEAD --"),
    Row("not sparse", _GIT + r"sparse-checkout disable"),
    Row("line ends", _GIT + r"config core\.autocrlf false"),
    Row("write anew", _GIT + r"checkout-index -f -a"),
    Row("stash", _GIT + r"stash push .*"),
    Row("trust", rf"git config --global --add safe\.directory {_PATH}"),
    Row("folder aside", rf"mkdir -p {_PATH}"),
    Row("move", rf"mv (?:--backup=numbered )?(?:-T {_PATH} {_PATH}|{_PATH} {_PATH}/'?)"),  # a folder of that name is meant, or refused
    Row("install", r"(?:apt-get|dnf|zypper|apk) (?:install|add) .+|pacman -S .+"),
    Row("remove builder", r"docker rm -f \S+"),
    Row("user policy", r"aws iam put-user-policy .+"),
    Row("make role", r"aws iam create-role .+"),
    Row("allow role", r"aws iam put-role-policy .+"),
    Row("trust role", r"aws iam update-assume-role-policy .+"),
    Row("make bucket", r"aws s3 mb s3://\S+ --region \S+"),
    Row("enable key", r"aws kms enable-key .+"),
    Row("keep key", r"aws kms cancel-key-deletion .+"),
    # -- not run ---------------------------------------------------------------------------------------------
    Row("wizard", rf"canvos-tui(?: --checkout {_PATH})?", "it opens the wizard; tests/journeys goes its way to the written files"),
    Row("variables", r"(?:export|unset) .+", _SHELL),
    Row("group", r"newgrp docker", _SHELL),
    Row("join group", r"usermod -aG docker \S+", "it holds from the next login on"),
    Row("service", r"(?:systemctl (?:start|enable|restart) \S+|service docker \w+)", _SERVICE),
    Row("mount", rf"mount -o remount,\w+ {_PATH}", "it changes a filesystem of the machine"),
    Row("own", rf"chown -R \S+ {_PATH}", "it needs root, and another user whose files are given away"),
    Row("clock", r"timedatectl set-ntp true|hwclock -s|ntpdate \S+", "it sets the clock of the machine"),
    Row("authority", r"cp PROXY-CA\.crt \S+|update-ca-certificates", "it changes whom the machine trusts; the file is the reader's"),
    Row("WSL", r"wsl --shutdown", "it is typed in Windows"),
    Row("socket folder", rf"rmdir {_PATH}", "the folder stands where only root may write; test_tools.py holds that no other is named"),
    Row("login", r"docker login \S+", _LOGIN),
    Row("logout", r"docker logout \S+", "it changes the logins of the user at a registry that is not here"),
    Row("context", r"docker context use default", "it changes which engine the user's own commands reach"),
    Row("stop container", r"docker (?:stop|rm) .+", "the container is another program's; a real engine is needed to see it go"),
    Row("probe", r"docker run --rm --privileged .+", "it only looks, and needs a real engine for it (tests/faults)"),
    Row("new key", r"aws iam create-access-key --user-name \S+", "it prints a key, which the reader then has to type in"),
    Row("region", r"aws account enable-region .+", "moto knows no regions that are switched off"),
    Row("stop import", r"aws ec2 cancel-import-task .+", "moto knows no cancelling of an import; adapters/aws has it against the stand-in"),
    Row("remove object", r"aws s3 rm s3://\S+", "the object is told once, by the probe that left it: asked again it would leave another"),
    Row("abort upload", r"aws s3api abort-multipart-upload .+", "the upload is told once, by the probe that left it"),
)
BY_NAME = {row.name: row for row in ROWS}
RUN = frozenset(row.name for row in ROWS if not row.why)
_LOOKING = re.compile(r"(?:See|Look|Read|Compare|Check|Ask) ")


def looks(command: Command) -> bool:
    """Whether it changes nothing."""
    return command.changes is Changes.NOTHING


def row_of(command: Command) -> Row | None:
    """The first row whose form it has, None for a command that is in none."""
    return next((row for row in ROWS if row.fits(command)), None)


def only_a_look(remedy: Remedy) -> bool:
    """Whether it mends nothing: no command of it changes anything, and its words send somebody to look."""
    return not remedy.page and all(map(looks, remedy.commands)) and _LOOKING.match(remedy.text) is not None


def faults(result: CheckResult) -> list[str]:
    """What is wrong with the remedies of an answer."""
    found = [
        f"{result.check.id}: nothing says what becomes of `{command.run}`"
        for remedy in result.answer.remedies
        for command in remedy.commands
        if not looks(command) and row_of(command) is None
    ]
    if result.blocks and all(map(only_a_look, result.answer.remedies)):
        found.append(f"{result.check.id}: it failed, and all that is told is where to look")
    return found
