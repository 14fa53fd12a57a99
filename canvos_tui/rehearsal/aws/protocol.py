"""Requests, answers and refusals, apart from any socket, and the XML that three of AWS' protocols are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

from canvos_tui.core.values import dataclass

Tree = str | int | bool | None | Mapping[str, "Tree"] | Sequence["Tree"]
REQUEST_ID = "4f0c1a52-rehearsal"


@dataclass(frozen=True)
class Body:
    """What a request carried: size, digests and its first bytes (everything, when it was small)."""

    size: int = 0
    md5: str = "d41d8cd98f00b204e9800998ecf8427e"
    raw_sha256: str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    kept: bytes = b""
    crc32: int = 0


@dataclass(frozen=True)
class Request:
    """One request; header names are in lower case, `raw_path` and `raw_query` are as they came."""

    method: str
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]
    body: Body = field(default_factory=Body)

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; one without a value is an empty text."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The parameters of a query-protocol call, from the body or the address."""
        found = dict(parse_qsl(self.body.kept.decode("utf-8", "replace"), keep_blank_values=True))
        return found or self.query

    def target(self) -> tuple[str, str]:
        """Bucket and key, in path style or with the bucket as the host's first label."""
        path = unquote(self.raw_path).lstrip("/")
        host = self.headers.get("host", "").split(":")[0]
        found = re.fullmatch(r"(.+?)\.(?:s3[.-].*|localhost)", host)
        if found:
            return found[1], path
        bucket, _, key = path.partition("/")
        return bucket, key


@dataclass(frozen=True)
class HttpAnswer:
    """A whole answer; `length` is for HEAD, whose body has a size but is not sent."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


class RefusalError(Exception):
    """AWS says no: code, sentence, HTTP status and headers."""

    def __init__(self, code: str, message: str, status: int = 400, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.headers = dict(headers or {})


class HangUpError(Exception):
    """The connection ends without an answer."""


def xml(name: str, tree: Tree, *, items: bool, space: str = "") -> bytes:
    """A document. Lists become `<item>` elements (EC2), or repeat their own name when `items` is false (S3)."""
    attribute = f' xmlns="{space}"' if space else ""
    inner = _inner(tree, items=items)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{attribute}>{inner}</{name}>'.encode()


def _inner(tree: Tree, *, items: bool) -> str:
    if isinstance(tree, Mapping):
        return "".join(_element(name, value, items=items) for name, value in tree.items())
    if isinstance(tree, bool):
        return "true" if tree else "false"
    return escape(str(tree))


def _element(name: str, tree: Tree, *, items: bool) -> str:
    if tree is None:
        return ""
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        if items:
            return f"<{name}>" + "".join(f"<item>{_inner(t, items=items)}</item>" for t in tree) + f"</{name}>"
        return "".join(f"<{name}>{_inner(t, items=items)}</{name}>" for t in tree)
    return f"<{name}>{_inner(tree, items=items)}</{name}>"


def query_document(action: str, result: Tree, space: str) -> HttpAnswer:
    """The answer of a query-protocol service such as STS or IAM."""
    tree: Tree = {f"{action}Result": result, "ResponseMetadata": {"RequestId": REQUEST_ID}}
    return HttpAnswer(200, xml(f"{action}Response", tree, items=False, space=space), {"Content-Type": "text/xml"})


def error_document(service: str, refusal: RefusalError) -> bytes:
    """The body of an error in the words of that service."""
    error: dict[str, Tree] = {"Code": refusal.code, "Message": refusal.message}
    if service == "s3":
        return xml("Error", {**error, "RequestId": REQUEST_ID}, items=False)
    if service == "ec2":
        return xml("Response", {"Errors": {"Error": error}, "RequestID": REQUEST_ID}, items=True)
    return xml("ErrorResponse", {"Error": {"Type": "Sender", **error}, "RequestId": REQUEST_ID}, items=False)
