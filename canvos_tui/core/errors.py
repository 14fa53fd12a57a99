"""The errors a user can act on; anything else that is raised is a bug and may crash loudly."""

from __future__ import annotations


class CanvosError(Exception):
    """One sentence that says what is wrong, and a remedy that says what to do."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return self.message


class InvalidValueError(CanvosError):
    """A text that cannot be the value; `message` names the reason, `allowed` what would do, `remedy` what to try."""

    def __init__(self, message: str, *, allowed: str = "", remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.allowed = allowed

    def sentence(self) -> str:
        """Reason, what is allowed and the remedy on one line, for the place under a field."""
        parts = [self.message]
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.remedy:
            parts.append(self.remedy)
        return "; ".join(parts)


class FilesError(CanvosError):
    """A file or folder that could not be read or written; nothing was left half-written."""


class GitError(CanvosError):
    """Git refused or is missing; `output` holds what git itself said."""

    def __init__(self, message: str, *, remedy: str = "", output: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.output = output


class DockerError(CanvosError):
    """The Docker engine did not do what was asked; `cause` is a short stable word such as `engine-down`."""

    def __init__(self, message: str, *, cause: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.cause = cause


class AwsError(CanvosError):
    """AWS refused or could not be reached; `code` is the AWS error code or one of our own in lower case, `said` AWS' own words.

    `sealed` is the part of a refusal that only AWS can read.
    """

    def __init__(  # noqa: PLR0913  each is a fact of one answer
        self, message: str, *, code: str, remedy: str = "", status: int = 0, request_id: str = "", said: str = "", sealed: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code
        self.said = said
        self.sealed = sealed
        self.status = status
        self.request_id = request_id


class RightError(CanvosError):
    """The keys lack a right that this needs beyond those of the guide; nothing was done."""


class RunError(CanvosError):
    """A build run that cannot be started, found or followed."""
