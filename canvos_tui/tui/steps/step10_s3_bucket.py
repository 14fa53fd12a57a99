"""Guide step 10: the bucket and its region."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from canvos_tui.core.answers.draft import FieldAnswered, RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import bucket as rules
from canvos_tui.core.questions import groups
from canvos_tui.core.session import BucketSeen, RegionsSeen
from canvos_tui.tui.painting.blocks import said
from canvos_tui.tui.step_panel import FormStep
from canvos_tui.tui.widgets.push import Push


class S3Bucket(FormStep):
    """S3_BUCKET and REGION; the bucket's own region is asked for without any keys."""

    GUIDE, TITLE = (10,), "S3 bucket"
    FIELDS = groups.S3_BUCKET.fields
    ABOUT = groups.S3_BUCKET.about

    def about(self) -> str:
        """On the chosen route."""
        return rules.about(self.draft)

    def below(self) -> Iterable[Vertical]:
        """What the unauthenticated question found, and the region as an offer."""
        line = Horizontal(
            Static("", id="bucket-state", markup=False),
            Push("", id="use-region"),
            Push("", id="other-way"),
            classes="field-line",
            id="bucket-line",
        )
        yield Vertical(line, classes="note-box")

    def on_mount(self) -> None:
        """No offer before there is an answer."""
        self.query_one("#use-region").display = False
        self._show()

    def entered(self) -> None:
        """Asks for the bucket that was there already, and the SDK for its regions."""
        self._ask_later()
        if not self.known.regions:
            self._ask_regions()

    @work(exclusive=True, group="regions")
    async def _ask_regions(self) -> None:
        self.learn(RegionsSeen(await self.ports.aws.regions()))

    def watch_draft(self) -> None:
        """A new name is asked for once the typing rests."""
        super().watch_draft()
        if self.is_mounted:
            self._show()
            self._ask_later()

    def watch_known(self) -> None:
        """The answer arrived."""
        super().watch_known()
        if self.is_mounted:
            self._show()

    def _ask_later(self) -> None:
        name = self.draft.text("S3_BUCKET")
        if name and (self.known.bucket is None or self.known.bucket.name != name):
            self.set_timer(0.5, lambda: self._ask(name) if self.draft.text("S3_BUCKET") == name else None)

    @work(exclusive=True)
    async def _ask(self, name: str) -> None:
        if self.known.bucket is not None and self.known.bucket.name == name:
            return
        self.query_one("#bucket-state", Static).update("asking S3 ...")
        try:
            bucket = await self.ports.aws.bucket_region(name)
        except CanvosError as error:
            self.query_one("#bucket-state", Static).update(said(f"? {error}. It is asked again with your keys (screen AWS)."))
            return
        self.learn(BucketSeen(bucket))

    def _show(self) -> None:
        self.query_one("#bucket-state", Static).update(said(rules.told(self.draft, self.known)))
        region, button = rules.offered_region(self.draft, self.known), self.query_one("#use-region", Push)
        button.display = bool(region)
        if region:
            button.rename(f"Use {region}")
        other, way = rules.other_way(self.draft, self._before), self.query_one("#other-way", Push)
        way.display = other is not None
        if other is not None:
            way.rename(other[0])

    _before = Route.GUIDE  # the route with a bucket that was left for one without

    @on(Button.Pressed, "#other-way")
    def _take_other(self, event: Button.Pressed) -> None:
        event.stop()
        if (other := rules.other_way(self.draft, self._before)) is not None:
            self._before = self.draft.route if self.draft.route.needs_bucket else self._before
            self.answer(RouteChosen(other[1]))

    @on(Button.Pressed, "#use-region")
    def _use(self, event: Button.Pressed) -> None:
        event.stop()
        if self.known.bucket is not None and self.known.bucket.region:
            self.answer(FieldAnswered("REGION", self.known.bucket.region))
