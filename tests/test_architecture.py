"""Rules that matter are tests: who may import whom, how long things get, what start-up loads."""

from __future__ import annotations

import ast
import subprocess
import sys
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


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    allowed = MAY_IMPORT.get(room)
    if allowed is None:
        return
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "canvos_tui" or len(parts) == 1:
            continue
        assert parts[1] in allowed | {"__version__"}, f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("path", [p for p in MODULES if p.relative_to(ROOT).parts[0] == "core"], ids=name_of)
def test_the_core_is_pure(path: Path) -> None:
    outside = {n for n in imports_of(path) if n.split(".")[0] in CORE_OUTSIDE or n in CORE_OUTSIDE}
    assert not outside, f"{name_of(path)} imports {outside}"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in {"open", "datetime.now", "time.time", "time.monotonic", "os.getenv"}, f"{name_of(path)}: {called}"
            direct = called.endswith((".read_text", ".write_text", ".read_bytes", ".write_bytes"))
            assert not direct or called.split(".")[-2] == "files", f"{name_of(path)}: {called}"  # the Files port has such names too


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE, f"{name_of(path)} has {text.count(chr(10))} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            assert size <= LONGEST_FUNCTION, f"{name_of(path)}:{node.lineno} {node.name} has {size} lines"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_drawer_for_everything(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            assert "Manager" not in node.name


def test_the_command_line_starts_light() -> None:
    code = (
        "import sys; import canvos_tui.cli;"
        "heavy = {'textual', 'rich', 'boto3', 'botocore', 'docker', 'yaml', 'dotenv', 'asyncio'} & set(sys.modules);"
        "print(sorted(heavy)); sys.exit(bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
