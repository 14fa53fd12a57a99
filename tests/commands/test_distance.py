"""Frames come soon where the terminal is near, and nothing moves for its own sake where it is far."""

from __future__ import annotations

from canvos_tui.commands.distance import suit


def test_near_frames_come_soon_and_far_nothing_is_animated():
    near: dict[str, str] = {}
    suit(near)
    assert near == {"TEXTUAL_FPS": "120"}
    far = {"SSH_CONNECTION": "192.0.2.1 5 192.0.2.2 22"}
    suit(far)
    assert far["TEXTUAL_ANIMATIONS"] == "none"
    assert "TEXTUAL_FPS" not in far


def test_what_the_user_set_stays():
    own = {"TEXTUAL_FPS": "30", "TEXTUAL_ANIMATIONS": "full"}
    suit(own)
    suit({**own, "SSH_CONNECTION": "x"})
    assert own == {"TEXTUAL_FPS": "30", "TEXTUAL_ANIMATIONS": "full"}
