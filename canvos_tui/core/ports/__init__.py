"""Every way this program touches the world, as Protocols, and `Ports`, the dataclass that holds them. Read this file first.

All methods that may take time are coroutines; they raise a CanvosError (errors.py) for what a user can act on and nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from canvos_tui.core.ports.care import AwsCare as AwsCare
from canvos_tui.core.ports.clock import Clock as Clock
from canvos_tui.core.ports.docker import Docker as Docker
from canvos_tui.core.ports.files import Files as Files
from canvos_tui.core.ports.log import LogReader as LogReader
from canvos_tui.core.ports.log import Terminal as Terminal
from canvos_tui.core.ports.passes import Passed as Passed
from canvos_tui.core.ports.publish import AwsPublish as AwsPublish
from canvos_tui.core.values import dataclass

if TYPE_CHECKING:  # the shapes of what the world says: who only asks for one thing does not load them all
    from canvos_tui.core.aws.ami_settings import AmiSettings
    from canvos_tui.core.aws.facts import (
        AwsKeys,
        Baseline,
        Bucket,
        Encryption,
        Identity,
        Image,
        ImportTask,
        PutWay,
        RegionFacts,
        RightProbe,
        RoleFacts,
        S3Object,
        Snapshot,
        Upload,
    )
    from canvos_tui.core.aws.sighting import Sighting
    from canvos_tui.core.aws.snapshot_settings import KeyFacts, SnapshotSettings
    from canvos_tui.core.checkout.compatibility import Matrix
    from canvos_tui.core.checkout.state import CheckoutState, Damage, Left
    from canvos_tui.core.checkout.tags import CanvosTag
    from canvos_tui.core.machine import Filesystem, HostFacts, Reach
    from canvos_tui.core.run.copies import Copied
    from canvos_tui.core.run.events import BuildEvent
    from canvos_tui.core.run.heartbeat import Pulse
    from canvos_tui.core.run.result import RunInfo, RunResult
    from canvos_tui.core.run.run import BuildPlan, RunId


class Host(Protocol):
    """This machine."""

    async def facts(self, checkout: Path) -> HostFacts:
        """Architecture, CPUs, memory and the disk space at `checkout`."""

    async def filesystem(self, path: Path) -> Filesystem:
        """The filesystem that holds `path` (or its nearest existing parent), and whether `path` can be written to."""

    async def tool_version(self, name: str) -> str | None:
        """First line of `name --version`, or None when the tool is not on PATH."""

    async def port_holder(self, port: int) -> str | None:
        """Who listens on a TCP port of this machine ("" where that cannot be seen), None when it is free."""


class Network(Protocol):
    """The internet, through the configured proxy."""

    async def reach(self, url: str, variables: Mapping[str, str] | None = None) -> Reach:
        """One HEAD request; never raises for what the network does, says which step failed. `variables` go over this shell's."""


class Git(Protocol):
    """Git and the CanvOS checkout."""

    async def state(self, folder: Path) -> CheckoutState:
        """What is at `folder`: nothing, another thing, or a CanvOS checkout with its tag and local changes."""

    async def clone(self, url: str, folder: Path, progress: Callable[[str, int | None], None]) -> None:
        """Clones with tags; `progress(text, percent)` gets git's own progress lines. A failed clone leaves nothing."""

    async def fetch_tags(self, folder: Path) -> None:
        """Fetches new tags from the remote."""

    async def tags(self, folder: Path) -> tuple[CanvosTag, ...]:
        """Every tag with date, PE_VERSION and whether its Earthfile has the target, best first."""

    async def checkout(self, folder: Path, tag: str) -> None:
        """`git checkout TAG`; refuses (GitError) when local changes would be overwritten."""

    async def stash(self, folder: Path, message: str) -> None:
        """Puts all local changes, untracked files included, on the stash; what holds secrets stays where it is."""

    async def copy_changes(self, folder: Path, target: Path) -> tuple[str, ...]:
        """Copies every changed or untracked file to `target`; the relative paths copied. The checkout stays as it is."""

    async def discard(self, folder: Path, paths: tuple[str, ...]) -> None:
        """Puts tracked files back to the commit; only after `copy_changes` made a copy."""

    async def show(self, folder: Path, tag: str, path: str) -> str | None:
        """The text of a file at a tag, None when the tag has no such file."""

    async def damage(self, folder: Path) -> Damage:
        """What of the commit does not stand in the folder as it was committed, as far as a build cares."""

    async def ignored(self, folder: Path, path: str) -> bool:
        """Whether git ignores that path."""

    async def exclude_file(self, folder: Path) -> Path:
        """Where git reads what to ignore in this checkout only; the file need not be there."""

    async def untracked(self, folder: Path, patterns: tuple[str, ...]) -> tuple[Left, ...]:
        """What matches a glob pattern below `folder` and is no file of the commit, ignored or not; a folder counts with all in it."""


