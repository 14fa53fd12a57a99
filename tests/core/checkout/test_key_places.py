"""Keys are looked for in every place; a profile is resolved only where nothing stronger is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.errors import AwsError
from canvos_tui.core.ports import Ports
from canvos_tui.core.secret import Secret
from tests.tui.fakes import make_ports

PAIR = "AWS_PROFILE=\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=" + "w" * 40 + "\n"
EXPORTED = {"AWS_ACCESS_KEY_ID": "AKIAOTHEROTHEROTHER1", "AWS_SECRET_ACCESS_KEY": "o" * 40}
PROFILE_KEYS = AwsKeys("AKIAPROFILEPROFILE12", Secret("p" * 40))


def ports_with(tmp_path: Path, environ: dict[str, str], *, profile: AwsKeys | None = None) -> Ports:
    ports = make_ports(tmp_path)

    async def profile_keys(name: str) -> AwsKeys:
        if profile is None:
            raise AwsError(f"the profile {name} has no keys", code="no-keys")
        return profile

    ports.aws.profile_keys = profile_keys  # type: ignore[method-assign, assignment]
    return replace(ports, environ=environ)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "CanvOS"
    folder.mkdir()
    (folder / ".secret").write_text(PAIR)
    return folder


async def test_both_the_exported_pair_and_the_stored_one_are_found(tmp_path: Path, checkout: Path) -> None:
    found = await look_for_keys(ports_with(tmp_path, EXPORTED), checkout)
    assert list(found) == [KeySource.ENVIRONMENT, KeySource.SECRET]


async def test_a_profile_is_asked_for_where_nothing_is_exported(tmp_path: Path, checkout: Path) -> None:
    named = {"AWS_PROFILE": "work"}
    assert (await look_for_keys(ports_with(tmp_path, named, profile=PROFILE_KEYS), checkout))[KeySource.PROFILE] == PROFILE_KEYS
    both = await look_for_keys(ports_with(tmp_path, {**named, **EXPORTED}), checkout)
    assert KeySource.PROFILE not in both


async def test_a_profile_without_keys_is_an_error_only_where_nothing_else_is_there(tmp_path: Path, checkout: Path) -> None:
    ports = ports_with(tmp_path, {"AWS_PROFILE": "gone"})
    assert list(await look_for_keys(ports, checkout)) == [KeySource.SECRET]
    with pytest.raises(AwsError, match="gone"):
        await look_for_keys(ports, None)
