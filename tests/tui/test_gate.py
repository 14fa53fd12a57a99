"""Nothing from outside is painted, copied or put into a title so that a terminal would obey it, and no secret is shown."""

from __future__ import annotations

from dataclasses import replace

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FolderChosen
from canvos_tui.core.terminal.notice import Notice
from canvos_tui.tui.app import CanvosApp
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.messages import CopyAsked, Hinted
from canvos_tui.tui.opening import Opening, Room
from tests.doubles import canvos_repo
from tests.hostile import CLIPBOARD, obeyed, texts
from tests.tui.fakes import FakeTerminal, make_ports
from tests.tui.screen import see, text_of, until

HUSH = "s3cr3tpassw0rd"
PROXY = f"http://me:{HUSH}@proxy.example:3128"


async def test_hostile_words_are_painted_as_words(tmp_path):
    folder = canvos_repo.make(tmp_path / "CanvOS")
    (folder / CLIPBOARD).mkdir()
    (folder / CLIPBOARD / "file").write_text("x")
    terminal = FakeTerminal()
    ports = replace(make_ports(tmp_path), terminal=terminal)
    draft = fresh(ports.environ).after(FolderChosen(folder, f"https://joe:{HUSH}@git.example/CanvOS\u202e"))
    app = CanvosApp(Room(ports, draft, Opening(page="check", hint=f"git said {CLIPBOARD} of {PROXY}")))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        shown = await see(pilot, "git said content-x of http://me:***MASKED:url_password***")
        assert obeyed(shown.replace("\n", "")) == []
        app.screen.post_message(Hinted("".join(texts())))
        app.notify(f"{CLIPBOARD} {PROXY}", markup=False, timeout=60)
        assert HUSH not in await see(pilot, "http://me:***MASKED:url_password***@proxy.example:3128")
        await app.push_screen(ReadText("Earthfile\x1b[2J", "".join(f"line {n} {text}\n" for n, text in enumerate(texts()))))
        assert obeyed((await see(pilot, "line 0 before 0")).replace("\n", "")) == []
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        assert obeyed(text_of(app).replace("\n", "")) == []
        await pilot.press("escape")
        app.post_message(CopyAsked(f"curl -x {PROXY} {CLIPBOARD}", "a command"))
        await until(pilot, lambda: terminal.copied)
    assert terminal.copied == ["curl -x http://me:***MASKED:url_password***@proxy.example:3128 content-x"]


def test_a_title_is_words():
    for text in texts():
        notice = Notice({"TERM": "xterm-256color"})
        told = notice.show(text).removeprefix("\x1b[22;0t").removeprefix("\x1b]0;").removesuffix("\x07")
        assert obeyed(told) == [], text
