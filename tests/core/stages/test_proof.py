"""What is done of a run: a stage counts as done only when AWS shows it, and as unknown when AWS was not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from canvos_tui.core.aws.facts import Snapshot
from canvos_tui.core.aws.sighting import Question
from canvos_tui.core.aws.snapshot_settings import SnapshotSettings
from canvos_tui.core.run.stage import GUIDE, StageId
from canvos_tui.core.stages.proof import Done, Proof, Told, name_taken, proofs
from tests.core.stages.sight import (
    ACTIVE,
    AMI,
    BASE,
    COMPLETED,
    DONE,
    FAILED,
    IMAGE,
    IMPORT_OPEN,
    NOTHING,
    NOW,
    OBJECT,
    OLD_OBJECT,
    REGISTER_OPEN,
    TASK,
    TOLD,
    UNDER_WAY,
    blind,
    chain,
)

NOTHING_IMPORTED = replace(NOTHING, object=OBJECT)
DONE_, OPEN, WAY, UNSEEN = Done.DONE, Done.OPEN, Done.UNDER_WAY, Done.UNKNOWN


def of(found: tuple[Proof, ...], stage: StageId) -> Proof:
    return next(proof for proof in found if proof.stage is stage)


@pytest.mark.parametrize(
    ("sighting", "done"),
    [
        (DONE, (DONE_, DONE_, DONE_, DONE_)),
        (REGISTER_OPEN, (DONE_, DONE_, DONE_, OPEN)),
        (IMPORT_OPEN, (DONE_, DONE_, OPEN, OPEN)),
        (UNDER_WAY, (DONE_, DONE_, WAY, OPEN)),
        (NOTHING, (OPEN, OPEN, OPEN, OPEN)),
        (replace(REGISTER_OPEN, object=None), (OPEN, OPEN, DONE_, OPEN)),
        (replace(DONE, images=(replace(IMAGE, state="pending"),)), (DONE_, DONE_, DONE_, WAY)),
        (replace(DONE, images=(replace(IMAGE, state="failed", reason="no disk"),)), (DONE_, DONE_, DONE_, OPEN)),
        (replace(REGISTER_OPEN, snapshot=None), (DONE_, DONE_, OPEN, OPEN)),
        (blind(replace(DONE, object=None, object_known=False), Question.OBJECT), (UNSEEN, UNSEEN, DONE_, DONE_)),
        (blind(REGISTER_OPEN, Question.TASKS, tasks=None, snapshot=None), (DONE_, DONE_, UNSEEN, OPEN)),
        (blind(REGISTER_OPEN, Question.IMAGES, images=None), (DONE_, DONE_, DONE_, UNSEEN)),
        (blind(REGISTER_OPEN, Question.SNAPSHOT, snapshot=None), (DONE_, DONE_, DONE_, OPEN)),
    ],
)
def test_each_stage_is_as_far_as_aws_shows(sighting, done):
    found = proofs(chain(sighting), TOLD)
    assert [proof.stage for proof in found] == [stage.id for stage in GUIDE]
    assert tuple(proof.done for proof in found) == done
    assert all(proof.text for proof in found)


@pytest.mark.parametrize(
    ("change", "told", "words"),
    [
        ({"size": 0}, TOLD, "is empty"),
        ({"size": OBJECT.size - 1}, TOLD, "has 2,999,999,999 bytes, and the run uploaded 3,000,000,000"),
        ({"modified": NOW - timedelta(minutes=6)}, TOLD, "was written before the run, 2026-11-22 14:06 UTC"),
        ({"modified": NOW + timedelta(minutes=66)}, TOLD, "was written after the run ended, 2026-11-22 15:18 UTC"),
    ],
)
def test_an_object_that_is_not_like_the_runs_is_not_taken_over(change, told, words):
    found = proofs(chain(replace(NOTHING, object=replace(OBJECT, **change))), told)
    assert of(found, StageId.UPLOAD).done is Done.OPEN
    assert words in of(found, StageId.UPLOAD).text
    assert of(found, StageId.IMAGE).done is Done.OPEN


def test_an_object_of_another_etag_is_another_object_whatever_its_size():
    found = proofs(chain(NOTHING_IMPORTED), replace(TOLD, etag='"else"'))
    assert of(found, StageId.UPLOAD).text.endswith("is another object than the run had there: its ETag differs")
    assert of(proofs(chain(NOTHING_IMPORTED), replace(TOLD, etag=OBJECT.etag)), StageId.UPLOAD).done is Done.DONE


def test_a_snapshot_that_is_broken_is_no_import():
    broken = replace(REGISTER_OPEN, snapshot=Snapshot("snap-0new", "error"))
    assert of(proofs(chain(broken), TOLD), StageId.IMPORT).text == "its snapshot snap-0new is `error`"


def test_a_snapshot_that_is_not_encrypted_as_it_was_chosen_is_made_anew():
    chosen = SnapshotSettings(encryption="yes")
    found = of(proofs(chain(REGISTER_OPEN), TOLD, making=chosen), StageId.IMPORT)
    assert (found.done, found.text) == (OPEN, "its snapshot snap-0new is not encrypted, as it was chosen to be")
    sealed = replace(REGISTER_OPEN, snapshot=Snapshot("snap-0new", "completed", encrypted=True))
    assert of(proofs(chain(sealed), TOLD, making=chosen), StageId.IMPORT).done is DONE_
    base, named = replace(BASE, bucket=""), {"snapshot": "snap-0new"}
    direct = of(proofs(chain(REGISTER_OPEN, base, named=named), TOLD, making=chosen), StageId.SNAPSHOT)
    assert (direct.done, direct.text) == (OPEN, "snap-0new is not encrypted, as it was chosen to be")
    assert of(proofs(chain(sealed, base, named=named), TOLD, making=chosen), StageId.SNAPSHOT).done is DONE_


def test_clocks_that_differ_a_little_and_a_run_without_a_record_do_not_matter():
    late = replace(NOTHING, object=replace(OBJECT, modified=NOW - timedelta(minutes=4)))
    assert of(proofs(chain(late), Told()), StageId.UPLOAD).done is Done.DONE


def test_what_is_the_runs_by_time_and_size_only_is_named_so():
    found = proofs(chain(REGISTER_OPEN), TOLD)
    assert [proof.taken_for_it for proof in found] == [True, True, False, False]


def test_an_object_from_before_counts_only_where_it_was_chosen():
    base = replace(BASE, object=OLD_OBJECT)
    old = replace(NOTHING, object=OLD_OBJECT)
    assert of(proofs(chain(old, base), TOLD), StageId.UPLOAD).text.endswith("is the object from before the run")
    chosen = of(proofs(chain(old, base, reuse=True), TOLD), StageId.UPLOAD)
    assert (chosen.done, chosen.taken_for_it) == (Done.DONE, False)


def test_an_object_of_somebody_else_and_its_import_are_not_taken_over():
    found = proofs(chain(REGISTER_OPEN, found={"object": "edge"}), TOLD)
    assert of(found, StageId.UPLOAD).text.endswith("was not made by this run")
    assert of(found, StageId.IMPORT) == Proof(StageId.IMPORT, Done.OPEN, f"{TASK} imports an object that this run did not upload")


def test_which_of_two_imports_is_the_runs_is_not_guessed():
    rival = replace(COMPLETED, task_id="import-snap-0other")
    found = of(proofs(chain(replace(REGISTER_OPEN, tasks=(COMPLETED, rival))), TOLD), StageId.IMPORT)
    assert found.done is Done.UNKNOWN
    assert TASK in found.text
    assert rival.task_id in found.text


def test_the_words_say_what_was_seen():
    assert of(proofs(chain(IMPORT_OPEN), TOLD), StageId.IMPORT).text == f"{TASK} ended as `deleted`: {FAILED.message}"
    assert of(proofs(chain(UNDER_WAY), TOLD), StageId.IMPORT).text == f"{TASK} is {ACTIVE.status}, 42 %"
    denied = of(proofs(chain(blind(REGISTER_OPEN, Question.IMAGES, images=None)), TOLD), StageId.REGISTER)
    assert denied.text == "AMIs could not be asked for: UnauthorizedOperation: not authorized"


def test_a_name_is_taken_by_whatever_is_not_the_runs_own_ami():
    stranger = replace(IMAGE, image_id="ami-0stranger", root_snapshot="snap-0other")
    assert name_taken(chain(DONE)) is None
    assert name_taken(chain(REGISTER_OPEN)) is None
    assert name_taken(chain(replace(DONE, images=(stranger,)))) == stranger
    broken = replace(IMAGE, state="failed")
    assert name_taken(chain(replace(DONE, images=(broken,)))) == broken
    assert AMI not in of(proofs(chain(replace(DONE, images=(stranger,))), TOLD), StageId.REGISTER).text
