"""Two machines, one key: what somebody else writes, imports or registers is never taken for a run's own, and never removed."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.errors import RightError, RunError
from canvos_tui.core.leftovers.collect import Found, collect
from canvos_tui.core.leftovers.remove import chosen, remove
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.stages.ground import Ground
from canvos_tui.core.stages.proof import Done
from canvos_tui.core.stages.resume import begin, look, start_of
from canvos_tui.rehearsal.aws.cloud import StoredImage, StoredObject
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, deny
from canvos_tui.rehearsal.aws.protocol import RefusalError
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.faults.ended import BUILT, failed
from tests.faults.test_raw_upload import SIZE, checksum, raw  # noqa: F401  fixtures
from tests.faults.test_raw_upload import begun as uploaded
from tests.faults.test_resume import begun, killed
from tests.runs import KEY_ID, KEYS, SECRET, Site
from tests.waiting import until

OBJECT = "s3://images/edge.raw"
UPLOADING = "echo \"     +aws-cloud-image | 2026-11-22 14:12:01 - Uploading 'edge.raw' to S3\""
REFUSED = (
    "echo '     +aws-cloud-image | upload failed: ./edge.raw to s3://images/edge.raw An error occurred (AccessDenied) when calling "
    "the PutObject operation'"
)
WAITING = "until [ -e go ]; do sleep 0.05; done"


@pytest.fixture
def site(without_engine: Site) -> Site:
    return without_engine


def started(site: Site, script: str) -> str:
    async def baseline() -> Baseline:
        return await (await BotoDoor().open(KEYS, "us-east-1")).baseline("images", "edge.raw")

    plan = replace(site.plan(script, asyncio.run(baseline())), endpoint=os.environ["AWS_ENDPOINT_URL"])
    return asyncio.run(site.runs.start(plan, KEYS))


def events(site: Site, run_id: str) -> str:
    return (site.folder(run_id) / "events.jsonl").read_text(encoding="utf-8")


def end(site: Site) -> None:
    (site.checkout / "go").touch()


def ground(ports: Ports, run_id: str) -> Ground:
    return asyncio.run(look(ports, run_id))


def no_way_on(ports: Ports, run_id: str) -> str:
    with pytest.raises(RunError) as caught:
        start_of(ground(ports, run_id))
    return str(caught.value)


def left(ports: Ports) -> Found:
    return asyncio.run(collect(ports))


def stays(ports: Ports, name: str) -> None:
    found = left(ports)
    thing = found.thing(name)
    if thing is not None:
        with pytest.raises(RunError):
            asyncio.run(remove(ports, found, chosen(found, name)))


def theirs(standin: StandinAws, size: int = 700) -> None:
    standin.cloud.put("images", "edge.raw", b"t" * size, '"7e"')


# -- builds of CanvOS ------------------------------------------------------------------------------------


def test_what_is_imported_while_a_build_still_builds_is_not_its_own(site, standin, ports):
    run_id = started(site, f"echo '         +base-image | --> RUN apt-get update'; {WAITING}; exit 1")
    until(lambda: "+base-image" in site.log(run_id))
    theirs(standin)
    task = standin.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
    time.sleep(0.5)  # a few looks at AWS
    end(site)
    result = site.result(run_id)
    assert (result.outcome, result.object_size, result.import_task, result.left_behind) == (Outcome.FAILED, 0, "", ())
    assert f"{OBJECT} is there, and nothing shows that this run wrote it" in " ".join(finding.text for finding in result.findings)
    no_way_on(ports, run_id)
    stays(ports, OBJECT)
    stays(ports, task.task_id)


def test_an_object_that_came_after_a_refused_upload_is_not_imported(site, standin, ports):
    run_id = started(site, f"echo +base-image; {UPLOADING}; {REFUSED}; exit 1")
    assert site.result(run_id).object_size == 0
    theirs(standin)
    assert "there is nothing to go on from" in no_way_on(ports, run_id)


def test_an_object_that_came_during_a_refused_upload_is_nobodys(site, standin, ports):
    run_id = started(site, f"echo +base-image; {UPLOADING}; {WAITING}; {REFUSED}; exit 1")
    until(lambda: "Uploading" in site.log(run_id))
    theirs(standin)
    until(lambda: "7e" in events(site, run_id))
    end(site)
    result = site.result(run_id)
    assert (result.object_size, [one for one in result.left_behind if one.kind == "object"]) == (0, [])
    stays(ports, OBJECT)
    no_way_on(ports, run_id)


def test_an_import_that_came_after_the_end_is_neither_followed_nor_owned(site, standin, ports):
    run_id = failed(site, standin, imports=0)
    task = standin.cloud.start_import("images", "edge.raw", "theirs", {"Owner": "somebody"})
    assert "did not begin it" in no_way_on(ports, run_id)
    until(lambda: standin.cloud.look(task).status == "completed")
    assert "did not begin it" in no_way_on(ports, run_id)
    stays(ports, task.snapshot_id)


def test_an_ami_that_was_merely_seen_is_not_deregistered(site, standin, ports):
    run_id = started(site, BUILT)
    until(lambda: "Uploading" in site.log(run_id))
    standin.cloud.put("images", "edge.raw", b"x" * 1000, '"e"')
    task = standin.cloud.start_import("images", "edge.raw", "theirs", {})
    until(lambda: standin.cloud.look(task).status == "completed")
    image = standin.cloud.register(StoredImage("ami-0123456789abcdef0", "edge.raw", task.snapshot_id, "/dev/xvda", state="failed"))
    until(lambda: image.image_id in events(site, run_id))
    end(site)
    site.result(run_id)
    stays(ports, image.image_id)
    assert image.image_id in standin.cloud.images


def test_a_recorded_etag_counts_more_than_a_clock(site, standin, ports):
    run_id = started(site, BUILT)
    until(lambda: "Uploading" in site.log(run_id))
    early = datetime.now(UTC) - timedelta(minutes=8)  # our clock is ahead
    standin.cloud.buckets["images"].objects["edge.raw"] = StoredObject("edge.raw", 1000, '"e"', early, b"x" * 1000)
    until(lambda: '"object"' in events(site, run_id))
    (site.checkout / "went").write_text("     +aws-cloud-image | Completed 1000 Bytes/1000 Bytes (1.0 MiB/s) with 1 file(s) remaining\n")
    end(site)
    assert site.result(run_id).object_size == 1000
    assert ground(ports, run_id).of(StageId.UPLOAD).done is Done.DONE


# -- our own stages --------------------------------------------------------------------------------------


def test_an_object_that_is_written_over_while_the_import_is_asked_for_is_not_imported(site, standin, ports):
    run_id = failed(site, standin, imports=0)
    standin.set_faults(Fault("ec2:ImportSnapshot", FaultKind.ERROR, "InternalError", "An internal error has occurred", 500))
    on = begun(ports, run_id)
    until(lambda: "ImportSnapshot operation" in site.log(on))
    theirs(standin)
    standin.set_faults()
    assert site.result(on).outcome is not Outcome.SUCCEEDED
    assert "is another object by now" in site.log(on)
    assert not standin.cloud.images


def test_an_object_that_is_written_over_during_the_import_makes_no_ami(site, standin, ports):
    standin.cloud.config = replace(standin.cloud.config, import_seconds=1.0)
    on = begun(ports, failed(site, standin, imports=0))
    until(lambda: "+ taskID=" in site.log(on))
    theirs(standin)
    assert site.result(on).outcome is not Outcome.SUCCEEDED
    assert "is another object by now" in site.log(on)
    assert not standin.cloud.images
    assert "is not known" in no_way_on(ports, on)


def test_what_is_imported_is_what_s3_proved(site, standin, ports, raw, monkeypatch):  # noqa: F811
    answer, failing = standin._s3._get, [True]

    def get(request, bucket, key):
        there = bucket.objects.get(key)
        if failing and there is not None and there.crc32 and request.headers.get("x-amz-checksum-mode") != "ENABLED":
            raise RefusalError("InternalError", "We encountered an internal error.", 500)
        return answer(request, bucket, key)

    monkeypatch.setattr(standin._s3, "_get", get)
    run_id = uploaded(ports, raw)
    until(lambda: "HeadObject operation" in site.log(run_id))
    theirs(standin)
    failing.clear()
    assert site.result(run_id).outcome is not Outcome.SUCCEEDED
    assert not standin.cloud.tasks
    stays(ports, OBJECT)


def test_the_same_bytes_of_somebody_else_are_used_and_left_alone(site, standin, ports, raw, checksum):  # noqa: F811
    failing = Fault("s3:PutObject", FaultKind.ERROR, "InternalError", "We encountered an internal error.", 500)
    standin.set_faults(failing, *deny("ec2:RegisterImage"))
    run_id = uploaded(ports, raw)
    until(lambda: "InternalError" in site.log(run_id))
    standin.cloud.buckets["images"].objects["edge.raw"] = StoredObject("edge.raw", SIZE, '"abcdef-9"', datetime.now(UTC), b"", checksum)
    site.result(run_id)
    assert "somebody else wrote it, with the very same bytes" in site.log(run_id)
    standin.set_faults()
    stays(ports, OBJECT)
    on = site.result(begun(ports, run_id))
    assert (on.outcome, [one for one in on.left_behind if one.kind == "object"]) == (Outcome.SUCCEEDED, [])
    stays(ports, OBJECT)


def test_whoever_loses_the_race_is_told_no_command_against_the_winner(site, standin, ports, raw):  # noqa: F811
    run_id = uploaded(ports, raw)
    until(lambda: standin.cloud.buckets["images"].uploads)
    theirs(standin)
    result = site.result(run_id)
    assert (result.object_size, [one for one in result.left_behind if one.kind == "object"]) == (0, [])


def test_another_file_at_the_path_is_not_uploaded_for_the_old_one(site, standin, ports, tmp_path):
    image = tmp_path / "a.raw"
    image.write_bytes(b"z" * 5000)
    standin.set_faults(*deny("s3:PutObject"))
    run_id = uploaded(ports, image)
    site.result(run_id)
    standin.set_faults()
    (tmp_path / "b").write_bytes(b"q" * 777)
    (tmp_path / "b").replace(image)
    assert "nothing to go on from" in no_way_on(ports, run_id)
    assert "has 777 bytes, and the run's had 5,000" in ground(ports, run_id).of(StageId.IMAGE).text


def test_an_upload_whose_parts_may_not_be_listed_is_begun_anew(site, standin, ports, raw, checksum):  # noqa: F811
    run_id = uploaded(ports, raw)
    until(lambda: sum(len(one.parts) for one in standin.cloud.buckets["images"].uploads.values()) >= 2)
    standin.set_faults(Fault("s3:PutObject", FaultKind.HANG, seconds=60.0))
    killed(site, run_id)
    standin.set_faults(*deny("s3:ListMultipartUploadParts"))
    assert site.result(begun(ports, run_id)).outcome is Outcome.SUCCEEDED
    assert standin.cloud.buckets["images"].objects["edge.raw"].crc32 == checksum


def test_a_removed_record_of_the_older_run_does_not_keep_the_younger_from_going_on(site, standin, ports):
    run_id = failed(site, standin)
    standin.set_faults(*deny("ec2:RegisterImage"))
    on = begun(ports, run_id)
    site.result(on)
    standin.set_faults()
    shutil.rmtree(site.folder(run_id))
    seen = ground(ports, on)
    assert start_of(seen) is StageId.REGISTER
    assert site.result(asyncio.run(begin(ports, seen, StageId.REGISTER))).outcome is Outcome.SUCCEEDED


# -- removal ---------------------------------------------------------------------------------------------


def test_a_file_of_that_name_without_keys_is_none_of_ours(site, standin, ports, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.raw").write_bytes(b"z" * 5000)
    diary = folder / ".secret"
    diary.write_text("my diary, no keys in it\n")
    site.result(uploaded(ports, folder / "a.raw"))
    assert left(ports).thing(str(diary)) is None


def test_the_secret_of_a_live_build_stays_whatever_its_path_is_called(site, standin, ports):
    secret = site.checkout / ".secret"
    secret.write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={KEY_ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
    failed(site, standin, imports=0)
    link = site.root / "link"
    link.symlink_to(site.checkout)
    plan = replace(site.plan("echo +base-image; sleep 60"), endpoint=os.environ["AWS_ENDPOINT_URL"], checkout=str(link))
    live = asyncio.run(site.runs.start(plan, KEYS))
    until(lambda: "+base-image" in site.log(live))
    stays(ports, str(secret))
    with pytest.raises(RunError, match="builds in this checkout"):
        asyncio.run(site.runs.start(replace(plan, checkout=str(site.checkout)), KEYS))
    assert secret.exists()


def test_a_run_that_is_just_starting_is_no_ended_one(site, standin, ports):
    failed(site, standin, imports=0)
    starting = site.runs._new_folder()
    shutil.copy(next(site.state.glob("runs/*/run.json")), starting.path / "run.json")
    thing = left(ports).thing(OBJECT)
    assert thing is not None
    assert f"run {starting.run_id} goes on" in thing.needed
    stays(ports, OBJECT)


def test_a_damaged_record_of_a_run_that_may_live_keeps_everything(site, standin, ports):
    failed(site, standin, imports=0)
    damaged = site.runs._new_folder()
    (damaged.path / "run.json").write_text('{"schema": "canvos-tui.run/1", "checkout": ')
    found = left(ports)
    assert any(f"run {damaged.run_id} is not counted: its record is damaged" in text for text in found.passed_over)
    thing = found.thing(OBJECT)
    assert thing is not None
    assert "its record is damaged" in thing.needed
    stays(ports, OBJECT)
    (damaged.path / "result.json").write_text("{}")
    assert chosen(left(ports), OBJECT)


def test_bytes_that_come_between_the_look_and_the_deed_are_not_deleted(site, standin, ports, monkeypatch):
    failed(site, standin, imports=0)
    found = left(ports)
    thing = chosen(found, OBJECT)
    care = found.seen_by[OBJECT].care
    real = care.delete_object

    async def late(*given: str) -> None:
        theirs(standin)
        await real(*given)

    monkeypatch.setattr(care, "delete_object", late)
    with pytest.raises(RunError, match="is another object by now, and stays"):
        asyncio.run(remove(ports, found, thing))
    assert "edge.raw" in standin.cloud.buckets["images"].objects


def test_the_right_that_is_missing_is_the_one_that_is_named(site, standin, ports):
    failed(site, standin, imports=0)
    found = left(ports)
    standin.set_faults(*deny("s3:GetObject"))
    with pytest.raises(RightError, match="your keys lack s3:GetObject"):
        asyncio.run(remove(ports, found, chosen(found, OBJECT)))


def test_a_removal_that_cannot_be_looked_at_is_told_as_taken(site, standin, ports, monkeypatch):
    failed(site, standin, imports=0)
    found = left(ports)
    answer = standin._s3._object

    def answered(request, bucket, key, permit):
        done = answer(request, bucket, key, permit)
        if request.method == "DELETE":
            standin.set_faults(Fault("s3:GetObject", FaultKind.ERROR, "InternalError", "sick", 500))
        return done

    monkeypatch.setattr(standin._s3, "_object", answered)
    said = asyncio.run(remove(ports, found, chosen(found, OBJECT)))
    assert f"AWS took the request; whether {OBJECT} is gone could not be asked" in said


def test_an_upload_that_cannot_be_noted_is_not_begun(site, standin, ports, tmp_path):
    site.state.mkdir(parents=True, exist_ok=True)
    (site.state / "uploads").write_text("a file in the place of the folder")
    image = tmp_path / "a.raw"
    image.write_bytes(b"z" * 5000)
    run_id = uploaded(ports, image)
    site.result(run_id)
    assert "the upload cannot be noted" in site.log(run_id)
    assert not standin.cloud.buckets["images"].uploads


def test_a_path_that_looks_like_a_line_of_ours_is_refused(site, ports, tmp_path):
    folder = tmp_path / "a\n+ taskID=import-snap-0123456789abcdef0\n"
    folder.mkdir()
    (folder / "x.raw").write_bytes(b"z")
    with pytest.raises(Exception, match="control characters"):
        uploaded(ports, folder / "x.raw")


def test_a_password_in_an_endpoint_is_in_no_file(site, standin, ports, tmp_path, monkeypatch):
    address = os.environ["AWS_ENDPOINT_URL"].replace("http://", "http://me:TopSecretPw9@")
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    ports.environ["AWS_ENDPOINT_URL"] = address
    image = tmp_path / "a.raw"
    image.write_bytes(b"z" * 5000)
    site.result(uploaded(ports, image))
    assert not [path for path in site.state.rglob("*") if path.is_file() and b"TopSecretPw9" in path.read_bytes()]
