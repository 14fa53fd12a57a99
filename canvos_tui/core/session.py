"""What the program learned while it was open, as opposed to what the user answered: never stored, always asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from canvos_tui.core.aws.facts import Bucket, Identity, RightProbe
from canvos_tui.core.aws.taken_names import TakenNames
from canvos_tui.core.checkout.state import CheckoutState
from canvos_tui.core.checkout.tags import CanvosTag
from canvos_tui.core.checks.report import Report
from canvos_tui.core.run.result import RunInfo, RunResult


@dataclass(frozen=True)
class Session:
    """Facts for all pages; None or empty means "not asked yet"."""

    checkout: CheckoutState | None = None
    tags: tuple[CanvosTag, ...] = ()
    wanted: str = ""  # the tag that the user asked to check out
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of the checkout's k8s_version.json
    report: Report | None = None
    reported_at: datetime | None = None
    final: bool = False  # the files of the checkout count as they are: no answers will be written into them
    bucket: Bucket | None = None
    identity: Identity | None = None
    rights: tuple[RightProbe, ...] = ()
    rights_for: str = ""  # account/region/bucket that the rights hold for
    clash: TakenNames | None = None
    runs: tuple[RunInfo, ...] = ()
    run_id: str = ""
    result: RunResult | None = None
    drafts: tuple[tuple[str, datetime], ...] = ()
