"""Who says a line of a log, and which host, image or proxy it names: a reason means another cause in another mouth."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

_ANYBODY = "program"  # a program that nobody here knows, when its line looks like an error
# searched in order in the line in lower case; the first that fits has said it
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("awscli", r"awscli\.amazonaws\.com|awscliv2\.zip"),
        (
            "aws",
            r"amazonaws\.com|^aws: |^\S*upload failed: |^fatal error: |an error occurred \(\w|aws_(?:error|io|auth)_|botocore"
            r"|boto3|s3transfer"
            r"|endpoint url\b|\bs3://|\.api\.aws\b",
        ),
        (
            "engine",
            r"docker\.sock|podman\.sock|/_ping|:237[56]\b|docker api|docker_engine|docker daemon\b|podman socket|containerd\.sock"
            r"|error during connect|waiting for container: ",
        ),
        (
            "apk",
            r"apkindex|alpinelinux\.org|^(?:warning|error): (?:fetching|updating|opening|unable to (?:select|read)"
            r"|\S+-[\d.]+-r\d+:)|apk add",
        ),
        ("apt", r"^\s*(?:e|w|err|ign):|\[ip: |archive\.ubuntu\.com|security\.ubuntu\.com|deb\.debian\.org|inrelease\b|\bapt(?:-get)?\b"),
        (
            "apt",
            r"^ {1,4}(?:could not (?:connect|resolve|handshake)|connection (?:failed|timed)|temporary failure res"
            r"|cannot initiate|something wicked)",
        ),
        (
            "dnf",
            r"curl error \(|repodata|repomd|metadata for repo|mirrorlist|no more mirrors|\b(?:dnf|yum|zypper|microdnf"
            r"|librepo)\b|status code: \d{3} for",
        ),
        (
            "git",
            r"^(?:fatal|remote): |^error: (?:rpc failed|\d+ bytes|unable to read|server|inflate|index-pack)|unable to access '"
            r"|fetch-pack|index-pack|rpc failed|\.git/'|ls-remote|cloning into",
        ),
        ("curl", r"\bcurl: \(\d+\)"),
        (
            "builder",
            r"rpc error: code = (?:unavailable|canceled|deadline)|buildkitd|:837[12]\b|list workers|closing transport"
            r"|transport is closing",
        ),
        (
            "builder",
            r"error reading from server|failed to receive status|server handshake|graceful_stop|error reading server preface"
            r"|buildkit client",
        ),
        (
            "registry",
            r"/v2/|\bmanifests?\b|resolve (?:image config|source metadata|reference)|failed to (?:resolve|do request|copy"
            r"|authorize|pull|fetch oauth"
            r"|fetch anonymous|register layer)|error from registry|docker://|oauth token|anonymous token|\bblobs?\b|registry"
            r"|\bpull(?:ing)?\b"
            r"|\.pkg\.dev|docker\.io|quay\.io|ghcr\.io|\bgcr\.io|mcr\.microsoft\.com|public\.ecr\.aws|initializing source"
            r"|error response from daemon"
            r"|\bdocker: |requested access to the resource|cloudfront\.docker|cloudflare\.docker|docker\.com",
        ),
        (
            "wget",
            r"^wget: |^--\d{4}-|^the certificate's owner |^error: the certificate of |^gnutls: "
            r"|unable to resolve host address|http request sent|^resolving \S+ |^connecting to \S+[|:]"
            r"|^\S* ?error \d{3}: ",
        ),
        (
            "python",
            r"urllib3|requests\.exceptions|httpsconnectionpool|httpconnectionpool|\bpip\b|pypi\.org|nameresolutionerror"
            r"|sslcertverif|\[errno -?\d+\]",
        ),
        (
            "go",
            r"dial (?:tcp|udp)|x509: |net/http|tls: |lookup \S{1,255}(?: on |: )|http2: |(?:get|head|post|put) \"https?://"
            r"|read (?:tcp|udp) ",
        ),
        (
            _ANYBODY,
            r"^[\w./+-]{1,60}(?:\[\d+\]|\(\d+\))?: |^[a-z0-9_./-]{2,40}(?: [a-z0-9_-]{1,20})?: |\b(?:error|failed|failure|fatal"
            r"|cannot|could not|couldn't"
            r"|unable|panic|abort(?:ed|ing)?)\b|traceback|exception",
        ),
    )
)
SPEAKERS = frozenset(name for name, _ in _MARKS)
_AWS_HOST = re.compile(r"\b(?:s3|ec2|sts|iam|kms|ebs)[.-]([A-Za-z0-9_-]{2,30})\.(?:amazonaws\.com|api\.aws)")
_REGION = re.compile(  # by its form: which of them exist changes from year to year
    r"(?:us|eu|ap|sa|ca|me|af|il|mx|cn|eusc|us-gov|us-iso[bef]?|eu-isoe|dualstack)"
    r"(?:-(?:de|north|south|east|west|central|northeast|northwest|southeast|southwest))?-[1-9]|external-1|dualstack|accelerate"
    r"|global|fips",
    re.IGNORECASE,
)
_NO_REGIONS = ("external-1", "dualstack", "accelerate", "global", "fips")  # what else stands in the place of one
_NO_HOST = re.compile(  # botocore says of a missing name only that it could not connect
    r"could not connect to the endpoint url|resol|no such host|not known|getaddrinfo|dns_|bad address|nxdomain|unknown host"
)
_HOSTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"lookup ([\w.-]{1,253})",
        r"[Cc]ould(?:n't| not) resolve(?: (?:host ?name|host|proxy))?(?:: ?| ?['\"])([\w.-]{2,253})",
        r"resolv(?:e|ing) (?:host(?: address)? )?['\"‘`]([\w.-]{2,253})",
        r"bad address '([\w.-]{2,253})",
        r"host='([\w.-]{2,253})",
        r"(?:host ?name|[Cc]ertificate of) ['‘]([\w.-]{2,253})",
        r"[Cc]onnecting to ([\w.-]{2,253}) \(",
        r"[Cc]onnect to ([\w.-]{2,253}) port",
        r"onnect to ([\w.-]{2,253}):\d",
        r"https?://(?:[^\s/@\"']{1,200}@)?([\w.-]{2,253})",
        r"dial tcp ([\w.-]{2,253}):\d",
        r"\b([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}\.(?:com|org|net|io|dev|local|lan|internal|corp|example|aws))\b",
    )
)
_IMAGE = re.compile(
    r"(?<![\w/.:-])((?:[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?::\d{1,5})?/)?[a-z0-9][\w.-]{0,100}(?:/[\w.-]{1,100}){0,6}:[\w][\w.-]{0,127})(?![\w/])"
)
_PROXY = re.compile(r"proxy(?: URL)?:? \"?(?:https?://)?(?:[^\s/@\"']{1,200}@)?([\w.-]{2,253}:\d{2,5})")


def speaker_of(low: str) -> str:
    """Who says this line in lower case; empty when it does not look like an error of a program."""
    return next((name for name, mark in _MARKS if mark.search(low)), "")


def odd_region(text: str, regions: Callable[[], Collection[str]]) -> tuple[int, int] | None:
    """Where an address of AWS names a region that does not exist: its name is none by its form, such as `eu-wst-1`.

    A good name that is none of `regions` counts only where the line also says, or may mean, that there is no such host; they are asked
    for then alone. Where none is known every good name is one.
    """
    found = _AWS_HOST.search(text) if "amazonaws" in text or "api.aws" in text else None
    if found is None:
        return None
    name, formed = found[1].lower(), _REGION.fullmatch(found[1])
    if formed and (name in _NO_REGIONS or not _NO_HOST.search(text.lower()) or name in (known := regions()) or not known):
        return None
    return found.span(1)


def places_in(body: str) -> Mapping[str, str]:
    """The host, the image and the proxy that a line names, by the words that stand for them in commands."""
    host = next((found[1] for pattern in _HOSTS if (found := pattern.search(body))), "").rstrip(".")
    image, proxy = _IMAGE.search(body), _PROXY.search(body)
    named = {"HOST": host, "IMAGE": image[1] if image and "/" in image[1] else "", "PROXY": proxy[1] if proxy else ""}
    return MappingProxyType({name: value for name, value in named.items() if value})
