"""Turns whatever the SDK raises into one AwsError: what is wrong in a sentence, AWS' own code, and what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from canvos_tui.core.aws.facts import CLOCK_SKEW, DENIALS, THROTTLES
from canvos_tui.core.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
_CLOCK_CODES = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"})
_CLOCK_TEXT = re.compile(r"Signature (expired|not yet current)", re.IGNORECASE)
_UNKNOWN_KEY = (
    "AWS does not know this access key, or it was deactivated or deleted",
    "compare the key id with IAM > Users > Security credentials: it must be listed there as Active; "
    "keys of AWS China and GovCloud work in their own regions only",
)
_SENTENCES = {
    "InvalidClientTokenId": _UNKNOWN_KEY,
    "InvalidAccessKeyId": _UNKNOWN_KEY,
    "UnrecognizedClientException": _UNKNOWN_KEY,
    "SignatureDoesNotMatch": ("the secret key does not belong to this access key", "paste the secret again; it is 40 characters long"),
    "AuthFailure": (
        "EC2 does not accept these keys in this region",
        "check key id and secret; a region that must be enabled first refuses every key until then",
    ),
    "OptInRequired": ("the account may not use this region", "enable the region in the account's settings, or choose another"),
    "NoSuchBucket": ("the bucket does not exist", "check the bucket's name"),
    CLOCK_SKEW: (
        "this machine's clock is wrong, so AWS refuses its signatures",
        "switch time synchronisation on: sudo timedatectl set-ntp true",
    ),
    "expired": ("the temporary keys have expired", "log in again or get new keys"),
    "denied": ("these keys lack a permission", "ask for the missing action"),
    "throttled": ("AWS asks to slow down", "other programs use the same account; try again in a minute"),
    "unreachable": ("AWS cannot be reached", "check the network and the name server"),
    "timeout": ("AWS did not answer in time", "check the network, a firewall or the proxy settings"),
    "proxy": ("the proxy does not let the request through", "check HTTPS_PROXY and NO_PROXY"),
    "tls": ("the certificate of the server is not trusted", "behind an inspecting proxy set AWS_CA_BUNDLE to its certificate file"),
    "foreign-answer": ("something answered that is not AWS", "a proxy or a login page of the network may stand in between"),
    "no-keys": ("no keys were found", "set them up with `aws configure`, or type them here"),
    "sso": ("the session of the login has ended", "run `aws sso login` for that profile"),
    "invalid": ("the request cannot be made with these values", "check region, bucket and key"),
}
_SDK_ERRORS = (  # class name in botocore -> our code; the first that fits wins, so the special ones come first
    ("ProxyConnectionError", "proxy"),
    ("SSLError", "tls"),
    ("ConnectTimeoutError", "timeout"),
    ("ReadTimeoutError", "timeout"),
    ("EndpointConnectionError", "unreachable"),
    ("ConnectionError", "unreachable"),
    ("HTTPClientError", "unreachable"),
    ("SSOError", "sso"),
    ("TokenRetrievalError", "sso"),
    ("NoAuthTokenError", "sso"),
    ("NoCredentialsError", "no-keys"),
    ("PartialCredentialsError", "no-keys"),
    ("CredentialRetrievalError", "no-keys"),
    ("ProfileNotFound", "no-keys"),
    ("ResponseParserError", "foreign-answer"),
)
_USERINFO = re.compile(r"://[^/\s@]+@")
_ENCODED = re.compile(r"\s*Encoded authorization failure message: (\S+)")


def translate(error: Exception, *, hidden: tuple[str, ...] = (), temporary: bool = False) -> AwsError:
    """The AwsError for something that botocore raised; `hidden` texts never appear in it."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        refused = _refused(response, hidden, temporary=temporary)
        refused.operation = str(getattr(error, "operation_name", ""))
        return refused
    names = {cls.__name__ for cls in type(error).__mro__}
    code = next((ours for name, ours in _SDK_ERRORS if name in names), "invalid")
    sentence, remedy = _SENTENCES[code]
    detail = "" if code in {"proxy", "foreign-answer"} else f": {_clean(str(error), hidden)}"
    return AwsError(sentence + detail, code=code, remedy=remedy)


def _refused(response: Mapping[str, Any], hidden: tuple[str, ...], *, temporary: bool) -> AwsError:
    error, about = response["Error"], response.get("ResponseMetadata", {})
    code, said = str(error.get("Code", "")), _clean(str(error.get("Message", "")), hidden)
    status = int(about.get("HTTPStatusCode", 0))
    kind = _kind(code, said, status, temporary=temporary)
    sentence, remedy = _SENTENCES.get(kind, ("AWS refused the request", "see AWS' own words"))
    shown = CLOCK_SKEW if kind == CLOCK_SKEW else code
    text = f"{sentence} ({code}: {said})" if said and said != code else f"{sentence} ({code})"
    return AwsError(
        text, code=shown, remedy=remedy, status=status, request_id=str(about.get("RequestId", "")), said=said, sealed=_sealed(error)
    )


def _sealed(error: Mapping[str, Any]) -> str:
    found = _ENCODED.search(str(error.get("Message", "")))
    return found[1] if found else ""


def _kind(code: str, said: str, status: int, *, temporary: bool) -> str:
    if code in _CLOCK_CODES or _CLOCK_TEXT.match(said):
        return CLOCK_SKEW
    if code == "RequestExpired":  # EC2's word for both; keys without a token cannot expire
        return "expired" if temporary else CLOCK_SKEW
    if code in EXPIRED:
        return "expired"
    if code in THROTTLES:
        return "throttled"
    if code in _SENTENCES:
        return code
    return "denied" if code in DENIALS or status == 403 else code


def _clean(text: str, hidden: tuple[str, ...]) -> str:
    text = _USERINFO.sub("://***@", _ENCODED.sub("", text))
    for secret in hidden:
        text = text.replace(secret, "***") if secret else text
    return text
