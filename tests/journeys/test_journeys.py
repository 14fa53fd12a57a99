"""From a bare home to the review, and back to where one was, as a person goes: by labels, by words, and as fast as fingers or a paste."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from canvos_tui.core.pages import PAGES
from tests import samples
from tests.journeys.wizard import TITLES, House, Person, house
from tests.test_rehearsal_terminal import follow_the_build

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path):
    with house(tmp_path) as found:
        yield found


# -- the pages, one by one: each is entered by what leads to it, and left by a label -------------------------------


def start(person: Person, *, burst: bool) -> None:
    person.choose("New  ")


def check(person: Person, *, burst: bool) -> None:
    """Whatever this machine lacks is accepted, as its owner would, until nothing fails."""
    person.on("check")
    person.terminal.until(lambda: not re.search("not checked|checking", person.terminal.row("canvos-tui")))
    person.see(" ago")
    while any(" ✗ " in line[:8] for line in person.terminal.text.splitlines()[3:]):
        while "▸ ✗ " not in person.terminal.text:  # the cursor stays on what was accepted, once somebody has moved it
            person.do("down")
        failing = re.split(r"  +| needs ", next(line for line in person.terminal.text.splitlines() if "▸ ✗ " in line).partition("✗ ")[2])[0]
        failing = failing[:12]
        person.terminal.press("a")
        person.see("Accept ", "?")
        person.choose("Accept, with a reason of my own")
        person.see("Why may the build go on?")
        person.type("this machine only tries", burst=burst)
        person.see("this machine only tries")
        person.terminal.press("enter")
        person.terminal.until(lambda: f"✗ {failing}" not in person.terminal.text and " ago" in person.terminal.text)  # noqa: B023
    person.press("Next")


def repo(person: Person, *, burst: bool) -> None:
    person.on("repo")
    person.see("can be cloned")
    person.press("Clone")
    person.see("suggested for")
    person.choose("v4.9.38   ")
    person.see("│ v4.9.38 · ", "Enter goes on")
    person.press("Next")


def image(person: Person, *, burst: bool) -> None:
    person.on("image")
    person.see("Registry")
    person.press("Next")
    person.see("needed")
    person.type("acme-team", burst=burst)
    person.terminal.until(lambda: "acme-team" in person.terminal.row("│ Registry "))
    person.terminal.until(lambda: "is needed" not in person.terminal.text)
    person.press("Next")


def user_data(person: Person, *, burst: bool) -> None:
    person.on("user-data")
    person.see("▸ ○ Make one", "Use these")
    person.press("Use these")
    person.see("✗ Palette host is needed")
    person.type("api.acme.com", burst=burst)
    person.see("api.acme.com")
    person.terminal.press("enter")
    person.type("registration-token-0001", burst=burst)
    person.see("✓ Make one")
    person.press("Use these")


def os(person: Person, *, burst: bool) -> None:
    person.on("os")
    person.see("In this AMI", "several versions")
    person.stand_on("several versions", in_a_list=True)
    person.do("space")
    person.see("[x] several")
    person.press("Next")


def versions(person: Person, *, burst: bool) -> None:
    person.on("versions")
    person.terminal.until(lambda: re.search(r"kubeadm: [1-9]", person.terminal.text))
    person.terminal.press("l")
    person.terminal.until(lambda: " 0 kept" not in person.terminal.text)
    person.press("Next")


def s3(person: Person, *, burst: bool) -> None:
    person.on("s3")
    person.see("Bucket")
    person.type("wrong-" + person.stage.bucket, burst=burst)
    person.replace(person.stage.bucket + "\r")  # the next field is that of the region
    person.replace(person.stage.region)
    person.see("exists; its region is")
    assert person.stage.bucket in person.terminal.row("│ Bucket ")
    assert "wrong" not in person.terminal.row("│ Bucket ")
    person.press("Next")


def keys(person: Person, *, burst: bool) -> None:
    person.on("keys")
    person.see("Secret key")
    person.press("Environment")
    person.see("✗ there are no keys: environment")
    person.do(*["backtab"] * 4)  # past the session token, Show and the secret key
    person.type(person.stage.keys.key_id, burst=burst)
    person.see(person.stage.keys.key_id)
    person.type("\t" + person.stage.keys.secret.reveal() + "\r", burst=burst)
    person.see("✓ account")
    person.press("Next")


def aws(person: Person, *, burst: bool) -> None:
    person.on("aws")
    person.see("✓ object key and AMI name free ", " proven")
    person.press("Next")


def review(person: Person, *, burst: bool) -> None:
    person.on("review")
    person.see("write   .arg", "Write and build")
    person.press("Dry run")
    person.see("Dry run   (c copies")
    person.do("end")
    person.see("Nothing was written.")
    person.do("escape")
    person.press("Write and build")


def build(person: Person, *, burst: bool) -> None:
    person.see("Log")
    percents = follow_the_build(person.terminal)
    assert percents == sorted(percents)
    person.see("Your image is ready")


def result(person: Person, *, burst: bool) -> None:
    person.see("Your image is ready", "Proven by AWS", "ami-")


STEPS: dict[str, Callable[..., None]] = {
    step.__name__.replace("_", "-"): step
    for step in (start, check, repo, image, user_data, os, versions, s3, keys, aws, review, build, result)
}


def test_every_page_has_a_journey_through_it():
    of_a_route = {"ami-settings"}  # test_route goes through it
    assert list(STEPS) == [page.slug for page in PAGES if page.slug not in of_a_route]
    assert set(TITLES) == {*STEPS, *of_a_route}


@pytest.mark.parametrize("burst", samples.every([True, False], lambda: [True]), ids=lambda burst: "in bursts" if burst else "key by key")
def test_the_first_run_from_new_to_the_ami(home: House, burst: bool) -> None:
    with home.person() as person:
        for step in STEPS.values():
            step(person, burst=burst)
        person.leave()
    for _ in range(samples.count(0, 2)):  # the result is there as often as one likes
        with home.person() as person:
            person.choose("Continue   at Result")
            result(person, burst=burst)
            person.leave()
    assert not list(home.home.glob("CanvOS/.arg.bak*"))
    assert "IMAGE_REGISTRY=acme-team" in (home.home / "CanvOS" / ".arg").read_text()


@pytest.mark.long
def test_continue_comes_back_to_every_page_with_all_that_was_typed(home: House) -> None:
    """The wizard is left when a page was done, and goes on with the next; for one page tests/commands/test_attach.py does so always."""
    walk = list(STEPS)[1:11]
    start_here = 0
    for last in walk:
        leg = walk[start_here : walk.index(last) + 1]
        with home.person() as person:
            if not start_here:
                start(person, burst=True)
            else:
                go_on(person, leg[0])
            for page in leg[: None if last != walk[-1] else -1]:
                STEPS[page](person, burst=True)
            if last != walk[-1]:
                start_here = walk.index(last) + 1
                person.on(walk[start_here])
                person.leave()
                continue
            person.on(walk[-1])
            person.see("acme-team", "v4.9.38", person.stage.bucket)


def go_on(person: Person, page: str) -> None:
    """Where it was left; the keys are asked for again, for they are nowhere but in memory."""
    person.choose("Continue  ")
    person.on(page)
    if page in {"aws", "review"}:
        person.terminal.type("\x10")  # the menu
        person.terminal.type("go to aws keys\r")
        keys(person, burst=True)
    if page == "review":
        aws(person, burst=True)
