from __future__ import annotations

from canvos_tui.core import guide
from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.secret import Secret


def test_the_guide_has_sixteen_steps_in_order():
    assert [s.number for s in guide.STEPS] == list(range(1, 17))


def test_commands_hold_the_users_values_and_secrets_only_as_names():
    draft = fresh().after(d.FieldAnswered("S3_BUCKET", "acme")).after(d.TagChosen("v4.9.38"))
    draft = draft.after(d.KeysGiven(AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret("w" * 40)), KeySource.TYPED))
    text = "\n".join(line for step in guide.STEPS for line in guide.commands(step, draft))
    assert "git checkout v4.9.38" in text
    assert "export S3_BUCKET=acme" in text
    assert "S3_KEY=palette-learn" in text
    assert "export REGION=$REGION" in text
    assert "./earthly.sh +aws-cloud-image --ARCH=amd64" in text
    assert "AKIA" not in text
    assert "wwww" not in text
    assert "{" not in text.replace("${", "")


def test_a_tag_that_cannot_build_is_never_put_into_a_command():
    told = guide.commands(guide.BY_NUMBER[4], fresh())
    assert told == ("git checkout TAG",)
    assert "v4.8.5" in guide.BY_NUMBER[4].differs
    odd = fresh().after(d.TagChosen("v1;touch x"))
    assert guide.commands(guide.BY_NUMBER[4], odd) == ("git checkout 'v1;touch x'",)


def test_on_another_route_the_steps_say_what_that_route_does():
    for route, missing in ((Route.TWO_STAGE, ".secret is needed"), (Route.DIRECT, "no bucket is needed")):
        draft = fresh().after(d.FieldAnswered("S3_BUCKET", "acme")).after(d.RouteChosen(route))
        steps = [guide.on_route(step, route) for step in guide.STEPS]
        text = "\n".join(line for step in steps for line in (step.differs, *guide.commands(step, draft)))
        assert missing in text
        assert "./earthly.sh +cloud-image --ARCH=amd64" in text
        assert "+aws-cloud-image --ARCH" not in text
        assert "cat <<EOF > .secret" not in text
        assert "long-lived" not in text
        assert "temporary keys (ASIA...) fail" not in text
        assert ("S3_BUCKET=acme" in "\n".join(guide.commands(guide.BY_NUMBER[10], draft))) is route.needs_bucket
    assert all(guide.on_route(step, Route.GUIDE) is step for step in guide.STEPS)
