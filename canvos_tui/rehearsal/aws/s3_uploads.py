"""S3 multipart uploads: create, parts, complete, abort, and the two listings a progress display reads."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Protocol
from xml.etree import ElementTree as ET

from canvos_tui.rehearsal.aws.cloud import Cloud, OpenUpload, StoredBucket, StoredObject
from canvos_tui.rehearsal.aws.protocol import HttpAnswer, RefusalError, Request, Tree, xml

SMALLEST_PART = 5 * 1024**2
_SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Permit(Protocol):
    """Returns, or raises the refusal; `dry` for a request that does nothing by itself."""

    def __call__(self, action: str, *, dry: bool = False) -> None:
        """Asks for an IAM action."""


class S3Uploads:
    """The multipart part of S3."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def answer(self, request: Request, bucket: StoredBucket, key: str, permit: Permit) -> HttpAnswer | None:
        """The answer when the request is about an upload, else None. To begin one moves no byte: a probe does that too."""
        query = request.query
        if request.method == "POST" and "uploads" in query:
            permit("s3:PutObject", dry=True)
            return self._create(request, bucket, key)
        if "uploadId" not in query:
            return None
        actions = {"PUT": "s3:PutObject", "POST": "s3:PutObject", "DELETE": "s3:AbortMultipartUpload", "GET": "s3:ListMultipartUploadParts"}
        if request.method not in actions:
            raise RefusalError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
        permit(actions[request.method])
        with self._cloud.lock:
            upload = bucket.uploads.get(query["uploadId"])
            if upload is None or upload.key != key:
                raise RefusalError("NoSuchUpload", "The specified upload does not exist.", 404)
            return self._known(request, bucket, upload)

    def _known(self, request: Request, bucket: StoredBucket, upload: OpenUpload) -> HttpAnswer:
        query = request.query
        if request.method == "PUT":
            claimed = request.headers.get("x-amz-checksum-crc32")
            if claimed is not None and claimed != crc_text(request.body.crc32):
                raise RefusalError("BadDigest", "The CRC32 you specified did not match the calculated checksum.", 400)
            number = int(query["partNumber"])
            upload.parts[number] = (request.body.size, request.body.md5)
            upload.sums[number] = request.body.crc32
            return HttpAnswer(200, headers={"ETag": f'"{request.body.md5}"'})
        if request.method == "DELETE":
            del bucket.uploads[upload.upload_id]
            return HttpAnswer(204)
        if request.method == "GET":
            return _document("ListPartsResult", self._parts(bucket, upload, query))
        return self._complete(request, bucket, upload)

    def _create(self, request: Request, bucket: StoredBucket, key: str) -> HttpAnswer:
        full = request.headers.get("x-amz-checksum-type") == "FULL_OBJECT"
        upload = OpenUpload(secrets.token_hex(16), key, datetime.now(UTC), full=full)
        with self._cloud.lock:
            bucket.uploads[upload.upload_id] = upload
        return _document("InitiateMultipartUploadResult", {"Bucket": bucket.name, "Key": key, "UploadId": upload.upload_id})

    def _parts(self, bucket: StoredBucket, upload: OpenUpload, query: Mapping[str, str]) -> Tree:
        after, limit = int(query.get("part-number-marker") or 0), int(query.get("max-parts", "1000"))
        left = [(n, part) for n, part in sorted(upload.parts.items()) if n > after]
        page = left[: min(limit, self._cloud.config.page_size)]
        more = len(left) > len(page)
        return {
            "Bucket": bucket.name,
            "Key": upload.key,
            "UploadId": upload.upload_id,
            "PartNumberMarker": after,
            "NextPartNumberMarker": page[-1][0] if page else after,
            "IsTruncated": more,
            "ChecksumAlgorithm": "CRC32" if upload.full else "CRC64NVME",  # S3's own choice where none was asked for
            "ChecksumType": "FULL_OBJECT",
            "Part": [
                {
                    "PartNumber": n,
                    "Size": size,
                    "ETag": f'"{md5}"',
                    "LastModified": _iso(upload.started),
                    "ChecksumCRC32": crc_text(upload.sums[n]) if upload.full and n in upload.sums else None,
                }
                for n, (size, md5) in page
            ],
        }

    def listing(self, bucket: StoredBucket, query: Mapping[str, str]) -> Tree:
        """The tree of ListMultipartUploads, paged by key and upload id."""
        prefix, limit = query.get("prefix", ""), int(query.get("max-uploads", "1000"))
        after = (query.get("key-marker", ""), query.get("upload-id-marker", ""))
        with self._cloud.lock:
            found = sorted((u for u in bucket.uploads.values() if u.key.startswith(prefix)), key=lambda u: (u.key, u.upload_id))
        left = [u for u in found if (u.key, u.upload_id) > after]
        page = left[: min(limit, self._cloud.config.page_size)]
        more = len(left) > len(page)
        return {
            "Bucket": bucket.name,
            "Prefix": prefix,
            "IsTruncated": more,
            "NextKeyMarker": page[-1].key if more else None,
            "NextUploadIdMarker": page[-1].upload_id if more else None,
            "Upload": [{"Key": u.key, "UploadId": u.upload_id, "Initiated": _iso(u.started)} for u in page],
        }

    def _complete(self, request: Request, bucket: StoredBucket, upload: OpenUpload) -> HttpAnswer:
        chosen = _chosen_parts(request.body.kept)
        if not chosen:
            raise RefusalError("MalformedXML", "The XML you provided was not well-formed", 400)
        if request.headers.get("if-none-match") == "*" and upload.key in bucket.objects:
            raise RefusalError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
        for n, (number, etag) in enumerate(chosen):
            part = upload.parts.get(number)
            if part is None or part[1] != etag.strip('"'):
                raise RefusalError("InvalidPart", "One or more of the specified parts could not be found.", 400)
            if n < len(chosen) - 1 and part[0] < SMALLEST_PART:
                raise RefusalError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400)
        digests = b"".join(bytes.fromhex(upload.parts[number][1]) for number, _ in chosen)
        etag = f'"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(chosen)}"'
        size = sum(upload.parts[number][0] for number, _ in chosen)
        whole = _whole(upload, [number for number, _ in chosen]) if upload.full else ""
        if upload.full and request.headers.get("x-amz-checksum-crc32", whole) != whole:
            raise RefusalError("BadDigest", "The CRC32 you specified did not match the calculated checksum.", 400)
        if request.headers.get("x-amz-mp-object-size", str(size)) != str(size):
            raise RefusalError("InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match what was computed.", 400)
        bucket.objects[upload.key] = StoredObject(upload.key, size, etag, datetime.now(UTC), crc32=whole)
        del bucket.uploads[upload.upload_id]
        return _document("CompleteMultipartUploadResult", {"Bucket": bucket.name, "Key": upload.key, "ETag": etag})


