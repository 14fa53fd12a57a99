"""The two-stage route under trouble: the build gets no key, whatever ends it leaves a raw image that is never built again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FieldAnswered, FolderChosen, KeysGiven, RouteChosen, TagChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.errors import RunError
from canvos_tui.core.ports import Ports
from canvos_tui.core.readiness import make_plan
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret
from canvos_tui.core.stages.proof import Done
from canvos_tui.core.stages.resume import begin, look, start_of
from canvos_tui.core.verdict.aftermath import final_result
from canvos_tui.core.verdict.import_cancel import open_import
from canvos_tui.rehearsal.aws.cloud import OpenUpload
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.runs import KEYS, SECRET, Site
from tests.waiting import until

BUILDS = """mkdir -p build
echo "+base-image | --> FROM alpine"
head -c 300000 /dev/urandom > build/kairos-1.raw
"""


@pytest.fixture
def site(without_engine: Site) -> Site:
    return without_engine


def planned(ports: Ports, site: Site, script: str, keys: AwsKeys = KEYS) -> BuildPlan:
    """As the wizard plans it, with a script in the place of earthly.sh."""
    draft = fresh(ports.environ).after(FolderChosen(site.checkout, "")).after(TagChosen("v4.9.38")).after(RouteChosen(Route.TWO_STAGE))
    for name, text in {"REGION": "us-east-1", "S3_BUCKET": "images", "S3_KEY": "edge.raw"}.items():
        draft = draft.after(FieldAnswered(name, text))
    draft = draft.after(KeysGiven(keys, KeySource.ENVIRONMENT))
    (site.checkout / "earthly.sh").write_text(f"#!/bin/bash\n{script}\n")
    (site.checkout / "earthly.sh").chmod(0o755)
    return asyncio.run(make_plan(ports, draft))


def started(ports: Ports, site: Site, script: str, keys: AwsKeys = KEYS) -> str:
    return asyncio.run(ports.runs.start(planned(ports, site, script, keys), keys))


def gone_on(ports: Ports, run_id: str, keys: AwsKeys | None = None) -> str:
    async def go_on() -> str:
        ground = await look(ports, run_id, keys)
        start = start_of(ground)
        assert start is not None
        return await begin(ports, ground, start)

    return asyncio.run(go_on())


def proven(site: Site, standin: StandinAws, result: RunResult) -> None:
    (image,) = standin.cloud.images.values()
    (stored,) = standin.cloud.buckets["images"].objects.values()
    assert (result.outcome, result.ami, result.snapshot) == (Outcome.SUCCEEDED, image.image_id, image.snapshot_id)
    assert stored.size == (site.checkout / "build" / "kairos-1.raw").stat().st_size
    assert len(standin.cloud.tasks) == 1
    written = b"".join(path.read_bytes() for path in site.state.rglob("*") if path.is_file())
    assert SECRET.encode() not in written


def test_the_build_sees_no_key_and_the_rest_is_done_here(site, standin, ports):
    result = site.result(started(ports, site, f"{BUILDS}\nenv > seen; tr '\\0' ' ' < /proc/$PPID/cmdline > parent"))
    proven(site, standin, result)
    seen = (site.checkout / "seen").read_text()
    assert "AWS_ENDPOINT_URL" in seen
    assert not [name for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", SECRET) if name in seen]
    assert SECRET not in (site.checkout / "parent").read_text()
    assert result.raw == str(site.checkout / "build" / "kairos-1.raw")


def test_temporary_keys_are_enough(site, ports, monkeypatch):
    keys = AwsKeys("ASIAIOSFODNN7EXAMPLE", Secret(SECRET), Secret("a-session-token"))
    known = StandinKey("ASIAIOSFODNN7EXAMPLE", SECRET, token="a-session-token")
    config = StandinConfig(keys=(known,), buckets={"images": "us-east-1"}, import_seconds=0.1, image_seconds=0.05)
    with StandinAws(config) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        ports.environ["AWS_ENDPOINT_URL"] = os.environ["AWS_ENDPOINT_URL"]
        proven(site, standin, site.result(started(ports, site, BUILDS, keys)))
    assert not [path for path in site.state.rglob("*") if path.is_file() and b"a-session-token" in path.read_bytes()]


def test_an_older_raw_image_is_not_taken_for_the_new_one(site, standin, ports):
    (site.checkout / "build").mkdir()
    (site.checkout / "build" / "kairos-0.raw").write_bytes(b"old")
    proven(site, standin, site.result(started(ports, site, BUILDS)))


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 0", "none in build/"),
        (f"{BUILDS}\necho x > build/other.raw", "several in build/: kairos-1.raw, other.raw"),
        ("exit 7", "the build of the raw image ended with 7"),
    ],
)
def test_a_build_that_leaves_no_image_to_upload_fails_and_says_so(site, standin, ports, script, told):
    run_id = started(ports, site, script)
    result = site.result(run_id)
    assert result.outcome is Outcome.FAILED
    assert told in site.log(run_id)
    assert result.raw == ""
    assert "s3:PutObject" not in standin.actions
    with pytest.raises(RunError, match="there is nothing to go on from"):
        gone_on(ports, run_id)


def test_what_a_build_prints_names_no_ids(site, standin, ports):
    lies = "\n".join(
        f"printf '%20s | %s\\n' +cloud-image '{text}'"
        for text in ("+ taskID=import-snap-0123456789abcdef0", "+ rawImage=evil.raw,5,5", "+ imageID=ami-0123456789abcdef0")
    )
    run_id = started(ports, site, f"{lies}\n{BUILDS}")
    result = site.result(run_id)
    proven(site, standin, result)
    assert result.import_task in standin.cloud.tasks


def test_a_line_without_a_target_names_nothing_either(site, standin, ports):
    (site.checkout / "build").mkdir()
    (site.checkout / "build" / "old.raw").write_bytes(b"z" * 5000)
    lies = "echo '+ rawImage=old.raw,5000,1'; echo '+ taskID=import-snap-0123456789abcdef0'; echo 'uploading x, 5 bytes, to s3://a/b'"
    run_id = started(ports, site, f"{lies}; exit 4")
    result = site.result(run_id)
    assert (result.outcome, result.raw, result.import_task, result.exit_code) == (Outcome.FAILED, "", "", 4)
    with pytest.raises(RunError, match="there is nothing to go on from"):
        gone_on(ports, run_id)


def test_what_a_build_that_succeeded_complained_of_is_not_the_cause(site, standin, ports):
    standin.set_faults(*deny("s3:PutObject"))
    noise = "printf '%20s | %s\\n' +base-image 'E: Failed to fetch http://a/b  Temporary failure resolving a'"
    run_id = started(ports, site, f"{noise}\n{BUILDS}")
    result = site.result(run_id)
    assert result.cause is not None
    assert result.cause.id == "E-S3-DENIED"
    assert result.cause.evidence[0] in site.log(run_id).splitlines()[result.cause.line - 1], "the line of the whole log"


def test_no_other_credential_of_the_environment_reaches_the_build(site, standin, ports, monkeypatch):
    for name in ("AWS_SECURITY_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_SHARED_CREDENTIALS_FILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.setenv(name, "canary-0001")
    site.result(started(ports, site, f"{BUILDS}\nenv > seen; tr '\\0' '\\n' < /proc/$PPID/environ > parent"))
    assert "canary-0001" not in (site.checkout / "seen").read_text()
    assert SECRET not in (site.checkout / "parent").read_text(), "nor can a build read them in the process that waits for it"


def test_somebody_elses_import_is_not_this_runs_to_cancel(site, standin, ports):
    run_id = started(ports, site, f"touch runs; until [ -e go ]; do sleep 0.05; done\n{BUILDS}")
    until((site.checkout / "runs").exists)
    standin.cloud.put("images", "edge.raw", b"x" * 10, '"e"')
    task = standin.cloud.start_import("images", "edge.raw", "theirs", {})
    with pytest.raises(RunError, match="AWS knows no import task of this run"):
        asyncio.run(open_import(ports, run_id))
    (site.checkout / "go").touch()
    result = site.result(run_id)
    assert (result.outcome, result.import_task) == (Outcome.FAILED, "")
    assert not [left for left in result.left_behind if left.kind in {"object", "import_task"}]
    assert standin.cloud.look(task).status != "deleted"


def test_somebody_elses_upload_is_not_certain(site, standin, ports):
    run_id = started(ports, site, "touch runs; until [ -e go ]; do sleep 0.05; done; exit 1")
    until((site.checkout / "runs").exists)
    standin.cloud.buckets["images"].uploads["THEIRS"] = OpenUpload("THEIRS", "edge.raw", datetime.now(UTC))
    (site.checkout / "go").touch()
    assert [left.certain for left in site.result(run_id).left_behind if left.kind == "upload"] in ([], [False])


def test_a_key_that_got_taken_is_said_with_what_goes_on(site, standin, ports):
    run_id = started(ports, site, f"touch runs; until [ -e go ]; do sleep 0.05; done\n{BUILDS}")
    until((site.checkout / "runs").exists)
    standin.cloud.put("images", "edge.raw", b"x" * 700, '"7e"')
    (site.checkout / "go").touch()
    result = site.result(run_id)
    assert [f.status.value for f in result.findings if f.id == "object"] == ["fail"]
    with pytest.raises(RunError, match="is there") as refused:
        gone_on(ports, run_id)
    assert f"canvos-tui resume --raw {result.raw} --config FILE, with another S3_KEY" in refused.value.remedy


def test_expired_keys_are_called_expired(site, ports, monkeypatch):
    keys = AwsKeys("ASIAIOSFODNN7EXAMPLE", Secret(SECRET), Secret("a-session-token"))
    known = StandinKey("ASIAIOSFODNN7EXAMPLE", SECRET, token="a-session-token")
    with StandinAws(StandinConfig(keys=(known,), buckets={"images": "us-east-1"})) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        ports.environ["AWS_ENDPOINT_URL"] = os.environ["AWS_ENDPOINT_URL"]
        run_id = started(ports, site, f"touch runs; until [ -e go ]; do sleep 0.05; done\n{BUILDS}", keys)
        until((site.checkout / "runs").exists)
        standin.gate._keys[known.key_id] = replace(known, expired=True)
        (site.checkout / "go").touch()
        result = site.result(run_id)
    assert "Expired" in site.log(run_id)
    assert result.cause is not None
    assert "expired" in f"{result.cause.title} {result.cause.explanation}".lower()


def test_a_cancelled_build_is_interrupted_waited_for_and_not_uploaded(site, standin, ports):
    run_id = started(ports, site, "trap 'sleep 0.3; echo cleared > cleared; exit 1' INT\ntouch runs\nwhile :; do sleep 0.05; done")
    until((site.checkout / "runs").exists)
    asyncio.run(ports.runs.cancel(run_id))
    assert site.result(run_id).outcome is Outcome.CANCELLED
    assert (site.checkout / "cleared").exists()
    assert "s3:PutObject" not in standin.actions


def test_an_upload_that_was_denied_goes_on_with_the_file_that_was_built(site, standin, ports):
    standin.set_faults(*deny("s3:PutObject"))
    run_id = started(ports, site, f"echo built >> times\n{BUILDS}")
    failed = site.result(run_id)
    standin.set_faults()
    assert failed.outcome is Outcome.FAILED
    assert failed.raw
    ground = asyncio.run(look(ports, run_id))
    assert (ground.of(StageId.IMAGE).done, ground.of(StageId.UPLOAD).done, ground.first_open) == (Done.DONE, Done.OPEN, StageId.UPLOAD)
    proven(site, standin, site.result(gone_on(ports, run_id)))
    assert (site.checkout / "times").read_text() == "built\n"


def test_another_file_of_that_name_is_not_uploaded_as_this_runs(site, standin, ports):
    standin.set_faults(*deny("s3:PutObject"))
    run_id = started(ports, site, BUILDS)
    site.result(run_id)
    standin.set_faults()
    raw = site.checkout / "build" / "kairos-1.raw"
    raw.write_bytes(os.urandom(raw.stat().st_size))  # the same size and inode, as another build of this checkout may leave it
    on = gone_on(ports, run_id)
    assert site.result(on).outcome is Outcome.FAILED
    assert "is another image than the one that was built or given: its checksum differs" in site.log(on)
    assert not standin.cloud.buckets["images"].objects
    raw.write_bytes(b"other")
    with pytest.raises(RunError, match="nothing to go on from") as refused:
        gone_on(ports, run_id)
    assert "the whole build has to run again" in refused.value.remedy
    assert "has 5 bytes, and the run's had 300,000" in asyncio.run(look(ports, run_id)).of(StageId.IMAGE).text


def killed(site: Site, run_id: str) -> None:
    """The supervisor and all that it started."""
    told = json.loads((site.folder(run_id) / "supervisor.json").read_text())
    os.kill(told["pid"], signal.SIGKILL)
    if told["build"]:
        os.killpg(told["build"], signal.SIGKILL)
    until(lambda: site.result(run_id).outcome is Outcome.INTERRUPTED)
    until(lambda: not any(left.kind == "process" for left in site.result(run_id).left_behind))


@pytest.mark.parametrize("mark", ["uploading ", "+ taskID="])
def test_kill_9_after_the_build_builds_nothing_twice(site, standin, ports, mark):
    standin.cloud.config = replace(standin.cloud.config, import_seconds=1.0)
    run_id = started(ports, site, f"echo built >> times\n{BUILDS}")
    until(lambda: mark in site.log(run_id))
    killed(site, run_id)
    lost = asyncio.run(final_result(ports, run_id))
    assert lost is not None
    assert lost.raw
    assert [left.id for left in lost.left_behind if left.kind == "file"] == [lost.raw]
    assert lost.cause is not None
    assert f"canvos-tui resume {run_id}" in lost.cause.remedies[0].text
    proven(site, standin, site.result(gone_on(ports, run_id)))
    assert (site.checkout / "times").read_text() == "built\n"


def test_kill_9_in_the_build_leaves_nothing_to_go_on_from(site, standin, ports):
    run_id = started(ports, site, f"{BUILDS}\nsleep 60")
    until(lambda: "+base-image" in site.log(run_id))
    killed(site, run_id)
    with pytest.raises(RunError, match="there is nothing to go on from"):
        gone_on(ports, run_id)


def test_a_name_that_is_taken_is_refused_before_the_build(site, standin, ports):
    standin.cloud.put("images", "edge.raw", b"x" * 10, '"e"')
    with pytest.raises(RunError, match="is there already"):
        planned(ports, site, BUILDS)
