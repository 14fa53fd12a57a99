"""What can get in the way of Earthly's own containers: the logins that they are given, a namesake, a port, a missing program."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Evidence, Severity, Wait, waits
from canvos_tui.core.checks.questions import canvos, installing, proxied, registry, word
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.status import Status

BUILDER = "earthly-buildkitd"  # the name that earthly.sh and a host's own Earthly both use
PORT = 8372
_PULLED_FROM = ("quay.io", "docker.io", "registry-1.docker.io", "index.docker.io", "https://index.docker.io/v1/")
_PLAIN = "not needed: no proxy is set and certs/ is empty"
_UNSEEN = "not needed as far as was seen: no proxy is set; there is no checkout whose certs/ could ask for one"
_DOCS = "https://docs.docker.com/reference/cli/docker/login/#credential-stores"


async def config(context: Context) -> CheckAnswer:
    """The file with Docker's logins, which earthly.sh mounts into Earthly's container; no login is shown."""
    path = Path(context.ports.environ.get("HOME") or "/root") / ".docker" / "config.json"
    required = "none, or one without credential helpers"
    try:
        text = await context.ports.files.read_text(path)
    except CanvosError as error:
        fix = Remedy("Give the file back to this user, or remove it where it is a folder", (Command(f"ls -ld {word(path)}"),))
        return CheckAnswer(Status.WARN, error.message, required, (fix,))
    if text is None:
        return CheckAnswer(Status.PASS, f"no {path}, images are pulled without a login", required)
    try:
        found = json.loads(text)
    except ValueError as error:
        fix = Remedy(
            "Repair it or move it away; logins stored in it are not used",
            (Command(f"mv --backup=numbered -T {word(path)} {word(path)}.broken"),),
        )
        return CheckAnswer(Status.WARN, f"{path} is no JSON: {error}", required, (fix,))
    used = (*_PULLED_FROM, (await registry(context)).partition("/")[0])
    bad = _helpers(found if isinstance(found, dict) else {}, used)
    if not bad:
        return CheckAnswer(Status.PASS, f"{path} names no helper for the build's registries", required)
    evidence = (Evidence(f"the credential helpers that {path} names", "\n".join(f"{where}: {name}" for where, name in bad)),)
    first = f"docker-credential-{bad[0][1]}"
    told = f"{bad[0][0]} in {path} names {first}, which is not in Earthly's container: its pulls fail"
    aside = Remedy(
        f"Give the build a file without helpers: move this one away, log in again where that is needed, and put {path}.helpers back later",
        (Command(f"mv --backup=numbered -T {word(path)} {word(path)}.helpers"),),
    )
    return CheckAnswer(Status.FAIL, told, required, (aside,), evidence)


def _helpers(found: dict[str, object], used: tuple[str, ...]) -> list[tuple[str, str]]:
    """Helpers that the build would call, with the key that names them."""
    bad = []
    store = found.get("credsStore")
    if isinstance(store, str) and store:
        bad.append(("credsStore", store))
    helpers = found.get("credHelpers")
    for server, name in helpers.items() if isinstance(helpers, dict) else ():
        if server in used and isinstance(name, str) and name:
            bad.append((f"credHelpers {server}", name))
    return bad


async def builder(context: Context) -> CheckAnswer:
    """A container of the builder's name that this build did not start."""
    found = await context.ports.docker.container(BUILDER)
    required = f"no other container named {BUILDER}"
    if found is None:
        return CheckAnswer(Status.PASS, "none", required)
    mode = await proxied(context)
    state = "runs" if found.running else "is stopped"
    remove = Remedy("Remove it; an Earthly on this machine starts it anew when it needs it", (Command(f"docker rm -f {BUILDER}"),))
    told = f"one {state} ({found.image})"
    if mode and (found.keeps or not found.running):
        told += f", and {mode} makes earthly.sh start one of the same name: Docker refuses the second"
    elif found.running:
        told += ": earthly.sh stops it, with whatever it builds"
    else:
        return CheckAnswer(Status.PASS, f"{told}, not in the way without a proxy", required)
    return CheckAnswer(Status.WARN, told, required, (remove,))


async def _plain(context: Context, required: str) -> CheckAnswer:
    """The answer for the plain way; what lies in certs/ was seen where there is a checkout that git takes for one."""
    seen = False
    with suppress(CanvosError):  # git has a check of its own
        seen = await canvos(context) is not None
    return CheckAnswer(Status.PASS, _PLAIN if seen else _UNSEEN, required)


async def port(context: Context) -> CheckAnswer:
    """The port that earthly.sh publishes on its proxy way."""
    required = f"port {PORT} free where a proxy is set"
    mode = await proxied(context)
    if not mode:
        return await _plain(context, required)
    holder = await context.ports.host.port_holder(PORT)
    if holder is None:
        return CheckAnswer(Status.PASS, f"port {PORT} is free", required)
    container = await context.ports.docker.publisher(PORT)
    if container is not None and container.name == BUILDER:
        return waits(Wait("TOOL-BUILDKITD"))
    if container is not None:
        fix = Remedy("Stop it while the build runs", (Command(f"docker stop {container.name}"),))
        return CheckAnswer(Status.WARN, f"port {PORT} is taken by the container {container.name}", required, (fix,))
    fix = Remedy("Stop it while the build runs", (Command(f"ss -ltnp 'sport = :{PORT}'"),))
    return CheckAnswer(Status.WARN, f"port {PORT} is taken by {holder or 'a program of another user'}", required, (fix,))


async def envsubst(context: Context) -> CheckAnswer:
    """earthly.sh fills in a template with it on its proxy way (line 8)."""
    required = "envsubst where a proxy is set"
    mode = await proxied(context)
    if not mode:
        return await _plain(context, required)
    version = await context.ports.host.tool_version("envsubst")
    if version is not None:
        return CheckAnswer(Status.PASS, version or "installed", required)
    fix = Remedy("Install it", await installing(context, "gettext-base"))
    return CheckAnswer(Status.WARN, f"envsubst is not on PATH, and {mode} makes earthly.sh use it", required, (fix,))


CHECKS_BUILDER = (
    Check(
        "TOOL-DOCKER-CONFIG",
        "Docker's logins",
        "tools",
        Severity.REQUIRED,
        "step 16",
        "step 16 mounts ~/.docker/config.json into Earthly's container, where no credential helper of this machine exists",
        config,
        limit=2,
        docs=(_DOCS,),
    ),
    Check(
        "TOOL-BUILDKITD",
        "Another Earthly builder",
        "tools",
        Severity.RECOMMENDED,
        "step 16",
        "step 16 stops a container of this name when it is done, and on its proxy way starts one",
        builder,
        limit=12,
        needs=("TOOL-DOCKER", "TOOL-DOCKER-PERM"),
    ),
    Check(
        "TOOL-PORT-8372",
        "Port of the builder",
        "tools",
        Severity.RECOMMENDED,
        "step 16",
        "with a proxy step 16 starts a container that publishes this port; it does not start when somebody has it",
        port,
        limit=12,
        needs=("TOOL-DOCKER", "TOOL-DOCKER-PERM"),
    ),
    Check(
        "TOOL-ENVSUBST",
        "envsubst",
        "tools",
        Severity.RECOMMENDED,
        "step 13",
        "with the proxy of step 13 earthly.sh fills in a template with it; without it the builder gets an empty one",
        envsubst,
        near=True,
    ),
)
