"""Guide step 12: the places that AWS keys can be taken from, which keys will not do, and what the test of them says."""

from __future__ import annotations

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.aws.facts import AwsKeys, Identity
from canvos_tui.core.aws.keys import KeySource, keys_in
from canvos_tui.core.checkout.key_places import in_secret
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.pages import words
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions.choice import Choice

ABOUT = f"The test asks STS who the keys belong to; that needs no right at all. Nothing is stored before {words('review')}."
GOOD_TO_KNOW = (
    "Temporary keys (ASIA..., SSO, roles) do not work: the build passes no session token. Use a long-lived key of an IAM user, "
    f"or the two-stage route ({words('review')}): there no key enters the build. "
    "Otherwise keys go to .secret only (mode 0600, git-ignored) and are masked in every log. After the build you may delete it. "
    ".secret also gets an empty AWS_PROFILE= line: the build stops without it, although the guide does not show it."
)
DEFAULT_REGION = "us-east-1"  # STS answers in any region; used while REGION is not known


class TemporaryKeysError(InvalidValueError):
    """The keys are temporary, and would have to go into the build: another route takes them."""


ABOUT_TEMPORARY = "The guide's route passes no session token into the build. On the two-stage route no key enters it: any keys do."
TEMPORARY = (Choice("route", "Take the two-stage route with these keys"), Choice("", "Use other keys"))


async def taken_from(ports: Ports, draft: Draft, source: KeySource, profile: str = "") -> AwsKeys:
    """The keys that stand there; InvalidValueError where there are none or where they cannot work, AwsError of a profile."""
    if source is KeySource.PROFILE:
        keys = await ports.aws.profile_keys(profile) if profile else None
    else:
        keys = keys_in(ports.environ) if source is KeySource.ENVIRONMENT else await in_secret(ports, draft.folder)
    if keys is None:
        raise InvalidValueError(f"there are no keys: {source.value}")
    return usable(draft, keys)


def usable(draft: Draft, keys: AwsKeys) -> AwsKeys:
    """The same keys; InvalidValueError for temporary ones where they would have to go into the build."""
    if keys.temporary and draft.route.keys_in_build:
        raise TemporaryKeysError(
            "these are temporary keys: the build passes no session token",
            remedy=f"use a long-lived key of an IAM user, or the two-stage route ({words('review')})",
        )
    return keys


async def identity_of(ports: Ports, draft: Draft, keys: AwsKeys) -> Identity:
    """Whose keys these are; raises AwsError."""
    aws = await ports.aws.open(keys, draft.text("REGION") or DEFAULT_REGION)
    return await aws.identity()


def told(identity: Identity) -> str:
    """The account and the user, and what is wrong with either or with the clock."""
    skew = identity.clock_skew
    late = f"   ! clock {abs(skew):.0f} s off" if skew is not None and abs(skew) > 60 else ""
    root = "   ! root keys: use an IAM user" if identity.arn.endswith(":root") else ""
    return f"account {identity.account}  {identity.user}{late}{root}"
