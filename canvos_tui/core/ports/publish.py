"""The gate to what is done with an AMI that is ready: copies, permissions, its end; all of it beyond what a build asks for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from canvos_tui.core.aws.facts import Image, RightProbe
    from canvos_tui.core.aws.instance import Launch


class AwsPublish(Protocol):
    """AWS with one pair of keys in one region. Every method but `may_launch` may raise AwsError."""

    async def copies_of(self, source: str) -> tuple[Image, ...]:
        """The AMIs of this account in this region that carry our tag with that source (`region/ami`), in any state."""

    async def copy_image(self, region: str, image_id: str, name: str, token: str) -> str:
        """Begins a copy of an AMI of `region` in this one; its id. The same token (64 hexadecimal digits) gives the same copy."""

    async def share_snapshot(self, snapshot_id: str, accounts: tuple[str, ...]) -> None:
        """Lets these accounts make volumes of the snapshot."""

    async def share_image(self, image_id: str, accounts: tuple[str, ...], organizations: tuple[str, ...]) -> None:
        """Lets these accounts, organizations and organizational units (by their ARNs) launch the AMI."""

    async def shared_with(self, image_id: str) -> tuple[str, ...]:
        """Accounts and ARNs that may launch the AMI; `all` where it is public."""

    async def snapshot_shared_with(self, snapshot_id: str) -> tuple[str, ...]:
        """Accounts that may make volumes of the snapshot."""

    async def deprecate(self, image_id: str, at: datetime) -> None:
        """Sets the date from which others no longer find the AMI."""

    async def deprecation(self, image_id: str) -> datetime | None:
        """That date, None where there is none."""

    async def may_launch(self, image_id: str, launch: Launch) -> RightProbe:
        """Whether such an instance would be allowed; a dry run that starts nothing."""
