"""The hosts that a build needs (Earthfile of +aws-cloud-image): their addresses, and what a healthy answer of each is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from pathlib import Path

from canvos_tui.core.checkout.proxy_mode import build_way, same_way
from canvos_tui.core.checks.check import CheckAnswer, Context, Wait, waits
from canvos_tui.core.checks.network import client_proxies
from canvos_tui.core.checks.questions import args, registry
from canvos_tui.core.machine import Reach
from canvos_tui.core.status import Status
from canvos_tui.core.values import dataclass

GITHUB = "https://github.com/"
UBUNTU = "http://archive.ubuntu.com/ubuntu/"  # apt asks without TLS
OPENSUSE = "https://download.opensuse.org/"
AWSCLI = "https://awscli.amazonaws.com/awscli-exe-linux-x86_64.zip"
_REGISTRY = (200, 401)  # a registry asks for a login before it says anything else
_PAGE = (200, 301, 302, 307, 308)
SERVICE = tuple(code for code in range(200, 500) if code not in {407, 429})  # unsigned requests are refused in many ways
_SUFFIX = {"cn": "amazonaws.com.cn", "us-iso": "c2s.ic.gov", "us-isob": "sc2s.sgov.gov", "eusc": "amazonaws.eu"}


class Asker(Enum):
    """Who asks a host, and so by which proxies."""

    SHELL = "git, from this shell"
    PULL = "Earthly's container, which pulls images"
    STEP = "a step of the build"


@dataclass(frozen=True)
class Way:
    """The proxy variables that count for an asker instead of this shell's; none where both lead the same way."""

    variables: Mapping[str, str]
    words: str = "the build's way"
    file: Path | None = None  # the config.json that says so


Address = Callable[[Context], Awaitable[str | CheckAnswer]]


@dataclass(frozen=True)
class BuildHost:
    """A host of the build. `address` gives its URL, or the answer already: it waits for something, or nobody needs the host."""

    title: str
    address: Address
    healthy: tuple[int, ...]
    step: str
    why: str
    by: Asker = Asker.STEP


def _fixed(url: str) -> Address:
    async def address(_: Context) -> str:
        return url

    return address


async def _registry(context: Context) -> str:
    return f"https://{(await registry(context)).partition('/')[0]}/v2/"


async def _opensuse(context: Context) -> str | CheckAnswer:
    chosen = (await args(context)).get("OS_DISTRIBUTION") or context.draft.text("OS_DISTRIBUTION")
    if not chosen:
        return waits(Wait("OS_DISTRIBUTION", ("os",)))
    return OPENSUSE if chosen == "opensuse-leap" else _needless(f"OS_DISTRIBUTION is {chosen}")


def _needless(why: str) -> CheckAnswer:
    return CheckAnswer(Status.PASS, f"not needed: {why}", "an answer where it is needed")


def _endpoint(service: str) -> Address:
    async def address(context: Context) -> str | CheckAnswer:
        if own := context.ports.aws.endpoint():
            return own
        region = context.draft.text("REGION")
        return f"https://{service}.{region}.{suffix(region)}/" if region else waits(Wait("REGION", ("s3",)))

    return address


def suffix(region: str) -> str:
    """The domain of AWS's endpoints in a region; each partition has its own."""
    parts = region.split("-")
    return _SUFFIX.get("-".join(parts[:2])) or _SUFFIX.get(parts[0]) or "amazonaws.com"


HOSTS: dict[str, BuildHost] = {
    "NET-GITHUB": BuildHost(
        "github.com", _fixed(GITHUB), _PAGE, "step 1", "steps 1 and 3 clone CanvOS and fetch its tags from it", Asker.SHELL
    ),
    "NET-REGISTRY": BuildHost(
        "the vendor's registry",
        _registry,
        _REGISTRY,
        "step 16",
        "step 16 pulls Earthly, the Palette agent and most base images from it",
        Asker.PULL,
    ),
    "NET-QUAY": BuildHost(
        "quay.io",
        _fixed("https://quay.io/v2/"),
        _REGISTRY,
        "step 16",
        "step 16 pulls AuroraBoot, which builds the raw disk, from it",
        Asker.PULL,
    ),
    "NET-DOCKERHUB": BuildHost(
        "Docker Hub",
        _fixed("https://registry-1.docker.io/v2/"),
        _REGISTRY,
        "step 16",
        "step 16 pulls the image that runs Docker inside the build from it",
        Asker.PULL,
    ),
    "NET-UBUNTU": BuildHost(
        "archive.ubuntu.com",
        _fixed(UBUNTU),
        _PAGE,
        "step 16",
        "step 16 installs packages from it, on an Ubuntu base and in the container that uploads, whatever OS was chosen",
    ),
    "NET-OPENSUSE": BuildHost("download.opensuse.org", _opensuse, _PAGE, "step 16", "step 16 updates an openSUSE base image from it"),
    "NET-ALPINE": BuildHost(
        "dl-cdn.alpinelinux.org",
        _fixed("https://dl-cdn.alpinelinux.org/alpine/"),
        _PAGE,
        "step 16",
        "step 16 fetches the tools for the content partition from it; when it is blocked the error names another cause",
    ),
    "NET-AWSCLI": BuildHost(
        "awscli.amazonaws.com",
        _fixed(AWSCLI),
        (200,),
        "step 16",
        "step 16 downloads the AWS command line from it after the image is built; a failure there costs the whole build",
    ),
    "NET-S3": BuildHost("S3 of the region", _endpoint("s3"), SERVICE, "step 10", "step 16 uploads the image to it at its very end"),
    "NET-EBS": BuildHost(
        "EBS direct of the region", _endpoint("ebs"), SERVICE, "step 16", "on the direct route step 16 writes the image to it", Asker.SHELL
    ),
    "NET-EC2": BuildHost(
        "EC2 of the region", _endpoint("ec2"), SERVICE, "step 10", "step 16 makes the snapshot and registers the AMI there"
    ),
}


async def way_of(context: Context, by: Asker) -> Way:
    """The way by which a host will be asked."""
    if by is Asker.SHELL:
        return Way({})
    shell = context.ports.environ
    if by is Asker.PULL and (of_docker := await client_proxies.given(context)):
        file = client_proxies.config_file(context)
        return Way({} if same_way(of_docker, shell) else of_docker, f"the way of {file}", file)
    variables = build_way(await args(context), shell)
    return Way({} if same_way(variables, shell) else variables)


async def reach(context: Context, url: str, variables: Mapping[str, str] | None = None) -> Reach:
    """How far a request to it gets from this shell, or with variables over the shell's; asked once for all checks that want to know."""
    way = repr(sorted((variables or {}).items()))
    return await context.once(f"reach {url} {way}", lambda: context.ports.network.reach(url, variables))


async def sample(context: Context) -> tuple[str, ...]:
    """A few hosts of different owners, to tell a network that does not work from a host that does not."""
    return await _addresses(context, ("NET-GITHUB", "NET-REGISTRY", "NET-QUAY", "NET-DOCKERHUB"))


async def clocks(context: Context) -> tuple[str, ...]:
    """Hosts whose answers carry the time: AWS's, one without TLS, which a wrong clock cannot break, and github.com."""
    return await _addresses(context, ("NET-S3", "NET-EC2", "NET-AWSCLI", "NET-UBUNTU", "NET-GITHUB"))


async def _addresses(context: Context, names: tuple[str, ...]) -> tuple[str, ...]:
    """The URLs of those hosts that have one now, each once."""
    found = [await HOSTS[name].address(context) for name in names]
    return tuple(dict.fromkeys(url for url in found if isinstance(url, str)))
