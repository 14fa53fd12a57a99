"""Guide step 9: Kubernetes for provider images, and the proxy."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.containers import Vertical
from textual.widgets import Checkbox

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import SeveralChosen
from canvos_tui.core.answers.fields import Field
from canvos_tui.core.checkout.k8s_versions import newest_first
from canvos_tui.core.ports import Ports
from canvos_tui.tui.step_panel import FormStep
from canvos_tui.tui.widgets.note import Note
from canvos_tui.tui.widgets.on_its_way import OnItsWay
from canvos_tui.tui.widgets.tick_list import Tick

GOOD_TO_KNOW = "The Kubernetes values do not change this AMI: +aws-cloud-image does not read them. They choose provider images for later."


class Kubernetes(FormStep):
    """K8S_DISTRIBUTION, K8S_VERSION, several versions or one, and the proxies."""

    GUIDE, TITLE = (9,), "Kubernetes"
    FIELDS = (fields.K8S_DISTRIBUTION, fields.K8S_VERSION, fields.HTTPS_PROXY, fields.HTTP_PROXY, fields.NO_PROXY)
    ABOUT = "Distribution and version for provider images. Tick several versions to prune k8s_version.json (step 14)."

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._sent = OnItsWay[bool]()

    def below(self) -> Iterable[Vertical]:
        """The way to step 14, and what the values are good for."""
        yield Vertical(
            Tick("several versions: choose them on the next page (step 14)", id="several", compact=True, value=self.draft.several),
            Note("Good to know", GOOD_TO_KNOW),
            Note("Fixed", "ARCH=amd64   UPDATE_KERNEL=false"),
            classes="note-box",
        )

    @on(Checkbox.Changed, "#several")
    def _several(self, event: Checkbox.Changed) -> None:
        event.stop()
        if event.value != self._sent.latest(self.draft.several):
            self._sent.sent(event.value)
            self.answer(SeveralChosen(event.value))

    def watch_draft(self) -> None:
        """The tick follows the draft."""
        super().watch_draft()
        self._sent.came(self.draft.several)
        for box in self.query(Checkbox) if not self._sent else ():
            box.value = self.draft.several

    def wanted(self, field: Field[str]) -> bool:
        """K8S_VERSION is left out for several versions; the other proxy fields matter once there is a proxy."""
        if field is fields.K8S_VERSION:
            return not self.draft.several
        proxied = any(self.draft.entry(k).text for k in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"))
        return proxied if field in {fields.HTTP_PROXY, fields.NO_PROXY} else True

    def choices(self, field: Field[str]) -> tuple[str, ...]:
        """What the checked-out tag's k8s_version.json offers, newest first."""
        if field is fields.K8S_DISTRIBUTION:
            return tuple(self.known.versions)
        if field is fields.K8S_VERSION:
            return newest_first(self.known.versions.get(self.draft.text("K8S_DISTRIBUTION"), ()))
        return ()

    def caution(self, field: Field[str]) -> str:
        """A value that the checked-out tag does not list."""
        distribution, version = self.draft.text("K8S_DISTRIBUTION"), self.draft.text("K8S_VERSION")
        offered = self.known.versions
        if field is fields.K8S_DISTRIBUTION and offered and distribution and distribution not in offered:
            return "not in this tag's k8s_version.json: provider images would be none, and no error"
        if field is fields.K8S_VERSION and version and distribution in offered and version not in offered[distribution]:
            return f"not among the {len(offered[distribution])} versions of this tag"
        return ""