def crc_text(value: int) -> str:
    """A CRC-32 as S3 writes it."""
    return base64.b64encode(value.to_bytes(4, "big")).decode("ascii")


def _whole(upload: OpenUpload, numbers: list[int]) -> str:
    """The CRC-32 of all parts in a row, from those of each: what stands before a part is moved on by as many zero bytes as it has."""
    whole = 0
    for number in numbers:
        whole = _moved_on(whole, upload.parts[number][0]) ^ upload.sums[number]
    return crc_text(whole)


def _moved_on(crc: int, count: int) -> int:
    """A CRC-32 moved on by so many zero bytes, by the matrices for one of them, for two, for four and so on, as zlib's own does it."""
    for power in range(count.bit_length()):
        if count >> power & 1:
            crc = _applied(_zeros(power), crc)
    return crc


def _applied(matrix: tuple[int, ...], vector: int) -> int:
    found = 0
    for bit in range(vector.bit_length()):
        if vector >> bit & 1:
            found ^= matrix[bit]
    return found


@cache
def _zeros(power: int) -> tuple[int, ...]:
    """What two to the power of that many zero bytes do to each bit of a CRC-32; the power -3 is that of one zero bit."""
    if power == -3:
        return (0xEDB88320, *(1 << bit for bit in range(31)))
    half = _zeros(power - 1)
    return tuple(_applied(half, column) for column in half)


def _chosen_parts(body: bytes) -> list[tuple[int, str]]:
    try:
        root = ET.fromstring(body)  # noqa: S314  a local client's own document, at most one megabyte of it
    except ET.ParseError:
        return []
    found = []
    for part in root:
        values = {child.tag.rpartition("}")[2]: (child.text or "") for child in part}
        found.append((int(values.get("PartNumber") or 0), values.get("ETag", "")))
    return found


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def _document(name: str, tree: Tree) -> HttpAnswer:
    return HttpAnswer(200, xml(name, tree, items=False, space=_SPACE), {"Content-Type": "application/xml"})
