"""Everything there is to learn from a checkout: its state, its tags, its Kubernetes versions, the values of its `.arg`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from canvos_tui.core.checkout import arg_file, k8s_versions
from canvos_tui.core.checkout.state import CheckoutState, Place
from canvos_tui.core.checkout.tags import CanvosTag
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.ports import Files, Ports
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class CheckoutFacts:
    """What was found; `problem` says why the Kubernetes versions could not be read."""

    state: CheckoutState
    tags: tuple[CanvosTag, ...] = ()
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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
    return CheckoutFacts(state, tags, versions, arg_file.parse(data).values if data is not None else None, problem)


async def read_versions(files: Files, folder: Path) -> tuple[Mapping[str, tuple[str, ...]], str]:
    """The versions of each distribution in k8s_version.json, and what is wrong with the file."""
    data = await files.read_own(folder, "k8s_version.json")
    if data is None:
        return {}, "there is no k8s_version.json in the checkout"
    try:
        return {name: span.versions for name, span in k8s_versions.parse(data.decode("utf-8", "replace")).items()}, ""
    except InvalidValueError as error:
        return {}, f"{error}; {error.remedy}"
