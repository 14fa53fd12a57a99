"""What of a machine is replaced in a bundle, by the names that its environment tells."""

from __future__ import annotations

from canvos_tui.core.bundle.placeholders import Placeholders, names_here


def test_the_users_own_folders_are_replaced_wherever_they_lie() -> None:
    here = names_here({"HOME": "/home/alice", "XDG_STATE_HOME": "/data/alices-state/", "XDG_CONFIG_HOME": ""}, "build-7")
    text, counts = Placeholders(("path",), here).replaced('"log": "/data/alices-state/canvos-tui/runs/1", "in": "/home/alice/CanvOS"')
    assert text == '"log": "/path-1/canvos-tui/runs/1", "in": "/path-2/CanvOS"'
    assert counts == {"path": 2}


def test_what_is_not_set_replaces_nothing() -> None:
    assert names_here({}, "")["path"] == ()
    assert Placeholders(("path",), names_here({}, "")).replaced("/var/lib/docker") == ("/var/lib/docker", {})
