"""Finds the AWS keys where there is no screen: the environment, the profile, an existing .secret, or a question on the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from canvos_tui.commands.follow import say
from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import KeysGiven
from canvos_tui.core.answers.pasted import ID, SECRET, TOKEN, keys_in, value_in
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource, PlacedKeys, to_use
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions.keys import expiring, typed

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports


_ELSEWHERE = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or write .secret in the checkout"


async def with_keys(ports: Ports, draft: Draft, asked: Draft | None = None) -> Draft:
    """The draft with the keys; says which they are and where others stand. What was typed for `asked` is not asked for again."""
    typed = asked.keys if asked is not None and asked.key_source is KeySource.TYPED else None
    placed = await find_keys(ports, draft, typed)
    say(f"== AWS keys {placed.keys.masked_id()} from: {placed.source.value}")
    for place, masked in placed.differing:
        say(f"WARN {place.value} holds other keys ({masked}); those of {placed.source.value} are used and written")
    if warning := await expiring(ports, placed.keys):
        say(f"WARN {warning}")
    return draft.after(KeysGiven(placed.keys, placed.source, placed.differing))


async def find_keys(ports: Ports, draft: Draft, typed: AwsKeys | None = None) -> PlacedKeys:
    """The keys, where they came from, and which other places hold others; CanvosError says where they were looked for."""
    placed = to_use(await look_for_keys(ports, draft.folder))
    if placed is not None:
        return placed
    if typed is not None or sys.stdin.isatty():
        return PlacedKeys(typed or _ask(), KeySource.TYPED)
    raise CanvosError("there are no AWS keys", remedy=_ELSEWHERE)


def _ask() -> AwsKeys:
    """All of it unseen, because whoever pastes all lines at the first question has given the others, too."""
    from canvos_tui.commands.unseen import Unseen

    unseen = Unseen(sys.stderr)
    try:
        with unseen.quietly():
            first = unseen.line_or_paste("AWS_ACCESS_KEY_ID (not shown): ")
            found = keys_in(first) if "\n" in first else None
            if found is not None:
                return typed(found.key_id, found.secret.reveal(), found.token.reveal(), found.expires)
            key_id = fields.AWS_ACCESS_KEY_ID.parse(value_in(ID, first))
            secret = value_in(SECRET, unseen.line("AWS_SECRET_ACCESS_KEY (not shown): "))
            token = value_in(TOKEN, unseen.line("AWS_SESSION_TOKEN (not shown): ")) if key_id.startswith("ASIA") else ""
    except EOFError:
        raise CanvosError("there are no AWS keys", remedy=_ELSEWHERE) from None
    return typed(key_id, secret, token)
