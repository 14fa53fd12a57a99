"""Guide step 14: which Kubernetes versions stay in k8s_version.json."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static
from textual.widgets.selection_list import Selection

from canvos_tui.core.answers.draft import VersionsKept
from canvos_tui.core.answers.file_changes import VERSIONS
from canvos_tui.core.checkout.facts import read_versions
from canvos_tui.core.checkout.k8s_versions import newest_first, newest_of_each_minor
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ports import Ports
from canvos_tui.core.session import CheckoutSeen
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.painting.blocks import said
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.field_input import StillInput
from canvos_tui.tui.widgets.on_its_way import OnItsWay
from canvos_tui.tui.widgets.panel import Panel
from canvos_tui.tui.widgets.tick_list import TickList

NOTE = (
    "It affects ./earthly.sh +build-provider-images only, one image each: this AMI stays the same. The file is under version control: "
    "a copy is kept on writing, r puts the tag's own file back."
)


class KubernetesVersions(StepPanel):
    """A filtered list of ticks; nothing is written before the review."""

    GUIDE, TITLE = (14,), "Several Kubernetes versions"
    ABOUT = "a keeps all that are shown, x none of them, i inverts, l keeps the newest of each minor version."
    BINDINGS = [
        Binding("a", "keep('all')", "All shown"),
        Binding("x", "keep('none')", "None"),
        Binding("i", "keep('invert')", "Invert"),
        Binding("l", "keep('newest')", "Newest"),
        Binding("r", "restore", "Restore"),
    ]

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._sent = OnItsWay[tuple[str, ...]]()

    def compose(self) -> ComposeResult:
        """Filter, list, what comes out."""
        with Panel(title="Versions that are kept", id="versions-box"):
            yield StillInput(placeholder="filter, for example 1.33", id="versions-filter", compact=True)
            yield TickList(id="versions-list", compact=True)
        with Panel(title="What comes of it", small="step 14"):
            yield Static("", id="versions-result", markup=False)
            yield Static(NOTE, id="versions-note", markup=False)

    def entered(self) -> None:
        """The list has the focus, so that the letters work at once."""
        self._fill()
        self.query_one(TickList).focus()

    def _offered(self) -> tuple[str, ...]:
        return self.known.versions.get(self.draft.text("K8S_DISTRIBUTION"), ())

    def _shown(self) -> tuple[str, ...]:
        text = self.query_one("#versions-filter", Input).value.strip()
        return tuple(v for v in newest_first(self._offered()) if text in v)

    def _fill(self) -> None:
        listed = self.query_one("#versions-list", TickList)
        at = listed.highlighted or 0
        with self.prevent(TickList.SelectedChanged):
            listed.clear_options()
            listed.add_options([Selection(Content(v), v, v in self._kept) for v in self._shown()])
        listed.highlighted = min(at, listed.option_count - 1) if listed.option_count else None
        self._tell()

    def _tell(self) -> None:
        distribution, offered = self.draft.text("K8S_DISTRIBUTION"), self._offered()
        kept = [v for v in offered if v in self.draft.kept]
        head = f"k8s_version.json, {distribution}: {len(offered)} versions, {len(kept)} kept"
        self.query_one("#versions-box", Panel).entitle("Versions that are kept", head)
        names = ", ".join(f'"{v}"' for v in kept[:6]) + (" ..." if len(kept) > 6 else "")
        result = f'Result   "{distribution}": [{names}]   other distributions unchanged'
        result += "\nAlso     K8S_VERSION is left out of .arg, as the guide says"
        if not kept:
            result = "x nothing is kept: keep at least one, or go back and untick"
        if not offered:
            result = f"x {distribution} is not in this checkout's {VERSIONS}: go back and untick, or choose another"
        self.query_one("#versions-result", Static).update(said(result))

    @on(Input.Changed, "#versions-filter")
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self._fill()

    @on(Input.Submitted, "#versions-filter")
    def _to_list(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(TickList).focus()

    @on(TickList.SelectedChanged)
    def _ticked(self, event: TickList.SelectedChanged[str]) -> None:
        shown, ticked = set(self._shown()), set(event.selection_list.selected)
        self._keep({v for v in self._kept if v not in shown} | ticked)

    @property
    def _kept(self) -> tuple[str, ...]:
        return self._sent.latest(self.draft.kept)

    def _keep(self, wanted: set[str]) -> bool:
        """Whether that is something else than before."""
        kept = tuple(v for v in self._offered() if v in wanted)
        if kept == self._kept:
            return False
        self._sent.sent(kept)
        self.answer(VersionsKept(kept))
        return True

    def watch_draft(self) -> None:
        """The ticks follow the draft, never the other way round: an answer may still be on its way."""
        if not self.is_mounted:
            return
        self._sent.came(self.draft.kept)
        if self._sent:
            return
        ticked = set(self.query_one("#versions-list", TickList).selected)
        if ticked != set(self._shown()) & set(self.draft.kept):
            self._fill()
        self._tell()

    def action_keep(self, how: str) -> None:
        """All shown, none of them, the opposite, or the newest of each minor version among them."""
        shown, kept = set(self._shown()), set(self._kept)
        ticked = {
            "all": shown,
            "none": set(),
            "invert": shown - kept,
            "newest": set(newest_of_each_minor(tuple(shown))),
        }[how]
        if not shown:
            self.decline("no version is shown: empty the filter" if self._offered() else "this checkout's file has no versions to keep")
        elif not self._keep((kept - shown) | ticked):
            self.decline(f"as it was: {len(shown & kept)} of the {len(shown)} shown are kept")

    @work(exclusive=True, group="restore")
    async def action_restore(self) -> None:
        """Puts the tag's own k8s_version.json back; what stands there now is kept as a copy."""
        state = self.known.checkout
        if state is None or not any(c.path == VERSIONS for c in state.changes):
            self.decline(f"{VERSIONS} is as the tag has it: nothing to restore")
            return
        choices = (Choice("", "Back"), Choice("go", "Restore  the present file is kept as a copy"))
        if not await self.app.push_screen_wait(Ask(f"Put {VERSIONS} of {state.tag or 'the commit'} back?", "", choices)):
            return
        try:
            copy = await self.ports.files.backup(state.path / VERSIONS, self.ports.clock.now().strftime("%m%d-%H%M%S"))
            await self.ports.git.discard(state.path, (VERSIONS,))
            versions, problem = await read_versions(self.ports.files, state.path)
            self.learn(CheckoutSeen(await self.ports.git.state(state.path), versions))
        except CanvosError as error:
            self.hint(f"x {error}. {error.remedy}")
            return
        self.hint(problem or f"restored; the other one is {copy.name if copy else 'gone'}")

    def watch_known(self) -> None:
        """Another file, other versions."""
        if self.is_mounted:
            self._fill()
