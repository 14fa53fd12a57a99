from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.core.checkout.state import checkout_id, parse_folder, parse_repository
from canvos_tui.core.checkout.user_data import problems, template
from canvos_tui.core.errors import InvalidValueError

HOME = Path("/home/alice")


def test_a_folder_may_start_with_the_home_sign():
    assert parse_folder(" ~/CanvOS ", HOME) == HOME / "CanvOS"
    assert parse_folder("/srv/x", HOME) == Path("/srv/x")
    assert parse_folder("~", HOME) == HOME


@pytest.mark.parametrize(("text", "reason"), [("", "needed"), ("CanvOS", "relative"), ("/a:b", "`:`"), ("/a\nb", "control")])
def test_a_folder_docker_could_not_mount_is_refused(text, reason):
    with pytest.raises(InvalidValueError, match=reason):
        parse_folder(text, HOME)


@pytest.mark.parametrize("text", ["", "--upload-pack=x", "a b"])
def test_a_repository_that_git_would_misread_is_refused(text):
    with pytest.raises(InvalidValueError):
        parse_repository(text)


def test_two_folders_of_one_name_have_different_ids():
    assert checkout_id(Path("/a/CanvOS")) != checkout_id(Path("/b/CanvOS"))
    assert checkout_id(Path("/a/CanvOS")).startswith("canvos-")


def test_the_user_data_template_has_no_problem_and_its_parts_are_checked():
    text = template("https://api.spectrocloud.com/", " aUAx0001TOKEN ")
    assert text.startswith("#cloud-config\n")
    parsed = {"stylus": {"site": {"paletteEndpoint": "api.spectrocloud.com", "edgeHostToken": "aUAx0001TOKEN"}}}
    assert problems(text, parsed) == ()
    assert len(problems("x: 1\n", {"x": 1})) == 3
    assert problems("", None) == ("the file is empty: the disk builder would fail on it",)
    for bad in ("", "a b/c"):
        with pytest.raises(InvalidValueError):
            template(bad, "aUAx0001TOKEN")
    with pytest.raises(InvalidValueError):
        template("h", "evil\n  x: 1")
