from __future__ import annotations

from dataclasses import replace

import pytest

from canvos_tui.core.checks.check import Severity
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.errors import DockerError
from canvos_tui.core.machine import Emulation
from canvos_tui.core.status import Status
from tests.doubles.check_world import ENGINE, GB, World, answered

IDS = [
    "HOST-ARCH",
    "HOST-CPU",
    "HOST-MEM",
    "HOST-DISK",
    "HOST-CLOCK",
    "TOOL-GIT",
    "TOOL-DOCKER",
    "TOOL-DOCKER-PERM",
    "TOOL-DOCKER-PRIV",
    "TOOL-DOCKER-CONFIG",
    "TOOL-BUILDKITD",
    "TOOL-PORT-8372",
    "TOOL-ENVSUBST",
    "TOOL-EARTHLY",
    "TOOL-CRANE",
    "NET-PROXY",
    "NET-DNS",
    "NET-GITHUB",
    "NET-REGISTRY",
    "NET-QUAY",
    "NET-DOCKERHUB",
    "NET-UBUNTU",
    "NET-OPENSUSE",
    "NET-ALPINE",
    "NET-AWSCLI",
    "NET-S3",
    "NET-EBS",
    "NET-EC2",
    "REPO-CLONE",
    "REPO-TAG",
    "REPO-TARGET",
    "REPO-WHOLE",
    "REPO-DIRTY",
    "REPO-PATH",
    "REPO-SHALLOW",
    "REPO-LEFTOVERS",
    "FILE-ARG",
    "FILE-SECRET",
    "FILE-SECRET-PERM",
    "FILE-SECRET-IGNORED",
    "FILE-USERDATA",
    "AWS-CREDS",
    "AWS-KEYTYPE",
    "AWS-REGION",
    "AWS-BUCKET",
    "AWS-BUCKET-REGION",
    "AWS-S3-PUT",
    "AWS-S3-GET",
    "AWS-S3-LIST",
    "AWS-EC2-IMPORT",
    "AWS-EC2-DESC-TASKS",
    "AWS-EC2-DESC-SNAPS",
    "AWS-EC2-REGISTER",
    "AWS-EC2-DESC-IMAGES",
    "AWS-EC2-TAGS",
    "AWS-EBS-START",
    "AWS-EBS-PUT",
    "AWS-EBS-COMPLETE",
    "AWS-EBS-LIST",
    "AWS-ROLE-VMIMPORT",
    "AWS-ENCRYPTION",
    "AWS-KMS-KEY",
    "AWS-IMPORT-TASKS",
    "AWS-KEY-CLASH",
    "AWS-AMI-CLASH",
    "AWS-AMI-NAME",
]


def test_every_id_is_there_once_and_says_what_breaks():
    assert sorted(c.id for c in CHECKS) == sorted(IDS)
    by_id = {c.id: c for c in CHECKS}
    for check in CHECKS:
        assert check.why, check.id
        assert check.title, check.id
        assert check.guide.split(" ")[0].rstrip("s") in {"prerequisite", "step"}, check.id
        assert "step" in check.why, check.id
        assert all(need in by_id for need in check.needs), check.id
        assert check.limit <= 60, check.id


def test_the_categories_stand_in_the_order_of_the_guide():
    assert list(dict.fromkeys(c.category for c in CHECKS)) == ["host", "tools", "network", "repo", "files", "aws"]


async def test_a_good_machine_is_ready_and_only_required_checks_can_fail(tmp_path):
    results = await World(tmp_path).results(answered())
    assert {i for i, r in results.items() if r.status is Status.FAIL} == set()
    assert {i for i, r in results.items() if r.status is Status.SKIP} == {i for i in IDS if i.startswith(("REPO", "FILE"))}
    bad = World(tmp_path, tools={}, docker=DockerError("gone", cause="not-installed"))
    failed = [r for r in (await bad.results(answered())).values() if r.status is Status.FAIL]
    assert failed
    assert all(r.check.severity is Severity.REQUIRED for r in failed)


@pytest.mark.parametrize(
    ("change", "name", "status", "observed"),
    [
        ({}, "HOST-ARCH", Status.PASS, "Linux x86_64"),
        ({"architecture": "aarch64"}, "HOST-ARCH", Status.FAIL, "Linux aarch64"),
        ({"system": "Darwin", "architecture": "x86_64"}, "HOST-ARCH", Status.FAIL, "Darwin x86_64"),
        ({"cpus": 4.0}, "HOST-CPU", Status.PASS, "4"),
        ({"cpus": 3.5}, "HOST-CPU", Status.FAIL, "3.5"),
        ({"cpus": 0}, "HOST-CPU", Status.UNKNOWN, "the system does not tell"),
        ({"memory": 8_000_000_000}, "HOST-MEM", Status.PASS, "8.0 GB"),
        ({"memory": 7_600_000_000}, "HOST-MEM", Status.PASS, "7.6 GB"),
        ({"memory": 5_800_000_000}, "HOST-MEM", Status.FAIL, "5.8 GB"),
        ({"memory": 0}, "HOST-MEM", Status.UNKNOWN, "the system does not tell"),
    ],
)
async def test_processor_and_memory(tmp_path, change, name, status, observed):
    world = World(tmp_path)
    world.machine = replace(world.machine, **change)
    result = await world.one(name)
    assert (result.status, result.answer.observed) == (status, observed)
    assert bool(result.answer.remedies) is (status is not Status.PASS)


