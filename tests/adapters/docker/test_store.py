"""What an engine keeps of a build, asked of a real one where one can run: its volumes and images, and that one of them goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from canvos_tui.adapters.docker.engine import DockerEngine
from canvos_tui.adapters.docker.store import _moment
from canvos_tui.core.errors import DockerError
from canvos_tui.core.machine import DockerStore, StoredImage, StoredVolume
from tests.doubles.own_engine import OwnEngine, own_engine

EARTHLY = "mirror.acme.dev/third-party/edge/earthly/earthly:v0.8.15"


@pytest.fixture(scope="module")
def installed() -> Iterator[OwnEngine]:
    with own_engine() as found:
        for name in (EARTHLY, "busybox:mine"):
            if not found.take_image(name):
                pytest.skip("there is no static busybox to make an image of")
        yield found


def volume(store: DockerStore, name: str) -> StoredVolume | None:
    return next((one for one in store.volumes if one.name == name), None)


def image(store: DockerStore) -> StoredImage | None:
    return next((one for one in store.images if one.name == EARTHLY), None)


@pytest.mark.slow
@pytest.mark.engine
async def test_what_a_container_left_is_seen_and_goes_when_nothing_uses_it(installed: OwnEngine) -> None:
    engine, now = DockerEngine(installed.environ), datetime.now(UTC)
    container = installed.told("create", "--volume", "/store", EARTHLY, "true")
    name = installed.told("inspect", "--format", "{{(index .Mounts 0).Name}}", container)
    seen = await engine.store()
    kept, pulled = volume(seen, name), image(seen)
    assert kept is not None
    assert pulled is not None
    assert [one.name for one in seen.images] == [EARTHLY], "busybox:mine is of no build"
    assert (kept.used, pulled.used) == (True, True)
    assert pulled.size > 100_000
    for since in (kept.since, pulled.since):
        assert since is not None
        assert abs(since - now) < timedelta(minutes=5)
    for take, what in ((engine.remove_volume, name), (engine.remove_image, EARTHLY)):
        with pytest.raises(DockerError, match="stays: ") as refused:
            await take(what)
        assert refused.value.cause == "in-use"
    installed.told("rm", container)
    assert await engine.remove_volume(name)
    assert await engine.remove_volume(name), "somebody else was quicker"
    assert await engine.remove_image(EARTHLY)
    assert (volume(await engine.store(), name), image(await engine.store())) == (None, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-27T20:00:00Z", datetime(2026, 11, 27, 20, tzinfo=UTC)),
        ("2026-11-27T21:00:00.123456789+01:00", datetime(2026, 11, 27, 20, 0, 0, 123456, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("None", None),
    ],
)
def test_moments_as_engines_write_them(text: str, found: datetime | None) -> None:
    assert _moment(text) == found
