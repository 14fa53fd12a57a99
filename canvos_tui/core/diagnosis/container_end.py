"""How the build's container ended, by what its engine says, and what it means when the engine itself was away.

A build whose container is killed cannot tell: the log breaks off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.run.containers import BUILDER, ListedContainer
from canvos_tui.core.run.result import Cause, Finding
from canvos_tui.core.status import Status
from canvos_tui.core.values import dataclass

_SIGNALS = {1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 9: "SIGKILL", 15: "SIGTERM"}  # those that end a container
_KILL = 9
_NEAR = timedelta(seconds=60)  # Earthly gives up 30 s after a signal; what was longer ago did not end anything
_SLACK = timedelta(seconds=1)  # between the engine's clock and ours
_OUTSIDE, _MEMORY = "The build's container was ended from outside", "The build's container was killed for want of memory"
_DMESG = Command("sudo dmesg -T | grep -i 'killed process' | tail", root=True)
_FREE = Command("free -g")
_LOG = Command("sudo journalctl -u docker --no-pager -n 50", root=True)


@dataclass(frozen=True)
class Said:
    """Something that an engine noted down about a container: `start`, `kill`, `oom` or `die`, at a time of its own clock."""

    at: datetime
    what: str
    signal: int = 0
    exit_code: int | None = None


@dataclass(frozen=True)
class ContainerEnd:
    """All that the engine says of a container that runs no more. `exit_code` and `oom` are from its record, if that still exists."""

    container: ListedContainer
    said: tuple[Said, ...] = ()
    exit_code: int | None = None
    oom: bool = False

    @property
    def died(self) -> Said | None:
        """Its end; the last one, if it was started again."""
        return next((said for said in reversed(self.said) if said.what == "die"), None)

    @property
    def code(self) -> int | None:
        """Its exit code; None where the engine remembers nothing."""
        return self.died.exit_code if self.died is not None else self.exit_code

    @property
    def asked(self) -> tuple[Said, ...]:
        """The signals of such a kind that the engine was told to send shortly before the end."""
        return tuple(said for said in self._shortly_before("kill") if said.signal in _SIGNALS)

    @property
    def starved(self) -> bool:
        """Whether the kernel killed it because memory ran out."""
        return self.code == 128 + _KILL and not self.asked and (self.oom or bool(self._shortly_before("oom")))

    @property
    def signal(self) -> int:
        """The signal that ended it; 0 when it ended by itself, or when that is not known."""
        code = self.code or 0
        if code - 128 in _SIGNALS:
            return code - 128
        return self.asked[-1].signal if code and self.asked else 0

    def _shortly_before(self, what: str) -> list[Said]:
        died = self.died
        return [said for said in self.said if died is not None and said.what == what and died.at - _NEAR <= said.at <= died.at]


def end_of_build(ends: Iterable[ContainerEnd], since: float) -> ContainerEnd | None:
    """The end of the container that ran the build: not its builder's, nor that of a container from before the run."""
    own = [end for end in ends if end.container.name != BUILDER and end.container.created >= since - 1]
    return max(own, key=lambda end: end.container.created, default=None)


def killed(end: ContainerEnd, seen: datetime, command_ended: datetime, known: Cause | None = None) -> Cause | None:
    """The cause, where a signal ended it, and not only after the build's command.

    `seen` is when it ran for certain, `known` what the log by itself would be taken for.
    """
    if not end.signal or (end.died is not None and end.died.at > command_ended + _SLACK):
        return None
    title = _MEMORY if end.starved else _OUTSIDE
    explanation, remedy = _starved() if end.starved else _asked(end, seen) if end.asked else _unasked(end)
    if known is not None:
        explanation += f" What the log shows besides: {known.title}."
    return Cause("container-killed", title, explanation, (remedy,), (*_words(end), f"last seen running at {clock(seen)}"))


def lost(end: ContainerEnd, seen: datetime) -> Cause | None:
    """The cause where the engine does not know the container at all that it ran before."""
    if end.code is not None or end.said:
        return None
    title = "The build's container is gone, and the engine cannot say how it ended"
    why = (
        "The engine notes down what happens to containers, and has nothing on this one, although it ran. A restart of the engine, "
        "which ends containers, makes it forget; so do very many other events."
    )
    remedy = Remedy("look at the engine's log for a restart, then start the build again", (_journal(seen),))
    return Cause("container-lost", title, why, (remedy,), (f"container {named(end.container)}, last seen running at {clock(seen)}",))


