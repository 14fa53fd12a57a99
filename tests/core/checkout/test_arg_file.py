"""`.arg` is judged by its real readers: bash, python-dotenv, and our own parser."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.core.answers import draft, fields
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import SeveralChosen, answer_for
from canvos_tui.core.checkout import arg_file
from canvos_tui.core.errors import InvalidValueError
from tests import samples


def bash_reads(path: Path, keys: list[str]) -> dict[str, str]:
    script = 'set -eu; cd "$1"; source ./.arg; shift; for k in "$@"; do printf "%s\\0%s\\0" "$k" "${!k}"; done'
    done = subprocess.run(
        ["bash", "-c", script, "bash", str(path.parent), *keys], capture_output=True, check=True, env={"PATH": "/usr/bin:/bin"}
    )
    parts = done.stdout.decode().split("\0")[:-1]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def random_draft(rng: random.Random) -> draft.Draft:
    """A draft of texts that the parsers accepted, from alphabets wider than they allow."""
    alphabet = "abcxyzABC019.-_/:@%+=,~!$&*;'\"\\ #()[]{}ü"
    made = fresh()
    for field in fields.ARGS:
        for _ in range(12):
            text = "".join(rng.choice(alphabet) for _ in range(rng.randint(0, 14)))
            if "PROXY" in field.key and rng.random() < 0.7:
                text = f"http://u:{text}@proxy.corp:3128" if field.key != "NO_PROXY" else f"10.0.0.0/8,{text}"
            answer = answer_for(field, text)
            if isinstance(answer, draft.FieldAnswered):
                made = made.after(answer)
                break
    return made.after(SeveralChosen(rng.random() < 0.3))


def test_bash_dotenv_and_our_parser_agree_on_random_drafts(tmp_path):
    rng = random.Random(20261123)
    path = tmp_path / ".arg"
    varied: set[str] = set()
    rounds = samples.count(100, 500)
    for _ in range(rounds):
        args = random_draft(rng).args()
        path.write_bytes(arg_file.render(None, args))
        keys = list(args)
        assert bash_reads(path, keys) == args
        assert {k: v for k, v in dotenv_values(path).items() if k in args} == args
        assert dict(arg_file.parse(path.read_bytes()).values) == args
        varied.update(args.values())
    assert len(varied) > rounds * 0.8, "there was something to disagree on"


@given(st.dictionaries(st.sampled_from(["A", "B_2", "LONG_NAME"]), st.text(max_size=30), max_size=3))
def test_what_can_be_rendered_reads_back_and_the_rest_is_refused(args):
    try:
        data = arg_file.render(None, args)
    except InvalidValueError as error:
        assert error.allowed  # noqa: PT017  either way is right, each with its own proof
    else:
        assert dict(arg_file.parse(data).values) == args
        assert b"\r" not in data


EXISTING = b"""# our settings
CUSTOM_TAG=demo
CIS_HARDENING=false

# IS_UKI=true
K8S_VERSION=1.30.1
IMAGE_REPO=$OS_DISTRIBUTION
CUSTOM_TAG=demo2
EXTRA='kept as it is'
"""


def test_unknown_keys_comments_and_order_of_an_existing_file_stay():
    out = arg_file.render(EXISTING, {"CUSTOM_TAG": "palette-learn", "S3_KEY": "edge"}, without=("K8S_VERSION",)).decode()
    assert out == (
        "# our settings\nCIS_HARDENING=false\n\n# IS_UKI=true\nIMAGE_REPO=$OS_DISTRIBUTION\n"
        "CUSTOM_TAG=palette-learn\nEXTRA='kept as it is'\n\nS3_KEY=edge\n"
    )


def test_rendering_twice_changes_nothing():
    args = fresh().args()
    once = arg_file.render(EXISTING, args)
    assert arg_file.render(once, args) == once


def test_crlf_and_a_byte_order_mark_are_named_and_written_away():
    parsed = arg_file.parse(b"\xef\xbb\xbfA=1\r\nB=2\r\n")
    assert dict(parsed.values) == {"A": "1", "B": "2"}
    assert [p.reason.split(":")[0] for p in parsed.problems] == ["the file starts with a byte order mark", "the lines end in CR LF"]
    assert arg_file.render(b"A=1\r\n", {}) == b"A=1\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("V=a b", "second word"),
        ("V=a;touch x", "execute"),
        ("V=`id`", "execute"),
        ("V=$(id)", "execute"),
        ("V=a&b", "execute"),
        ("V=pa$word", "differently"),
        ("V=a\\b", "differently"),
        ("V=~/x", "differently"),
        ('V="a$b"', "differently"),
        ("V= a", "blank after"),
        ("V = a", "more than `=`"),
        ("V: a", "more than `=`"),
        ("V='a'b", "after the closing quote"),
        ("just words", "no `NAME=value`"),
        ("A-B=c", "`A-B` is no name"),
        ("PATH=/tmp", "earthly.sh itself"),
        ("LD_PRELOAD=/x.so", "earthly.sh itself"),
        ("global_config=x", "earthly.sh itself"),
    ],
)
def test_a_line_that_the_readers_take_differently_is_named_with_its_number(line, reason):
    problems = arg_file.parse(f"OK=1\n{line}\n".encode()).problems
    assert [(p.line, reason in p.reason, bool(p.remedy)) for p in problems] == [(2, True, True)]


@pytest.mark.parametrize(
    "line", ["V=a #c", "V='a b'", 'V="a b"', "V=", "V=10.0.0.0/8,.corp", "OS_DISTRIBUTION=u\nIMAGE_REPO=$OS_DISTRIBUTION"]
)
def test_a_line_that_all_read_alike_is_no_problem(line, tmp_path):
    parsed = arg_file.parse(line.encode())
    assert parsed.problems == ()
    path = tmp_path / ".arg"
    path.write_text(line + "\n")
    assert bash_reads(path, list(parsed.values)) == dict(parsed.values)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_parser(data):
    parsed = arg_file.parse(data)
    assert all(p.line >= 1 for p in parsed.problems)
