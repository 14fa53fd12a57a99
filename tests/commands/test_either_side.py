"""`--checkout` and `--repo` belong to every command, before it and after it, and the answers file yields to them."""

from __future__ import annotations

import pytest

from canvos_tui.arguments import COMMANDS, build_parser
from canvos_tui.cli import main
from canvos_tui.commands.run import wanted
from canvos_tui.wiring import real_ports

NEEDED = {"fix": ("FILE-ARG",), "run": ("--config", "a.yaml"), "answers": ("export",)} | dict.fromkeys(
    ("diagnose", "redact"), ("build.log",)
)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("before", [True, False])
def test_every_command_takes_both_on_either_side(command, before):
    given = ("--checkout", "/c", "--repo", "/r")
    words = [*(given if before else ()), command, *NEEDED.get(command, ()), *(() if before else given)]
    args = build_parser(words).parse_args(words)
    assert (args.checkout, args.repo) == ("/c", "/r")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("given", [True, False])
def test_every_command_takes_plain_on_either_side(command, given):
    words = (command, *NEEDED.get(command, ()))
    for line in (["--plain", *words], [*words, "--plain"]) if given else (list(words),):
        assert build_parser(line).parse_args(line).plain is given


@pytest.mark.parametrize("command", ["doctor", "guide"])
def test_an_answers_file_may_stand_before_the_command(command):
    words = ["--config", "a.yaml", command]
    assert build_parser(words).parse_args(words).config == "a.yaml"
    assert build_parser([command]).parse_args([command]).config is None


def test_an_answers_file_before_run_is_one_of_several_that_may_follow_it(tmp_path):
    (tmp_path / "a.yaml").write_text("CUSTOM_TAG: mine\n")
    words = ["--config", str(tmp_path / "a.yaml"), "run"]
    (draft,) = wanted(real_ports({"HOME": str(tmp_path)}), build_parser(words).parse_args(words))
    assert draft.text("CUSTOM_TAG") == "mine"


def test_the_later_one_wins():
    words = ["--checkout", "/first", "guide", "--checkout", "/second"]
    assert build_parser(words).parse_args(words).checkout == "/second"


@pytest.mark.parametrize("words", [("--checkout", "here", "--repo", "/r", "run"), ("run", "--checkout", "here", "--repo", "/r")])
def test_they_win_over_the_answers_file(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("checkout: /in/the/file\nrepository: /also/there\nCUSTOM_TAG: mine\n")
    line = [*words, "--config", "a.yaml"]
    (draft,) = wanted(real_ports({"HOME": str(tmp_path)}), build_parser(line).parse_args(line))
    assert (draft.folder, draft.repository, draft.text("CUSTOM_TAG")) == (tmp_path / "here", "/r", "mine")


def test_attach_and_cancel_look_among_the_runs_of_that_checkout(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for words in (("attach", "--checkout", "/c"), ("--checkout", "/c", "cancel")):
        assert main(words) == 2
        assert "there is no run of /c yet" in capsys.readouterr().err


def test_a_tag_of_the_command_line_wins_over_the_answers_file(tmp_path):
    (tmp_path / "a.yaml").write_text("tag: v4.8.8\nCUSTOM_TAG: mine\n")
    for words, tag in (((), "v4.8.8"), (("--tag", "v4.9.38"), "v4.9.38")):
        line = ["run", "--config", str(tmp_path / "a.yaml"), *words]
        (draft,) = wanted(real_ports({"HOME": str(tmp_path)}), build_parser(line).parse_args(line))
        assert (draft.tag, draft.text("CUSTOM_TAG")) == (tag, "mine")
