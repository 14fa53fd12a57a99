"""Names of hosts for tests: this machine's own and no others, so that no test waits for a name server that is slow, lies or is missing."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

_lookup = socket.getaddrinfo
_OWN = {"", "localhost", "ip6-localhost"}


def answer_for_the_name_server() -> None:
    """From now on every name but this machine's own "does not exist", at once; in this process only."""
    own = _OWN | {socket.gethostname().lower()}

    def getaddrinfo(host: Any, *args: Any, **named: Any) -> Any:
        if not _is_own(host, own):
            (host if isinstance(host, str) else host.decode()).encode("idna")  # UnicodeError for what can be no name, as the real one
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return _lookup(host, *args, **named)

    socket.getaddrinfo = getaddrinfo


def _is_own(host: Any, own: set[str]) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name.lower() in own:
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name.isdigit()
    return True
