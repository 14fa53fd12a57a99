"""What AWS would refuse, found out before the long build (not in the guide)."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from canvos_tui.core import clash
from canvos_tui.core.aws_facts import Right, RightProbe
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ready import rights_subject
from canvos_tui.core.result import Status
from canvos_tui.core.role_policy import role_commands
from canvos_tui.tui.messages import CopyAsked
from canvos_tui.tui.step_panel import StepPanel

NEEDED_FOR = {
    "s3:PutObject": "upload",
    "s3:GetObject": "upload check",
    "s3:ListBucket": "upload check",
    "ec2:ImportSnapshot": "snapshot import",
    "ec2:DescribeImportSnapshotTasks": "progress",
    "ec2:DescribeSnapshots": "validation",
    "ec2:DescribeImages": "AMI, validation",
    "ec2:RegisterImage": "AMI",
    "ec2:CreateTags": "snapshot import",
    "vmimport": "snapshot import",
}
STATUS = {Right.ALLOWED: Status.PASS, Right.DENIED: Status.FAIL, Right.UNKNOWN: Status.UNKNOWN}


class AwsRights(StepPanel):
    """A row for each of the guide's nine permissions, and for the vmimport role; probed without leaving a trace."""

    TITLE = "AWS access"
    ABOUT = (
        "Reads and dry runs only; nothing is written. What could not be observed is never shown as PASS. "
        "A dry run cannot see service control policies or bucket policies with conditions."
    )
    BINDINGS = [
        Binding("r", "rerun", "Ask again"),
        Binding("c", "copy_fix", "Copy fix"),
    ]

    def compose(self) -> ComposeResult:
        """Verdict, rows, detail."""
        yield Static("", id="rights-verdict", markup=False)
        yield Static("  RIGHT                            RESULT  HOW             NEEDED FOR", id="rights-head", markup=False)
        yield OptionList(id="rights", compact=True, markup=False)
        yield Static("", id="rights-detail", markup=False)

    def entered(self) -> None:
        """Asks when there is something new to ask about."""
        self.query_one("#rights").focus()
        if self.known.rights_for != rights_subject(self.draft):
            self.action_rerun()
        else:
            self._fill(self.known.rights)

    def watch_known(self) -> None:
        """The account, the bucket and the clash arrive after the rights."""
        if self.is_mounted:
            self._tell()

    _probes: tuple[RightProbe, ...] = ()

    def action_rerun(self) -> None:
        """Asks AWS again."""
        draft = self.draft
        missing = [n for n in ("REGION", "S3_BUCKET", "S3_KEY") if not draft.text(n)]
        if draft.keys is None:
            missing.append("AWS keys (screen 6)")
        if missing:
            self.query_one("#rights-verdict", Static).update(Content(f"waits for {', '.join(missing)}"))
            return
        self._ask()

    @work(exclusive=True)
    async def _ask(self) -> None:
        draft, about, probes = self.draft, rights_subject(self.draft), list[RightProbe]()
        assert draft.keys is not None
        bucket, key = draft.text("S3_BUCKET"), draft.text("S3_KEY")
        self._fill(())
        self.query_one("#rights-verdict", Static).update("asking AWS ...")

        def report(probe: RightProbe) -> None:
            probes.append(probe)
            self.app.call_later(self._fill, tuple(probes))

        try:
            aws = await self.ports.aws.open(draft.keys, draft.text("REGION"))
            self.learn(identity=await aws.identity())
            found = await aws.bucket(bucket)
            rights = await aws.rights(bucket, key, report)
            taken = await clash.look(aws, bucket, key)
        except CanvosError as error:
            self.query_one("#rights-verdict", Static).update(Content(f"x {error}. {error.remedy}"))
            return
        self.learn(rights=rights, rights_for=about, clash=taken, bucket=found)
        self.call_later(self._fill, rights)

    def _fill(self, probes: tuple[RightProbe, ...]) -> None:
        rows = self.query_one("#rights", OptionList)
        at = rows.highlighted or 0
        order = {Right.DENIED: 0, Right.UNKNOWN: 1, Right.ALLOWED: 2}
        self._probes = tuple(sorted(probes, key=lambda p: order[p.right]))
        rows.clear_options()
        rows.add_options([Option(self._line(p)) for p in self._probes])
        if self._probes:
            rows.highlighted = min(at, len(self._probes) - 1)
        self._tell()

    @staticmethod
    def _line(probe: RightProbe) -> str:
        how = probe.method.replace("_", " ")
        return f"{probe.action:<33}{STATUS[probe.right].label:<8}{how:<16}{NEEDED_FOR.get(probe.action, '')}"

    def _tell(self) -> None:
        counts = [sum(1 for p in self._probes if p.right is r) for r in (Right.DENIED, Right.UNKNOWN, Right.ALLOWED)]
        identity = self.known.identity
        who = f"   account {identity.account}" if identity else ""
        region = self.draft.text("REGION")
        line = f"{counts[0]} fail  {counts[1]} unknown  {counts[2]} pass{who}   {region}"
        taken = self.known.clash
        if taken is not None and taken.key == self.draft.text("S3_KEY"):
            line += "\n" + (
                "\n".join(f"! {s}" for s in taken.sentences(self.draft.text("S3_BUCKET"), self.ports.clock.now()))
                or "object key and AMI name are free"
            )
        bucket = self.known.bucket
        if bucket is not None and bucket.region and bucket.region != region:
            line += f"\nx the bucket is in {bucket.region}, REGION is {region}: the import would refuse after the upload"
        if self._probes:
            self.query_one("#rights-verdict", Static).update(Content(line))

    @on(OptionList.OptionSelected, "#rights")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter goes on here as everywhere; the row it stands on is explained below already."""
        event.stop()
        self.leave("next")

    @on(OptionList.OptionHighlighted, "#rights")
    def _detail(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index < len(self._probes):
            self.query_one("#rights-detail", Static).update(Content(self._text(self._probes[event.option_index])))

    def _text(self, probe: RightProbe) -> str:
        head = f"-- {probe.action} " + "-" * max(0, 60 - len(probe.action))
        said = f"\nAWS    {probe.code} {probe.message}" if probe.code or probe.message else ""
        if probe.right is Right.ALLOWED:
            return f"{head}{said}\nNothing to do."
        return f"{head}{said}\n{self._fix(probe)}"

    def _fix(self, probe: RightProbe) -> str:
        if probe.action == "vmimport":
            commands = "\n".join(self._role())
            return f"Why    EC2 reads the image from S3 through this role; without it the import fails after the whole build\n{commands}"
        return f"Fix    ask for the action {probe.action} on this bucket and account; the screen is right again with r"

    def _role(self) -> tuple[str, ...]:
        identity = self.known.identity
        return role_commands(self.draft.text("S3_BUCKET"), identity.partition if identity else "aws")

    def action_copy_fix(self) -> None:
        """Copies the commands that create the role, or the name of the missing action."""
        rows = self.query_one("#rights", OptionList)
        if rows.highlighted is None or not self._probes:
            return
        probe = self._probes[rows.highlighted]
        text = "\n".join(self._role()) if probe.action == "vmimport" else probe.action
        self.post_message(CopyAsked(text, probe.action))
