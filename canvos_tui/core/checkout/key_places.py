"""Looks for AWS keys in every place but the keyboard: the environment, the profile that it names, the checkout's `.secret`."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource, keys_in
from canvos_tui.core.checkout import secret_file
from canvos_tui.core.errors import AwsError
from canvos_tui.core.ports import Ports


async def look_for_keys(ports: Ports, folder: Path | None) -> dict[KeySource, AwsKeys]:
    """What was found, by place. AwsError for a profile that has none and is the only place named, FilesError for an unreadable file."""
    found: dict[KeySource, AwsKeys] = {}
    if (exported := keys_in(ports.environ)) is not None:
        found[KeySource.ENVIRONMENT] = exported
    if (stored := await in_secret(ports, folder)) is not None:
        found[KeySource.SECRET] = stored
    # a profile is asked for where nothing stronger is there, because resolving one may take a login
    if KeySource.ENVIRONMENT not in found and (profile := ports.environ.get("AWS_PROFILE")):
        try:
            found[KeySource.PROFILE] = await ports.aws.profile_keys(profile)
        except AwsError:
            if not found:
                raise
    return found


async def in_secret(ports: Ports, folder: Path | None) -> AwsKeys | None:
    """The pair of the checkout's `.secret`; None without a checkout, a file or one half of the pair."""
    data = await ports.files.read_own(folder, ".secret") if folder is not None else None
    return secret_file.keys_of(data or b"")
