"""The second half of the import step: finds or registers the AMI and waits for it; its messages come late, inside the "final" line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from canvos_tui.rehearsal.bash_trace import Trace
from canvos_tui.rehearsal.job import Job

_LOOK = 1.0  # seconds at pace 1; the real script waits 15
_DEVICE = "/dev/xvda"


class AmiPart:
    """The AMI's part of one run; `asked` makes a call and prints what AWS refused."""

    def __init__(self, job: Job, trace: Trace, name: str, ec2: Any, asked: Callable[[Callable[[], str]], str]) -> None:
        self._job = job
        self._trace = trace
        self._name = name
        self._ec2 = ec2
        self._asked = asked
        self._captured: list[str] = []

    def make(self, snapshot: str) -> str:
        """The AMI's id, empty when there is none."""
        trace = self._trace
        trace.log(1, f"Creating/Verifying AMI '{self._name}' from snapshot '{snapshot}'...")
        trace.step(2, "checkImageExistsOrCreate", self._name, snapshot)
        self._log(f"Checking if image '{self._name}' exists...")
        ami = self._existing()
        trace.raw(2, f"imageID={ami or 'None'}")
        if ami:
            self._log(f"Image '{self._name}' already exists with ID: {ami}. Checking state...")
        else:
            ami = self._registered(snapshot)
        if ami:
            self._wait(ami)
        final = "\n".join((*self._captured, ami) if ami else self._captured)
        trace.step(1, f"final_ami_id={final}")
        if not ami:
            return ""
        trace.log(1, "Process completed successfully!")
        trace.log(1, f"Final AMI ID: {final}")
        trace.log(1, f"AMI Name: {self._name}")
        trace.log(1, f"Region: {self._job.region}")
        trace.step(1, "exit", "0")
        return ami

    def _log(self, text: str) -> None:
        self._captured.append(self._trace.log(2, text, shown=False))

    def _existing(self) -> str:
        wanted = [{"Name": "name", "Values": [self._name]}, {"Name": "state", "Values": ["available", "pending"]}]

        def ask() -> str:
            found = self._ec2.describe_images(Filters=wanted)["Images"]
            return str(found[0]["ImageId"]) if found else ""

        return self._asked(ask)

    def _registered(self, snapshot: str) -> str:
        self._log(f"Image '{self._name}' does not exist or is not available. Creating from snapshot '{snapshot}'...")
        mapping = [{"DeviceName": _DEVICE, "Ebs": {"SnapshotId": snapshot}}]
        self._trace.step(3, "aws", "--region", self._job.region, "ec2", "register-image", "--name", self._name)
        ami = self._asked(
            lambda: self._ec2.register_image(
                Name=self._name,
                Description=f"AMI for {self._name} created from snapshot {snapshot}",
                Architecture="x86_64",
                RootDeviceName=_DEVICE,
                BlockDeviceMappings=mapping,
                VirtualizationType="hvm",
                BootMode="uefi",
                EnaSupport=True,
            )["ImageId"]
        )
        self._trace.raw(2, f"imageID={ami}")
        if not ami:
            self._trace.log(2, f"Error: Failed to register image '{self._name}'.")
            self._trace.step(2, "exit", "1")
            return ""
        self._log(f"Image '{self._name}' registration initiated with Image ID: {ami}.")
        return ami

    def _wait(self, ami: str) -> None:
        region = self._job.region
        self._trace.step(2, "waitAMI", ami, region)
        self._log(f"[{region}] Waiting for AMI '{ami}' to become available...")
        while True:
            state = self._asked(lambda: str(self._ec2.describe_images(ImageIds=[ami])["Images"][0]["State"])) or "error"
            self._trace.raw(2, f"status={state}")
            if state == "available":
                self._log(f"[{region}] AMI '{ami}' is now available.")
                return
            if state == "error":
                self._trace.log(2, f"[{region}] Error querying status for AMI '{ami}'. Retrying...")
            else:
                self._log(f"[{region}] AMI '{ami}' is pending. Waiting...")
            self._trace.step(2, "sleep", "15")
            self._job.rest(_LOOK)
