"""A raw image to S3: in parts, several at a time, gone on with after whatever ended it, and proven byte for byte by S3's own checksum.

CRC-32 of the whole object is the one checksum that S3 verifies for an upload in parts and that needs no package beyond Python's own. The
write is conditional (If-None-Match), so that nothing is ever written over. What S3 has already is asked of S3, and a part counts only with
the size and the checksum that it has here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from canvos_tui.adapters import threads
from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.adapters.aws.raw_file import RawFile
from canvos_tui.adapters.aws.upload_record import UploadRecord
from canvos_tui.core.aws.bandwidth import at_once
from canvos_tui.core.aws.crc32 import text_of
from canvos_tui.core.aws.facts import DENIALS
from canvos_tui.core.errors import AwsError, RunError
from canvos_tui.core.values import dataclass

WORKERS = 6
_LONGEST_PART = 20.0  # seconds that a part may take where the rate is limited: what is under way is sent again after a death
_KIND = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}  # of the sums that an upload of ours is begun with
_GONE = frozenset({"404", "NoSuchKey", "NotFound"})
_NO_UPLOAD = frozenset({"NoSuchUpload", "404"})
_TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})


@dataclass(frozen=True)
class Written:
    """The object with the file's bytes: its ETag, and whether it was made by an upload of ours, and by no other of the same bytes."""

    etag: str
    own: bool


