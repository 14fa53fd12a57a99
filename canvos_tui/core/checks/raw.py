"""What was asked and what came back, for the checks whose answer says no more than that: a report shows it beside every answer.

Each of these questions was put by the check itself and is kept for the run: AWS is asked nothing anew. Of files with keys the names
of their lines are told and no value; where a program of the system would tell the same, its command stands before it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from canvos_tui.core.checkout import arg_file, secret_file
from canvos_tui.core.checkout.earthfile import TARGET
from canvos_tui.core.checks.aws.bucket import words as encryption_words
from canvos_tui.core.checks.aws.questions import asked
from canvos_tui.core.checks.aws.questions import found as found_so_far
from canvos_tui.core.checks.check import CheckAnswer, Context, Evidence
from canvos_tui.core.checks.questions import args, canvos, checkout, earthfile, engine, file_of, machine, proxied, word
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.status import Status

Ask = Callable[[Context, CheckAnswer], Awaitable[Evidence | None]]
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_SET, _EMPTY, _NONE = "set", "empty", "nothing"


async def with_raw(name: str, context: Context, answer: CheckAnswer) -> CheckAnswer:
    """The answer with what is behind it; as it is where it has that already, where nothing was asked, or where that is all there is."""
    if answer.evidence or answer.status is Status.SKIP or (ask := _ASKED.get(name)) is None:
        return answer
    try:
        found = await ask(context, answer)
    except CanvosError:  # the answer itself says why
        return answer
    return replace(answer, evidence=(found,)) if found is not None else answer


# -- the machine and its programs ----------------------------------------------------------------------------


async def _cpus(context: Context, _: CheckAnswer) -> Evidence:
    facts = await machine(context)
    return Evidence("nproc --all; cat /sys/fs/cgroup/cpu.max", f"{facts.all_cpus or facts.cpus:g} in all, {facts.cpus:g} for this process")


async def _memory(context: Context, _: CheckAnswer) -> Evidence:
    facts = await machine(context)
    told = f"{facts.all_memory or facts.memory} bytes in all, {facts.memory} for this process"
    return Evidence("free -b; cat /sys/fs/cgroup/memory.max", told)


def _version(program: str) -> Ask:
    async def ask(_: Context, answer: CheckAnswer) -> Evidence:
        return Evidence(f"{program} --version", answer.observed)

    return ask


async def _engine(context: Context, _: CheckAnswer) -> Evidence:
    found = await engine(context)
    return Evidence("docker info", f"{found.host} answers, version {found.version}", 0)


async def _logins(context: Context, answer: CheckAnswer) -> Evidence:
    path = Path(context.ports.environ.get("HOME") or "/root") / ".docker" / "config.json"
    return Evidence(f"grep -n cred {word(path)}", _NONE if answer.status is Status.PASS else answer.observed)


def _on_the_proxy_way(command: str) -> Ask:
    async def ask(context: Context, answer: CheckAnswer) -> Evidence:
        if not await proxied(context):
            return Evidence("grep -i proxy .arg; ls certs/", _NONE)
        return Evidence(command, answer.observed)

    return ask


async def _builder(_: Context, answer: CheckAnswer) -> Evidence:
    return Evidence("docker ps -a --filter name=^/earthly-buildkitd$", answer.observed)


# -- the network ---------------------------------------------------------------------------------------------


async def _proxies(context: Context, _: CheckAnswer) -> Evidence:
    environ = context.ports.environ
    named = [f"{name} {_state(environ.get(name) or environ.get(name.lower(), ''))}" for name in _PROXIES]
    return Evidence("env | grep -i _proxy", ", ".join(named))


async def _names(_: Context, answer: CheckAnswer) -> Evidence:
    return Evidence("getent hosts", answer.observed)


async def _system(context: Context, answer: CheckAnswer) -> Evidence | None:
    chosen = (await args(context)).get("OS_DISTRIBUTION") or context.draft.text("OS_DISTRIBUTION")
    return Evidence("OS_DISTRIBUTION", chosen) if answer.status is Status.PASS else None


# -- the checkout and its files ------------------------------------------------------------------------------


def _git(words: str, told: Callable[[Context, CheckAnswer], Awaitable[str]]) -> Ask:
    async def ask(context: Context, answer: CheckAnswer) -> Evidence | None:
        folder = context.draft.folder
        return None if folder is None else Evidence(f"git -C {word(folder)} {words}", await told(context, answer))

    return ask


async def _place(context: Context, _: CheckAnswer) -> str:
    folder = context.draft.folder
    if folder is None:
        return _NONE
    state = await checkout(context, folder)
    return f"{state.place.value}, {state.commit or 'no commit'}"


async def _tag(context: Context, _: CheckAnswer) -> str:
    state = await canvos(context)
    if state is None:
        return _NONE
    found = await earthfile(context, state)
    return f"{state.tag or 'no tag'}; PE_VERSION of its Earthfile: {found.pe_version or 'not there'}"


async def _shallow(context: Context, answer: CheckAnswer) -> str:
    state = await canvos(context)
    return f"{str(state is not None and state.shallow).lower()}; {answer.observed}"


async def _said(_: Context, answer: CheckAnswer) -> str:
    return answer.observed


async def _folder(context: Context, _: CheckAnswer) -> Evidence | None:
    folder = context.draft.folder
    if folder is None:
        return None
    there = await context.ports.host.filesystem(folder)
    mounted = f"{'read-only' if there.read_only else 'read-write'}, {'exec' if there.runs else 'noexec'}"
    told = f"{there.mount}: {mounted}, {'writable' if there.writable else 'not writable'}"
    return Evidence(f"findmnt -T {word(folder)}; ls -ld {word(folder)}", told)


def _file(name: str, told: Callable[[bytes], str]) -> Ask:
    async def ask(context: Context, _: CheckAnswer) -> Evidence | None:
        found = await file_of(context, name)
        if found is None:
            return Evidence(f"cat {name}", "no such file")
        return Evidence(f"cat {word(found[0])}", told(found[1]))

    return ask


def _state(value: str) -> str:
    return _SET if value else _EMPTY


def _lines(values: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {_state(value)}" for name, value in values) or _NONE


def _of_arg(data: bytes) -> str:
    return _lines(arg_file.parse(data).values.items())


def _of_secret(data: bytes) -> str:
    return _lines((name, value.reveal()) for name, value in secret_file.read(data).items())


def _of_user_data(data: bytes) -> str:
    return f"{len(data)} bytes, {len(data.splitlines())} lines"


async def _mode(context: Context, _: CheckAnswer) -> Evidence | None:
    found = await file_of(context, ".secret")
    mode = await context.ports.files.mode(found[0]) if found is not None else None
    return Evidence("stat -c %a .secret", f"{mode:04o}" if mode is not None else "no such file")


# -- AWS -----------------------------------------------------------------------------------------------------


async def _key(context: Context, _: CheckAnswer) -> Evidence | None:
    keys = context.draft.keys
    return Evidence("the first four letters of the access key id", keys.key_id[:4]) if keys is not None else None


async def _region(context: Context, _: CheckAnswer) -> Evidence | None:
    probe = found_so_far(context).probes.get("ec2:DescribeImages")
    if probe is None:
        return None
    return Evidence(f"aws ec2 describe-images --region {asked(context).region} --owners self", probe.code or probe.right.value)


async def _bucket(context: Context, _: CheckAnswer) -> Evidence | None:
    found = found_so_far(context).bucket
    if found is None:
        return None
    words = {True: "there", False: "not there", None: "no answer"}[found.exists]
    told = f"{words}, region {found.region or 'not told'}{'' if found.accessible else ', access denied'}"
    return Evidence(f"aws s3api head-bucket --bucket {word(found.name)}", told)


async def _defaults(context: Context, _: CheckAnswer) -> Evidence | None:
    found = found_so_far(context).encryption
    if found is None:
        return None
    named = f"aws s3api get-bucket-encryption --bucket {word(asked(context).bucket)}; " if context.draft.route.needs_bucket else ""
    return Evidence(f"{named}aws ec2 get-ebs-encryption-by-default", encryption_words(found))


async def _objects(context: Context, _: CheckAnswer) -> Evidence | None:
    if found_so_far(context).clash is None:
        return None
    about = asked(context)
    return Evidence(f"aws s3api list-objects-v2 --bucket {word(about.bucket)} --prefix {word(about.key)}", _NONE)


async def _images(context: Context, _: CheckAnswer) -> Evidence | None:
    if found_so_far(context).clash is None:
        return None
    about = asked(context)
    return Evidence(f"aws ec2 describe-images --region {about.region} --owners self --filters Name=name,Values={word(about.key)}", _NONE)


async def _name(context: Context, _: CheckAnswer) -> Evidence:
    text = context.draft.text("S3_KEY")
    return Evidence("S3_KEY", f"{text}, {len(text)} characters")


_ASKED: Mapping[str, Ask] = MappingProxyType(
    {
        "HOST-CPU": _cpus,
        "HOST-MEM": _memory,
        "TOOL-GIT": _version("git"),
        "TOOL-EARTHLY": _version("earthly"),
        "TOOL-CRANE": _version("crane"),
        "TOOL-DOCKER-PERM": _engine,
        "TOOL-DOCKER-CONFIG": _logins,
        "TOOL-BUILDKITD": _builder,
        "TOOL-PORT-8372": _on_the_proxy_way("ss -ltn sport = :8372"),
        "TOOL-ENVSUBST": _on_the_proxy_way("envsubst --version"),
        "NET-PROXY": _proxies,
        "NET-DNS": _names,
        "NET-OPENSUSE": _system,
        "REPO-CLONE": _git("rev-parse HEAD", _place),
        "REPO-PATH": _folder,
        "REPO-SHALLOW": _git("rev-parse --is-shallow-repository; git tag", _shallow),
        "REPO-TAG": _git("describe --tags --exact-match", _tag),
        "REPO-TARGET": _git(f"grep '^{TARGET}:' Earthfile", _said),
        "REPO-DIRTY": _git("status --short", _said),
        "REPO-WHOLE": _git("ls-files --deleted --eol", _said),
        "REPO-LEFTOVERS": _git("status --short --ignored", _said),
        "FILE-ARG": _file(".arg", _of_arg),
        "FILE-SECRET": _file(".secret", _of_secret),
        "FILE-SECRET-PERM": _mode,
        "FILE-SECRET-IGNORED": _git("check-ignore -v .secret", _said),
        "FILE-USERDATA": _file("user-data", _of_user_data),
        "AWS-KEYTYPE": _key,
        "AWS-REGION": _region,
        "AWS-BUCKET": _bucket,
        "AWS-BUCKET-REGION": _bucket,
        "AWS-ENCRYPTION": _defaults,
        "AWS-KEY-CLASH": _objects,
        "AWS-AMI-CLASH": _images,
        "AWS-AMI-NAME": _name,
    }
)
