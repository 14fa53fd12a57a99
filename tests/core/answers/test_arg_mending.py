"""What an `.arg` becomes without anybody being asked, and what is left as it stands."""

from __future__ import annotations

import io

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.core.answers.arg_mending import mended
from canvos_tui.core.checkout import arg_file


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A=1\r\nB=2\r\n", "A=1\nB=2\n"),
        ("A=1\rB=2\r", "A=1\nB=2\n"),
        ("\ufeffA=1\n", "A=1\n"),
        ("A = 1\n", "A=1\n"),
        ("A =1\nB= 2\n", "A=1\nB=2\n"),
        ("A: 1\n", "A=1\n"),
        ("A = 'x y'  # why\n", "A='x y'  # why\n"),
        ("A=1\n# mine\nA=2\n", "# mine\nA=2\n"),
        ("CUSTOM_TAG=edge\nS3_KEY=\nB=1\n", "CUSTOM_TAG=edge\nS3_KEY=edge\nB=1\n"),
        ("CUSTOM_TAG=edge\nB=1\n", "CUSTOM_TAG=edge\nB=1\nS3_KEY=edge\n"),
        ("CUSTOM_TAG = edge\r\nS3_KEY =\r\n", "CUSTOM_TAG=edge\nS3_KEY=edge\n"),
        ("A=k\u00e4se\r\n", "A=k\u00e4se\n"),
    ],
)
def test_what_is_certain(before: str, after: str) -> None:
    assert mended(before.encode()) == after.encode()
    assert mended(after.encode()) == after.encode()


@pytest.mark.parametrize(
    "text",
    [
        "A=1\nB=2\n",
        "A=1",  # both read a last line without an end
        "A=x y\n",  # a value with a blank, or two settings
        "A = x y\n",
        "A = $(id)\n",
        "hello\n",
        "PATH = /tmp\n",
        "export A = 1\n",
        "A=1\nB=$A\nA=2\n",  # B is 1
        "A=1\nB=${A}x\nA=2\n",
        "export A=1\nA=2\n",
        "A=1\nA=x y\n",
        "UPDATE_KERNEL=no\n",
        "CUSTOM_TAG=a+b\nS3_KEY=\n",  # no name for an AMI
        "S3_KEY=\n",
        "CUSTOM_TAG=edge\nS3_KEY=''\n",
        "CUSTOM_TAG=edge\nexport S3_KEY=\n",
        "A=1\rB\nC=1\n",  # a CR among lines that end in LF
        "",
    ],
)
def test_what_only_a_person_can_decide_stays(text: str) -> None:
    assert mended(text.encode()) == text.encode()


def test_bytes_that_are_no_text_stay_what_they_are() -> None:
    assert mended(b"A=\xff\xfe\r\nB = 2\n") == b"A=\xff\xfe\nB=2\n"


LINES = st.lists(st.sampled_from(["A=1", "A = 1", "B= 'x'", "B: 2", "C=$A", "A=x y", "# A = 1", "", "word", "export A=3", "S3_KEY="]))


@given(LINES, st.sampled_from(["\n", "\r\n"]))
def test_no_value_that_earthly_reads_is_lost_and_a_second_time_changes_nothing(lines: list[str], end: str) -> None:
    data = "".join(line + end for line in lines).encode()
    new = mended(data)
    assert mended(new) == new
    problems = {p.text for p in arg_file.parse(new).problems if p.fatal}
    assert problems <= {p.text for p in arg_file.parse(data).problems if p.fatal}
    before, after = (dotenv_values(stream=io.StringIO(d.decode()), interpolate=False) for d in (data, new))
    assert {k: v for k, v in before.items() if v is not None and k not in {"B", "word"}} == {
        k: v for k, v in after.items() if v is not None and k not in {"B", "word"}
    }
