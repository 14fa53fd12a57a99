"""Reads a request's body from the socket: by length, chunked, or in S3's own framing; large ones are counted, not kept."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from io import BufferedIOBase

from canvos_tui.rehearsal.aws.protocol import Body, HangUpError

KEPT = 1024**2
_CHUNK = 256 * 1024


def read_body(stream: BufferedIOBase, headers: Mapping[str, str]) -> Body:
    """The whole body is taken off the socket; the digest of the signature is over its raw bytes, size and MD5 over the content."""
    raw = hashlib.sha256()
    framed = "aws-chunked" in headers.get("content-encoding", "") or headers.get("x-amz-content-sha256", "").startswith("STREAMING-")
    source: Iterator[bytes] = _raw(stream, headers)
    if framed:
        source = _unframe(source)
    digest, size, kept, crc = hashlib.md5(usedforsecurity=False), 0, bytearray(), 0
    for data in source:
        digest.update(data)
        crc = zlib.crc32(data, crc)
        if not framed:
            raw.update(data)
        size += len(data)
        kept += data[: max(0, KEPT - len(kept))]
    return Body(size, digest.hexdigest(), raw.hexdigest(), bytes(kept), crc)


def _raw(stream: BufferedIOBase, headers: Mapping[str, str]) -> Iterator[bytes]:
    if "chunked" in headers.get("transfer-encoding", ""):
        yield from _http_chunks(stream)
        return
    left = int(headers.get("content-length") or 0)
    while left > 0:
        data = stream.read(min(left, _CHUNK))
        if not data:
            raise HangUpError
        left -= len(data)
        yield data


def _http_chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    while True:
        size = int(stream.readline().split(b";")[0] or b"0", 16)
        if size == 0:
            while stream.readline().strip():
                pass
            return
        yield _exactly(stream, size)
        stream.readline()


def _exactly(stream: BufferedIOBase, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise HangUpError
    return data


def _unframe(source: Iterator[bytes]) -> Iterator[bytes]:
    """The content inside `SIZE[;signature]CRLF data CRLF ... 0 CRLF trailers`."""
    window = bytearray()
    left: int | None = None
    ended = False
    for data in source:
        window += data
        while window and not ended:
            if left is None:
                line, found, rest = bytes(window).partition(b"\r\n")
                if not found:
                    break
                window = bytearray(rest)
                if not line:
                    continue
                left = int(line.split(b";")[0], 16)
                ended = left == 0
                continue
            part = bytes(window[:left])
            del window[:left]
            left = left - len(part) or None
            yield part
