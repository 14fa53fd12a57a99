"""Docker as step 16 needs it: an engine that answers, the right to use it, privileged containers, logins that work in the build."""

from __future__ import annotations

from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Method, Severity, Wait, waits
from canvos_tui.core.checks.questions import as_root, engine, installing, machine, registry, service, word
from canvos_tui.core.errors import Command, DockerError, Remedy
from canvos_tui.core.machine import DockerFacts
from canvos_tui.core.status import Status

PROBE_IMAGE = "edge/canvos/alpine:3.20"  # below SPECTRO_PUB_REPO; the one that earthly.sh tries
INSTALL_DOCS = "https://docs.docker.com/engine/install/"
_OWN = (Command("unset DOCKER_HOST DOCKER_CONTEXT"), Command("docker context use default"), Command("docker context ls"))
LOCAL = ("unix://", "tcp://localhost", "tcp://127.0.0.1", "tcp://[::1]")


async def docker(context: Context) -> CheckAnswer:
    """A rootful engine on this machine that the docker command talks to."""
    required = "a running engine and the docker command"
    try:
        found = await engine(context)
    except DockerError as error:
        if error.cause == "permission":
            return waits(Wait("TOOL-DOCKER-PERM"))
        status = Status.UNKNOWN if error.cause == "timeout" else Status.FAIL
        return CheckAnswer(status, error.message, required, await _mend(context, error.cause, error.url))
    observed, cause, status = _flaw(found)
    fixes = await _mend(context, cause) if cause else ()
    return CheckAnswer(status, observed, required, fixes)


def _flaw(found: DockerFacts) -> tuple[str, str, Status]:
    """What is wrong with an engine that answers: the words, the cause, the status; the worst comes first."""
    at, name = found.host, "Podman" if found.podman else "Docker"
    remapped = f"the engine at {at} remaps users (userns-remap): it refuses privileged containers, and a file of mode 0600 cannot be read"
    apart = f"Docker Desktop answers ({at}): it builds in a virtual machine with a disk and memory of its own"
    flaws = (
        (not found.client, f"an engine answers at {at}, but the docker command is not on PATH", "no-cli", Status.FAIL),
        (found.rootless, f"{name} runs without root ({at}): the build attaches loop devices", "rootless", Status.FAIL),
        (found.userns, remapped, "userns", Status.FAIL),
        (found.windows, f"the engine at {at} runs Windows containers", "windows", Status.FAIL),
        (found.podman, f"Podman answers in Docker's place ({at}): the build is not made for it", "podman", Status.WARN),
        (not at.startswith(LOCAL), f"the engine at {at} is another machine's: it does not see this checkout", "context", Status.WARN),
        (found.desktop, apart, "desktop", Status.WARN),
    )
    good = (f"engine {found.version}, {found.client}", "", Status.PASS)
    return next(((words, cause, status) for wrong, words, cause, status in flaws if wrong), good)


async def _mend(context: Context, cause: str, url: str = "") -> tuple[Remedy, ...]:
    """What to do about each cause, most likely first."""
    if (await machine(context)).system != "Linux":
        return (Remedy("Start Docker Desktop; the build itself needs a Linux x86_64 machine"),)
    install = Remedy(
        "Install Docker Engine, from this system's packages or as the documentation says", await installing(context, "docker.io")
    )
    start = Remedy("Start the engine, now and at every boot", await service(context, "start", "enable"))
    log = Remedy("If it does not start, its log says why", await _log(context))
    back = Remedy("Use this machine's own engine", _OWN)
    return {
        "not-installed": (install,),
        "no-cli": (Remedy("Install the docker command", install.commands),),
        "cli-only": (Remedy("Install the engine as well", install.commands), start),
        "engine-down": (start, log),
        "rootless": (Remedy("Use an engine that runs as root; it can be installed beside this one", install.commands), back),
        "podman": (Remedy("Install Docker Engine and use it for the build", install.commands), back),
        "context": (back,),
        "no-socket": (
            Remedy("Remove the empty folder that stands in the socket's place, then start the engine", await _socket_again(context, url)),
            log,
        ),
        "not-a-socket": (
            Remedy("See what it is, and who names it", (Command(f"ls -ld {word(_path(url))}"), Command("docker context ls"))),
            back,
        ),
        "remote-down": (back, Remedy(f"Or start the engine at {url}: that is another machine's, and it does not see this checkout")),
        "userns": (
            Remedy('Take "userns-remap" out of /etc/docker/daemon.json and restart the engine', await service(context, "restart")),
            Remedy("Or start an engine of its own for the build, without the remapping"),
        ),
        "desktop": (
            Remedy("Use an engine that runs on this machine itself; it can be installed beside Docker Desktop", install.commands),
            back,
        ),
        "windows": (Remedy("Switch Docker Desktop to Linux containers"), back),
        "timeout": (Remedy("Restart the engine", await service(context, "restart")), log),
    }.get(cause, (log,))


async def _log(context: Context) -> tuple[Command, ...]:
    systemd = (await machine(context)).systemd
    return await as_root(context, "journalctl -u docker --no-pager -n 50" if systemd else "tail -n 50 /var/log/docker.log")


def _path(url: str) -> str:
    return url.removeprefix("unix://")


async def _socket_again(context: Context, url: str) -> tuple[Command, ...]:
    """A mount of /var/run/docker.sock into a container makes a folder of that name where no engine runs; `rmdir` takes no other."""
    return (*await as_root(context, f"rmdir {word(_path(url))}"), *await service(context, "start"))


