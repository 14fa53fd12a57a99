"""What failed runs left is listed with its price and taken away on request; afterwards the account is as it was before them."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
from dataclasses import replace

import pytest

from canvos_tui.commands.leftovers import _one
from canvos_tui.core.errors import AwsError, InvalidValueError, RightError, RunError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.leftovers.collect import Found, collect
from canvos_tui.core.leftovers.remove import chosen, remove
from canvos_tui.core.leftovers.thing import Kind
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.stages.resume import begin, look
from canvos_tui.rehearsal.aws.cloud import OpenUpload
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from tests import in_process
from tests.faults.ended import failed
from tests.runs import KEY_ID, KEYS, SECRET, Site
from tests.waiting import until

OBJECT = "s3://images/edge.raw"


@pytest.fixture
def site(without_engine: Site) -> Site:
    return without_engine


def found(ports: Ports) -> Found:
    return asyncio.run(collect(ports))


def kinds(things: Found) -> dict[Kind, str]:
    return {thing.kind: thing.id for thing in things.things if thing.certain}


def taken(ports: Ports, name: str) -> str:
    async def take() -> str:
        things = await collect(ports)
        return await remove(ports, things, chosen(things, name))

    return asyncio.run(take())


def imported(standin: StandinAws) -> None:
    """Waits until no import goes on."""
    until(lambda: all(standin.cloud.look(task).status == "completed" for task in standin.cloud.tasks.values()))
    with standin.cloud.lock:
        standin.cloud.settle()


def followed(site: Site, ports: Ports, run_id: str) -> str:
    """A run that only follows the import, and is denied the registration: it names the task as its own."""

    async def go_on() -> str:
        return await begin(ports, await look(ports, run_id), StageId.REGISTER)

    on = asyncio.run(go_on())
    site.result(on)
    return on


def test_everything_goes_and_the_account_is_empty_again(site, standin, ports):
    cloud = standin.cloud
    (site.checkout / ".secret").write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={KEY_ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
    run_id = failed(site, standin)
    imported(standin)
    standin.set_faults(*deny("ec2:RegisterImage"))
    followed(site, ports, run_id)
    standin.set_faults()
    things = found(ports)
    assert set(kinds(things)) == {Kind.OBJECT, Kind.SNAPSHOT, Kind.FILE}
    assert things.unseen == ()
    for name in kinds(things).values():
        said = taken(ports, name)
        assert "is gone" in said or "is deleted" in said
    assert cloud.buckets["images"].objects == {}
    assert cloud.snapshots == {}
    assert not (site.checkout / ".secret").exists()
    assert found(ports).things == ()


def test_what_belongs_to_others_is_never_taken(site, standin, ports):
    cloud = standin.cloud
    cloud.put("images", "theirs.raw", b"t" * 500, '"t"')
    cloud.start_import("images", "theirs.raw", "Import theirs.raw", {})
    imported(standin)
    (theirs,) = cloud.snapshots
    failed(site, standin)
    imported(standin)
    things = found(ports)
    assert "theirs.raw" not in " ".join(thing.id for thing in things.things)
    with pytest.raises(RunError, match="is not proven to be of a run on this machine"):
        chosen(things, theirs)
    with pytest.raises(InvalidValueError, match="is not among what is left") as caught:
        chosen(things, "s3://images/theirs.raw")
    assert OBJECT in caught.value.allowed


def test_an_object_that_an_import_reads_stays_until_it_is_over(site, standin, ports):
    standin.cloud.config = replace(standin.cloud.config, import_seconds=600.0)
    failed(site, standin)
    with pytest.raises(RunError, match=r"is still needed: import-snap-\w+ reads it"):
        chosen(found(ports), OBJECT)


def test_other_bytes_under_the_key_are_left_alone(site, standin, ports):
    failed(site, standin, imports=0)
    things = found(ports)
    standin.cloud.put("images", "edge.raw", b"y" * 1000, '"other"')
    with pytest.raises(RunError, match="is another object by now, and stays"):
        asyncio.run(remove(ports, things, chosen(things, OBJECT)))
    assert standin.cloud.buckets["images"].objects["edge.raw"].etag == '"other"'


def test_a_right_that_is_missing_is_named_and_nothing_goes(site, standin, ports):
    failed(site, standin, imports=0)
    standin.set_faults(*deny("s3:DeleteObject"))
    with pytest.raises(RightError, match=f"your keys lack s3:DeleteObject: {OBJECT} stays"):
        taken(ports, OBJECT)
    assert "edge.raw" in standin.cloud.buckets["images"].objects


@pytest.mark.parametrize("action", ["ec2:DescribeImages", "ec2:DescribeSnapshots", "s3:GetObject"])
def test_what_could_not_be_asked_is_said_and_takes_nothing_for_unused(site, standin, ports, action):
    failed(site, standin)
    imported(standin)
    standin.set_faults(*deny(action))
    things = found(ports)
    assert things.unseen
    hidden = Kind.OBJECT if action == "s3:GetObject" else Kind.SNAPSHOT
    assert hidden not in {thing.kind for thing in things.things}


def test_the_command_lists_asks_and_removes(site, standin, ports):
    failed(site, standin, imports=0)
    keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}
    environ = {"PATH": os.environ["PATH"], "HOME": str(site.root), "XDG_STATE_HOME": str(site.root / "state"), **keys}

    def said(*words: str):
        return in_process.command(("leftovers", *words), environ, site.root)

    listed = said()
    assert listed.returncode == 0
    assert f"remove: canvos-tui leftovers --delete {OBJECT}" in listed.stdout
    assert [thing["id"] for thing in json.loads(said("--output", "json").stdout)["things"]] == [OBJECT]
    asked = said("--delete", OBJECT)
    assert (asked.returncode, "add --yes" in asked.stderr) == (ExitCode.USAGE, True)
    gone = said("--delete", OBJECT, "--yes", "--output", "json")
    assert json.loads(gone.stdout) == {"schema": "canvos-tui.removal/1", "removed": [{"id": OBJECT, "said": f"{OBJECT} is gone"}]}
    first, *engine = said().stdout.splitlines()  # a machine may have an engine that does not answer
    assert first == "nothing is left of the runs of this machine"
    assert all("Docker" in line for line in engine)
    assert said("--delete", OBJECT, "--yes").returncode == ExitCode.USAGE
    assert SECRET not in listed.stdout + listed.stderr + gone.stderr


# -- what must never go ----------------------------------------------------------------------------------


def needed(ports: Ports, name: str) -> str:
    with pytest.raises(RunError) as caught:
        chosen(found(ports), name)
    return str(caught.value)


def test_parts_of_an_upload_are_listed_and_nobodys(site, standin, ports):
    failed(site, standin)
    stored = standin.cloud.buckets["images"].objects["edge.raw"]
    standin.cloud.buckets["images"].uploads["u1"] = OpenUpload("u1", "edge.raw", stored.modified)
    assert "is not proven to be of a run on this machine" in needed(ports, "u1")


def test_other_bytes_of_the_same_size_are_not_the_runs(site, standin, ports):
    failed(site, standin, imports=0)
    standin.cloud.put("images", "edge.raw", b"y" * 1000, '"other"')
    assert "is not proven" in needed(ports, OBJECT)


def test_a_run_that_only_took_an_object_over_does_not_own_it(site, standin, ports):
    run_id = failed(site, standin)
    imported(standin)
    standin.cloud.put("images", "edge.raw", b"y" * 77, '"other"')
    standin.set_faults(*deny("ec2:RegisterImage"))
    followed(site, ports, run_id)
    standin.set_faults()
    assert "is not proven" in needed(ports, OBJECT)


def test_an_object_that_came_while_a_run_failed_before_its_upload_is_somebody_elses(site, standin, ports):
    plan = replace(site.plan("echo +base-image; until [ -e go ]; do sleep 0.05; done; exit 1"), endpoint=os.environ["AWS_ENDPOINT_URL"])
    run_id = asyncio.run(site.runs.start(plan, KEYS))
    until(lambda: "+base-image" in site.log(run_id))
    standin.cloud.put("images", "edge.raw", b"t" * 500, '"theirs"')
    (site.checkout / "go").touch()
    site.result(run_id)
    assert "is not proven" in needed(ports, OBJECT)


def test_what_a_run_that_goes_on_may_use_stays(site, standin, ports):
    (site.checkout / ".secret").write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={KEY_ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
    run_id = failed(site, standin)
    imported(standin)
    standin.set_faults(Fault("ec2:RegisterImage", FaultKind.HANG, seconds=60.0))

    async def go_on() -> str:
        return await begin(ports, await look(ports, run_id), StageId.REGISTER)

    live = asyncio.run(go_on())
    until(lambda: "ec2:RegisterImage" in standin.actions)
    names = [thing.id for thing in found(ports).things]
    assert len(names) == 3
    assert all(f"run {live} goes on" in needed(ports, name) for name in names)


def test_imports_that_cannot_be_asked_for_may_read_the_object(site, standin, ports):
    standin.cloud.config = replace(standin.cloud.config, import_seconds=600.0)
    failed(site, standin)
    standin.set_faults(*deny("ec2:DescribeImportSnapshotTasks"))
    assert "could not be asked for" in needed(ports, OBJECT)


def test_an_import_that_began_while_somebody_was_asked_is_seen(site, standin, ports, monkeypatch):
    failed(site, standin, imports=0)
    standin.cloud.config = replace(standin.cloud.config, import_seconds=600.0)

    class Slow:
        def need(self, what: str) -> None:
            standin.cloud.start_import("images", "edge.raw", "Import edge.raw", {})

    monkeypatch.setattr("canvos_tui.commands.consent.consent", lambda args: Slow())
    with pytest.raises(RunError, match="is still needed"):
        asyncio.run(_one(ports, argparse.Namespace(), OBJECT))
    assert "edge.raw" in standin.cloud.buckets["images"].objects


def test_another_account_is_not_taken_for_an_empty_one(site, standin, ports):
    run_id = failed(site, standin, imports=0)
    path = site.folder(run_id) / "run.json"
    path.write_text(path.read_text().replace("123456789012", "999999999999"))
    things = found(ports)
    assert things.things == ()
    assert things.unseen == (f"run {run_id} used account 999999999999, and these keys are of 123456789012",)
    with pytest.raises(AwsError, match="is left is not known"):
        chosen(things, OBJECT)


def test_a_checkout_that_is_no_folder_any_more_hides_nothing_else(site, standin, ports):
    failed(site, standin, imports=0)
    shutil.rmtree(site.checkout)
    site.checkout.write_text("a file")
    assert OBJECT in [thing.id for thing in found(ports).things]