async def test_a_measured_number_stands_beside_the_needed_one(tmp_path):
    world = World(tmp_path)
    world.machine = replace(world.machine, memory=5_800_000_000)
    measure = (await world.one("HOST-MEM")).answer.measure
    assert measure is not None
    assert (measure.value, measure.needed, measure.unit) == (5.8, 8, "GB")


async def disk(tmp_path, here: tuple[int, int], other: tuple[int, int] | None, **world_of):
    world = World(tmp_path, docker_disk=(other[0] * GB, other[1] * GB) if other else None, **world_of)
    world.machine = replace(world.machine, disk_free=here[0] * GB, disk_total=here[1] * GB)
    return await world.one("HOST-DISK")


@pytest.mark.parametrize(
    ("free", "status", "rule"),
    [
        (150, Status.PASS, "150 GB free on / (the guide's number; a build needs about 60)"),
        (149, Status.WARN, "150 GB free on / (the guide's number; a build needs about 60)"),
        (60, Status.WARN, "150 GB free on / (the guide's number; a build needs about 60)"),
        (59, Status.FAIL, "at least 60 GB free on / (our estimate of a real build)"),
    ],
)
async def test_one_disk_for_both_is_judged_once_by_its_free_space(tmp_path, free, status, rule):
    result = await disk(tmp_path, (free, 400), None)
    assert (result.status, result.answer.required) == (status, rule)
    assert result.answer.observed == f"{free} of 400 GB free on /, for Docker and the checkout"
    assert bool(result.answer.remedies) is (status is not Status.PASS)


@pytest.mark.parametrize(
    ("here", "docker", "status", "mount"),
    [
        ((20, 100), (300, 500), Status.WARN, "/"),
        ((9, 100), (300, 500), Status.FAIL, "/"),
        ((200, 300), (50, 60), Status.FAIL, "/var"),
        ((200, 300), (300, 500), Status.PASS, ""),
        ((9, 100), (100, 120), Status.FAIL, "/"),
        ((300, 500), (300, 500), Status.PASS, ""),
    ],
)
async def test_two_disks_are_both_shown_and_the_tight_one_is_named(tmp_path, here, docker, status, mount):
    result = await disk(tmp_path, here, docker)
    assert result.status is status
    assert result.answer.observed == (
        f"{docker[0]} of {docker[1]} GB free on /var for Docker; {here[0]} of {here[1]} GB free on / for the checkout"
    )
    if mount:
        assert f"GB free on {mount} (" in result.answer.required
        assert f"GB on {mount}," in result.answer.remedies[0].text
        assert result.answer.remedies[0].commands[0].run == f"df -h {mount}"


async def test_docker_s_disk_where_the_engine_was_not_asked(tmp_path):
    silent = await disk(tmp_path, (300, 400), (300, 400), docker=DockerError("down", cause="engine-down"))
    assert silent.status is Status.PASS
    assert "the engine was not asked" in silent.answer.observed
    away = await disk(tmp_path, (300, 400), (300, 400), docker=replace(ENGINE, host="tcp://build.example:2375"))
    assert away.status is Status.WARN
    assert away.answer.observed.endswith("behind tcp://build.example:2375 and was not seen")
    assert away.answer.remedies
    desktop = await disk(tmp_path, (300, 400), (300, 400), docker=replace(ENGINE, desktop=True))
    assert desktop.answer.observed.endswith("virtual machine of Docker Desktop and was not seen")


@pytest.mark.parametrize(
    ("change", "status", "observed"),
    [
        ({"emulated": Emulation("qemu-x86_64 runs its programs")}, Status.FAIL, "Linux x86_64, but qemu-x86_64 runs its programs"),
        ({"emulated": Emulation("the kernel is aarch64")}, Status.FAIL, "Linux x86_64, but the kernel is aarch64"),
        (
            {"emulated": Emulation("the processor is QEMU TCG CPU version 2.5+", whole=True)},
            Status.WARN,
            "Linux x86_64, but the processor is QEMU TCG CPU version 2.5+: the build would take many hours",
        ),
    ],
)
async def test_a_processor_that_is_only_played(tmp_path, change, status, observed):
    world = World(tmp_path)
    world.machine = replace(world.machine, **change)
    result = await world.one("HOST-ARCH")
    assert (result.status, result.answer.observed) == (status, observed)


async def test_an_engine_on_another_processor(tmp_path):
    result = await World(tmp_path, docker=replace(ENGINE, architecture="aarch64")).one("HOST-ARCH")
    assert (result.status, result.answer.observed) == (Status.FAIL, "Linux x86_64, but Docker's engine runs on aarch64")


async def test_what_takes_processors_and_memory_away_is_named(tmp_path):
    world = World(tmp_path)
    world.machine = replace(world.machine, cpus=1.5, all_cpus=8.0, memory=4 * GB, all_memory=16 * GB)
    cpu, memory = await world.one("HOST-CPU"), await world.one("HOST-MEM")
    assert (cpu.status, cpu.answer.observed) == (Status.FAIL, "1.5, a control group allows no more of 8")
    assert memory.answer.observed == "4.0 GB, a control group allows no more of 16.0 GB"
    assert "--cpus" in cpu.answer.remedies[0].text
    small = World(tmp_path, docker=replace(ENGINE, cpus=2, memory=4 * GB))
    cpu, memory = await small.one("HOST-CPU"), await small.one("HOST-MEM")
    assert (cpu.status, cpu.answer.observed) == (Status.FAIL, "2 in the machine of Docker's engine")
    assert (memory.status, memory.answer.observed) == (Status.FAIL, "4.0 GB in the machine of Docker's engine")
    assert "virtual machine" in memory.answer.remedies[0].text
