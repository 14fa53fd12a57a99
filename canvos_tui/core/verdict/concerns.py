"""What is wrong with a build that still runs, so that nobody waits for nothing: pure, from what was recorded of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from canvos_tui.core.aws.facts import IMPORTED_BY
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.run.endless import Endless, endless, loops_ahead
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause
from canvos_tui.core.run.run import BuildRun, Stage
from canvos_tui.core.run.usual_times import NO_END
from canvos_tui.core.text import elapsed
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.left_over import ec2_command, register_command
from canvos_tui.core.verdict.watch import is_new_object

STILL = 10 * 60.0  # seconds that a percentage may stand before that is said
GIVE_UP = 100 * 60.0  # seconds: the longest that a project of others waits for an import, NixOS/amis#266
_END = "canvos-tui cancel, or x where the build is shown, ends it; what is in AWS stays"


@dataclass(frozen=True)
class Concern:
    """One thing that is wrong: in a sentence, with what more there is to say and commands to copy."""

    id: str
    text: str
    more: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """All of it, for a reader who has the room."""
        return (f"! {self.text}", *(f"  {line}" for line in self.more), *(f"  $ {command}" for command in self.commands))


def concerns(run: BuildRun, now: datetime) -> tuple[Concern, ...]:
    """All of them, the worst first; none for a build that ended."""
    return () if run.stage is Stage.ENDED else tuple(_all(run, now))


def _all(run: BuildRun, now: datetime) -> Iterator[Concern]:
    loop = endless(run)
    if loop is not None:
        yield _import_loop(run, loop) if loop.kind == "import_task" else _ami_loop(run, loop)
    if rights := loops_ahead(run):
        text = f"your keys lack {' and '.join(rights)}: the script will ask for ever when it gets there"
        yield Concern("loop-ahead", text, ("whoever manages the keys can still grant it while the build runs",))
    if (skipped := _skipped(run)) is not None:
        yield skipped
    if (still := _still(run, now)) is not None:
        yield still


# -- loops ----------------------------------------------------------------------------------------------------


def _import_loop(run: BuildRun, loop: Endless) -> Concern:
    task, snapshot, region = run.ids.get("import_task", ""), run.snapshot, run.plan.baseline.region
    text = f"AWS refuses to tell the script how its import goes ({loop.code}); it asks for ever and {NO_END}"
    if snapshot is None or snapshot.state != "completed":
        done = f"AWS may have finished {task} by now; keys that it takes see its snapshot with"
        wanted = f"describe-snapshots --owner-ids self --filters 'Name=description,Values={IMPORTED_BY}{task}'"
        return Concern("endless-import", text, (_missing(loop), _END, done), (f"{ec2_command(wanted, region)}",))
    done = f"AWS has finished the import: {snapshot.snapshot_id} is completed; once the script has ended, this makes the AMI of it"
    return Concern(
        "endless-import",
        text,
        (_missing(loop), _END, done),
        (register_command(region, run.plan.baseline.image_name, snapshot.snapshot_id),),
    )


def _ami_loop(run: BuildRun, loop: Endless) -> Concern:
    ami = run.ids.get("ami", "")
    text = f"AWS refuses to tell the script the state of {ami or 'its AMI'} ({loop.code}); it asks for ever and {NO_END}"
    done = f"{ami} was registered or found by the script; whether it is available, keys that may look see with"
    return Concern(
        "endless-ami", text, (_missing(loop), _END, done), (ec2_command(f"describe-images --image-ids {ami}", run.plan.baseline.region),)
    )


def _missing(loop: Endless) -> str:
    if loop.right:
        return f"your keys lack {loop.right}; the script goes on when they get it, and not before"
    return f"AWS takes the keys no longer ({loop.code}): they expired, were replaced, or this machine's clock is wrong"


def why_ended(loop: Endless) -> Cause:
    """The cause of a run that was cancelled because of it."""
    what = "its import" if loop.kind == "import_task" else "its AMI"
    text = f"AWS refused to tell the script the state of {what} ({loop.code}), and it asks without a limit."
    if loop.right:
        remedy = Remedy(f"give the keys {loop.right} before the next build")
    else:
        remedy = Remedy(
            "use keys that live as long as a build, and see that the machine's clock is right", (Command("timedatectl status"),)
        )
    return Cause("script-endless", "The import script could not end by itself", text, (remedy,))


# -- the object -----------------------------------------------------------------------------------------------


def _skipped(run: BuildRun) -> Concern | None:
    base, chosen = run.plan.baseline, run.plan.reuse_object
    where = f"s3://{base.bucket}/{base.key}"
    seen = run.object
    foreign = seen is not None and not seen.ours and is_new_object(base, seen.object)
    if "object" in run.found and not (chosen and not foreign):
        text = f"the script found an object under {where} and uploads nothing: what it imports is not this build"
        return Concern("upload-skipped", text, ("cancel the build, and use an S3 key that nobody else uses",))
    if foreign and (run.phase is None or run.phase.order < Phase.UPLOAD.order):
        text = f"{where} has appeared and is not from this run: the script will upload nothing and import that object"
        return Concern("object-foreign", text, ("have it removed before the upload begins, or cancel and use another S3 key",))
    return None


# -- an import that stands still -----------------------------------------------------------------------------


def _still(run: BuildRun, now: datetime) -> Concern | None:
    if run.task is None or run.task.task.ended or (run.blind is not None and run.blind.retry):
        return None
    percent, since = run.task.task.progress, run.task.at
    for seen in reversed(run.tasks):
        if seen.task.task_id != run.task.task.task_id or (seen.task.progress or 0) != (percent or 0):
            break
        since = seen.at
    stood, began = (now - since).total_seconds(), (now - run.tasks[0].at).total_seconds()
    if stood < STILL:
        return None
    # nanovms/ops#799, osbuild/osbuild-composer#500, cloudfoundry/bosh-aws-cpi-release#229
    usual = "usual is a number that stands and then jumps: others saw 10 to 18 min for small images, and more than an hour"
    text = f"AWS has shown {percent or 0} % for {elapsed(stood)}"
    if began < GIVE_UP:
        return Concern("import-still", text, (usual, "there is nothing to mend; others give up after 100 min"))
    again = "end it with canvos-tui cancel --import-task and build again; ask AWS support if it happens twice"
    return Concern("import-still", f"{text}, and works on it for longer than others wait (100 min)", (usual, again))
