"""Keys from ~/.aws: which profiles there are, and what one of them resolves to. The instance's own keys are never asked for."""

from __future__ import annotations

from typing import Any

from canvos_tui.adapters import threads
from canvos_tui.adapters.aws.errors import translate
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.errors import AwsError
from canvos_tui.core.secret import Secret

_FROM_THE_MACHINE = ("container-role", "iam-role")  # botocore's names for keys that belong to a machine, not to a profile


async def names() -> tuple[str, ...]:
    """Names of the profiles in ~/.aws, in their order."""
    return await threads.call(_names)


def _names() -> tuple[str, ...]:
    import botocore.session
    from botocore.exceptions import BotoCoreError

    try:
        return tuple(botocore.session.Session().available_profiles)
    except BotoCoreError as error:
        problem = translate(error)
    raise problem


async def keys_of(profile: str) -> AwsKeys:
    """The keys a profile resolves to; AwsError when it has none, needs a code or a new login."""
    return await threads.call(lambda: _keys_of(profile))


def _keys_of(profile: str) -> AwsKeys:
    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session = botocore.session.Session(profile=profile)
        _refuse_questions(session, profile)
        for name in _FROM_THE_MACHINE:
            session.get_component("credential_provider").remove(name)
        found = session.get_credentials()
        frozen = found.get_frozen_credentials() if found is not None else None
    except (BotoCoreError, ClientError) as error:
        problem = translate(error)
    else:
        if frozen is not None and frozen.access_key and frozen.secret_key:
            token = Secret(frozen.token) if frozen.token else None
            # the one private name that is read: no public one tells when an SSO login or a role ends
            expires = getattr(found, "_expiry_time", None)
            return AwsKeys(frozen.access_key, Secret(frozen.secret_key), token, expires)
        text = f"the profile `{profile}` has no keys"
        problem = AwsError(text, code="no-keys", remedy="set it up with `aws configure --profile`, or type the keys here")
    raise problem


def _refuse_questions(session: Any, profile: str) -> None:
    """A profile that asks for a code would write its question across the screen."""
    known, seen = session.full_config.get("profiles", {}), set[str]()
    name: str | None = profile
    while name and name in known and name not in seen:
        seen.add(name)
        if known[name].get("mfa_serial"):
            text = f"the profile `{profile}` asks for a code from a device"
            raise AwsError(text, code="mfa", remedy="get temporary keys with `aws sts get-session-token` and type them here")
        name = known[name].get("source_profile")
