"""After a build: what comes next and the commands for it, or the ways on from a failure; where the console shows what came of it."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.aws.console_links import console_links
from canvos_tui.core.aws.instance import Launch, root_gib
from canvos_tui.core.publish.launch import launch_words
from canvos_tui.core.publish.work import Target
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.resumable import offered
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.run.stage import BY_ID
from canvos_tui.core.session import Session
from canvos_tui.core.stages.through_s3 import possible

RESUME, THROUGH_S3, END, LEFT, LEAVE = "resume", "through-s3", "end-import", "leftovers", "start"  # words of ways on from a failure


def launch_command(result: RunResult) -> str:
    """What starts an instance of the AMI, for a shell with the AWS command line and keys that may."""
    return launch_words(result.region, result.ami, _launch(result))


def about_launch(result: RunResult) -> str:
    """What of the command is ours to suggest and what is the AMI's."""
    launch = _launch(result)
    if result.root_gib >= launch.gib:
        size = f"The root volume has the AMI's own {launch.gib} GiB. {launch.kind} is our suggestion: "
        volume = "any type that boots UEFI does"
    else:
        size = f"{launch.kind} and {launch.gib} GiB are our suggestion: any type that boots UEFI does, and "
        volume = f"any root volume that is larger than the AMI's, {_own(result)}"
    return f"{size}{volume}. Where the account has no default VPC, add --subnet-id and --security-group-ids."


def next_step(result: RunResult) -> str:
    """What the guide leaves to do with the AMI, in a sentence."""
    if result.root_gib >= _launch(result).gib:
        return f"Launch an instance, of a type that boots UEFI, from the AMI above; its root volume has {result.root_gib} GiB."
    return f"Launch an instance with a larger root volume (the AMI's is {_own(result)}), of a type that boots UEFI, from the AMI above."


def _launch(result: RunResult) -> Launch:
    """The AMI of a run has the processor and the root device of the usual one; the raw image is the least that its root volume holds."""
    return Launch(gib=root_gib(result.root_gib, result.object_size))


def _own(result: RunResult) -> str:
    return f"{result.root_gib} GiB" if result.root_gib else "the small raw disk"


def target_of(result: RunResult, plan: BuildPlan | None) -> Target:
    """The AMI of a run, with the account that the run used, "" where its plan is not known."""
    return Target(result.region, result.ami, result.run_id, plan.baseline.account if plan is not None else "")


def bucket_of(draft: Draft) -> str:
    """The bucket that an image's object is looked for in; "" on the route that makes none."""
    return draft.text("S3_BUCKET") if draft.route.needs_bucket else ""


def looked_for(draft: Draft) -> str:
    """What is looked for in AWS under the names of the answers."""
    bucket, key, region = bucket_of(draft), draft.text("S3_KEY"), draft.text("REGION")
    return f"s3://{bucket}/{key} and the AMI of that name in {region}" if bucket else f"the AMI {key} in {region}"


def removal_commands(result: RunResult) -> tuple[str, ...]:
    """What takes away what the run left and nobody needs any more; none where nothing is left."""
    return tuple(left.removal for left in result.left_behind if left.removal)


def ways(result: RunResult, secret: Path | None) -> tuple[Choice, ...]:
    """How to go on from an image that is ready, the best way first."""
    kinds = [f"{left.kind} in S3" if left.kind == "object" else left.kind for left in result.left_behind if left.removal]
    left = [*kinds, *([".secret"] if secret is not None else [])]
    remove = (Choice("remove", f"{'Remove what is left':<25}{' · '.join(left)}"),) if left else ()
    return (
        Choice("launch", f"{'Launch an instance':<25}the command, with your values"),
        *remove,
        Choice("console", f"{'Open in the AWS console':<25}{' · '.join(name for name, _ in _pages(result, 'aws'))}"),
        Choice("publish", f"{'Copy, share, retire':<25}regions, accounts, its end"),
        Choice("start", f"{'Leave it as it is':<25}back to Start, for another image"),
    )


def links(result: RunResult, known: Session) -> tuple[str, ...]:
    """The pages of the console that the guide walks to, each with its name."""
    return tuple(f"{label}: {url}" for label, url in _pages(result, known.identity.partition if known.identity else "aws"))


def _pages(result: RunResult, partition: str) -> tuple[tuple[str, str], ...]:
    return console_links(partition, result.region, result.bucket, result.key, result.ami)


def failure_ways(result: RunResult, *, another: bool = False, task: str = "") -> tuple[Choice, ...]:
    """How to go on. `another` says that the run is another checkout's, `task` is an import that these keys may end, "" for none.

    What builds or asks with this window's answers is no way on from another checkout's run.
    """
    stage = offered(result)
    on = [_way(RESUME, f"Go on: {BY_ID[stage].title}", "from what is done; nothing is built again")] if stage is not None else []
    log = _way("build", "Log and phases", "what the build said, and when")
    rights = _way("aws", "AWS rights", "which are missing, and what mends them")
    if another:
        found = [*on, log]
    else:
        other = [_way(THROUGH_S3, "Through S3 instead", "two-stage with this raw image, without a build")] if possible(result) else []
        again = _way("review", "Build again", "the whole build, from Review (step 16)")
        found = [rights, *other, *on, log, again] if _to_mend(result) else [*on, *other, log, rights, again]
    found += [_way(LEFT, "What is left", "in AWS and here: its price, its removal")]
    found += [_way(END, "End the import", f"{task} goes on in AWS")] if task else []
    return (*found, _way(LEAVE, "Leave it as it is", "back to Start"))


def _way(word: str, name: str, about: str) -> Choice:
    return Choice(word, f"{name:<25}{about}")


def _to_mend(result: RunResult) -> bool:
    """Whether something in AWS has to be mended first: then what mends it stands on the page of the rights."""
    phase = result.phase if result.outcome is Outcome.FAILED and result.cause is not None and result.cause.remedies else None
    return phase is not None and Phase.UPLOAD.order <= phase.order < Phase.DONE.order
