"""Commands on the screen: what a mouse copies of them is the same to a shell, or it says that it is not the whole."""

from __future__ import annotations

import subprocess

import pytest

from canvos_tui.core.errors import Command
from canvos_tui.tui.painting.blocks import code
from canvos_tui.tui.painting.command_rows import command_rows

COMMANDS = (
    "aws iam put-role-policy --role-name vmimport --policy-name vmimport --policy-document file://role-policy.json",
    "echo 'one two three four five six' and then \"seven eight's nine ten\" eleven twelve",
    "sed -i 's/a b c d/e f g h/' it\\ s file\\ name of\\ mine here",
    "echo role vmimport   # shows whether it's there; if not:",
    'echo \'{\n  "a b": "c d"\n}\' tail of it',
)


def as_a_shell_reads(command: str) -> str:
    said = subprocess.run(["bash", "-c", f"show() {{ printf '<%s>' \"$@\"; }}; show {command}"], capture_output=True, text=True, check=True)
    assert not said.stderr
    return said.stdout


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("room", [44, 52, 68])
def test_rows_are_the_same_to_a_shell(command: str, room: int) -> None:
    rows = list(command_rows(command, room))
    assert all(len(row.text) <= room for row in rows)
    assert not any(row.cut for row in rows)
    assert as_a_shell_reads("\n".join(row.text for row in rows)) == as_a_shell_reads(command)


@pytest.mark.parametrize("width", [40, 51, 71])
def test_what_is_too_long_for_a_row_is_cut_and_says_what_copies_the_whole(width: int) -> None:
    policy = "'" + '{"Version": "2012-10-17", "Statement": []} ' * 5 + "'"
    painted = [
        row.plain for row in code([Command(f"aws iam put-role-policy --policy-document {policy} --role-name vmimport", True)], width)
    ]
    assert all(len(row) <= width for row in painted)
    [cut] = [row for row in painted if "{" in row]
    assert cut.rstrip().endswith("c copies")
    assert "… " in cut
    assert "--role-name vmimport" in painted[-1]
