"""Whether earthly.sh would go its second way, which it takes as soon as a proxy is set or a certificate lies in certs/."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

NAMES = ("HTTP_PROXY", "HTTPS_PROXY")  # only these spellings are looked at
VARIABLES = (*NAMES, "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "ALL_PROXY", "all_proxy")  # those that lead any tool


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


def build_way(args: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The proxy variables as the steps of the build see them: `.arg` before the caller's, and no other spelling.

    A variable that the build would not see stands there empty, so that the result can be laid over the caller's variables.
    """
    seen = {name: args.get(name, environ.get(name, "")) for name in (*NAMES, "NO_PROXY")}
    return {**dict.fromkeys(VARIABLES, ""), **seen}


def same_way(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether both lead through the same proxies, in whatever spelling."""

    def proxies(variables: Mapping[str, str]) -> tuple[str, ...]:
        def first(*names: str) -> str:
            return next((value for name in names if (value := variables.get(name, ""))), "")

        both = (first(name, name.lower(), "ALL_PROXY", "all_proxy") for name in NAMES)
        return (*both, first("NO_PROXY", "no_proxy"))

    return proxies(one) == proxies(other)