def memory_findings(ends: Iterable[ContainerEnd]) -> tuple[Finding, ...]:
    """A line for each container in which the kernel killed a process for want of memory, whether that ended it or not."""
    starved = [(end, [clock(said.at) for said in end.said if said.what == "oom"]) for end in ends]
    return tuple(
        Finding("memory", Status.WARN, f"memory ran out in the container {named(end.container)} at {', '.join(times[-3:])}")
        for end, times in starved
        if times
    )


def named(container: ListedContainer) -> str:
    """A container as `docker ps` shows it."""
    return f"{container.short} ({container.name})"


def clock(at: datetime) -> str:
    """A time of day."""
    return f"{at:%H:%M:%S} UTC"


def _starved() -> tuple[str, Remedy]:
    why = "The kernel killed its main process because memory ran out; the engine says so. The guide asks for 8 GB."
    return why, Remedy("give the machine more memory or swap, or run less beside the build", (_FREE, _DMESG))


def _asked(end: ContainerEnd, seen: datetime) -> tuple[str, Remedy]:
    why = (
        f"The engine was told to send it {_SIGNALS[end.asked[-1].signal]}, and it ended. docker kill, stop, restart and rm -f do that, "
        "an engine that is shut down does, and so does the docker command of the build, when somebody sends it such a signal."
    )
    who = "find out who or what ran docker kill, stop, restart or rm -f, or restarted the engine; then start the build again"
    return why, Remedy(who, (_journal(seen),))


def _unasked(end: ContainerEnd) -> tuple[str, Remedy]:
    why = (
        f"It was ended by {_SIGNALS[end.signal]}. The engine was not asked to send it and reports no want of memory: somebody or something "
        "on this machine did, or its kernel because the whole machine was short of memory; the kernel's log tells."
    )
    return why, Remedy("look for killed processes in the kernel's log, then start the build again", (_DMESG, _FREE))


def _words(end: ContainerEnd) -> tuple[str, ...]:
    """What the engine says, the end first."""
    died, oom = end.died, end._shortly_before("oom")
    if died is None:
        return (f"engine: container {named(end.container)} ended, exit code {end.code}{', OOMKilled' if end.oom else ''}",)
    told = [f"engine: container {named(end.container)} died at {clock(died.at)}, exit code {end.code}"]
    told += [f"engine: told to send it {_SIGNALS[said.signal]} at {clock(said.at)}" for said in end.asked[-1:]]
    told += [f"engine: out of memory at {clock(said.at)}" for said in oom[-1:]]
    return tuple(told)


def _journal(seen: datetime) -> Command:
    return Command(f"sudo journalctl -u docker --no-pager --since '{seen:%Y-%m-%d %H:%M:%S} UTC'", root=True)


# -- the engine itself was away ----------------------------------------------------------------------------


def still_gone(error: str, answered: datetime, containers: Sequence[ListedContainer], *, before_end: bool) -> Cause:
    """The engine does not answer; `before_end` says whether that was seen while the build ran, `containers` are those that ran last."""
    title = "The Docker engine went away during the build" if before_end else "The Docker engine was gone when the build's command ended"
    why = f"Nobody listens on its socket any more; it answered last at {clock(answered)}."
    if containers:
        ran = ", ".join(named(container) for container in containers)
        why += f" Whether the build's container {ran} ended with it is not known: a container can outlive its engine."
    remedy = Remedy("start the engine again and look at its log", (Command("sudo systemctl start docker", root=True), _LOG))
    return Cause("engine-gone", title, why, (remedy,), (error,))


def back_again(error: str, left: Sequence[ListedContainer]) -> Cause:
    """The engine answers again, but it was away while the build ran; `left` are the build's containers that run."""
    ran = ", ".join(named(container) for container in left)
    fate = f"the build's container {ran} still runs, without its command" if left else "no container of the build runs any more"
    why = f"Nobody listened on its socket for a while. It answers again, and {fate}."
    remedy = Remedy("look at the engine's log for why it was restarted, then start the build again", (_LOG,))
    return Cause("engine-gone", "The Docker engine went away during the build", why, (remedy,), (error,))
