"""This machine as a build would get it: the numbers of the kernel, less what a control group takes away."""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from canvos_tui.adapters import threads
from canvos_tui.adapters.files import free_bytes, same_filesystem
from canvos_tui.adapters.machine import listening, surroundings
from canvos_tui.adapters.programs import Program
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.machine import Filesystem, HostFacts
from canvos_tui.core.secret import without_keys
from canvos_tui.core.values.heard import tell

VERSION_LIMIT = 5.0  # seconds for `TOOL --version`


class LocalHost:
    """Implements the Host port. `root` is where /proc and /sys are found."""

    def __init__(self, environ: Mapping[str, str], root: Path = Path("/")) -> None:
        self._environ = {**without_keys(environ), "LC_ALL": "C"}
        self._path = environ.get("PATH", os.defpath)
        self._root = root

    async def facts(self, checkout: Path) -> HostFacts:
        """The machine, and the disk that holds `checkout` or would hold it. What cannot be learned is 0."""
        return await threads.call(lambda: self._facts(checkout))

    def _facts(self, checkout: Path) -> HostFacts:
        free, total = free_bytes(checkout)
        name = os.uname()
        cpus, memory = cgroup_limits(self._root)
        all_cpus, all_memory = float(_cpus()), _memory(self._root)
        tell("kernel", "uname(2)", f"{name.sysname} {name.release} {name.version} {name.machine}")
        seen = [value for value in (all_memory, memory) if value]
        return HostFacts(
            system=name.sysname,
            architecture=name.machine,
            cpus=min(all_cpus, cpus or float("inf")),
            memory=min(seen, default=0),
            disk_free=free,
            disk_total=total,
            user=_user(),
            kernel=name.release,
            all_cpus=all_cpus,
            all_memory=all_memory,
            emulated=surroundings.emulated(self._root, name.machine),
            family=surroundings.family(self._root),
            nested=surroundings.nested(self._root, name.release),
            systemd=(self._root / "run/systemd/system").is_dir(),
        )

    async def filesystem(self, path: Path) -> Filesystem:
        """The filesystem that holds `path` (or its nearest existing parent), and whether `path` can be written to."""
        try:
            return await threads.call(lambda: _filesystem(path))
        except OSError as error:
            raise CanvosError(f"cannot look at the disk of {path}: {error.strerror}") from None

    async def port_holder(self, port: int) -> str | None:
        """Who listens on a TCP port of this machine, None when it is free."""
        return await threads.call(lambda: listening.holder(port, self._root))

    async def tool_version(self, name: str) -> str | None:
        """First line of `name --version`; "" where the tool tells none, None when it is not on PATH."""
        found = await threads.call(lambda: shutil.which(name, path=self._path))
        if found is None:
            tell(name, f"{name} in {self._path}", "no such program")
            return None
        for words in (("--version",), ("version",)):  # crane knows the second spelling only
            code, line = await self._first_line(found, words)
            if code == 0:
                return line
        return ""

    async def _first_line(self, program: str, words: tuple[str, ...]) -> tuple[int, str]:
        topic, asked = Path(program).name, shlex.join((program, *words))
        try:
            ended = await Program((program, *words), self._environ).run(VERSION_LIMIT)
        except TimeoutError:
            tell(topic, asked, f"no answer within {VERSION_LIMIT:.0f} s", ran=True)
            raise CanvosError(f"`{Path(program).name} {words[0]}` gave no answer within {VERSION_LIMIT:.0f} s") from None
        except OSError as error:
            tell(topic, asked, error.strerror or str(error), ran=True)
            raise CanvosError(f"{program} cannot be run: {error.strerror}", remedy="install it again") from None
        tell(topic, asked, (ended.out + ended.err).decode("utf-8", "replace").strip(), ended.code, ran=True)
        lines = ended.out.decode("utf-8", "replace").strip().splitlines()
        return ended.code, lines[0][:200] if lines else ""


