"""Every way for the machine's checks to come out: this machine, files as its kernel would show them, a full disk, engines of our own."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import canvos_tui
from canvos_tui.adapters.machine.host import LocalHost
from canvos_tui.core.status import Status
from tests.causes.real import Real, ask, at, on_engine, on_host
from tests.causes.told import assert_told
from tests.doubles.check_world import GB, MACHINE, World
from tests.doubles.fake_engine import INFO, FakeEngine
from tests.doubles.http_server import unix
from tests.doubles.local_engine import engine

PASS, WARN, FAIL, UNKNOWN = Status.PASS, Status.WARN, Status.FAIL, Status.UNKNOWN
LINUX = pytest.mark.skipif(sys.platform != "linux" or platform.machine() != "x86_64", reason="is about Linux on x86_64")


def kernel(root: Path, **files: str) -> Path:
    """The files of a kernel; `__` in a name stands for `/`."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def short(tmp_path_factory) -> Path:
    """A path that is short enough for a unix socket."""
    return Path(tmp_path_factory.mktemp("d"))


# -- processor and system ------------------------------------------------------------------------------------------


@LINUX
async def test_this_machine(tmp_path):
    result = await ask(on_host(tmp_path, Path("/")), "HOST-ARCH")
    assert_told(result, PASS, "Linux x86_64", how="this machine")


@pytest.mark.parametrize(("system", "architecture"), [("Darwin", "arm64"), ("Darwin", "x86_64"), ("Linux", "aarch64")])
async def test_another_machine_is_the_first_line(tmp_path, system, architecture):
    world = World(tmp_path, machine=replace(MACHINE, system=system, architecture=architecture))
    results = await world.results()
    assert_told(results["HOST-ARCH"], FAIL, f"{system} {architecture}", how=f"the host port says {system} {architecture}")
    assert next(r for r in results.values() if r.blocks).check.id == "HOST-ARCH"


@LINUX
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("qemu-x86_64", "Linux x86_64, but qemu-x86_64 runs its programs"),
        ("rosetta", "Linux x86_64, but Rosetta runs its programs"),
        ("box64", "Linux x86_64, but box64 runs its programs"),
    ],
)
async def test_an_emulator_that_is_registered_for_x86_64(tmp_path, name, words):
    root = kernel(tmp_path / "r", **{f"proc__sys__fs__binfmt_misc__{name}": "enabled\ninterpreter /usr/bin/emulator\n"})
    assert_told(
        await ask(on_host(tmp_path, root), "HOST-ARCH"), FAIL, words, how=f"the kernel's files have an enabled binfmt_misc entry {name}"
    )


@LINUX
async def test_a_kernel_of_another_processor(tmp_path):
    root = kernel(tmp_path / "r", proc__sys__kernel__arch="aarch64\n")
    words = "Linux x86_64, but the kernel is aarch64"
    assert_told(await ask(on_host(tmp_path, root), "HOST-ARCH"), FAIL, words, how="uname says x86_64, /proc/sys/kernel/arch says aarch64")


@LINUX
@pytest.mark.parametrize(
    ("cpuinfo", "status", "words", "how"),
    [
        ("CPU implementer : 0x61\n", FAIL, "but the processor is an ARM", "an ARM's, as an old qemu-user lets through"),
        ("model name : VirtualApple @ 2.50GHz\n", FAIL, "but Rosetta runs its programs", "that of Rosetta"),
        ("model name : QEMU TCG CPU version 2.5+\n", WARN, "the build would take many hours", "that of QEMU without KVM"),
    ],
)
async def test_a_processor_that_is_only_played(tmp_path, cpuinfo, status, words, how):
    root = kernel(tmp_path / "r", proc__cpuinfo=cpuinfo)
    assert_told(await ask(on_host(tmp_path, root), "HOST-ARCH"), status, words, how=f"uname says x86_64, /proc/cpuinfo is {how}")


