"""Guide step 12: the AWS keys; kept in memory, tested at once."""

from __future__ import annotations

from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Input, Static

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import KeysGiven, RouteChosen
from canvos_tui.core.answers.draft_file import AWS_KEYS
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions import keys as rules
from canvos_tui.core.session import IdentitySeen, KeysChanged
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.tui.dialogs.confirm import Ask
from canvos_tui.tui.dialogs.pick_one import PickOne
from canvos_tui.tui.messages import Until, hint
from canvos_tui.tui.painting.blocks import said
from canvos_tui.tui.painting.rights import needed
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.field_input import KeyInput
from canvos_tui.tui.widgets.on_its_way import OnItsWay
from canvos_tui.tui.widgets.panel import Panel, State
from canvos_tui.tui.widgets.push import Push

ID, SECRET, TOKEN = fields.AWS_ACCESS_KEY_ID, fields.AWS_SECRET_ACCESS_KEY, fields.AWS_SESSION_TOKEN
FIELDS: dict[fields.Field[Any], tuple[str, str]] = {
    ID: ("key-id-note", "AKIA..."),
    SECRET: ("secret-note", "40 characters"),
    TOKEN: ("token-note", "of temporary keys (ASIA...) alone"),
}
NEEDED = "asked one by one on the next page, which has them as a policy"
SOURCES = {"from-environment": KeySource.ENVIRONMENT, "from-profile": KeySource.PROFILE, "from-secret": KeySource.SECRET}


