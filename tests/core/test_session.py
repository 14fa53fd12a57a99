"""What is known moves by one fact at a time, and what no longer holds goes with it."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from canvos_tui.core import session as s
from canvos_tui.core.aws.facts import Baseline, Bucket, Identity, Right, RightProbe
from canvos_tui.core.aws.taken_names import TakenNames
from canvos_tui.core.checkout.earthfile import read_earthfile
from canvos_tui.core.checkout.state import CheckoutState, Place
from canvos_tui.core.checkout.tags import classify
from canvos_tui.core.checks.report import Report
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunInfo, RunResult
from canvos_tui.core.run.run import BuildPlan

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
STATE = CheckoutState(Place.CANVOS, Path("/home/alice/CanvOS"), "v4.9.38")
BUCKET, IDENTITY, TAKEN = Bucket("acme", exists=True), Identity("1", "arn:aws:iam::1:user/u"), TakenNames("k")
PROBE = RightProbe("s3:PutObject", Right.ALLOWED, "verified")
RUN = RunInfo("r1", "/home/alice/CanvOS", "v4.9.38", AT, live=True, outcome=None)
PLAN = BuildPlan("/home/alice/CanvOS", "v4.9.38", ("./earthly.sh",), Baseline(AT, "eu-west-1", "acme", "k"))
RESULT = RunResult("r1", Outcome.SUCCEEDED)

FACTS: tuple[tuple[s.Fact, dict[str, object]], ...] = (
    (s.CheckoutSeen(STATE, {"kubeadm": ("1.33.5",)}, ()), {"checkout": STATE, "versions": {"kubeadm": ("1.33.5",)}}),
    (s.TagsSeen(()), {}),
    (s.TagWanted("v4.9.38"), {"wanted": "v4.9.38"}),
    (s.Checked(Report(()), AT), {"report": Report(()), "reported_at": AT}),
    (s.BucketSeen(BUCKET), {"bucket": BUCKET}),
    (s.RegionsSeen(("eu-west-1",)), {"regions": ("eu-west-1",)}),
    (s.IdentitySeen(IDENTITY), {"identity": IDENTITY}),
    (s.NamesSeen(TAKEN), {"taken": TAKEN}),
    (s.AccountSeen(IDENTITY, BUCKET, TAKEN), {"identity": IDENTITY, "bucket": BUCKET, "taken": TAKEN}),
    (s.RightsSeen((PROBE,), "u/r/b/k"), {"rights": (PROBE,), "rights_for": "u/r/b/k"}),
    (s.KeysChanged(), {}),
    (s.RunsSeen((RUN,)), {"runs": (RUN,)}),
    (s.RunChosen("r1"), {"run_id": "r1"}),
    (s.PlanSeen(PLAN), {"plan": PLAN}),
    (s.Ended(RESULT), {"result": RESULT}),
    (s.BegunAnew(), {}),
)


@pytest.mark.parametrize(("fact", "changes"), FACTS, ids=lambda v: type(v).__name__)
def test_a_fact_changes_what_it_is_about_and_nothing_else(fact: s.Fact, changes: dict[str, object]) -> None:
    before, after = s.Session(), s.Session().after(fact)
    for each in fields(s.Session):
        assert getattr(after, each.name) == changes.get(each.name, getattr(before, each.name)), each.name


def test_every_kind_of_fact_has_an_example() -> None:
    assert {type(fact) for fact, _ in FACTS} == set(get_args(s.Fact))


def test_other_keys_and_a_new_draft_take_what_hung_on_the_old_ones_away() -> None:
    known = s.Session()
    for fact, _ in FACTS:
        if not isinstance(fact, s.KeysChanged | s.BegunAnew):
            known = known.after(fact)
    other = known.after(s.KeysChanged())
    assert (other.identity, other.taken, other.rights, other.rights_for) == (None, None, (), "")
    assert other.bucket == BUCKET
    anew = known.after(s.BegunAnew())
    assert (anew.checkout, anew.versions, anew.wanted, anew.bucket, anew.rights_for) == (None, {}, "", None, "")
    assert (anew.report, anew.runs) == (Report(()), (RUN,))


def test_a_look_at_the_checkout_alone_keeps_the_tags() -> None:
    tag = classify("v4.9.38", None, read_earthfile(None))
    known = s.Session(tags=(tag,))
    assert known.after(s.CheckoutSeen(STATE)).tags == (tag,)
    assert known.after(s.CheckoutSeen(STATE, tags=())).tags == ()
