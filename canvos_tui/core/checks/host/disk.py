"""Room for a build: on the filesystem of Docker's data root, and on that of the checkout."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Measure, Severity
from canvos_tui.core.checks.questions import engine, machine, place
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.machine import Filesystem
from canvos_tui.core.status import Status
from canvos_tui.core.text import GB

WANTED = 150  # GB, the guide's number for the whole machine
BUILD_NEEDS = 60  # GB in Docker's data root; our estimate, the guide names only the size of the machine
CHECKOUT_NEEDS = 10  # GB beside Docker's disk; our estimate: a raw image may be saved in the checkout
DEFAULT_ROOT = Path("/var/lib/docker")
_RANKED = (Status.PASS, Status.WARN, Status.FAIL)


async def disk(context: Context) -> CheckAnswer:
    """Both filesystems with their free space; the tighter one gives the status and says which rule fired."""
    here = await context.ports.host.filesystem(place(context))
    docker, remark = await _docker(context)
    if docker is None:
        status = max(_judge(here, BUILD_NEEDS, WANTED), Status.WARN, key=_RANKED.index)
        return _answer(status, f"{here}; {remark}", here, BUILD_NEEDS)
    if docker.device == here.device:
        return _answer(_judge(docker, BUILD_NEEDS, WANTED), f"{docker}, for Docker{remark} and the checkout", docker, BUILD_NEEDS)
    of_docker, of_checkout = _judge(docker, BUILD_NEEDS, WANTED), _judge(here, CHECKOUT_NEEDS, BUILD_NEEDS)
    status = max(of_docker, of_checkout, key=_RANKED.index)
    tight, needs = (docker, BUILD_NEEDS) if status is of_docker else (here, CHECKOUT_NEEDS)
    return _answer(status, f"{docker} for Docker{remark}; {here} for the checkout", tight, needs)


async def _docker(context: Context) -> tuple[Filesystem | None, str]:
    """The filesystem of Docker's data root, and what to add to its words."""
    if (await machine(context)).system != "Linux":
        return None, "Docker's disk lies in its virtual machine and was not seen"
    root, remark = DEFAULT_ROOT, " (its usual place, the engine was not asked)"
    try:
        found = await engine(context)
    except CanvosError:
        return await context.ports.host.filesystem(root), remark  # the engine has checks of its own
    if not found.host.startswith("unix://"):
        return None, f"Docker's disk lies behind {found.host} and was not seen"
    if found.desktop:
        return None, "Docker's disk lies in the virtual machine of Docker Desktop and was not seen"
    if found.data_root:
        root, remark = Path(found.data_root), ""
    return await context.ports.host.filesystem(root), remark


def _judge(space: Filesystem, needs: int, wanted: int) -> Status:
    """`needs` and `wanted` are in GB."""
    if space.free < needs * GB:
        return Status.FAIL
    return Status.WARN if space.free < wanted * GB else Status.PASS


def _answer(status: Status, observed: str, tight: Filesystem, needs: int) -> CheckAnswer:
    """The rule that fired is named: less than a build needs, or less than is wanted."""
    free = tight.free / GB
    wanted = WANTED if needs == BUILD_NEEDS else BUILD_NEEDS
    guide = "the guide's number" if wanted == WANTED else "our estimate, if Docker's disk fills this one too"
    if free < needs:
        rule = f"at least {needs} GB free on {tight.mount} (our estimate of a real build)"
    else:
        rule = f"{wanted} GB free on {tight.mount} ({guide}; a build needs about {needs})"
    return CheckAnswer(status, observed, rule, _fixes(tight, status, wanted), measure=Measure(round(free, 1), wanted, "GB"))


def _fixes(space: Filesystem, status: Status, wanted: int) -> tuple[Remedy, ...]:
    if status is Status.PASS:
        return ()
    missing = max(0, wanted * GB - space.free) // GB + 1
    look = (Command(f"df -h {space.mount}"), Command("docker system df"))
    if space.free >= wanted * GB:
        return (Remedy("Look at the disk that Docker really uses", (Command("docker info --format '{{.DockerRootDir}}'"),)),)
    return (
        Remedy(f"Free {missing} GB on {space.mount}, or enlarge it; `docker system prune` removes what no container uses", look),
        Remedy('Let Docker keep its data on a larger disk: "data-root" in /etc/docker/daemon.json'),
    )


DISK = Check(
    "HOST-DISK",
    "Disk space",
    "host",
    Severity.REQUIRED,
    "prerequisites 2",
    "a full disk ends step 16 in the middle: its cache and the raw image lie in Docker's data root",
    disk,
    limit=12,
    docs=("https://docs.docker.com/engine/daemon/#daemon-data-directory",),
    late=True,
)