class Runs(Protocol):
    """Build runs: their supervisor process and their folder in the state directory."""

    async def start(self, plan: BuildPlan, keys: AwsKeys, secrets: tuple[str, ...] = ()) -> RunId:
        """Starts the supervisor detached. `secrets` are further texts to mask. RunError when one runs already."""

    async def infos(self) -> tuple[RunInfo, ...]:
        """Every known run, newest first, each with whether its supervisor lives."""

    async def unreadable(self) -> dict[RunId, bool]:
        """The runs whose record is damaged, each with whether it is known to have ended: what they use is not known."""

    async def plan(self, run_id: RunId) -> BuildPlan:
        """The plan of a run; RunError when there is no such run."""

    def follow(self, run_id: RunId) -> AsyncGenerator[tuple[BuildEvent, ...], None]:
        """Every event from the first, in batches, until the run ended or its supervisor is gone."""

    def log_path(self, run_id: RunId) -> Path:
        """Where the masked log lies."""

    def open_log(self, run_id: RunId) -> LogReader:
        """The masked log, to be read while it grows."""

    async def result(self, run_id: RunId) -> RunResult | None:
        """The result, None while there is none."""

    async def cancel(self, run_id: RunId, *, force: bool = False) -> None:
        """Asks the supervisor to interrupt the build's process group; with `force` to kill it."""

    async def resize(self, run_id: RunId, columns: int, rows: int) -> None:
        """Tells the build's terminal its size."""

    async def pulse(self, run_id: RunId) -> Pulse | None:
        """How its supervisor is right now; None before its first sign of life."""

    async def copies(self, run_id: RunId) -> tuple[Copied, ...]:
        """The copies of its AMI in other regions that were begun from this machine."""

    async def note_copy(self, run_id: RunId, copied: Copied) -> None:
        """Keeps that a copy was begun; one that is kept already stays once."""

    async def history(self) -> tuple[dict[str, float], ...]:
        """Seconds by phase id of the runs that ended on this machine, newest first."""

    async def clear(self, run_id: RunId, *, force: bool = False) -> tuple[str, ...]:
        """Ends what goes on of a run whose supervisor is gone; a sentence for each thing. RunError for a run that lives."""


