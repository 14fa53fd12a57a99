"""`diagnose` on what was pasted from a terminal that wraps hard: the answer is that for the log itself, and no secret comes out."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.commands import diagnose as command
from tests.build_log import BuildLog
from tests.core.diagnosis.test_wordings import CASES, log_of
from tests.samples import count, every
from tests.wraps import SAMPLES, WAYS, WIDTHS, asked, cause_of, figures, measured, pasted, shown

REASON = "curl: (60) SSL certificate problem: unable to get local issuer certificate"
LOG = BuildLog().step("+base-image", "fine " * 30, f"{'as said above, ' * 5}{REASON}", "more " * 40).fails("+base-image", 60)


def told(tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, output: str) -> str:
    path = tmp_path / "a.log"
    path.write_bytes(data)
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    args = parser.parse_args(["diagnose", str(path), "--output", output])
    args.run(args)
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [80, 120])
def test_the_answer_says_that_the_text_was_wrapped_and_names_its_rows(
    width: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = pasted(LOG.lines, width, "trimmed")
    document: dict[str, Any] = json.loads(told(tmp_path, capsys, data, "json"))
    assert document["cause"]["id"] == "E-CERT-UNKNOWN"
    words = f"The text was wrapped at {width} columns; its lines were joined again"
    assert {"id": "wrapped", "text": words} in document["warnings"]
    row = data.decode().split("\n")[document["evidence"][0]["line"] - 1]
    assert row.startswith("         +base-image | as said above")
    assert REASON in document["evidence"][0]["text"]
    assert f"warning   {words}\n" in told(tmp_path, capsys, data, "text")


def test_wide_characters_of_two_bytes_are_joined_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(told(tmp_path, capsys, pasted(LOG.lines, 80, "cut").decode().encode("utf-16"), "json"))
    assert document["cause"]["id"] == "E-CERT-UNKNOWN"
    assert "wrapped" in {w["id"] for w in document["warnings"]}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("width", [80, 120])
def test_pasted_samples_keep_their_cause(width: int, way: str) -> None:
    found = measured(width, way, every(SAMPLES, lambda: SAMPLES[WIDTHS.index(width) :: 9]))
    number = figures(found)
    assert (number["other"], number["gained"], number["healthy"]) == (0, 0, 0), [row for row in found if row.kind != "same"]
    assert number["same"] >= 0.95 * len(found), [row for row in found if row.kind != "same"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("width", [80, 97, 120])
def test_pasted_logs_of_other_wordings_keep_their_cause(width: int, way: str) -> None:
    cases = every(CASES, lambda: CASES[width % 40 :: 40])
    answers = []
    for case in cases:
        data = log_of(case)
        answers.append((cause_of(asked(data)), cause_of(asked(pasted(shown(data), width, way)))))
    kept = sum(before == after for before, after in answers)
    assert kept >= (0.97 if way == "folded" else 1) * len(cases), [pair for pair in answers if pair[0] != pair[1]]


@pytest.mark.parametrize(
    ("rows", "cause", "columns"),
    [
        # one long line in a window of an unusual width: the cut goes through the words that tell
        (
            [
                "docker: Error response from daemon: error from registry: You have reached your unauthenticated pull ra",
                "te limit. https://www.docker.com/increase-rate-limit",
            ],
            "E-RATE-LIMIT",
            102,
        ),
        # the blank at the cut was taken away
        (
            [
                "docker: Error response from daemon: error from registry: You have reached your unauthenticated pull",
                "rate limit. https://www.docker.com/increase-rate-limit",
            ],
            "E-RATE-LIMIT",
            100,
        ),
    ],
)
def test_a_cause_that_is_cut_in_two_shows_that_a_small_text_is_wrapped(rows: list[str], cause: str, columns: int) -> None:
    found = asked("\n".join(["version: Docker version 27.5.1, build 9f9e405", *rows, "See 'docker run --help'.", ""]).encode())
    assert cause_of(found) == cause
    assert next(w.text for w in found.warnings if w.id == "wrapped").startswith(f"The text was wrapped at {columns} columns")
    assert found.evidence[0].line == 2


@pytest.mark.parametrize("width", [100, 119, 120, 131, 132])
def test_a_small_text_that_tells_the_same_either_way_is_read_as_it_is(width: int) -> None:
    told = "docker: Error response from daemon: driver failed programming external connectivity on endpoint x"
    rows = [
        f"{told:y<{width - 1}}.",
        " (exit status 1).",
        "An error occurred while running the command.",
    ]
    assert "wrapped" not in {w.id for w in asked("\n".join(rows).encode()).warnings}


CANARIES = {
    "access key": "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIcanaryK7MDENGbPxRfiCYEX",
    "token": "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlX2NhbmFyeV9jYW5hcnk",
    "password": "https://anna:canaryCanary4711secret@git.example.org/team/edge.git",
    "github": "fatal: token ghp_canary7Xk2Jq9Zt5Wm8Rb3Vn6Lp1Hd0Sf4G is not valid",
}


def leaks(secret: str, out: str) -> list[str]:
    """Pieces of the secret part that can be read."""
    value = secret.partition("=")[2] or secret.rpartition(" is ")[0].rpartition(" ")[2] or secret.rpartition(" ")[2]
    value = value.removeprefix("https://anna:").partition("@")[0]
    return [piece for at in range(len(value) - 7) if (piece := value[at : at + 8]) in out]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", CANARIES)
def test_a_secret_that_is_cut_in_two_is_masked(kind: str, way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = CANARIES[kind]
    for before in range(0, 80, count(11, 1)):
        log = BuildLog().step("+base-image", "so " * 40, f"{'-' * before} {secret} said", f"E: failed with {secret}", "so " * 50)
        data = pasted(log.fails("+base-image", 7).lines, 80, way)
        out = told(tmp_path, capsys, data, "json") + told(tmp_path, capsys, data, "text")
        assert "wrapped at 80" in out
        assert not leaks(secret, out), (before, out)


@pytest.mark.parametrize("way", ["cut", "trimmed", "filled", "spaced"])
@pytest.mark.parametrize("kind", CANARIES)
def test_a_secret_that_is_cut_in_two_in_a_few_rows_is_masked(kind: str, way: str) -> None:
    secret = CANARIES[kind]
    for before in range(20, 97, count(7, 1)):
        lines = ["version: Docker version 27.5.1, build 9f9e405", f"docker: {'o' * before} {secret} is what it said"]
        found = asked(pasted([*lines, "An error occurred while running the command."], 97, way))
        out = json.dumps(found.data()) + "\n".join(command.text_lines(found))
        assert not leaks(secret, out), (before, out)


def test_a_log_that_is_not_wrapped_is_not_said_to_be() -> None:
    assert "wrapped" not in {w.id for w in asked(LOG.data()).warnings}
