"""From where a run goes on, and why it does not: nothing is repeated on a guess, and nothing that is done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from canvos_tui.core.aws.facts import IMPORTED_BY, Snapshot
from canvos_tui.core.aws.sighting import Question
from canvos_tui.core.aws.snapshot_settings import SnapshotSettings
from canvos_tui.core.errors import InvalidValueError, RunError
from canvos_tui.core.run.codec import parse_plan, plan_text
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause, RunResult
from canvos_tui.core.run.resumable import offer_words, offered
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.stages.resume import AGAIN, plan_from, start_of
from canvos_tui.core.stages.words import choices_of, data_of, lines_of
from canvos_tui.core.verdict.judge import JudgeHints, judge
from tests.core.stages.sight import (
    ACTIVE,
    AMI,
    BASE,
    COMPLETED,
    DONE,
    FAILED,
    IMAGE,
    IMPORT_OPEN,
    KEY,
    NOT_IMPORTED,
    NOTHING,
    NOW,
    OBJECT,
    OLD_OBJECT,
    REGISTER_OPEN,
    SNAP,
    TASK,
    UNDER_WAY,
    blind,
    ground,
)


@pytest.mark.parametrize(
    ("sighting", "start"),
    [
        (DONE, None),
        (REGISTER_OPEN, StageId.REGISTER),
        (replace(REGISTER_OPEN, object=None), StageId.REGISTER),
        (replace(DONE, images=(replace(IMAGE, state="pending"),)), StageId.REGISTER),
        (IMPORT_OPEN, StageId.IMPORT),
        (NOT_IMPORTED, StageId.IMPORT),
        (UNDER_WAY, StageId.IMPORT),
        (replace(REGISTER_OPEN, snapshot=None), StageId.IMPORT),
    ],
)
def test_it_begins_behind_the_last_stage_that_is_done(sighting, start):
    assert start_of(ground(sighting)) is start


def test_without_an_object_the_build_has_to_run_again():
    with pytest.raises(RunError, match="there is nothing to go on from: s3://acme-images/edge does not exist") as caught:
        start_of(ground(NOTHING))
    assert caught.value.remedy == AGAIN


@pytest.mark.parametrize(
    ("sighting", "words"),
    [
        (blind(REGISTER_OPEN, Question.TASKS, tasks=None, snapshot=None), "Snapshot import: import tasks could not be asked for"),
        (blind(REGISTER_OPEN, Question.IMAGES, images=None), "AMI: AMIs could not be asked for"),
        (blind(replace(NOTHING, object_known=False), Question.OBJECT), "Upload to S3: s3://acme-images/edge could not be asked for"),
    ],
)
def test_what_was_not_seen_is_not_repeated(sighting, words):
    with pytest.raises(RunError, match=words) as caught:
        start_of(ground(sighting))
    assert "nothing is repeated on a guess" in caught.value.remedy


def test_a_name_that_is_taken_is_said_before_anything_is_imported():
    stranger = replace(IMAGE, image_id="ami-0stranger", root_snapshot="snap-0other")
    with pytest.raises(RunError, match=f"the AMI name {KEY} is taken by ami-0stranger") as caught:
        start_of(ground(replace(IMPORT_OPEN, images=(stranger,))))
    assert "--name NAME" in caught.value.remedy


def test_an_earlier_stage_can_be_wished_for_and_a_later_one_not():
    assert start_of(ground(REGISTER_OPEN), StageId.IMPORT) is StageId.IMPORT
    with pytest.raises(InvalidValueError, match="it cannot begin at register: Snapshot import: import-snap-0new ended") as caught:
        start_of(ground(IMPORT_OPEN), StageId.REGISTER)
    assert caught.value.allowed == "import"
    with pytest.raises(InvalidValueError, match="this run cannot begin at upload: no raw image of it is at hand") as caught:
        start_of(ground(REGISTER_OPEN), StageId.UPLOAD)
    assert caught.value.allowed == "import, register"
    with pytest.raises(RunError, match="nothing is there to import"):
        start_of(ground(replace(REGISTER_OPEN, object=None)), StageId.IMPORT)


def test_the_plan_of_a_registration_names_what_it_takes_over_and_is_judged_by_the_old_baseline():
    plan = plan_from(ground(REGISTER_OPEN), StageId.REGISTER)
    assert plan.resumes is not None
    assert (plan.resumes.task, plan.resumes.snapshot, plan.baseline) == (TASK, SNAP, BASE)
    assert plan.resumes.first_phase is Phase.REGISTER
    assert plan.command == ("canvos-tui", "resume", "20261122-1412-0001", "--from", "register")
    assert parse_plan(plan_text(plan)) == plan
    result = judge("r", plan, DONE, 0, {}, False, JudgeHints(Phase.AMI), NOW, NOW)
    assert (result.outcome, result.ami, result.import_task) == (Outcome.SUCCEEDED, AMI, TASK)


def test_another_import_of_the_object_does_not_confuse_a_registration():
    rival = replace(COMPLETED, task_id="import-snap-0other", snapshot_id="snap-0other")
    plan = plan_from(ground(REGISTER_OPEN), StageId.REGISTER)
    result = judge("r", plan, replace(DONE, tasks=(rival, COMPLETED)), 0, {}, False, JudgeHints(Phase.AMI), NOW, NOW)
    assert (result.outcome, result.snapshot) == (Outcome.SUCCEEDED, SNAP)


def test_an_import_that_goes_on_is_followed_and_one_that_failed_begun_anew():
    followed = plan_from(ground(UNDER_WAY), StageId.IMPORT)
    assert followed.resumes is not None
    assert (followed.resumes.task, followed.resumes.token) == (TASK, "")
    anew = plan_from(ground(IMPORT_OPEN), StageId.IMPORT)
    assert anew.resumes is not None
    assert anew.resumes.task == ""
    assert len(anew.resumes.token) == 64
    assert anew.baseline.task_ids == ("import-snap-0old", TASK), "what failed before is no part of the new run"
    foreign = replace(COMPLETED, task_id="import-snap-0newer", snapshot_id="snap-0newer")
    new = replace(foreign, token=anew.resumes.token)
    there = replace(DONE, tasks=(FAILED, new), images=(replace(IMAGE, root_snapshot="snap-0newer"),))
    result = judge("r", anew, there, 0, {}, False, JudgeHints(Phase.AMI), NOW, NOW)
    assert (result.outcome, result.import_task) == (Outcome.SUCCEEDED, "import-snap-0newer")
    theirs = judge("r", anew, replace(there, tasks=(FAILED, foreign)), 0, {}, False, JudgeHints(Phase.AMI), NOW, NOW)
    assert theirs.outcome is Outcome.FAILED, "an import that somebody else began is nobody's but his"


def test_the_token_of_an_import_is_that_of_the_object_and_the_attempt():
    def token(sighting):
        resumes = plan_from(ground(sighting), StageId.IMPORT).resumes
        assert resumes is not None
        return resumes.token

    again = replace(IMPORT_OPEN, tasks=(FAILED, replace(FAILED, task_id="import-snap-0second")))
    other = replace(NOT_IMPORTED, object=replace(OBJECT, etag='"other"'))
    assert token(IMPORT_OPEN) == token(IMPORT_OPEN)
    assert len({token(IMPORT_OPEN), token(again), token(NOT_IMPORTED), token(other)}) == 4


def test_a_line_for_each_stage():
    assert lines_of(ground(REGISTER_OPEN).proofs) == (
        "image     done       the object was made of it   (by time and size)",
        "upload    done       s3://acme-images/edge  3.0 GB, written 2026-11-22 14:52 UTC   (by time and size)",
        "import    done       snap-0new, import-snap-0new is completed",
        "register  open       no AMI of this snapshot",
    )


@pytest.mark.parametrize(
    ("change", "stage"),
    [
        ({"snapshot": SNAP}, StageId.REGISTER),
        ({"object_size": 5}, StageId.IMPORT),
        ({}, None),
        ({"object_size": 5, "cause": Cause("object-foreign", "", "")}, None),
        ({"snapshot": SNAP, "outcome": Outcome.SUCCEEDED}, None),
        ({"snapshot": SNAP, "outcome": Outcome.CANCELLED}, StageId.REGISTER),
    ],
)
def test_a_result_alone_says_whether_to_offer_it(change, stage):
    result = RunResult(**{"run_id": "r", "outcome": Outcome.FAILED, **change})
    assert offered(result) is stage
    assert bool(offer_words(result)) is (stage is not None)


RIVAL = replace(COMPLETED, task_id="import-snap-0other", snapshot_id="snap-0other")


@pytest.mark.parametrize(
    ("sighting", "more", "words"),
    [
        (DONE, {"found": {"object": KEY}}, "was not made by this run"),
        (replace(DONE, object=OLD_OBJECT), {"base": replace(BASE, object=OLD_OBJECT)}, "is the object from before the run"),
        (replace(DONE, tasks=(COMPLETED, RIVAL)), {}, "is this run's is not known"),
    ],
    ids=["foreign", "reused", "rivals"],
)
def test_an_ami_that_the_verdict_does_not_prove_is_not_called_done(sighting, more, words):
    found = ground(sighting, **more)
    with pytest.raises(RunError, match=words):
        start_of(found)
    verdict = judge("r", found.plan, sighting, 0, {}, False, JudgeHints(Phase.AMI, found=more.get("found", {})), NOW, NOW)
    assert verdict.outcome is not Outcome.SUCCEEDED


def test_an_import_that_somebody_else_began_is_waited_for_unless_another_is_wished_for():
    going = replace(ACTIVE, task_id="import-snap-0theirs")
    found = ground(replace(IMPORT_OPEN, tasks=(FAILED, going)), named={"import_task": TASK})
    with pytest.raises(RunError, match="import-snap-0theirs imports the same object, active, and this run did not begin it") as caught:
        start_of(found)
    assert "canvos-tui resume 20261122-1412-0001 --from import" in caught.value.remedy
    assert start_of(found, StageId.IMPORT) is StageId.IMPORT


def test_a_second_import_needs_another_name_where_the_first_made_its_ami():
    for state in ("available", "pending"):
        with pytest.raises(RunError, match=f"the AMI name {KEY} is taken by {AMI}") as caught:
            start_of(ground(replace(DONE, images=(replace(IMAGE, state=state),))), StageId.IMPORT)
        assert "it is this run's own; with another name: canvos-tui resume 20261122-1412-0001 --name NAME" in caught.value.remedy


def test_an_import_that_aws_lists_no_longer_is_proven_by_its_snapshot():
    snapshot = Snapshot(SNAP, "completed", f"{IMPORTED_BY}{TASK}", 5)
    forgotten = replace(REGISTER_OPEN, tasks=(), snapshot=snapshot)
    found = ground(forgotten, named={"import_task": TASK})
    assert start_of(found) is StageId.REGISTER
    assert start_of(ground(replace(forgotten, images=DONE.images), named={"import_task": TASK})) is None
    resumes = plan_from(replace(found, named={"import_task": TASK}), StageId.REGISTER).resumes
    assert resumes is not None
    assert (resumes.task, resumes.snapshot) == (TASK, SNAP)


def test_imports_of_other_objects_do_not_change_the_token():
    other = replace(COMPLETED, task_id="import-snap-0unrelated", key="something-else")
    tokens = {plan_from(ground(s), StageId.IMPORT).resumes.token for s in (NOT_IMPORTED, replace(NOT_IMPORTED, tasks=(other,)))}  # type: ignore[union-attr]
    assert len(tokens) == 1


def test_the_command_of_the_plan_is_what_is_done():
    renamed = ground(REGISTER_OPEN, replace(BASE, ami_name="edge-two"))
    assert plan_from(renamed, StageId.REGISTER).command[-2:] == ("--name", "edge-two")


def test_the_stages_as_data_say_what_the_lines_say():
    found = ground(REGISTER_OPEN)
    data = data_of(found, start_of(found))
    assert (data["schema"], data["start"], data["refused"], data["ami"]) == ("canvos-tui.resume/1", "register", None, None)
    assert [(s["stage"], s["state"]) for s in data["stages"]] == [tuple(line.split()[:2]) for line in lines_of(found.proofs)]
    assert data["rights"] == ["ec2:RegisterImage", "ec2:DescribeImages"]
    assert data_of(ground(DONE), None)["ami"] == AMI
    with pytest.raises(RunError) as caught:
        start_of(ground(NOTHING))
    refused = data_of(ground(NOTHING), None, caught.value)
    assert refused["refused"] == {"text": str(caught.value), "remedy": AGAIN}


def test_the_role_and_the_key_that_are_kept_are_said_while_they_still_count():
    found = ground(IMPORT_OPEN)
    chosen = replace(found, plan=replace(found.plan, making=SnapshotSettings("edge-import", "alias/edge")))
    (told,) = choices_of(chosen, StageId.IMPORT)
    assert told.startswith("as it was chosen: imported by the role edge-import, encrypted with alias/edge; with another")
    assert choices_of(chosen, StageId.REGISTER) == choices_of(found, StageId.IMPORT) == ()
