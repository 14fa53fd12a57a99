"""What lies on the table during a conversation: the answers, what was learned, and which answers the file gave."""

from __future__ import annotations

from dataclasses import replace

from canvos_tui.core.answers.draft import Answer, Draft
from canvos_tui.core.answers.draft_file import store
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ports import Ports
from canvos_tui.core.session import Fact, Session


class Desk:
    """Moves the draft and the session by one answer or fact at a time, as the screens' app does."""

    def __init__(self, ports: Ports, draft: Draft, known: Session | None = None, given: frozenset[str] = frozenset()) -> None:
        self.ports, self.draft = ports, draft
        self.known = replace(known or Session(accepted=draft.accepted, route=draft.route), matrix=ports.matrix)
        self._given = set(given)
        self.from_file = bool(given)
        self._kept = draft

    def answer(self, answer: Answer) -> None:
        """Counts an answer in."""
        self.draft = self.draft.after(answer)

    def learn(self, fact: Fact) -> None:
        """Counts a fact in."""
        self.known = self.known.after(fact)

    def gives(self, name: str) -> bool:
        """Whether the answers file answers that question."""
        return name in self._given

    def ask_again(self, name: str) -> None:
        """From now on that question is asked, whatever the file says: somebody came back to it."""
        self._given.discard(name)

    async def keep(self) -> str:
        """Stores the answers; why they could not be, or nothing."""
        if self._kept is self.draft:
            return ""
        self._kept = self.draft
        try:
            await store(self.ports.files, self.draft)
        except CanvosError as error:
            return f"! the answers could not be saved: {error}. {error.remedy}"
        return ""
