"""Stands in for the build's last step: uploads, imports and registers through the SDK, and prints the trace that the real script prints.

The trace shows both keys in clear, as the real one does: hiding them is the wizard's task, and this is what it is tried on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from canvos_tui.rehearsal.bash_trace import Trace
from canvos_tui.rehearsal.import_ami import AmiPart
from canvos_tui.rehearsal.job import Job

MIB = 1024**2
PART = 8 * MIB
_LOOK, _LOOK_IMAGE = 2.0, 1.0  # seconds between two looks at pace 1; the real script waits 30 and 15


class StopError(Exception):
    """The script ends with this exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exit {code}")
        self.code = code


class ImportScript:
    """One run of the step; `grow` prints a piece of a line that has no end yet."""

    def __init__(self, job: Job, trace: Trace, grow: Callable[[str], None]) -> None:
        self._job = job
        self._trace = trace
        self._grow = grow
        self._path = f"/workdir/{job.raw}"
        self._name = job.key or job.raw
        self._clients: dict[str, Any] = {}

    def run(self) -> int:
        """The exit code; nothing is cleaned up afterwards, as in reality."""
        try:
            self._check()
            self._upload()
            snapshot = self._import()
            self._register(snapshot)
        except StopError as stop:
            self._trace.step(1, "exit", str(stop.code))
            return stop.code
        return 0

    # -- checks ----------------------------------------------------------------------------------------------

    def _check(self) -> None:
        trace, job = self._trace, self._job
        for line in (f"RAW_FILE_PATH: {self._path}", f"RAW file '{self._path}' found.", "Proceeding with creation of AMI..."):
            trace.say(line)
        trace.step(1, "set", "-u")
        trace.log(1, "Starting RAW to AMI creation process.")
        trace.log(1, "Checking dependencies...")
        for tool in ("curl", "jq", "aws"):
            trace.step(1, "command", "-v", tool)
        trace.log(1, "All dependencies found.")
        trace.log(1, "Validating configuration...")
        for name, value in (("REGION", job.region), ("S3_BUCKET", job.bucket), ("S3_KEY", self._name), ("RAW_FILE", self._path)):
            trace.compare(1, name, "S3_KEY")
            trace.raw(1, f"[[ -z {value or chr(39) * 2} ]]")
        self._check_keys()
        missing = [name for name, value in (("REGION", job.region), ("S3_BUCKET", job.bucket)) if not value]
        if not (job.key_id and job.secret):
            missing.append("AWS_PROFILE or (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)")
        if missing:
            trace.log(1, f"Error: Missing required configuration variables in '.arg': {' '.join(missing)}")
            raise StopError(1)
        trace.log(1, "Configuration validated successfully.")

    def _check_keys(self) -> None:
        trace, job = self._trace, self._job
        trace.log(1, "AWS_PROFILE not set. Checking for AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY...")
        trace.step(1, "unset", "AWS_PROFILE")
        for value in (job.key_id, job.secret):
            trace.raw(1, f"[[ -z {value or chr(39) * 2} ]]")
        if not (job.key_id and job.secret):
            return
        for name, value in (("AWS_ACCESS_KEY_ID", job.key_id), ("AWS_SECRET_ACCESS_KEY", job.secret)):
            trace.raw(1, f"export {name}={value}")
            trace.raw(1, f"{name}={value}")

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            job = self._job
            self._clients[service] = self._session.create_client(
                service, job.region, aws_access_key_id=job.key_id, aws_secret_access_key=job.secret
            )
        return self._clients[service]

    @cached_property
    def _session(self) -> Any:
        """One for all clients: each of its own would read the SDK's descriptions anew."""
        import botocore.session

        return botocore.session.Session()

    # -- upload ----------------------------------------------------------------------------------------------

    def _upload(self) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        trace, job = self._trace, self._job
        where = f"s3://{job.bucket}/{self._name}"
        trace.step(1, "OBJECT_EXISTS=false")
        trace.step(1, "AWS", "s3", "ls", where)
        s3 = self._client("s3")
        if self._taken(s3):
            trace.log(1, f"Object '{self._name}' already exists in {where}.")
            return
        trace.log(1, f"Uploading '{self._path}' to {where}...")
        trace.step(1, "aws", "--region", job.region, "s3", "cp", self._path, where)
        try:
            self._send(s3)
        except (ClientError, BotoCoreError) as error:
            trace.say(f"upload failed: ./{job.raw} to {where} {error}")
            trace.log(1, f"Error: Failed to upload '{self._path}' to {where}.")
            raise StopError(1) from None
        trace.say(f"upload: ./{job.raw} to {where}")
        trace.log(1, f"Successfully uploaded '{self._path}' to S3.")

    def _taken(self, s3: Any) -> bool:
        """Any object that starts with the key counts, and any error means "not there": the real check is as coarse."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return bool(s3.list_objects_v2(Bucket=self._job.bucket, Prefix=self._name, MaxKeys=1).get("Contents"))
        except (ClientError, BotoCoreError):
            return False

    def _send(self, s3: Any) -> None:
        job, parts = self._job, []
        where = {"Bucket": job.bucket, "Key": self._name}
        where["UploadId"] = s3.create_multipart_upload(**where)["UploadId"]
        try:
            for number, start in enumerate(range(0, job.size, PART), 1):
                data = bytes(min(PART, job.size - start))
                parts.append({"PartNumber": number, "ETag": s3.upload_part(**where, PartNumber=number, Body=data)["ETag"]})
                done, total = (start + len(data)) / MIB, job.size / MIB
                self._grow(f"Completed {done:.1f} MiB/{total:.1f} MiB (5.3 MiB/s) with 1 file(s) remaining      ")
                job.rest(1.5)
        except KeyboardInterrupt:
            s3.abort_multipart_upload(**where)
            raise
        s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})

    # -- import ----------------------------------------------------------------------------------------------

    def _import(self) -> str:
        """The snapshot's id, or, after an import that failed, a line of the log: the real script goes on with that."""
        trace, job = self._trace, self._job
        trace.log(1, f"Importing S3 object 's3://{job.bucket}/{self._name}' as EC2 snapshot...")
        trace.step(2, "importAsSnapshot", self._name)
        ec2 = self._client("ec2")
        task = self._start(ec2)
        trace.raw(2, f"taskID={task}")
        trace.raw(2, f"[[ -z {task or chr(39) * 2} ]]")
        if not task:
            trace.log(2, f"Error: Failed to initiate snapshot import for '{self._name}'.")
            trace.step(2, "exit", "1")
            trace.raw(1, "snapshotID=")
            raise StopError(1)
        trace.log(2, f"Snapshot import task started with ID: {task}", shown=False)
        snapshot = self._wait(ec2, task)
        trace.say(snapshot)  # the real script copies the answer to its error stream
        trace.step(1, f"snapshotID={snapshot}")
        trace.log(1, f"Snapshot import process completed. Snapshot ID: {snapshot}")
        return snapshot

    def _start(self, ec2: Any) -> str:
        job = self._job
        container = {
            "Description": f"Snapshot for {self._name}",
            "Format": "RAW",
            "UserBucket": {"S3Bucket": job.bucket, "S3Key": self._name},
        }
        tag = {"Key": "Name", "Value": f"Import-{self._name}"}
        self._trace.raw(3, f"aws --region {job.region} ec2 import-snapshot --disk-container '{json.dumps(container, indent=2)}'")
        return self._asked(
            lambda: ec2.import_snapshot(
                Description=f"Import {self._name}",
                DiskContainer=container,
                TagSpecifications=[{"ResourceType": "import-snapshot-task", "Tags": [tag]}],
            )["ImportTaskId"]
        )

    def _asked(self, deed: Callable[[], str]) -> str:
        """The answer of a call, or nothing and the command line's own error text."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return deed()
        except (ClientError, BotoCoreError) as error:
            self._trace.say("")
            self._trace.say(f"aws: [ERROR]: {error}")
            return ""

    def _wait(self, ec2: Any, task: str) -> str:
        trace = self._trace
        trace.step(3, "waitForSnapshotCompletion", task)
        last = trace.log(3, f"Waiting for snapshot import task '{task}' to complete...", shown=False)
        while True:
            detail = self._detail(ec2, task)
            status = str(detail.get("Status", "error"))
            trace.raw(3, f"status={status}")
            trace.compare(3, status, "completed", "deleted", "cancelling", "cancelled", "error")
            if status == "completed":
                trace.raw(3, f"snapshot_id={detail['SnapshotId']}")
                trace.log(3, f"Snapshot import task '{task}' completed. Snapshot ID: {detail['SnapshotId']}", shown=False)
                return str(detail["SnapshotId"])
            if status in {"deleted", "cancelling", "cancelled"}:
                trace.log(3, f"Error: Snapshot import task '{task}' failed with status: {status}")
                trace.log(3, f"Status Message: {detail.get('StatusMessage', '')}")
                trace.step(3, "exit", "1")
                return last
            if status == "error":
                trace.log(3, f"Error querying status for task '{task}'. Retrying...")
            else:
                last = trace.log(3, f"Snapshot import task '{task}' status: {status}. Waiting...", shown=False)
            trace.step(3, "sleep", "30")
            self._job.rest(_LOOK)

    def _detail(self, ec2: Any, task: str) -> dict[str, Any]:
        """What AWS says of the task; nothing when it does not answer, because the real script throws that error away."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = ec2.describe_import_snapshot_tasks(ImportTaskIds=[task])["ImportSnapshotTasks"]
        except (ClientError, BotoCoreError):
            return {}
        return dict(found[0]["SnapshotTaskDetail"]) if found else {}

    # -- AMI -------------------------------------------------------------------------------------------------

    def _register(self, snapshot: str) -> None:
        ami = AmiPart(self._job, self._trace, self._name, self._client("ec2"), self._asked).make(snapshot)
        if not ami:
            raise StopError(1)
