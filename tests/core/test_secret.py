from __future__ import annotations

import copy
import pickle

import pytest

from canvos_tui.core.secret import Secret, without_keys

TEXT = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def test_a_secret_never_prints_itself():
    secret = Secret(TEXT)
    for shown in (str(secret), repr(secret), f"{secret}", f"{secret!r:>50}", f"{secret:>50}", str([secret]), str({"k": secret})):
        assert TEXT not in shown
        assert TEXT[:8] not in shown
    assert secret.last4() == "...EKEY"
    assert secret.reveal() == TEXT


def test_a_secret_cannot_be_stored_and_compares_by_value():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    with pytest.raises(TypeError):
        pickle.dumps(Secret(TEXT))
    with pytest.raises(TypeError):
        copy.copy(Secret(TEXT))


def test_a_short_secret_shows_nothing():
    assert Secret("abc").last4() == "..."
    assert not Secret("")


def test_the_environment_for_other_programs_holds_no_key():
    environ = {"PATH": "/bin", "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": TEXT, "AWS_SESSION_TOKEN": "t", "AWS_PROFILE": "p"}
    assert without_keys(environ) == {"PATH": "/bin", "AWS_PROFILE": "p"}
