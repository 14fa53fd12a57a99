"""Everything there is to learn from a checkout: its state, its tags, its Kubernetes versions, the values of its `.arg`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path

from canvos_tui.core.checkout import arg_file, import_script, k8s_versions
from canvos_tui.core.checkout.distributions import read_os_versions
from canvos_tui.core.checkout.earthfile import LINKED, LOST, MOST, TOO_LARGE, Earthfile, read_earthfile
from canvos_tui.core.checkout.state import BAKE, EARTHFILE, CheckoutState, Place
from canvos_tui.core.checkout.tags import CanvosTag
from canvos_tui.core.errors import FilesError, InvalidValueError, LinkError
from canvos_tui.core.ports import Files, Ports
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class CheckoutFacts:
    """What was found; `problem` says why the Kubernetes versions could not be read, `systems` is what os_version.json lists."""

    state: CheckoutState
    tags: tuple[CanvosTag, ...] = ()
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    systems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    args: Mapping[str, str] | None = None
    problem: str = ""

    @property
    def in_use(self) -> str:
        """The tag that somebody checked out, if it has the target: a clone stands on a branch, which nobody chose."""
        return self.state.tag if not self.state.branch and self.able(self.state.tag) else ""

    def able(self, name: str) -> bool:
        """Whether that tag is there and has the target."""
        return any(t.name == name and t.selectable for t in self.tags)


async def look(ports: Ports, folder: Path) -> CheckoutFacts:
    """Raises GitError or FilesError for what cannot be read at all."""
    state = await ports.git.state(folder)
    if state.place is not Place.CANVOS:
        return CheckoutFacts(state)
    tags = await ports.git.tags(folder)
    versions, problem = await read_versions(ports.files, folder)
    data = await ports.files.read_own(folder, ".arg")
    systems = await read_systems(ports.files, folder)
    return CheckoutFacts(state, tags, versions, systems, arg_file.parse(data).values if data is not None else None, problem)


async def read_here(files: Files, state: CheckoutState) -> Earthfile:
    """What the files of the checkout say of step 16, as they stand in the folder; what was deleted there counts as there.

    Never fails: a file that is a link out of the checkout, or cannot be read, is a flaw.
    """
    found = await _read_recipe(files, state.path)
    absent = [*state.lacks, *[path for path in found.copies if await files.mode(state.path / path) is None]]
    script = import_script.ImportScript()
    if found.script and found.script not in absent:
        with suppress(FilesError):  # a link out of the checkout is told by whoever needs the file
            script = import_script.read_script(await files.read_own(state.path, found.script) or b"")
    lacks = tuple(path for path in absent if path != EARTHFILE and path not in state.deleted)
    beside = replace(found, lacks=lacks, bakes=BAKE in state.files, template=await _read_template(files, state.path))
    return replace(beside, unsaid=script.unsaid, traces=script.traces)


async def _read_template(files: Files, folder: Path) -> tuple[str, ...]:
    with suppress(FilesError):
        return tuple(arg_file.parse(await files.read_own(folder, ".arg.template") or b"").values)
    return ()


async def _read_recipe(files: Files, folder: Path) -> Earthfile:
    path = folder / EARTHFILE
    try:
        if (facts := await files.facts(path)) is not None and facts.size > MOST:
            return Earthfile(has_target=False, flaw=TOO_LARGE)
        data = await files.read_own(folder, EARTHFILE)
        if data is None and await files.link(path) is not None:
            return Earthfile(has_target=False, flaw=LOST)
    except LinkError:
        return Earthfile(has_target=False, flaw=LINKED)
    except FilesError as error:
        return Earthfile(has_target=False, flaw=f"nobody can read: {error}")
    return read_earthfile(data)


async def read_systems(files: Files, folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The versions of each operating system in os_version.json; nothing where it cannot be read."""
    try:
        return read_os_versions(await files.read_own(folder, "os_version.json"))
    except FilesError:
        return {}


async def read_versions(files: Files, folder: Path) -> tuple[Mapping[str, tuple[str, ...]], str]:
    """The versions of each distribution in k8s_version.json, and what is wrong with the file."""
    data = await files.read_own(folder, "k8s_version.json")
    if data is None:
        return {}, "there is no k8s_version.json in the checkout"
    try:
        return {name: span.versions for name, span in k8s_versions.parse(data.decode("utf-8", "replace")).items()}, ""
    except InvalidValueError as error:
        return {}, f"{error}; {error.remedy}"
