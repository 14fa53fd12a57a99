"""Texts from outside that would act on a terminal or deceive a reader, and a look for what is left of them."""

from __future__ import annotations

import re

from tests.attacks import attack_log

CLIPBOARD = "content-\x1b]52;c;QQ==\x07x"
_OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def texts() -> list[str]:
    """About two hundred, each between words that stay; bytes that are no UTF-8 stand as Python's file names have them."""
    lines = attack_log().split(b"\n")
    invisible = [
        f"before {chr(n)} after"
        for n in (0xAD, 0x61C, 0x200B, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xDC80, 0xDCA0))
    ]
    odd = ["new\nhint: rm -rf ~", "\udcff\udcfe", "tab\there", "back\x08space", "a\rb", CLIPBOARD, "\x1b" * 50, "\x9b2J", "x\x00y"]
    return [line.decode("utf-8", "surrogateescape") for line in lines if line] + invisible + odd


def obeyed(shown: str) -> list[str]:
    """What a terminal would obey, or a reader would not see, in a text that was printed; colours have to be taken out before."""
    return _OBEYED.findall(shown)
