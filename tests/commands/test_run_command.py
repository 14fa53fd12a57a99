"""`run`: the whole path from an answers file to the AMI, as a process, on the rehearsal's stage."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import boto3
import pytest

from canvos_tui.commands.run import known_ids
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.escapes import plain
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.rehearsal.repository import git
from tests import samples
from tests.on_stage import OnStage, on_stage, staged, tree
from tests.waiting import until

AMI = re.compile(r"ami-[0-9a-f]{17}")
_numbers = count(1)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory):
    with staged(tmp_path_factory.mktemp("stage"), pace=0.01) as found:
        yield found


@pytest.fixture
def scene(stage, tmp_path):
    """A home of its own on the module's stage; the S3 key is new each time, because the stand-in remembers."""
    found = OnStage(tmp_path, stage, 0.01, key=f"edge-{next(_numbers)}")
    yield found
    found.close()


def clone(scene: OnStage, tag: str = "v4.9.38") -> Path:
    git(scene.home, "clone", "--quiet", str(scene.stage.repository), str(scene.checkout))
    git(scene.checkout, "-c", "advice.detachedHead=false", "checkout", "--quiet", tag)
    return scene.checkout


def bucket(scene: OnStage):
    keys = scene.stage.keys
    session = boto3.session.Session(
        aws_access_key_id=keys.key_id, aws_secret_access_key=keys.secret.reveal(), region_name=scene.stage.region
    )
    return session.client("s3", endpoint_url=scene.stage.endpoint)


def assert_nowhere(scene: OnStage, *said: str) -> None:
    """The secret is in .secret, 0600, and in nothing else that we wrote or printed."""
    for text in said:
        assert scene.secret not in text
    holders = [name for name, (_, data) in tree(scene.home).items() if scene.secret.encode() in data]
    assert holders == ["CanvOS/.secret"]
    assert (scene.checkout / ".secret").stat().st_mode & 0o777 == 0o600


# -- to the AMI ------------------------------------------------------------------------------------------


def test_from_nothing_to_an_ami_and_never_twice_under_one_name(scene):
    done = scene.inside("run", "--config", scene.answers(), "--yes")
    assert done.returncode == 0, done.stderr
    ami = done.stdout.splitlines()[-1]
    assert AMI.fullmatch(ami)
    (info,) = scene.infos()
    assert (info.ami, info.outcome, info.tag) == (ami, Outcome.SUCCEEDED, "v4.9.38")
    for part in ("git clone", "git checkout v4.9.38", "+S3_KEY=edge-", "Snapshot import", "canvos-tui: DONE", f"AMI       {ami}"):
        assert part in done.stderr
    assert "+aws-cloud-image" in done.stdout
    assert scene.secret in (scene.checkout / ".secret").read_text()
    assert_nowhere(scene, done.stdout, done.stderr)
    assert "\x1b" not in done.stdout + done.stderr

    told = scene.inside("status", "--output", "json")
    (row,) = json.loads(told.stdout)["runs"]
    assert (row["id"], row["state"], row["ami"]) == (info.run_id, "succeeded", ami)
    for line in (f"AMI       {ami}", str(scene.runs.log_path(info.run_id))):
        assert line in scene.inside("status", info.run_id).stdout
    seen = scene.inside("validate", "--checkout", str(scene.checkout), "--output", "json")
    assert seen.returncode == 0
    assert json.loads(seen.stdout)["valid"] is True
    assert ami in seen.stdout

    before = tree(scene.checkout)
    again = scene.inside("run", "--config", scene.answers(), "--yes")
    assert again.returncode == 3
    assert f"{scene.key} exists" in again.stderr
    assert ami in again.stderr
    assert len(scene.infos()) == 1
    assert tree(scene.checkout) == before


def test_an_object_under_the_key_is_told_before_anything_is_written(scene):
    clone(scene)
    bucket(scene).put_object(Bucket=scene.stage.bucket, Key=scene.key, Body=b"old")
    before = tree(scene.checkout)
    done = scene.inside("run", "--config", scene.answers(), "--yes")
    assert done.returncode == 3
    assert f"{scene.key} exists" in done.stderr
    assert tree(scene.checkout) == before
    assert scene.infos() == ()


@pytest.mark.parametrize("words", samples.every([("run", "--plain"), ("--plain", "run")], lambda: [("--plain", "run")]))
def test_plain_in_a_pipe_prints_while_the_build_goes_on(scene, words):
    process = scene.begin(*words, "--config", scene.answers(), "--yes")
    assert process.stdout is not None
    first = process.stdout.readline()
    assert [info.live for info in scene.infos()] == [True], process.communicate()
    out = process.stdout.read()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    *lines, ami = (first + out).splitlines()
    assert AMI.fullmatch(ami)
    assert lines == [plain(line) for line in scene.log(scene.infos()[0].run_id).splitlines()]
    assert "\x1b" not in first + out + err


