from __future__ import annotations

import shlex
import subprocess

import pytest
from rich.cells import cell_len

from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.terminal.plain_ascii import VARIABLE, pastable, to_ascii, wanted, wide


@pytest.mark.parametrize(
    ("environ", "only"),
    [
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "de_DE.utf8"}, False),
        ({"LC_CTYPE": "UTF-8"}, False),
        ({"LANG": "C", "LC_ALL": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", VARIABLE: "1"}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "POSIX"}, True),
        ({}, True),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, True),
    ],
)
def test_the_locale_tells_whether_only_ascii_can_be_shown(environ, only):
    assert wanted(environ) is only


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain", "plain"),
        ("é ü", "e u"),
        ("─│┌▁█", "-|+-#"),
        ("a\u200bb", "ab"),
        ("日本", "????"),
        ("Ω", "?"),
        ("“x”…", '"x".'),
    ],
)
def test_text_keeps_its_width_in_ascii(text, plain):
    assert to_ascii(text) == plain


@pytest.mark.parametrize("path", ["/home/jürgen/CanvOS", "/srv/日本 1/a\\b", "/tmp/\udcff", "/home/alice/Can VOS"])
def test_a_command_in_ascii_names_the_same_path(path):
    """Without its accents it would be another one."""
    command = pastable(f"printf %s {shlex.quote(path)}")
    assert command.isascii()
    assert to_ascii(command) == command
    said = subprocess.run(["bash", "-c", command], capture_output=True, check=True, env={"LC_ALL": "C"}).stdout
    assert said.decode("utf-8", "surrogateescape") == path


@pytest.mark.parametrize(
    ("environ", "may"),
    [({"LANG": "ja_JP.UTF-8"}, True), ({"LC_ALL": "zh_CN.UTF-8", "LANG": "C"}, True), ({"LANG": "de_DE.UTF-8"}, False), ({}, False)],
)
def test_a_locale_in_which_marks_may_be_two_columns_wide(environ, may):
    assert wide(environ) is may


def test_every_mark_is_one_column_wide_has_no_emoji_form_and_one_twin():
    """Signs with an emoji form (Unicode's emoji-variation-sequences) are drawn two columns wide by some terminals."""
    emoji = set("▶◀▪▫◻◼◽◾☑✔✖✅❌⚠")
    for mark in Mark:
        assert cell_len(mark.sign) == 1
        assert mark.sign not in emoji
        assert to_ascii(mark.sign) == mark.value[1]
