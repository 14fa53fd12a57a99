"""The import tasks under way: how many AWS takes at a time, and whether one of them is of this very object."""

from __future__ import annotations

from canvos_tui.core.aws.facts import ImportTask
from canvos_tui.core.checks.aws.questions import asked, aws, missing, refused
from canvos_tui.core.checks.check import CheckAnswer, Context, Measure, waits
from canvos_tui.core.errors import AwsError, Command, Remedy
from canvos_tui.core.status import Status

IMPORTS = 5  # import tasks at a time in a region, unless AWS raised it (VM Import/Export quotas)


async def import_tasks(context: Context) -> CheckAnswer:
    """Room for one more import, and none of this very object under way."""
    if wait := missing(context, "keys", "REGION", "S3_BUCKET", "S3_KEY"):
        return waits(wait)
    about, required = asked(context), f"fewer than {IMPORTS}, none of this object"
    try:
        found = await (await aws(context)).import_tasks()
    except AwsError as error:
        return refused(error, required)
    active = [task for task in found if not task.ended or task.ending]
    measure = Measure(len(active), IMPORTS, "tasks")
    same = next((task for task in active if (task.bucket, task.key) == (about.bucket, about.key)), None)
    if same is not None:
        fix = Remedy(
            "Wait until it has ended, choose another S3_KEY, or stop it",
            (Command(f"aws ec2 cancel-import-task --import-task-id {same.task_id} --region {about.region}"),),
        )
        return CheckAnswer(Status.FAIL, f"{_told(same)} already", required, (fix,), measure=measure)
    if len(active) >= IMPORTS:
        fix = Remedy("Wait until one has ended; AWS can raise the limit (Service Quotas, VM Import/Export)")
        told = f"{len(active)} import tasks are under way, the usual limit is {IMPORTS}"
        return CheckAnswer(Status.WARN, told, required, (fix,), measure=measure)
    told = f"{len(active) or 'no'} import task{'' if len(active) == 1 else 's'} under way"
    return CheckAnswer(Status.PASS, told, required, measure=measure)


def _told(task: ImportTask) -> str:
    share = f" {task.progress} %" if task.progress is not None else ""
    return f"{task.task_id} ({task.status}{share}) imports s3://{task.bucket}/{task.key}"
