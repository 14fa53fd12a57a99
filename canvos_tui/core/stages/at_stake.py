"""What a new build would write over: the raw image that an earlier run of the checkout still needs to go on from."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.errors import RunError
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.raw_image import FOLDER
from canvos_tui.core.run.resumable import offered, resume_command
from canvos_tui.core.run.stage import StageId

_LOST = "a build may write over it"
_NEED_IT = frozenset({StageId.UPLOAD, StageId.SNAPSHOT})


async def raw_at_stake(ports: Ports, checkout: Path) -> str:
    """A sentence with the command that comes first; "" where nothing is at stake.

    Only the newest build of the checkout left what lies there, and whoever went on from it is asked in its place.
    """
    for info in await ports.runs.infos():
        if info.checkout != str(checkout):
            continue
        try:
            plan = await ports.runs.plan(info.run_id)
        except RunError:  # its record is damaged: nobody can go on from it
            continue
        if plan.resumes is None:  # on the guide's route nothing stays in the checkout
            continue
        result = await ports.runs.result(info.run_id)
        if result is not None and result.raw and await _needed(ports, checkout, result.raw, offered(result)):
            return (
                f"{result.raw} is the image of run {info.run_id}, which is not in AWS yet: a build may write over it; {_first(info.run_id)}"
            )
        if plan.builds or result is None or offered(result) is None:
            return ""
    return ""


async def _needed(ports: Ports, checkout: Path, raw: str, stage: StageId | None) -> bool:
    return stage in _NEED_IT and Path(raw).parent == checkout / FOLDER and await ports.files.facts(Path(raw)) is not None


def _first(run_id: str) -> str:
    return f"{resume_command(run_id)} goes on with it"
