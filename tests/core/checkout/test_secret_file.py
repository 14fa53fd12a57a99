from __future__ import annotations

import pytest
from dotenv import dotenv_values

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.checkout import secret_file
from canvos_tui.core.secret import Secret

TEXT = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS = AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret(TEXT))


def test_all_three_ids_are_there_and_the_profile_is_empty(tmp_path):
    path = tmp_path / ".secret"
    path.write_bytes(secret_file.render(KEYS))
    assert dotenv_values(path) == {"AWS_PROFILE": "", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": TEXT}


def test_other_lines_stay_and_old_keys_go():
    out = secret_file.render(KEYS, b"# mine\r\nOTHER=1\r\nAWS_PROFILE=dev\r\nAWS_ACCESS_KEY_ID = old\r\n").decode()
    assert out == f"# mine\nOTHER=1\nAWS_PROFILE=\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY={TEXT}\n"


def test_reading_gives_the_keys_back_and_masking_hides_them():
    data = secret_file.render(KEYS)
    assert secret_file.keys_of(data) == KEYS
    shown = secret_file.masked(data + b"TOKEN=abc\n")
    assert TEXT not in shown
    assert "abc" not in shown
    assert "...MPLE" in shown
    assert "AWS_PROFILE=\n" in shown
    assert secret_file.keys_of(b"AWS_PROFILE=x\n") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("KEY=a\n", "KEY=a\nAWS_PROFILE=\n"),
        ("KEY=a", "KEY=a\nAWS_PROFILE=\n"),
        ("KEY=a\r\nAWS_PROFILE=dev\r\n", "KEY=a\nAWS_PROFILE=\n"),
        ("export AWS_PROFILE = 'dev'\nKEY=a\n", "AWS_PROFILE=\nKEY=a\n"),
        ("AWS_PROFILE=\nKEY=a\n", "AWS_PROFILE=\nKEY=a\n"),
        ("AWS_PROFILE=''\nKEY=a\n", "AWS_PROFILE=''\nKEY=a\n"),
        ("# AWS_PROFILE=dev\nKEY=a\n", "# AWS_PROFILE=dev\nKEY=a\nAWS_PROFILE=\n"),
        ("\ufeffAWS_PROFILE=\nKEY=a", "AWS_PROFILE=\nKEY=a\n"),
    ],
)
def test_what_our_own_hand_can_put_right(before, after):
    assert secret_file.mended(before.encode()).decode() == after
    assert secret_file.mended(after.encode()).decode() == after


@pytest.mark.parametrize("line", [f"# AWS_SECRET_ACCESS_KEY={TEXT}", f"#{TEXT}", TEXT, f"my key is {TEXT}", f"{TEXT}="])
def test_masking_hides_what_is_no_setting_as_well(line):
    shown = secret_file.masked(f"{line}\nAWS_PROFILE=\n".encode())
    assert TEXT[:8] not in shown
    assert shown.splitlines()[1] == "AWS_PROFILE="
