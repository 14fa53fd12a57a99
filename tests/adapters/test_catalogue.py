"""The catalogue that comes with the program: every entry proves itself on its own samples."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import canvos_tui
from canvos_tui.adapters.catalogue import catalogue_of, load_catalogue
from canvos_tui.core.diagnosis.catalogue import KnownError
from canvos_tui.core.diagnosis.cause_search import Matcher
from canvos_tui.core.diagnosis.speech import reasons
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.log.line import Kind, parse_line

FILE = Path(canvos_tui.__file__).parent / "core" / "diagnosis" / "known_errors.yaml"
CATALOGUE = load_catalogue()
SAMPLES = [(entry, sample) for entry in CATALOGUE.entries for sample in entry.samples]


def test_it_is_whole_and_loaded_once():
    assert len(CATALOGUE.entries) == FILE.read_text(encoding="utf-8").count("\n- id: ")
    assert load_catalogue() is CATALOGUE


def test_every_expression_of_it_stands_the_full_look_that_a_start_leaves_out():
    strict = catalogue_of(FILE.read_text(encoding="utf-8"))
    assert strict.entries == CATALOGUE.entries
    assert all(pattern.pieces for entry in CATALOGUE.entries for pattern in entry.patterns)


@pytest.mark.parametrize(("entry", "sample"), SAMPLES, ids=[f"{e.id}-{n}" for n, (e, _) in enumerate(SAMPLES)])
def test_a_sample_belongs_to_its_entry_and_to_no_other_as_strong(entry: KnownError, sample: str):
    claims = CATALOGUE.claims(parse_line(sample))
    assert claims[0].entry is entry
    assert [c.entry.id for c in claims[1:] if c.strength <= claims[0].strength] == []


def test_no_entry_is_passed_over_that_knows_a_line():
    """Few of them are asked about a line; among those are all that would claim it, and the same for the reasons."""
    asked = claimed = 0
    for body in {parse_line(text).body for _, sample in SAMPLES for text in (sample, sample.upper(), f"Ünder{sample}", sample[9:])}:
        near = CATALOGUE._near.of(body)
        knows = [n for n, entry in enumerate(CATALOGUE._ranked) if any(pattern.find(body) for pattern in entry.patterns)]
        assert set(knows) <= set(near), body
        asked, claimed = asked + len(near), claimed + len(knows)
        low = body.lower()
        tried = [words for words in reasons._TABLE if any(text in low for text in words.fixed)]
        assert [reasons._TABLE[n] for n in reasons._rows_for(low)] == tried
    assert claimed > len(CATALOGUE.entries)
    assert asked < 4 * claimed


@pytest.mark.parametrize(("entry", "sample"), SAMPLES, ids=[f"{e.id}-{n}" for n, (e, _) in enumerate(SAMPLES)])
def test_a_log_with_the_sample_has_that_cause(entry: KnownError, sample: str):
    matcher = Matcher(CATALOGUE)
    matcher.read(["          +iso-image | fine", sample, "          +iso-image | more"])
    hit = matcher.found()
    assert hit is not None
    assert (hit.entry.id, hit.line) == (entry.id, 2)
    cause = matcher.cause()
    assert cause is not None
    assert cause.evidence == (parse_line(sample).body.strip(),)
    assert "None" not in str(cause)


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda e: e.id)
def test_every_entry_reads_well(entry: KnownError):
    assert 10 < len(entry.title) <= 64
    assert not entry.title.endswith(".")
    assert entry.explanation.endswith(".")
    assert all(not advice.text.endswith(".") for advice in entry.remedies)
    assert entry.source, "whose words they are"
    assert entry.docs, "where to read more"
    told = " ".join((entry.title, entry.explanation, *(a.text for a in entry.remedies))).lower()
    assert not {"simply", "please", "just "} & set(told.split())


@pytest.mark.parametrize(
    "text",
    [
        "    +aws-cloud-image | --> RUN echo No space left on device",
        "    +aws-cloud-image |           RUN echo No space left on device",
        "    +aws-cloud-image | A=1 B=2 C=toomanyrequests",
        "    +aws-cloud-image | + echo 'Status Message: ClientError: 403 Forbidden'",
        "+ echo 'Error: File not found: x'",
        "Help: Your Docker Hub pull rate limit is reached",
        "+cloud-image *failed* | No space left on device",
        "in\t\t+base-image --X=toomanyrequests",
        "Error response from daemon: No such container: earthly-buildkitd",
        "fatal: No names found, cannot describe anything.",
        "         +base-image | dpkg-query: no packages found matching x",
    ],
)
def test_what_only_repeats_or_is_harmless_is_no_cause(text: str):
    matcher = Matcher(CATALOGUE)
    matcher.read([text])
    assert matcher.found() is None, parse_line(text).kind


def test_all_samples_are_lines_that_may_tell_a_cause():
    assert {parse_line(sample).kind for _, sample in SAMPLES} <= {Kind.OUTPUT, Kind.OUTER, Kind.ERROR, Kind.ERRHEAD}


def test_a_damaged_catalogue_says_so():
    with pytest.raises(CanvosError, match="no YAML"):
        catalogue_of("- id: [")
    with pytest.raises(CanvosError, match="no list"):
        catalogue_of("")
    with pytest.raises(CanvosError, match="no YAML"):
        catalogue_of("!!python/object/apply:os.getcwd []")


def test_the_file_is_sorted_and_plain():
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert [item["id"] for item in data] == sorted({item["id"] for item in data})
    assert max(map(len, FILE.read_text(encoding="utf-8").splitlines())) < 320
