"""The scenes: one for each step's panel and each screen, played with keys on the small fakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import S3Object
from canvos_tui.core.checkout.earthfile import read_earthfile
from canvos_tui.core.checkout.tags import classify
from canvos_tui.core.errors import DockerError
from canvos_tui.core.ports import Ports
from canvos_tui.core.publish.copying import Copy
from canvos_tui.core.publish.deeds import GOES_ON
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunInfo
from canvos_tui.core.secret import Secret
from canvos_tui.core.session import Session
from canvos_tui.tui import theme
from canvos_tui.tui.app import CanvosApp
from canvos_tui.tui.messages import GoTo
from canvos_tui.tui.opening import Opening, Room
from tests.doubles import canvos_repo
from tests.tui import story
from tests.tui.bundles import app_of, seen_anywhere
from tests.tui.conftest import KEYS, answered
from tests.tui.fakes import NOW, make_ports
from tests.tui.housed import HOME, housed
from tests.tui.screen import see, settled, type_text, until

SIZES = ((80, 24), (120, 40))
Step = Callable[[Pilot[Any], Ports], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """A page, what is prepared, what is pressed, and the words that must be painted before the picture is taken."""

    stem: str
    page: str
    words: tuple[str, ...]
    prepare: Callable[[Ports, Draft], Draft] = lambda _, draft: draft
    keys: tuple[str, ...] = ()
    act: Step | None = None
    known: Callable[[Ports], Session] = field(default=lambda _: Session())
    checkout: bool = True
    bundle: bool = False  # of a failed run, opened elsewhere


def _docker_down(ports: Ports, draft: Draft) -> Draft:
    ports.docker.error = DockerError("/var/run/docker.sock: connection refused", cause="engine-down", remedy="sudo systemctl start docker")  # type: ignore[attr-defined]
    ports.host.memory = 5_800_000_000  # type: ignore[attr-defined]
    return draft


def _no_role(ports: Ports, draft: Draft) -> Draft:
    ports.aws.account.role = False  # type: ignore[attr-defined]
    return draft


def _clash(ports: Ports, draft: Draft) -> Draft:
    ports.aws.account.objects["palette-learn"] = S3Object("palette-learn", 4_100_000_000, NOW)  # type: ignore[attr-defined]
    return draft


def _import_goes_on(ports: Ports, draft: Draft) -> Draft:
    ports.environ.update(AWS_ACCESS_KEY_ID=KEYS.key_id, AWS_SECRET_ACCESS_KEY=KEYS.secret.reveal())
    account: Any = ports.aws.account  # type: ignore[attr-defined]
    account.tasks = (story.TASK,)
    account.objects["palette-learn"] = S3Object("palette-learn", 4_100_000_000, story.at(66), '"new"')
    return draft


def _runs(ports: Ports, draft: Draft) -> Draft:
    live = RunInfo(story.RUN, "/home/alice/CanvOS", "v4.9.38", NOW, live=True, outcome=None)
    old = replace(live, run_id="20260822-0904-11aa", live=False, outcome=Outcome.SUCCEEDED, ami=story.AMI.image_id, took=5480.0)
    why = "the role vmimport is missing, or may not read the bucket"
    older = replace(live, run_id="20260821-1740-77bb", live=False, outcome=Outcome.FAILED, took=4000.0, why=why)
    older, old = (replace(info, created=NOW - timedelta(hours=hours)) for info, hours in ((older, 45), (old, 29)))
    runs: Any = ports.runs
    runs.listed = (live, old, older)
    runs.plans[story.RUN], runs.events, runs.keep_open = story.PLAN, [story.IMPORTING], True
    ports.clock.move(76.2 * 60)  # type: ignore[attr-defined]
    return replace(draft, page="s3")


def _follow(events: tuple[Any, ...], minutes: float, result: Any = None) -> Callable[[Ports], Session]:
    def known(ports: Ports) -> Session:
        runs: Any = ports.runs
        runs.plans[story.RUN] = story.PLAN
        runs.events = [events]
        runs.keep_open = result is None
        runs.lines = story.LOG
        if result is not None:
            runs.results[story.RUN] = result
        ports.clock.move(minutes * 60)  # type: ignore[attr-defined]
        return Session(run_id=story.RUN)

    return known


def _looked_at(_: Ports) -> Session:
    tag = classify("v4.9.38", NOW, read_earthfile(canvos_repo.earthfile("v4.9.38").encode()))
    return Session(tags=(tag,), systems={"ubuntu": ("22.04", "20.04"), "opensuse-leap": ("15.6",)})


async def _type_bad_registry(pilot: Pilot[Any], _: Ports) -> None:
    field_ = pilot.app.screen.query_one("#image-registry", Input)
    field_.focus()
    field_.value = ""
    await type_text(pilot, "acme_team")


def _key_elsewhere(ports: Ports, draft: d.Draft) -> d.Draft:
    key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    return _two_stage(ports, draft).after(d.FieldAnswered("import_role", "canvos-import")).after(d.FieldAnswered("encryption", key))


def _two_stage(_: Ports, draft: d.Draft) -> d.Draft:
    for key, value in (("imds", "v2.0"), ("volume_type", "gp3"), ("root_size", "100"), ("encryption", "yes")):
        draft = draft.after(d.FieldAnswered(key, value))
    return draft.after(d.RouteChosen(Route.TWO_STAGE))


def _joining(_: Ports, draft: d.Draft) -> d.Draft:
    for key, value in (("PALETTE_ENDPOINT", "api.spectrocloud.com"), ("EDGE_HOST_USER", "acme")):
        draft = draft.after(d.FieldAnswered(key, value))
    return draft.after(d.UserDataChosen(d.UserData.TEMPLATE, token=Secret("a-registration-token")))


async def _keys_tested(pilot: Pilot[Any], _: Ports) -> None:
    pilot.app.screen.query_one("#test").focus()
    await pilot.press("enter")


async def _to_versions(pilot: Pilot[Any], _: Ports) -> None:
    app: Any = pilot.app
    await until(pilot, lambda: app.known.versions)
    app.post_message(GoTo("versions"))
    await see(pilot, "kubeadm: 2 versions")
    await pilot.press("l")


async def _copying(pilot: Pilot[Any], _: Ports) -> None:
    """The dialog, and copies as they are told of while AWS makes them."""
    await see(pilot, "▸ Launch an instance")
    await pilot.press("down", "down", "down", "enter")
    await see(pilot, "▸ Copy to other regions")
    screen: Any = pilot.app.screen
    for copy in (
        Copy("eu-central-1", "ami-0d4e5f67890a1b2c3", "available", "snap-0d4e5f67890a1b2c3", 100),
        Copy("us-east-1", "ami-0e5f67890a1b2c3d4", "pending", "snap-0e5f67890a1b2c3d4", 62),
        Copy("ap-south-1", problem="your keys lack ec2:CopyImage there", right="ec2:CopyImage"),
    ):
        screen._changed(copy)
    screen._tell(GOES_ON)


SCENES = (
    Scene("start", "start", ("Watch", "Continue", "Last builds", " bucket "), _runs),
    Scene("step00-prerequisites", "check", ("ready", "passed")),
    Scene("step00-prerequisites-failing", "check", ("2 to fix", "TOOL-DOCKER", "passed"), _docker_down),
    Scene("step01-clone", "repo", ("nothing there yet", "Clone"), checkout=False),
    Scene(
        "step03-tags",
        "repo",
        ("Palette 4.9.46 takes v4.9.37", "fits 4.9.46", "newer than v4.9.37, checked out", "no AWS target"),
        act=lambda p, _: _type_palette(p, "4.9.46"),
    ),
    Scene("step04-checkout", "repo", ("In use", "v4.9.38")),
    Scene("step05-files", "repo", ("ARG PE_VERSION",), act=lambda p, _: _open_file(p)),
    Scene("step06-image-tag", "image", ("CUSTOM_TAG", "lower case letters, digits")),
    Scene("step07-image-registry", "image", ("`_` is not allowed",), act=_type_bad_registry),
    Scene("user-data", "user-data", ("▲ without an SSH key", "✓ Make one"), _joining, act=lambda p, _: _focus(p, "#edge-host-user")),
    Scene("step08-os", "os", ("In this AMI", "OS_DISTRIBUTION", "ubuntu · opensuse-leap · rhel · sles"), known=_looked_at),
    Scene("step09-kubernetes", "os", ("K8S_VERSION",), act=lambda p, _: _focus(p, "#k8s-version")),
    Scene("step10-s3-bucket", "s3", ("its region is eu-west-1",)),
    Scene("step11-s3-key", "s3", ("palette-learn exists",), _clash),
    Scene(
        "ami-settings",
        "ami-settings",
        ("not in the guide", "session tokens alone", "gp3"),
        _two_stage,
        act=lambda p, _: _focus(p, "#imds"),
    ),
    Scene(
        "ami-encryption",
        "ami-settings",
        ("Import role", "the key is in us-east-1", "the AMI cannot be shared"),
        _key_elsewhere,
        act=lambda p, _: _focus(p, "#encryption"),
    ),
    Scene("step12-aws-keys", "keys", ("✓ account",), act=_keys_tested),
    Scene("step13-arg", "review", (".arg", "new, ", "Write")),
    Scene("step14-k8s-versions", "start", ("2 kept",), lambda _, draft: draft.after(d.SeveralChosen(True)), act=_to_versions),
    Scene("step15-secret", "review", ("AWS_PROFILE=",), keys=("d", "end")),
    Scene("step16-build", "build", ("Installer image", "FOLLOWING"), known=_follow(story.BUILDING, 14.5)),
    Scene("build-import", "build", ("42 %", "downloading/converting"), known=_follow(story.IMPORTING, 76.2)),
    Scene("aws-rights", "aws", ("create-role",), _no_role),
    Scene("validate", "build", ("Your image is ready", "ami-0a1b2c3d4e5f67890"), known=_follow(story.ENDED, 92, story.SUCCESS)),
    Scene(
        "publish",
        "build",
        ("100% available ami-0d4e5f67890a1b2c3", "62% pending   ami-0e5f67890a1b2c3d4", "failed", "begins no second one"),
        known=_follow(story.ENDED, 92, story.SUCCESS),
        act=_copying,
    ),
    Scene("failure", "build", ("FAILED in Snapshot import",), known=_follow(story.IMPORTING, 80, story.FAILURE)),
    Scene(
        "cancelled",
        "build",
        ("CANCELLED in Snapshot import", "End the import"),
        _import_goes_on,
        known=_follow(story.IMPORTING, 80, story.CANCELLED),
    ),
    Scene("help", "s3", ("Name of the object in the bucket",), act=lambda p, _: _focus(p, "#s3-key", "f1")),
    Scene("guide-commands", "s3", ("export S3_BUCKET",), keys=("f2",)),
    Scene("route", "review", ("The route to the AMI", "all else is done here"), keys=("r",)),
    Scene("quit", "build", ("Detach",), keys=("ctrl+q",), known=_follow(story.BUILDING, 14.5)),
    Scene(
        "build-loop",
        "build",
        ("cannot end by itself", "ec2:DescribeImportSnapshotTasks", "ends it; what is in"),
        known=_follow(story.LOOPING, 76.2),
    ),
    Scene("bundle-result", "result", ("FAILED in Snapshot import", "Look at"), bundle=True),
    Scene("bundle-log", "build", ("✗ Snapshot import", "build.log"), act=lambda p, _: _through(p), bundle=True),
    Scene("bundle-checks", "check", ("Service role vmimport", "asked 2026"), act=lambda p, _: _through(p, "build.log"), bundle=True),
    Scene(
        "bundle-files",
        "files",
        ("summary.md", "by canvos-tui 0.9.9"),
        act=lambda p, _: _through(p, "build.log", "asked 2026"),
        bundle=True,
    ),
)


async def _type_palette(pilot: Pilot[Any], version: str) -> None:
    await see(pilot, "suggested for 4.9")
    await _focus(pilot, "#palette")
    await type_text(pilot, version)


async def _through(pilot: Pilot[Any], *words: str) -> None:
    """To the next screen of a bundle, and on from each that shows one of the words."""
    for word in ("FAILED in Snapshot import", *words):
        await see(pilot, word)
        await pilot.press("f8")


async def _open_file(pilot: Pilot[Any]) -> None:
    await see(pilot, "In use")
    await until(pilot, lambda: not pilot.app.screen.query_one("#file-1").disabled)
    await _focus(pilot, "#file-1", "enter")


async def _focus(pilot: Pilot[Any], selector: str, *keys: str) -> None:
    pilot.app.screen.query_one(selector).focus()
    await pilot.press(*keys)


def staged(scene: Scene, root: Path, worn: str = "") -> CanvosApp:
    """The wizard in the state of the scene, before anybody acts."""
    ports, home = make_ports(root), root / "home"
    ports.environ[theme.VARIABLE] = worn
    runs: Any = ports.runs
    runs.folder = home / story.RUN_FOLDER.relative_to(HOME)
    runs.folder.mkdir(parents=True)
    if scene.checkout:
        canvos_repo.git(canvos_repo.make(home / "CanvOS"), "checkout", "-q", "v4.9.38")
        draft = answered(HOME / "CanvOS")
    else:
        draft = fresh().after(d.FolderChosen(HOME / "CanvOS", fresh().repository))
    draft = scene.prepare(ports, draft)
    return CanvosApp(Room(housed(ports, home), draft, Opening(page=scene.page, known=scene.known(ports))))


@asynccontextmanager
async def play(scene: Scene, size: tuple[int, int], root: Path, worn: str = "") -> AsyncGenerator[Pilot[Any], None]:
    """The scene on the screen in that theme, everything it waits for painted. It looks the same whenever and wherever it is played."""
    app = app_of(await asyncio.to_thread(seen_anywhere, root, story.FAILURE)) if scene.bundle else staged(scene, root, worn)
    async with app.run_test(size=size) as pilot:
        await see(pilot, "canvos-tui")
        await until(pilot, lambda: hasattr(app, "ports"))  # of a bundle they are made when it was read
        ports: Any = app.ports
        if scene.act is not None:
            await scene.act(pilot, ports)
        if scene.keys:
            await pilot.pause()
            await pilot.press(*scene.keys)
        await see(pilot, *scene.words)
        await settled(pilot)
        try:
            yield pilot
        finally:
            ports.runs.keep_open = False
