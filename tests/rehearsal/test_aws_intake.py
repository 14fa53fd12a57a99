"""Bodies as clients frame them: by length, in HTTP chunks, in S3's own chunks, cut at any place."""

from __future__ import annotations

import hashlib
import io

import pytest

from canvos_tui.rehearsal.aws.intake import KEPT, _unframe, read_body
from canvos_tui.rehearsal.aws.protocol import Body, HangUpError, Request

CONTENT = b"first part\r\n" + bytes(range(256)) * 20
MD5 = hashlib.md5(CONTENT).hexdigest()


def in_http_chunks(data: bytes, size: int) -> bytes:
    pieces = [data[n : n + size] for n in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def in_s3_chunks(data: bytes, size: int) -> bytes:
    pieces = [data[n : n + size] for n in range(0, len(data), size)]
    body = b"".join(b"%x;chunk-signature=%s\r\n%s\r\n" % (len(p), b"0" * 64, p) for p in pieces)
    return body + b"0;chunk-signature=" + b"0" * 64 + b"\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"


def test_a_body_by_length_leaves_the_next_request_alone():
    stream = io.BytesIO(CONTENT + b"GET / HTTP/1.1")
    body = read_body(stream, {"content-length": str(len(CONTENT))})
    assert (body.size, body.md5, body.kept) == (len(CONTENT), MD5, CONTENT)
    assert body.raw_sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert stream.read() == b"GET / HTTP/1.1"


@pytest.mark.parametrize("size", [1, 7, 4096, 100_000])
def test_http_chunks(size):
    body = read_body(io.BytesIO(in_http_chunks(CONTENT, size)), {"transfer-encoding": "chunked"})
    assert (body.size, body.md5) == (len(CONTENT), MD5)


@pytest.mark.parametrize("size", [1, 7, 4096, 100_000])
def test_s3_chunks_with_signatures_and_trailers(size):
    framed = in_s3_chunks(CONTENT, size)
    headers = {"content-length": str(len(framed)), "content-encoding": "aws-chunked"}
    assert read_body(io.BytesIO(framed), headers).md5 == MD5
    inside = in_http_chunks(framed, 5)
    streaming = {"transfer-encoding": "chunked", "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
    assert read_body(io.BytesIO(inside), streaming).size == len(CONTENT)


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 1000])
def test_s3_chunks_cut_at_any_place(cut):
    framed = in_s3_chunks(CONTENT, 300)
    assert b"".join(_unframe(framed[n : n + cut] for n in range(0, len(framed), cut))) == CONTENT


def test_large_bodies_are_counted_and_not_kept():
    size = 3 * KEPT + 5
    body = read_body(io.BytesIO(bytes(size)), {"content-length": str(size)})
    assert (body.size, len(body.kept)) == (size, KEPT)


def test_no_body_is_the_empty_body():
    assert read_body(io.BytesIO(), {}) == Body()


def test_a_client_that_goes_away_in_the_middle():
    with pytest.raises(HangUpError):
        read_body(io.BytesIO(b"half"), {"content-length": "8"})


@pytest.mark.parametrize(
    ("host", "path", "target"),
    [
        ("127.0.0.1:80", "/b/dir/k%20y%2B", ("b", "dir/k y+")),
        ("b.localhost:80", "/dir/k", ("b", "dir/k")),
        ("b.c.s3.eu-west-1.amazonaws.com", "/k", ("b.c", "k")),
        ("localhost:80", "/b", ("b", "")),
    ],
)
def test_bucket_and_key_in_both_styles(host, path, target):
    assert Request("GET", path, "", {"host": host}).target() == target
