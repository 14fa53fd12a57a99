"""A small world for checks: machine, engine, network and AWS as a test writes them down; git and files are real."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from canvos_tui.adapters.compatibility import load_matrix
from canvos_tui.adapters.files import Disk
from canvos_tui.adapters.git.command import GitCommand
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import ArgFound, Draft, KeysGiven
from canvos_tui.core.aws.facts import (
    AwsKeys,
    Bucket,
    Encryption,
    Identity,
    Image,
    ImportTask,
    RegionFacts,
    Right,
    RightProbe,
    RoleFacts,
    S3Object,
)
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.aws.snapshot_settings import KeyFacts, SnapshotSettings
from canvos_tui.core.checks.check import CheckResult, Context
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.routes import of_route
from canvos_tui.core.checks.runner import run
from canvos_tui.core.errors import AwsError, DockerError
from canvos_tui.core.machine import DockerFacts, DockerStore, Filesystem, HostFacts, NamedContainer, PrivilegedProbe, Reach
from canvos_tui.core.ports import Ports
from canvos_tui.core.secret import Secret
from canvos_tui.core.values.heard import tell

GB = 10**9
NOW = datetime(2026, 8, 23, 14, 12, tzinfo=UTC)
KEYS = AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret("k" * 40))
ACTIONS = (
    "s3:ListBucket",
    "s3:GetObject",
    "s3:PutObject",
    "ec2:ImportSnapshot",
    "ec2:CreateTags",
    "ec2:DescribeSnapshots",
    "ec2:RegisterImage",
    "ec2:DescribeImages",
    "ec2:DescribeImportSnapshotTasks",
    "vmimport",
)
MACHINE = HostFacts("Linux", "x86_64", 8, 16 * GB, 200 * GB, 400 * GB, "alice", "6.8.0")
RAN = PrivilegedProbe(True, "", "Privileged container test", 0.8)
EDGE = Identity("123456789012", "arn:aws:iam::123456789012:user/edge", 1.0)
BUCKET = Bucket("acme-images", True, "eu-west-1", True)
KEY = KeyFacts(True, "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", "Enabled")
PLAIN, ROLE, HERE = Encryption(bucket_kms=False, ebs=False), RoleFacts(exists=True), RegionFacts("eu-west-1", known=True)
DATA_ROOT = "/var/lib/docker"
ENGINE = DockerFacts("unix:///var/run/docker.sock", "27.1.1", DATA_ROOT, False, False, 8, 16 * GB, "Docker version 27.1.1")


@dataclass
class World:
    """Everything a check can see; a test changes what it is about. `asked` counts the questions."""

    home: Path
    machine: HostFacts = MACHINE
    docker_disk: tuple[int, int] | None = None  # free and total bytes on a disk of its own
    writable: bool = True
    runs: bool = True  # programs on the filesystem of the checkout can be started
    read_only: bool = False  # the filesystem of the checkout
    ports_taken: dict[int, str] = field(default_factory=dict)
    containers: dict[str | int, NamedContainer] = field(default_factory=dict)  # by name, or by the port that it publishes
    tools: dict[str, str | None] = field(default_factory=lambda: {"git": "git version 2.43.0", "envsubst": "envsubst 0.21"})
    docker: DockerFacts | DockerError = ENGINE
    probe: PrivilegedProbe = RAN
    reached: dict[str, Reach] = field(default_factory=dict)
    identity: Identity | AwsError = EDGE
    bucket: Bucket | AwsError = BUCKET
    probes: dict[str, RightProbe] = field(default_factory=dict)
    rights_error: AwsError | None = None
    objects: dict[str, S3Object] = field(default_factory=dict)
    images: tuple[Image, ...] = ()
    tasks: tuple[ImportTask, ...] | AwsError = ()
    encryption: Encryption = PLAIN
    kms_key: KeyFacts | AwsError = KEY
    role: RoleFacts = ROLE
    region: RegionFacts = HERE
    environ: dict[str, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    ways: dict[str, dict[str, str]] = field(default_factory=dict)  # URL -> variables of the way that was asked for

    def ports(self) -> Ports:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "GIT_CONFIG_SYSTEM": "/dev/null", **self.environ}
        return Ports(
            clock=_Clock(),
            host=_Host(self),
            docker=_Docker(self),
            network=_Network(self),
            git=GitCommand(env),
            files=Disk(self.home / "state"),
            runs=cast(Any, None),
            aws=cast(Any, _Door(self)),
            terminal=cast(Any, None),
            environ=env,
            matrix=load_matrix(),
        )

    async def results(self, draft: Draft | None = None, *, final: bool = False) -> dict[str, CheckResult]:
        """All checks, by id."""
        context = Context(self.ports(), draft or fresh(), final)
        return {r.check.id: r for r in await run(of_route(CHECKS, context.draft.route), context, lambda _: None)}

    async def one(self, name: str, draft: Draft | None = None, *, final: bool = False) -> CheckResult:
        """One check with those it needs."""
        needed = {name}
        for check in reversed(CHECKS * 3):
            if check.id in needed:
                needed.update(check.needs)
        checks = tuple(c for c in CHECKS if c.id in needed)
        found = await run(checks, Context(self.ports(), draft or fresh(), final), lambda _: None)
        return next(r for r in found if r.check.id == name)


def answered(draft: Draft | None = None, **values: str) -> Draft:
    """A draft with keys, bucket and region."""
    texts = {"REGION": "eu-west-1", "S3_BUCKET": "acme-images", "S3_KEY": "edge-1", "IMAGE_REGISTRY": "acme", **values}
    return (draft or fresh()).after(ArgFound(texts)).after(KeysGiven(KEYS, KeySource.SECRET))


class _Clock:
    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    def ticks(self) -> float:
        return time.monotonic()


class _Host:
    def __init__(self, world: World) -> None:
        self._world = world

    async def facts(self, checkout: Path) -> HostFacts:
        self._world.asked["machine"] += 1
        return self._world.machine

    async def filesystem(self, path: Path) -> Filesystem:
        here = self._world.machine
        if path == Path(DATA_ROOT) and self._world.docker_disk is not None:
            return Filesystem(path, Path("/var"), *self._world.docker_disk, 2)
        return Filesystem(
            path, Path("/"), here.disk_free, here.disk_total, 1, self._world.writable, self._world.runs, self._world.read_only
        )

    async def port_holder(self, port: int) -> str | None:
        return self._world.ports_taken.get(port)

    async def tool_version(self, name: str) -> str | None:
        return self._world.tools.get(name)


class _Docker:
    def __init__(self, world: World) -> None:
        self._world = world

    async def facts(self) -> DockerFacts:
        self._world.asked["docker"] += 1
        if isinstance(self._world.docker, DockerError):
            raise self._world.docker
        return self._world.docker

    async def container(self, name: str) -> NamedContainer | None:
        return self._world.containers.get(name)

    async def publisher(self, port: int) -> NamedContainer | None:
        return self._world.containers.get(port)

    async def store(self) -> DockerStore:
        return DockerStore()

    async def remove_volume(self, name: str) -> bool:
        return True

    async def remove_image(self, name: str) -> bool:
        return True

    async def probe_privileged(self, image: str) -> PrivilegedProbe:
        self._world.asked[image] += 1
        tell("probe", f"a privileged container of {image}", self._world.probe.output)  # as the adapter does
        return self._world.probe


class _Network:
    def __init__(self, world: World) -> None:
        self._world = world

    async def reach(self, url: str, variables: Mapping[str, str] | None = None) -> Reach:
        self._world.asked[url] += 1
        self._world.ways[url] = dict(variables or {})
        return self._world.reached.get(url, Reach(url, "ok", 200, "200 OK", 0.2, skew=0.4))


class _Aws:
    def __init__(self, world: World) -> None:
        self._world = world

    async def identity(self) -> Identity:
        self._world.asked["identity"] += 1
        if isinstance(self._world.identity, AwsError):
            raise self._world.identity
        return self._world.identity

    async def region_facts(self) -> RegionFacts:
        return self._world.region

    async def role_facts(self, name: str) -> RoleFacts:
        self._world.asked[f"role {name}"] += 1
        return self._world.role

    async def kms_key(self, key: str) -> KeyFacts:
        self._world.asked[f"key {key}"] += 1
        if isinstance(self._world.kms_key, AwsError):
            raise self._world.kms_key
        return self._world.kms_key

    async def encryption(self, bucket: str, *, sealed: bool) -> Encryption:
        self._world.asked["encryption"] += 1
        return self._world.encryption

    async def import_tasks(self) -> tuple[ImportTask, ...]:
        if isinstance(self._world.tasks, AwsError):
            raise self._world.tasks
        return self._world.tasks

    async def bucket(self, name: str) -> Bucket:
        if isinstance(self._world.bucket, AwsError):
            raise self._world.bucket
        return self._world.bucket

    async def head(self, bucket: str, key: str) -> S3Object | None:
        return self._world.objects.get(key)

    async def with_prefix(self, bucket: str, prefix: str, limit: int = 50) -> tuple[S3Object, ...]:
        return tuple(o for k, o in self._world.objects.items() if k.startswith(prefix))

    async def images_named(self, name: str) -> tuple[Image, ...]:
        self._world.asked["images"] += 1
        return tuple(i for i in self._world.images if i.name == name)

    async def rights(
        self, bucket: str, key: str, report: Callable[[RightProbe], None], making: SnapshotSettings | None
    ) -> tuple[RightProbe, ...]:
        self._world.asked["rights"] += 1
        if self._world.rights_error:
            raise self._world.rights_error
        dry = {"ec2:ImportSnapshot", "ec2:RegisterImage", "ec2:CreateTags", "s3:PutObject"}
        return tuple(self._world.probes.get(a, RightProbe(a, Right.ALLOWED, "dry_run" if a in dry else "verified")) for a in ACTIONS)


class _Door:
    def __init__(self, world: World) -> None:
        self._world = world

    def endpoint(self) -> str:
        return self._world.environ.get("AWS_ENDPOINT_URL", "")

    async def open(self, keys: AwsKeys, region: str) -> _Aws:
        self._world.asked["open"] += 1
        return _Aws(self._world)
