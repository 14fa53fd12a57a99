"""Reads a build's cleaned log line by line: phases, ids, upload progress, and the facts that a diagnosis starts from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from canvos_tui.core.checkout import import_script
from canvos_tui.core.escapes import COLOUR
from canvos_tui.core.log.facts import Failure, LogFacts
from canvos_tui.core.log.level import ERROR_WORDS, STAMP, says_error
from canvos_tui.core.log.line import Kind, LogLine, Passage, command_of, position_of
from canvos_tui.core.run.events import BuildEvent, FoundInstead, IdFound, PhaseEntered, ScriptBlind, UploadSeen
from canvos_tui.core.run.phase import Phase

_UNITS = {"Bytes": 1, "Byte": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
_COMPLETED = re.compile(r"Completed ([\d.]+) ?(Bytes?|[KMGT]iB)/~?([\d.]+) ?(Bytes?|[KMGT]iB)")
_ID = r"[0-9a-f]{8,17}"
_TRACED = re.compile(
    rf"\++ (?:local )?(?:(taskID)=(import-snap-{_ID})|(snapshot_id)=(snap-{_ID})|(imageID)=(ami-{_ID})"
    r")$"
)
_IN_TRACES = ("taskID=", "snapshot_id=", "imageID=", "status=", "waitAMI ")
_TRACED_KINDS = {"taskID": "import_task", "snapshot_id": "snapshot", "imageID": "ami"}
_BARE = re.compile(rf"(?:(snap-{_ID})|(ami-{_ID}))$")
_BARE_STARTS = {"sn", "am"}
# how a line's body begins that may say something; "20" is a time stamp
_TELLING = {"--", "*c", "+ ", "++", "20", "RA", "Co", "sn", "am", "ER", "WA", "E:", "Er", "er", "fa", "up", "dp", "St"}
_OUTSIDE = _TELLING | {"==", "= ", "An", "E "}  # the same for lines without a name in front
_QUIET = 1000  # names whose plain lines are known to tell nothing new
_STATUS = re.compile(r"\+{3,} status=(\w+)$")
_EXISTS = re.compile(rf"Image .* already exists with ID: (ami-{_ID})")
_BLIND = re.compile(rf"(?:\[[\w-]+\] )?Error querying status for (?:task '(import-snap-{_ID})'|AMI '(ami-{_ID})')")
_BLIND_TOLD = 20  # such lines between two events, one comes every 15 s; the first three are told each
_OURS = re.compile(r"uploading /.*, \d+ bytes, to s3://")  # how our own stages begin an upload
_STEP = re.compile(r"\d+/\d+$")
_EXIT = re.compile(r"\s*did not complete successfully\. Exit code (\d+)")
_REASON = re.compile(r"\s*(?:failed: (.*)|(was terminated because .*))")
# words of the import script that begin a phase, behind its time stamp
_SCRIPT = (
    (import_script.STARTING, Phase.CHECKS),
    (import_script.UPLOADING, Phase.UPLOAD),
    (import_script.IMPORTING, Phase.IMPORT),
    (import_script.DONE, Phase.DONE),
)
_REGISTER = re.compile(rf"{import_script.REGISTERING}.*' from snapshot 'snap-")
_WAIT = re.compile(rf"\++ waitAMI ami-{_ID} ")
_BY_COMMAND = {"+iso-image", "output", "+cloud-image", "+aws-cloud-image"}  # a command of these may begin a phase
_INTERESTING = (Kind.OUTPUT, Kind.OUTER, Kind.ERROR)


class PhaseReader:
    """Takes cleaned and masked lines; gives the events they cause, and keeps the facts."""

    def __init__(self, first: Phase = Phase.PREPARE, *, whole: bool = True) -> None:
        self._first = first  # the phase that the first line belongs to
        self._whole = whole  # whether the command is all of the run: where our own stages follow it, its success is not the end
        self._facts = LogFacts()
        self._lines = 0
        self._blind: dict[str, int] = {}
        self._quiet: dict[str, bool] = {}  # names in front, as they stand there, and whether commands of that target tell something

    @property
    def facts(self) -> LogFacts:
        """What is known so far."""
        return replace(self._facts, lines=self._lines)

    def feed(self, lines: Sequence[str], at: datetime) -> tuple[BuildEvent, ...]:
        """The events of these lines, which were read at that time."""
        return self.read(Passage(lines), at) if lines else ()

    def read(self, passage: Passage, at: datetime) -> tuple[BuildEvent, ...]:
        """The same for lines that others read, too."""
        events: list[BuildEvent] = []
        before = self._lines
        if not before:
            self._lines = 1
            self._enter(self._first, at, events)
        wordy = not self._facts.first_error and any(word in passage.whole for word in ERROR_WORDS)
        slowly, failed = wordy or self._lacks(), self._facts.failure is not None
        name = front = "\n"  # of the line before, and with the bar
        for number, text in enumerate(passage.texts):
            same = text.startswith(front)
            bar = len(name) if same else text.find(" | ", 19)
            if bar < 0:
                idle, name, front = text[:2] not in _OUTSIDE or self._is_idle(text, 0), "", "\n"
            else:
                start = text[bar + 3 : bar + 5]
                idle = start not in _TELLING
                if not same:
                    name, front = text[:bar], text[: bar + 3]
                if not (same and idle) or failed:
                    known = name in self._quiet
                    idle = (idle and known and start != "E ") or (known and self._is_idle(text, bar + 3, name))
            if idle and not slowly:
                continue  # one more line of output, the usual case
            self._lines = before + number + 1
            line = passage.line(number)
            self._read(line, at, events)
            slowly, failed = wordy or self._lacks(), self._facts.failure is not None
            if line.target and len(self._quiet) < _QUIET and (line.target != "+cloud-image" or self._has_begun(Phase.RAW)):
                self._quiet[name] = line.target in _BY_COMMAND
        self._lines = before + len(passage.texts)
        return tuple(events)

    def _is_idle(self, text: str, begin: int, name: str = "") -> bool:
        """Whether a line only begins as one that may tell something: a trace of no id, a time that is not the script's, a command."""
        first = text[begin : begin + 1]
        if first == "+":
            return not any(word in text for word in _IN_TRACES)
        if first == "2":
            return not text.startswith(" - ", begin + 19)
        return first != "" and first in "-*" and name != "" and not self._quiet[name]

    def _has_begun(self, phase: Phase) -> bool:
        """Whether that phase began, so that no line can make it begin."""
        return self._facts.phase is not None and self._facts.phase.order >= phase.order

    def _lacks(self) -> bool:
        """Whether something of a failure is still to be told, by any line."""
        known = self._facts.failure
        return known is not None and (not self._facts.first_error or (known.exit_code is None and not known.reason))

    def peek(self, text: str, at: datetime) -> UploadSeen | None:
        """Upload progress in a line that has no end yet; None when it says nothing new."""
        found = _COMPLETED.search(COLOUR.sub("", text))
        if found is None:
            return None
        done, total = (int(float(found[n]) * _UNITS[found[n + 1]]) for n in (1, 3))
        if (done, total) == (self._facts.uploaded, self._facts.upload_total):
            return None
        self._facts = replace(self._facts, uploaded=done, upload_total=total)
        return UploadSeen(at, done, total, "log")

    def _read(self, line: LogLine, at: datetime, events: list[BuildEvent]) -> None:
        if line.kind is Kind.TRACE:
            if self._whole:  # our own stages tell their ids beside the log
                self._trace(line.body, at, events)
        elif line.kind in _INTERESTING:
            self._output(line, at, events)
        elif line.kind is Kind.ERRHEAD:
            self._fail(line)
        elif line.kind in {Kind.BANNER, Kind.END}:
            self._finish(line, at, events)
        if line.target and not line.failed and (phase := _phase_of_target(line)) and (self._whole or phase is not Phase.AWSCLI):
            self._enter(phase, at, events)

    def _go_on(self, at: datetime, events: list[BuildEvent]) -> None:
        """A log of our own stages, read elsewhere: the build's success was not the end."""
        self.begin_anew()
        self._facts = replace(self._facts, phase=Phase.UPLOAD)
        events.append(PhaseEntered(at, Phase.UPLOAD, self._lines))

    def reach(self, phase: Phase) -> None:
        """Our own stages said beside the log that a phase began."""
        if self._facts.phase is None or phase.order > self._facts.phase.order:
            self._facts = replace(self._facts, phase=phase)

    def begin_anew(self) -> None:
        """What was read so far ended well: no error in it counts any more."""
        self._facts = replace(self._facts, failure=None, first_error="", first_error_line=0, gave_up=False, succeeded=False)

    def _enter(self, phase: Phase, at: datetime, events: list[BuildEvent]) -> None:
        """Moves on to a phase, never back: targets that run side by side print out of order."""
        now = self._facts.phase
        if now is None or phase.order > now.order:
            self._facts = replace(self._facts, phase=phase)
            events.append(PhaseEntered(at, phase, self._lines))

    def _identify(self, kind: str, found: str, at: datetime, events: list[BuildEvent]) -> None:
        if self._facts.ids.get(kind) != found:
            self._facts = replace(self._facts, ids={**self._facts.ids, kind: found})
            events.append(IdFound(at, kind, found, self._lines))

    def _trace(self, body: str, at: datetime, events: list[BuildEvent]) -> None:
        if found := _TRACED.match(body):
            name, value = (group for group in found.groups() if group)
            kind = _TRACED_KINDS[name]
            self._identify(kind, value, at, events)
        elif found := _STATUS.match(body):
            self._facts = replace(self._facts, import_status=found[1])
        elif _WAIT.match(body):
            self._enter(Phase.AMI, at, events)

    def _output(self, line: LogLine, at: datetime, events: list[BuildEvent]) -> None:
        body = line.body
        start = body[:2]
        if start in _BARE_STARTS and self._whole and (found := _BARE.match(body)):
            self._identify("snapshot" if found[1] else "ami", found[0], at, events)
        elif start == "Co" and (seen := self.peek(body, at)):
            events.append(seen)
        elif start == "up" and self._whole and not line.target and _OURS.match(body):
            self._go_on(at, events)
        elif start == "RA" and body.startswith("RAW_FILE_PATH: "):
            self._enter(Phase.CHECKS, at, events)
        elif start == "20" and self._whole and (stamp := STAMP.match(body)):
            self._script(body[stamp.end() :], at, events)
        if self._facts.failure is not None:
            self._fail_more(line)
        if not self._facts.first_error:
            self._note_error(line)

    def _script(self, words: str, at: datetime, events: list[BuildEvent]) -> None:
        """What the import script says behind its time stamp."""
        for beginning, phase in _SCRIPT:
            if words.startswith(beginning):
                self._enter(phase, at, events)
        if _REGISTER.match(words):
            self._enter(Phase.REGISTER, at, events)
        elif words.startswith(import_script.IMPORTED):
            self._imported(words.removeprefix(import_script.IMPORTED), at, events)
        elif words.startswith("Status Message: ") and not self._facts.import_message:
            self._facts = replace(self._facts, import_message=words.removeprefix("Status Message: "))
        else:
            self._instead(words, at, events)

    def _instead(self, words: str, at: datetime, events: list[BuildEvent]) -> None:
        """What the script found instead of making it, and what it asks for in vain."""
        if words.startswith("Object '") and "' already exists" in words:
            self._facts = replace(self._facts, object_existed=True)
            events.append(FoundInstead(at, "object", "", self._lines))
        elif found := _BLIND.match(words):
            self._script_blind("import_task" if found[1] else "ami", found[1] or found[2], at, events)
        elif found := _EXISTS.match(words):
            self._facts = replace(self._facts, image_existed=found[1])
            events.append(FoundInstead(at, "ami", found[1], self._lines))

    def _script_blind(self, kind: str, found: str, at: datetime, events: list[BuildEvent]) -> None:
        """The script cannot see what it waits for; newer scripts name the task nowhere else."""
        self._identify(kind, found, at, events)
        times = self._blind[kind] = self._blind.get(kind, 0) + 1
        if times <= 3 or times % _BLIND_TOLD == 0:
            events.append(ScriptBlind(at, kind, times, self._lines))

    def _imported(self, words: str, at: datetime, events: list[BuildEvent]) -> None:
        """An id is a success; a sentence in its place is the path after a failed import."""
        if found := re.match(rf"snap-{_ID}$", words):
            self._identify("snapshot", found[0], at, events)
        else:
            self._facts = replace(self._facts, import_broken=True)

    def _fail(self, line: LogLine) -> None:
        known = self._facts.failure
        if line.failed or (known is not None and not known.canceled):
            return
        self._facts = replace(self._facts, failure=Failure(line.target, position_of(line), self._lines))

    def _fail_more(self, line: LogLine) -> None:
        """Exit code or reason, which stand some lines below the head of the error."""
        known = self._facts.failure
        if known is None or line.failed or line.target != known.target or known.exit_code is not None or known.reason:
            return
        if found := _EXIT.match(line.body):
            self._facts = replace(self._facts, failure=replace(known, exit_code=int(found[1])))
        elif found := _REASON.match(line.body):
            self._facts = replace(self._facts, failure=replace(known, reason=found[1] or found[2]))

    def _note_error(self, line: LogLine) -> None:
        if line.failed:
            return
        if says_error(line.body):
            words = STAMP.sub("", line.body, count=1) if line.body[:2] == "20" else line.body
            self._facts = replace(self._facts, first_error=words.strip(), first_error_line=self._lines)

    def _finish(self, line: LogLine, at: datetime, events: list[BuildEvent]) -> None:
        if line.kind is Kind.END:
            self._facts = replace(self._facts, gave_up=True)
        elif "SUCCESS" in line.body:
            self._facts = replace(self._facts, succeeded=True)
            if self._whole:
                self._enter(Phase.DONE, at, events)


def _phase_of_target(line: LogLine) -> Phase | None:
    """The phase that a target's line proves; commands that are printed long before they run prove nothing."""
    target = line.target
    if target == "+base-image" or _STEP.match(target):
        return Phase.BASE
    if target == "+stylus-image":
        return Phase.INSTALLER
    command = command_of(line)
    if not command:
        return Phase.RAW if target == "+cloud-image" and " INF AuroraBoot v" in line.body else None
    if target in {"+iso-image", "output"} and not command.startswith("FROM "):
        return Phase.INSTALLER
    if target == "+cloud-image":
        return Phase.AWSCLI if command.startswith("SAVE ARTIFACT") else _raw(command)
    return Phase.AWSCLI if target == "+aws-cloud-image" and command.startswith("COPY +cloud-image/") else None


def _raw(command: str) -> Phase | None:
    return Phase.RAW if command.startswith(("WITH DOCKER RUN --", "WITH DOCKER (")) else None
