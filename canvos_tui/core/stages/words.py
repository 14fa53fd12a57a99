"""How far the stages of a run are, as lines for people and as plain data for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from canvos_tui.core.errors import CanvosError
from canvos_tui.core.run.stage import ORDER, StageId, stages_of
from canvos_tui.core.stages.ground import Ground
from canvos_tui.core.stages.proof import Proof

SCHEMA = "canvos-tui.resume/1"


def lines_of(found: Sequence[Proof]) -> tuple[str, ...]:
    """A line for each stage: its name, how far it is, and what was seen."""
    sure = {True: "   (by time and size)", False: ""}
    return tuple(f"{proof.stage.value:<9} {proof.done.value:<10} {proof.text}{sure[proof.taken_for_it]}" for proof in found)


def choices_of(ground: Ground, start: StageId) -> tuple[str, ...]:
    """The role and the key that it goes on with, while that is still to come: they are the run's, and nobody is asked for them again."""
    chosen = ground.plan.making.words if start is not StageId.REGISTER else ""
    return (f"as it was chosen: {chosen}; with another it begins anew: canvos-tui resume --raw FILE --config FILE",) if chosen else ()


def rights_from(start: StageId, *, direct: bool = False) -> tuple[str, ...]:
    """The IAM actions that a run needs which begins with that stage, each once."""
    return tuple(dict.fromkeys(right for stage in stages_of(direct=direct) if ORDER[stage.id] >= ORDER[start] for right in stage.rights))


def data_of(ground: Ground, start: StageId | None, refused: CanvosError | None = None, started: str | None = None) -> dict[str, Any]:
    """A document of schema `canvos-tui.resume/1`: the stages, where it would begin (null: nowhere), and why not, where it is refused.

    `started` is the run that was begun; None for none.
    """
    image = ground.chain.image
    return {
        "schema": SCHEMA,
        "run": ground.run,
        "stages": [
            {"stage": proof.stage.value, "state": proof.done.value, "text": proof.text, "by_time_and_size": proof.taken_for_it}
            for proof in ground.proofs
        ],
        "start": start.value if start is not None else None,
        "rights": list(rights_from(start, direct=ground.plan.baseline.direct)) if start is not None else [],
        "ami": image.image_id if image is not None and start is None and refused is None else None,
        "started": started,
        "refused": {"text": str(refused), "remedy": refused.remedy} if refused is not None else None,
    }
