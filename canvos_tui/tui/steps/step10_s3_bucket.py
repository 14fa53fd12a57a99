"""Guide step 10: the bucket and its region."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Button, Static

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import FieldAnswered
from canvos_tui.core.answers.fields import Field
from canvos_tui.core.aws.facts import Bucket
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.session import BucketSeen
from canvos_tui.tui.step_panel import FormStep
from canvos_tui.tui.widgets.push import Push


class S3Bucket(FormStep):
    """S3_BUCKET and REGION; the bucket's own region is asked for without any keys."""

    GUIDE, TITLE = (10,), "S3 bucket"
    FIELDS = (fields.S3_BUCKET, fields.REGION)
    regions: reactive[tuple[str, ...]] = reactive((), init=False)
    ABOUT = "The bucket must exist and must be in the region of the import. To create one: aws s3 mb s3://NAME --region REGION"

    def below(self) -> Iterable[Vertical]:
        """What the unauthenticated question found, and the region as an offer."""
        line = Horizontal(Static("", id="bucket-state", markup=False), Push("", id="use-region"), classes="field-line", id="bucket-line")
        yield Vertical(line, classes="note-box")

    def on_mount(self) -> None:
        """No offer before there is an answer."""
        self.query_one("#use-region").display = False

    def entered(self) -> None:
        """Asks for the bucket that was there already, and the SDK for its regions."""
        self._ask_later()
        if not self.regions:
            self._ask_regions()

    def watch_regions(self) -> None:
        """The list of the SDK arrived."""
        super().watch_known()

    @work(exclusive=True, group="regions")
    async def _ask_regions(self) -> None:
        self.regions = await self.ports.aws.regions()

    def watch_draft(self) -> None:
        """A new name is asked for once the typing rests."""
        super().watch_draft()
        if self.is_mounted:
            self._show(self.known.bucket)
            self._ask_later()

    def watch_known(self) -> None:
        """The answer arrived."""
        super().watch_known()
        if self.is_mounted:
            self._show(self.known.bucket)

    def choices(self, field: Field[str]) -> tuple[str, ...]:
        """The SDK's regions; a newer one may be typed."""
        return self.regions if field is fields.REGION else ()

    def caution(self, field: Field[str]) -> str:
        """A bucket of another region."""
        bucket, region = self.known.bucket, self.draft.text("REGION")
        mine = bucket is not None and bucket.name == self.draft.text("S3_BUCKET")
        if field is fields.REGION and mine and bucket and bucket.region and region and region != bucket.region:
            return f"the bucket is in {bucket.region}; the import must run there"
        if field is fields.S3_BUCKET and "." in self.draft.text("S3_BUCKET"):
            return "a dot in a bucket's name breaks TLS host names"
        return ""

    def _ask_later(self) -> None:
        name = self.draft.text("S3_BUCKET")
        if name and (self.known.bucket is None or self.known.bucket.name != name):
            self._asking = name
            self.set_timer(0.5, lambda: self._ask(name) if self.draft.text("S3_BUCKET") == name else None)

    @work(exclusive=True)
    async def _ask(self, name: str) -> None:
        if self.known.bucket is not None and self.known.bucket.name == name:
            return
        self.query_one("#bucket-state", Static).update("asking S3 ...")
        try:
            bucket = await self.ports.aws.bucket_region(name)
        except CanvosError as error:
            self.query_one("#bucket-state", Static).update(Content(f"? {error}. It is asked again with your keys on screen 7."))
            return
        self.learn(BucketSeen(bucket))

    def _show(self, bucket: Bucket | None) -> None:
        name, region = self.draft.text("S3_BUCKET"), self.draft.text("REGION")
        mine = bucket if bucket is not None and bucket.name == name else None
        text = ""
        if mine is not None and mine.exists is False:
            text = f"x there is no bucket {name}"
        elif mine is not None and mine.region:
            text = f"exists; its region is {mine.region} (asked without keys)"
        self.query_one("#bucket-state", Static).update(Content(text))
        button = self.query_one("#use-region", Push)
        offer = mine is not None and bool(mine.region) and mine.region != region
        button.display = offer
        if offer and mine is not None:
            button.rename(f"Use {mine.region}")

    @on(Button.Pressed, "#use-region")
    def _use(self, event: Button.Pressed) -> None:
        event.stop()
        if self.known.bucket is not None and self.known.bucket.region:
            self.answer(FieldAnswered("REGION", self.known.bucket.region))
