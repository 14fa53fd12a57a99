"""The gate through which every text goes that a person or a program gets to see: cleaned first, then masked.

In this order, because an escape sequence in the middle of a secret would hide it from the masker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from canvos_tui.core.escapes import clean
from canvos_tui.core.masking.address import password_in
from canvos_tui.core.masking.redactor import Redactor
from canvos_tui.core.masking.spellings import Masked
from canvos_tui.core.secret import KEY_VARIABLES, PRO_KEY, Secret
from canvos_tui.core.values.late_pattern import pattern as late

_NAMED = late(r"(?:export\s+|-\s+)?[\"']?[A-Za-z_][\w.-]*[\"']?(?:\s*=\s*|:\s+|:$)")
_COMMENT = late(r"\s+#.*$")
_SHORTEST = 6
MASK = "***MASKED:"  # how whatever was masked begins
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "AWS_ENDPOINT_URL", "SPECTRO_PUB_REPO", "IMAGE_REGISTRY")


class Outlet:
    """Makes texts fit to be shown. `secrets` are those known by value; whatever looks like one is found without."""

    def __init__(self, secrets: Iterable[Masked] = ()) -> None:
        self._redactor = Redactor(secrets)

    def text(self, text: str) -> str:
        """Cleaned and masked, line by line."""
        return self._redactor.mask(clean(text).encode()).decode("utf-8", "replace")

    def data(self, data: Any) -> Any:
        """The same plain data with every text in it masked; for JSON, which escapes what a terminal would obey."""
        if isinstance(data, str):
            return self._redactor.mask(data.encode("utf-8", "replace")).decode("utf-8", "replace")
        if isinstance(data, Mapping):
            return {key: self.data(value) for key, value in data.items()}
        return [self.data(item) for item in data] if isinstance(data, list | tuple) else data


def secrets_in(environ: Mapping[str, str]) -> Iterator[Masked]:
    """What the environment holds that must not be seen: the keys, and the passwords in addresses."""
    for name in (*sorted(KEY_VARIABLES - {"AWS_ACCESS_KEY_ID"}), PRO_KEY):
        if value := environ.get(name):
            yield Masked(name.lower(), Secret(value))
    for name in _PROXIES:
        for value in (environ.get(name, ""), environ.get(name.lower(), "")):
            if password := password_in(value):
                yield from (Masked("url_password", Secret(text)) for text in {password, unquote(password)})


def values_of(text: str) -> tuple[str, ...]:
    """What is to be masked of a file of values: what stands behind `NAME=` or `name:`, and each line as a whole where there is no name.

    Comments and short texts, which would be found everywhere, are left out.
    """
    found: list[str] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("#") or not line:
            continue
        named = _NAMED.match(line)
        value = line[named.end() :].strip() if named else line
        bare = _COMMENT.sub("", value)
        found += [
            one for one in (value, value.strip("\"'"), bare, bare.strip("\"'"), password_in(bare.strip("\"'"))) if len(one) >= _SHORTEST
        ]
    return tuple(dict.fromkeys(found))


_SHAPES = Outlet()


def shown(text: str) -> str:
    """A text cleaned, and masked where it looks like a secret."""
    return _SHAPES.text(text)