async def docker_permission(context: Context) -> CheckAnswer:
    """Whether this user may open the engine's socket."""
    facts = await machine(context)
    required = f"{facts.user} may use the engine"
    try:
        found = await engine(context)
    except DockerError as error:
        if error.cause != "permission":
            return waits(Wait("TOOL-DOCKER"))
        if error.url.startswith("unix:///run/user/"):  # somebody else's rootless engine
            return CheckAnswer(Status.FAIL, error.message, required, await _mend(context, "context"))
        join = Remedy(f"Let {facts.user} use Docker, then log out and in again", await as_root(context, f"usermod -aG docker {facts.user}"))
        shell = Remedy("For the running shell only", (Command("newgrp docker"),))
        return CheckAnswer(Status.FAIL, error.message, required, (join, shell))
    return CheckAnswer(Status.PASS, f"{facts.user} reached {found.host}", required)


# cause -> what it means, what to do, commands, whether nothing was proven about privileged containers
_NOT_REACHED = frozenset({"pull-dns", "pull-network", "pull-proxy", "pull-rate-limit", "cancelled"})
_PROBES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "pull-dns": ("the engine cannot resolve the registry's name", "Check the engine's name servers", ("cat /etc/resolv.conf",)),
    "pull-network": ("the engine cannot reach the registry", "Check the network and the firewall", ()),
    "pull-proxy": (
        "the engine's proxy does not let it through",
        "The engine has proxy settings of its own, not those of this shell: /etc/systemd/system/docker.service.d/http-proxy.conf",
        ("systemctl show --property=Environment docker",),
    ),
    "pull-tls": (
        "the engine does not trust the registry's certificate",
        "Behind an inspecting proxy put its certificate into /etc/docker/certs.d/us-docker.pkg.dev/ca.crt",
        (),
    ),
    "pull-rate-limit": ("the registry limits pulls", "Wait, or log in with an account of your own", ("docker login us-docker.pkg.dev",)),
    "pull-unauthorized": (
        "the registry refuses the login that is stored here",
        "Remove it, the image is public",
        ("docker logout us-docker.pkg.dev",),
    ),
    "pull-not-found": ("the registry has no such image", "A mirror or proxy may answer in its place", ()),
    "pull-disk-full": ("no space for the image", "Free space in Docker's data root", ("docker system df",)),
    "pull-credentials": (
        "a credential helper of config.json is missing",
        "Remove credsStore and credHelpers from the file; they do not exist in the build's container either",
        ("cat ~/.docker/config.json",),
    ),
    "privileged-refused": (
        "the engine refuses privileged containers",
        "Switch off userns-remap or the authorization plugin in /etc/docker/daemon.json, or use a plain virtual machine",
        ("docker info",),
    ),
    "runtime": ("a privileged container does not run", "Nested container hosts cannot do it: use a plain virtual machine", ()),
}


async def docker_privileged(context: Context) -> CheckAnswer:
    """Runs the container that earthly.sh runs first, and keeps the reason that it throws away."""
    required = "a privileged container runs"
    image = f"{await registry(context)}/{PROBE_IMAGE}"
    command = f"docker run --rm --privileged {image} sh -c 'echo \"Privileged container test\"'"
    found = await context.ports.docker.probe_privileged(image)
    if found.ran:
        return CheckAnswer(Status.PASS, f"ran in {found.seconds:.1f} s", required)
    meaning, advice, commands = _PROBES.get(found.cause, ("the image could not be pulled", "The engine's own words are below", ()))
    status = Status.UNKNOWN if found.cause in _NOT_REACHED else Status.FAIL
    server = image.partition("/")[0]
    advice = advice.replace("us-docker.pkg.dev", server)
    told = tuple(Command(c.replace("us-docker.pkg.dev", server)) for c in commands)
    nested = (await machine(context)).nested if found.cause == "runtime" else ""
    fixes = (Remedy(advice + (f" (this runs in {nested})" if nested else ""), (*told, Command(command))),)
    method = Method.VERIFIED if status is Status.FAIL else Method.NOT_VERIFIABLE
    return CheckAnswer(status, meaning, required, fixes, method=method)


CHECKS_DOCKER = (
    Check(
        "TOOL-DOCKER",
        "Docker engine",
        "tools",
        Severity.REQUIRED,
        "prerequisites 5",
        "step 16 runs Earthly inside Docker: without an engine the build cannot start, whatever else is installed",
        docker,
        docs=(INSTALL_DOCS, "https://docs.docker.com/engine/daemon/start/"),
    ),
    Check(
        "TOOL-DOCKER-PERM",
        "Right to use Docker",
        "tools",
        Severity.REQUIRED,
        "prerequisites 5",
        "step 16 starts containers as this user; earthly.sh would call a closed socket `Privileged containers are not allowed`",
        docker_permission,
        docs=("https://docs.docker.com/engine/install/linux-postinstall/",),
    ),
    Check(
        "TOOL-DOCKER-PRIV",
        "Privileged containers",
        "tools",
        Severity.REQUIRED,
        "step 16",
        "step 16 tries this very container first and stops when it does not run, for whatever reason",
        docker_privileged,
        limit=60,
        needs=("TOOL-DOCKER", "TOOL-DOCKER-PERM"),
    ),
)
