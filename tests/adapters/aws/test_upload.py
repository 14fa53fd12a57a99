"""A raw image to S3: byte for byte, gone on with after whatever ended it, nothing sent twice and nothing written over."""

from __future__ import annotations

import asyncio
import os
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from canvos_tui.adapters.aws import upload as module
from canvos_tui.adapters.aws.clients import Clients, Patience
from canvos_tui.adapters.aws.raw_file import MIB, RawFile, part_size
from canvos_tui.adapters.aws.upload import RawUpload
from canvos_tui.adapters.aws.upload_record import UploadRecord
from canvos_tui.core.aws.crc32 import text_of
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.errors import AwsError, FilesError, RunError
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.cloud import OpenUpload, StoredObject
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.runs import KEY_ID, SECRET

PART = 5 * MIB
SIZE = 3 * PART + 12345


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandinAws]:
    with StandinAws(StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), buckets={"images": "us-east-1"}, page_size=2)) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.start())
        yield found


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sparse file: data at both ends and nothing between."""
    path = tmp_path_factory.mktemp("raw") / "kairos.raw"
    with path.open("wb") as file:
        file.write(os.urandom(4096))
        file.truncate(SIZE)
        file.seek(SIZE - 100)
        file.write(b"x" * 100)
    return path


def made(raw: Path, tmp_path: Path, told: list[int] | None = None) -> RawUpload:
    clients = Clients(AwsKeys(KEY_ID, Secret(SECRET)), "us-east-1", patience=Patience(4.0, 8.0, 1))
    record = UploadRecord(tmp_path, "here", "images", "edge")
    noted = told if told is not None else []
    return RawUpload(clients, ("images", "edge"), RawFile(raw, PART), record, lambda done, _: noted.append(done))


def uploaded(raw: Path, tmp_path: Path, told: list[int] | None = None) -> RawUpload:
    upload = made(raw, tmp_path, told)
    asyncio.run(upload.run())
    return upload


def test_the_object_is_the_file(standin, raw, tmp_path):
    told: list[int] = []
    upload = uploaded(raw, tmp_path, told)
    stored = standin.cloud.buckets["images"].objects["edge"]
    assert (stored.size, stored.crc32) == (SIZE, text_of(zlib.crc32(raw.read_bytes())))
    assert told == sorted(told)
    assert (told[0], told[-1], upload.sent) == (0, SIZE, SIZE)
    assert standin.cloud.buckets["images"].uploads == {}
    assert not list((tmp_path / "uploads").iterdir())


def test_twice_the_same_sends_nothing_twice(standin, raw, tmp_path):
    uploaded(raw, tmp_path)
    assert uploaded(raw, tmp_path).sent == 0


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_what_s3_has_already_is_not_sent_again(standin, raw, tmp_path, monkeypatch, parts):
    monkeypatch.setattr(module, "WORKERS", 1)
    standin.set_faults(*[Fault("s3:PutObject", FaultKind.ERROR, "never", times=0)])
    broken = made(raw, tmp_path)
    real = broken._send

    async def send(upload_id: str, number: int) -> str:
        if number > parts:
            raise AwsError("the line is cut", code="unreachable")
        return await real(upload_id, number)

    broken._send = send  # type: ignore[method-assign]
    with pytest.raises(ExceptionGroup):
        asyncio.run(broken.run())
    again = uploaded(raw, tmp_path)
    assert (broken.sent, again.sent) == (parts * PART, SIZE - parts * PART)
    assert len(standin.cloud.buckets["images"].objects) == 1
    assert standin.cloud.buckets["images"].uploads == {}


def test_a_part_with_other_bytes_is_sent_again(standin, raw, tmp_path):
    upload = made(raw, tmp_path)
    upload_id, _ = asyncio.run(upload._begun())
    asyncio.run(upload._send(upload_id, 1))
    standin.cloud.buckets["images"].uploads[upload_id].sums[1] ^= 1
    assert uploaded(raw, tmp_path).sent == SIZE


def test_other_bytes_under_the_key_are_never_written_over(standin, raw, tmp_path):
    standin.cloud.put("images", "edge", b"theirs", '"t"')
    with pytest.raises(RunError, match="s3://images/edge is there already, with other bytes"):
        uploaded(raw, tmp_path)
    assert standin.cloud.buckets["images"].objects["edge"].kept == b"theirs"
    assert "s3:PutObject" not in standin.actions


def test_somebody_who_was_faster_keeps_the_key(standin, raw, tmp_path):
    upload = made(raw, tmp_path)
    real = upload._send_all

    async def send_all(*words) -> None:
        await real(*words)
        standin.cloud.put("images", "edge", b"theirs", '"t"')

    begun: list[str] = []
    ended: list[str] = []
    upload._begun_as, upload._given_up = begun.append, ended.append
    upload._send_all = send_all  # type: ignore[method-assign,assignment]
    with pytest.raises(RunError, match="with other bytes"):
        asyncio.run(upload.run())
    assert ended == begun, "whoever looks later knows that the object is not this upload's"
    assert standin.cloud.buckets["images"].objects["edge"].kept == b"theirs"


def test_a_lost_answer_to_the_last_call_is_no_failure(standin, raw, tmp_path):
    upload = made(raw, tmp_path)
    real = upload._clients.call

    async def call(service, deed):
        answer = await real(service, deed)
        if (
            isinstance(answer, dict)
            and "Location" not in answer
            and "ETag" in answer
            and "ChecksumType" not in answer
            and "Bucket" in answer
        ):
            raise AwsError("no answer", code="unreachable")
        return answer

    upload._clients.call = call  # type: ignore[method-assign]
    with pytest.raises(AwsError):
        asyncio.run(upload.run())
    assert uploaded(raw, tmp_path).sent == 0


def test_an_upload_that_is_gone_is_begun_anew(standin, raw, tmp_path):
    asyncio.run(made(raw, tmp_path)._begun())
    standin.cloud.buckets["images"].uploads.clear()
    assert uploaded(raw, tmp_path).sent == SIZE


def test_a_file_that_changed_is_another_upload_and_the_first_is_left_to_whoever_sends_it(standin, raw, tmp_path):
    copy = tmp_path / "copy.raw"
    copy.write_bytes(raw.read_bytes())
    first = made(copy, tmp_path)
    old, _ = asyncio.run(first._begun())
    copy.write_bytes(b"z" * SIZE)
    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(first.run())
    assert caught.group_contains(FilesError, match="changed while it was read")
    uploaded(copy, tmp_path)
    assert old in standin.cloud.buckets["images"].uploads
    assert standin.cloud.buckets["images"].objects["edge"].crc32 == text_of(zlib.crc32(b"z" * SIZE))


def test_two_who_send_the_same_file_at_once_both_succeed(standin, raw, tmp_path):
    one, other = made(raw, tmp_path), made(raw, tmp_path)
    asyncio.run(one._begun())

    async def both() -> None:
        await asyncio.gather(one.run(), other.run())

    asyncio.run(both())
    assert standin.cloud.buckets["images"].objects["edge"].crc32 == text_of(zlib.crc32(raw.read_bytes()))


def test_an_upload_of_another_kind_is_not_gone_on_with(standin, raw, tmp_path):
    foreign = OpenUpload("u-foreign", "edge", datetime.now(UTC), {1: (PART, "0" * 32)})
    standin.cloud.buckets["images"].uploads["u-foreign"] = foreign
    UploadRecord(tmp_path, "here", "images", "edge").save("u-foreign", RawFile(raw).identity, PART)
    assert uploaded(raw, tmp_path).sent == SIZE
    assert "u-foreign" in standin.cloud.buckets["images"].uploads


def test_an_object_without_a_checksum_is_called_so(standin, raw, tmp_path):
    standin.cloud.buckets["images"].objects["edge"] = StoredObject("edge", SIZE, '"e"', datetime.now(UTC))
    with pytest.raises(RunError, match="S3 has no CRC32 of it to compare"):
        uploaded(raw, tmp_path)


def test_a_file_that_is_taken_away_is_said(standin, raw, tmp_path):
    copy = tmp_path / "copy.raw"
    copy.write_bytes(raw.read_bytes())
    upload = made(copy, tmp_path)
    copy.unlink()
    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(upload.run())
    assert caught.group_contains(FilesError, match="cannot be read: No such file")


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:GetObject"])
def test_a_right_that_is_missing_is_aws_own_word(standin, raw, tmp_path, action):
    standin.set_faults(*deny(action))
    with pytest.raises((AwsError, ExceptionGroup)):
        uploaded(raw, tmp_path)
    assert standin.cloud.buckets["images"].objects == {}


def test_parts_are_as_large_as_they_must_be():
    gib = 1024**3
    assert [part_size(n) // MIB for n in (1, 4 * gib, 140 * gib, 141 * gib, 1024 * gib)] == [16, 16, 16, 17, 117]
    assert all(-(-n // part_size(n)) <= 10_000 for n in (gib, 156 * gib, 5 * 1024 * gib))


def test_what_is_no_raw_file_is_refused(tmp_path):
    empty = tmp_path / "empty.raw"
    empty.touch()
    with pytest.raises(FilesError, match="is empty"):
        RawFile(empty)
    with pytest.raises(FilesError, match="cannot be read: No such file"):
        RawFile(tmp_path / "none.raw")
    os.mkfifo(tmp_path / "pipe.raw")
    for path in (tmp_path, tmp_path / "pipe.raw", Path("/dev/zero")):
        with pytest.raises(FilesError, match="is no file"):
            RawFile(path)


def test_the_sums_of_parts_and_of_all(raw):
    found = RawFile(raw, PART)
    data = raw.read_bytes()
    assert found.whole() == zlib.crc32(data)
    assert found.sums == {n: zlib.crc32(data[(n - 1) * PART : n * PART]) for n in (1, 2, 3, 4)}
    assert [found.length(n) for n in (1, 4)] == [PART, 12345]
    assert (RawFile(raw, SIZE).count, RawFile(raw).part) == (1, 16 * MIB)


def test_a_record_that_is_damaged_is_none(tmp_path):
    record = UploadRecord(tmp_path, "e", "b", "k")
    assert record.load() is None
    record.save("u", "i", 7)
    (path,) = (tmp_path / "uploads").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    for damaged in ("{", "[]", '{"upload_id": "u", "identity": "i", "part": 1e400}'):
        path.write_text(damaged)
        assert record.load() is None
    record.forget()
    record.forget()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "uploads").write_text("a file")
    with pytest.raises(FilesError, match="the upload cannot be noted in"):
        UploadRecord(tmp_path, "e", "b", "k").save("u", "i", 7)
