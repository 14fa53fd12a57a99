"""Which checks a route asks, and which are open when the route was changed after a check."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from canvos_tui.core.answers.draft import KeysGiven, RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys, Right, RightProbe
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.checks.check import CheckAnswer, CheckResult
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.routes import of_route, unasked
from canvos_tui.core.readiness import blockers, rights_subject
from canvos_tui.core.secret import Secret
from canvos_tui.core.session import Session
from canvos_tui.core.status import Status
from tests.doubles.check_world import answered

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def passed(route: Route) -> Report:
    """Everything that the route asks, and all of it good."""
    checks = of_route(CHECKS, route)
    return Report(checks, {c.id: CheckResult(c, CheckAnswer(Status.PASS, "good", "good"), NOW) for c in checks})


@pytest.mark.parametrize("asked", Route)
@pytest.mark.parametrize("route", Route)
def test_another_route_leaves_its_own_hosts_open(asked, route):
    report = passed(asked)
    own = {c.id for c in of_route(CHECKS, route) if c.category == "network"} - set(report.results)
    assert set(unasked(report.results, route)) == own
    draft = answered().after(RouteChosen(route))
    open_ = [b.text for b in blockers(draft, Session(report=report)) if b.page == "check"]
    assert bool(open_) == bool(own)
    assert all(name in open_[0] for name in own)


def test_what_fails_for_another_route_keeps_nobody_from_building():
    report = passed(Route.GUIDE)
    bad = replace(report.results["NET-S3"], answer=CheckAnswer(Status.FAIL, "closed", "open"))
    both = Report(report.checks, {**report.results, **passed(Route.DIRECT).results, "NET-S3": bad})
    by_guide = [b.text for b in blockers(answered(), Session(report=both)) if b.page == "check"]
    direct = [b.text for b in blockers(answered().after(RouteChosen(Route.DIRECT)), Session(report=both)) if b.page == "check"]
    assert (by_guide, direct) == (["NET-S3: closed"], [])


def test_what_was_denied_on_one_route_says_nothing_of_another():
    keys = KeysGiven(AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret("s" * 40)), KeySource.TYPED)
    guide = answered().after(keys)
    denied = RightProbe("s3:PutObject", Right.DENIED, "dry_run", "AccessDenied", "no")
    known = Session(report=passed(Route.GUIDE), rights=(denied,), rights_for=rights_subject(guide))
    assert [b.text for b in blockers(guide, known) if b.page == "aws"] == ["s3:PutObject is denied: no"]
    for route in (Route.TWO_STAGE, Route.DIRECT):  # the one asks for rights with tags of its own, the other for none of S3
        other = guide.after(RouteChosen(route))
        assert [b.text for b in blockers(other, known) if b.page == "aws"] == ["the AWS rights were not asked for yet"]
    back = guide.after(RouteChosen(Route.DIRECT)).after(RouteChosen(Route.GUIDE))
    assert [b.text for b in blockers(back, known) if b.page == "aws"] == ["s3:PutObject is denied: no"]
