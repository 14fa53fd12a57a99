"""The footer: keys that work here, the most useful first, and at its end help and the way out.

A narrow window shows fewer keys, never half a one, and never without those two and the ways on and back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.dom import DOMNode
from textual.events import Leave, MouseDown, MouseMove
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from canvos_tui.core.values import dataclass

_HELP, _OUT = "help", "app.quit"  # what the keys at the end do
_ALWAYS = {"next", "back"}  # the way on and the way back: no key of a page drives them out
_GAP = 2  # columns between two keys
_SPACE = 1  # columns between a key and its name


@dataclass(frozen=True)
class FooterKey:
    """A key as the footer names it; `enabled` is False for one that works here, but not now."""

    key: str
    display: str
    name: str
    action: str
    enabled: bool = True

    @property
    def width(self) -> int:
        """Columns."""
        return cell_len(self.display) + _SPACE + cell_len(self.name)


def _idle(node: DOMNode) -> frozenset[str]:
    """The actions of keys that can only say now why they do nothing, as the `idle` of their owner tells: no footer offers them."""
    told: Callable[[], frozenset[str]] | None = getattr(node, "idle", None)
    return told() if told is not None else frozenset()


def _that_fit(keys: Sequence[FooterKey], room: int) -> list[FooterKey]:
    """The ways on and back and the first of the others, whole and in their order."""
    kept: list[FooterKey] = []
    for key in sorted(keys, key=lambda key: key.action not in _ALWAYS):
        room -= key.width
        if room < 0:
            break
        kept.append(key)
        room -= _GAP
    return [key for key in keys if key in kept]


class KeyFooter(Widget):
    """One line that is painted anew when it would read differently.

    Textual's footer makes a widget of each key, anew whenever a key comes or goes: several times for each page that is opened, at a cost
    of its own each; and it cuts the last key in the middle of its name.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyFooter { dock: bottom; height: 1; padding: 0 1; background: $footer-background; color: $footer-foreground; }
    """

    detaches: reactive[bool] = reactive(False, init=False)  # whether a build goes on when one leaves
    labels: reactive[dict[str, str]] = reactive(dict, init=False)  # what a key is called here, by its action
    _under: reactive[int | None] = reactive(None)  # which of the shown keys the mouse is over

    def __init__(self, *, detaches: bool = False) -> None:
        super().__init__()
        self._shown: tuple[tuple[int, FooterKey], ...] | None = None
        self.set_reactive(KeyFooter.detaches, detaches)

    def on_mount(self) -> None:
        """Follows the keys of its screen."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._follow())

    def watch_detaches(self) -> None:
        """The way out is called differently."""
        self._follow()

    def watch_labels(self) -> None:
        """So is another key."""
        self._follow()

    def _follow(self) -> None:
        if self.app.app_focus and self._shown != self._laid_out():
            self.refresh()

    @property
    def keys(self) -> tuple[FooterKey, ...]:
        """Those that the window has room for, from left to right."""
        return tuple(key for _, key in self._laid_out())

    def _known(self) -> list[FooterKey]:
        found: dict[str, FooterKey] = {}
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.show and binding.action not in found and binding.action not in _idle(node):
                name = self.named(binding)
                found[binding.action] = FooterKey(binding.key, self.app.get_key_display(binding), name, binding.action, enabled)
        return list(found.values())

    def named(self, binding: Binding) -> str:
        """What its key is called here."""
        out = binding.action == _OUT and self.detaches
        return "Detach" if out else self.labels.get(binding.action, binding.description)

    def _laid_out(self) -> tuple[tuple[int, FooterKey], ...]:
        """Each key with its column: as many whole ones as fit, and the two at the end."""
        keys, room = self._known(), self.app.size.width - 2
        ends = [key for action in (_HELP, _OUT) for key in keys if key.action == action]
        left = _that_fit([key for key in keys if key not in ends], room - 1 - sum(key.width + _GAP for key in ends))
        placed, column = [], 0
        for key in left:
            placed.append((column, key))
            column += key.width + _GAP
        column = max(column, room - sum(key.width for key in ends) - _GAP * (len(ends) - 1))
        for key in ends:
            placed.append((column, key))
            column += key.width + _GAP
        return tuple(placed)

    def render(self) -> Content:
        """The keys in their colour, their names behind."""
        self._shown = self._laid_out()
        parts, column = [], 0
        for number, (start, key) in enumerate(self._shown):
            dim = "" if key.enabled else " dim"
            ground = " on $block-hover-background" if number == self._under else ""
            parts += [
                Content(" " * (start - column)),
                Content.styled(key.display, f"bold{dim} $footer-key-foreground{ground}"),
                Content.styled(f"{' ' * _SPACE}{key.name}", f"{dim} $footer-description-foreground{ground}".strip()),
            ]
            column = start + key.width
        return Content("").join(parts)

    def _at(self, column: int) -> int | None:
        """Which of the shown keys stands there."""
        at = column - self.styles.padding.left
        return next((n for n, (start, key) in enumerate(self._shown or ()) if start <= at < start + key.width), None)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Whoever clicks a key presses it."""
        number = self._at(event.x)
        if number is None or self._shown is None:
            return
        key = self._shown[number][1]
        if key.enabled:
            self.app.simulate_key(key.key)
        else:
            self.app.bell()

    def on_mouse_move(self, event: MouseMove) -> None:
        """The key under the mouse stands out."""
        self._under = self._at(event.x)

    def on_leave(self, event: Leave) -> None:
        """And no longer when the mouse has gone."""
        del event
        self._under = None

    def on_resize(self) -> None:
        """Another width holds another number of keys."""
        self._follow()


@dataclass(frozen=True)
class NamedKey:
    """A key that works on a screen: as it is shown, what it is called there, and the action with whose it is."""

    shown: str
    name: str
    action: str
    node: DOMNode


def named(screen: Screen[Any]) -> Iterator[NamedKey]:
    """All keys with a name, each name once, as the footer has it: the hidden ones too, but of what Textual brings along."""
    footers, seen = list(screen.query(KeyFooter)), set[str]()
    for active in screen.active_bindings.values():
        binding = active.binding
        name = footers[0].named(binding) if footers else binding.description
        if binding.description and active.enabled and name not in seen and (binding.show or _is_ours(active)):
            seen.add(name)
            shown = screen.app.get_key_display(binding)
            yield NamedKey(shown.upper() if shown.startswith("^") else shown, name, binding.action, active.node)


def _is_ours(active: ActiveBinding) -> bool:
    """Whether a class of ours names the key itself: a list of ours has inherited others."""
    kind = type(active.node)
    own = vars(kind).get("BINDINGS", ()) if kind.__module__.startswith("canvos_tui.") else ()
    return any(isinstance(one, Binding) and one.action == active.binding.action for one in own)
