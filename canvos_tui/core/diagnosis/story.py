"""Reads from a log what only matters when there is nothing but the log: bucket and key, how it ended, and what to beware of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from canvos_tui.core.escapes import COLOUR
from canvos_tui.core.log.facts import LogFacts
from canvos_tui.core.log.line import Kind, LogLine, Passage
from canvos_tui.core.log.literals import any_of_words, lines_with, numbered
from canvos_tui.core.values import dataclass

# one search for all lines in which anything of interest can stand
_SIGNS = re.compile(
    r"s3://|Region: |--region |Successfully uploaded|Uploading '|Received signal|[Cc]ancell?ed|ctrl-c|Error: |FAILURE"
    r"|An error occurred while running|Privileged containers are not|\+aws-cloud-image|Starting RAW to AMI"
    r"|output clipped|bytes of the log are missing|user-data file does not exist|Error querying status for task| Build "
)
WORDS = (  # the same in lower case and where a word begins, to find the lines quickly
    *("s3://", "region: ", "region ", "successfully uploaded", "uploading '", "received signal", "cancel", "ctrl-c", "error: "),
    *("failure", "an error occurred while running", "privileged containers are not", "starting raw to ami", "output clipped"),
    *("bytes of the log are missing", "user-data file does not exist", "error querying status for task", "build "),
    "aws_error_s3_cancel",
)
_AWS_PART = any_of_words(["aws-cloud-image"])  # looked for until it printed something
_PLACES = (
    re.compile(r"- Uploading '.*' to s3://(?P<bucket>[^/\s]+)/(?P<key>.+)\.\.\.$"),
    re.compile(r"- Importing S3 object 's3://(?P<bucket>[^/\s]+)/(?P<key>.+)' as "),
    re.compile(r"- Object 's3://(?P<bucket>[^/\s]+)/(?P<key>.+)' already exists in "),
    # our own stages
    re.compile(r"^importing s3://(?P<bucket>[^/\s]+)/(?P<key>\S+) in (?P<region>[a-z]{2}(?:-[a-z]+)+-\d)(?::|$)"),
    re.compile(r"^importing s3://.*: imported by the role (?P<import_role>[\w+=,.@-]{1,64}?)(?:, encrypted with |$)"),
    re.compile(r"^importing s3://.* encrypted with (?P<kms_key>(?:arn:|alias/|mrk-|[0-9a-f]{8}-)\S+)$"),
)
_REGION = re.compile(r"(?:- Region: |\++ aws --region )([a-z]{2}(?:-[a-z]+)+-\d)\b")
_CANCELLED = re.compile(r"Received signal (?:interrupt|terminated)|^(?:Error: )?[Cc]ancell?ed$|cancelled: ctrl-c|AWS_ERROR_S3_CANCELED")
_UPLOADED = re.compile(r"- Successfully uploaded '|^upload: \./.* to s3://")
_GAVE_UP = re.compile(r"\d\d:\d\d:\d\d - Error: ")  # the script's words before it ends, or goes on as if nothing were
_EXIT = re.compile(r"\++ exit (\d+)$")
_PRIVILEGED = "Privileged containers are not allowed for the current user"
_BLIND_AFTER = 3  # refused questions in a row
_TEXTS = {
    "log-clipped": ("output clipped", "The builder cut the log of a step; something of it is missing"),
    "log-gap": ("bytes of the log are missing", "A part of the log could not be stored"),
    "no-user-data": ("user-data file does not exist", "There was no user-data: the image does not know Palette's address and has no token"),
}


@dataclass(frozen=True)
class Warned:
    """Something that is no cause but should be known."""

    id: str
    text: str


class LogStory:
    """Takes cleaned lines in order. `cancelled` is the number of the line that says so, 0 where none does."""

    def __init__(self) -> None:
        self.place: dict[str, str] = {}  # bucket, key and region
        self.uploading = self.uploaded = False
        self.stopped = False  # the build tool or its script gave up, whatever it says about the reason
        self.cancelled = 0
        self.saw_aws = False  # the part of the build that works with AWS printed something
        self.is_build = False  # it is the log of such a build at all
        self.building = False  # from its beginning on: the build tool began to build
        self.script_code: int | None = None  # with which the import script ended, if that is the last line
        self._lines = 0
        self._refused = 0
        self._seen: set[str] = set()

    def read(self, texts: Sequence[str], passage: Passage, numbers: Iterable[int]) -> None:
        """The next lines, as they came and made ready; `numbers` are those of the lines that have one of the words."""
        last = next((text for text in reversed(texts) if text.strip()), "")
        if last:
            ended = _EXIT.match(COLOUR.sub("", last))
            self.script_code = int(ended[1]) if ended else None
        before = self._lines
        if not self.saw_aws:
            numbers = {*numbers, *numbered(lines_with(_AWS_PART, passage.low), passage.low)}
        for number in sorted(numbers):
            if _SIGNS.search(passage.texts[number]):
                self._lines = before + number + 1
                self._look(passage.line(number))
        self._lines = before + len(passage.texts)

    def _look(self, line: LogLine) -> None:
        if line.failed:
            return
        body = line.body
        self.building = self.building or (line.kind is Kind.PHASE and body.startswith(" Build "))
        self.is_build = self.is_build or bool(line.target) or line.kind is Kind.PHASE or "Starting RAW to AMI" in body
        self.saw_aws = self.saw_aws or (line.target == "+aws-cloud-image" and line.kind is not Kind.META) or "Starting RAW to AMI" in body
        if line.kind is Kind.TRACE and (found := _REGION.match(body)):
            self.place["region"] = found[1]
        elif line.kind in {Kind.OUTPUT, Kind.OUTER, Kind.ERROR}:
            self._told(body)
        if line.kind in {Kind.ERROR, Kind.END} or (line.kind is Kind.BANNER and "FAILURE" in body) or _PRIVILEGED in body:
            self.stopped = True

    def _told(self, body: str) -> None:
        for place in _PLACES:
            if found := place.search(body):
                self.place.update(found.groupdict())
        if found := _REGION.search(body):
            self.place["region"] = found[1]
        self.uploading = self.uploading or "- Uploading '" in body
        self.uploaded = self.uploaded or _UPLOADED.search(body) is not None
        self.stopped = self.stopped or _GAVE_UP.search(body) is not None
        if not self.cancelled and _CANCELLED.search(body):
            self.cancelled = self._lines
        self._refused += "Error querying status for task" in body
        self._seen |= {name for name, (sign, _) in _TEXTS.items() if sign in body}

    def warnings(self, facts: LogFacts, redactions: int, *, proven: bool) -> tuple[Warned, ...]:
        """What to beware of; `redactions` is how many places were masked, `proven` whether the log proves success."""
        found = [Warned(name, _TEXTS[name][1]) for name in sorted(self._seen)]
        if facts.object_existed:
            found.append(Warned("object-reused", "The upload was skipped: the object is from an earlier build"))
        if facts.image_existed:
            found.append(Warned("ami-reused", f"{facts.image_existed} is older than this build"))
        if facts.import_broken:
            found.append(Warned("went-on", "The script went on after a failed import; its later words mean nothing"))
        if self._refused >= _BLIND_AFTER:
            found.append(Warned("import-not-seen", "The script may not ask how the import goes; AWS may have finished it long ago"))
        if proven and not self.saw_aws:
            found.append(Warned("no-aws-part", "Nothing of this log is about AWS: it proves a built disk, no AMI"))
        if redactions:
            found.append(Warned("secrets", f"The log holds secrets in {redactions} places; pass on only what `canvos-tui redact` prints"))
        return tuple(found)
