"""A run that ended when AWS had a part of its work already."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.runs import KEYS, Site
from tests.waiting import until

# as far as the upload, in the words of the import script
BUILT = (
    "echo +base-image; echo built; "
    "echo \"     +aws-cloud-image | 2026-11-22 14:12:01 - Uploading 'edge.raw' to S3\"; "
    "until [ -e go ]; do sleep 0.02; done; [ ! -e went ] || cat went; cat go; exit 1"
)


def failed(site: Site, standin: StandinAws, *, imports: int = 1) -> str:
    """A run that ended after its object was uploaded and so many imports of it were begun."""

    async def baseline():
        return await (await BotoDoor().open(KEYS, "us-east-1")).baseline("images", "edge.raw")

    plan = replace(site.plan(BUILT, asyncio.run(baseline())), endpoint=os.environ["AWS_ENDPOINT_URL"])
    (site.checkout / "go").unlink(missing_ok=True)
    run_id = asyncio.run(site.runs.start(plan, KEYS))
    until(lambda: "Uploading" in site.log(run_id))
    with (site.checkout / "went").open("w") as file:
        file.write("     +aws-cloud-image | Completed 1000 Bytes/1000 Bytes (1.0 MiB/s) with 1 file(s) remaining\n")
    standin.cloud.put("images", "edge.raw", b"x" * 1000, '"e"')
    tasks = [standin.cloud.start_import("images", "edge.raw", "Import edge.raw", {}).task_id for _ in range(imports)]
    said = f"     +aws-cloud-image | + taskID={tasks[0]}\n" if imports == 1 else ""  # with several the log names none
    (site.checkout / "part").write_text(said)
    (site.checkout / "part").replace(site.checkout / "go")
    site.result(run_id)
    return run_id
