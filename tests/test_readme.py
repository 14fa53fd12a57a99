"""What the README says of the house is so: every path and name that it gives, and the table of the floors."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import canvos_tui
from canvos_tui.adapters.files import parse_yaml
from canvos_tui.arguments import build_parser
from canvos_tui.commands.build_events import Events
from canvos_tui.commands.help_topics import ENVIRONMENT
from canvos_tui.core.answers.draft_file import from_config
from canvos_tui.core.answers.matrix import SPREAD, Image, chosen, clashes, spread
from canvos_tui.core.checkout.sources import SEEN_UP_TO
from tests.test_floors import CORE

ROOT = Path(__file__).parents[1]
PACKAGE = Path(canvos_tui.__file__).parent
_BUILT = (ROOT / "README.md").read_text(encoding="utf-8").split("## How it is built", 1)[1].split("## Test it", 1)[0]
# a path, with a name that stands in that file behind a colon
NAMED = sorted(set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|yaml))(?::(\w+))?`", _BUILT)))


def found(path: str) -> Path:
    """Below the package, unless it is of the tests."""
    return (ROOT if path.startswith("tests/") else PACKAGE) / path


def names_of(path: Path) -> set[str]:
    """What stands at the top level of a module."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update(target.id for target in targets if isinstance(target, ast.Name))
    return names


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[":".join(pair).rstrip(":") for pair in NAMED])
def test_what_is_named_is_there(path, name):
    place = found(path)
    assert place.is_dir() if path.endswith("/") else place.is_file()
    assert not name or name in names_of(place)


def test_it_names_the_ways_and_the_recipes():
    assert len(NAMED) > 30
    assert [line[4:] for line in _BUILT.splitlines() if line.startswith("### ")] == [
        "To add a field",
        "To add a check",
        "To add a known error",
    ]


def test_the_floors_are_those_that_are_held():
    rows = re.findall(r"^\| (\d) \| (.*) \|$", _BUILT, re.MULTILINE)
    assert {name: int(floor) for floor, told in rows for name in re.findall(r"`(\w+)`", told)} == CORE


def test_it_names_every_variable_that_is_read_as_the_help_does():
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Environment", 1)[1].split("## Security", 1)[0]
    rows = [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in table.splitlines() if line.startswith("| ")][1:]
    assert [(names.replace("`", ""), meaning) for names, meaning in rows] == [*ENVIRONMENT]


def test_its_pictures_are_there_and_the_first_screenful_has_one_and_the_command():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)
    assert len(pictures) == 8
    assert all((ROOT / picture).is_file() for picture in pictures)
    first = "\n".join(text.splitlines()[:24])
    assert len(re.findall(r"!\[", first)) == 1
    assert "canvos-tui rehearse" in first


def test_each_of_the_ten_things_says_where_it_stands_and_up_to_which_tag_it_was_seen():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", text.split("## Ten things", 1)[1].split("\n## ", 1)[0], re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 11))
    for number, told in rows:
        _, where, until, _ = told.split(" | ")
        assert re.search(r"lines? \d+|`Earthfile` of v\d", where), number
        assert re.match(r"v\d+\.\d+\.\d+", until), number
        assert number == "1" or SEEN_UP_TO in until, number


# -- many images, and a pipeline -------------------------------------------------------------------------


def block(name: str) -> str:
    """The code between a mark of that name and the end mark."""
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```\n<!-- end -->", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, name
    return found[1]


def images() -> tuple[Image, ...]:
    return spread(parse_yaml(block("matrix"), texts=True))


def test_the_matrix_describes_four_images_that_do_not_clash():
    configs = [from_config(image.data, {}, Path("/home/me")) for image in images()]
    assert [config.problems for config in configs] == [()] * 4
    drafts = [config.draft for config in configs]
    assert {(d.text("REGION"), d.text("S3_BUCKET")) for d in drafts} == {("eu-west-1", "acme-edge-eu"), ("us-east-1", "acme-edge-us")}
    assert clashes(drafts) == ()
    assert len(set(images()[0].data) & set(SPREAD)) > 4


def words_of(line: str) -> list[str]:
    """A command as the shell hands it over, without what it opens; descriptor 3 is one that is open here."""
    words = shlex.split(line.replace("\\\n", " ").replace("3>events.jsonl", "").replace("--events 3", "--events 2"))
    return words[words.index("canvos-tui") + 1 :]


def chosen_by(line: str) -> tuple[Image, ...]:
    words = words_of(line)
    args = build_parser(words).parse_args(words)
    assert (args.config, args.yes, args.events) == (["matrix.yaml"], True, 2)
    return chosen(images(), args.only)


def packs(script: str, folder: Path) -> list[str]:
    """The runs that a script of a failed job packs, by the events of its own: one where a build was started, none where all was refused."""
    program = folder / "bin" / "canvos-tui"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$*"\n')
    program.chmod(0o755)
    said = ""
    for started in (True, False):
        with (folder / "events.jsonl").open("w") as file:
            events = Events(file.fileno())
            if started:
                events.tell("started", run="20261128-0001-aaaa", at="x", pid=1, command="y")
                events.tell("phase", run="20261128-0001-aaaa", at="x", phase="base", line=3)
            events.refused(None, 3, ["why"])
        environ = {"PATH": f"{program.parent}:/usr/bin:/bin", "CI_JOB_STATUS": "failed"}
        said += subprocess.run(["bash", "-ec", script], cwd=folder, env=environ, check=True, capture_output=True, text=True).stdout
    packed = []
    for line in said.splitlines():
        args = build_parser(words := shlex.split(line)).parse_args(words)
        assert (args.yes, Path(args.to).name) == (True, "support.zip")
        packed.append(args.run_id)
    return packed


def test_each_job_on_github_builds_one_image(tmp_path):
    document: Any = parse_yaml(block("github"))
    job = document["jobs"]["image"]
    build, bundle = [step["run"] for step in job["steps"] if "run" in step]
    matrix = job["strategy"]["matrix"]
    made: list[Image] = []
    for os_version, region in product(matrix["os"], matrix["region"]):
        line = build.replace("${{ matrix.os }}", os_version).replace("${{ matrix.region }}", region)
        assert "${{" not in line
        made += chosen_by(line)
    assert sorted(image.label for image in made) == sorted(image.label for image in images())
    assert packs(bundle, tmp_path) == ["20261128-0001-aaaa"]
    assert set(job["env"]) == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def test_each_job_on_gitlab_builds_one_image(tmp_path):
    document: Any = parse_yaml(block("gitlab"))
    job = document["image"]
    (build,) = job["script"]
    ((matrix,),) = job["parallel"].values()
    made: list[Image] = []
    for os_version, region in product(matrix["OS"], matrix["WHERE"]):
        made += chosen_by(build.replace("$OS", os_version).replace("$WHERE", region))
    assert sorted(image.label for image in made) == sorted(image.label for image in images())
    assert packs("\n".join(job["after_script"]), tmp_path) == ["20261128-0001-aaaa"]
