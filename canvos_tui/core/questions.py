"""What several checks ask about the machine, the engine and the checkout: each question is put once per run."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.checkout import CheckoutState, Place
from canvos_tui.core.checks import Answer, Command, Context
from canvos_tui.core.machine import DockerFacts, HostFacts
from canvos_tui.core.result import Status


def place(context: Context) -> Path:
    """Where the checkout is or would be."""
    return context.draft.folder or Path(context.ports.environ.get("HOME") or "/")


async def machine(context: Context) -> HostFacts:
    """This machine and the disk of the checkout."""
    return await context.once("machine", lambda: context.ports.host.facts(place(context)))


async def engine(context: Context) -> DockerFacts:
    """The Docker engine; raises DockerError."""
    return await context.once("engine", context.ports.docker.facts)


async def checkout(context: Context, folder: Path) -> CheckoutState:
    """The checkout as git sees it."""
    return await context.once(f"checkout {folder}", lambda: context.ports.git.state(folder))


async def canvos(context: Context) -> CheckoutState | None:
    """The checkout, None while there is none."""
    folder = context.draft.folder
    if folder is None:
        return None
    state = await checkout(context, folder)
    return state if state.place is Place.CANVOS else None


async def as_root(context: Context, *commands: str) -> tuple[Command, ...]:
    """Commands that need root, with `sudo` for everybody else."""
    sudo = "" if (await machine(context)).user == "root" else "sudo "
    return tuple(Command(f"{sudo}{command}", root=True) for command in commands)


def waits(words: str) -> Answer:
    """The answer of a check that cannot be asked yet."""
    return Answer(Status.SKIP, f"waits for {words}", "")
