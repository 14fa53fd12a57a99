"""Guide step 10: the regions to pick from, and what S3 says of the bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canvos_tui.core.answers.routes import Route

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.aws.facts import Bucket
    from canvos_tui.core.session import Session


_ABOUT = "The bucket must exist and must be in the region of the import. To create one: aws s3 mb s3://NAME --region REGION."


def regions(draft: Draft, known: Session) -> tuple[str, ...]:  # noqa: ARG001  as every rule is called
    """The SDK's regions; a newer one may be typed."""
    return known.regions


def of_bucket(draft: Draft, known: Session) -> str:  # noqa: ARG001  as every rule is called
    """What a legal name brings about all the same."""
    return "a dot in a bucket's name breaks TLS host names" if "." in draft.text("S3_BUCKET") else ""


def of_region(draft: Draft, known: Session) -> str:
    """A bucket of another region."""
    bucket, region = seen(draft, known), draft.text("REGION")
    other = draft.route.needs_bucket and bucket is not None and bucket.region and region and region != bucket.region
    return f"the bucket is in {bucket.region}; the import must run there" if other and bucket is not None else ""


def seen(draft: Draft, known: Session) -> Bucket | None:
    """What is known of the bucket that is named now."""
    bucket = known.bucket
    return bucket if bucket is not None and bucket.name == draft.text("S3_BUCKET") else None


def told(draft: Draft, known: Session) -> str:
    """The line under the bucket: whether it is there, and where; empty while nobody knows."""
    if not draft.route.needs_bucket:
        return "not needed on the direct route"
    bucket = seen(draft, known)
    if bucket is not None and bucket.exists is False:
        return f"x there is no bucket {bucket.name}"
    return f"exists; its region is {bucket.region} (asked without keys)" if bucket is not None and bucket.region else ""


def about(draft: Draft) -> str:
    """What the step is about on the chosen route."""
    if not draft.route.needs_bucket:
        return "The direct route writes the snapshot itself: no bucket, no role vmimport. REGION is where snapshot and AMI are made."
    made = "EC2 imports the image from it" if draft.route.keys_in_build else "we upload the image to it, in parts, and EC2 imports it"
    return f"{_ABOUT} {made[0].upper()}{made[1:]}."


def other_way(draft: Draft, before: Route = Route.GUIDE) -> tuple[str, Route] | None:
    """What a button says that goes without a bucket, or back to one, and the route that it chooses; None where a bucket is named.

    `before` is the route with a bucket that was left by it.
    """
    if not draft.route.needs_bucket:
        return "Use a bucket", before
    return ("Go without a bucket", Route.DIRECT) if not draft.text("S3_BUCKET") else None


def offered_region(draft: Draft, known: Session) -> str:
    """The bucket's own region where REGION is another or none; empty where there is nothing to offer."""
    bucket = seen(draft, known) if draft.route.needs_bucket else None
    return bucket.region if bucket is not None and bucket.region and bucket.region != draft.text("REGION") else ""
