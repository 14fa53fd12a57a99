"""Whose containers these are, and what is said of a run that is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from canvos_tui.core.run.containers import BUILDER, ListedContainer, left_container, of_build
from canvos_tui.core.run.heartbeat import Beat, Pulse, silence, troubles

IMAGE = "us-docker.pkg.dev/palette-images/third-party/edge/earthly/earthly:v0.8.15"
BUILD = ListedContainer("4b509efa5504" + "0" * 52, "amazing_turing", IMAGE, "running", 1000.0, ("/home/u/CanvOS", "/var/run/docker.sock"))
CERTS = ("/var/run/docker.sock", "/home/u/CanvOS/certs")
SIDE = ListedContainer("ba84d5b5a1f3", BUILDER, "us-docker.pkg.dev/x/earthly/buildkitd:v0.8.15", "running", 1000.0, CERTS)
AT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


def test_a_build_is_known_by_earthlys_image_and_its_checkout() -> None:
    others = (
        replace(BUILD, mounts=("/home/u/Other",)),
        replace(BUILD, image="alpine:3.20"),
        replace(BUILD, image="us-docker.pkg.dev/x/earthly/buildkitd:v0.8.15"),
    )
    assert of_build((*others, BUILD), "/home/u/CanvOS", 0) == (BUILD,)
    assert of_build((BUILD,), "/home/u/CanvOS/", 0) == (BUILD,), "with and without a slash it is the same folder"


def test_the_builder_is_of_a_run_only_if_it_began_with_it() -> None:
    assert of_build((SIDE,), "/home/u/CanvOS", 900.0) == (SIDE,)
    assert of_build((SIDE,), "/home/u/CanvOS", 1002.0) == (), "somebody else's, and not to be stopped"
    assert of_build((SIDE,), "/home/u/CanvOS", 0) == (), "of a run that nobody watched it is not known"


def test_the_builder_of_a_parallel_run_is_not_ours() -> None:
    """It has the same name, because an engine has one; the certificates that it mounts say whose checkout started it."""
    other = replace(SIDE, mounts=("/var/run/docker.sock", "/home/u/Other/certs"), created=1100.0)
    assert of_build((other,), "/home/u/CanvOS", 900.0) == ()
    assert of_build((replace(other, mounts=()),), "/home/u/CanvOS", 900.0) == (), "an Earthly of the machine's own mounts none"


def test_a_container_that_is_left_has_a_command_that_ends_it() -> None:
    left = left_container(BUILD)
    assert (left.kind, left.id, left.remove) == ("container", "4b509efa5504", "docker stop 4b509efa5504")
    assert [BUILD.runs, replace(BUILD, state="exited").runs] == [True, False]


def test_silence_names_only_what_was_observed() -> None:
    assert silence(29, Pulse(alive=True)) == ""
    assert silence(90, None) == "no output for 1:30"
    assert silence(90, Pulse()) == "no output for 1:30"
    full = Pulse(alive=True, container=1, cpu=61.2, step="+base-image RUN apt-get update")
    told = "no output for 1:30, process alive, container up, CPU 61 %, last step +base-image RUN apt-get update"
    assert silence(90, full) == told
    assert silence(90, replace(full, container=0, cpu=None, step="")) == "no output for 1:30, process alive, no container"
    assert silence(90, replace(full, beat=Beat.SLOW)) == "no output for 1:30", "what was seen then need not be so now"


def test_trouble_says_since_when_and_how_much() -> None:
    assert troubles(None) == troubles(Pulse()) == ()
    assert "stopped (SIGSTOP), no sign of life for 2:05" in troubles(Pulse(Beat.STOPPED, age=125))[0]
    assert "holds its lock, but gave no sign of life for 0:20" in troubles(Pulse(Beat.SLOW, age=20))[0]
    assert troubles(Pulse(Beat.GONE)) == ("the supervisor is gone",)
    (told,) = troubles(Pulse(lost=12_300_000, lost_since=AT, lost_why="No space left on device"))
    assert told == "the log cannot be written since 14:05 UTC (No space left on device), 12.3 MB are missing; the build goes on"


def test_the_runs_time_is_not_moved_by_a_clock_that_was_set() -> None:
    assert Pulse(skew=-7200.0).time(AT - timedelta(hours=2)) == AT
