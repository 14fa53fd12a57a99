"""A text that never prints itself, so that no log, traceback or screen can show it by accident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

PRO_KEY = "UBUNTU_PRO_KEY"  # earthly.sh asks for it on the terminal when it is not exported (v4.10.0, UBUNTU_PRO_ATTACH=true)
KEY_VARIABLES = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})


class Secret:
    """Holds a secret text; only `reveal()` gives it out, and only adapters that must send it call that."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself."""
        return self._text

    def last4(self) -> str:
        """The last four characters with dots before them, or dots alone when the text is too short to show any."""
        return f"...{self._text[-4:]}" if len(self._text) >= 16 else "..."

    def __bool__(self) -> bool:
        return bool(self._text)

    def __len__(self) -> int:
        return len(self._text)

    def __eq__(self, other: object) -> bool:
        import hmac  # which loads OpenSSL; before the first page nothing is compared

        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never stored")


def without_aws(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a build that is not to know of AWS at all, but for where its endpoints are: no key, token or file of keys."""
    return {name: value for name, value in environ.items() if not name.startswith("AWS_") or name.startswith("AWS_ENDPOINT_URL")}


def without_keys(environ: Mapping[str, str], *more: str) -> dict[str, str]:
    """The environment for a program that has no business with AWS: it can be read from outside. `more` names go as well."""
    return {name: value for name, value in environ.items() if name not in KEY_VARIABLES and name not in more}
