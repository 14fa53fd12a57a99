"""Whether earthly.sh would go its second way, which it takes as soon as a proxy is set or a certificate lies in certs/."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

NAMES = ("HTTP_PROXY", "HTTPS_PROXY")  # only these spellings are looked at


def proxy_mode(args: Mapping[str, str], environ: Mapping[str, str], certs: Iterable[str]) -> str:
    """What switches it on, in words; "" for the plain way.

    `.arg` is sourced, so what it sets, even to nothing, wins over the caller's variable (earthly.sh line 313 at v4.8.8:
    `find certs -type f ! -name '.*'`). `certs` are paths below the checkout.
    """
    for name in NAMES:
        if args.get(name):
            return f"{name} in .arg"
        if name not in args and environ.get(name):
            return f"{name} of this shell"
    for path in certs:
        if not PurePosixPath(path).name.startswith("."):
            return path
    return ""
