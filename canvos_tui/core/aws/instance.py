"""What we suggest to start an AMI with: a type that boots it, and a root volume that is never smaller than the AMI's own."""

from __future__ import annotations

from canvos_tui.core.aws.facts import Image
from canvos_tui.core.text import GIB
from canvos_tui.core.values import dataclass

ROOMY = 100  # GiB: our suggestion for a root volume; the disk makes its state and persistent partitions at the first boot
DEVICE = "/dev/xvda"  # the root device that the import script registers, and our own stages
GP3 = "gp3"
_TYPES = {"arm64": "m7g.xlarge"}  # 4 processors, 16 GiB, boots UEFI, as the usual one
USUAL = "m6i.xlarge"
_PLAIN = {"", "standard", "gp2", GP3}  # types that gp3 takes the place of without a word on IOPS


@dataclass(frozen=True)
class Launch:
    """An instance as we suggest it; `gib` and `volume` are of its root volume, "" for the AMI's own type."""

    kind: str = USUAL
    device: str = DEVICE
    gib: int = ROOMY
    volume: str = GP3

    @property
    def text(self) -> str:
        """Its type and the size of its root volume."""
        return f"{self.kind}, {self.gib} GiB"

    @property
    def disk(self) -> dict[str, str]:
        """What its launch says of the root volume, by EC2's own names."""
        return {"VolumeSize": str(self.gib), **({"VolumeType": self.volume} if self.volume else {})}


def root_gib(own: int, snapshot_bytes: int = 0) -> int:
    """GiB of a root volume: ours, or more where the AMI was registered with more or its snapshot holds more (EC2 refuses less)."""
    return max(ROOMY, own, -(-snapshot_bytes // GIB))


def launch_of(image: Image, snapshot_bytes: int = 0) -> Launch:
    """What starts that AMI: root device, size and processor are its own, as AWS shows them. `snapshot_bytes` is 0 for not known."""
    volume = GP3 if image.volume_type in _PLAIN else ""
    kind = _TYPES.get(image.architecture, USUAL)
    return Launch(kind, image.root_device or DEVICE, root_gib(image.root_gib, snapshot_bytes), volume)
