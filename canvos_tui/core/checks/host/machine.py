"""The guide's minimum for the machine: system, processor, memory. Disk and clock have modules of their own."""

from __future__ import annotations

from enum import Enum

from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Measure, Severity
from canvos_tui.core.checks.host.clock import CLOCK
from canvos_tui.core.checks.host.disk import DISK
from canvos_tui.core.checks.questions import engine, machine
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.machine import DockerFacts
from canvos_tui.core.status import Status
from canvos_tui.core.text import GB

CPUS, MEMORY = 4, 8  # the guide's numbers, memory in GB
MEMORY_ENOUGH = 7_500_000_000  # bytes; a machine sold with 8 GB reports less, the kernel keeps some for itself
_X86 = frozenset({"x86_64", "amd64"})
_ELSEWHERE = Remedy(
    "Build on a Linux machine with an x86_64 processor, such as an EC2 instance; answers can be prepared here and taken there"
)


async def _local_engine(context: Context) -> DockerFacts | None:
    """The engine of this machine, None where it has checks of its own to say why not."""
    try:
        found = await engine(context)
    except CanvosError:
        return None
    return found if found.host.startswith("unix://") else None


async def architecture(context: Context) -> CheckAnswer:
    """Linux on a real x86_64, and an engine that is of the same kind."""
    facts = await machine(context)
    observed, required = f"{facts.system} {facts.architecture}", "Linux x86_64"
    real = facts.system == "Linux" and facts.architecture in _X86
    played = facts.emulated
    if not real or (played is not None and not played.whole):
        told = f"{observed}, but {played.words}" if played is not None else observed
        return CheckAnswer(Status.FAIL, told, required, (_ELSEWHERE,))
    if played is not None:
        fix = Remedy("Give the virtual machine the host's processor (KVM, `-cpu host`), or use another one")
        return CheckAnswer(Status.WARN, f"{observed}, but {played.words}: the build would take many hours", required, (fix,))
    found = await _local_engine(context)
    if found and found.architecture and found.architecture not in _X86:
        told = f"{observed}, but Docker's engine runs on {found.architecture}"
        return CheckAnswer(Status.FAIL, told, required, (Remedy("Use an engine on this machine's own processor"), _ELSEWHERE))
    return CheckAnswer(Status.PASS, observed, required)


class _Short(Enum):
    """Who allows no more than there is."""

    MACHINE = "machine"
    GROUP = "group"
    ENGINE = "engine"

    def words(self, count: str, whole: str = "") -> str:
        """What was counted, and where that limit is."""
        if self is _Short.GROUP:
            return f"{count}, a control group allows no more of {whole}"
        return f"{count} in the machine of Docker's engine" if self is _Short.ENGINE else count


async def cpus(context: Context) -> CheckAnswer:
    """Four processors after the limits of control groups, and as many where the engine runs."""
    facts = await machine(context)
    count, observed, required = facts.cpus, f"{facts.cpus:g}", f"{CPUS}"
    if not 0 < count < float("inf"):
        return CheckAnswer(Status.UNKNOWN, "the system does not tell", required, (Remedy("Look for yourself", (Command("nproc"),)),))
    short = _Short.GROUP if facts.all_cpus > count else _Short.MACHINE
    observed = short.words(observed, f"{facts.all_cpus:g}")
    if count >= CPUS and (found := await _local_engine(context)) and 0 < found.cpus < count:
        count, short, observed = found.cpus, _Short.ENGINE, _Short.ENGINE.words(f"{found.cpus}")
    measure = Measure(count, CPUS, "CPU")
    if count >= CPUS:
        return CheckAnswer(Status.PASS, observed, required, measure=measure)
    return CheckAnswer(Status.FAIL, observed, required, _more(f"{CPUS} CPUs", short, "nproc"), measure=measure)


async def memory(context: Context) -> CheckAnswer:
    """Eight gigabytes, as such a machine reports them, here and where the engine runs."""
    facts = await machine(context)
    size, observed, required = facts.memory, f"{facts.memory / GB:.1f} GB", f"{MEMORY} GB"
    if size <= 0:
        return CheckAnswer(Status.UNKNOWN, "the system does not tell", required, (Remedy("Look for yourself", (Command("free -h"),)),))
    short = _Short.GROUP if facts.all_memory > size else _Short.MACHINE
    observed = short.words(observed, f"{facts.all_memory / GB:.1f} GB")
    if size >= MEMORY_ENOUGH and (found := await _local_engine(context)) and 0 < found.memory < size * 0.9:
        size, short, observed = found.memory, _Short.ENGINE, _Short.ENGINE.words(f"{found.memory / GB:.1f} GB")
    measure = Measure(round(size / GB, 1), MEMORY, "GB")
    if size >= MEMORY_ENOUGH:
        return CheckAnswer(Status.PASS, observed, required, measure=measure)
    return CheckAnswer(Status.FAIL, observed, required, _more(f"{MEMORY} GB of memory", short, "free -h"), measure=measure)


def _more(what: str, short: _Short, look: str) -> tuple[Remedy, ...]:
    """Where the shortage lies says who can give more."""
    if short is _Short.ENGINE:
        return (Remedy(f"Give Docker's virtual machine {what} in its settings (Resources)", (Command("docker info"),)),)
    if short is _Short.GROUP:
        group = Remedy(
            f"Give this control group {what}: a container's --cpus and --memory, or a systemd slice", (Command("cat /proc/self/cgroup"),)
        )
        return (group, Remedy("Or start outside of it, from a shell of its own", (Command(look),)))
    return (Remedy(f"Give this machine {what}, or use another one", (Command(look),)),)


CHECKS_HOST = (
    Check(
        "HOST-ARCH",
        "Processor and system",
        "host",
        Severity.REQUIRED,
        "prerequisites 1",
        "step 16 registers an x86_64 AMI and starts x86_64 containers: the build stops on any other machine",
        architecture,
        limit=12,  # the engine is asked as well; its own limit is 10
    ),
    Check(
        "HOST-CPU",
        "Processors",
        "host",
        Severity.REQUIRED,
        "prerequisites 2",
        "with fewer processors step 16 takes many hours or the builder does not answer in time",
        cpus,
        limit=12,
        docs=("https://docs.docker.com/engine/containers/resource_constraints/",),
        late=True,
    ),
    Check(
        "HOST-MEM",
        "Memory",
        "host",
        Severity.REQUIRED,
        "prerequisites 2",
        "the builder of step 16 is killed when memory runs out, often late in the build",
        memory,
        limit=12,
        docs=("https://docs.docker.com/engine/containers/resource_constraints/",),
        late=True,
    ),
    DISK,
    CLOCK,
)