class Aws(Protocol):
    """AWS with one pair of keys in one region; made by `AwsDoor`. Every method may raise AwsError."""

    async def identity(self) -> Identity:
        """STS GetCallerIdentity: needs no right at all."""

    async def region_facts(self) -> RegionFacts:
        """What the SDK's own list says of this region's name; makes no request."""

    async def role_facts(self, name: str) -> RoleFacts:
        """The service role of that name with its documents, as far as these keys may look."""

    async def encryption(self, bucket: str, *, sealed: bool) -> Encryption:
        """What is encrypted by default, as far as these keys may look; never raises for a refusal.

        `sealed` says that the snapshot will be encrypted in any case: then the key for EBS is asked for, too.
        """

    async def kms_key(self, key: str) -> KeyFacts:
        """A KMS key, named as ImportSnapshot takes it; never raises for a refusal."""

    async def bucket(self, name: str) -> Bucket:
        """HeadBucket; region even where access is refused."""

    async def head(self, bucket: str, key: str) -> S3Object | None:
        """The object, None when there is none."""

    async def with_prefix(self, bucket: str, prefix: str, limit: int = 50) -> tuple[S3Object, ...]:
        """Objects whose key starts with `prefix`."""

    async def uploads(self, bucket: str, key: str) -> tuple[Upload, ...]:
        """Incomplete multipart uploads of exactly that key, with the bytes done."""

    async def import_tasks(self) -> tuple[ImportTask, ...]:
        """All snapshot import tasks of the region."""

    async def snapshot(self, snapshot_id: str) -> Snapshot | None:
        """One snapshot of this account."""

    async def images_named(self, name: str) -> tuple[Image, ...]:
        """AMIs of this account with exactly that name, in any state."""

    async def image(self, image_id: str) -> Image | None:
        """One AMI of this account, None when there is none."""

    async def baseline(self, bucket: str, key: str) -> Baseline:
        """What is there before the build."""

    async def sight(self, baseline: Baseline, task_id: str = "") -> Sighting:
        """One look at everything a build may have made; never raises, what could not be asked is in `blind`.

        `task_id` is the import that the run knows as its own: where it may not be described, its snapshot is looked for.
        """

    async def rights(
        self, bucket: str, key: str, report: Callable[[RightProbe], None], making: SnapshotSettings | None
    ) -> tuple[RightProbe, ...]:
        """The guide's nine permissions and the import's role, probed without leaving a trace; without a bucket those of the direct route.

        `making` is what our own stages ask for the snapshot, beside their tags; None where CanvOS' script imports.
        """

    async def prove_put(self, bucket: str, way: PutWay) -> RightProbe:
        """s3:PutObject in a way that was asked for; the probe names what stays in the bucket. Never raises for a refusal."""

    async def may_cancel_import(self, task_id: str) -> RightProbe:
        """Whether these keys may cancel that import task; asks without cancelling, never raises for a refusal."""

    async def cancel_import(self, task_id: str) -> None:
        """Cancels an import task; needs a right beyond the guide's nine."""

    async def start_import(self, bucket: str, key: str, token: str, mark: str, making: SnapshotSettings) -> ImportTask:
        """Begins to import a raw image of S3, as CanvOS' script does; the same `token` (64 hexadecimal digits) gives the same task.

        It goes with these choices alone: AWS refuses it with others.

        The task carries `mark` in a tag, by which whoever lost the answer knows it again.
        """

    async def register_image(self, name: str, snapshot_id: str, settings: AmiSettings) -> str:
        """Registers the AMI of a snapshot with the script's parameters and these; its id. A name that an AMI has is refused by AWS."""

    async def tag(self, ids: tuple[str, ...], name: str) -> None:
        """Gives AMI and snapshot a Name, and says who made them (ec2:CreateTags)."""


class AwsDoor(Protocol):
    """Opens AWS. The SDK is loaded at the first call, not before."""

    async def open(self, keys: AwsKeys, region: str) -> Aws:
        """An `Aws` for these keys and this region; makes no request."""

    async def open_care(self, keys: AwsKeys, region: str) -> AwsCare:
        """The calls that clean up, for these keys and this region; makes no request."""

    async def open_publish(self, keys: AwsKeys, region: str) -> AwsPublish:
        """The calls for an AMI that is ready, for these keys and this region; makes no request."""

    async def bucket_region(self, bucket: str) -> Bucket:
        """The bucket's region without any keys (unsigned HeadBucket)."""

    def endpoint(self) -> str:
        """The endpoint override in force (AWS_ENDPOINT_URL), empty for AWS itself."""

    async def profile_keys(self, profile: str) -> AwsKeys:
        """The keys a profile of ~/.aws resolves to; AwsError when it has none."""

    async def profiles(self) -> tuple[str, ...]:
        """Names of the profiles in ~/.aws."""

    async def regions(self) -> tuple[str, ...]:
        """The regions that the SDK knows, of every partition; AWS may have newer ones."""


@dataclass(frozen=True)
class Ports:
    """The world, handed to the screens and the commands by `wiring`."""

    clock: Clock
    host: Host
    docker: Docker
    network: Network
    git: Git
    files: Files
    runs: Runs
    aws: AwsDoor
    terminal: Terminal
    environ: dict[str, str]
    matrix: Matrix  # the vendor's, as it came with this program
    passes: Callable[[Path | None], Mapping[str, Passed]] = lambda _: {}  # by a check's id, when it passed last with that checkout
    about: Callable[[], Mapping[str, str]] = dict  # versions of Python and of what is built on, and `host`, this machine's name
