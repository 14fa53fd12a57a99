"""The guide's minimum for the machine: processor, memory, disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from canvos_tui.core.checks import Answer, Check, Command, Context, Evidence, Fix, Measure, Severity
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.machine import HostFacts
from canvos_tui.core.questions import engine, machine, place
from canvos_tui.core.result import Status

GB = 10**9
CPUS, MEMORY, DISK = 4, 8, 150  # the guide's numbers, memory and disk in GB
MEMORY_ENOUGH = 7_500_000_000  # bytes; a machine sold with 8 GB reports less, the kernel keeps some for itself
BUILD_NEEDS = 60  # GB in Docker's data root; our estimate, the guide names only the size of the machine
CHECKOUT_NEEDS = 10  # GB beside Docker's disk; our estimate: a raw image may be saved in the checkout
DEFAULT_ROOT = Path("/var/lib/docker")


async def architecture(context: Context) -> Answer:
    """Linux on x86_64."""
    facts = await machine(context)
    observed, required = f"{facts.system} {facts.architecture}", "Linux x86_64"
    evidence = (Evidence("uname -s -m -r", f"{observed} {facts.kernel}".strip()),)
    if facts.system == "Linux" and facts.architecture in {"x86_64", "amd64"}:
        return Answer(Status.PASS, observed, required, evidence=evidence)
    fix = Fix("Build on a Linux machine with an x86_64 processor, such as an EC2 instance; answers can be prepared here and taken there")
    return Answer(Status.FAIL, observed, required, (fix,), evidence)


async def cpus(context: Context) -> Answer:
    """Four processors after the limits of control groups."""
    count = (await machine(context)).cpus
    observed, required, measure = f"{count:g}", f"{CPUS}", Measure(count, CPUS, "CPU")
    if not 0 < count < float("inf"):
        return Answer(Status.UNKNOWN, "the system does not tell", required)
    if count >= CPUS:
        return Answer(Status.PASS, observed, required, measure=measure)
    fix = Fix(f"Give this machine {CPUS} CPUs, or use another one", (Command("nproc"), Command("cat /proc/self/cgroup")))
    return Answer(Status.FAIL, observed, required, (fix,), measure=measure)


async def memory(context: Context) -> Answer:
    """Eight gigabytes, as such a machine reports them."""
    size = (await machine(context)).memory
    observed, required, measure = f"{size / GB:.1f} GB", f"{MEMORY} GB", Measure(round(size / GB, 1), MEMORY, "GB")
    if size <= 0:
        return Answer(Status.UNKNOWN, "the system does not tell", required)
    if size >= MEMORY_ENOUGH:
        return Answer(Status.PASS, observed, required, measure=measure)
    fix = Fix(
        f"Give this machine {MEMORY} GB of memory, or use another one; the builder is killed when memory runs out", (Command("free -h"),)
    )
    return Answer(Status.FAIL, observed, required, (fix,), measure=measure)


@dataclass(frozen=True)
class Space:
    """A filesystem by what is kept on it; sizes in bytes."""

    path: Path
    free: int
    total: int

    def __str__(self) -> str:
        return f"{self.free // GB} of {self.total // GB} GB free at {self.path}"

    def same(self, other: Space) -> bool:
        """Whether both are one filesystem: nothing else has the same size and the same free space."""
        return self.total == other.total and abs(self.free - other.free) < GB


async def disk(context: Context) -> Answer:
    """Room for the build where Docker keeps its data, and some beside the checkout."""
    facts = await machine(context)
    here = Space(place(context), facts.disk_free, facts.disk_total)
    docker, remark = await _docker_space(context, facts)
    required = f"{DISK} GB free (guide), {BUILD_NEEDS} GB for a build (our estimate)"
    if docker is None:
        status = _judge(here.free, BUILD_NEEDS)
        status = Status.WARN if status is Status.PASS else status
        return Answer(status, f"{here}; {remark}", required, _fixes(here, status), measure=_measure(here))
    if docker.same(here):
        status = _judge(docker.free, BUILD_NEEDS)
        observed = f"{here}, with Docker at {docker.path}{remark}"
        return Answer(status, observed, required, _fixes(docker, status), measure=_measure(docker))
    of_docker, of_checkout = _judge(docker.free, BUILD_NEEDS), _judge(here.free, CHECKOUT_NEEDS, BUILD_NEEDS)
    ranked = (Status.PASS, Status.WARN, Status.FAIL)
    status = max(of_docker, of_checkout, key=ranked.index)
    tight = docker if status is of_docker else here
    required = required if tight is docker else f"{CHECKOUT_NEEDS} GB free beside Docker's disk (our estimate)"
    return Answer(status, f"{docker}{remark}; {here}", required, _fixes(tight, status), measure=_measure(tight))


async def _docker_space(context: Context, facts: HostFacts) -> tuple[Space | None, str]:
    """The filesystem of Docker's data root, and what to add to its words."""
    if facts.system != "Linux":
        return None, "Docker's disk lies in its virtual machine and was not seen"
    root, remark = DEFAULT_ROOT, " (Docker's default place, the engine was not asked)"
    try:
        found = await engine(context)
        if not found.host.startswith("unix://"):
            return None, f"Docker's disk lies behind {found.host} and was not seen"
        root, remark = Path(found.data_root or DEFAULT_ROOT), "" if found.data_root else remark
    except CanvosError:
        pass  # the engine has checks of its own
    free, total = await context.ports.host.disk_free(root)
    return Space(root, free, total), remark


def _judge(free: int, needs: int, wanted: int = DISK) -> Status:
    """`needs` and `wanted` are in GB."""
    if free < needs * GB:
        return Status.FAIL
    return Status.WARN if free < wanted * GB else Status.PASS


def _measure(space: Space) -> Measure:
    return Measure(round(space.free / GB, 1), DISK, "GB")


def _fixes(space: Space, status: Status) -> tuple[Fix, ...]:
    if status is Status.PASS:
        return ()
    missing = max(0, DISK * GB - space.free) // GB + 1
    return (
        Fix(
            f"Free {missing} GB at {space.path}, or enlarge that filesystem; `docker system prune` removes what no container uses",
            (Command(f"df -h {space.path}"), Command("docker system df")),
        ),
        Fix('Let Docker keep its data on a larger disk: "data-root" in /etc/docker/daemon.json'),
    )


CHECKS_HOST = (
    Check(
        "HOST-ARCH",
        "Processor and system",
        "host",
        Severity.REQUIRED,
        "prerequisites 1",
        "step 16 registers an x86_64 AMI and starts x86_64 containers: the build stops on any other machine",
        architecture,
        limit=2,
    ),
    Check(
        "HOST-CPU",
        "Processors",
        "host",
        Severity.REQUIRED,
        "prerequisites 2",
        "with fewer processors step 16 takes many hours or the builder does not answer in time",
        cpus,
        limit=2,
    ),
    Check(
        "HOST-MEM",
        "Memory",
        "host",
        Severity.REQUIRED,
        "prerequisites 2",
        "the builder of step 16 is killed when memory runs out, often late in the build",
        memory,
        limit=2,
    ),
    Check(
        "HOST-DISK",
        "Disk space",
        "host",
        Severity.REQUIRED,
        "prerequisites 2",
        "a full disk ends step 16 in the middle: its cache and the raw image lie in Docker's data root",
        disk,
        limit=12,
        docs=("https://docs.docker.com/engine/daemon/#daemon-data-directory",),
    ),
)
