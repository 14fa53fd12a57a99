"""The routes from answers to an AMI: what each needs, how long it takes, and what happens when something fails."""

from __future__ import annotations

from enum import Enum

from canvos_tui.core.aws import bandwidth
from canvos_tui.core.aws.ami_settings import KEYS as AMI_KEYS
from canvos_tui.core.aws.prices import PUT_PRICE
from canvos_tui.core.aws.snapshot_settings import IMPORT_ROLE
from canvos_tui.core.aws.snapshot_settings import KEYS as SNAPSHOT_KEYS
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.text import nearest
from canvos_tui.core.values import dataclass

OUR_STAGES = (*AMI_KEYS, *SNAPSHOT_KEYS, bandwidth.KEY)  # answers that count where upload and registration are ours


class Route(Enum):
    """A route's name, the same in answers files, on the command line and on screens."""

    GUIDE = "guide"
    TWO_STAGE = "two-stage"
    DIRECT = "direct"

    @property
    def told(self) -> RouteTold:
        """What people read of it."""
        return _TOLD[self]

    @property
    def uploads_itself(self) -> bool:
        """Whether the upload is ours: it asks for the very key, writes over nothing, and takes no object over."""
        return self is not Route.GUIDE

    @property
    def needs_bucket(self) -> bool:
        """Whether the image goes through S3 and VM Import: then it needs a bucket, and the role vmimport."""
        return self is not Route.DIRECT

    def wants(self, key: str) -> bool:
        """Whether the answer of that name is needed at all."""
        through_s3 = self.needs_bucket or key not in {"S3_BUCKET", IMPORT_ROLE}
        return through_s3 and (self.uploads_itself or key not in OUR_STAGES)

    @property
    def keys_in_build(self) -> bool:
        """Whether the AWS keys go into the build: then they stand in `.secret`, and temporary ones do not work."""
        return self is Route.GUIDE


@dataclass(frozen=True)
class RouteTold:
    """A route's title, the command that is started in the checkout, and a line each for what one asks before choosing it."""

    title: str
    short: str
    command: tuple[str, ...]
    needs: str
    takes: str
    fails: str


_TOLD = {
    Route.GUIDE: RouteTold(
        "one command builds, uploads, imports and registers",
        "one command does it all",
        ("./earthly.sh", "+aws-cloud-image", "--ARCH=amd64"),
        "needs  long-lived keys, which go into the build; bucket, vmimport",
        "takes  one to two hours in one piece",
        "fails  before the upload: all again; after it: canvos-tui resume",
    ),
    Route.TWO_STAGE: RouteTold(
        "CanvOS builds the raw image, all else is done here",
        "no key enters the build",
        ("./earthly.sh", "+cloud-image", "--ARCH=amd64"),
        "needs  bucket, vmimport, keys of any kind: none enters the build",
        "takes  as long; the upload goes in parts and is proven by S3",
        "fails  the raw image stays in build/: canvos-tui resume uploads it",
    ),
    Route.DIRECT: RouteTold(
        "CanvOS builds the raw image, we write the snapshot",
        "neither bucket nor vmimport",
        ("./earthly.sh", "+cloud-image", "--ARCH=amd64"),
        "needs  rights of EBS direct, keys of any kind; no bucket, no role",
        f"takes  the build, then minutes; {PUT_PRICE:.2f} USD for each GB that is sent",
        "fails  a day long canvos-tui resume sends only what is missing",
    ),
}


def parse_route(text: str) -> Route:
    """The route of that name; InvalidValueError names those that there are."""
    wanted = text.strip().lower()
    for route in Route:
        if route.value == wanted:
            return route
    names = [route.value for route in Route]
    near = nearest(wanted, names)
    raise InvalidValueError(
        f"`{text}` is no route", allowed=" or ".join(names), remedy=f"did you mean {near}?" if near else "guide is the documented one"
    )
