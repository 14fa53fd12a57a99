"""Bytes in a log that would do something to a terminal, were they passed on: all control characters and the known tricks."""

from __future__ import annotations

EVIL = "evil"
_STRINGS = (
    b"\x1b]0;evil title\x07",
    b"\x1b]1;evil icon\x1b\\",
    b"\x1b]2;evil title\x1b\\",
    b"\x1b]4;1;rgb:ff/00/00\x07",
    b"\x1b]7;file://evil/\x07",
    b"\x1b]8;;http://evil.example.invalid/\x1b\\link\x1b]8;;\x1b\\",
    b"\x1b]9;evil notification\x07",
    b"\x1b]9;4;1;50\x07",
    b"\x1b]10;#00ff00\x07\x1b]11;#00ff00\x07\x1b]12;#00ff00\x07",
    b"\x1b]50;evil font\x07",
    b"\x1b]52;c;ZXZpbA==\x07\x1b]52;c;?\x07",
    b"\x1b]104\x07\x1b]110\x07",
    b"\x1b]133;A\x07",
    b"\x1b]777;notify;evil;evil\x07",
    b"\x1b]1337;File=inline=1:ZXZpbA==\x07",
    b'\x1bP$q"p\x1b\\',
    b"\x1bP+q544e\x1b\\",
    b"\x1bPq#0;2;0;0;0#0~~@@\x1b\\",
    b"\x1bPtmux;\x1b\x1b]0;evil\x07\x1b\\",
    b"\x1b_Gf=100;ZXZpbA==\x1b\\",
    b"\x1b^evil privacy message\x1b\\",
    b"\x1bXevil string\x1b\\",
)
_MODES = b"".join(b"\x1b[?%dh\x1b[?%dl\x1b[?%dh" % (n, n, n) for n in (1, 3, 5, 6, 7, 12, 25, 47, 66, 69, 1000, 1002, 1003, 1004, 1006))
_MODES += (
    b"".join(b"\x1b[?%dh" % n for n in (1015, 1016, 1047, 1048, 1049, 2004, 2026, 2027, 2031, 2048)) + b"\x1b[?25l\x1b[4h\x1b[20h\x1b[2h"
)
_CONTROLS = (
    b"\x1b[2J\x1b[3J\x1b[H\x1b[99;99H\x1b[5A\x1b[5B\x1b[5C\x1b[5D\x1b[5E\x1b[5F\x1b[5G\x1b[5d\x1b[2K\x1b[5L\x1b[5M\x1b[5P\x1b[5@\x1b[5X",
    b"\x1b[3;5r\x1b[5S\x1b[5T\x1b[?5s\x1b[s\x1b[u\x1b[5b\x1b[g\x1b[3g\x1b[5I\x1b[5Z",
    b"\x1b[5n\x1b[6n\x1b[?6n\x1b[c\x1b[>c\x1b[=c\x1b[?u\x1b[>q\x1b[x\x1b[?2026$p",
    b"\x1b[8;1;1t\x1b[20t\x1b[21t\x1b[22;0t\x1b[23;0t\x1b[1t\x1b[2t",
    b"\x1b[5i\x1b[4i\x1b[!p\x1b[1 q\x1b[>1u\x1b[=1;1u\x1b[>4;2m\x1b[200~evil\x1b[201~\x1b[1;2;3;4$r",
    b"\x1b7\x1b8\x1bc\x1bD\x1bE\x1bH\x1bM\x1bN\x1bO\x1bZ\x1b=\x1b>\x1bl\x1bm\x1bn\x1bo\x1b|\x1b}\x1b~\x1b#3\x1b#8",
    b"\x1b(0\x1b)0\x1b*0\x1b+0\x1b(B\x1b%G\x1b%@\x1b G\x0e\x0f",
    b"\x1b[5;8mhidden\x1b[0m",
)
_BROKEN = (
    b"\x1b", b"\x1b[", b"\x1b]0;evil without end", b"\x1bPevil without end", b"\x1b[31", b"\x1b[31\x18m", b"\x1b[3\x001;\x9b2Jm",
    b"\x1b\x1b[2J", b"\x1b\x00[2J", b"\xc0\x9b2J", b"\xe0\x80\x9b2J", b"\xc2", b"\xc2\x00\x9b2J", b"\xff\xfe\xfd", b"\xed\xa0\x80",
)  # fmt: skip
_TEXTS = (
    "\u202eevil\u202c \u2066evil\u2069 \u200fevil\u061c",
    "pass\u200bword\u200c\u2060\ufeff\u00ad",
    "Z" + "\u0300\u0301\u0302\u0303" * 40,
    "\U000e0065\U000e0076\U000e0069\U000e006c\U000e007f",
    "line\u2028separator\u2029paragraph\u0085next",
    "[bold red]no markup[/] [@click=app.quit]no link[/] [link=http://evil]no[/link] :smile: $HOME {0} %s",
)


def attack_log() -> bytes:
    """A log of about a hundred lines; each trick stands between words that a reader should see."""
    tricks = [bytes([n]) for n in range(256) if n not in b"\n" and (n < 32 or 127 <= n < 160)]
    tricks += [f"{chr(n)}2Jx".encode() for n in range(0x80, 0xA0)]
    tricks += [b"\x9b2J\x9b?1049h", b"\x9d0;evil\x9c", b"\x90q\x9c", "\u009d0;evil\u009c".encode()]
    tricks += [*_STRINGS, _MODES, *_CONTROLS, *_BROKEN, *(text.encode() for text in _TEXTS)]
    lines = [b"before %d %s after\n" % (n, trick) for n, trick in enumerate(tricks)]
    return b"".join(lines) + b"\x1b[36m         +base-image\x1b[0m | the last line\n"
