"""Guide steps 13 to 16: every answer with its source, what would be written, what keeps from it, the writing, the start of the build."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from canvos_tui.core.answers.draft import Answer, Draft, KeysGiven, UserData, UserDataChosen
from canvos_tui.core.answers.fields import BY_KEY
from canvos_tui.core.answers.file_changes import ARG, SECRET, FileChange, Written, apply, counts, plan, read_current, texts_to_mask
from canvos_tui.core.answers.on_route import ami_settings, idle, making, upload_limit
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.checkout import arg_file
from canvos_tui.core.checkout.facts import read_here
from canvos_tui.core.checkout.novelty import news, unasked, unset
from canvos_tui.core.checkout.state import CheckoutState, Place
from canvos_tui.core.pages import PAGES
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions import kubernetes, operating_system, palette
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.questions.groups import AMI
from canvos_tui.core.questions.keys import expiring
from canvos_tui.core.readiness import Blocker, blockers, make_plan, refuse_second, taken_on_rights
from canvos_tui.core.session import Session
from canvos_tui.core.stages.at_stake import raw_at_stake
from canvos_tui.core.text import size
from canvos_tui.core.values import dataclass

ABOUT = (
    "On the guide's route CanvOS' script registers the AMI with its own parameters; on the others IMDSv2, gp3, the root volume's size and "
    "its end can be chosen, and the snapshot's encryption."
)
ROUTE = "route"  # the row that is changed right here
_ASKING = frozenset(page.slug for page in PAGES if page.fields) | {"repo", "versions"}  # what is missing there keeps from writing, too


@dataclass(frozen=True)
class ReviewRow:
    """A line of the review, and the page (and the field, if it is of one) where it can be changed."""

    name: str
    value: str
    origin: str
    page: str
    key: str = ""
    caution: str = ""  # the value again, and why to think twice before building; it keeps nobody from it


def command(draft: Draft) -> str:
    """What is started in the checkout."""
    return " ".join(draft.route.told.command)


def then_line(draft: Draft) -> str:
    """What follows the writing, in a line."""
    return f"Then  {command(draft)}  our estimate 1-2 h  step 16"


def route_choices(draft: Draft) -> tuple[Choice, ...]:
    """The routes, the present one first."""
    routes = sorted(Route, key=lambda route: route is not draft.route)
    return tuple(Choice(route.value, f"{route.value:<11}{route.told.title}") for route in routes)


def about_routes() -> str:
    """Three lines for each route: what it needs, how long it takes, and what happens when something fails."""
    return "\n".join(
        "\n".join((route.value, *(f"  {line}" for line in (route.told.needs, route.told.takes, route.told.fails)))) for route in Route
    )


def rows(draft: Draft, known: Session) -> tuple[ReviewRow, ...]:
    """Every answer with its source."""
    d = draft
    chosen = known.tag(d.tag)
    agent = chosen.earthfile.pe_version if chosen is not None else ""
    kubernetes = f"{len(d.kept)} versions" if d.several else d.text("K8S_VERSION")
    keys = f"{d.keys.masked_id()}{f', account {known.identity.account}' if known.identity else ', not tested'}" if d.keys else "missing"
    system = f"{d.text('OS_DISTRIBUTION')} {d.text('OS_VERSION')}, {d.text('K8S_DISTRIBUTION')} {kubernetes}"

    def origin(key: str) -> str:
        return d.entry(key).origin.value if d.text(key) else ""

    def of_field(key: str) -> ReviewRow:
        return ReviewRow(BY_KEY[key].title, d.text(key) or "missing", origin(key), "image", key)

    tag = f"{d.tag or 'none'}{f', agent {agent}' if agent else ''}"
    return (
        ReviewRow("Tag", tag, "you" if d.tag else "", "repo", caution=palette.of_tag(d, known) or _new_in(d, known)),
        of_field("CUSTOM_TAG"),
        of_field("IMAGE_REGISTRY"),
        ReviewRow("System", system, origin("OS_VERSION"), "os", caution=_of_system(system, d, known)),
        ReviewRow("Bucket", f"{d.text('REGION')} {d.text('S3_BUCKET')}/{d.text('S3_KEY')}", origin("S3_BUCKET"), "s3")
        if d.route.needs_bucket
        else ReviewRow("Region", f"{d.text('REGION')}, no bucket; the AMI is named {d.text('S3_KEY')}", origin("REGION"), "s3"),
        *_of_ami(d),
        ReviewRow("Keys", keys, d.key_source.value if d.keys else "", "keys"),
        ReviewRow("Route", f"{d.route.value}, {d.route.told.short}", "guide's value" if d.route is Route.GUIDE else "you", "review", ROUTE),
    )


def _of_ami(draft: Draft) -> tuple[ReviewRow, ...]:
    """How the AMI is registered, where that is ours; choices that do not count on the route, so that nobody takes them for made."""
    if draft.route.uploads_itself:
        limit = upload_limit(draft)
        sent = f"sent with at most {size(limit)}/s" if limit else ""
        chosen = ", ".join(filter(None, (ami_settings(draft).words, making(draft).words, sent)))
        shown, vain = chosen or "as CanvOS' script does", ", ".join(idle(draft))
        caution = f"{shown}; {vain}: not on the direct route" if vain else ""
        return (ReviewRow(AMI.title, shown, "you" if chosen else "", "ami-settings", caution=caution),)
    told = ", ".join(idle(draft))
    return (ReviewRow(AMI.title, told, "", "ami-settings", caution=f"{told}: not on the guide's route"),) if told else ()


def _new_in(draft: Draft, known: Session) -> str:
    """What no tag so far has done, of the chosen one."""
    chosen = known.tag(draft.tag)
    new = [one.sentence for one in news(chosen.earthfile)] if chosen is not None else []
    return f"{draft.tag} {' and '.join(new)}" if new else ""


def _of_system(system: str, draft: Draft, known: Session) -> str:
    """What is said of these values beside their fields."""
    asked = (operating_system.of_distribution, operating_system.of_version, kubernetes.of_distribution)
    told = "; ".join(filter(None, (of(draft, known) for of in asked)))
    return f"{system}: {told}" if told else ""


@dataclass(frozen=True)
class Pending:
    """What would be written into the files as they are now.

    `foreign` are lines of `.arg` that are not ours and do harm, `unset` arguments that the Earthfile requires and `.arg` would not set,
    `unasked` is what the template has besides.
    """

    changes: tuple[FileChange, ...] = ()
    foreign: tuple[arg_file.ArgProblem, ...] = ()
    has_user_data: bool = False
    unset: tuple[str, ...] = ()
    unasked: str = ""
    at_stake: str = ""  # the raw image of an earlier run that a build may write over
    expiring: str = ""  # keys that end before a build does

    @property
    def fatal(self) -> str:
        """What in `.arg` keeps the build from starting; empty for nothing."""
        found = next((p for p in self.foreign if p.fatal), None)
        return f".arg line {found.line}: {found.reason}; {found.remedy}" if found is not None else self._unset()

    def _unset(self) -> str:
        if not self.unset:
            return ""
        return f"the Earthfile requires {', '.join(self.unset)}: write {self.unset[0]}=VALUE into .arg, the line is kept"

    def warnings(self) -> tuple[str, ...]:
        """The lines that are not ours, and those that are missing."""
        return (
            *(f".arg line {p.line}: {p.reason}; {p.remedy}" for p in self.foreign),
            *filter(None, (self._unset(), self.unasked, self.at_stake, self.expiring)),
        )


async def look(ports: Ports, draft: Draft) -> Pending:
    """Reads the files; CanvosError for what cannot be written."""
    assert draft.folder is not None
    current = await read_current(ports.files, draft.folder)
    data = await ports.files.read_bytes(Path(draft.user_data_path)) if draft.user_data is UserData.FILE else None
    changes = plan(draft, current, data)
    there = (current["user-data"] is not None and draft.user_data is not UserData.NONE) or draft.user_data in {
        UserData.TEMPLATE,
        UserData.FILE,
    }
    args = arg_file.parse(next(c.new for c in changes if c.name == ARG))
    recipe = await read_here(ports.files, CheckoutState(Place.CANVOS, draft.folder))
    template = unasked(recipe, args.values)
    lost = await raw_at_stake(ports, draft.folder) if draft.route.uploads_itself else ""
    return Pending(
        changes,
        args.problems,
        there,
        unset(recipe, args.values),
        f"{draft.tag} {template}" if template else "",
        lost,
        await expiring(ports, draft.keys),
    )


def heading(change: FileChange) -> str:
    """A file's name, what happens to it, and the mode it gets."""
    added, removed = counts(change.diff)
    if change.gone:
        return f"{change.name} (is taken away, a copy is kept)"
    state = "new" if change.old is None else (f"+{added} -{removed}, the old one is kept" if change.changed else "unchanged")
    if change.name == SECRET and change.old is not None and change.changed:
        state = f"+{added} -{removed}"
    return f"{change.name} ({state}, mode {change.mode:04o})"


