"""The draft: what the user told us, immutable, moved by one answer at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.checkout.state import PUBLIC_REPOSITORY
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.values import dataclass

if TYPE_CHECKING:
    from canvos_tui.core.answers.fields import Field
    from canvos_tui.core.aws.facts import AwsKeys
    from canvos_tui.core.secret import Secret


class Origin(Enum):
    """Where a value came from; the value is the word shown beside it."""

    GUIDE = "guide's value"
    ARG = "your .arg"
    ENVIRONMENT = "environment"
    CONFIG = "answers file"
    YOU = "you"
    TAG = "= CUSTOM_TAG"


class UserData(Enum):
    """What becomes of `user-data`, the file that lets an instance join Palette."""

    UNDECIDED = "undecided"
    CHECKOUT = "the checkout's"
    FILE = "a file"
    TEMPLATE = "from our template"
    NONE = "without"


@dataclass(frozen=True)
class Entry:
    """A field's value, where it came from, and "" for `error`; or the text as typed and why it was refused."""

    text: str
    origin: Origin
    error: str = ""


# -- answers: one change each ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class FieldAnswered:
    """A field has a good value, as its parser gave it."""

    key: str
    value: str
    origin: Origin = Origin.YOU


@dataclass(frozen=True)
class FieldRefused:
    """A field holds a text that cannot be its value; it is kept as typed. `final` says that more typing does not mend it."""

    key: str
    text: str
    error: str
    final: bool = False


@dataclass(frozen=True)
class FolderChosen:
    """The checkout's folder and the repository to clone from."""

    folder: Path
    repository: str


@dataclass(frozen=True)
class TagChosen:
    """The CanvOS tag; checked out or to be."""

    tag: str


@dataclass(frozen=True)
class SeveralChosen:
    """Whether provider images for several Kubernetes versions are wanted (step 14)."""

    several: bool


@dataclass(frozen=True)
class VersionsKept:
    """The versions to keep in k8s_version.json."""

    versions: tuple[str, ...]


@dataclass(frozen=True)
class KeysGiven:
    """The AWS keys, in memory only; `differing` are other places with other keys, each with its masked id."""

    keys: AwsKeys | None
    source: KeySource
    differing: tuple[tuple[KeySource, str], ...] = ()


@dataclass(frozen=True)
class ArgFound:
    """Values of an existing `.arg`; they win over the guide's but not over what was typed."""

    values: Mapping[str, str]


@dataclass(frozen=True)
class PageReached:
    """The page on the screen and the run that is shown, for resuming."""

    page: str
    run: str = ""


@dataclass(frozen=True)
class CheckAccepted:
    """A failed check that the user takes on, with the reason."""

    id: str
    reason: str


@dataclass(frozen=True)
class UserDataChosen:
    """What becomes of user-data; `path` for a file, `token` for one that we make: its other values are answers of their own."""

    choice: UserData
    path: str = ""
    token: Secret | None = None


@dataclass(frozen=True)
class RouteChosen:
    """The route from the answers to the AMI."""

    route: Route


@dataclass(frozen=True)
class ReuseAllowed:
    """The user wants the existing S3 object of this key to be imported instead of a new upload."""

    key: str


@dataclass(frozen=True)
class StartedAnew:
    """All answers are dropped for a new draft."""

    draft: Draft


Answer = (
    StartedAnew
    | FieldAnswered
    | FieldRefused
    | FolderChosen
    | TagChosen
    | SeveralChosen
    | VersionsKept
    | KeysGiven
    | ArgFound
    | PageReached
    | CheckAccepted
    | UserDataChosen
    | ReuseAllowed
    | RouteChosen
)


