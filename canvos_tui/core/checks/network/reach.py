"""The hosts that a build needs, each by the way that the build will take. A host that was not reached is unknown, never a failure.

Two questions come first, so that one cause is one red line: does the proxy let anything through, does any name resolve.
"""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Method, Severity
from canvos_tui.core.checks.network.hosts import HOSTS, SERVICE, UBUNTU, BuildHost, Way, reach, way_of
from canvos_tui.core.checks.network.proxy import CHECKS_PROXY, without_password
from canvos_tui.core.checks.questions import as_root, machine, place
from canvos_tui.core.command_words import word
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.machine import Flaw, Reach
from canvos_tui.core.status import Status


def _asks(name: str) -> Callable[[Context], Awaitable[CheckAnswer]]:
    host = HOSTS[name]

    async def ask(context: Context) -> CheckAnswer:
        url = await host.address(context)
        if isinstance(url, CheckAnswer):
            return url
        by = await way_of(context, host.by)
        found = await reach(context, url, by.variables)
        named, way = urlsplit(url).hostname or url, told_way(by)
        if not found.reachable:
            fixes = await _mend(context, found, named, by)
            observed, cause = f"{named}{way}: {_words(found)}", _cause(found, way)
            return CheckAnswer(Status.UNKNOWN, observed, "an answer", fixes, method=Method.NOT_VERIFIABLE, cause=cause)
        if found.status in host.healthy and not _forged(context, host, found):
            return CheckAnswer(Status.PASS, f"{named}{way} answers {found.status} in {found.seconds:.1f} s", "an answer")
        return _odd(found, named, host.healthy)

    return ask


def _forged(context: Context, host: BuildHost, found: Reach) -> bool:
    """Whether a refusal is that of a filter: AWS refuses too, and puts a request id on what it says; a stand-in need not."""
    return found.status == 403 and host.healthy is SERVICE and not found.amazon and not context.ports.aws.endpoint()


def _odd(found: Reach, named: str, healthy: tuple[int, ...]) -> CheckAnswer:
    """Something answered, and not as the host does when all is well."""
    wanted = " or ".join(map(str, healthy[:2])) if healthy is not SERVICE else "an answer of AWS below 500"
    look = Command(f"curl -sSI {found.url}")
    advice = {
        403: f"A filter on the way may refuse {named}: ask for it to be let through",
        429: f"{named} limits requests from this address: wait, or log in there",
        511: "This network wants a login in a browser first",
    }.get(found.status, f"Something between here and {named} may answer in its place, or it has a bad hour")
    return CheckAnswer(Status.WARN, f"{named} answers {found.status}", wanted, (Remedy(advice, (look,)),))


def _words(found: Reach) -> str:
    """The step that failed; the proxy and the time limit name themselves."""
    return found.detail if found.step in {"proxy", "timeout"} and found.detail else f"{found.step}: {found.detail}"


def _cause(found: Reach, way: str) -> str:
    """What other hosts that were not reached would have in common with this one."""
    if found.step == "tls":
        if found.flaw is Flaw.NO_CERTIFICATES:
            return "SSL_CERT_FILE names no file of certificates"
        if found.flaw is Flaw.DATES:
            return "certificates are not valid by this machine's clock"
        return f"{found.issuer or 'something on the way'} opens TLS connections"
    return {
        "dns": "names have no address here",
        "connect": f"connections are refused{way}",
        "timeout": f"no host answers in time{way}",
        "proxy": f"the proxy does not lead out{way}",
        "http": "something else answers in the place of the hosts",
    }.get(found.step, "")


def told_way(way: Way) -> str:
    """By which way a host is asked, in words; empty where it is that of this shell."""
    if not way.variables:
        return ""
    proxy = way.variables["HTTPS_PROXY"] or way.variables["HTTP_PROXY"] or way.variables["ALL_PROXY"]
    return f" by {way.words}, {without_password(proxy)}" if proxy else f" by {way.words}, without a proxy"


