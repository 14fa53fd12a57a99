"""The rehearsal's repository: cloned by git, read by the same code that reads CanvOS."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from canvos_tui.core.checkout.earthfile import read_args, read_earthfile
from canvos_tui.core.checkout.tags import CanvosTag, TagKind, classify, listed, suggested
from canvos_tui.rehearsal.repository import TAGS, git, make_repository


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("origin")
    path = make_repository(folder, sys.executable, {"scenario": "success"})
    git(folder, "clone", "--quiet", str(path), "checkout")
    return folder / "checkout"


def show(checkout: Path, tag: str, name: str) -> str:
    return git(checkout, "show", f"{tag}:{name}")


def tags(checkout: Path) -> tuple[CanvosTag, ...]:
    rows = [line.split() for line in git(checkout, "tag", "--format=%(refname:short) %(creatordate:iso-strict)").splitlines()]
    return tuple(
        classify(name, datetime.fromisoformat(date), read_earthfile(show(checkout, name, "Earthfile").encode())) for name, date in rows
    )


def test_the_tags_are_the_ones_that_need_thought(checkout):
    found = {tag.name: tag for tag in tags(checkout)}
    assert set(found) == {tag.name for tag in TAGS}
    assert suggested(tuple(found.values())) == found["v4.9.38"]
    assert not found["v4.8.5"].selectable
    assert (found["v4.10.0"].agent_differs, found["v4.10.0"].earthfile.pe_version) == (True, "v4.9.21")
    assert found["v4.9.b"].kind is TagKind.LETTER
    assert found["v4.9.38"].date == datetime(2026, 8, 8, 9, tzinfo=UTC)
    assert listed(tuple(found.values()))[0].name == "v4.10.0"


def test_tags_are_kept_in_both_ways(checkout):
    kinds = dict(line.split() for line in git(checkout, "tag", "--format=%(refname:short) %(objecttype)").splitlines())
    assert {kinds["v4.9.38"], kinds["v4.9.37"]} == {"tag", "commit"}


def test_a_checkout_has_the_files_that_the_guide_looks_at(checkout):
    git(checkout, "-c", "advice.detachedHead=false", "checkout", "--quiet", "v4.9.38")
    names = git(checkout, "ls-files").split()
    assert {".arg.template", "Earthfile", "earthly.sh", "k8s_version.json", "os_version.json", ".gitignore"} <= set(names)
    assert (checkout / "earthly.sh").stat().st_mode & 0o111
    assert {"REGION", "S3_BUCKET", "S3_KEY", "CUSTOM_TAG", "ARCH"} <= set(read_args((checkout / "Earthfile").read_text()))
    for name in (".arg", ".secret", "user-data", "build/x.raw"):
        assert git(checkout, "check-ignore", name).strip() == name
    assert git(checkout, "status", "--porcelain") == ""


def test_kubernetes_versions_have_the_guides_example(checkout):
    versions = json.loads(show(checkout, "v4.9.38", "k8s_version.json"))
    assert all("1.33.5" in versions[name] for name in ("k3s", "kubeadm", "rke2"))
    assert all(found == sorted(found, key=lambda v: tuple(map(int, v.split(".")))) for found in versions.values())
    assert "canonical" not in json.loads(show(checkout, "v4.7.21", "k8s_version.json"))


def test_a_path_with_a_blank_and_a_quote_survives_in_the_script(tmp_path):
    odd = tmp_path / "it's a python"
    path = make_repository(tmp_path, str(odd), {})
    shutil.copy("/bin/echo", odd)
    (tmp_path / "earthly.sh").write_text(git(path, "show", "v4.9.38:earthly.sh"))
    said = subprocess.run(["bash", str(tmp_path / "earthly.sh"), "+x", "--A=b c"], capture_output=True, text=True, check=True)
    assert said.stdout == "-m canvos_tui.rehearsal.build --scenario success +x --A=b c\n"


def test_git_says_why_it_refused(tmp_path):
    with pytest.raises(RuntimeError, match="not a git repository"):
        git(tmp_path, "log")
