"""A secret with colours and controls in and around it is masked in the data itself, wherever it stands in a block."""

from __future__ import annotations

import random
import re

from canvos_tui.core.escapes import ANY_BYTES
from canvos_tui.core.masking.redactor import Redactor

_SAMPLES = (
    (b"AKIAIOSFODNN7EXAMPLE", b"AKIAIOSFODNN7"),
    (b"password: hunter2hunter2", b"hunter2hunter2"),
    (b"ghp_0123456789abcdefghijABCDEFGHIJ", b"ghp_0123456789"),
    (b"https://someone:ahiddenword@example.invalid/", b"ahiddenword"),
)
_HIDDEN = (b"\x1b[31m", b"\x1b[0m", b"\x07", b"\x1b]0;title\x07", b"\x1b[2K", b"\x00")
_PLAIN = (b"", b"Get:1 a package", b"    +base-image | --> RUN make", b"\x1b[36m+target\x1b[0m | done")


def _torn(rng: random.Random, word: bytes) -> bytes:
    """The same word with something hidden between some of its letters."""
    return b"".join(rng.choice(_HIDDEN) + bytes([c]) if rng.random() < 0.2 else bytes([c]) for c in word)


def _shown(data: bytes) -> bytes:
    return re.sub(ANY_BYTES + rb"|[\x00\x07]", b"", data)


def test_nothing_but_the_secret_is_taken_from_any_block() -> None:
    rng = random.Random(7)
    for _ in range(300):
        lines, secrets = [], []
        for _ in range(rng.randrange(1, 12)):
            if rng.random() < 0.4:
                sample, secret = rng.choice(_SAMPLES)
                secrets.append(secret)
                lines.append(rng.choice(_HIDDEN) + b"x " + _torn(rng, sample) + rng.choice((b"", b" end\x1b[0m")))
            else:
                lines.append(rng.choice(_PLAIN))
        data = b"\n".join(lines)
        masked = _shown(Redactor().mask(data))
        assert masked == Redactor().mask(_shown(data)), data
        assert not any(secret in masked for secret in secrets), data
        assert masked.count(b"***MASKED") >= len(secrets), data
