"""How the app opens."""

from __future__ import annotations

from dataclasses import field, replace

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.ports import Ports
from canvos_tui.core.session import Session
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Opening:
    """On which page, with which word in the top bar, which first hint, and what is known already."""

    page: str = "start"
    banner: str = ""
    hint: str = ""
    known: Session = field(default_factory=Session)


@dataclass(frozen=True)
class Room:
    """All that the app needs: the world, the answers so far, and how to open."""

    ports: Ports
    draft: Draft
    opening: Opening = field(default_factory=Opening)

    @property
    def known(self) -> Session:
        """What is known already, with what the program itself brings."""
        return replace(self.opening.known, matrix=self.ports.matrix)
