"""What several checks ask about the machine, the engine and the checkout: each question is put once per run."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from canvos_tui.core.checkout import arg_file
from canvos_tui.core.checkout.earthfile import Earthfile
from canvos_tui.core.checkout.facts import read_here
from canvos_tui.core.checkout.proxy_mode import proxy_mode
from canvos_tui.core.checkout.state import CheckoutState, Left, Place
from canvos_tui.core.checks.check import Context, Wait
from canvos_tui.core.checks.tools.install import install
from canvos_tui.core.command_words import word as as_word
from canvos_tui.core.errors import CanvosError, Command
from canvos_tui.core.machine import DockerFacts, HostFacts

PUBLIC_IMAGES = "us-docker.pkg.dev/palette-images"  # SPECTRO_PUB_REPO of earthly.sh
CHECKOUT = Wait("a checkout", ("repo",))
_WRITTEN = "the answers to be written"
# a build takes these from the checkout without being asked (Earthfile: +iso-image, +cloud-image, +base-image; Earthly: .env)
SILENT = (
    ".env",
    ".edge-custom-config.yaml",
    "build",
    "certs/*",
    "content-*",
    "local-ui.tar",
    "overlay/files",
    "spc.tgz",
)


def written(context: Context) -> Wait:
    """The files that our own writing makes; where no answers will be written, nobody makes them by himself."""
    return Wait(_WRITTEN, ("review",), ours=not context.final)


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


async def earthfile(context: Context, state: CheckoutState) -> Earthfile:
    """What the files of the checkout say of step 16."""
    return await context.once("earthfile", lambda: read_here(context.ports.files, state))


async def args(context: Context) -> Mapping[str, str]:
    """The values of the checkout's `.arg` as the build would find it; the answers count where the file is yet to be written."""
    found: Mapping[str, str] = {}
    if (folder := context.draft.folder) is not None:
        with suppress(CanvosError):  # a file that cannot be read has a check of its own
            data = await context.once("arg", lambda: context.ports.files.read_own(folder, ".arg"))
            found = arg_file.parse(data or b"").values
    if context.final:
        return found
    return {**{k: v for k, v in found.items() if k not in context.draft.without_args()}, **context.draft.args()}


async def file_of(context: Context, name: str) -> tuple[Path, bytes] | None:
    """A file of the checkout, None while there is no checkout or no such file."""
    state = await canvos(context)
    if state is None:
        return None
    data = await context.ports.files.read_own(state.path, name)
    return None if data is None else (state.path / name, data)


async def registry(context: Context) -> str:
    """The prefix of the vendor's images, which earthly.sh and the Earthfile both take from `.arg`."""
    return (await args(context)).get("SPECTRO_PUB_REPO") or PUBLIC_IMAGES


async def proxied(context: Context) -> str:
    """What makes earthly.sh take its proxy way, "" for the plain one."""
    certs: tuple[str, ...] = ()
    with suppress(CanvosError):  # without git there is no telling what lies in certs/, and git has a check of its own
        state = await canvos(context)
        certs = tuple(one.path for one in await leftovers(context, state.path) if one.path.startswith("certs/")) if state else ()
    return proxy_mode(await args(context), context.ports.environ, certs)


async def leftovers(context: Context, folder: Path) -> tuple[Left, ...]:
    """What lies in the checkout without being a part of it and gets into the image, or into the way."""
    given = await args(context)
    named = (given.get(key, "") for key in ("CLUSTERCONFIG", "EDGE_CUSTOM_CONFIG"))
    inside = [text for text in named if text and not text.startswith("/") and ".." not in text]
    patterns = tuple(dict.fromkeys((*SILENT, *inside)))
    return await context.once(f"left {folder}", lambda: context.ports.git.untracked(folder, patterns))


async def as_root(context: Context, *commands: str) -> tuple[Command, ...]:
    """Commands that need root, with `sudo` for everybody else."""
    sudo = "" if (await machine(context)).user == "root" else "sudo "
    return tuple(Command(f"{sudo}{command}", root=True) for command in commands)


async def installing(context: Context, package: str) -> tuple[Command, ...]:
    """How to install a package (by its Debian name) here."""
    return await as_root(context, install((await machine(context)).family, package))


async def service(context: Context, *verbs: str) -> tuple[Command, ...]:
    """How to start, enable or restart Docker with the init system that runs here."""
    if (await machine(context)).systemd:
        return await as_root(context, *(f"systemctl {verb} docker" for verb in verbs))
    return await as_root(context, *(f"service docker {verb}" for verb in verbs if verb != "enable"))


def word(path: Path | str) -> str:
    """A path as one word of a command."""
    return as_word(str(path))


def wizard(folder: Path) -> Command:
    """The wizard on that checkout, whose review writes the files."""
    return Command(f"canvos-tui --checkout {word(folder)}")
