"""How long AWS is waited for after the build's command ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.aws.sighting import Sighting
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.watch import Watch, new_images, our_task

_LONGEST, _SHORTEST = 300.0, 20.0  # seconds; the first is scaled by the pace
_BLIND_LOOKS = 3
_UNFINISHED = frozenset({"pending", "transient"})


@dataclass(frozen=True)
class Settling:
    """The end of a run: done when a look that began after `ended_at` shows nothing of ours on its way, or time is up."""

    baseline: Baseline
    ended_at: datetime
    exit_code: int | None
    pace: float = 1.0

    def over(self, last: Sighting, began: datetime, watch: Watch, now: datetime) -> bool:
        """Whether nothing more is to be waited for, after a look that began at that time."""
        if now - self.ended_at > timedelta(seconds=max(_LONGEST * self.pace, _SHORTEST)):
            return True
        if began < self.ended_at:
            return False
        if last.tasks is None or last.images is None:
            return watch.blind_looks >= _BLIND_LOOKS
        return not self._on_its_way(last, watch.named_task)

    def _on_its_way(self, last: Sighting, named: str) -> bool:
        """An AMI that is not finished, or, after a build that thinks it succeeded, an import that still runs."""
        if any(image.state in _UNFINISHED for image in new_images(self.baseline, last.images or ())):
            return True
        task = our_task(self.baseline, last.tasks or (), named)
        return self.exit_code == 0 and task is not None and not task.ended
