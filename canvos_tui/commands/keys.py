"""Finds the AWS keys where there is no screen: the environment, the profile, an existing .secret, or a question on the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from canvos_tui.commands.follow import say
from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import KeysGiven
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource, PlacedKeys, to_use
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.errors import CanvosError

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports


async def with_keys(ports: Ports, draft: Draft) -> Draft:
    """The draft with the keys; says which they are and where others stand."""
    placed = await find_keys(ports, draft)
    say(f"== AWS keys {placed.keys.masked_id()} from: {placed.source.value}")
    for place, masked in placed.differing:
        say(f"WARN {place.value} holds other keys ({masked}); those of {placed.source.value} are used and written")
    return draft.after(KeysGiven(placed.keys, placed.source, placed.differing))


async def find_keys(ports: Ports, draft: Draft) -> PlacedKeys:
    """The keys, where they came from, and which other places hold others; CanvosError says where they were looked for."""
    placed = to_use(await look_for_keys(ports, draft.folder))
    if placed is not None:
        return placed
    if sys.stdin.isatty():
        return PlacedKeys(_ask(), KeySource.TYPED)
    raise CanvosError(
        "there are no AWS keys", remedy="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or write .secret in the checkout"
    )


def _ask() -> AwsKeys:
    import getpass

    sys.stderr.write("AWS_ACCESS_KEY_ID: ")
    sys.stderr.flush()
    key_id = fields.AWS_ACCESS_KEY_ID.parse(sys.stdin.readline())
    secret = fields.AWS_SECRET_ACCESS_KEY.parse(getpass.getpass("AWS_SECRET_ACCESS_KEY (not shown): "))
    return AwsKeys(key_id, secret)
