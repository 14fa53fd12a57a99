"""The ways to ask AWS for a right: the call itself, a dry run of it, and with the tags that the run sends."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.adapters.aws.making import Tags
from canvos_tui.core.aws.facts import DENIALS, MARK_TAG, Right, RightProbe
from canvos_tui.core.aws.refusal import missing_right
from canvos_tui.core.errors import AwsError

TAGS = "ec2:CreateTags"
_ALLOWED_DRY = "DryRunOperation"


class Asking:
    """Asks with one pair of keys, and turns what AWS answers into a probe."""

    _clients: Clients

    async def _try(self, action: str, service: str, deed: Callable[[Any], object], *, method: str = "verified") -> RightProbe:
        try:
            await self._clients.call(service, deed)
        except AwsError as error:
            right = Right.DENIED if error.code in DENIALS else Right.UNKNOWN
            said = await self._decoded(error) or error.said or error.message
            return RightProbe(action, right, method, error.code, said, error.request_id)
        return RightProbe(action, Right.ALLOWED, method)

    async def _dry_run(self, action: str, deed: Callable[[Any], object]) -> RightProbe:
        probe = await self._try(action, "ec2", deed, method="dry_run")
        if probe.code == _ALLOWED_DRY:
            return RightProbe(action, Right.ALLOWED, "dry_run")
        if probe.right is Right.ALLOWED:  # a dry run that answers with success is none: nothing was proven
            return replace(probe, right=Right.UNKNOWN, message="the endpoint does not know dry runs")
        return probe

    async def _decoded(self, error: AwsError) -> str:
        """The sentence inside an encoded refusal; "" where there is none or these keys may not decode it."""
        if not error.sealed:
            return ""
        try:
            answer = await self._clients.call("sts", lambda sts: sts.decode_authorization_message(EncodedMessage=error.sealed))
            about = json.loads(answer["DecodedMessage"])
            who, what = about["context"]["principal"]["arn"], about["context"]["action"]
        except (AwsError, KeyError, TypeError, ValueError):
            return ""
        why = "an explicit deny" if about.get("explicitDeny") else "no policy allows it"
        return f"{who} may not {what} on {about['context'].get('resource', '*')}: {why}"

    async def _tagged(self, ask: Callable[[Tags], Awaitable[RightProbe]], tags: Tags) -> tuple[RightProbe, RightProbe | None]:
        """What makes something with tags needs two rights, and AWS judges both in one call; None where the one of the tags was not named.

        A call without tags tells them apart where it is allowed; where it is not, a policy may ask for the tags that it lacks.
        """
        both = await ask(tags)
        if both.right is not Right.DENIED:
            return both, None
        named, both = missing_right(both.message), replace(both, message=f"{both.message} ({_sent(tags)})")
        if named == both.action:
            return both, None
        alone = await ask([])
        if alone.right is Right.ALLOWED:
            return alone, replace(both, action=TAGS)
        if named == TAGS:
            hidden = replace(alone, right=Right.UNKNOWN, method="not_verifiable", message=f"AWS refused {TAGS} first")
            return hidden, replace(both, action=TAGS)
        return both, None

    async def _tags(self, kind: str, tags: Tags) -> RightProbe:
        """Tagging by itself: a dry run on something that does not exist. Its refusal is no proof, for what makes it may tag it."""
        resource = f"{kind}{secrets.token_hex(8)}"
        probe = await self._dry_run(TAGS, lambda ec2: ec2.create_tags(DryRun=True, Resources=[resource], Tags=tags))
        if probe.right is Right.ALLOWED:
            return probe
        text = f"cannot be seen by itself: AWS refuses to tag what does not exist ({probe.message}; {_sent(tags)})"
        return replace(probe, right=Right.UNKNOWN, method="not_verifiable", message=text)


def untagged(probe: RightProbe) -> RightProbe:
    """A refusal for a snapshot that has not the run's tags: a policy may ask for them, and one that denies may spare them."""
    text = f"refused for a snapshot without the run's tags; a policy that asks for a tag refuses that too ({probe.message})"
    return replace(probe, right=Right.UNKNOWN, method="not_verifiable", message=text)


def _sent(tags: Tags) -> str:
    named = (tag["Key"] if tag["Key"] == MARK_TAG else f"{tag['Key']}={tag['Value']}" for tag in tags)
    return f"asked with the tags of the run: {', '.join(named)}"