# -- nothing happens unasked -----------------------------------------------------------------------------


def test_a_dry_run_changes_no_byte(scene):
    folder = clone(scene)
    (folder / ".arg").write_text("# mine\nCUSTOM_TAG=old\nMY_OWN=1\n")
    answers = scene.answers(CUSTOM_TAG="new-tag")
    before = tree(scene.home)
    done = scene.inside("run", "--config", answers, "--dry-run")
    assert done.returncode == 0, done.stderr
    for part in ("-CUSTOM_TAG=old", "+CUSTOM_TAG=new-tag", f"+S3_KEY={scene.key}", "./earthly.sh +aws-cloud-image --ARCH=amd64", "dry run"):
        assert part in done.stderr + done.stdout
    assert scene.secret not in done.stderr + done.stdout
    assert tree(scene.home) == before


def test_a_dry_run_clones_nothing(scene):
    answers = scene.answers()
    before = tree(scene.home)
    done = scene.inside("run", "--config", answers, "--dry-run", "--yes")
    assert done.returncode == 2
    assert "clones nothing" in done.stderr
    assert tree(scene.home) == before
    assert not scene.checkout.exists()


def test_a_dry_run_checks_out_nothing(scene):
    clone(scene, "v4.9.37")
    answers = scene.answers()
    before = tree(scene.home)
    done = scene.inside("run", "--config", answers, "--dry-run")
    assert done.returncode == 2
    assert "v4.9.37" in done.stderr
    assert tree(scene.home) == before


def test_without_yes_and_without_a_terminal_it_refuses(scene):
    answers = scene.answers()
    before = tree(scene.home)
    done = scene.inside("run", "--config", answers)
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert "git clone" in done.stderr
    assert tree(scene.home) == before


def test_yes_piped_in_is_no_agreement(scene):
    answers = scene.answers()
    assert scene.run("run", "--config", answers, stdin="y\ny\ny\n").returncode == 2
    assert not scene.checkout.exists()


def test_on_a_terminal_each_step_is_asked_for_and_keys_are_typed_unseen(scene):
    with scene.terminal("run", "--config", scene.answers(), columns=300, rows=60, environ=scene.bare) as terminal:
        terminal.see("git clone", "[y/N]")
        terminal.type("y\n")
        terminal.see("git checkout v4.9.38? [y/N]")
        terminal.type("yes\n")
        terminal.see("AWS_ACCESS_KEY_ID (not shown):")
        terminal.type(f"{scene.stage.keys.key_id}\n")
        terminal.see("AWS_SECRET_ACCESS_KEY (not shown):")
        terminal.type(f"{scene.secret}\n")
        terminal.see("write .arg, .secret", "and build? [y/N]")
        terminal.type("n\n")
        assert terminal.wait() == 2
        assert "declined" in terminal.text
        assert scene.secret not in terminal.said
        assert terminal.left_on() == []
    assert not (scene.checkout / ".arg").exists()
    assert not (scene.checkout / ".secret").exists()
    assert scene.infos() == ()


# -- what has to be mended first -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("v9.9.9", "there is no v9.9.9"),
        ("v4.8.5", "v4.8.5 has no +aws-cloud-image target"),
        ("main", "there is no main"),
        ("--help", "there is no --help"),
    ],
)
def test_a_tag_that_cannot_be_built_is_refused(scene, tag, reason):
    clone(scene)
    answers = scene.answers(tag=tag)
    before = tree(scene.home)
    done = scene.inside("run", "--config", answers, "--yes")
    assert done.returncode == 2
    assert reason in done.stderr
    assert "hint: " in done.stderr
    assert tree(scene.home) == before


def test_a_tag_with_another_agent_inside_is_warned_of_and_taken(scene):
    clone(scene)
    done = scene.inside("run", "--config", scene.answers(tag="v4.10.0", IMAGE_REGISTRY=None), "--yes")
    assert "WARN v4.10.0" in done.stderr
    assert git(scene.checkout, "describe", "--tags", "--exact-match").strip() == "v4.10.0"
    assert done.returncode == 3
    assert "IMAGE_REGISTRY" in done.stderr


