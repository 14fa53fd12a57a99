"""The house has floors: a folder imports lower floors only. And no room holds more than can be seen at a glance."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import canvos_tui

ROOT = Path(canvos_tui.__file__).parent
# folder or module -> how high it stands; what is not named stands at the bottom
CORE = {
    "questions": 8,
    "readiness": 7,
    **dict.fromkeys(("session", "bundle", "publish"), 6),
    **dict.fromkeys(("checks", "diagnosis", "guide", "leftovers", "stages", "terminal"), 5),
    **dict.fromkeys(("answers", "log", "verdict"), 4),
    **dict.fromkeys(("checkout", "run"), 3),
    **dict.fromkeys(("aws", "masking"), 2),
    **dict.fromkeys(("command_words", "errors", "secret", "text", "status", "machine", "pages", "escapes", "exit_codes"), 1),
    "values": 0,
}
ADAPTERS = {
    "terminal": 6,
    "runs": 5,
    "bundled": 5,
    "docker": 4,
    "last_passed": 3,
    "machine": 3,
    **dict.fromkeys(("files", "git", "log", "network", "ebs", "catalogue"), 2),
    **dict.fromkeys(("settings", "aws", "explanations", "clock", "crash_file", "compatibility", "append_file", "programs"), 1),
    **dict.fromkeys(("threads", "processes", "regular_file", "new_file", "state_folder"), 0),
}
TUI = {
    **dict.fromkeys(("doctor_app", "bundle"), 8),
    "app": 7,
    "steps": 6,
    **dict.fromkeys(("page", "log"), 5),
    "step_panel": 4,
    **dict.fromkeys(("dialogs", "pace"), 3),
    "widgets": 2,
    "way": 2,
    "theme": 2,
    **dict.fromkeys(("messages", "checks", "doorstep", "job_control", "opening"), 1),
    "key_order": 1,
    **dict.fromkeys(("textual_inside", "reflex", "painting", "collector"), 0),
}
PLAIN = {
    "conversation": 7,
    "review": 6,
    "start": 5,
    "checks": 4,
    "user_data": 4,
    "keys": 5,
    "s3": 4,
    **dict.fromkeys(("fields", "kubernetes", "repo"), 3),
    "walk": 2,
    **dict.fromkeys(("desk", "help", "talk"), 1),
}
GATE = "ports"  # beside the floors: everybody may import it; it imports values only, and no value imports it
MOST, LISTS = 16, {"tui/steps", "commands"}  # modules in a folder; lists by design may be longer
MOST_IN_CORE = 12


def modules() -> dict[str, Path]:
    """Every module below the package by its dotted name without the package's own; `a.b` for `a/b/__init__.py` too."""
    found = {}
    for path in ROOT.rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def imports(known: dict[str, Path]) -> Iterator[tuple[str, str]]:
    """Each importing module with each module of ours that it imports, wherever in its text that stands."""
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("canvos_tui"):
                base = (node.module or "").removeprefix("canvos_tui").lstrip(".")
                for alias in node.names:
                    inner = f"{base}.{alias.name}".lstrip(".")
                    yield name, inner if inner in known else base


def wrong_ways(room: str, floors: dict[str, int]) -> list[str]:
    """The imports inside a room that go up, or across on one floor."""
    found = []
    for importer, imported in imports(modules()):
        if not importer.startswith(f"{room}.") or not imported.startswith(f"{room}."):
            continue
        one, other = importer.split(".")[1], imported.split(".")[1]
        if one == other or GATE in {one, other}:
            continue
        if floors[one] <= floors[other]:
            found.append(f"{importer} (floor {floors[one]}) imports {imported} (floor {floors[other]})")
    return found


def test_every_folder_has_a_floor() -> None:
    for room, floors in (("core", CORE), ("adapters", ADAPTERS), ("tui", TUI), ("plain", PLAIN)):
        found = {name.split(".")[1] for name in modules() if name.startswith(f"{room}.")} - {GATE}
        assert found == set(floors)


def test_core_imports_lower_floors_only() -> None:
    assert wrong_ways("core", CORE) == []


def test_adapters_import_lower_floors_only() -> None:
    assert wrong_ways("adapters", ADAPTERS) == []


def test_the_screens_import_lower_floors_only() -> None:
    """`app` shows `steps` and `page`, a dialog may hold a widget; no widget opens a dialog: it asks its panel to."""
    assert wrong_ways("tui", TUI) == []


def test_the_questions_import_lower_floors_only() -> None:
    assert wrong_ways("plain", PLAIN) == []


def test_no_two_modules_import_each_other_by_any_way_round() -> None:
    known = modules()
    goes_to: dict[str, set[str]] = {name: set() for name in known}
    for importer, imported in imports(known):
        if imported in known and imported != importer:
            goes_to[importer].add(imported)
    left = dict(goes_to)
    while free := [name for name, to in left.items() if not to & set(left)]:
        for name in free:
            del left[name]
    assert sorted(left) == []


def test_the_gate_knows_values_and_no_value_knows_the_gate() -> None:
    found = list(imports(modules()))
    values = {b for a, b in found if a.startswith(f"core.{GATE}") and not b.startswith(f"core.{GATE}")}
    assert values, "the gate imports nothing: this test looks at the wrong place"
    assert [f"{a} imports the gate" for a, b in found if a in values and b.startswith(f"core.{GATE}")] == []


def test_a_folder_holds_no_more_than_can_be_seen_at_a_glance() -> None:
    held = Counter(path.parent.relative_to(ROOT).as_posix() for path in modules().values() if path.name != "__init__.py")
    assert [f"{folder}: {n} modules" for folder, n in sorted(held.items()) if n > MOST and folder not in LISTS] == []
    assert held["core"] <= MOST_IN_CORE


def test_every_folder_says_in_a_sentence_what_it_holds() -> None:
    silent = [p for p in ROOT.rglob("__init__.py") if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert silent == []
