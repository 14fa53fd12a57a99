"""The rights as text: which rows there are, what stands in their columns, and what is said of the one under the cursor."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from canvos_tui.core.aws.facts import RightProbe
from canvos_tui.core.aws.vmimport_role import BAD_POLICY, BAD_TRUST, NO_ROLE, ROLE
from canvos_tui.core.checks.aws.advice import Subject, documents, message
from canvos_tui.core.checks.check import CheckResult
from canvos_tui.core.checks.report import Report
from canvos_tui.core.questions.access import PUT_ID as PUT_ID
from canvos_tui.core.status import Status
from canvos_tui.core.text import clip
from canvos_tui.tui.checks.places import advice, observed

HEAD = f"{'RIGHT':<33}{'RESULT':<8}{'HOW':<16}NEEDED FOR"
WIDE_HEAD = f"{'RIGHT':<33}{'RESULT':<8}{'HOW':<15}{'NEEDED FOR':<16}{'CODE':<13}REQUEST"
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
    "AWS-KEY-CLASH": ("object key free", "upload"),
    "AWS-AMI-CLASH": ("AMI name free", "AMI"),
    "AWS-AMI-NAME": ("AMI name legal", "AMI"),
    "AWS-ENCRYPTION": ("default encryption", "snapshot import"),
    "AWS-IMPORT-TASKS": ("import tasks under way", "snapshot import"),
    "AWS-BUCKET": ("bucket", "upload"),
    "AWS-BUCKET-REGION": ("bucket's region", "snapshot import"),
    "AWS-CREDS": ("keys", "everything"),
    "AWS-KEYTYPE": ("kind of key", "everything"),
    "AWS-REGION": ("region", "everything"),
}
# rows of a small window that hold several checks while these come out alike
_TOGETHER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("s3:GetObject, s3:ListBucket", ("AWS-S3-GET", "AWS-S3-LIST")),
    ("ec2:DescribeSnapshots, ..Images", ("AWS-EC2-DESC-SNAPS", "AWS-EC2-DESC-IMAGES")),
    ("ec2:RegisterImage, CreateTags", ("AWS-EC2-REGISTER", "AWS-EC2-TAGS")),
    ("object key and AMI name free", ("AWS-KEY-CLASH", "AWS-AMI-CLASH", "AWS-AMI-NAME")),
    ("encryption, import tasks", ("AWS-ENCRYPTION", "AWS-IMPORT-TASKS")),
    ("keys, region, bucket", ("AWS-CREDS", "AWS-KEYTYPE", "AWS-REGION", "AWS-BUCKET", "AWS-BUCKET-REGION")),
)
_RANK = {Status.FAIL: 0, Status.UNKNOWN: 1, Status.WARN: 2, None: 3, Status.PASS: 4, Status.SKIP: 5}
_LABEL = 6  # columns of `Why   `


@dataclass(frozen=True)
class RightsRow:
    """One line; `ids` are the checks it stands for, `status` is None while they are asked."""

    ids: tuple[str, ...]
    status: Status | None
    line: str


def rows(report: Report, probes: Mapping[str, RightProbe], *, wide: bool) -> tuple[RightsRow, ...]:
    """Failures first, then what is not known; in a wide window one check a row, with AWS' code and request id."""
    made = [_row(label, ids, report, probes, wide=wide) for label, ids in _groups(report, wide=wide)]
    waiting = [r for r in made if r.status is Status.SKIP]
    found = sorted((r for r in made if r.status is not Status.SKIP), key=lambda r: _RANK[r.status])
    if waiting:
        ids = tuple(i for r in waiting for i in r.ids)
        found.append(RightsRow(ids, Status.SKIP, f"{f'{len(ids)} more':<33}{'SKIP':<8}{observed(report.results[ids[0]].answer)}"))
    return tuple(found)


