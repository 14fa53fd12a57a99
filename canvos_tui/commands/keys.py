"""Finds the AWS keys where there is no screen: the environment, an existing .secret, or a question on the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from canvos_tui.core.answers import fields
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.checkout import secret_file
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.secret import Secret

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports


async def find_keys(ports: Ports, draft: Draft) -> AwsKeys:
    """The keys; CanvosError says where they were looked for."""
    env = ports.environ
    key_id, secret, token = (env.get(n, "") for n in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
    if key_id and secret:
        return AwsKeys(key_id, Secret(secret), Secret(token) if token else None)
    if draft.folder is not None:
        data = await ports.files.read_bytes(draft.folder / ".secret")
        found = secret_file.keys_of(data or b"")
        if found is not None:
            return found
    if profile := env.get("AWS_PROFILE"):
        return await ports.aws.profile_keys(profile)
    if sys.stdin.isatty():
        return _ask()
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
