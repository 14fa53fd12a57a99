"""Text becomes a value here, once, or is refused with the reason, what is allowed and what to do."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.secret import Secret
from canvos_tui.core.values.late_pattern import pattern

_TAG = pattern(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_HOST_LABEL = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_PATH_PART = pattern(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_REGION = pattern(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]+")
_BUCKET = pattern(r"[a-z0-9][a-z0-9.-]*[a-z0-9]")
_KEY = pattern(r"[A-Za-z0-9][A-Za-z0-9._/-]{2,127}")
_VERSION = pattern(r"\d+\.\d+\.\d+")
_OS_VERSION = pattern(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_WORD = pattern(r"[a-z0-9][a-z0-9-]*")
_SCHEME = pattern(r"[A-Za-z][A-Za-z0-9+.-]{0,9}")
_PROXY = pattern(r"https?://(?:[A-Za-z0-9._~!$&*+,;=:%-]*@)?(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?/?")
_NO_PROXY = pattern(r"[A-Za-z0-9.:/*,_-]*")
_SHORT_TOKEN = 16  # real ones have hundreds of characters
_PROXY_UNSAFE = "!$&*;~"  # a shell or one of the two readers of .arg gives these a meaning


def _first_bad(text: str, good: str) -> str:
    """The first character outside a character class, in words."""
    for char in text:
        if not re.fullmatch(f"[{good}]", char):
            return _spell(char)
    return ""


def _spell(char: str) -> str:
    if char == " ":
        return "a blank"
    if not char.isprintable():
        return f"a control character (U+{ord(char):04X})"
    return f"`{char}`"


def _needed(text: str, what: str, allowed: str, remedy: str = "", suggestion: str = "") -> str:
    text = text.strip()
    if not text:
        raise InvalidValueError(f"{what} is needed", allowed=allowed, remedy=remedy, suggestion=suggestion)
    return text


def _suggested(text: str, parse: Callable[[str], object]) -> str:
    """The text, or "" where that would be refused itself."""
    try:
        parse(text)
    except InvalidValueError:
        return ""
    return text


def parse_image_tag(text: str) -> str:
    """CUSTOM_TAG (guide step 6): part of an OCI tag, which has 128 characters at most; `x.y.z-` and the agent's version come before it."""
    allowed = "lower case letters, digits, `-`"
    text = _needed(text, "an image tag", allowed, suggestion="palette-learn")
    if bad := _first_bad(text, "a-z0-9.-"):
        meant = _suggested(text.lower(), parse_image_tag) if text != text.lower() else ""
        raise InvalidValueError(f"{bad} is not allowed in an image tag", allowed=allowed, final=True, suggestion=meant)
    if not _TAG.fullmatch(text):
        meant = _suggested(text.strip(".-"), parse_image_tag)
        raise InvalidValueError("an image tag starts and ends with a letter or digit", allowed=allowed, suggestion=meant)
    if len(text) > 90:
        raise InvalidValueError(f"{len(text)} characters are too many", allowed="90 characters, the whole tag has 128 at most")
    return text


def _scheme(text: str) -> str:
    """What stands before `://`; only a word is named as it was typed."""
    name = text.partition("://")[0]
    return name if _SCHEME.fullmatch(name) else ""


def parse_registry(text: str) -> str:
    """IMAGE_REGISTRY (guide step 7): a Docker ID, or host[:port][/path...] without a scheme."""
    allowed = "a Docker ID, or a host such as registry.acme.com:5000/team"
    text = _needed(text, "a registry", allowed, "try your Docker ID")
    if "://" in text:
        meant = _suggested(text.rpartition("://")[2].rstrip("/"), parse_registry)
        raise InvalidValueError(f"a registry has no `{_scheme(text)}://` before it", allowed=allowed, suggestion=meant)
    if bad := _first_bad(text, "A-Za-z0-9._:/-"):
        raise InvalidValueError(f"{bad} is not allowed in a registry", allowed=allowed, final=True)
    if text.endswith("/"):
        meant = _suggested(text.rstrip("/"), parse_registry)
        raise InvalidValueError("a registry does not end with `/`", allowed=allowed, suggestion=meant)
    host, *path = text.split("/")
    _check_registry_host(host, path, allowed)
    for part in path:
        if not _PATH_PART.fullmatch(part):
            raise InvalidValueError(f"`{part}` cannot be part of a registry's path", allowed="lower case letters, digits, `.`, `_`, `-`")
    return text


def _check_registry_host(host: str, path: list[str], allowed: str) -> None:
    name, colon, port = host.partition(":")
    if colon and not (port.isdigit() and 0 < int(port) < 65536):
        raise InvalidValueError(f"`{port}` is no port", allowed="1 to 65535")
    if "_" in name:
        meant = _suggested("/".join((host.replace("_", "-"), *path)), parse_registry)
        raise InvalidValueError("`_` is not allowed in a registry name (DNS rules)", allowed=allowed, final=True, suggestion=meant)
    for label in name.split("."):
        if not _HOST_LABEL.fullmatch(label) or len(label) > 63:
            raise InvalidValueError(f"`{name}` is no host name", allowed=allowed)


