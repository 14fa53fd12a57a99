"""Logs of builds made of their grammar: steps with lines of output, one that fails, and the words around them."""

from __future__ import annotations

from dataclasses import dataclass, field

HEAD = """version: Docker version 27.5.1, build 9f9e405
detected cgroups v2; earthly-entrypoint.sh running under pid=1
           bootstrap | Bootstrapping successful.
 Init 🚀
————————————————————————————————————————————————————————————————————————————————

           buildkitd | Connecting to tcp://7d1c02ab44f1:8372...
           buildkitd | ...Done

 Build 🔧
————————————————————————————————————————————————————————————————————————————————

              logbus | Setting organization "" and project ""
    +aws-cloud-image | ARCH=amd64 CUSTOM_TAG=demo REGION=eu-west-1 S3_BUCKET=acme S3_KEY=edge.raw
    +aws-cloud-image | --> FROM +base"""
FAILURE = "\n================================== ❌ FAILURE ===================================\n"
ADVERT = "🛰️ Reuse cache between CI runs with Earthly Satellites!"
END = "An error occurred while running the command."
COMMANDS = {
    "+base-image": "RUN apt-get update && apt-get install -y kbd",
    "+cloud-image": "WITH DOCKER RUN --privileged docker run --rm auroraboot --set disk.raw=true",
    "+aws-cloud-image": "RUN RAW_FILE_PATH=$(ls /workdir/*.raw) && /create-raw-to-ami.sh $RAW_FILE_PATH",
    "+iso-image": "RUN tar -xf /overlay.tar -C /",
}


def out(target: str, text: str) -> str:
    """A line of a target's output."""
    return f"{target:>20} | {text}" if target else text


@dataclass
class BuildLog:
    """Lines in order; each method adds some and gives the log back."""

    lines: list[str] = field(default_factory=lambda: HEAD.split("\n"))

    def step(self, target: str, *texts: str, command: str = "") -> BuildLog:
        """A command begins in a target and prints this."""
        self.lines += [out(target, f"--> {command or COMMANDS.get(target, 'RUN true')}"), *(out(target, text) for text in texts)]
        return self

    def says(self, target: str, *texts: str) -> BuildLog:
        """More output of a step that runs."""
        self.lines += [out(target, text) for text in texts]
        return self

    def fails(self, target: str, code: int = 1, command: str = "") -> BuildLog:
        """The step of a target ends with a code, and the build tool says so."""
        command = command or COMMANDS.get(target, "RUN true")
        block = [
            "ERROR Earthfile:736:8",
            "      The command",
            f"          {command}",
            f"      did not complete successfully. Exit code {code}",
        ]
        self.lines += [out(target, text) for text in block] + FAILURE.split("\n")
        marked = f"{target:>20} *failed*"
        self.lines += [f"{marked} | Repeating the failure error...", *(f"{marked} | {text}" for text in block), "", ADVERT, END]
        return self

    def ends(self, error: str) -> BuildLog:
        """The build tool gives up without naming a step."""
        self.lines += [f"Error: {error}", "in\t\t+base-image", "in\t\t+aws-cloud-image", ADVERT, END]
        return self

    def succeeds(self) -> BuildLog:
        """All the rest of a build that ended well."""
        self.step("+aws-cloud-image", "RAW_FILE_PATH: /workdir/a.raw", "2026-09-17 10:02:11 - Starting RAW to AMI creation process.")
        self.says("+aws-cloud-image", "2026-09-17 10:02:13 - Uploading '/workdir/a.raw' to s3://acme/edge.raw...")
        self.says(
            "+aws-cloud-image",
            "upload: workdir/a.raw to s3://acme/edge.raw",
            "2026-09-17 10:21:00 - Successfully uploaded '/workdir/a.raw' to S3.",
        )
        self.says("+aws-cloud-image", "2026-09-17 10:21:00 - Importing S3 object 's3://acme/edge.raw' as EC2 snapshot...")
        self.says(
            "+aws-cloud-image",
            "++ taskID=import-snap-0c41d2f7a9be38561",
            "+++ snapshot_id=snap-0aa11bb22cc33dd44",
            "snap-0aa11bb22cc33dd44",
        )
        self.says("+aws-cloud-image", "2026-09-17 10:40:32 - Snapshot import process completed. Snapshot ID: snap-0aa11bb22cc33dd44")
        self.says(
            "+aws-cloud-image",
            "++ imageID=ami-0f1e2d3c4b5a69788",
            "2026-09-17 10:43:00 - Process completed successfully!",
            "ami-0f1e2d3c4b5a69788",
        )
        self.lines += [
            " Push Summary ⏫ (disabled)",
            " Local Output Summary 🎁",
            "",
            "========================== 🌍 Earthly Build  ✅ SUCCESS ==========================",
        ]
        return self

    def data(self) -> bytes:
        """As a file holds it."""
        return ("\n".join(self.lines) + "\n").encode()


def outside(*texts: str) -> bytes:
    """A log of what happened before the build tool ran."""
    return "\n".join(["version: Docker version 27.5.1, build 9f9e405", *texts, END, ""]).encode()
