"""What a build's log says about the build, as far as a log can say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from canvos_tui.core.aws.facts import ImportTask
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.values import dataclass

_CANCELED = "context canceled"  # the reason that Earthly gives for steps that it gave up


@dataclass(frozen=True)
class Failure:
    """The step that failed first: where it stands in the Earthfile, its exit code and the reason, where the log names them."""

    target: str
    position: str
    line: int
    exit_code: int | None = None
    reason: str = ""

    @property
    def canceled(self) -> bool:
        """Whether the step was only taken down with the rest of the build."""
        return self.reason == _CANCELED


@dataclass(frozen=True)
class LogFacts:
    """Everything read so far; lines count from 1, sizes are bytes. Ids are only those that the log itself proves."""

    lines: int = 0
    phase: Phase | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    uploaded: int = 0
    upload_total: int = 0
    object_existed: bool = False  # the script found the object and did not upload
    image_existed: str = ""  # an AMI of that name, found instead of made
    import_status: str = ""  # last status word of the import task
    import_message: str = ""  # AWS' reason for a failed import
    import_broken: bool = False  # the script went on with a sentence in the place of a snapshot id
    first_error: str = ""
    first_error_line: int = 0
    failure: Failure | None = None
    succeeded: bool = False  # the build tool's SUCCESS banner, which proves nothing about AWS
    gave_up: bool = False  # the outer script's last sentence after a failure

    @property
    def found(self) -> Mapping[str, str]:
        """What the script found instead of making it: `object` and `ami`, with the AMI's id."""
        return ({"object": ""} if self.object_existed else {}) | ({"ami": self.image_existed} if self.image_existed else {})

    @property
    def import_seen(self) -> ImportTask:
        """The import task as far as the log tells of it: its id and its last status word, both may be empty."""
        return ImportTask(self.ids.get("import_task", ""), self.import_status, message=self.import_message)

    @property
    def step_failed(self) -> bool:
        """Whether a step failed by itself."""
        return self.failure is not None and not self.failure.canceled