PERSONALITY = """
import asyncio, ctypes, sys
from pathlib import Path
from tests.causes.real import ask, on_host
from tests.causes.told import assert_told
from canvos_tui.core.run.result import Status

assert ctypes.CDLL(None).personality(8) >= 0  # PER_LINUX32
result = asyncio.run(ask(on_host(Path(sys.argv[1]), Path("/")), "HOST-ARCH"))
assert_told(result, Status.FAIL, "Linux i686", how="the process has the 32-bit personality, so that uname says i686")
"""


@LINUX
def test_a_process_that_takes_itself_for_32_bits(tmp_path):
    if ctypes.CDLL(None).personality(ctypes.c_ulong(0xFFFFFFFF)) < 0:
        pytest.skip("personalities are not allowed here")
    env = {**os.environ, "PYTHONPATH": str(Path(canvos_tui.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", PERSONALITY, str(tmp_path)], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


async def test_an_engine_on_another_processor(tmp_path, short):
    arm = FakeEngine(_info=("200 OK", {**INFO, "Architecture": "aarch64"}))
    with unix(short / "docker.sock", arm.handle):
        result = await ask(on_engine(tmp_path, engine(short)), "HOST-ARCH")
    assert_told(result, FAIL, "but Docker's engine runs on aarch64", how="an engine of ours says Architecture aarch64")


# -- processors and memory -----------------------------------------------------------------------------------------


def limited(root: Path, cpu: str = "max 100000", memory: str = "max") -> Path:
    return kernel(
        root,
        proc__meminfo="MemTotal:       16000000 kB\n",
        proc__self__cgroup="0::/user.slice/me\n",
        **{"sys__fs__cgroup__user.slice__cpu.max": f"{cpu}\n", "sys__fs__cgroup__user.slice__memory.max": f"{memory}\n"},
    )


async def test_enough_of_both(tmp_path):
    world = World(tmp_path, machine=replace(MACHINE, cpus=4, memory=8 * GB))
    assert_told(await ask(world, "HOST-CPU"), PASS, "4 (needs: 4)", how="the host port says 4 CPUs")
    assert_told(await ask(world, "HOST-MEM"), PASS, "8.0 GB", how="the host port says 8 GB")
    few = World(tmp_path, machine=replace(MACHINE, cpus=2, memory=4 * GB))
    assert_told(await ask(few, "HOST-CPU"), FAIL, "2 (needs: 4)", how="the host port says 2 CPUs")
    assert_told(await ask(few, "HOST-MEM"), FAIL, "4.0 GB (needs: 8 GB)", how="the host port says 4 GB")


@LINUX
async def test_a_control_group_of_version_2(tmp_path):
    root = limited(tmp_path / "r", cpu="150000 100000", memory="6000000000")
    result = await ask(on_host(tmp_path, root), "HOST-CPU")
    assert_told(result, FAIL, "1.5, a control group allows no more of ", how="cpu.max of the control group is 150000 100000")
    result = await ask(on_host(tmp_path, root), "HOST-MEM")
    assert_told(result, FAIL, "6.0 GB, a control group allows no more of 16.4 GB", how="memory.max of the control group is 6000000000")
    assert "--memory" in result.answer.remedies[0].text


@LINUX
async def test_a_control_group_of_version_1(tmp_path):
    group = {
        "sys__fs__cgroup__memory__box__memory.limit_in_bytes": "4000000000\n",
        "sys__fs__cgroup__cpu__box__cpu.cfs_quota_us": "100000\n",
        "sys__fs__cgroup__cpu__box__cpu.cfs_period_us": "100000\n",
    }
    root = kernel(
        tmp_path / "r",
        proc__meminfo="MemTotal:       16000000 kB\n",
        proc__self__cgroup="5:memory:/box\n3:cpu:/box\n",
        **group,
    )
    assert_told(await ask(on_host(tmp_path, root), "HOST-CPU"), FAIL, "1, a control group", how="cpu.cfs_quota_us of a version 1 group")
    assert_told(
        await ask(on_host(tmp_path, root), "HOST-MEM"), FAIL, "4.0 GB, a control group", how="memory.limit_in_bytes of a version 1 group"
    )


@LINUX
async def test_memory_that_the_kernel_does_not_tell(tmp_path):
    (tmp_path / "r").mkdir()
    assert_told(
        await ask(on_host(tmp_path, tmp_path / "r"), "HOST-MEM"), UNKNOWN, "the system does not tell", how="there is no /proc/meminfo"
    )


async def test_processors_that_the_system_does_not_tell(tmp_path):
    world = World(tmp_path, machine=replace(MACHINE, cpus=0))
    assert_told(await ask(world, "HOST-CPU"), UNKNOWN, "the system does not tell", how="the host port says 0 CPUs")


async def test_an_engine_in_a_smaller_machine(tmp_path, short):
    small = FakeEngine(_info=("200 OK", {**INFO, "NCPU": 2, "MemTotal": 4 * GB}))
    with unix(short / "docker.sock", small.handle):
        world = on_engine(tmp_path, engine(short))
        cpu, memory = await ask(world, "HOST-CPU"), await ask(world, "HOST-MEM")
    assert_told(cpu, FAIL, "2 in the machine of Docker's engine", how="an engine of ours says NCPU 2")
    assert_told(memory, FAIL, "4.0 GB in the machine of Docker's engine", how="an engine of ours says MemTotal 4 GB")


# -- disk ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path) -> Iterator[Path]:
    """A tmpfs of 64 MB, full but for a little."""
    place = tmp_path / "small"
    place.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)], capture_output=True, check=False)
    if not done or done.returncode:
        pytest.skip("a filesystem can be mounted by root only")
    try:
        (place / "filling").write_bytes(b"x" * 60_000_000)
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def roomy(free: int, total: int = 400) -> World:
    return Real(Path("/"), machine=replace(MACHINE, disk_free=free * GB, disk_total=total * GB))