def _filesystem(path: Path) -> Filesystem:
    """Looked at without a process; a folder that nobody may enter ends at its parent."""
    there = same_filesystem(path)
    device = there.stat().st_dev
    mount = there.resolve()
    while mount != mount.parent and mount.parent.stat().st_dev == device:
        mount = mount.parent
    room = os.statvfs(there)
    read_only = bool(room.f_flag & os.ST_RDONLY)
    writable = os.access(there, os.W_OK) and not read_only
    runs = not room.f_flag & getattr(os, "ST_NOEXEC", 0)  # Linux only
    tell(
        "disk",
        f"statvfs({there}), access({there}, W_OK)",
        f"mounted at {mount}, device {device}\n{room.f_bavail} blocks free of {room.f_blocks}, {room.f_frsize} bytes each\n"
        f"{'read-only' if read_only else 'read-write'}, {'exec' if runs else 'noexec'}; {'may' if writable else 'may not'} be written to",
    )
    return Filesystem(path, mount, room.f_bavail * room.f_frsize, room.f_blocks * room.f_frsize, device, writable, runs, read_only)


def _cpus() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    found = len(affinity(0)) if affinity else os.cpu_count() or 0
    tell("cpus", "sched_getaffinity(2)" if affinity else "os.cpu_count()", f"{found} processors")
    return found


def _user() -> str:
    """Who this process is; the name in the environment is somebody else's under sudo."""
    import pwd

    try:
        found = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        found = str(os.geteuid())
    tell("user", "geteuid(2) and the user database", f"{os.geteuid()} {found}")
    return found


def _memory(root: Path) -> int:
    """Bytes of memory, 0 when the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in (root / "proc/meminfo").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("MemTotal:"):
                tell("memory", f"read {root / 'proc/meminfo'}", line)
                return int(line.split()[1]) * 1024
    if platform.system() == "Linux":
        return 0
    with contextlib.suppress(OSError, ValueError):
        pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
        tell("memory", "sysconf(3)", f"{pages} pages of {page} bytes")
        return max(0, pages * page)
    return 0


def cgroup_limits(root: Path) -> tuple[float, int]:
    """CPUs and bytes that the control groups of this process allow, version 1 or 2; 0 stands for no limit."""
    cpus: list[float] = []
    memory: list[int] = []
    for controller, folder in _groups(root):
        if controller in {"", "cpu"} and (quota := _cpu_quota(folder)):
            cpus.append(quota)
        if controller in {"", "memory"}:
            memory += [n for name in ("memory.max", "memory.limit_in_bytes") if (n := _number(folder / name, "memory")) is not None]
    real = [n for n in memory if 0 < n < 1 << 60]  # version 1 writes "no limit" as a number near 2**63
    return min(cpus, default=0.0), min(real, default=0)


def _groups(root: Path) -> Iterator[tuple[str, Path]]:
    """Every group above this process with its controller ("" in version 2), from the innermost to the mount."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    mount = root / "sys/fs/cgroup"
    for line in lines:
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        for controller in names.split(","):
            # a container sees its own group as the mount itself, so the path may lead nowhere below it
            top = mount / controller if controller else mount
            inner = top / path.lstrip("/")
            while inner != top and top in inner.parents:
                yield controller, inner
                inner = inner.parent
            yield controller, top


def _cpu_quota(folder: Path) -> float:
    """CPUs that a group may use, 0 for no limit."""
    with contextlib.suppress(OSError, ValueError):
        quota, period = (text := (folder / "cpu.max").read_text(encoding="ascii")).split()
        tell("cpus", f"read {folder / 'cpu.max'}", text.strip())
        return 0.0 if quota == "max" else int(quota) / int(period)
    quota_v1, period_v1 = (_number(folder / name, "cpus") for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us"))
    return quota_v1 / period_v1 if quota_v1 and period_v1 and quota_v1 > 0 else 0.0


def _number(path: Path, topic: str) -> int | None:
    try:
        text = path.read_text(encoding="ascii")
        tell(topic, f"read {path}", text.strip())
        return int(text)
    except (OSError, ValueError):
        return None