def _groups(report: Report, *, wide: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    grouped = {} if wide else {ids[0]: (label, ids) for label, ids in _TOGETHER if _alike(report, ids)}
    inside = {i for _, ids in grouped.values() for i in ids}
    for name, (label, _) in NAMES.items():
        if name in grouped:
            yield grouped[name]
        elif name not in inside:
            yield label, (name,)


def _alike(report: Report, ids: tuple[str, ...]) -> bool:
    states = {report.results[i].status if i in report.results else None for i in ids}
    return len(states) == 1 and states <= {Status.PASS, Status.SKIP, None}


def _row(label: str, ids: tuple[str, ...], report: Report, probes: Mapping[str, RightProbe], *, wide: bool) -> RightsRow:
    result = report.results.get(ids[0])
    needed = NAMES[ids[0]][1] if len({NAMES[i][1] for i in ids}) == 1 or len(ids) == 2 else ""
    if result is None:
        return RightsRow(ids, None, f"{label:<33}{'....':<8}{'':<16}{needed}")
    methods = dict.fromkeys(report.results[i].answer.method.value.replace("_", " ") for i in ids)
    how = " / ".join(methods) if len(methods) < 2 else next(iter(methods)) + ", .."
    hint = "  Enter: how" if ids == (PUT_ID,) and result.status is Status.UNKNOWN else ""
    if not wide:
        return RightsRow(ids, result.status, f"{label:<33}{result.status.label:<8}{how:<16}{needed}{hint}")
    probe = probes.get(ids[0])
    code, request = (probe.code, probe.request_id) if probe else ("", "")
    line = f"{label:<33}{result.status.label:<8}{how:<15}{needed:<16}{clip(code, 12):<13}{clip(request, 11)}{hint if not code else ''}"
    return RightsRow(ids, result.status, line)


def verdict(report: Report, account: str, region: str, seconds: float | None) -> str:
    """The numbers, whose account it is, and how long the questions took."""
    words = ((Status.FAIL, "fail"), (Status.UNKNOWN, "unknown"), (Status.WARN, "warn"), (Status.PASS, "pass"))
    counts = "  ".join(f"{n} {w}" for s, w in words if (n := report.count(s)))
    waiting = len(report.checks) - len(report.results)
    counts += f"  {waiting} asked" if waiting else ""
    grouped = "-".join(account[n : n + 4] for n in range(0, len(account), 4))
    took = f"   {seconds:.1f} s" if seconds is not None else ""
    right = f"{f'account {grouped}' if account else ''}   {region}{took}"
    return f"{counts}{right.rjust(max(len(right) + 3, 76 - len(counts)))}"


# -- the row under the cursor --------------------------------------------------------------------------------


def detail(result: CheckResult, probe: RightProbe | None, width: int) -> str:
    """Why, what was seen, the way to mend it, and whom to ask; commands are never wrapped, the window cuts them."""
    check, answer = result.check, result.answer
    head = f"-- {check.id} "
    ending = f" {check.severity.value} - {'not in the guide' if check.beyond else check.guide}"
    lines = [head.ljust(max(len(head), width - len(ending)), "-") + ending]
    lines += _labelled("Why", check.why, width)
    lines += _labelled("Seen", answer.observed, width)
    lines += _labelled("Taken", f"on: {result.accepted}", width) if result.accepted else []
    if probe is not None and probe.request_id:
        lines += _labelled("AWS", f"{probe.code}, request {probe.request_id}", width)
    if result.status not in {Status.PASS, Status.SKIP}:
        lines += _ways(result, probe, width)
        lines += _labelled("Ask", "m copies a message for your AWS administrator with all of this", width)
    return "\n".join(lines)


def _ways(result: CheckResult, probe: RightProbe | None, width: int) -> list[str]:
    if result.check.id == ROLE_ID and probe is not None:
        return [f"{'Fix' if not n else '':<{_LABEL}}{n + 1} {line}" for n, line in enumerate(_role_steps(probe.code))]
    if result.check.id == PUT_ID and result.status is Status.UNKNOWN:
        return _labelled("Fix", "Enter offers four ways to find out; each says what it leaves behind", width)
    lines: list[str] = []
    for number, fix in enumerate(result.answer.remedies):
        lines += _labelled("Or" if number else "Fix", advice(fix), width)
        lines += [f"{'':<{_LABEL}}{command.run}" for command in fix.commands]
    return lines


def _role_steps(code: str) -> list[str]:
    make = [
        f"aws iam create-role --role-name {ROLE} --assume-role-policy-document file://trust-policy.json",
        f"aws iam put-role-policy --role-name {ROLE} --policy-name {ROLE} --policy-document file://role-policy.json",
    ]
    mend = f"aws iam update-assume-role-policy --role-name {ROLE} --policy-document file://trust-policy.json"
    # who may not look at roles does not know whether it is there; then `create-role` is for the one case, `update-...` for the other
    both = [
        f"aws iam get-role --role-name {ROLE}   shows whether it is there; if not:",
        *make,
        f"in place of create-role, if it is: {mend}",
    ]
    steps = {NO_ROLE: make, BAD_TRUST: [mend], BAD_POLICY: make[1:]}.get(code, both)
    return ["write trust-policy.json and role-policy.json   Enter: show, w: write", *steps]


def _labelled(label: str, text: str, width: int) -> list[str]:
    found = textwrap.wrap(text, max(20, width - _LABEL), break_long_words=False) or [""]
    return [f"{label:<{_LABEL}}{found[0]}", *(f"{'':<{_LABEL}}{line}" for line in found[1:])]


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
