"""Guide step 12: the AWS keys, typed unseen or taken from where they stand. They are never read from a pipe."""

from __future__ import annotations

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import KeysGiven, RouteChosen
from canvos_tui.core.answers.pasted import ID, SECRET, TOKEN, PastedKeys, keys_in, value_in
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource, PlacedKeys, to_use
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.checks.aws.questions import NOT_REACHED
from canvos_tui.core.errors import AwsError, CanvosError, InvalidValueError
from canvos_tui.core.questions import keys as rules
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.secret import Secret
from canvos_tui.core.session import IdentitySeen, KeysChanged
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.help import with_guide
from canvos_tui.plain.s3 import look_at_key
from canvos_tui.plain.talk import Back, Prompt, Talk, Way, picked
from canvos_tui.plain.walk import Question

PLACES = {"environment": KeySource.ENVIRONMENT, "profile": KeySource.PROFILE, ".secret": KeySource.SECRET}
PASTE = "the lines as they are: export AWS_ACCESS_KEY_ID=... and so on; an empty line ends them"
LATE = "What is typed at this question is shown after Enter, so that keys that are pasted here stand nowhere."
AHEAD = (
    "! What was typed before this question was shown, and is thrown away. Keys among it stand on this screen and in what records it: "
    "clear both, and make new keys where others may have seen them."
)
NOT_PIPED = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or write .secret in the checkout: keys are never read from a pipe"
)


class Keys(Question):
    """Which keys, tested at once."""

    page, name = "keys", "AWS_ACCESS_KEY_ID"

    def asks(self, talk: Talk) -> bool:
        """Not through a pipe."""
        return talk.typed

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """Until there are keys that AWS knows, or that somebody keeps although it could not be asked."""
        if not talk.typed:
            await self._found(desk, talk)
        elif await self._chosen(desk, talk) is Way.BACK:
            return Way.BACK
        await look_at_key(desk, talk)
        return Way.NEXT

    async def _found(self, desk: Desk, talk: Talk) -> None:
        placed = to_use(await look_for_keys(desk.ports, desk.draft.folder))
        if placed is None:
            raise CanvosError(f"{self.name}: there are no AWS keys", remedy=NOT_PIPED)
        try:
            rules.usable(desk.draft, placed.keys)
            _take(desk, talk, placed)
            await _test(desk, talk)
        except AwsError as error:
            if error.code in NOT_REACHED:
                raise
            raise CanvosError(f"{self.name}: {error}", remedy=error.remedy) from None
        except InvalidValueError as error:
            talk.refuse(self.name, error)

    async def _chosen(self, desk: Desk, talk: Talk) -> Way:
        ahead = True
        while True:
            with talk.quietly(forget=False):  # before anything is looked up: whoever knows what comes pastes it meanwhile
                if ahead and talk.forget():
                    talk.prose(AHEAD)
                if ahead:
                    talk.prose(rules.good_to_know(desk.draft))
                ahead, found = False, await self._look(desk, talk)
                word = await _way(desk, talk, found)
            if word is Way.BACK:
                return word
            if word == "keep":
                return Way.NEXT
            try:
                placed = await _placed(desk, talk, word, found)
                if placed is Way.BACK:
                    continue
                _take(desk, talk, placed)
                await _test(desk, talk)
            except CanvosError as error:
                talk.refuse(self.name, error)
                continue
            return Way.NEXT

    @staticmethod
    async def _look(desk: Desk, talk: Talk) -> PlacedKeys | None:
        try:
            return to_use(await look_for_keys(desk.ports, desk.draft.folder))
        except CanvosError as error:
            talk.prose(f"! {error}")
            return None


def _ways(desk: Desk, found: PlacedKeys | None) -> tuple[Choice, ...]:
    kept = desk.draft.keys
    identity = desk.known.identity
    tested = f"account {identity.account}" if identity is not None else "not tested"
    keep = (Choice("keep", f"Keep         {kept.masked_id()}, {desk.draft.key_source.value}, {tested}"),) if kept is not None else ()
    places = {found.source: found.keys.masked_id(), **dict(found.differing)} if found is not None else {}

    def place(word: str, label: str) -> Choice:
        return Choice(word, f"{label:<12} {places.get(PLACES[word], '')}".rstrip())

    return (
        *keep,
        Choice("type", "Type them    one after the other, not shown"),
        Choice("lines", "Paste them   the two or three export lines at once, not shown"),
        place("environment", "Environment"),
        place("profile", "Profile"),
        place(".secret", ".secret"),
    )


def _default(desk: Desk, found: PlacedKeys | None) -> str:
    if desk.draft.keys is not None:
        return "keep"
    return next((word for word, place in PLACES.items() if found is not None and found.source is place), "type")


async def _way(desk: Desk, talk: Talk, found: PlacedKeys | None) -> str | AwsKeys | Back:
    """The word of a way, or the keys of whoever has pasted them here already, one question too early."""
    ways, default = _ways(desk, found), _default(desk, found)
    number = next((str(n) for n, way in enumerate(ways, 1) if way.word == default), "")

    async def take(text: str) -> str | AwsKeys:
        pasted = keys_in(text) if "\n" in text else None
        if pasted is not None:
            return _keys(pasted)
        try:
            return picked(ways, text or default)
        except InvalidValueError as error:  # its own sentence repeats what was typed
            allowed = error.allowed
        raise InvalidValueError("that is none of the answers, and it is not shown: it may be a key", allowed=allowed)

    asked = Prompt("AWS keys", number, about=(LATE,), choices=ways, help=with_guide(rules.ABOUT, desk.draft, 12), late=True)
    with talk.quietly(forget=False):
        word = await talk.ask(asked, take)
    if isinstance(word, str):
        talk.say(f"  {word}")
    return word


