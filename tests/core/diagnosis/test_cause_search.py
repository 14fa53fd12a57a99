"""The search for a cause: on every sample log, and rule by rule."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.diagnosis.cause_search import Hit, Matcher
from canvos_tui.core.diagnosis.run_cause import hit_in_log
from canvos_tui.core.log.line import parse_line
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.log.pipe import LogPipe
from tests.logs import AWS_IMPORT, EARTHLY, LOGS, chunks

AT = datetime(2026, 11, 22, 14, 12, tzinfo=UTC)
CAUSES = {
    EARTHLY / "fail-apt-404-v4.9.38.log": ("E-APT-404", "E: Failed to fetch"),
    EARTHLY / "fail-disk-full-v4.10.0.log": ("E-DISK-FULL", "rsync: [receiver] write failed"),
    EARTHLY / "fail-missing-secret-v4.9.38.log": ("E-SECRET-MISSING", 'failed: unable to lookup secret "AWS_PROFILE"'),
    AWS_IMPORT / "access-denied-upload.log": ("E-S3-DENIED", "upload failed: "),
    AWS_IMPORT / "ami-name-exists.log": ("E-AMI-REUSED", "2026-11-22 23:50:54 - Image 'kairos"),
    AWS_IMPORT / "import-deleted-midway.log": ("E-IMPORT-FORMAT", "2026-11-22 23:54:07 - Status Message: ClientError"),
    AWS_IMPORT / "missing-creds.log": ("E-KEYS-EMPTY", "2026-11-22 23:51:17 - Error: Missing required"),
    AWS_IMPORT / "no-such-bucket.log": ("E-S3-NO-BUCKET", "upload failed: "),
    AWS_IMPORT / "vmimport-missing.log": ("E-VMIMPORT-ROLE", "aws: [ERROR]: An error occurred (InvalidParameter)"),
}


def cleaned(path: Path) -> list[str]:
    pipe = LogPipe()
    return (pipe.feed(path.read_bytes()) + pipe.flush()).decode().split("\n")[:-1]


def search(*lines: str) -> Matcher:
    matcher = Matcher(load_catalogue())
    matcher.read(lines)
    return matcher


def cause_of(*lines: str, failing: str = "") -> tuple[str, int]:
    hit = search(*lines).found(failing)
    assert hit is not None
    return hit.entry.id, hit.line


def out(target: str, text: str) -> str:
    return f"{target:>20} | {text}"


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.name)
def test_every_sample_log_has_its_cause_and_success_has_none(path: Path):
    lines = cleaned(path)
    reader, matcher = PhaseReader(), Matcher(load_catalogue())
    reader.feed(lines, AT)
    matcher.read(lines)
    hit = hit_in_log(reader.facts, matcher)
    if path not in CAUSES:
        assert "success" in path.name
        assert hit is None
        return
    assert hit is not None
    name, text = CAUSES[path]
    assert hit.entry.id == name
    assert hit.lines[0].text.startswith(text)
    assert lines[hit.line - 1].endswith(hit.lines[0].text[:100]) or hit.lines[0].text[:100] in lines[hit.line - 1]


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.name)
def test_neither_pieces_nor_the_quick_way_change_anything(path: Path):
    lines = cleaned(path)
    whole, by_line, pieces = search(*lines), Matcher(load_catalogue()), Matcher(load_catalogue())
    for number, line in enumerate(lines, 1):
        by_line.feed(parse_line(line), number)
    text = "\n".join(lines).encode()
    rest = ""
    for chunk in chunks(text, 0):
        *ready, rest = (rest + chunk.decode("utf-8", "surrogateescape")).split("\n")
        pieces.read([line.encode("utf-8", "surrogateescape").decode() for line in ready])
    pieces.read([rest.encode("utf-8", "surrogateescape").decode()])
    assert whole.found() == by_line.found() == pieces.found()
    assert whole.cause("+cloud-image") == by_line.cause("+cloud-image") == pieces.cause("+cloud-image")


def test_the_first_word_of_aws_is_the_cause_and_the_next_a_follower():
    lines = cleaned(AWS_IMPORT / "import-deleted-midway.log")
    matcher = search(*lines)
    hit = matcher.found()
    assert hit is not None
    texts = [follower.text for follower in matcher.followers(hit)]
    assert any("when calling the RegisterImage operation" in text for text in texts)
    assert any("Failed to register image" in text for text in texts)
    assert hit.line < min(follower.line for follower in matcher.followers(hit))
    unknown = "2026-11-22 23:54:07 - Status Message: ClientError: something else"
    refused = "An error occurred (InvalidAMIName.Malformed) when calling the RegisterImage operation: x"
    assert cause_of(unknown, refused) == ("E-IMPORT-FAILED", 1)
    assert cause_of(refused, unknown) == ("E-AMI-NAME-INVALID", 1)


def test_a_disk_without_a_name_sends_us_to_the_error_above():
    above = out("+cloud-image", "2026-04-21T09:23:18Z ERR failed to create recovery partition")
    behind = [
        out("+cloud-image", "No content-* directories found"),
        out("+cloud-image", "Error: Required tool 'sgdisk' is not installed."),
        out("+cloud-image", "Error: Failed to add content partition. Build cannot continue."),
    ]
    assert cause_of(above, *behind, out("+cloud-image", "  RAW_IMG: "), failing="+cloud-image") == ("E-AURORABOOT", 1)
    assert cause_of(above, *behind, out("+cloud-image", "  RAW_IMG: /output/a.raw"), failing="+cloud-image") == ("E-TOOL-MISSING", 3)
    assert cause_of("", *behind, out("+cloud-image", "  RAW_IMG: ")) == ("E-CONTENT-SYMPTOM", 4)


def test_among_equals_the_failing_target_then_the_earliest():
    base = out("+base-image", "W: x Temporary failure resolving 'a'")
    disk = out("+cloud-image", "cp: No space left on device")
    assert cause_of(base, disk) == ("E-DNS", 1)
    assert cause_of(base, disk, failing="+cloud-image") == ("E-DISK-FULL", 2)
    assert cause_of(disk, base, failing="+base-image") == ("E-DNS", 2)
    weak = out("+base-image", "dpkg: error processing package linux")
    assert cause_of(weak, disk) == ("E-DISK-FULL", 2)
    assert cause_of(disk, weak, failing="+base-image") == ("E-APT-DPKG", 2), "another target may have got over its error"
    assert cause_of(disk, out("+base-image", "nothing"), failing="+base-image") == ("E-DISK-FULL", 1), "the disk is the same for all"
    assert search(base, out("+cloud-image", "nothing")).found("+cloud-image") is None, "what another step said is no cause"
    assert [hit.entry.id for hit in search(base, out("+cloud-image", "nothing")).hints("+cloud-image")] == ["E-DNS"]
    gone = "Error: error reading from server: EOF"
    assert cause_of(disk, weak, gone, failing="+base-image") == ("E-APT-DPKG", 2), "the step failed before its builder was gone"
    assert cause_of(weak, gone, failing="+cloud-image") == ("E-BUILDER-GONE", 2)


def test_the_needless_builder_counts_only_until_the_build_begins():
    lines = [out("bootstrap", "Warning: Bootstrapping buildkit failed: toomanyrequests"), out("buildkitd-pull", "toomanyrequests")]
    assert cause_of(*lines) == ("E-RATE-LIMIT", 1)
    begun = search(*lines, " Build 🔧", *lines)
    assert begun.found() is None


def test_colours_are_looked_through():
    text = "\x1b[36m        +cloud-image\x1b[0m | 2026-04-21T09:23:18Z \x1b[31mERR\x1b[0m no luck"
    assert cause_of(text) == ("E-AURORABOOT", 1)


def test_evidence_is_near_short_and_not_repeated():
    noisy = [out("+cloud-image", f"tar: {n}: No space left on device") for n in range(3)]
    hit = search(noisy[0], noisy[0], noisy[1], *[""] * 20, noisy[2]).found()
    assert hit is not None
    assert [e.line for e in hit.lines] == [1, 3]
    long = search(out("+cloud-image", "No space left on device: " + "x" * 5000)).found()
    assert long is not None
    assert len(long.lines[0].text) == 400


def test_memory_stays_bounded():
    matcher = Matcher(load_catalogue())
    for n in range(3000):
        matcher.read([out(f"+target-{n}", "No space left on device"), f"An error occurred (Code{n}) when calling the X operation: y"])
    hits = [value for value in vars(matcher).values() if isinstance(value, dict) and value]
    assert max(map(len, hits)) <= 400
    found = matcher.found()
    assert isinstance(found, Hit)
    assert found.line == 1
    assert len(matcher.followers(found)) == 8
