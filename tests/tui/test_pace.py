"""When the next frame of a log may go, as a function of what the terminal answered."""

from __future__ import annotations

import pytest

from canvos_tui.tui.log.view import FRAME, FRAME_BLIND, FRAME_FAR, frame_for
from canvos_tui.tui.pace import LONGEST, LOST, SILENT, Pace, far


@pytest.mark.parametrize(
    ("environ", "asked", "frame"),
    [
        ({}, False, FRAME),
        ({"SSH_CONNECTION": "a b c d"}, True, FRAME_FAR),
        ({"TMUX": "/tmp/x,1,0"}, False, FRAME_FAR),
        ({"SSH_CONNECTION": "a b c d", "TMUX": "/tmp/x,1,0"}, False, FRAME_BLIND),
        ({"SSH_CONNECTION": "a b c d", "STY": "1.pts"}, False, FRAME_BLIND),
    ],
)
def test_a_terminal_is_asked_only_where_it_answers_itself_from_afar(environ: dict[str, str], asked: bool, frame: float) -> None:
    assert far(environ) is asked
    assert frame_for(environ) == frame


def test_the_line_rests_as_long_as_the_frame_took() -> None:
    pace = Pace(active=True)
    assert pace.free(10.0)
    assert pace.sent(10.0)
    assert not pace.free(10.3)
    assert not pace.sent(10.3), "one question at a time"
    pace.answered(10.4)
    assert not pace.free(10.7)
    assert pace.free(10.9)


def test_a_rest_is_never_long() -> None:
    pace = Pace(active=True)
    pace.sent(0.0)
    pace.answered(LOST - 0.1)
    assert not pace.free(LOST)
    assert pace.free(LOST - 0.1 + LONGEST)


def test_a_terminal_that_does_not_answer_gets_few_frames_and_no_more_questions() -> None:
    pace = Pace(active=True)
    assert pace.sent(0.0)
    assert not pace.free(LOST - 0.01)
    assert pace.free(LOST)
    assert not pace.sent(LOST)
    assert not pace.free(LOST + SILENT - 0.01)
    assert pace.free(LOST + SILENT)
    assert not pace.waiting
    pace.answered(LOST + SILENT)  # it was only slow
    assert pace.sent(LOST + SILENT)


def test_nothing_is_held_back_where_nobody_is_asked() -> None:
    pace = Pace(active=False)
    for now in (0.0, 0.001, 0.002):
        assert pace.free(now)
        assert not pace.sent(now)
    pace.answered(1.0)
    assert pace.free(1.0)
