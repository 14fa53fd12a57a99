"""The hosts that a build needs, through the configured proxy. A host that was not reached is unknown, never a failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from canvos_tui.core.checks import Answer, Check, Command, Context, Evidence, Fix, Method, Severity
from canvos_tui.core.machine import Reach
from canvos_tui.core.questions import as_root
from canvos_tui.core.result import Status

GITHUB = "https://github.com/"
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY")
_REGISTRY = (200, 401)  # a registry asks for a login before it says anything else
# id -> URL, the answers of a healthy server, title, what breaks
HOSTS: dict[str, tuple[str, tuple[int, ...], str, str]] = {
    "NET-GITHUB": (GITHUB, (200, 301, 302), "github.com", "steps 1 and 3 clone CanvOS and fetch its tags from it"),
    "NET-REGISTRY": (
        "https://us-docker.pkg.dev/v2/",
        _REGISTRY,
        "us-docker.pkg.dev",
        "step 16 pulls Earthly, the Palette agent and most base images from it",
    ),
    "NET-QUAY": ("https://quay.io/v2/", _REGISTRY, "quay.io", "step 16 pulls AuroraBoot, which builds the raw disk, from it"),
    "NET-DOCKERHUB": (
        "https://registry-1.docker.io/v2/",
        _REGISTRY,
        "Docker Hub",
        "step 16 pulls the image that runs Docker inside the build from it",
    ),
    "NET-AWSCLI": (
        "https://awscli.amazonaws.com/awscli-exe-linux-x86_64.zip",
        (200,),
        "awscli.amazonaws.com",
        "step 16 downloads the AWS command line from it after the image is built; a failure there costs the whole build",
    ),
}


async def _reach(context: Context, url: str) -> Reach:
    return await context.once(f"reach {url}", lambda: context.ports.network.reach(url))


def _asks(name: str) -> Callable[[Context], Awaitable[Answer]]:
    url, healthy, title, _ = HOSTS[name]

    async def ask(context: Context) -> Answer:
        found = await _reach(context, url)
        evidence = (Evidence(f"curl -sSI {url}", found.detail),)
        if not found.reachable:
            observed = f"{found.step}: {found.detail}"
            fixes = await _mend(context, found, title)
            return Answer(Status.UNKNOWN, observed, "an answer", fixes, evidence, Method.NOT_VERIFIABLE)
        if found.status in healthy:
            return Answer(Status.PASS, f"answers {found.status} in {found.seconds:.1f} s", "an answer", evidence=evidence)
        wanted = " or ".join(map(str, healthy))
        fix = Fix(f"Something between here and {title} may answer in its place, or it has a bad hour", (Command(f"curl -sSI {url}"),))
        return Answer(Status.WARN, f"answers {found.status}", f"{wanted}", (fix,), evidence)

    return ask


async def _mend(context: Context, found: Reach, title: str) -> tuple[Fix, ...]:
    look = Command(f"curl -sSI {found.url}")
    if found.step == "tls":
        return (
            Fix(
                "A proxy opens TLS on the way: put its certificate into the checkout's certs/ folder (.crt) and into this machine's store",
                await as_root(context, "cp PROXY-CA.crt /usr/local/share/ca-certificates/", "update-ca-certificates"),
            ),
            Fix("Best ask for an exception: the last steps of the build do not see certs/"),
        )
    advice = {
        "dns": f"Check the name server: {title} has no address here",
        "connect": f"A firewall may be in the way, or a proxy is needed to reach {title}",
        "timeout": f"A firewall may drop packets to {title}; try again, or set HTTPS_PROXY",
        "proxy": f"Ask for {title} to be let through the proxy",
        "http": f"Something that is no web server answers for {title}",
    }.get(found.step, "Look at the answer")
    return (Fix(advice, (look,)),)


async def proxy(context: Context) -> Answer:
    """The proxy of this shell: whether it lets a request through, and whether the build would use the same."""
    here = {name: value for name in _PROXIES if (value := context.ports.environ.get(name) or context.ports.environ.get(name.lower(), ""))}
    build = {name: value for name in _PROXIES if (value := context.draft.text(name))}
    shown = ", ".join(f"{name} {without_password(value)}" for name, value in here.items())
    for name, value in here.items():
        if problem := _malformed(value):
            fix = Fix("Set it anew or unset it", (Command(f"unset {name} {name.lower()}"),))
            return Answer(Status.FAIL, f"{name} {without_password(value)}: {problem}", "http://host:port", (fix,))
    if here:
        found = await _reach(context, GITHUB)
        if found.step == "proxy":
            return _refused(found, shown)
    if here != build and (build or context.draft.folder is not None):
        return _differs(context, build, shown)
    if not here:
        return Answer(Status.PASS, "no proxy is set", "none, or one that lets the build through")
    return await _usable(context, shown)


def _refused(found: Reach, shown: str) -> Answer:
    """A proxy that answered is a fact; one that was not reached proves nothing."""
    if found.status == 407:
        fix = Fix(
            "Put user and password into the address, special characters percent-encoded (@ is %40)",
            (Command("export HTTPS_PROXY=http://USER:PASSWORD@" + shown.rpartition("@")[2].rpartition("//")[2]),),
        )
        return Answer(Status.FAIL, f"{shown}: {found.detail}", "a proxy that lets the build through", (fix,))
    fix = Fix("Check the proxy's address, and that it may reach github.com", (Command(f"curl -vI {GITHUB}"),))
    return Answer(Status.UNKNOWN, f"{shown}: {found.detail}", "a proxy that lets the build through", (fix,), method=Method.NOT_VERIFIABLE)


def _differs(context: Context, build: dict[str, str], shown: str) -> Answer:
    told = ", ".join(f"{name} {without_password(value)}" for name, value in build.items()) or "no proxy"
    # an address with a password is not spelled out: the command would not work with the password left out
    commands = tuple(
        Command(f"export {n}={v}" if (v := build.get(n)) else f"unset {n} {n.lower()}") for n in _PROXIES if "@" not in build.get(n, "")
    )
    fix = Fix("The build takes what .arg says; set the same in this shell to check the way that it will go", commands)
    where = "the answers" if not context.final else ".arg"
    observed = f"{where}: {told}; this shell: {shown or 'no proxy'}"
    return Answer(Status.WARN, observed, "the same in both", (fix,))


async def _usable(context: Context, shown: str) -> Answer:
    """earthly.sh fills in a template with envsubst as soon as a proxy is set."""
    if await context.ports.host.tool_version("envsubst") is None:
        fix = Fix("Install it", await as_root(context, "apt-get install gettext-base"))
        return Answer(Status.WARN, f"{shown}; envsubst is not on PATH", "envsubst, because a proxy is set", (fix,))
    return Answer(Status.PASS, shown, "a proxy that lets the build through")


def _malformed(value: str) -> str:
    if "://" in value and not value.startswith(("http://", "https://")):
        return "only http:// and https:// are proxies here"
    return "it holds a blank or a control character" if any(c.isspace() or ord(c) < 32 for c in value) else ""


def without_password(value: str) -> str:
    """An address with its user and password left out."""
    scheme, mark, rest = value.rpartition("://")
    return f"{scheme}{mark}***@{rest.rpartition('@')[2]}" if "@" in rest else value


CHECKS_NETWORK = (
    Check(
        "NET-PROXY",
        "Proxy",
        "network",
        Severity.REQUIRED,
        "step 13",
        "git, Docker and the build of step 16 each read the proxy in their own way; a wrong one stops all of them",
        proxy,
        limit=12,
    ),
    *(
        Check(
            name,
            f"Reach {title}",
            "network",
            Severity.REQUIRED,
            "step 1" if name == "NET-GITHUB" else "step 16",
            why,
            _asks(name),
            needs=("NET-PROXY",),
        )
        for name, (_, _, title, why) in HOSTS.items()
    ),
)
