"""Everything that is known about the sample logs, against what we say about them."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.adapters.log.file import LogFile
from canvos_tui.core.diagnosis.diagnosis import Diagnoser
from canvos_tui.core.log.block import Folds
from canvos_tui.core.log.facts import Failure, LogFacts
from canvos_tui.core.log.level import level_of
from canvos_tui.core.log.line import Kind, parse_line, progress_of
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.log.source_lines import SourceLines
from canvos_tui.core.log.survey import Survey
from canvos_tui.core.run.events import BuildEvent, IdFound, PhaseEntered, UploadSeen
from tests.logs import LOGS
from tests.truth import BUILDS, SAMPLES, Sample

AT = datetime(2026, 11, 22, 14, 12, tzinfo=UTC)
USER_DATA = re.compile(rb" s=([A-Za-z0-9+/=]{40,})")


def name_of(sample: Sample) -> str:
    return sample.name


every = pytest.mark.parametrize("sample", SAMPLES, ids=name_of)
every_build = pytest.mark.parametrize("sample", BUILDS, ids=name_of)


@cache
def numbered(path: Path) -> tuple[tuple[int, str], ...]:
    """The cleaned lines, each with its number in the file."""
    lines = SourceLines()
    return tuple(lines.feed(path.read_bytes()) + lines.flush())


@cache
def read(path: Path) -> tuple[tuple[BuildEvent, ...], LogFacts]:
    reader = PhaseReader()
    return reader.feed([text for _, text in numbered(path)], AT), reader.facts


def source_line(path: Path, cleaned: int) -> int:
    return numbered(path)[cleaned - 1][0]


# -- the files ---------------------------------------------------------------------------------------------


def test_every_log_has_its_truth() -> None:
    assert [sample.path for sample in SAMPLES] == LOGS
    assert len({sample.path for sample in SAMPLES}) == 13


@every_build
def test_the_bytes_are_those_that_the_truth_is_about(sample: Sample) -> None:
    data = sample.path.read_bytes()
    if sample.path.name == sample.truth["file"]:
        told = {"bytes": len(data), "lf_lines": data.count(b"\n"), "sha256": hashlib.sha256(data).hexdigest()}
        assert told == {name: sample.truth[name] for name in told}
    assert sum(sample.writes()) == len(data)
    ends = {found.decode() for found in re.findall(rb"\r*\n", data)}
    assert ends >= set(sample.points["ends"])
    assert all("\r" not in text and "\x1b[A" not in text for _, text in numbered(sample.path))


@every
def test_the_lines_that_were_named_are_there_and_keep_their_numbers(sample: Sample) -> None:
    raw = sample.lines
    for line, text in sample.decisive():
        assert text in raw[line - 1], (line, text)
        assert [n for n, cleaned in numbered(sample.path) if n == line and text in cleaned], (line, text)


# -- phases, ids, progress ---------------------------------------------------------------------------------


@every
def test_each_phase_begins_at_its_line(sample: Sample) -> None:
    events, facts = read(sample.path)
    entered = [(e.phase.value, source_line(sample.path, e.line)) for e in events if isinstance(e, PhaseEntered)]
    assert entered == sample.phases
    assert facts.phase is not None
    assert facts.phase.value == sample.truth.get("phase", sample.phases[-1][0])


@every
def test_ids_are_those_of_the_truth_and_no_others(sample: Sample) -> None:
    events, facts = read(sample.path)
    found = {event.kind: event.id for event in events if isinstance(event, IdFound)}
    assert found == facts.ids == sample.ids


@every
def test_upload_progress_is_read_update_by_update(sample: Sample) -> None:
    data, upload = sample.path.read_bytes(), sample.points["upload"]
    sizes = sample.writes() if not sample.from_script else [1] * len(data)
    pipe, reader = LogPipe(), PhaseReader()
    at, seen = 0, []
    for size in sizes:
        events = reader.feed(pipe.feed(data[at : at + size]).decode().split("\n")[:-1], AT)
        at += size
        seen += [event for event in (*events, reader.peek(pipe.progress(), AT)) if isinstance(event, UploadSeen)]
    done = [event.done for event in seen]
    assert done == sorted(done)
    if upload is None:
        assert done == []
        return
    assert len(done) == upload["updates"]
    assert (done[-1], seen[-1].total) == (upload["bytes"], upload["bytes"])


@every_build
def test_progress_of_layers_is_real_and_only_its_last_state_stays(sample: Sample) -> None:
    raw = len(re.findall(rb"\| (?:\x1b\[\w*)*\[[ 1-9-]{10}\] {1,3}\d{1,3}% ", sample.path.read_bytes()))
    shown = [percent for _, text in numbered(sample.path) if (percent := progress_of(parse_line(text))) is not None]
    assert 0 < len(shown) < raw
    assert set(shown) <= set(range(101))
    assert 100 in shown


@every_build
def test_nothing_came_from_a_cache(sample: Sample) -> None:
    assert b"*cached*" not in sample.path.read_bytes()
    assert all(parse_line(text).kind is not Kind.CACHED for _, text in numbered(sample.path))


# -- how it ended ------------------------------------------------------------------------------------------


@every_build
def test_the_end_of_the_build_tool(sample: Sample) -> None:
    _, facts = read(sample.path)
    assert sample.truth["exit_code_earthly"] == sample.exit_code
    assert facts.succeeded == (sample.truth["outcome"] == "success")
    assert facts.gave_up == (sample.exit_code != 0)
    banners = [text for _, text in numbered(sample.path) if parse_line(text).kind is Kind.BANNER]
    wanted = "SUCCESS" if sample.exit_code == 0 else "FAILURE" if sample.points["banner"] else None
    assert [wanted in banner for banner in banners if wanted] == ([True] if wanted else [])
    if facts.gave_up:
        at = next(n for n, text in numbered(sample.path) if parse_line(text).kind is Kind.END)
        assert at == sample.points["gave_up_at"]


@every_build
def test_the_failing_step_with_its_place_and_code(sample: Sample) -> None:
    _, facts = read(sample.path)
    if sample.exit_code == 0:
        assert facts.failure is None
        return
    failure, truth = facts.failure, sample.truth
    assert failure is not None
    assert failure == Failure(truth["target"], f"Earthfile:{truth['earthfile']}", failure.line, truth["command_exit"], failure.reason)
    assert bool(failure.reason) == (truth["command_exit"] is None)
    assert source_line(sample.path, failure.line) == sample.points["failed_at"]


@every
def test_how_the_script_ended(sample: Sample) -> None:
    """The import script traces its own exit, but for that inside of a substitution, behind which the transcript breaks off."""
    if sample.from_script:
        found = re.findall(r"^\++ exit (\d+)\r?$", sample.path.read_text(encoding="utf-8"), re.MULTILINE)
        assert int(found[-1]) == sample.exit_code


@every_build
def test_a_repeated_failure_is_folded_from_its_first_line_to_its_last(sample: Sample, tmp_path: Path) -> None:
    texts = [text for _, text in numbered(sample.path)]
    (tmp_path / "log").write_text("\n".join(texts) + "\n", encoding="utf-8")
    log, folds = LogFile(tmp_path / "log"), Folds()
    while log.refresh():
        continue
    folds.update(log)
    hidden = [(source_line(sample.path, begin + 1), source_line(sample.path, end)) for begin, end in folds.hidden]
    log.close()
    repeated = sample.points["repeated"]
    assert hidden == ([(repeated[0] + 1, repeated[1])] if repeated else []), "the head stays, what it repeats is hidden"
    for number, text in numbered(sample.path):
        line = parse_line(text)
        inside = repeated is not None and repeated[0] <= number <= repeated[1]
        assert line.failed == (inside and line.kind is not Kind.BLANK)
        assert not inside or level_of(line) is None, "a repetition is no second error"


# -- what is said about it ---------------------------------------------------------------------------------


@cache
def diagnosis(path: Path) -> dict[str, Any]:
    lines, diagnoser = SourceLines(), Diagnoser(load_catalogue())
    diagnoser.read(lines.feed(path.read_bytes()))
    diagnoser.read(lines.flush())
    return diagnoser.diagnosis(sum(lines.counts.values())).data()


@every
def test_the_verdict_the_cause_and_its_remedy(sample: Sample) -> None:
    told, wanted = diagnosis(sample.path), sample.points["cause"]
    assert [told["result"], told["phase"]] == sample.points["verdict"]
    if wanted is None:
        assert (told["cause"], told["evidence"], told["follow_on"]) == (None, [], [])
        return
    assert (told["cause"]["id"], told["evidence"][0]["line"]) == (wanted["id"], wanted["line"])
    assert wanted["contains"] in told["evidence"][0]["text"]
    explained = f"{told['cause']['title']}. {told['cause']['explanation']}"
    assert all(words in explained for words in wanted["says"]), explained
    remedy = "\n".join(line for fix in told["cause"]["fix"] for line in (fix["text"], *fix["commands"]))
    assert all(words in remedy for words in wanted["remedy"]), remedy
    for words in wanted["follow_on"]:
        assert [row for row in told["follow_on"] if words in row["text"]], told["follow_on"]


@every
def test_what_misleads_is_no_evidence(sample: Sample) -> None:
    told = diagnosis(sample.path)
    misleading = {line for line, _ in sample.points.get("noise", ())}
    assert not misleading & {row["line"] for row in told["evidence"]}
    survey = Survey()
    survey.feed("".join(f"{text}\n" for _, text in numbered(sample.path)).encode())
    first = survey.first_error()
    assert (first is None) == (sample.truth["outcome"] == "success" or sample.name == "ami-name-exists")
    assert first is None or source_line(sample.path, first + 1) not in misleading


@every
def test_secrets_are_masked_as_often_as_they_stand_there(sample: Sample) -> None:
    data = sample.path.read_bytes()
    pipe = LogPipe()
    masked = pipe.feed(data) + pipe.flush()
    assert dict(pipe.counts) == sample.points["masked"]
    assert diagnosis(sample.path)["redactions"] == sum(sample.points["masked"].values())
    for secret in sample.truth.get("secrets", ()):
        if secret.startswith("("):
            found = USER_DATA.search(data)
            assert found is not None, "the encoded user-data is there before it is masked"
            assert b"edgeHostToken" in base64.b64decode(found[1])
            assert found[1][:24] not in masked
        else:
            assert secret.encode() in data
            assert secret.encode() not in masked