def curl(url: str, variables: Mapping[str, str]) -> str:
    """The command that asks the same by the same way; user and password of a proxy are left to fill in."""
    if not variables:
        return f"curl -sSI {url}"
    proxy = variables["HTTPS_PROXY" if url.startswith("https:") else "HTTP_PROXY"] or variables["ALL_PROXY"]
    if not proxy:
        return f"curl -sSI --noproxy '*' {url}"
    shown = without_password(proxy).replace("***@", "USER:PASSWORD@", 1)
    return f"curl -sSI --proxy {shlex.quote(shown)} {url}"


async def _mend(context: Context, found: Reach, named: str, way: Way) -> tuple[Remedy, ...]:
    look = Command(curl(found.url, way.variables))
    if way.variables and found.step in {"connect", "timeout", "dns", "proxy"}:
        of_shell = next(
            (v for n in ("HTTPS_PROXY", "HTTP_PROXY") if (v := context.ports.environ.get(n) or context.ports.environ.get(n.lower()))), ""
        )
        advice = f"This shell goes through {without_password(of_shell)}" if of_shell else "This shell goes without a proxy"
        if way.file is not None:
            said = f"{advice}, Earthly's container through what `proxies` in {way.file} names: correct it there, or take it out"
            return (Remedy(said, (look, Command(f"grep -n -A8 '\"proxies\"' {word(str(way.file))}"))),)
        return (Remedy(f"{advice}, the build as .arg says: write the same into HTTP_PROXY and HTTPS_PROXY there", (look,), page="os"),)
    if found.step == "tls":
        return await _untrusted(context, found, named)
    nested = (await machine(context)).nested
    advice = {
        "dns": f"Check the name server: {named} has no address here",
        "connect": f"A firewall may be in the way, or a proxy is needed to reach {named}",
        "timeout": f"A firewall may drop packets to {named}; try again, or set HTTPS_PROXY",
        "proxy": f"Ask for {named} to be let through the proxy",
        "http": f"Something that is no web server answers for {named}",
    }.get(found.step, "Look at the answer")
    fixes = [Remedy(advice, (look,))]
    if found.step == "dns" and nested == "WSL":
        fixes.append(
            Remedy("In WSL the name server may be that of a network left behind: restart it from Windows", (Command("wsl --shutdown"),))
        )
    if found.step == "dns":
        fixes.append(Remedy("See which name servers are asked", (Command("cat /etc/resolv.conf"),)))
    return tuple(fixes)


async def _untrusted(context: Context, found: Reach, named: str) -> tuple[Remedy, ...]:
    if found.flaw is Flaw.NO_CERTIFICATES:
        return (Remedy("Name a file of certificates in PEM form, or none: the system's then count", (Command("unset SSL_CERT_FILE"),)),)
    if found.flaw is Flaw.DATES:
        return (Remedy("Look at this machine's clock first: a wrong one makes good certificates bad", (Command("date -u"),)),)
    if found.flaw is Flaw.NO_TLS:
        return (Remedy(f"What answers for {named} speaks no TLS: check the address, and SPECTRO_PUB_REPO where it names a mirror"),)
    who = f"{found.issuer} opens TLS on the way" if found.issuer else "A proxy may open TLS on the way"
    certs = f"{place(context)}/certs/" if context.draft.folder else "the checkout's certs/"
    return (
        Remedy(
            f"{who}: put its certificate (.crt) into {certs} for the build and into this machine's store",
            await as_root(context, "cp PROXY-CA.crt /usr/local/share/ca-certificates/", "update-ca-certificates"),
        ),
        Remedy("Best ask for an exception: the last steps of the build do not see certs/"),
    )


CHECKS_NETWORK = (
    *CHECKS_PROXY,
    *(
        Check(name, f"Reach {host.title}", "network", Severity.REQUIRED, host.step, host.why, _asks(name), needs=("NET-PROXY", "NET-DNS"))
        for name, host in HOSTS.items()
    ),
)
__all__ = ["CHECKS_NETWORK", "HOSTS", "UBUNTU"]
