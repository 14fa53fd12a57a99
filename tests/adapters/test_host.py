"""The machine itself, and machines whose /proc and control groups are files of ours."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from canvos_tui.adapters.machine import host
from canvos_tui.adapters.machine.host import LocalHost, cgroup_limits
from canvos_tui.adapters.processes import stat_fields
from canvos_tui.core.errors import CanvosError
from tests.waiting import soon

GB = 10**9


async def test_the_facts_are_those_of_this_machine(tmp_path):
    facts = await LocalHost(os.environ).facts(tmp_path / "not" / "there" / "yet")
    usage = shutil.disk_usage(tmp_path)
    assert (facts.system, facts.architecture, facts.kernel) == (os.uname().sysname, os.uname().machine, os.uname().release)
    assert facts.disk_total == usage.total
    assert abs(facts.disk_free - usage.free) < 2 * GB
    assert 0 < facts.cpus <= (os.cpu_count() or 1)
    assert facts.memory > 100_000_000
    assert facts.user


def machine(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


async def test_a_control_group_of_version_2_takes_cpus_and_memory_away(tmp_path):
    root = machine(
        tmp_path,
        {
            "proc/meminfo": "MemFree: 1 kB\nMemTotal:       16000000 kB\n",
            "proc/self/cgroup": "0::/user.slice/me\n",
            "sys/fs/cgroup/user.slice/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/user.slice/memory.max": "6000000000\n",
            "sys/fs/cgroup/user.slice/me/cpu.max": "max 100000\n",
            "sys/fs/cgroup/user.slice/me/memory.max": "max\n",
        },
    )
    assert cgroup_limits(root) == (1.5, 6 * GB)
    facts = await LocalHost(os.environ, root).facts(tmp_path)
    assert facts.memory == 6 * GB
    assert facts.cpus == min(1.5, len(os.sched_getaffinity(0)))


def test_a_control_group_of_version_1_takes_cpus_and_memory_away(tmp_path):
    root = machine(
        tmp_path,
        {
            "proc/self/cgroup": "5:memory:/box\n3:cpu,cpuacct:/box\n1:name=systemd:/box\n",
            "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "4000000000\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us": "200000\n",
            "sys/fs/cgroup/cpu/box/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        },
    )
    assert cgroup_limits(root) == (2.0, 4 * GB)


def test_a_container_whose_group_path_leads_nowhere_is_judged_by_the_mount(tmp_path):
    root = machine(tmp_path, {"proc/self/cgroup": "0::/../../outside\n", "sys/fs/cgroup/memory.max": "2000000000\n"})
    assert cgroup_limits(root) == (0.0, 2 * GB)


def test_no_limit_and_no_control_groups_are_no_limit(tmp_path):
    assert cgroup_limits(tmp_path) == (0.0, 0)
    root = machine(tmp_path, {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n", "sys/fs/cgroup/cpu.max": "max 100000\n"})
    assert cgroup_limits(root) == (0.0, 0)


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="elsewhere the system is asked in another way")
async def test_memory_that_the_system_does_not_tell_is_0(tmp_path):
    assert (await LocalHost(os.environ, tmp_path).facts(tmp_path)).memory == 0


def tool(folder: Path, name: str, script: str) -> LocalHost:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return LocalHost({"PATH": f"{folder}:/usr/bin:/bin"})


async def test_a_tool_tells_the_first_line_of_its_version(tmp_path):
    assert await tool(tmp_path, "crane", '[ "$1" = --version ] && echo "v1.2" && echo more').tool_version("crane") == "v1.2"
    assert await tool(tmp_path, "other", '[ "$1" = version ] && echo "0.20.2"').tool_version("other") == "0.20.2"
    assert await tool(tmp_path, "mute", "exit 3").tool_version("mute") == ""
    assert await tool(tmp_path, "mute", "exit 3").tool_version("not-there") is None


async def test_a_tool_that_cannot_be_run_says_so(tmp_path):
    (tmp_path / "git").write_bytes(b"\x7fELF broken")
    (tmp_path / "git").chmod(0o755)
    with pytest.raises(CanvosError, match="cannot be run"):
        await LocalHost({"PATH": str(tmp_path)}).tool_version("git")


async def test_a_hanging_tool_is_given_up_with_its_children(tmp_path, monkeypatch):
    monkeypatch.setattr(host, "VERSION_LIMIT", 0.5)
    slow = tool(tmp_path, "docker", f"sleep 300 & echo $! > {tmp_path}/child; wait")
    began = time.monotonic()
    with pytest.raises(CanvosError, match="no answer within"):
        await slow.tool_version("docker")
    assert time.monotonic() - began < 4
    child = int((tmp_path / "child").read_text())
    await soon(lambda: not (found := stat_fields(child)) or found[0] == "Z", said=lambda: "the child of the tool lives on")


async def test_disk_space_of_a_path_that_is_not_there_is_that_of_its_parent(tmp_path):
    found = await LocalHost(os.environ).filesystem(tmp_path / "a" / "b")
    assert (found.total, found.writable) == (shutil.disk_usage(tmp_path).total, True)
    assert found.mount.is_mount()
    assert (tmp_path / "a").parent.is_relative_to(found.mount)
