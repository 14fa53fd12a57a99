"""Guide step 11: what of S3_KEY is taken, and the ways out of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.aws.taken_names import TakenNames, look
from canvos_tui.core.ports import Ports
from canvos_tui.core.session import NamesSeen, Session


def clash(draft: Draft, known: Session) -> TakenNames | None:
    """What is in the way of the key that is named now; None while nothing is known to be."""
    taken = known.taken
    if taken is None or taken.key != draft.text("S3_KEY"):
        return None
    if draft.route.uploads_itself:  # longer names mislead the import script alone
        taken = replace(taken, neighbours=(), same=taken.same if draft.route.needs_bucket else None)
    return taken if taken.any else None


def reused(draft: Draft, known: Session) -> bool:
    """Whether the object under that key is used on purpose."""
    found = clash(draft, known)
    return found is not None and draft.reuses


def reusable(draft: Draft, known: Session) -> bool:
    """Whether it could be: only the object itself, no AMI of that name, and not where the upload is ours."""
    found = clash(draft, known)
    return not draft.route.uploads_itself and found is not None and found.same is not None and not found.hard


def told(draft: Draft, known: Session, now: datetime) -> str:
    """What would happen, a line for each thing that is taken; empty for a free key."""
    found, wanted = clash(draft, known), reused(draft, known)
    lines = found.sentences(draft.text("S3_BUCKET"), now, ours=draft.route.uploads_itself) if found is not None else ()
    return "\n".join(f"{'!' if wanted else 'x'} {line}" for line in lines) + ("\n  (reused on purpose)" if wanted else "")


async def ask(ports: Ports, draft: Draft, known: Session) -> NamesSeen | None:
    """What AWS says of the key; None where it cannot be asked yet, or was asked. Raises AwsError."""
    key, region, needs = draft.text("S3_KEY"), draft.text("REGION"), draft.route.needs_bucket
    bucket = draft.text("S3_BUCKET") if needs else ""
    asked = known.taken is not None and known.taken.key == key and not (needs and known.taken.images_only)
    if draft.keys is None or not (key and region and (bucket or not needs)) or asked:
        return None
    return NamesSeen(await look(await ports.aws.open(draft.keys, region), bucket, key))