def parse_os_distribution(text: str) -> str:
    """OS_DISTRIBUTION (guide step 8): a name; which ones an Earthfile knows differs by tag: any is taken, the rest is a warning."""
    allowed = "a name of letters, digits, `.`, `_`, `-`, such as ubuntu"
    text = _needed(text, "an operating system", allowed, suggestion="ubuntu")
    if bad := _first_bad(text, "A-Za-z0-9._-"):
        raise InvalidValueError(f"{bad} is not allowed in the name of an operating system", allowed=allowed, final=True)
    if not _OS_VERSION.fullmatch(text):
        raise InvalidValueError("the name of an operating system starts with a letter or digit", allowed=allowed)
    return text


def parse_os_version(text: str) -> str:
    """OS_VERSION (guide step 8): part of the base image's tag, such as 24.04."""
    allowed = "digits, letters, `.`, `_`, `-`, for example 24.04"
    text = _needed(text, "an OS version", allowed, suggestion="24.04")
    if not _OS_VERSION.fullmatch(text):
        bad = _first_bad(text, "0-9A-Za-z._-") or f"`{text[0]}` at the start"
        raise InvalidValueError(f"{bad} is not allowed in an OS version", allowed=allowed, final=True)
    return text


def parse_k8s_distribution(text: str) -> str:
    """K8S_DISTRIBUTION (guide step 9): a key of k8s_version.json, such as kubeadm."""
    allowed = "kubeadm, k3s, rke2 and the other names in k8s_version.json"
    text = _needed(text, "a Kubernetes distribution", allowed, suggestion="kubeadm")
    if not _WORD.fullmatch(text):
        raise InvalidValueError(f"`{text}` is no distribution's name", allowed=allowed)
    return text


def parse_k8s_version(text: str) -> str:
    """K8S_VERSION (guide step 9): x.y.z without a leading v."""
    allowed = "three numbers with dots, for example 1.33.5"
    text = _needed(text, "a Kubernetes version", allowed, suggestion="1.33.5")
    if not _VERSION.fullmatch(text):
        bare = text.lstrip("vV")
        meant = _suggested(bare, parse_k8s_version) if bare != text else ""
        raise InvalidValueError(f"`{text}` is no Kubernetes version", allowed=allowed, suggestion=meant)
    return text


def parse_region(text: str) -> str:
    """REGION (guide step 10): the shape of an AWS region's name."""
    allowed = "a region such as us-east-1, eu-west-1, us-gov-west-1"
    text = _needed(text, "a region", allowed)
    if not _REGION.fullmatch(text):
        zone = re.fullmatch(r"([a-z]{2,}(?:-[a-z]+)+-\d+)[a-z]", text)
        remedy, meant = (f"that is a zone, try {zone[1]}", zone[1]) if zone else ("", "")
        raise InvalidValueError(f"`{text}` is no region's name", allowed=allowed, remedy=remedy, suggestion=meant)
    return text


def parse_bucket(text: str) -> str:
    """S3_BUCKET (guide step 10): the bucket naming rules of the S3 user guide."""
    allowed = "3-63 of lower case letters, digits, `.`, `-`"
    text = _needed(text, "a bucket", allowed)
    if text.startswith("s3://"):
        meant = _suggested(text.removeprefix("s3://").partition("/")[0], parse_bucket)
        raise InvalidValueError("a bucket's name has no `s3://` before it", allowed=allowed, suggestion=meant)
    if bad := _first_bad(text, "a-z0-9.-"):
        raise InvalidValueError(f"{bad} is not allowed in a bucket's name", allowed=allowed, final=True)
    if not 3 <= len(text) <= 63:
        raise InvalidValueError(f"a bucket's name has 3 to 63 characters, this one {len(text)}", allowed=allowed)
    for wrong, reason in _BUCKET_RULES:
        if wrong(text):
            raise InvalidValueError(reason, allowed=allowed)
    return text


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


_BUCKET_RULES: tuple[tuple[Callable[[str], object], str], ...] = (
    (lambda t: not _BUCKET.fullmatch(t), "a bucket's name starts and ends with a letter or digit"),
    (lambda t: ".." in t or ".-" in t or "-." in t, "`..`, `.-` and `-.` are not allowed in a bucket's name"),
    (_is_ipv4, "a bucket's name cannot be an IP address"),
    (
        lambda t: t.startswith(("xn--", "sthree-", "amzn-s3-demo-")),
        "names that start with xn--, sthree- or amzn-s3-demo- are reserved by AWS",
    ),
    (
        lambda t: t.endswith(("-s3alias", "--ol-s3", ".mrap", "--x-s3")),
        "names that end with -s3alias, --ol-s3, .mrap or --x-s3 are reserved by AWS",
    ),
)


