"""Whether AWS registered the AMI with what was chosen for it: an AMI that lacks it is not what was asked for."""

from __future__ import annotations

import shlex

from canvos_tui.core.aws.ami_settings import IMDS, image_words
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.run.result import Cause, Finding
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.status import Status
from canvos_tui.core.verdict.chain import Chain


def finding(plan: BuildPlan, chain: Chain) -> tuple[Finding, ...]:
    """What DescribeImages shows of the choices; nothing where none was made, or there is no AMI."""
    if chain.image is None or not plan.settings.texts:
        return ()
    wrong = plan.settings.unlike(chain.image)
    told = "; ".join(wrong) if wrong else image_words(chain.image)
    return (Finding("ami-settings", Status.FAIL if wrong else Status.PASS, told),)


def cause(plan: BuildPlan, chain: Chain) -> Cause | None:
    """Why an AMI is not what was asked for; None where it is."""
    if chain.image is None or not (wrong := plan.settings.unlike(chain.image)):
        return None
    ami, region = chain.image.image_id, chain.baseline.region
    aws = ["aws", "ec2"]
    where = ["--region", region, "--image-id", ami]
    remedies = [
        Remedy(
            "deregister it, then register its snapshot anew: nothing is built or uploaded again",
            (Command(shlex.join([*aws, "deregister-image", *where])), Command("canvos-tui resume")),
        )
    ]
    if chain.image.imds != plan.settings.imds and plan.settings.imds and len(wrong) == 1:
        text = "IMDS alone can be set on the AMI as it is"
        command = shlex.join([*aws, "modify-image-attribute", *where, "--imds-support", plan.settings.texts[IMDS]])
        remedies.insert(0, Remedy(text, (Command(command),)))
    text = f"{ami} was not registered as it was chosen: {'; '.join(wrong)}"
    return Cause("ami-settings", "The AMI lacks what was chosen for it", text, tuple(remedies))
