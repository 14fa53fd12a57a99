"""The guide's minimum for the machine: system, processor, memory. Disk and clock have modules of their own."""

from __future__ import annotations

from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Evidence, Measure, Severity
from canvos_tui.core.checks.host.clock import CLOCK
from canvos_tui.core.checks.host.disk import DISK
from canvos_tui.core.checks.questions import engine, machine
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.machine import DockerFacts
from canvos_tui.core.status import Status

GB = 10**9
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
    evidence = (Evidence("uname -s -m -r", f"{observed} {facts.kernel}".strip()),)
    real = facts.system == "Linux" and facts.architecture in _X86
    if not real or (facts.emulated and not facts.emulated.startswith("the processor is QEMU")):
        told = f"{observed}, but {facts.emulated}" if facts.emulated else observed
        return CheckAnswer(Status.FAIL, told, required, (_ELSEWHERE,), evidence)
    if facts.emulated:
        fix = Remedy("Give the virtual machine the host's processor (KVM, `-cpu host`), or use another one")
        return CheckAnswer(Status.WARN, f"{observed}, but {facts.emulated}: the build would take many hours", required, (fix,), evidence)
    found = await _local_engine(context)
    if found and found.architecture and found.architecture not in _X86:
        told = f"{observed}, but Docker's engine runs on {found.architecture}"
        docker = Evidence("docker info --format '{{.Architecture}}'", found.architecture)
        return CheckAnswer(
            Status.FAIL, told, required, (Remedy("Use an engine on this machine's own processor"), _ELSEWHERE), (*evidence, docker)
        )
    return CheckAnswer(Status.PASS, observed, required, evidence=evidence)


def _limited(count: str, whole: str, facts_of: str) -> str:
    return f"{count}, a control group allows no more of {whole}" if facts_of == "group" else f"{count} in the machine of Docker's engine"


async def cpus(context: Context) -> CheckAnswer:
    """Four processors after the limits of control groups, and as many where the engine runs."""
    facts = await machine(context)
    count, observed, required = facts.cpus, f"{facts.cpus:g}", f"{CPUS}"
    if not 0 < count < float("inf"):
        return CheckAnswer(Status.UNKNOWN, "the system does not tell", required, (Remedy("Look for yourself", (Command("nproc"),)),))
    if facts.all_cpus > count:
        observed = _limited(observed, f"{facts.all_cpus:g}", "group")
    if count >= CPUS and (found := await _local_engine(context)) and 0 < found.cpus < count:
        count, observed = found.cpus, _limited(f"{found.cpus}", "", "engine")
    measure = Measure(count, CPUS, "CPU")
    if count >= CPUS:
        return CheckAnswer(Status.PASS, observed, required, measure=measure)
    return CheckAnswer(Status.FAIL, observed, required, _more(f"{CPUS} CPUs", observed, "nproc"), measure=measure)


async def memory(context: Context) -> CheckAnswer:
    """Eight gigabytes, as such a machine reports them, here and where the engine runs."""
    facts = await machine(context)
    size, observed, required = facts.memory, f"{facts.memory / GB:.1f} GB", f"{MEMORY} GB"
    if size <= 0:
        return CheckAnswer(Status.UNKNOWN, "the system does not tell", required, (Remedy("Look for yourself", (Command("free -h"),)),))
    if facts.all_memory > size:
        observed = _limited(observed, f"{facts.all_memory / GB:.1f} GB", "group")
    if size >= MEMORY_ENOUGH and (found := await _local_engine(context)) and 0 < found.memory < size * 0.9:
        size, observed = found.memory, _limited(f"{found.memory / GB:.1f} GB", "", "engine")
    measure = Measure(round(size / GB, 1), MEMORY, "GB")
    if size >= MEMORY_ENOUGH:
        return CheckAnswer(Status.PASS, observed, required, measure=measure)
    return CheckAnswer(Status.FAIL, observed, required, _more(f"{MEMORY} GB of memory", observed, "free -h"), measure=measure)


def _more(what: str, observed: str, look: str) -> tuple[Remedy, ...]:
    """Where the shortage lies says who can give more."""
    if "engine" in observed:
        return (Remedy(f"Give Docker's virtual machine {what} in its settings (Resources)", (Command("docker info"),)),)
    if "control group" in observed:
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
    ),
    DISK,
    CLOCK,
)