def warnings(draft: Draft, known: Session) -> tuple[str, ...]:
    """What the user took on, for the last look."""
    return tuple(f"{p.action} is denied, taken on: {reason}" for p, reason in taken_on_rights(draft, known))


def joins(draft: Draft, pending: Pending) -> bool:
    """Whether somebody decided about user-data, or it is there: else it is asked for before a build."""
    return pending.has_user_data or draft.user_data is UserData.NONE


def against(draft: Draft, known: Session, *, build: bool) -> tuple[Blocker, ...]:
    """What keeps from writing; for files without a build only what is missing among the answers does."""
    found = blockers(draft, known)
    return found if build or any(b.page in _ASKING for b in found) else ()


async def write(ports: Ports, draft: Draft, pending: Pending) -> tuple[Written, ...]:
    """Writes what would be written; RunError while a build runs in that checkout."""
    assert draft.folder is not None
    await refuse_second(ports, draft.folder)
    return await apply(ports.files, draft.folder, pending.changes, ports.clock.now().strftime("%m%d-%H%M%S"))


def follows(draft: Draft) -> Iterator[Answer]:
    """From the writing on a user-data is looked at like any other, and keys that were typed stand in a file."""
    if draft.user_data in {UserData.TEMPLATE, UserData.FILE}:
        yield UserDataChosen(UserData.CHECKOUT)
    if draft.keys is not None and draft.key_source is KeySource.TYPED and draft.route.keys_in_build:
        yield KeysGiven(draft.keys, KeySource.SECRET)


async def start(ports: Ports, draft: Draft, pending: Pending) -> str:
    """Takes the baseline from AWS and starts the build; the run's id."""
    assert draft.keys is not None
    made = await make_plan(ports, draft)
    return await ports.runs.start(made, draft.keys, await texts_to_mask(ports.files, draft, pending.changes))