class RawUpload:
    """One upload; `told(done, total)` is called with bytes that S3 has acknowledged, `begun` and `given_up` with the upload's id.

    `limit` is in bytes a second, 0 for none: the clients hold to it, and fewer parts are sent at once."""

    def __init__(  # noqa: PLR0913  what an upload has to do with
        self,
        clients: Clients,
        where: tuple[str, str],
        raw: RawFile,
        record: UploadRecord,
        told: Callable[[int, int], None],
        begun: Callable[[str], None] = lambda _: None,
        limit: int = 0,
        given_up: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._begun_as, self._given_up = begun, given_up
        self._workers = at_once(limit, raw.part, _LONGEST_PART, WORKERS)
        self._clients = clients
        self._target = {"Bucket": where[0], "Key": where[1]}
        self._raw = raw
        self._record = record
        self._told = told
        self._done = 0
        self.sent = 0  # bytes of the parts that this upload has sent itself

    async def run(self) -> Written:
        """The object that stands there with our bytes. RunError when other bytes do, AwsError for what AWS refuses."""
        if etag := await self.stands():
            own = await self._ended_before()
            self._record.forget()
            return Written(etag, own)
        upload_id, known = await self._begun()
        self._begun_as(upload_id)
        self._done = sum(self._raw.length(number) for number in known)
        self._told(self._done, self._raw.size)
        waiting = [number for number in range(1, self._raw.count + 1) if number not in known]
        own = True
        try:
            await self._send_all(upload_id, waiting, known)
            own = await self._complete(upload_id, known)
        except BaseExceptionGroup as group:
            lost, _ = group.split(lambda one: isinstance(one, AwsError) and one.code in _NO_UPLOAD)
            if lost is None or not await self.stands():  # whoever sends the same file at once may have completed it
                raise
        etag = await self.stands()
        if not etag:
            raise RunError("S3 does not show the object that it has just taken", remedy="canvos-tui resume looks again")
        self._record.forget()
        return Written(etag, own)

    async def _ended_before(self) -> bool:
        """Whether an upload of ours of this very file came to its end, and only its answer was lost."""
        kept = self._record.load()
        if kept is None or kept.identity != self._raw.identity:
            return False
        try:
            await self._clients.call("s3", lambda s3: s3.list_parts(**self._target, UploadId=kept.upload_id))
        except AwsError as error:
            return error.code in _NO_UPLOAD
        return False

    async def stands(self) -> str:
        """The ETag of the object where it is there with our very bytes, "" where none is; RunError when others are."""
        try:
            found = await self._clients.call("s3", lambda s3: s3.head_object(**self._target, ChecksumMode="ENABLED"))
        except AwsError as error:
            if error.code in _GONE:
                return ""
            raise
        ours = int(found["ContentLength"]) == self._raw.size and found.get("ChecksumCRC32") == await self._whole()
        where = f"s3://{self._target['Bucket']}/{self._target['Key']}"
        if not ours and int(found["ContentLength"]) == self._raw.size and not found.get("ChecksumCRC32"):
            text = f"{where} is there already, as large as {self._raw.path}, and S3 has no CRC32 of it to compare"
            raise RunError(text, remedy="choose another S3_KEY; nothing is ever written over")
        if not ours:
            raise RunError(f"{where} is there already, with other bytes", remedy="choose another S3_KEY; nothing is ever written over")
        return str(found["ETag"])

    async def _whole(self) -> str:
        return text_of(await threads.call(self._raw.whole))

    async def _begun(self) -> tuple[str, dict[int, str]]:
        """The upload to go on with and the ETags of its parts by number; a new one where there is none of this very file."""
        kept = self._record.load()
        if kept is not None and kept.identity == self._raw.identity and kept.part == self._raw.part:
            known = await self._known_parts(kept.upload_id)
            if known is not None:
                return kept.upload_id, known
        self._record.ready()
        made = await self._clients.call("s3", lambda s3: s3.create_multipart_upload(**self._target, **_KIND))
        upload_id = str(made["UploadId"])
        self._record.save(upload_id, self._raw.identity, self._raw.part)
        return upload_id, {}

    async def _known_parts(self, upload_id: str) -> dict[int, str] | None:
        """The parts that S3 has as they are here; None for an upload that is gone, or was begun without our kind of checksum."""

        def ask(s3: Any) -> list[dict[str, Any]]:
            pages = s3.get_paginator("list_parts").paginate(**self._target, UploadId=upload_id)
            return list(pages)

        try:
            pages = await self._clients.call("s3", ask)
        except AwsError as error:
            if error.code in DENIALS:  # without the right to see its parts it is begun anew
                await self._abort(upload_id)
            elif error.code not in _NO_UPLOAD:
                raise
            return None
        if any(page.get(name, kind) != kind for page in pages for name, kind in _KIND.items()):
            return None
        rows = [row for page in pages for row in page.get("Parts", ())]
        # an S3 that lists no sums proves nothing of what it has: all of it is sent again, into the same upload, and none is left behind
        mine = await threads.call(lambda: [row for row in rows if self._is_ours(row)])
        return {int(row["PartNumber"]): str(row["ETag"]) for row in mine}

    def _is_ours(self, row: dict[str, Any]) -> bool:
        """Whether a part has the size and the bytes that it has here."""
        number = int(row["PartNumber"])
        if not 1 <= number <= self._raw.count or int(row["Size"]) != self._raw.length(number):
            return False
        return row.get("ChecksumCRC32") == text_of(self._raw.sum(number))

    async def _send_all(self, upload_id: str, waiting: list[int], known: dict[int, str]) -> None:
        queue = iter(waiting)

        async def worker() -> None:
            for number in queue:
                known[number] = await self._send(upload_id, number)
                self._done += self._raw.length(number)
                self.sent += self._raw.length(number)
                self._told(self._done, self._raw.size)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._workers, len(waiting))):
                group.create_task(worker())

    async def _send(self, upload_id: str, number: int) -> str:
        """The ETag of a part that S3 took; by its checksum S3 refuses what does not have the bytes that were summed up here."""
        raw, crc = self._raw, text_of(await threads.call(lambda: self._raw.sum(number)))

        def send(s3: Any) -> Any:
            with raw.body(number) as body:
                return s3.upload_part(
                    **self._target, UploadId=upload_id, PartNumber=number, Body=body, ChecksumAlgorithm="CRC32", ChecksumCRC32=crc
                )

        try:
            answer = await self._clients.call("s3", send)
        except AwsError:
            await threads.call(lambda: raw.check(number))  # a file that changed meanwhile is the reason, whatever S3 says of it
            raise
        return str(answer["ETag"])

    async def _complete(self, upload_id: str, parts: dict[int, str]) -> bool:
        """Whether it was this upload that made the object; somebody else may have written the same bytes."""
        rows = [{"PartNumber": number, "ETag": parts[number], "ChecksumCRC32": text_of(self._raw.sum(number))} for number in sorted(parts)]
        whole = await self._whole()
        try:
            await self._clients.call(
                "s3",
                lambda s3: s3.complete_multipart_upload(
                    **self._target,
                    UploadId=upload_id,
                    MultipartUpload={"Parts": rows},
                    ChecksumCRC32=whole,
                    ChecksumType="FULL_OBJECT",
                    MpuObjectSize=self._raw.size,
                    IfNoneMatch="*",
                ),
            )
        except AwsError as error:
            if error.code in _TAKEN:
                return await self._given_way(upload_id, error)
            if error.code not in _NO_UPLOAD:  # its answer may have been lost: what stands there decides
                raise
        return True

    async def _given_way(self, upload_id: str, error: AwsError) -> bool:
        """False where the same bytes stand there by now; else raises. S3 keeps parts that nothing can be made of any more: not these."""
        try:
            stands = await self.stands()
        except RunError:  # other bytes
            await self._abort(upload_id)
            raise
        if not stands:
            raise error
        await self._abort(upload_id)
        return False

    async def _abort(self, upload_id: str) -> None:
        """Gives up an upload of ours; one that is gone already is no error, and a right that is missing leaves it to the left-overs."""
        self._record.forget()
        try:
            await self._clients.call("s3", lambda s3: s3.abort_multipart_upload(**self._target, UploadId=upload_id))
        except AwsError:
            return
        self._given_up(upload_id)
