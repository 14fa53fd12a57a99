"""What a run stands on when it is gone on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.run.run import BuildPlan, RunId
from canvos_tui.core.run.stage import StageId, stages_of
from canvos_tui.core.stages.proof import Done, Proof
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.chain import Chain


@dataclass(frozen=True)
class Ground:
    """A run's plan, the chain that AWS shows, a proof a stage, the keys that AWS was opened with, and the ids that are the run's own."""

    run: RunId
    plan: BuildPlan
    chain: Chain
    proofs: tuple[Proof, ...]
    keys: AwsKeys
    named: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""  # the raw image that the run uploads, where it still lies there
    crc: str = ""  # and its CRC-32, where a run told it
    bytes: int = 0

    def of(self, stage: StageId) -> Proof:
        """The proof of a stage."""
        return next(proof for proof in self.proofs if proof.stage is stage)

    @property
    def first_open(self) -> StageId | None:
        """The stage to go on with: the one behind the last that is done, None when the AMI is there and proven."""
        if self.of(StageId.REGISTER).done is Done.DONE:
            return None
        if self.plan.baseline.direct:
            if self.of(StageId.SNAPSHOT).done is Done.DONE:
                return StageId.REGISTER
            return StageId.SNAPSHOT if self.raw else StageId.IMAGE
        if self.of(StageId.IMPORT).done is Done.DONE:
            return StageId.REGISTER
        if self.of(StageId.IMPORT).done in {Done.UNDER_WAY, Done.UNKNOWN} or self.of(StageId.UPLOAD).done is Done.DONE:
            return StageId.IMPORT
        return StageId.UPLOAD if self.raw else StageId.IMAGE

    @property
    def beginnings(self) -> tuple[StageId, ...]:
        """The stages that can be the first of a run: those that need no build."""
        stages = stages_of(direct=self.plan.baseline.direct)
        return tuple(stage.id for stage in stages if stage.alone or (self.raw and stage.id in {StageId.UPLOAD, StageId.SNAPSHOT}))
