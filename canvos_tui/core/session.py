"""What the program learned while it was open, as opposed to what the user answered: never stored, always asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checkout.compatibility import Matrix
from canvos_tui.core.values import dataclass

if TYPE_CHECKING:
    from canvos_tui.core.aws.facts import Bucket, Identity, RightProbe
    from canvos_tui.core.aws.taken_names import TakenNames
    from canvos_tui.core.checkout.state import CheckoutState
    from canvos_tui.core.checkout.tags import CanvosTag
    from canvos_tui.core.checks.report import Report
    from canvos_tui.core.run.result import RunInfo, RunResult
    from canvos_tui.core.run.run import BuildPlan

# -- facts: one thing that was found out each ---------------------------------------------------------------------


@dataclass(frozen=True)
class CheckoutSeen:
    """The folder as git sees it, and the Kubernetes versions in it; None for `tags` and `systems` that were not looked at anew."""

    state: CheckoutState
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tags: tuple[CanvosTag, ...] | None = None
    systems: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class TagsSeen:
    """The tags of the repository, fetched anew."""

    tags: tuple[CanvosTag, ...]


@dataclass(frozen=True)
class TagWanted:
    """The tag to check out; "" once that was done or given up."""

    tag: str


@dataclass(frozen=True)
class Checked:
    """The prerequisites so far."""

    report: Report
    at: datetime


@dataclass(frozen=True)
class BucketSeen:
    """What AWS says of the bucket."""

    bucket: Bucket


@dataclass(frozen=True)
class RegionsSeen:
    """The regions that the SDK knows."""

    regions: tuple[str, ...]


@dataclass(frozen=True)
class IdentitySeen:
    """Whose keys these are."""

    identity: Identity


@dataclass(frozen=True)
class NamesSeen:
    """What of S3_KEY is taken."""

    taken: TakenNames


@dataclass(frozen=True)
class AccountSeen:
    """All that the questions about the account gave; None for what they did not get to."""

    identity: Identity | None
    bucket: Bucket | None
    taken: TakenNames | None


@dataclass(frozen=True)
class RightsSeen:
    """What these keys may do; `subject` says what the answers hold for."""

    probes: tuple[RightProbe, ...]
    subject: str


@dataclass(frozen=True)
class KeysChanged:
    """Other keys: nothing that was learned with the old ones holds."""


@dataclass(frozen=True)
class RunsSeen:
    """The runs of this machine, where each that lives stands in words, and when the answers were saved."""

    runs: tuple[RunInfo, ...]
    stands: Mapping[str, str] = field(default_factory=dict)
    saved: datetime | None = None


@dataclass(frozen=True)
class RunChosen:
    """The run to show; it has no result yet as far as is known."""

    run_id: str


@dataclass(frozen=True)
class PlanSeen:
    """What the shown run builds, and out of which checkout."""

    plan: BuildPlan


@dataclass(frozen=True)
class Ended:
    """How the shown run ended; None where nobody can say."""

    result: RunResult | None


@dataclass(frozen=True)
class BegunAnew:
    """A new draft: what was learned of the old one's checkout and account is dropped."""


Fact = (
    CheckoutSeen
    | TagsSeen
    | TagWanted
    | Checked
    | BucketSeen
    | RegionsSeen
    | IdentitySeen
    | NamesSeen
    | AccountSeen
    | RightsSeen
    | KeysChanged
    | RunsSeen
    | RunChosen
    | PlanSeen
    | Ended
    | BegunAnew
)


@dataclass(frozen=True)
class Session:
    """Facts for all pages; None or empty means "not asked yet"."""

    checkout: CheckoutState | None = None
    tags: tuple[CanvosTag, ...] = ()
    matrix: Matrix = field(default_factory=Matrix)  # the vendor's, which came with this program
    wanted: str = ""  # the tag that the user asked to check out
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of the checkout's k8s_version.json
    systems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of its os_version.json
    report: Report | None = None
    reported_at: datetime | None = None
    final: bool = False  # the files of the checkout count as they are: no answers will be written into them
    regions: tuple[str, ...] = ()  # of the SDK's list
    bucket: Bucket | None = None
    identity: Identity | None = None
    rights: tuple[RightProbe, ...] = ()
    rights_for: str = ""  # account/region/bucket that the rights hold for
    taken: TakenNames | None = None
    runs: tuple[RunInfo, ...] = ()
    stands: Mapping[str, str] = field(default_factory=dict)  # by the id of a run that lives: `0:31:12 · Snapshot import 42 %`
    saved: datetime | None = None  # when the answers were, as far as was looked
    run_id: str = ""
    plan: BuildPlan | None = None  # of that run, as soon as it was read
    result: RunResult | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)  # checks that were taken on before the start; so they are after a new one
    route: Route = Route.GUIDE  # likewise

    @property
    def building(self) -> bool:
        """Whether the run that is looked at has not ended, as far as this program saw."""
        return bool(self.run_id) and self.result is None

    def tag(self, name: str) -> CanvosTag | None:
        """What is known of that tag; None where there is no such tag, or nobody has looked."""
        return next((tag for tag in self.tags if tag.name == name), None)

    def of_another(self, folder: Path | None) -> bool:
        """Whether the run that is looked at builds out of another checkout than this one."""
        return self.plan is not None and self.plan.checkout != str(folder)

    def after(self, fact: Fact) -> Session:  # noqa: C901, PLR0911  one line per kind of fact
        """What is known once this is counted in."""
        match fact:
            case CheckoutSeen(state, versions, tags, systems):
                kept = replace(self, tags=self.tags if tags is None else tags, systems=self.systems if systems is None else systems)
                return replace(kept, checkout=state, versions=versions)
            case TagsSeen(tags):
                return replace(self, tags=tags)
            case TagWanted(tag):
                return replace(self, wanted=tag)
            case Checked(report, at):
                return replace(self, report=report, reported_at=at)
            case BucketSeen(bucket):
                return replace(self, bucket=bucket)
            case RegionsSeen(regions):
                return replace(self, regions=regions)
            case IdentitySeen(identity):
                return replace(self, identity=identity)
            case NamesSeen(taken):
                return replace(self, taken=taken)
            case AccountSeen(identity, bucket, taken):
                return replace(self, identity=identity, bucket=bucket, taken=taken)
            case RightsSeen(probes, subject):
                return replace(self, rights=probes, rights_for=subject)
            case KeysChanged():
                return replace(self, identity=None, taken=None, rights=(), rights_for="")
            case RunsSeen(runs, stands, saved):
                return replace(self, runs=runs, stands=stands, saved=saved)
            case RunChosen(run_id):
                return replace(self, run_id=run_id, plan=None, result=None)
            case PlanSeen(plan):
                return replace(self, plan=plan)
            case Ended(result):
                return replace(self, result=result)
            case BegunAnew():
                fresh = replace(self, checkout=None, tags=(), versions={}, systems={}, wanted="", bucket=None)
                return fresh.after(KeysChanged())
