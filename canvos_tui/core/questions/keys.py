"""Guide step 12: the places that AWS keys can be taken from, which keys will not do, and what the test of them says."""

from __future__ import annotations

from collections.abc import Callable

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.fields import AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
from canvos_tui.core.aws.facts import AwsKeys, Identity
from canvos_tui.core.aws.keys import KeySource, keys_in, parse_expiry
from canvos_tui.core.checkout.key_places import in_secret
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.pages import words
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.run.usual_times import usual_whole
from canvos_tui.core.secret import Secret
from canvos_tui.core.text import elapsed

ABOUT = f"The test asks STS who the keys belong to; that needs no right at all. Nothing is stored before {words('review')}."
_TO_FILE = (
    "Keys go to .secret only (mode 0600, git-ignored) and are masked in every log. After the build you may delete it. "
    ".secret also gets an empty AWS_PROFILE= line: the build stops without it, although the guide does not show it."
)
_LASTING = (
    "Temporary keys (ASIA..., SSO, roles) do not work on the guide's route: its build passes no session token. Use a long-lived key of an "
    "IAM user, or the two-stage route: no key enters its build. "
)
_ANY_KEYS = (
    "No key enters the build on this route: keys of any kind do, temporary ones (ASIA..., SSO, roles) with their session token. They "
    "stay in memory, are written into no file and masked in every log. The run reads them when it starts: ones that end before it does "
    "stop it, and canvos-tui resume goes on with new ones. "
)
TOGETHER = "The lines that aws configure export-credentials --format env prints fill all fields when they are pasted together."


def good_to_know(draft: Draft) -> str:
    """Which keys the chosen route takes, and where they go."""
    return f"{_LASTING if draft.route.keys_in_build else _ANY_KEYS}{_TO_FILE if draft.route.keys_in_build else TOGETHER}"


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


def parse_key_id(draft: Draft, text: str) -> str:
    """The key's id; InvalidValueError for none, TemporaryKeysError at once for one that the route does not take."""
    found = AWS_ACCESS_KEY_ID.parse(text)
    if AwsKeys(found, Secret("")).temporary and draft.route.keys_in_build:
        raise TemporaryKeysError(
            "a temporary key (ASIA...) does not work on the guide's route",
            remedy="Test, with all three given, offers the route that takes it",
        )
    return found


def parse_token(key_id: str, text: str) -> Secret | None:
    """The session token that belongs to a key of that id, None for a long-lived one. InvalidValueError where only one of the two fits."""
    token = AWS_SESSION_TOKEN.parse(text)
    if key_id.startswith("AKIA") and token:
        raise InvalidValueError(
            "a long-lived key (AKIA...) has no session token", remedy="leave it empty, or give the key that it belongs to"
        )
    if key_id.startswith("ASIA") and not token:
        raise InvalidValueError(
            "a temporary key (ASIA...) works with its session token only", remedy="paste AWS_SESSION_TOKEN: it came with the key"
        )
    return token or None


def notes(draft: Draft, key_id: str, secret: str, token: str) -> tuple[str, str, str]:
    """What is wrong with each of the three texts, "" for nothing; a token that is still missing is said by `typed`."""
    asked = (
        (key_id, lambda: parse_key_id(draft, key_id)),
        (secret, lambda: AWS_SECRET_ACCESS_KEY.parse(secret)),
        (token, lambda: parse_token(key_id.strip(), token)),
    )
    first, second, third = (_wrong(parse) if text.strip() else "" for text, parse in asked)
    return first, second, third


def _wrong(parse: Callable[[], object]) -> str:
    try:
        parse()
    except InvalidValueError as error:
        return f"x {error.sentence()}"
    return ""


def typed(key_id: str, secret: str, token: str, expires: str = "") -> AwsKeys:
    """The keys of three texts; InvalidValueError for any that is none or does not fit the others. The route is not asked."""
    found = AWS_ACCESS_KEY_ID.parse(key_id)
    return AwsKeys(found, AWS_SECRET_ACCESS_KEY.parse(secret), parse_token(found, token), parse_expiry(expires))


def unusable(draft: Draft, key_id: str, secret: str, token: str, expires: str = "") -> str:
    """Why what was typed is no pair of keys that this route takes, in a sentence; "" where it is one, or nothing was typed."""
    if not any(text.strip() for text in (key_id, secret, token)):
        return ""
    try:
        usable(draft, typed(key_id, secret, token, expires))
    except InvalidValueError as error:
        return error.sentence()
    return ""


async def expiring(ports: Ports, keys: AwsKeys | None) -> str:
    """A warning where keys are known to end before a build usually does; "" for all others."""
    if keys is None or keys.expires is None:
        return ""
    left, usual = (keys.expires - ports.clock.now()).total_seconds(), usual_whole(await ports.runs.history())
    if left > usual.high:
        return ""
    when = f"expire in {elapsed(left)}" if left > 0 else "have expired"
    return f"these keys {when}, and a build takes {usual.text}: get new ones first; a run that they stop goes on by canvos-tui resume"


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
