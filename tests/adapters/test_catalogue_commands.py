"""The commands of the catalogue as somebody pastes them: they parse, name nothing unknown, and take nothing away unannounced."""

from __future__ import annotations

import re
import subprocess

import pytest

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.checks.files.mending import MENDERS
from canvos_tui.core.diagnosis.places import PLACES
from canvos_tui.core.errors import Changes, Command, Remedy

GIVEN = [(e.id, remedy, command) for e in load_catalogue().entries for remedy in e.remedies for command in remedy.commands]
IDS = [f"{name}-{number}" for number, (name, _, _) in enumerate(GIVEN)]
READERS = {"MESSAGE", "NAME", "REGISTRY"}  # the reader puts in what the line of the log says; the fix says so
SETTINGS = {"ARCH", "AWS_PROFILE", "BASE_IMAGE", "DOCKER_DEFAULT_PLATFORM", "SPECTRO_PUB_REPO", "USER"}  # by their own names
_CAPITALS = re.compile(r"(?<![\w.{-])[A-Z][A-Z0-9_]{2,}(?![\w.-])")
_HARM = {
    r"git stash\b.*(?:\s-[a-z]*[ua]|--all|--include-untracked)\b": "it puts .secret into git's objects",
    r"(?:echo|printf '(?!\\n)).*>>\s*\S*(?:secret|exclude|\.arg)": "it goes on in a last line that has no end",
    r"\brm -[a-z]*r": "it takes away what was not looked at",
    r"\bchown -R\b": "it gives away more than one file",
    r"git checkout \$\(": "what is put in may be several words, or none",
    r"git (?:reset --hard|clean)": "it takes away changes",
    r"^mv (?!-[in]T )": "it may overwrite a file of that name, or go into a folder of that name",
}


def test_a_shell_can_read_all_of_them() -> None:
    """One shell for all: as the body of a function that is never called."""
    script = 'for c; do eval "f() {\n$c\n}" 2>/dev/null || printf "%s\\n" "$c"; done'
    told = subprocess.run(
        ["bash", "-c", script, "_", *(c.run for _, _, c in GIVEN), "echo 'open"], capture_output=True, text=True, check=True
    )
    assert told.stdout == "echo 'open\n"  # which shows that one would be told


@pytest.mark.parametrize(("name", "remedy", "command"), GIVEN, ids=IDS)
def test_only_known_words_stand_for_something_else(name: str, remedy: Remedy, command: Command) -> None:
    words = set(_CAPITALS.findall(command.run))
    assert words <= set(PLACES) | READERS | SETTINGS
    for word in words & READERS:
        assert word in remedy.text, f"{name} does not say what {word} is"


def test_what_our_own_hand_mends_is_what_it_can() -> None:
    named = {c.run.removeprefix("canvos-tui fix ") for _, _, c in GIVEN if c.run.startswith("canvos-tui fix ")}
    assert named
    assert named <= set(MENDERS)


@pytest.mark.parametrize(("name", "remedy", "command"), GIVEN, ids=IDS)
def test_nothing_is_taken_away_unannounced(name: str, remedy: Remedy, command: Command) -> None:
    assert [why for pattern, why in _HARM.items() if re.search(pattern, command.run)] == []
    if re.search(r"\bprune\b|(?<!-)\brm\b|\bdelete-|\bderegister-", command.run):
        assert re.search(r"\b[Rr]emoves?\b|\b[Dd]elete", remedy.text), f"{name} does not say what goes"
    if "system prune" in command.run:
        assert "stopped container" in remedy.text
        assert "volume" not in command.run


@pytest.mark.parametrize("run", ["aws --region REGION ec2 describe-images", "timedatectl", "git --version"])
def test_what_only_looks_is_known(run: str) -> None:
    assert Command(run).changes is Changes.NOTHING
