"""What this machine really is behind what `uname` says: another processor, a container, a distribution. Only files are read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from canvos_tui.core.machine import Emulation

_X86 = frozenset({"x86_64", "amd64"})
# names under which a kernel is told to run x86_64 programs by an emulator
_EMULATORS = {"qemu-x86_64": "qemu-x86_64", "rosetta": "Rosetta", "box64": "box64", "FEX-x86_64": "FEX"}


def emulated(root: Path, machine: str) -> Emulation | None:
    """How it is known that the processor of `uname` is played by a program, None when nothing says so.

    A program under qemu-user is told what it wants to hear by `uname`; the files of the kernel go around that.
    """
    if kernel := _read(root / "proc/sys/kernel/arch"):
        if kernel != machine and {kernel, machine} & _X86:
            return Emulation(f"the kernel is {kernel}")
        if kernel == machine:
            return _slow(root) if machine in _X86 else None
    if machine not in _X86:
        return None
    for name, told in _EMULATORS.items():
        if _read(root / "proc/sys/fs/binfmt_misc" / name).startswith("enabled"):
            return Emulation(f"{told} runs its programs")
    processor = _processor(root)
    if processor.get("CPU implementer"):
        return Emulation("the processor is an ARM")
    return _slow(root)


def _slow(root: Path) -> Emulation | None:
    name = _processor(root).get("model name", "")
    if "VirtualApple" in name:
        return Emulation("Rosetta runs its programs")
    return Emulation(f"the processor is {name}", whole=True) if "TCG" in name else None


def _processor(root: Path) -> dict[str, str]:
    pairs = (line.partition(":") for line in _read(root / "proc/cpuinfo").splitlines()[:64])
    return {name.strip(): value.strip() for name, _, value in pairs}


def family(root: Path) -> str:
    """ID and ID_LIKE of os-release, with a blank between; "" where there is no such file."""
    for place in ("etc/os-release", "usr/lib/os-release"):
        if text := _read(root / place):
            pairs = (line.partition("=") for line in text.splitlines())
            found = {name: value.strip("\"'") for name, _, value in pairs}
            return f"{found.get('ID', '')} {found.get('ID_LIKE', '')}".strip()
    return ""


def nested(root: Path, kernel: str) -> str:
    """`WSL`, `LXC` or `a container` where that was seen, "" otherwise."""
    if "microsoft" in kernel.lower():
        return "WSL"
    return next(_containers(root), "")


def _containers(root: Path) -> Iterator[str]:
    told = _read(root / "run/systemd/container")
    if told.startswith("lxc") or "/lxc/" in _read(root / "proc/1/cgroup") or (root / "dev/lxd/sock").exists():
        yield "LXC"
    if told or (root / ".dockerenv").exists() or (root / "run/.containerenv").exists():
        yield "a container"


def _read(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace").strip()
    return ""