@dataclass(frozen=True)
class Draft:
    """All answers so far. `keys` never leaves memory; everything else is saved on each change."""

    folder: Path | None = None
    repository: str = PUBLIC_REPOSITORY
    tag: str = ""
    entries: Mapping[str, Entry] = field(default_factory=dict)
    several: bool = False
    kept: tuple[str, ...] = ()
    keys: AwsKeys | None = None
    key_source: KeySource = KeySource.TYPED
    other_keys: tuple[tuple[KeySource, str], ...] = ()  # places that hold others
    page: str = "start"
    run: str = ""  # that was shown last
    accepted: Mapping[str, str] = field(default_factory=dict)
    user_data: UserData = UserData.UNDECIDED
    user_data_path: str = ""
    token: Secret | None = None  # for a user-data that we make; never stored
    reuse: str = ""  # the S3_KEY whose existing object may be used
    route: Route = Route.GUIDE

    def after(self, answer: Answer) -> Draft:  # noqa: C901, PLR0911  one line per kind of answer
        """The draft once this answer is counted in."""
        match answer:
            case StartedAnew(draft):
                return draft
            case FieldAnswered(key, value, origin):
                return self._with(key, Entry(value, origin))
            case FieldRefused(key, text, error):
                return self._with(key, Entry(text, Origin.YOU, error))
            case FolderChosen(folder, repository):
                same = folder == self.folder
                return replace(self, folder=folder, repository=repository, tag=self.tag if same else "")
            case TagChosen(tag):
                return replace(self, tag=tag)
            case SeveralChosen(several):
                return replace(self, several=several)
            case VersionsKept(versions):
                return replace(self, kept=versions)
            case KeysGiven(keys, source, differing):
                return replace(self, keys=keys, key_source=source, other_keys=differing)
            case ArgFound(found):
                return self._with_found(found)
            case PageReached("start"):  # it leads back to where one was
                return self
            case PageReached(page, run):
                return replace(self, page=page, run=run)
            case CheckAccepted(check, reason):
                return replace(self, accepted={**self.accepted, check: reason})
            case UserDataChosen(choice, path, token):
                return replace(self, user_data=choice, user_data_path=path, token=token)
            case ReuseAllowed(key):
                return replace(self, reuse=key)
            case RouteChosen(route):
                return replace(self, route=route)

    def _with(self, key: str, entry: Entry) -> Draft:
        return replace(self, entries={**self.entries, key: entry})

    def _with_found(self, found: Mapping[str, str]) -> Draft:
        entries = dict(self.entries)
        for asked in fields.ARGS:
            mine = entries.get(asked.key)
            if asked.key not in found or (mine and mine.origin is not Origin.GUIDE):
                continue
            entries[asked.key] = entry_for(asked, found[asked.key], Origin.ARG)
        return replace(self, entries=entries)

    def entry(self, key: str) -> Entry:
        """A field's text; S3_KEY follows CUSTOM_TAG until it is given a text of its own, as guide step 11 promises."""
        own = self.entries.get(key)
        if key == "S3_KEY" and (own is None or (not own.text and own.origin is not Origin.YOU)):
            tag = self.entry("CUSTOM_TAG")
            return entry_for(fields.S3_KEY, tag.text, Origin.TAG)
        return own or Entry("", Origin.GUIDE)

    def text(self, key: str) -> str:
        """The accepted text of a field, "" while there is none."""
        entry = self.entry(key)
        return "" if entry.error else entry.text

    @property
    def reuses(self) -> bool:
        """Whether the object that stands under S3_KEY is to be imported; a route whose upload is ours never takes one over."""
        return not self.route.uploads_itself and bool(self.reuse) and self.reuse == self.text("S3_KEY")

    def args(self) -> dict[str, str]:
        """What goes into `.arg` (guide step 13). K8S_VERSION is left out when several versions are kept (step 14)."""
        wanted = {f.key: self.text(f.key) for f in fields.ARGS}
        wanted["IMAGE_REPO"] = wanted["OS_DISTRIBUTION"]
        if self.several:
            del wanted["K8S_VERSION"]
        if not wanted["BASE_IMAGE"]:
            del wanted["BASE_IMAGE"]
        return {**wanted, **fields.FIXED}

    def without_args(self) -> tuple[str, ...]:
        """Keys that an existing `.arg` must lose."""
        return tuple(k for k in ("K8S_VERSION", "BASE_IMAGE") if k not in self.args())


def entry_for(asked: Field[str], text: str, origin: Origin) -> Entry:
    """The entry for a text that was found rather than typed: refused ones are kept with the reason."""
    try:
        return Entry(asked.parse(text), origin)
    except InvalidValueError as error:
        return Entry(text, origin, "" if asked.optional and not text else error.sentence())


def answer_for(asked: Field[str], text: str) -> FieldAnswered | FieldRefused:
    """The answer that a typed text gives."""
    try:
        return FieldAnswered(asked.key, asked.parse(text))
    except InvalidValueError as error:
        return FieldRefused(asked.key, text, error.sentence(), error.final)
