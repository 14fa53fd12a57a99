"""Which volumes and images of an engine are a build's: what a run recorded, or what came by its own names while it lived."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from canvos_tui.core.errors import DockerError
from canvos_tui.core.leftovers.docker_store import left_in, on_docker
from canvos_tui.core.leftovers.thing import Kind
from canvos_tui.core.machine import DockerStore, StoredImage, StoredVolume
from canvos_tui.core.run.containers import made_by_build, pulled_by_build
from canvos_tui.core.run.run import Resumes
from canvos_tui.core.run.stage import StageId
from tests.core.leftovers.test_inventory import NOW, RECORD
from tests.tui.fakes import make_ports

OWN, STRANGE = "a" * 64, "b" * 64
DURING, BEFORE, LATER = NOW + timedelta(minutes=20), NOW - timedelta(days=1), NOW + timedelta(hours=3)
EARTHLY = "us-docker.pkg.dev/palette-images/third-party/edge/earthly/earthly:v0.8.15"
MADE = "palette-installer-image:4.9.38-edge-1"
BUILT = replace(RECORD, volumes=frozenset({OWN}), plan=replace(RECORD.plan, args=(("CUSTOM_TAG", "edge-1"),)))


@pytest.mark.parametrize(
    ("volume", "certain", "removable"),
    [
        (StoredVolume(OWN, DURING, 9_000_000_000), True, True),
        (StoredVolume(OWN, None), True, True),
        (StoredVolume(OWN, DURING, used=True), True, False),
        (StoredVolume(STRANGE, DURING, 5), False, False),
    ],
)
def test_a_volume_that_a_run_recorded_is_its_own(volume, certain, removable):
    (thing,) = left_in(DockerStore((volume,)), [BUILT])
    assert (thing.kind, thing.id, thing.certain, thing.removable) == (Kind.VOLUME, volume.name, certain, removable)
    assert (thing.size, thing.since, thing.run, thing.monthly) == (volume.size, volume.since, RECORD.run, 0.0)


@pytest.mark.parametrize(
    "volume",
    [
        StoredVolume(STRANGE, BEFORE),
        StoredVolume(STRANGE, LATER),
        StoredVolume(STRANGE),
        StoredVolume(STRANGE, DURING, used=True),
        StoredVolume("earthly-cache", DURING),
        StoredVolume("postgres", DURING),
    ],
)
def test_other_volumes_are_not_even_shown(volume):
    assert left_in(DockerStore((volume,)), [BUILT]) == []


@pytest.mark.parametrize(
    ("image", "removable"),
    [
        (StoredImage(EARTHLY, DURING, 400), True),
        (StoredImage(EARTHLY, DURING, 400, used=True), False),
        (StoredImage(EARTHLY, BEFORE), False),
        (StoredImage(EARTHLY), False),
        (StoredImage(MADE, DURING), True),
        (StoredImage("palette-installer-image:4.9.38-other", DURING), False),
    ],
)
def test_an_image_is_a_run_s_where_it_came_with_it(image, removable):
    (thing,) = left_in(DockerStore(images=(image,)), [BUILT])
    assert (thing.kind, thing.id, thing.removable) == (Kind.IMAGE, image.name, removable)
    assert bool(thing.run) == thing.certain


@pytest.mark.parametrize(
    ("name", "pulled", "made"),
    [
        (EARTHLY, True, False),
        ("mirror.acme.dev:5000/x/edge/canvos/alpine:3.20", True, False),
        ("mirror.acme.dev:5000/x/edge/earthly/buildkitd@sha256:00", True, False),
        ("earthly/earthly:v0.8.15", False, False),
        ("alpine:3.20", False, False),
        ("acme.dev:5000/palette-installer-image:4.9.38-edge-1", False, True),
        ("acme/my-palette-installer-image:1", False, False),
    ],
)
def test_the_names_of_a_build_s_images(name, pulled, made):
    assert (pulled_by_build(name), made_by_build(name)) == (pulled, made)


async def test_an_engine_is_asked_where_something_was_built_and_one_that_is_silent_is_said(tmp_path):
    ports, passed_over = make_ports(tmp_path), list[str]()
    docker = ports.docker
    docker.error = DockerError("unix:///x: connection refused", cause="engine-down", remedy="start it")  # type: ignore[attr-defined]
    resumed = replace(BUILT, plan=replace(BUILT.plan, resumes=Resumes("r", StageId.REGISTER)))
    assert await on_docker(ports, [resumed], passed_over) == []
    assert passed_over == [], "nothing was built: nothing is asked"
    assert await on_docker(ports, [BUILT], passed_over) == []
    assert passed_over == ["Docker's volumes and images were not looked at: unix:///x: connection refused"]
    docker.error = DockerError("neither", cause="not-installed", remedy="")  # type: ignore[attr-defined]
    assert await on_docker(ports, [BUILT], passed_over) == []
    assert len(passed_over) == 1
    docker.error, docker.kept = None, DockerStore((StoredVolume(OWN, DURING),))  # type: ignore[attr-defined]
    assert [thing.id for thing in await on_docker(ports, [BUILT], passed_over)] == [OWN]
