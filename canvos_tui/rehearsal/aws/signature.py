"""Checks a request's signature (version 4, in the Authorization header) with the secret that the stand-in knows."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from canvos_tui.core.values import dataclass
from canvos_tui.rehearsal.aws.protocol import Request

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request,"
    r"\s*SignedHeaders=(?P<headers>[^,]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Signed:
    """The parts of an Authorization header."""

    key_id: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str


def read_signature(request: Request) -> Signed | None:
    """The signature's parts, None for a request that is not signed."""
    found = _HEADER.match(request.headers.get("authorization", ""))
    if found is None:
        return None
    headers = tuple(found["headers"].split(";"))
    return Signed(found["key"], found["date"], found["region"], found["service"], headers, found["signature"])


def signed_at(request: Request) -> datetime | None:
    """The time that the client wrote into its request."""
    try:
        return datetime.strptime(request.headers.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def is_genuine(request: Request, signed: Signed, secret: str) -> bool:
    """Whether the request was signed with that secret."""
    key = b"AWS4" + secret.encode()
    for part in (signed.date, signed.region, signed.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    scope = f"{signed.date}/{signed.region}/{signed.service}/aws4_request"
    digest = hashlib.sha256(_canonical(request, signed).encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{request.headers.get('x-amz-date', '')}\n{scope}\n{digest}"
    return hmac.compare_digest(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), signed.signature)


def _canonical(request: Request, signed: Signed) -> str:
    pairs = [(quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in parse_qsl(request.raw_query, keep_blank_values=True)]
    query = "&".join(f"{k}={v}" for k, v in sorted(pairs))
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed.headers)
    payload = request.headers.get("x-amz-content-sha256") or request.body.raw_sha256
    return "\n".join((request.method, request.raw_path or "/", query, headers, ";".join(signed.headers), payload))