async def _placed(desk: Desk, talk: Talk, word: str | AwsKeys, found: PlacedKeys | None) -> PlacedKeys | Back:
    """The keys of that way."""
    if isinstance(word, AwsKeys):
        return await _on_route(desk, talk, word)
    return await (_TYPED[word](desk, talk) if word in _TYPED else _from(desk, talk, PLACES[word], found))


async def _typed(desk: Desk, talk: Talk) -> PlacedKeys | Back:
    """One after the other, all of them unseen: whoever pastes all lines where the first is asked for has given the others, too."""
    with talk.quietly():
        given = await _key_id(talk)
        if isinstance(given, str):
            given = await _rest_of(talk, given)
    return given if given is Way.BACK else await _on_route(desk, talk, given)


async def _key_id(talk: Talk) -> str | AwsKeys | Back:
    """The id, or the keys of all lines that came with it."""

    async def take(text: str) -> str | AwsKeys:
        found = keys_in(text) if "\n" in text else None
        return _keys(found) if found is not None else fields.AWS_ACCESS_KEY_ID.parse(value_in(ID, text))

    field = fields.AWS_ACCESS_KEY_ID
    return await talk.ask(Prompt(field.key, about=(field.line,), help=field.help, hidden=True, pasted=True), take)


async def _rest_of(talk: Talk, key_id: str) -> AwsKeys | Back:
    """The secret key; the token is asked for where the key's id says that there is one."""

    async def secret(text: str) -> str:
        return fields.AWS_SECRET_ACCESS_KEY.parse(value_in(SECRET, text)).reveal()

    async def token(text: str) -> str:
        found = rules.parse_token(key_id, value_in(TOKEN, text))
        return found.reveal() if found is not None else ""

    _, second, third = fields.KEYS
    talk.say(f"  {AwsKeys(key_id, Secret('')).masked_id()}")
    hidden = await talk.ask(Prompt(second.key, about=(second.line,), help=second.help, hidden=True), secret)
    if hidden is Way.BACK:
        return hidden
    last: str | Back = ""
    if key_id.startswith("ASIA"):
        last = await talk.ask(Prompt(third.key, about=(third.line,), help=third.help, hidden=True), token)
    return last if last is Way.BACK else rules.typed(key_id, hidden, last)


async def _pasted(desk: Desk, talk: Talk) -> PlacedKeys | Back:
    """All at once, unseen."""

    async def keys(text: str) -> AwsKeys:
        found = keys_in(text)
        if found is None:
            raise InvalidValueError("there is no pair of AWS keys in it", allowed=PASTE, remedy="or type them one after the other")
        return _keys(found)

    with talk.quietly():
        given = await talk.ask(Prompt("the lines", about=(PASTE,), help=rules.TOGETHER, hidden=True, lines=True), keys)
    return given if given is Way.BACK else await _on_route(desk, talk, given)


def _keys(found: PastedKeys) -> AwsKeys:
    return rules.typed(found.key_id, found.secret.reveal(), found.token.reveal(), found.expires)


async def _on_route(desk: Desk, talk: Talk, keys: AwsKeys) -> PlacedKeys | Back:
    """The keys that were typed; whoever has temporary ones is offered the route that takes them."""
    try:
        return PlacedKeys(rules.usable(desk.draft, keys), KeySource.TYPED)
    except rules.TemporaryKeysError:
        return PlacedKeys(keys, KeySource.TYPED) if await _other_route(desk, talk) else Way.BACK


async def _other_route(desk: Desk, talk: Talk) -> bool:
    talk.prose(rules.ABOUT_TEMPORARY)
    word = await talk.choose(Prompt("temporary keys", help=rules.ABOUT), rules.TEMPORARY, "route")
    if word != "route":
        return False
    desk.answer(RouteChosen(Route.TWO_STAGE))
    return True


async def _from(desk: Desk, talk: Talk, source: KeySource, found: PlacedKeys | None) -> PlacedKeys | Back:
    profile = ""
    names = await desk.ports.aws.profiles() if source is KeySource.PROFILE else ()
    if names:
        default = "default" if "default" in names else names[0]
        chosen = await talk.choose(Prompt("profile", help=rules.ABOUT), [Choice(name, name) for name in names], default)
        if chosen is Way.BACK:
            return chosen
        profile = chosen
    try:
        keys = await rules.taken_from(desk.ports, desk.draft, source, profile)
    except rules.TemporaryKeysError:
        if not await _other_route(desk, talk):
            return Way.BACK
        keys = await rules.taken_from(desk.ports, desk.draft, source, profile)
    return found if found is not None and (found.source, found.keys) == (source, keys) else PlacedKeys(keys, source)


def _take(desk: Desk, talk: Talk, placed: PlacedKeys) -> None:
    if placed.keys != desk.draft.keys:
        desk.learn(KeysChanged())
    desk.answer(KeysGiven(placed.keys, placed.source, placed.differing))
    talk.say(f"AWS keys {placed.keys.masked_id()} from: {placed.source.value}")
    for place, masked in placed.differing:
        talk.prose(f"! {place.value} holds other keys ({masked}); those of {placed.source.value} are used and written")


async def _test(desk: Desk, talk: Talk) -> None:
    assert desk.draft.keys is not None
    identity = await rules.identity_of(desk.ports, desk.draft, desk.draft.keys)
    desk.learn(IdentitySeen(identity))
    talk.prose(rules.told(identity))
    if ending := await rules.expiring(desk.ports, desk.draft.keys):
        talk.prose(f"! {ending}")


_TYPED = {"type": _typed, "lines": _pasted}