def parse_s3_key(text: str) -> str:
    """S3_KEY (guide step 11): object key, AMI name (RegisterImage: 3-128 characters) and a word in the script's commands."""
    allowed = "3-128 of letters, digits, `.`, `_`, `/`, `-`; it names the S3 object and the AMI"
    text = _needed(text, "a key", allowed, "the script would use the raw file's name instead")
    if bad := _first_bad(text, "A-Za-z0-9._/-"):
        whole = text.removeprefix("s3://").partition("/")[2] if text.startswith("s3://") else text  # the bucket has a field of its own
        safe = re.sub(r"//+", "/", re.sub(r"[^A-Za-z0-9._/-]+", "-", whole)).strip("-/")
        meant = _suggested(safe, parse_s3_key) if safe != text else ""
        raise InvalidValueError(f"{bad} is not allowed in a key", allowed=allowed, final=True, suggestion=meant)
    if not 3 <= len(text) <= 128:
        raise InvalidValueError(f"a key has 3 to 128 characters, this one {len(text)}", allowed=allowed)
    if not _KEY.fullmatch(text) or text.endswith("/") or "//" in text:
        raise InvalidValueError("a key starts with a letter or digit, does not end with `/` and has no `//`", allowed=allowed)
    return text


def parse_access_key_id(text: str) -> str:
    """AWS_ACCESS_KEY_ID (guide step 12), of a long-lived key or of a temporary one; whether the route takes that is asked elsewhere."""
    allowed = "20 characters that start with AKIA, or with ASIA for a temporary key"
    text = "".join(text.split())
    text = _needed(text, "an access key ID", allowed)
    if not re.fullmatch(r"[A-Z0-9]{16,128}", text):
        bad = _first_bad(text, "A-Z0-9")
        raise InvalidValueError(f"{bad} is not in an access key ID" if bad else f"{len(text)} characters are too few", allowed=allowed)
    if len(text) != 20 or not text.startswith(("AKIA", "ASIA")):
        raise InvalidValueError(f"an access key ID has 20 characters and starts with AKIA, this one has {len(text)}", allowed=allowed)
    return text


def parse_secret_key(text: str) -> Secret:
    """AWS_SECRET_ACCESS_KEY (guide step 12); blanks and line ends that came with a paste are dropped."""
    allowed = "40 letters, digits, `/`, `+`, `=`"
    text = _needed("".join(text.split()), "a secret access key", allowed)
    if _first_bad(text, "A-Za-z0-9/+="):
        raise InvalidValueError("there is a character that no secret access key has", allowed=allowed)
    if len(text) != 40:
        raise InvalidValueError(f"a secret access key has 40 characters, this one {len(text)}", allowed=allowed)
    return Secret(text)


def parse_session_token(text: str) -> Secret:
    """AWS_SESSION_TOKEN, an empty secret for none; blanks and line ends that came with a paste are dropped."""
    allowed = "letters, digits, `/`, `+`, `=`; empty for a long-lived key"
    text = "".join(text.split())
    if _first_bad(text, "A-Za-z0-9/+=_-"):
        raise InvalidValueError("there is a character that no session token has", allowed=allowed)
    if 0 < len(text) < _SHORT_TOKEN:
        raise InvalidValueError(f"a session token has hundreds of characters, this one {len(text)}", allowed=allowed)
    return Secret(text)


def parse_proxy(text: str) -> str:
    """HTTP_PROXY, HTTPS_PROXY: http://[user:password@]host:port, or nothing; the password percent-encoded."""
    allowed = "http://host:port, with a login as user:password@ before the host, or empty"
    text = text.strip()
    if not text:
        return ""
    if "://" not in text:
        raise InvalidValueError(
            "a proxy needs `http://` before its name", allowed=allowed, suggestion=_suggested(f"http://{text}", parse_proxy)
        )
    if _scheme(text).lower() not in {"http", "https"}:
        raise InvalidValueError(f"a proxy has `http://` before its name, not `{_scheme(text)}://`", allowed=allowed)
    if not _PROXY.fullmatch(text):
        raise InvalidValueError(
            "this is no proxy's address", allowed=allowed, remedy="percent-encode special characters of the password, `@` is %40"
        )
    for char in _PROXY_UNSAFE:
        if char in text:
            raise InvalidValueError(f"`{char}` must be percent-encoded", allowed=allowed, remedy=f"write %{ord(char):02X} for it")
    return text


def parse_no_proxy(text: str) -> str:
    """NO_PROXY: hosts, domains and networks separated by commas, or nothing."""
    allowed = "hosts, domains and networks with commas between, for example 10.0.0.0/8,.corp"
    text = text.strip()
    if not _NO_PROXY.fullmatch(text):
        raise InvalidValueError(f"{_first_bad(text, 'A-Za-z0-9.:/*,_-')} is not allowed here", allowed=allowed, final=True)
    return text


def parse_base_image(text: str) -> str:
    """BASE_IMAGE: an image reference, or nothing; needed for rhel and sles."""
    text = text.strip()
    if text and not re.fullmatch(r"[a-z0-9][A-Za-z0-9._:/@-]*", text):
        raise InvalidValueError(f"`{text}` is no image reference", allowed="registry/path:tag, or empty")
    return text
