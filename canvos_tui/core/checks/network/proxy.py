"""What stands before every host: the proxy, and the names. One that stops all of them is one red line, not twelve."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Method, Severity
from canvos_tui.core.checks.network.hosts import reach, sample
from canvos_tui.core.checks.questions import as_root, machine
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.machine import Flaw, Reach
from canvos_tui.core.status import Status

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY")
_SHELL = (*_PROXIES, "ALL_PROXY")  # the build takes no notice of the last
_NEEDED = "none, or one that lets the build through"
_THROUGH = "a proxy that lets the build through"


async def proxy(context: Context) -> CheckAnswer:
    """The proxy of this shell: whether it lets requests through, and whether the build would use the same."""
    here = {name: value for name in _SHELL if (value := context.ports.environ.get(name) or context.ports.environ.get(name.lower(), ""))}
    build = {name: value for name in _PROXIES if (value := context.draft.text(name))}
    shown = ", ".join(f"{name} {without_password(value)}" for name, value in here.items())
    for name, value in here.items():
        if problem := _malformed(name, value):
            fix = Remedy("Set it anew or unset it", (Command(f"unset {name} {name.lower()}"),))
            return CheckAnswer(Status.FAIL, f"{name} {without_password(value)}: {problem}", "http://host:port", (fix,))
    if here and (refused := await _all_refused(context)):
        return _refused(refused, shown)
    shared = {name: value for name, value in here.items() if name in _PROXIES}
    if shared != build and (build or context.draft.folder is not None):
        return _differs(context, build, shown)
    if not here:
        return CheckAnswer(Status.PASS, "no proxy is set", _NEEDED)
    return CheckAnswer(Status.PASS, shown, _THROUGH)


async def _found(context: Context, *, until: str = "") -> Sequence[Reach]:
    """How far requests to a few hosts get; with `until` the first that ended at any other step is enough."""
    asked = [asyncio.ensure_future(reach(context, url)) for url in await sample(context)]
    found = []
    try:
        for done in asyncio.as_completed(asked):
            found.append(await done)
            if until and found[-1].step != until:
                break
    finally:
        for one in asked:  # only our waiting ends, the requests go on for their own checks
            one.cancel()
    return found


async def _all_refused(context: Context) -> Reach | None:
    """What the proxy said when it let no host through; None as soon as one got past it."""
    found = await _found(context, until="proxy")
    if any(one.step != "proxy" for one in found):
        return None
    return min(found, key=lambda one: -one.status)


def _refused(found: Reach, shown: str) -> CheckAnswer:
    """A proxy that answered is a fact; one that was not reached proves nothing."""
    words = f"{shown}: {found.detail}"
    if found.status == 407:
        address = shown.partition(", ")[0].rpartition("@")[2].rpartition("//")[2].rpartition(" ")[2]
        fix = Remedy(
            "Put user and password into the address, special characters percent-encoded (@ is %40)",
            (Command(f"export HTTPS_PROXY=http://USER:PASSWORD@{address}"),),
        )
        return CheckAnswer(Status.FAIL, words, _THROUGH, (fix,))
    if found.status == 403:
        fix = Remedy("The proxy refuses every host of the build: ask its owner to let them through", (Command(f"curl -vI {found.url}"),))
        return CheckAnswer(Status.FAIL, words, _THROUGH, (fix,))
    fix = Remedy(f"Check the proxy's address, and that it may reach {urlsplit(found.url).hostname}", (Command(f"curl -vI {found.url}"),))
    return CheckAnswer(Status.UNKNOWN, words, _THROUGH, (fix,), method=Method.NOT_VERIFIABLE)


def _differs(context: Context, build: dict[str, str], shown: str) -> CheckAnswer:
    told = ", ".join(f"{name} {without_password(value)}" for name, value in build.items()) or "no proxy"
    # an address with a password is not spelled out: the command would not work with the password left out
    commands = tuple(
        Command(f"export {n}={v}" if (v := build.get(n)) else f"unset {n} {n.lower()}") for n in _PROXIES if "@" not in build.get(n, "")
    )
    fix = Remedy("The build takes what .arg says; set the same in this shell to check the way that it will go", commands)
    where = "the answers" if not context.final else ".arg"
    observed = f"{where}: {told}; this shell: {shown or 'no proxy'}"
    return CheckAnswer(Status.WARN, observed, "the same in both", (fix,))


def _malformed(name: str, value: str) -> str:
    if value.startswith("socks") and name == "ALL_PROXY":
        return ""  # git and curl go through it; the build never sees it
    if "://" in value and not value.startswith(("http://", "https://")):
        return "only http:// and https:// are proxies here"
    if any(c.isspace() or ord(c) < 32 for c in value):
        return "it holds a blank or a control character"
    try:
        port = urlsplit(value if "://" in value else f"http://{value}").port
    except ValueError:
        return "its port is no number up to 65535"
    return "its port is 0" if port == 0 else ""


def without_password(value: str) -> str:
    """An address with its user and password left out."""
    scheme, mark, rest = value.rpartition("://")
    return f"{scheme}{mark}***@{rest.rpartition('@')[2]}" if "@" in rest else value


async def names(context: Context) -> CheckAnswer:
    """Whether any name has an address; with a proxy the proxy looks them up."""
    found = await _found(context, until="dns")
    known = next((one for one in found if one.step != "dns"), None)
    if known is not None:
        through = known.step == "proxy" or any(context.ports.environ.get(n) or context.ports.environ.get(n.lower()) for n in _PROXIES)
        host = urlsplit(known.url).hostname
        return CheckAnswer(Status.PASS, "left to the proxy" if through else f"{host} has an address", "names have addresses")
    hosts = ", ".join(str(urlsplit(one.url).hostname) for one in found)
    told = f"no name resolves ({found[0].detail})"
    silent = found[0].flaw is Flaw.SILENT_NAMES
    status = Status.UNKNOWN if silent else Status.FAIL
    method = Method.NOT_VERIFIABLE if silent else Method.VERIFIED
    return CheckAnswer(status, told, f"addresses for {hosts}", await _name_servers(context), method=method)


async def _name_servers(context: Context) -> tuple[Remedy, ...]:
    facts = await machine(context)
    fixes = [
        Remedy(
            "Connect this machine to the network; behind a proxy set HTTPS_PROXY, which then looks the names up", (Command("ip route"),)
        ),
        Remedy("Look which name servers are asked", (Command("cat /etc/resolv.conf"),)),
    ]
    if facts.systemd and facts.system == "Linux":
        fixes.append(Remedy("Where systemd-resolved runs, restart it", await as_root(context, "systemctl restart systemd-resolved")))
    if facts.nested == "WSL":
        fixes.insert(
            0,
            Remedy(
                "In WSL restart it from Windows, so that it takes the name servers of the present network", (Command("wsl --shutdown"),)
            ),
        )
    return tuple(fixes)


CHECKS_PROXY = (
    Check(
        "NET-PROXY",
        "Proxy",
        "network",
        Severity.REQUIRED,
        "step 13",
        "git, Docker and the build of step 16 each read the proxy in their own way; a wrong one stops all of them",
        proxy,
        limit=10,
        docs=("https://docs.docker.com/engine/daemon/proxy/",),
    ),
    Check(
        "NET-DNS",
        "Names",
        "network",
        Severity.REQUIRED,
        "step 1",
        "step 1 clones from a name and step 16 pulls from a dozen of them",
        names,
        needs=("NET-PROXY",),
    ),
)
