"""`python -m tests.staged_program WORDS` is `canvos-tui WORDS` but for the machine, the engine and the network, which are the rehearsal's.

It imports no more than that: tests start it by the hundred.
"""

from __future__ import annotations

from canvos_tui import wiring
from canvos_tui.cli import main
from canvos_tui.core.ports import Ports


def staged() -> None:
    """From now on the real ports are the rehearsal's."""
    real_ports = wiring.real_ports

    def rehearsed(environ: dict[str, str]) -> Ports:
        """The rehearsal builds on the real ports, so those are put back while it does."""
        wiring.real_ports = real_ports
        try:
            return wiring.rehearsal_ports(environ)
        finally:
            wiring.real_ports = rehearsed

    wiring.real_ports = rehearsed


if __name__ == "__main__":
    staged()
    raise SystemExit(main())
