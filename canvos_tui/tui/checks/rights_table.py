"""The rights as text: which rows there are, what stands in their columns, and what is said of the one under the cursor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.content import Content

from canvos_tui.core.aws.facts import Right, RightProbe
from canvos_tui.core.checks.aws.advice import Subject, documents, message
from canvos_tui.core.checks.check import CheckResult, Method
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.report_text import LOUD, plain
from canvos_tui.core.questions.access import NOT_TRIED
from canvos_tui.core.questions.access import PUT_ID as PUT_ID
from canvos_tui.core.status import Status
from canvos_tui.core.text import clip
from canvos_tui.core.values import dataclass
from canvos_tui.tui.checks.places import advice, observed
from canvos_tui.tui.painting.blocks import KEY, code, labelled
from canvos_tui.tui.painting.looks import MUTED, of_status

NAME = 32  # columns of the right; how it was found out and what needs it share what is left
ENTER = "↵"
ROLE_ID = "AWS-ROLE-VMIMPORT"
# check -> what stands in the first and in the last column
NAMES: dict[str, tuple[str, str]] = {
    ROLE_ID: ("vmimport service role", "snapshot import"),
    PUT_ID: ("s3:PutObject", "upload"),
    "AWS-S3-GET": ("s3:GetObject", "upload check"),
    "AWS-S3-LIST": ("s3:ListBucket", "upload check"),
    "AWS-EC2-IMPORT": ("ec2:ImportSnapshot", "snapshot import"),
    "AWS-EC2-DESC-TASKS": ("ec2:DescribeImportSnapshotTasks", "progress"),
    "AWS-EC2-DESC-SNAPS": ("ec2:DescribeSnapshots", "validation"),
    "AWS-EC2-DESC-IMAGES": ("ec2:DescribeImages", "validation"),
    "AWS-EC2-REGISTER": ("ec2:RegisterImage", "AMI"),
    "AWS-EC2-TAGS": ("ec2:CreateTags", "snapshot import"),
    "AWS-EBS-START": ("ebs:StartSnapshot", "snapshot"),
    "AWS-EBS-PUT": ("ebs:PutSnapshotBlock", "snapshot"),
    "AWS-EBS-COMPLETE": ("ebs:CompleteSnapshot", "snapshot"),
    "AWS-EBS-LIST": ("ebs:ListSnapshotBlocks", "proof"),
    "AWS-KEY-CLASH": ("object key free", "upload"),
    "AWS-AMI-CLASH": ("AMI name free", "AMI"),
    "AWS-AMI-NAME": ("AMI name legal", "AMI"),
    "AWS-ENCRYPTION": ("default encryption", "snapshot"),
    "AWS-KMS-KEY": ("KMS key", "snapshot"),
    "AWS-IMPORT-TASKS": ("import tasks under way", "snapshot import"),
    "AWS-BUCKET": ("bucket", "upload"),
    "AWS-BUCKET-REGION": ("bucket's region", "snapshot import"),
    "AWS-CREDS": ("keys", "everything"),
    "AWS-KEYTYPE": ("kind of key", "everything"),
    "AWS-REGION": ("region", "everything"),
}
FREE, BASICS = "object key and AMI name free", "keys, region, bucket"
# rows of a small window that hold several checks while these come out alike
_TOGETHER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("s3:GetObject, s3:ListBucket", ("AWS-S3-GET", "AWS-S3-LIST")),
    ("ec2:DescribeSnapshots, ..Images", ("AWS-EC2-DESC-SNAPS", "AWS-EC2-DESC-IMAGES")),
    ("ec2:RegisterImage, CreateTags", ("AWS-EC2-REGISTER", "AWS-EC2-TAGS")),
    (FREE, ("AWS-KEY-CLASH", "AWS-AMI-CLASH", "AWS-AMI-NAME")),
    ("encryption, import tasks", ("AWS-ENCRYPTION", "AWS-IMPORT-TASKS")),
    (BASICS, ("AWS-CREDS", "AWS-KEYTYPE", "AWS-REGION", "AWS-BUCKET", "AWS-BUCKET-REGION")),
)
_WHAT_FOR = {FREE: "nothing replaced", BASICS: "everything"}  # of rows whose checks are needed for different things
_RANK = {Status.FAIL: 0, Status.UNKNOWN: 1, Status.WARN: 2, None: 3, Status.PASS: 4, Status.SKIP: 5}


@dataclass(frozen=True)
class RightsRow:
    """One line; `ids` are the checks it stands for, `status` is None while they are asked."""

    ids: tuple[str, ...]
    status: Status | None
    line: Content


def rows(report: Report, width: int, *, wide: bool, waits: bool = False) -> tuple[RightsRow, ...]:
    """Failures first, then what is not known; in a wide window one check a row. `waits` says that nothing can be asked yet."""
    return _Table(report, width, wide, waits).rows()


@dataclass(frozen=True)
class _Table:
    report: Report
    width: int  # columns
    wide: bool
    waits: bool

    def rows(self) -> tuple[RightsRow, ...]:
        made = [self._row(label, ids) for label, ids in self._groups()]
        waiting = [r for r in made if r.status is Status.SKIP]
        found = sorted((r for r in made if r.status is not Status.SKIP), key=lambda r: _RANK[r.status])
        if waiting:
            ids = tuple(i for r in waiting for i in r.ids)
            told = observed(self.report.results[ids[0]].answer, self.report.checks)
            found.append(RightsRow(ids, Status.SKIP, self._drawn(Status.SKIP, f"{len(ids)} more", told, "")))
        return tuple(found)

    def _drawn(self, status: Status | None, name: str, how: str, needed: str) -> Content:
        """Mark, name and state always; what needs it where there is room beside them."""
        mark, colour = of_status(Status.SKIP if status is None and self.waits else status)
        room = self.width - NAME - 2
        fits = len(how) + 1 + len(needed) <= room  # what was seen comes first
        right = f" {needed}" if needed and fits else ""
        room -= len(right)
        muted = MUTED if status in {Status.SKIP, None} else ""
        return Content.assemble((f"{mark.sign} ", colour), (f"{name:<{NAME}}", muted), f"{clip(how, room):<{room}}", (right, MUTED))

    def _groups(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        there = {check.id for check in self.report.checks}  # other routes ask other things
        grouped = {}
        for label, ids in () if self.wide else _TOGETHER:
            if (left := tuple(i for i in ids if i in there)) and self._alike(left):
                grouped[left[0]] = (label if left == ids else ", ".join(NAMES[i][0] for i in left), left)
        inside = {i for _, ids in grouped.values() for i in ids}
        for name, (label, _) in NAMES.items():
            if name not in there:
                continue
            if name in grouped:
                yield grouped[name]
            elif name not in inside:
                yield label, (name,)

    def _alike(self, ids: tuple[str, ...]) -> bool:
        states = {self.report.results[i].status if i in self.report.results else None for i in ids}
        return len(states) == 1 and states <= {Status.PASS, Status.SKIP, None}

    def _row(self, label: str, ids: tuple[str, ...]) -> RightsRow:
        result = self.report.results.get(ids[0])
        needed = NAMES[ids[0]][1] if len({NAMES[i][1] for i in ids}) == 1 or len(ids) == 2 else _WHAT_FOR.get(label, "")
        if result is None:
            return RightsRow(ids, None, self._drawn(None, label, "waits" if self.waits else "asked", needed))
        return RightsRow(ids, result.status, self._drawn(result.status, label, self._how(result, ids), needed))

    def _how(self, result: CheckResult, ids: tuple[str, ...]) -> str:
        """How it was found out; of what did not pass, what was seen."""
        if ids == (PUT_ID,) and result.status is Status.UNKNOWN:
            return f"{NOT_TRIED} · {ENTER} how"
        if result.status in LOUD:
            return plain(result.answer.observed)
        methods = dict.fromkeys(self.report.results[i].answer.method.value.replace("_", " ") for i in ids)
        return " / ".join(methods) if len(methods) < 2 else f"{next(iter(methods))}, .."


def verdict(report: Report, probes: Mapping[str, RightProbe], account: str, region: str, seconds: float | None) -> str:
    """The numbers, whose account it is, and how long the questions took. What was seen to be allowed is proven, whatever it left behind."""
    waiting = len(report.checks) - len(report.results)
    allowed = {i for i, probe in probes.items() if probe.right is Right.ALLOWED}
    proven = [i for i, r in report.results.items() if r.status is Status.PASS or (r.status is Status.WARN and i in allowed)]
    grouped = "-".join(account[n : n + 4] for n in range(0, len(account), 4))
    took = f"{seconds:.1f} s" if seconds is not None else ""
    words = (f"{len(proven)} of {len(report.checks)} proven", f"{waiting} asked" if waiting else "", grouped, region, took)
    return " · ".join(filter(None, words))


# -- the row under the cursor --------------------------------------------------------------------------------


def caption(result: CheckResult) -> tuple[str, str]:
    """Title and small print of what is said of a row."""
    check = result.check
    beyond = "not in the guide" if check.beyond else f"guide, {check.guide}"
    return NAMES.get(check.id, (check.title, ""))[0], f"{check.id} · {check.severity.value} · {beyond}"


def detail(result: CheckResult, probe: RightProbe | None, width: int) -> Content:
    """Why, what was seen, the way to mend it, and whom to ask."""
    check, answer = result.check, result.answer
    lines = labelled("Why", check.why, width)
    lines += labelled("Seen", " · ".join(filter(None, (plain(answer.observed), _method(result)))), width)
    lines += labelled("Taken", f"on: {plain(result.accepted)}", width) if result.accepted else []
    if probe is not None and probe.request_id:
        lines += labelled("AWS", f"{probe.code}, request {probe.request_id}", width)
    if result.status not in {Status.PASS, Status.SKIP}:
        lines += _ways(result, width)
        ask = Content.assemble(("m", KEY), " copies a message for your AWS administrator, with all of this")
        lines += labelled("Ask", ask, width)
    return Content("\n").join(lines)


def _method(result: CheckResult) -> str:
    """How it was found out; nothing of what nobody answered."""
    answer = result.answer
    nobody = result.status is Status.SKIP or (result.status is Status.UNKNOWN and answer.method is not Method.NOT_VERIFIABLE)
    return "" if nobody else answer.method.value.replace("_", " ")


def _ways(result: CheckResult, width: int) -> list[Content]:
    if result.check.id == PUT_ID and result.status is Status.UNKNOWN:
        return labelled("Fix", "Enter offers four ways to find out; each says what it leaves behind", width)
    lines: list[Content] = []
    for number, fix in enumerate(result.answer.remedies):
        lines += labelled("Or" if number else "Fix", advice(fix), width)
        lines += code(fix.commands, width)
    if _about_role(result):
        lines += labelled("Or", Content.assemble(("w", KEY), " writes the documents to files, ", (ENTER, KEY), " shows them"), width)
    return lines


def document(result: CheckResult, about: Subject) -> str:
    """The whole documents that mend it, for reading and copying."""
    files = dict(documents(about))
    user = result.check.id in NAMES and ":" in NAMES[result.check.id][0]
    names = ("user-policy.json",) if user else ("trust-policy.json", "role-policy.json") if _about_role(result) else ()
    parts = [f"{name}\n{files[name]}" for name in names]
    for fix in result.answer.remedies:
        parts.append("\n".join((fix.text, *(f"  {c.run}" for c in fix.commands))))
    return "\n".join(parts)


def _about_role(result: CheckResult) -> bool:
    return result.check.id in {ROLE_ID, "AWS-ENCRYPTION"}


def to_administrator(report: Report, about: Subject) -> str:
    """The message with everything that did not pass."""
    bad = (r for r in report.ordered() if r.status in {Status.FAIL, Status.UNKNOWN, Status.WARN})
    return message(about, tuple(f"{NAMES.get(r.check.id, (r.check.id, ''))[0]}: {r.answer.observed}" for r in bad))


def files_to_write(report: Report, about: Subject) -> tuple[tuple[str, str], ...]:
    """The documents of the role, and that of the user where one of the permissions did not pass."""
    bad = {i for i, (label, _) in NAMES.items() if ":" in label and (r := report.results.get(i)) and r.status is not Status.PASS}
    return tuple((name, text) for name, text in documents(about) if bad or name != "user-policy.json")
