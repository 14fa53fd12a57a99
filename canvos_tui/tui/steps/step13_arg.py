"""Guide step 13: review everything, see the diff, write, build. Nothing was written before this screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from canvos_tui.core.answers.draft import KeysGiven, UserData, UserDataChosen
from canvos_tui.core.answers.file_changes import ARG, DiffLine, FileChange, apply, counts, plan, read_current, texts_to_mask
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.checkout import arg_file
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.readiness import blockers, make_plan, refuse_second, taken_on_rights
from canvos_tui.core.session import RunChosen
from canvos_tui.core.text import clip, middle
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.dialogs.user_data import choose_user_data
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.push import Push

STYLES = {"+": "$text-success", "-": "$text-error", "@": "$text-muted", "f": "bold"}


def coloured(lines: tuple[DiffLine, ...]) -> Content:
    """The diff with added and removed lines in colour; the sign at the start says it without."""
    return Content("\n").join([Content.styled(d.text, STYLES.get(d.kind, "")) for d in lines])


@dataclass(frozen=True)
class ReviewRow:
    """A line of the review, and where it can be changed."""

    name: str
    value: str
    origin: str
    number: str
    page: str


class WriteFiles(StepPanel):
    """Values with their sources, the diff of all files, and three buttons."""

    GUIDE, TITLE = (13,), "Review and write"
    WAY_ON = "Write and build is the way on: Tab goes to it"
    ABOUT = "Enter on a value goes to its screen. d shows the whole diff. Existing files are kept as copies with a time stamp."
    BINDINGS = [
        Binding("d", "diff", "Diff"),
        Binding("t", "user_data", "user-data"),
        Binding("w", "write", "Write only", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Values, diff, what is left, buttons."""
        yield Static("NAME            VALUE                                        FROM         SCR", id="review-head", markup=False)
        yield OptionList(id="review", compact=True, markup=False)
        yield VerticalScroll(Static("", id="diff", markup=False), id="diff-box")
        yield Static("", id="left", markup=False)
        with Horizontal(classes="field-line"):
            yield Push("Write and build", id="write-build")
            yield Push("Write only", id="write-only")
            yield Push("Dry run", id="dry-run")

    def on_mount(self) -> None:
        """No changes known yet."""
        self._changes: tuple[FileChange, ...] = ()
        self._problem = ""

    def entered(self) -> None:
        """Reads the files each time: they may have changed."""
        self.query_one("#review").focus()
        self._read()

    def watch_draft(self) -> None:
        """Another answer, another diff."""
        if self.is_mounted:
            self._read()

    def watch_known(self) -> None:
        """Checks change what is left to do."""
        if self.is_mounted:
            self._left()

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        await self._load()

    async def _load(self) -> None:
        """What would be written, from the files as they are now."""
        draft = self.draft
        if draft.folder is None:
            return
        try:
            current = await read_current(self.ports.files, draft.folder)
            data = None
            if draft.user_data is UserData.FILE:
                data = await self.ports.files.read_bytes(Path(draft.user_data_path))
            self._changes = plan(draft, current, data)
            self._has_user_data = current["user-data"] is not None or draft.user_data in {UserData.TEMPLATE, UserData.FILE}
            self._foreign = arg_file.parse(next(c.new for c in self._changes if c.name == ARG)).problems
            self._problem = ""
        except CanvosError as error:
            self._changes, self._problem = (), f"{error}. {error.remedy}"
        self._show()

    _has_user_data = False
    _foreign: tuple[arg_file.ArgProblem, ...] = ()

    def _rows(self) -> tuple[ReviewRow, ...]:
        d = self.draft
        agent = next((t.earthfile.pe_version for t in self.known.tags if t.name == d.tag), "")
        kubernetes = f"{len(d.kept)} versions" if d.several else d.text("K8S_VERSION")
        identity = self.known.identity
        keys = f"{d.keys.masked_id()}{f', account {identity.account}' if identity else ', not tested'}" if d.keys else "missing"

        def origin(key: str) -> str:
            return d.entry(key).origin.value

        return (
            ReviewRow("Tag", f"{d.tag or 'none'}{f', agent {agent}' if agent else ''}", "you", "2", "repo"),
            ReviewRow("IMAGE_REGISTRY", d.text("IMAGE_REGISTRY") or "missing", origin("IMAGE_REGISTRY"), "3", "image"),
            ReviewRow("CUSTOM_TAG", d.text("CUSTOM_TAG") or "missing", origin("CUSTOM_TAG"), "3", "image"),
            ReviewRow(
                "OS, Kubernetes",
                f"{d.text('OS_DISTRIBUTION')} {d.text('OS_VERSION')}, {d.text('K8S_DISTRIBUTION')} {kubernetes}",
                origin("OS_VERSION"),
                "4",
                "os",
            ),
            ReviewRow("S3", f"{d.text('REGION')} {d.text('S3_BUCKET')}/{d.text('S3_KEY')}", origin("S3_BUCKET"), "5", "s3"),
            ReviewRow("Keys", keys, d.key_source.value, "6", "keys"),
        )

    def _show(self) -> None:
        rows = self.query_one("#review", OptionList)
        at = rows.highlighted or 0
        rows.clear_options()
        for row in self._rows():
            rows.add_option(Option(f"{row.name:<16}{clip(row.value, 44):<45}{clip(row.origin, 13):<14}{row.number}"))
        rows.highlighted = at
        self.query_one("#diff", Static).update(self._diff())
        self._left()

    def _diff(self) -> Content:
        parts: list[Content] = []
        if self._problem:
            parts.append(Content(f"x {self._problem}"))
        for change in self._changes:
            added, removed = counts(change.diff)
            state = "new" if change.old is None else (f"+{added} -{removed}, the old one is kept" if change.changed else "unchanged")
            if change.name == ".secret" and change.old is not None and change.changed:
                state = f"+{added} -{removed}"
            parts.append(Content.styled(f"-- {change.name} ({state}, mode {change.mode:04o}) " + "-" * 20, "bold"))
            parts.append(coloured(tuple(d for d in change.diff if d.kind != "f")))
        parts += [Content(f"! .arg line {p.line}: {p.reason}; {p.remedy}") for p in self._foreign]
        return Content("\n").join(parts)

    def _left(self) -> None:
        found = blockers(self.draft, self.known)
        data = (
            "" if self._has_user_data or self.draft.user_data is UserData.NONE else "no user-data: the AMI will not join Palette, t: choose"
        )
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            text = f"x {clip(found[0].text, 64)}{more}; Enter on Write and build goes there"
        else:
            text = "Then  ./earthly.sh +aws-cloud-image --ARCH=amd64  our estimate 1-2 h  step 16"
        warned = [f"{p.action} is denied, taken on: {reason}" for p, reason in taken_on_rights(self.draft, self.known)]
        warned += [data] if data else []
        self.query_one("#left", Static).update(Content("\n".join([text, *(f"! {line}" for line in warned)])))

    @on(OptionList.OptionSelected, "#review")
    def _change(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.leave(self._rows()[event.option_index].page)

    async def action_diff(self) -> None:
        """The whole diff on a page of its own."""
        await self.app.push_screen(ReadText(f"Changes in {middle(str(self.draft.folder), 40)}", self._diff()))

    @work(exclusive=True, group="ask")
    async def action_user_data(self) -> None:
        """Asks what becomes of user-data."""
        answer = await choose_user_data(self.app, self.ports, self.draft)
        if answer is not None:
            self.answer(answer)

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "dry-run":
            text = (
                f"{self._diff().plain}\n\nThen, in {self.draft.folder}:\n./earthly.sh +aws-cloud-image --ARCH=amd64\n\nNothing was written."
            )
            await self.app.push_screen(ReadText("Dry run", text))
        elif event.button.id == "write-only":
            self._write(build=False)
        else:
            self._write(build=True)

    def action_write(self) -> None:
        """Writes without building."""
        self._write(build=False)

    @work(exclusive=True, group="write")
    async def _write(self, *, build: bool) -> None:
        found = blockers(self.draft, self.known)
        if found and (build or any(b.page in {"repo", "image", "os", "versions", "s3", "keys"} for b in found)):
            self.leave(found[0].page, found[0].key, f"x {found[0].text}")
            return
        await self._load()  # the files may have changed since, and a quick key comes before the first look at them
        if self._problem or self.draft.folder is None:
            self.hint(f"x {self._problem or 'there is no checkout to write into'}")
            return
        fatal = [p for p in self._foreign if p.fatal]
        if build and fatal:
            self.hint(f"x .arg line {fatal[0].line}: {fatal[0].reason}; {fatal[0].remedy}")
            return
        if build and not await self._confirmed():
            self.hint("nothing was written")
            return
        try:
            await refuse_second(self.ports, self.draft.folder)
            stamp = self.ports.clock.now().strftime("%m%d-%H%M%S")
            written = await apply(self.ports.files, self.draft.folder, self._changes, stamp)
            names = ", ".join(w.name for w in written) or "nothing, all was as wanted"
            self.hint(f"written: {names}")
            self._answer_by_the_files()
            if build:
                await self._start()
        except CanvosError as error:
            self.notify(f"{error}. {error.remedy}", severity="error", timeout=20, markup=False)
            self.hint(f"x {error}")
        self._read()

    def _answer_by_the_files(self) -> None:
        """From now on a user-data is looked at like any other, and keys that were typed stand in a file."""
        draft = self.draft
        if draft.user_data in {UserData.TEMPLATE, UserData.FILE}:
            self.answer(UserDataChosen(UserData.CHECKOUT))
        if draft.keys is not None and draft.key_source is KeySource.TYPED:
            self.answer(KeysGiven(draft.keys, KeySource.SECRET))

    async def _confirmed(self) -> bool:
        if self._has_user_data or self.draft.user_data is UserData.NONE:
            return True
        choices = (
            Choice("back", "Back   choose a user-data with t"),
            Choice("go", "Go on  build without it: instances will not register with Palette"),
        )
        return await self.app.push_screen_wait(Ask("There is no user-data file", "", choices)) == "go"

    async def _start(self) -> None:
        assert self.draft.keys is not None
        self.hint("taking the baseline from AWS ...")
        run_id = await self.ports.runs.start(
            await make_plan(self.ports, self.draft), self.draft.keys, await texts_to_mask(self.ports.files, self.draft, self._changes)
        )
        self.learn(RunChosen(run_id))
        self.leave("build")
