"""What is about to be written is read by a reader that is not ours, and stays unwritten where that sees something else."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canvos_tui.adapters.files import Disk, parse_env
from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers import fields
from canvos_tui.core.answers.file_changes import FileChange, apply, plan, read_current
from canvos_tui.core.errors import FilesError, InvalidValueError
from canvos_tui.core.secret import Secret
from tests.core.answers.test_draft import full

# one value that goes over three lines, for bash as for every reader of such files: our line would stand inside of it
SWALLOWING = "NOTE='a text\nCUSTOM_TAG=old\nthat goes on'\n"


async def test_a_line_that_swallows_ours_stops_everything_before_anything_is_written(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "state")
    (tmp_path / ".arg").write_text(SWALLOWING)
    changes = plan(full(), await read_current(disk, tmp_path))
    with pytest.raises(FilesError, match=r"\.arg was not written: read back, CUSTOM_TAG") as caught:
        await apply(disk, tmp_path, changes, "x")
    assert "above CUSTOM_TAG" in caught.value.remedy
    assert (tmp_path / ".arg").read_text() == SWALLOWING
    assert sorted(p.name for p in tmp_path.iterdir()) == [".arg"]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (b"A=1\n", "B"),  # a name is missing
        (b"A=1\nB=3\n", "B"),  # another value
        (b"A=1\nB=2\nC=\n", "C"),  # a name that must be gone
        (b"A=1\nB\n", "B"),  # a name without a value is none
    ],
)
async def test_every_difference_stops_the_rename_and_shows_no_value(tmp_path: Path, new: bytes, said: str) -> None:
    wanted = {"A": Secret("1"), "B": Secret("2"), "C": None}
    with pytest.raises(FilesError, match=rf"read back, {said} would") as caught:
        await apply(Disk(tmp_path / "state"), tmp_path, (FileChange(".secret", None, new, 0o600, (), wanted),), "x")
    assert "2" not in str(caught.value).replace(".secret", "")
    assert not (tmp_path / ".secret").exists()


async def test_a_line_of_the_users_own_that_nobody_can_read_is_no_reason_to_stop(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk(tmp_path / "state")
    (tmp_path / ".arg").write_text("this is = no line\nMINE=${CUSTOM_TAG}\n")
    with caplog.at_level(logging.WARNING):
        await apply(disk, tmp_path, plan(full(), await read_current(disk, tmp_path)), "x")
    assert "MINE=${CUSTOM_TAG}" in (tmp_path / ".arg").read_text()


def test_references_are_left_as_they_stand() -> None:
    assert parse_env(b"A=1\nB=${A}\nC='${A}'\n") == {"A": "1", "B": "${A}", "C": "${A}"}


ODD = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=20)
TEXTS = st.one_of(st.text("abz019.-_/:,@%+= '#$", max_size=30), ODD, st.just("http://u:p%23@proxy.acme.com:3128"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.fixed_dictionaries({f.key: TEXTS for f in fields.ASKED}))
def test_whatever_our_parsers_take_reads_back_the_same(values: dict[str, str]) -> None:
    draft = full()
    for asked in fields.ASKED:
        answer = d.answer_for(asked, values[asked.key])
        draft = draft.after(answer) if isinstance(answer, d.FieldAnswered) else draft
    try:
        changes = plan(draft, {})
    except InvalidValueError:
        return  # refused, with a reason, before it gets that far
    for change in changes:
        seen = parse_env(change.new)
        assert {k: seen.get(k) for k in change.read_as} == {k: v.reveal() if v is not None else None for k, v in change.read_as.items()}
