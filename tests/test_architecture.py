"""Rules that matter are tests: who may import whom, how long things get, what start-up loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import canvos_tui

ROOT = Path(canvos_tui.__file__).parent
MODULES = sorted(p for p in ROOT.rglob("*.py") if "__pycache__" not in p.parts)
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "misc", "manager"}
# folder -> the folders and modules of ours that it may import
MAY_IMPORT = {
    "core": {"core"},
    "adapters": {"adapters", "core"},
    "tui": {"tui", "core"},
    "plain": {"plain", "core"},
    "rehearsal": {"rehearsal", "core"},
    "supervisor": {"supervisor", "adapters", "core"},
}
CORE_OUTSIDE = {
    "textual",
    "rich",
    "boto3",
    "botocore",
    "docker",
    "yaml",
    "dotenv",
    "subprocess",
    "socket",
    "asyncio.subprocess",
    "shutil",
    "tempfile",
}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def wayward_imports(path: Path) -> Iterator[str]:
    parts = path.relative_to(ROOT).parts
    allowed = MAY_IMPORT.get(parts[0])
    if allowed is None:
        return
    for name in imports_of(path):
        ours = name.split(".")
        if ours[0] == "canvos_tui" and len(ours) > 1 and ours[1] not in allowed | {"__version__"}:
            yield f"{name_of(path)} imports {name}"


def impurities(path: Path) -> Iterator[str]:
    if path.relative_to(ROOT).parts[0] != "core":
        return
    yield from (f"{name_of(path)} imports {n}" for n in imports_of(path) if n.split(".")[0] in CORE_OUTSIDE or n in CORE_OUTSIDE)
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            direct = called.endswith((".read_text", ".write_text", ".read_bytes", ".write_bytes"))
            files = called.split(".")[-2:][0] == "files"  # the Files port has such names too
            if called in {"open", "datetime.now", "time.time", "time.monotonic", "os.getenv"} or (direct and not files):
                yield f"{name_of(path)}:{node.lineno} calls {called}"


def lengths(path: Path) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").count("\n")
    if lines > LONGEST_MODULE:
        yield f"{name_of(path)} has {lines} lines"
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > LONGEST_FUNCTION:
                yield f"{name_of(path)}:{node.lineno} {node.name} has {size} lines"


def drawers(path: Path) -> Iterator[str]:
    if path.stem in FORBIDDEN_NAMES:
        yield name_of(path)
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ClassDef) and "Manager" in node.name:
            yield f"{name_of(path)}:{node.lineno} {node.name}"


def programs_of_asyncio(path: Path) -> Iterator[str]:
    """Cancelled while they start they hold up the end of the event loop, see `adapters.programs`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and node.attr in {"create_subprocess_exec", "create_subprocess_shell"}:
            yield f"{name_of(path)}:{node.lineno} {node.attr}"


@pytest.mark.parametrize("rule", [wayward_imports, impurities, lengths, drawers, programs_of_asyncio], ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(rule: Callable[[Path], Iterator[str]]) -> None:
    assert len(MODULES) > 100, "there is something to look at"
    broken = [told for path in MODULES for told in rule(path)]
    assert not broken, "\n".join(broken)


def test_the_command_line_starts_light() -> None:
    code = (
        "import sys; import canvos_tui.cli;"
        "heavy = {'textual', 'rich', 'boto3', 'botocore', 'docker', 'yaml', 'dotenv', 'asyncio'} & set(sys.modules);"
        "print(sorted(heavy)); sys.exit(bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