def test_the_tag_is_the_one_that_the_palette_takes(scene):
    clone(scene)
    done = scene.inside("run", "--config", scene.answers(tag=None, palette="4.9.46", IMAGE_REGISTRY=None), "--yes")
    assert git(scene.checkout, "describe", "--tags", "--exact-match").strip() == "v4.9.37"
    done = scene.inside("run", "--config", scene.answers(tag="v4.9.38", palette="4.9.46", IMAGE_REGISTRY=None), "--yes")
    assert "WARN v4.9.38: newer than v4.9.37 (2026-11)" in done.stderr
    assert git(scene.checkout, "describe", "--tags", "--exact-match").strip() == "v4.9.38"
    done = scene.inside("run", "--config", scene.answers(tag=None, palette="4.10.17"), "--yes")
    assert done.returncode == 2
    assert "no tag of the repository can be suggested: Palette 4.10.17 takes v4.10.4 (table of 2026-11)" in done.stderr
    done = scene.inside("run", "--config", scene.answers(palette="4.9"), "--yes")
    assert done.returncode == 2
    assert "palette: `4.9` is no Palette version; try 4.9.48" in done.stderr


def test_local_changes_are_never_overwritten(scene):
    folder = clone(scene, "v4.9.37")
    with (folder / "Earthfile").open("a") as file:
        file.write("# mine\n")
    answers = scene.answers()
    before = tree(folder)
    done = scene.inside("run", "--config", answers, "--yes")
    assert done.returncode == 2
    assert "local changes" in done.stderr
    assert "Earthfile" in done.stderr
    assert tree(folder) == before


def test_a_folder_with_other_files_is_left_alone(scene):
    scene.checkout.mkdir()
    (scene.checkout / "thesis.txt").write_text("years of work")
    done = scene.inside("run", "--config", scene.answers(), "--yes")
    assert done.returncode == 2
    assert "folder with other files" in done.stderr
    assert list(scene.checkout.iterdir()) == [scene.checkout / "thesis.txt"]


def test_missing_keys_are_asked_for_in_words_where_there_is_no_terminal(scene):
    clone(scene)
    done = scene.inside("run", "--config", scene.answers(), "--yes", environ=scene.bare)
    assert done.returncode == 2
    assert "there are no AWS keys" in done.stderr
    assert "AWS_ACCESS_KEY_ID" in done.stderr


def test_temporary_keys_are_refused_with_the_reason(scene):
    clone(scene)
    environ = {**scene.environ, "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEBYaDExample"}
    done = scene.inside("run", "--config", scene.answers(), "--yes", environ=environ)
    assert done.returncode == 3
    assert "temporary" in done.stderr
    assert not (scene.checkout / ".secret").exists()


def test_keys_that_aws_does_not_know_are_found_out_before_the_build(scene):
    clone(scene)
    environ = {**scene.environ, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}
    done = scene.inside("run", "--config", scene.answers(), "--yes", environ=environ)
    assert done.returncode == 3
    assert "AWS-CREDS" in done.stderr
    assert not (scene.checkout / ".secret").exists()


def test_keys_of_an_existing_secret_file_are_taken(scene):
    folder = clone(scene)
    (folder / ".secret").write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={scene.stage.keys.key_id}\nAWS_SECRET_ACCESS_KEY={scene.secret}\n")
    (folder / ".secret").chmod(0o600)
    done = scene.inside("run", "--config", scene.answers(), "--dry-run", environ=scene.bare)
    assert done.returncode == 0, done.stderr
    assert scene.secret not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["no-such-file", "."])
def test_a_user_data_file_that_cannot_be_read_is_refused(scene, name):
    clone(scene)
    answers = scene.answers(user_data=scene.home / name)
    before = tree(scene.checkout)
    done = scene.inside("run", "--config", answers, "--yes")
    assert done.returncode in {2, 3}
    assert str(scene.home / name).rstrip("/.") in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(scene.checkout) == before


def test_a_bucket_that_is_not_there_is_told(scene):
    clone(scene)
    done = scene.inside("run", "--config", scene.answers(S3_BUCKET="nobody-has-this-one"), "--yes")
    assert done.returncode == 3
    assert "nobody-has-this-one" in done.stderr
    assert scene.infos() == ()


