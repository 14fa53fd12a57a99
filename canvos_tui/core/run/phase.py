"""The phases of a build, in order: their ids, their names and their numbers on the screen."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """The phases of `+aws-cloud-image` in order; the value is the stable id, `title` what people read."""

    PREPARE = "prepare"
    BASE = "base"
    INSTALLER = "installer"
    RAW = "raw"
    AWSCLI = "awscli"
    CHECKS = "checks"
    UPLOAD = "upload"
    SNAPSHOT = "snapshot"
    IMPORT = "import"
    REGISTER = "register"
    AMI = "ami"
    DONE = "done"

    @property
    def title(self) -> str:
        """The phase's name on screens."""
        return _TITLES[self]

    @property
    def order(self) -> int:
        """Position in the sequence, from 0."""
        return _ORDER[self]

    @property
    def builds(self) -> bool:
        """Whether CanvOS builds the image in it: what AWS gets under the run's names meanwhile is somebody else's."""
        return self in _BUILDING

    @property
    def of_aws(self) -> bool:
        """Whether AWS has a part in it: what fails there is no failure of the build."""
        return self.order >= Phase.CHECKS.order

    @property
    def number(self) -> int | None:
        """The number 1-9 on the build screen; None for the two phases that are not shown on their own."""
        return _NUMBERS.get(self)


_BUILDING = frozenset({Phase.BASE, Phase.INSTALLER, Phase.RAW})
_TITLES = {
    Phase.PREPARE: "Prepare",
    Phase.BASE: "Base image",
    Phase.INSTALLER: "Installer image",
    Phase.RAW: "Raw disk",
    Phase.AWSCLI: "AWS CLI",
    Phase.CHECKS: "Import script's checks",
    Phase.UPLOAD: "Upload to S3",
    Phase.SNAPSHOT: "Write snapshot",
    Phase.IMPORT: "Snapshot import",
    Phase.REGISTER: "Register AMI",
    Phase.AMI: "Wait for AMI",
    Phase.DONE: "Done",
}
_ORDER: dict[Phase, int] = {phase: n for n, phase in enumerate(Phase)}
SHOWN_PHASES = tuple(p for p in Phase if p not in {Phase.CHECKS, Phase.SNAPSHOT, Phase.DONE})
# the direct route has neither the AWS CLI, nor an object and its import
DIRECT_PHASES = tuple(p for p in Phase if p not in {Phase.AWSCLI, Phase.CHECKS, Phase.UPLOAD, Phase.IMPORT, Phase.DONE})
# it writes its snapshot where others upload
_NUMBERS: dict[Phase, int] = {**{phase: n for n, phase in enumerate(SHOWN_PHASES, start=1)}, Phase.SNAPSHOT: 6}
