"""The same kinds of failure in the words of other versions and other tools, each in a log as it would stand in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.diagnosis.evidence import cut
from canvos_tui.core.diagnosis.speech.reasons import REASONS, reason_in
from canvos_tui.core.diagnosis.speech.speakers import SPEAKERS, speaker_of
from tests.build_log import BuildLog, outside
from tests.causes_table import told

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("wordings.yaml").read_text(encoding="utf-8"))
TARGETS = {"base": "+base-image", "raw": "+cloud-image", "upload": "+aws-cloud-image", "import": "+aws-cloud-image"}
UPLOADING = ("RAW_FILE_PATH: /workdir/a.raw", "2026-09-17 10:02:13 - Uploading '/workdir/a.raw' to s3://acme/edge.raw...")
IMPORTING = (
    "2026-09-17 10:21:00 - Successfully uploaded '/workdir/a.raw' to S3.",
    "2026-09-17 10:21:00 - Importing S3 object 's3://acme/edge.raw' as EC2 snapshot...",
)


def log_of(case: dict[str, Any]) -> bytes:
    texts = [*case["say"].split("\n"), *case.get("then", ())]
    where = case["where"]
    if where == "host":
        return outside(*texts)
    if where == "bare":
        return "\n".join([*texts, ""]).encode()
    if where == "error":
        return BuildLog().ends(case["say"]).data()
    before = {"upload": UPLOADING, "import": UPLOADING + IMPORTING}.get(where, ())
    return BuildLog().step(TARGETS[where], *before, *texts).fails(TARGETS[where], case.get("code", 1)).data()


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{c['where']}-{c['right'][0] or 'unknown'}" for n, c in enumerate(CASES)])
def test_the_cause_is_known_in_other_words(case: dict[str, Any]) -> None:
    document = told(log_of(case))
    said = document["cause"]["id"] if document["cause"] else ""
    assert (said if said.startswith("E-") else "") in case["right"], (case["say"], said)
    assert document["result"] == ("inconclusive" if case["where"] == "bare" else "failed")


def test_the_wordings_are_many_and_of_every_reason() -> None:
    assert len(CASES) > 250
    met = {found.reason for case in CASES for text in case["say"].lower().split("\n") if (found := reason_in(text))}
    assert {"region-unknown", "no-ipv6"} | met >= REASONS - {"login-wrong", "proxy-no-tls"}
    assert {speaker_of(text) for case in CASES for text in case["say"].lower().split("\n")} >= SPEAKERS - {"awscli"}


def test_every_pair_of_the_catalogue_is_a_reason_somebody_can_give() -> None:
    pairs = [pair for entry in load_catalogue().entries for pair in entry.reasons]
    assert len(pairs) == len(set(pairs)), "two entries for the same words"
    assert len(load_catalogue().entries) >= 150
    assert {speaker for speaker, _ in pairs} <= {*SPEAKERS, "any"}
    assert {reason for _, reason in pairs} == REASONS, "each reason has a cause"


@pytest.mark.parametrize("at", [0, 200, 500, 900, 1500])
def test_a_long_line_is_never_cut_at_its_reason(at: int) -> None:
    reason = "x509: certificate signed by unknown authority"
    text = "a" * at + f" {reason} " + "b" * (1500 - at)
    begin = text.index(reason)
    shown = cut(text, begin, begin + len(reason))
    assert reason in shown
    assert len(shown) <= 400
    assert cut("short " + reason) == "short " + reason