def test_without_an_answer_from_aws_it_says_so_and_writes_nothing(scene):
    clone(scene)
    before = tree(scene.checkout)
    environ = {**scene.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    done = scene.inside("run", "--config", scene.answers(), "--yes", environ=environ)
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    assert "AWS could not be asked" in done.stderr
    assert tree(scene.checkout) == before


# -- builds that fail ------------------------------------------------------------------------------------


FAILURES = (
    ("vmimport-missing", ("AWS-ROLE-VMIMPORT",), 11, "service role of the import is missing"),
    ("disk-full", (), 10, "The disk is full"),
    ("import-deleted", (), 11, "Disk validation failed"),
    ("access-denied", ("AWS-S3-PUT",), 11, "may not write to the bucket"),
)


@pytest.mark.parametrize(("scenario", "accept", "code", "cause"), samples.every(FAILURES, lambda: FAILURES[:2]))
def test_a_failed_run_has_its_exit_code_and_names_the_cause(tmp_path, scenario, accept, code, cause):
    with on_stage(tmp_path, scenario, pace=0.01) as scene:
        if accept:
            early = scene.inside("run", "--config", scene.answers(), "--yes")
            assert early.returncode == 3
            assert accept[0] in early.stderr
            assert not (scene.checkout / ".arg").exists()
            assert scene.infos() == ()
        words = [word for name in accept for word in ("--accept", name)]
        done = scene.inside("run", "--config", scene.answers(), "--yes", *words)
        assert done.returncode == code, done.stderr
        verdict = done.stderr.partition("canvos-tui: FAILED")[2]
        assert cause in verdict
        assert not AMI.search(done.stdout.splitlines()[-1])
        assert_nowhere(scene, done.stdout, done.stderr)
        (info,) = scene.infos()
        assert info.outcome is Outcome.FAILED


# -- leaving ---------------------------------------------------------------------------------------------


def test_detached_it_returns_at_once_and_attach_tells_the_rest(scene):
    done = scene.inside("run", "--config", scene.answers(), "--yes", "--detach")
    assert done.returncode == 0, done.stderr
    run_id = done.stdout.strip()
    assert [i.run_id for i in scene.infos()] == [run_id]
    told = scene.inside("attach", run_id)
    assert told.returncode == 0, told.stderr
    assert AMI.fullmatch(told.stdout.splitlines()[-1])
    assert told.stdout.splitlines()[:-1] == [plain(line) for line in scene.log(run_id).splitlines()]


@pytest.mark.long
def test_ctrl_c_leaves_the_build_running_and_says_so(scene):
    with scene.terminal("run", "--config", scene.answers(), "--yes", columns=300, rows=60) as terminal:
        terminal.until(lambda: "== run 2" in terminal.said)
        terminal.press("ctrl+c")
        assert terminal.wait() == 130
        assert "Traceback" not in terminal.said
        (info,) = scene.infos()
        assert f"the run {info.run_id} goes on" in terminal.said
        assert terminal.left_on() == []
    assert info.live
    until(lambda: scene.result(info.run_id) is not None)
    result = scene.result(info.run_id)
    assert result is not None
    assert result.outcome is Outcome.SUCCEEDED


def test_a_signal_without_a_terminal_does_the_same(scene):
    process = scene.begin("run", "--config", scene.answers(), "--yes")
    until(lambda: any(i.live for i in scene.infos()))
    until(lambda: "+base-image" in scene.log(scene.infos()[0].run_id))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "goes on" in err
    assert "Traceback" not in err
    assert scene.infos()[0].live


def test_cancel_stops_the_build_and_it_ends_as_cancelled(scene):
    done = scene.inside("run", "--config", scene.answers(), "--yes", "--detach")
    run_id = done.stdout.strip()
    until(lambda: "+base-image" in scene.log(run_id))
    asked = scene.inside("cancel")
    assert asked.returncode == 0, asked.stderr
    assert run_id in asked.stdout
    told = scene.inside("attach", run_id)
    assert told.returncode == 130
    assert "CANCELLED" in told.stderr
    refused = scene.inside("cancel", run_id)
    assert refused.returncode == 2
    assert "is not running" in refused.stderr


def test_a_reader_that_leaves_early_ends_the_reading_not_the_build(scene):
    done = scene.inside("run", "--config", scene.answers(), "--yes", "--detach")
    run_id = done.stdout.strip()
    head = subprocess.run(
        [
            sys.executable,
            "-c",
            "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdout=-1); p.stdout.readline(); "
            "p.stdout.close(); sys.exit(p.wait())",
            *scene.command("attach", run_id),
        ],
        env=scene.environ,
        cwd=scene.home,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "Traceback" not in head.stderr
    assert "BrokenPipe" not in head.stderr
    until(lambda: scene.result(run_id) is not None)
    result = scene.result(run_id)
    assert result is not None
    assert result.outcome is Outcome.SUCCEEDED


def test_an_accepted_id_must_be_that_of_a_check() -> None:
    with pytest.raises(InvalidValueError, match="no check is called `HOST-MEMORY`") as caught:
        known_ids(("HOST-CPU", "HOST-MEMORY"))
    assert "HOST-MEM" in caught.value.remedy
    known_ids(("HOST-CPU",))