class AwsKeysPanel(StepPanel):
    """Typed, or taken from the environment, a profile or an existing .secret; on the guide's route only long-lived keys."""

    GUIDE, TITLE = (12,), "AWS keys"
    ABOUT = rules.ABOUT

    def about(self) -> str:
        """Which keys the route takes is part of it."""
        return f"{rules.ABOUT} {rules.good_to_know(self.draft)}"

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._sent = OnItsWay[AwsKeys | None]()
        self._typed_keys: AwsKeys | None = None  # what the fields hold, if it is a pair
        self._expires = ""  # what was pasted says of it

    def compose(self) -> ComposeResult:
        """Three fields, the sources, the test."""
        with Panel(title="Keys of an IAM user", small="step 12"):
            for field, (note, example) in FIELDS.items():
                with Horizontal(classes="field-line"):
                    yield Static(field.title, classes="key-label", markup=False)
                    yield KeyInput(field.key, field.title, id=field.anchor, placeholder=example, hidden=field.secret)
                    if field is SECRET:
                        yield Push("Show", id="show")
                yield Static("", id=note, classes="field-note", markup=False)
            with Horizontal(classes="field-line", id="sources"):
                yield Static("Or take from", classes="key-label", markup=False)
                yield Push("Environment", id="from-environment")
                yield Push("Profile", id="from-profile")
                yield Push(".secret", id="from-secret")
        with Panel(title="Whose they are", small="asks STS, needs no right", id="test-box"):
            yield Push("Test", id="test")
            yield Static("", id="test-result", markup=False)

        yield Panel(Static("", id="needed", markup=False), title="What a build needs of them", small=NEEDED, id="needed-box")

    def on_resize(self) -> None:
        """Another width, other lines."""
        self.call_after_refresh(self._show_needed)

    def watch_known(self) -> None:
        """Whose keys they are changes the names of what they are needed on."""
        if self.is_mounted:
            self._show_needed()

    def _show_needed(self) -> None:
        text = self.query_one("#needed", Static)
        text.update(needed(self.draft, self.known.identity, max(40, text.size.width)))

    def entered(self) -> None:
        """Says which keys are in memory already; fields whose keys are not any more, after a new start, are emptied."""
        if self._typed_keys is not None and self._keys is None:
            for field in self.query(Input):
                field.value = ""
            self._tell("")
        if self.draft.keys is not None:
            self._tell(f"keys {self.draft.keys.masked_id()} in memory, {self.draft.key_source.value}")
        elif not self._looked:
            self._looked = True
            self._take_what_is_there()

    _looked = False  # in the places that need no question

    @work(exclusive=True, group="fill")
    async def _take_what_is_there(self) -> None:
        """Keys of the environment, or of the checkout's .secret, need not be asked for; whoever wants others types them."""
        for source in (KeySource.ENVIRONMENT, KeySource.SECRET):
            try:
                keys = await rules.taken_from(self.ports, self.draft, source)
            except CanvosError:
                continue  # none there, or none that work: the buttons say which
            if self._keys is None and not any(field.value for field in self.query(Input)):
                self._give(keys, source)
                self._test(keys)
            return

    @on(KeyInput.Pair)
    def _pasted(self, event: KeyInput.Pair) -> None:
        """The keys were pasted into one of the fields."""
        event.stop()
        keys, self._expires = event.keys, event.keys.expires
        for field, text in ((ID, keys.key_id), (SECRET, keys.secret.reveal()), (TOKEN, keys.token.reveal())):
            self.query_one(f"#{field.anchor}", Input).value = text
        self.hint(f"{'all three' if keys.token else 'both'} keys were taken from what was pasted")

    def way_on(self) -> str:
        """Of its own only to refuse it: what is typed here and is no key would be passed over for keys that are in memory."""
        return "Next" if self._keys is not None and rules.unusable(self.draft, *self._texts, self._expires) else ""

    def go_on(self) -> None:
        """What is wrong stands at the field; here what can be done, within one row of 80 columns."""
        hint(self, "x no pair of keys for this route: mend it, or empty it for those in memory", Until.MENDED)

    def unkept(self) -> str:
        """Half a pair of keys is no answer."""
        return AWS_KEYS if any(field.value for field in self.query(Input)) and self._typed_keys is None else ""

    def watch_draft(self) -> None:
        """An answer came back; another route takes other keys."""
        self._sent.came(self.draft.keys)
        if self.is_mounted:
            self._notes()
        self.watch_known()

    @property
    def _keys(self) -> AwsKeys | None:
        return self._sent.latest(self.draft.keys)

    def _send(self, keys: AwsKeys | None, source: KeySource) -> None:
        self._sent.sent(keys)
        self.answer(KeysGiven(keys, source))
        self.learn(KeysChanged())

    def _tell(self, text: str) -> None:
        self.query_one("#test-result", Static).update(said(text))
        failed, good = text.startswith("x "), text.startswith(Mark.DONE.sign)
        self.query_one("#test-box", Panel).say(State.ERROR if failed else State.SUCCESS if good else State.REST)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._notes()
        self._take_typed()

    def _notes(self) -> None:
        """What is wrong with each of the three, as soon as it is."""
        for (note, _), message in zip(FIELDS.values(), rules.notes(self.draft, *self._texts), strict=True):
            self.query_one(f"#{note}", Static).update(said(message))
            self.query_one(f"#{note}").display = bool(message)

    @property
    def _texts(self) -> tuple[str, str, str]:
        key_id, secret, token = (self.query_one(f"#{field.anchor}", Input).value for field in (ID, SECRET, TOKEN))
        return key_id, secret, token

    def _take_typed(self) -> None:
        """Counts what the fields hold as the answer, as far as it is one on this route."""
        try:
            keys = rules.usable(self.draft, rules.typed(*self._texts, self._expires))
        except InvalidValueError:
            if self._typed_keys is not None and self._keys == self._typed_keys:
                self._send(None, KeySource.TYPED)
                self._tell("")
            self._typed_keys = None
            return
        self._typed_keys = keys
        self._give(keys, KeySource.TYPED)

    @work(exclusive=True, group="fill")
    async def _test_typed(self) -> None:
        """Tests what is there; temporary keys that were typed are offered the route that takes them."""
        if self._keys is not None and self._keys != self._typed_keys and not any(self._texts):
            self._test(self._keys)  # from another place
            return
        try:
            keys = rules.typed(*self._texts, self._expires)
        except InvalidValueError as error:
            self._tell(f"x {error.sentence()}" if any(self._texts) else "x both keys are needed before they can be tested")
            return
        try:
            rules.usable(self.draft, keys)
        except rules.TemporaryKeysError as error:
            if not await self._offered_route():
                self._tell(f"x {error.sentence()}")
                return
            self._typed_keys = keys
            self._give(keys, KeySource.TYPED)
        self._test(keys)

    async def _offered_route(self) -> bool:
        """Whether the route that takes temporary keys was chosen for them."""
        if not await self.app.push_screen_wait(Ask("These are temporary keys", rules.ABOUT_TEMPORARY, rules.TEMPORARY)):
            return False
        self.answer(RouteChosen(Route.TWO_STAGE))
        return True

    def _give(self, keys: AwsKeys, source: KeySource) -> None:
        if keys != self._keys:
            self._send(keys, source)
            self._tell(f"keys {keys.masked_id()} {source.value}; not tested yet")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        after = {ID.anchor: f"#{SECRET.anchor}"}
        if self._texts[0].strip().startswith("ASIA"):
            after[SECRET.anchor] = f"#{TOKEN.anchor}"
        self.query_one(after.get(str(event.input.id), "#test")).focus()
        if event.input.id not in after:
            self._test_typed()

    def on_descendant_blur(self) -> None:
        """Shown until the focus leaves the field and its button."""
        self.call_later(self._hide)

    def _hide(self) -> None:
        field = self.query_one("#aws-secret-access-key", Input)
        if self.app.focused not in {field, self.query_one("#show")}:
            field.password = True

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        match event.button.id:
            case "show":
                field = self.query_one("#aws-secret-access-key", Input)  # a token is too long to compare by eye
                field.password = not field.password
                field.focus()
            case "test":
                self._test_typed()
            case source:
                self._fill(SOURCES[str(source)])

    @work(exclusive=True, group="fill")
    async def _fill(self, source: KeySource) -> None:
        profile = ""
        try:
            if source is KeySource.PROFILE and (names := await self.ports.aws.profiles()):
                chosen = await self.app.push_screen_wait(PickOne("profile", names, "default"))
                if not chosen:
                    return  # Esc: all stays as it was
                profile = chosen
            keys = await self._taken(source, profile)
        except InvalidValueError as error:
            self._tell(f"x {error.sentence()}")
        except CanvosError as error:
            self._tell(f"x {error}. {error.remedy}")
        else:
            self._give(keys, source)
            self._test(keys)

    async def _taken(self, source: KeySource, profile: str) -> AwsKeys:
        """The keys of that place; whoever has temporary ones is offered the route that takes them."""
        try:
            return await rules.taken_from(self.ports, self.draft, source, profile)
        except rules.TemporaryKeysError:
            if not await self._offered_route():
                raise
            return await rules.taken_from(self.ports, self.draft.after(RouteChosen(Route.TWO_STAGE)), source, profile)

    @work(exclusive=True, group="test")
    async def _test(self, keys: AwsKeys) -> None:
        self._tell("asking STS ...")
        try:
            identity = await rules.identity_of(self.ports, self.draft, keys)
        except CanvosError as error:
            self._tell(f"x {error}. {error.remedy}")
            return
        self.learn(IdentitySeen(identity))
        ending = await rules.expiring(self.ports, keys)
        self._tell(f"{Mark.DONE.sign} {rules.told(identity)}" + (f"   ! {ending}" if ending else ""))