async def test_docker_s_data_root_on_a_full_filesystem(tmp_path, short, small):
    full = FakeEngine(_info=("200 OK", {**INFO, "DockerRootDir": str(small / "docker")}))
    with unix(short / "docker.sock", full.handle):
        world = on_engine(tmp_path, engine(short))
        world.host_port = LocalHost({"PATH": "/usr/bin:/bin"})
        result = await ask(world, "HOST-DISK")
    assert_told(result, FAIL, f"0 of 0 GB free on {small} for Docker", how="Docker's data root lies on a tmpfs that was filled")
    assert f"at least 60 GB free on {small}" in result.answer.required


async def test_the_checkout_on_a_full_filesystem(tmp_path, short, small):
    with unix(short / "docker.sock", FakeEngine(_info=("200 OK", {**INFO, "DockerRootDir": str(tmp_path)})).handle):
        world = on_engine(tmp_path, engine(short))
        world.host_port = LocalHost({"PATH": "/usr/bin:/bin"})
        result = await ask(world, "HOST-DISK", at(small / "CanvOS"))
    assert_told(result, FAIL, f"0 of 0 GB free on {small} for the checkout", how="the checkout lies on a tmpfs that was filled")


@pytest.mark.parametrize(
    ("free", "status", "words"),
    [
        (200, PASS, "200 of 400 GB free on /, for Docker and the checkout"),
        (100, WARN, "150 GB free on / (the guide's number; a build needs about 60)"),
        (40, FAIL, "at least 60 GB free on / (our estimate of a real build)"),
    ],
)
async def test_each_rule_of_the_disk(free, status, words):
    assert_told(await ask(roomy(free), "HOST-DISK"), status, words, how=f"the host port says {free} of 400 GB free")


async def test_an_engine_whose_disk_cannot_be_seen(tmp_path, short):
    desktop = FakeEngine(_info=("200 OK", {**INFO, "OperatingSystem": "Docker Desktop"}))
    with unix(short / "docker.sock", desktop.handle):
        result = await ask(on_engine(tmp_path, engine(short)), "HOST-DISK")
    assert_told(
        result, WARN, "Docker's disk lies in the virtual machine of Docker Desktop", how="an engine of ours says that it is Docker Desktop"
    )


async def test_a_disk_that_cannot_be_looked_at(tmp_path):
    world = on_host(tmp_path, Path("/"))
    result = await ask(world, "HOST-DISK", at(tmp_path / ("x" * 300)))
    assert_told(result, UNKNOWN, "File name too long", how="the checkout's name has 300 letters")
