"""A log in memory reads as the same log in a file does."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.adapters.log.file import LogFile
from canvos_tui.adapters.log.memory import LogInMemory
from canvos_tui.core.errors import FilesError

LOGS = {
    "empty": b"",
    "short": b"one\ntwo\nthree",
    "long": b"".join(b"line %d of a log that is longer than a block\n" % n for n in range(40_000)),
    "wide": b"x" * 200_000 + b"\n" + b"y" * 3 + b"\n",
    "repeats": b"a\nRepeating the failure error...\nb\n",
}


@pytest.mark.parametrize("name", LOGS)
async def test_it_says_what_the_file_says(name: str, tmp_path: Path) -> None:
    path = tmp_path / "build.log"
    path.write_bytes(LOGS[name])
    file, memory = LogFile(path), LogInMemory(path, LOGS[name])
    for log in (file, memory):
        while log.refresh():
            pass
    assert (memory.line_count, memory.size, memory.whole, memory.repeats) == (file.line_count, file.size, file.whole, file.repeats)
    for first in (0, 1, file.line_count // 2, max(0, file.line_count - 3)):
        assert memory.read(first, 5) == file.read(first, 5)
    for byte in (byte for byte in (0, 65536, 65540, file.size - 2) if 0 <= byte < file.size):
        assert memory.line_at(byte) == file.line_at(byte)
    assert [await looked_at(log) for log in (memory, file)] == [await looked_at(file)] * 2
    file.close()


async def looked_at(log: LogFile) -> bytes:
    found = bytearray()

    def look(data: bytes, at: int) -> bool:
        assert at == len(found)
        found.extend(data)
        return False

    async for _ in log.scan(0, look):
        pass
    return bytes(found)


async def test_it_is_saved_nowhere(tmp_path: Path) -> None:
    with pytest.raises(FilesError, match="only looked at"):
        await LogInMemory(tmp_path / "x", b"a\n").save(tmp_path / "y")
    assert not list(tmp_path.iterdir())
