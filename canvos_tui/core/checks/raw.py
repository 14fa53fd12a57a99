"""What an answer is shown with: of all that was asked for it, what it rests on.

The adapters tell what they asked and what came back (`core/values/heard.py`); several checks wait for one question, and each of them
shows its own part of it. What a check reads without asking anybody is added here. Of files with keys the names of their lines are
told and no value.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType

from canvos_tui.core.checkout import arg_file, secret_file
from canvos_tui.core.checkout.earthfile import TARGET
from canvos_tui.core.checks.check import CheckAnswer, Context, Evidence
from canvos_tui.core.checks.questions import file_of
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.status import Status

# what each check rests on, by how the topic begins; whoever is not named here rests on all but what a fix asks of the machine
_PROXY_WAY = ("file .arg", "left")  # what makes earthly.sh take its proxy way
_TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "HOST-ARCH": ("kernel", "engine"),
        "HOST-CPU": ("cpus", "engine"),
        "HOST-MEM": ("memory", "engine"),
        "HOST-DISK": ("disk",),
        "HOST-CLOCK": ("reach",),
        "TOOL-DOCKER": ("docker", "file config.json", "engine"),
        "TOOL-DOCKER-PERM": ("user", "engine"),
        "TOOL-DOCKER-PRIV": ("pull", "probe"),
        "TOOL-DOCKER-CONFIG": ("file config.json",),
        "TOOL-BUILDKITD": ("containers",),
        "TOOL-PORT-8372": ("port", "containers", *_PROXY_WAY),
        "TOOL-ENVSUBST": ("envsubst", *_PROXY_WAY),
        "NET-PROXY": ("reach",),
        "NET-DNS": ("reach",),
        "NET-OPENSUSE": ("reach", "file .arg"),
        "REPO-CLONE": ("folder", "git"),
        "REPO-PATH": ("disk",),
        "REPO-SHALLOW": ("git rev-parse --is-shallow-repository", "git for-each-ref"),
        "REPO-TAG": ("git describe", "git tag", "git rev-parse --short", "file Earthfile"),
        "REPO-TARGET": ("file Earthfile",),
        "REPO-DIRTY": ("git status",),
        "REPO-WHOLE": ("whole", "git ls-files"),
        "REPO-LEFTOVERS": ("left", "git ls-files"),
        "FILE-ARG": ("file .arg", "file k8s_version.json"),
        "FILE-SECRET": ("file .secret",),
        "FILE-SECRET-PERM": ("mode .secret",),
        "FILE-SECRET-IGNORED": ("git check-ignore", "left", "file .gitignore"),
        "FILE-USERDATA": ("file user-data",),
        "AWS-CREDS": ("sts:",),
        "AWS-BUCKET": ("s3:",),
        "AWS-BUCKET-REGION": ("s3:",),
        "AWS-ENCRYPTION": ("s3:", "ec2:", "iam:"),
        "AWS-KMS-KEY": ("kms:",),
        "AWS-KEY-CLASH": ("s3:",),
        "AWS-AMI-CLASH": ("ec2:",),
        "AWS-IMPORT-TASKS": ("ec2:",),
    }
)
_FOR_FIXES = ("kernel", "cpus", "memory", "user")
_SHOWN = 8  # questions beside one answer, the last of them


def behind(name: str, answer: CheckAnswer, heard: Sequence[Evidence]) -> CheckAnswer:
    """The answer with what was heard for it; as it is where it was not asked, or where it brought what it heard itself."""
    if answer.status is Status.SKIP or any(piece.topic for piece in answer.evidence):
        return answer
    wanted = _TOPICS.get(name)
    own = [one for one in heard if (one.topic.startswith(wanted) if wanted else not one.topic.startswith(_FOR_FIXES))]
    return replace(answer, evidence=(*own[-_SHOWN:], *answer.evidence))


async def with_own(name: str, context: Context, answer: CheckAnswer) -> CheckAnswer:
    """The answer with what its check read without asking anybody for it."""
    read = _READ.get(name)
    if answer.status is Status.SKIP or read is None:
        return answer
    with suppress(CanvosError):  # the answer itself says why
        return replace(answer, evidence=(*answer.evidence, *filter(None, [await read(context)])))
    return answer


# -- what is read here ---------------------------------------------------------------------------------------

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


def _state(values: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {'set' if value else 'empty'}" for name, value in values) or "nothing"


async def _environment(context: Context) -> Evidence:
    environ = context.ports.environ
    return Evidence("the environment of this program", _state((n, environ.get(n) or environ.get(n.lower(), "")) for n in _PROXIES))


def _names(name: str, values: Callable[[bytes], Iterable[tuple[str, str]]]) -> Callable[[Context], Awaitable[Evidence | None]]:
    async def read(context: Context) -> Evidence | None:
        found = await file_of(context, name)
        return None if found is None else Evidence(f"the names in {found[0]}", _state(values(found[1])))

    return read


def _of_arg(data: bytes) -> Iterable[tuple[str, str]]:
    return arg_file.parse(data).values.items()


def _of_secret(data: bytes) -> Iterable[tuple[str, str]]:
    return ((name, value.reveal()) for name, value in secret_file.read(data).items())


def _earthfile(*begins: str) -> Callable[[Context], Awaitable[Evidence | None]]:
    async def read(context: Context) -> Evidence | None:
        found = await file_of(context, "Earthfile")
        if found is None:
            return None
        lines = found[1].decode("utf-8", "replace").splitlines()
        hits = [f"{number}: {line}" for number, line in enumerate(lines, 1) if line.lstrip().startswith(begins)]
        return Evidence(f"the lines of {found[0]} that begin with {' or '.join(begins)}", "\n".join(hits) or f"none of {len(lines)}")

    return read


async def _key(context: Context) -> Evidence | None:
    keys = context.draft.keys
    return Evidence("the first four letters of the access key id", keys.key_id[:4]) if keys is not None else None


async def _ami_name(context: Context) -> Evidence:
    entry = context.draft.entry("S3_KEY")
    return Evidence("S3_KEY as it was found or answered", f"{entry.text}\n{len(entry.text)} characters")


async def _encryption(context: Context) -> Evidence:
    return Evidence("the answer encryption", context.draft.text("encryption") or "empty")


_READ: Mapping[str, Callable[[Context], Awaitable[Evidence | None]]] = MappingProxyType(
    {
        "NET-PROXY": _environment,
        "TOOL-ENVSUBST": _environment,
        "TOOL-PORT-8372": _environment,
        "FILE-ARG": _names(".arg", _of_arg),
        "FILE-SECRET": _names(".secret", _of_secret),
        "REPO-TAG": _earthfile("ARG PE_VERSION", "ARG --global PE_VERSION"),
        "REPO-TARGET": _earthfile(f"{TARGET}:"),
        "AWS-KEYTYPE": _key,
        "AWS-AMI-NAME": _ami_name,
        "AWS-KMS-KEY": _encryption,
    }
)
