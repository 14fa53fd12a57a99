"""The small fakes of pilot tests; git, files and the clone source are real."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from canvos_tui.adapters.aws.account import regions
from canvos_tui.adapters.aws.care import BotoCare
from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.adapters.aws.publish import BotoPublish
from canvos_tui.adapters.compatibility import load_matrix
from canvos_tui.adapters.files import Disk
from canvos_tui.adapters.git.command import GitCommand
from canvos_tui.adapters.log.file import LogFile
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
    Right,
    RightProbe,
    RoleFacts,
    S3Object,
    Snapshot,
    Upload,
)
from canvos_tui.core.aws.sighting import Sighting
from canvos_tui.core.aws.snapshot_settings import KeyFacts, SnapshotSettings
from canvos_tui.core.errors import AwsError, DockerError, RunError
from canvos_tui.core.machine import DockerFacts, DockerStore, Filesystem, HostFacts, NamedContainer, PrivilegedProbe, Reach
from canvos_tui.core.ports import AwsCare, AwsPublish, Ports
from canvos_tui.core.run.copies import Copied as RunCopy
from canvos_tui.core.run.events import BuildEvent
from canvos_tui.core.run.heartbeat import Pulse
from canvos_tui.core.run.result import RunInfo, RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.terminal.clipboard import Copied
from canvos_tui.core.values.heard import tell
from canvos_tui.core.verdict.watch import our_task

NOW = datetime(2026, 8, 23, 14, 12, tzinfo=UTC)
GB = 10**9
NINE = (
    "s3:PutObject",
    "s3:GetObject",
    "s3:ListBucket",
    "ec2:ImportSnapshot",
    "ec2:DescribeImportSnapshotTasks",
    "ec2:DescribeSnapshots",
    "ec2:DescribeImages",
    "ec2:RegisterImage",
    "ec2:CreateTags",
)


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.move(seconds)
        await asyncio.sleep(0)

    def ticks(self) -> float:
        return (self.time - NOW).total_seconds()

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class FakeHost:
    memory = 16 * GB

    async def facts(self, checkout: Path) -> HostFacts:
        return HostFacts("Linux", "x86_64", 8, self.memory, 212 * GB, 400 * GB, "alice", "6.8")

    async def filesystem(self, path: Path) -> Filesystem:
        return Filesystem(path, Path("/"), 212 * GB, 400 * GB, 1)

    async def port_holder(self, port: int) -> str | None:
        return None

    async def tool_version(self, name: str) -> str | None:
        return {"git": "git version 2.43.0", "docker": "Docker version 27.1.1"}.get(name)


class FakeDocker:
    error: DockerError | None = None
    kept = DockerStore()

    async def facts(self) -> DockerFacts:
        if self.error:
            tell("engine", "GET /_ping at unix:///var/run/docker.sock", "Connection refused")  # as the adapter does
            raise self.error
        return DockerFacts("unix:///var/run/docker.sock", "27.1.1", "/var/lib/docker", False, False, 8, 16 * GB, "Docker version 27.1.1")

    async def container(self, name: str) -> NamedContainer | None:
        return None

    async def publisher(self, port: int) -> NamedContainer | None:
        return None

    async def store(self) -> DockerStore:
        if self.error:
            raise self.error
        return self.kept

    async def remove_volume(self, name: str) -> bool:
        self.kept = replace(self.kept, volumes=tuple(volume for volume in self.kept.volumes if volume.name != name))
        return True

    async def remove_image(self, name: str) -> bool:
        self.kept = replace(self.kept, images=tuple(image for image in self.kept.images if image.name != name))
        return True

    async def probe_privileged(self, image: str) -> PrivilegedProbe:
        return PrivilegedProbe(True, seconds=0.8)


class FakeNetwork:
    async def reach(self, url: str, variables: Mapping[str, str] | None = None) -> Reach:
        return Reach(url, "ok", 200, seconds=0.2, skew=0.0)


class FakeAws:
    """One account in memory; `denied` actions are refused."""

    def __init__(self) -> None:
        self.denied: set[str] = set()
        self.role = True
        self.objects: dict[str, S3Object] = {}
        self.images: list[Image] = []
        self.tasks: tuple[ImportTask, ...] = ()
        self.region = "eu-west-1"
        self.error: AwsError | None = None
        self.probes: dict[str, RightProbe] = {}  # answers other than allowed or denied
        self.proven: list[PutWay] = []
        self.default_encryption = Encryption(bucket_kms=False, ebs=False)

    async def region_facts(self) -> RegionFacts:
        return RegionFacts(self.region, known=True)

    async def role_facts(self, name: str) -> RoleFacts:
        return RoleFacts(self.role)

    async def encryption(self, bucket: str, *, sealed: bool) -> Encryption:
        return self.default_encryption

    async def kms_key(self, key: str) -> KeyFacts:
        return KeyFacts(True, f"arn:aws:kms:{self.region}:123456789012:key/{key}", "Enabled")

    async def prove_put(self, bucket: str, way: PutWay) -> RightProbe:
        self.proven.append(way)
        left = "canvos-tui-probe-1" if way is PutWay.OBJECT else ""
        return RightProbe(
            "s3:PutObject", Right.ALLOWED, "simulated" if way is PutWay.SIMULATE else "verified", message=way.value, left=left
        )

    async def identity(self) -> Identity:
        if self.error:
            raise self.error
        return Identity("123456789012", "arn:aws:iam::123456789012:user/edge", 0.0)

    async def bucket(self, name: str) -> Bucket:
        return Bucket(name, True, self.region, True)

    async def head(self, bucket: str, key: str) -> S3Object | None:
        return self.objects.get(key)

    async def with_prefix(self, bucket: str, prefix: str, limit: int = 50) -> tuple[S3Object, ...]:
        return tuple(o for k, o in self.objects.items() if k.startswith(prefix))

    async def uploads(self, bucket: str, key: str) -> tuple[Upload, ...]:
        return ()

    async def import_tasks(self) -> tuple[ImportTask, ...]:
        return self.tasks

    async def snapshot(self, snapshot_id: str) -> Snapshot | None:
        return Snapshot(snapshot_id, "completed")

    async def images_named(self, name: str) -> tuple[Image, ...]:
        return tuple(i for i in self.images if i.name == name)

    async def image(self, image_id: str) -> Image | None:
        return next((i for i in self.images if i.image_id == image_id), None)

    async def baseline(self, bucket: str, key: str) -> Baseline:
        return Baseline(NOW, self.region, bucket, key, "123456789012")

    async def start_import(self, bucket: str, key: str, token: str, mark: str, making: SnapshotSettings) -> ImportTask:
        return ImportTask("import-snap-0abc1234def567891", "pending", bucket=bucket, key=key)

    async def register_image(self, name: str, snapshot_id: str, settings: AmiSettings) -> str:
        return "ami-0a1b2c3d4e5f67891"

    async def tag(self, ids: tuple[str, ...], name: str) -> None:
        return None

    async def sight(self, baseline: Baseline, task_id: str = "") -> Sighting:
        task = our_task(baseline, self.tasks, task_id)
        snapshot = await self.snapshot(task.snapshot_id) if task is not None and task.snapshot_id else None
        return Sighting(NOW, (), self.objects.get(baseline.key), True, self.tasks, snapshot, tuple(self.images))

    async def rights(
        self, bucket: str, key: str, report: Callable[[RightProbe], None], making: SnapshotSettings | None
    ) -> tuple[RightProbe, ...]:
        probes = [RightProbe(a, Right.DENIED if a in self.denied else Right.ALLOWED, "verified") for a in NINE]
        role = Right.ALLOWED if self.role else Right.DENIED
        probes.append(RightProbe("vmimport", role, "verified", *(() if self.role else ("NoSuchEntity", "The role cannot be found"))))
        probes = [self.probes.get(p.action, p) for p in probes]
        for probe in probes:
            report(probe)
        return tuple(probes)

    async def may_cancel_import(self, task_id: str) -> RightProbe:
        action = "ec2:CancelImportTask"
        return self.probes.get(action, RightProbe(action, Right.DENIED if action in self.denied else Right.ALLOWED, "dry_run"))

    async def cancel_import(self, task_id: str) -> None:
        self.tasks = tuple(replace(t, status="deleted", message="cancelled") if t.task_id == task_id else t for t in self.tasks)


class FakeDoor:
    def __init__(self, aws: FakeAws) -> None:
        self.account = aws
        self.buckets = {"acme-edge-images": "eu-west-1"}

    async def open(self, keys: AwsKeys, region: str) -> FakeAws:
        return self.account

    async def open_care(self, keys: AwsKeys, region: str) -> AwsCare:
        return BotoCare(Clients(keys, region))  # no screen cleans up: whoever does asks AWS itself

    async def open_publish(self, keys: AwsKeys, region: str) -> AwsPublish:
        return BotoPublish(Clients(keys, region))

    async def bucket_region(self, bucket: str) -> Bucket:
        region = self.buckets.get(bucket)
        return Bucket(bucket, region is not None, region)

    def endpoint(self) -> str:
        return ""

    async def profile_keys(self, profile: str) -> AwsKeys:
        raise AwsError("no such profile", code="no-profile")

    async def profiles(self) -> tuple[str, ...]:
        return ()

    async def regions(self) -> tuple[str, ...]:
        return regions()


class FakeRuns:
    """Runs whose events a test writes down beforehand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[tuple[BuildPlan, AwsKeys, tuple[str, ...]]] = []
        self.plans: dict[str, BuildPlan] = {}
        self.events: list[tuple[BuildEvent, ...]] = []
        self.results: dict[str, RunResult] = {}
        self.listed: tuple[RunInfo, ...] = ()
        self.cancelled: list[bool] = []
        self.lines = "one\ntwo\n"
        self.keep_open = False
        self.sizes: list[tuple[int, int]] = []
        self.felt: Pulse | None = None
        self.past: tuple[dict[str, float], ...] = ()

    async def start(self, plan: BuildPlan, keys: AwsKeys, secrets: tuple[str, ...] = ()) -> str:
        self.started.append((plan, keys, secrets))
        run_id = "20260823-1412-3f9a" if "20260823-1412-3f9a" not in self.plans else "20260823-1600-5b1c"
        self.plans[run_id] = plan
        return run_id

    async def infos(self) -> tuple[RunInfo, ...]:
        return self.listed

    async def unreadable(self) -> dict[str, bool]:
        return {}

    async def plan(self, run_id: str) -> BuildPlan:
        if run_id not in self.plans:
            raise RunError(f"there is no run {run_id}", remedy="canvos-tui status lists them")
        return self.plans[run_id]

    async def follow(self, run_id: str) -> AsyncGenerator[tuple[BuildEvent, ...], None]:
        import asyncio

        for batch in self.events:
            yield batch
        while self.keep_open:
            await asyncio.sleep(0.05)

    def log_path(self, run_id: str) -> Path:
        return self.folder / "build.log"

    def open_log(self, run_id: str) -> LogFile:
        self.log_path(run_id).write_text(self.lines)
        return LogFile(self.log_path(run_id))

    async def result(self, run_id: str) -> RunResult | None:
        return self.results.get(run_id)

    async def cancel(self, run_id: str, *, force: bool = False) -> None:
        self.cancelled.append(force)

    async def resize(self, run_id: str, columns: int, rows: int) -> None:
        self.sizes.append((columns, rows))

    async def pulse(self, run_id: str) -> Pulse | None:
        return self.felt

    async def copies(self, run_id: str) -> tuple[RunCopy, ...]:
        return ()

    async def note_copy(self, run_id: str, copied: RunCopy) -> None:
        """No screen copies with these runs."""

    async def history(self) -> tuple[dict[str, float], ...]:
        return self.past

    async def clear(self, run_id: str, *, force: bool = False) -> tuple[str, ...]:
        raise RunError(f"nothing of {run_id} is left", remedy="nothing to do")


class FakeTerminal:
    """A clipboard that keeps what it was given, and a plain screen that takes some pieces and is left."""

    def __init__(self) -> None:
        self.copied: list[str] = []
        self.printed = ""

    async def copy(self, text: str) -> Copied:
        self.copied.append(text)
        return Copied("copied with a fake")

    def print_until_key(self, more: Callable[[], str]) -> None:
        while text := more():
            self.printed += text


def make_ports(root: Path, environ: dict[str, str] | None = None) -> Ports:
    home = root / "home"
    home.mkdir(exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_SYSTEM": "/dev/null", "LANG": "C.UTF-8", **(environ or {})}
    return Ports(
        clock=FakeClock(),
        host=FakeHost(),
        docker=FakeDocker(),
        network=FakeNetwork(),
        git=GitCommand(env),
        files=Disk(root / "state"),
        runs=FakeRuns(root),
        aws=FakeDoor(FakeAws()),
        terminal=FakeTerminal(),
        environ=env,
        matrix=load_matrix(),
    )
