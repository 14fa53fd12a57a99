"""Makes the support bundle from a screen: what is in it is shown, and where it lies is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canvos_tui import __version__
from canvos_tui.core.bundle.collect import Wanted, collect
from canvos_tui.core.bundle.placeholders import KINDS
from canvos_tui.core.bundle.preview import brief_lines
from canvos_tui.core.bundle.saving import keep_doctor, kept_doctor, proposed, save
from canvos_tui.core.checks.check import Context
from canvos_tui.core.checks.reports.whole_report import whole_report
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.text import at_home
from canvos_tui.core.values import dataclass
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.read_text import ReadText

if TYPE_CHECKING:
    from textual.app import App

    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.checks.report import Report
    from canvos_tui.core.ports import Ports


@dataclass(frozen=True)
class About:
    """What the bundle is of: a run ("" for the machine alone), the checkout, and the checks as far as they were asked here."""

    ports: Ports
    draft: Draft
    run_id: str = ""
    report: Report | None = None
    final: bool = False  # whether a build would read the files as they are now


async def offer_bundle(app: App[Any], about: About) -> None:
    """Shows what would be in it, writes it when that is wished for, and says where it lies; to be called in a worker."""
    try:
        wanted = await _wanted(about)
        made, data = await collect(about.ports, wanted)
        text = "\n".join(brief_lines(made, data, about.ports.clock.now()))
        path = proposed(about.ports, about.run_id)
        place = at_home(str(path), about.ports.environ.get("HOME", ""))
        choices = (
            Choice("", "Back         nothing is written"),
            Choice("write", f"Write it     {place}"),
            Choice("hide", "Write it     hiding account, user, host, bucket and addresses"),
        )
        word = await app.push_screen_wait(Ask("Support bundle", text, choices))
        if not word:
            return
        if word == "hide":
            made, data = await collect(about.ports, replace(wanted, kinds=KINDS))
        saved = await save(about.ports, data, path, exactly=False)
    except CanvosError as error:
        await app.push_screen_wait(ReadText("No bundle was written", f"{error}\n\n{error.remedy}"))
        return
    opening = f"Opened anywhere with: canvos-tui diagnose {saved.name}"
    told = f"It lies in\n{saved}\n\n{opening}\n\nFor the ticket (c copies this):\n\n{made.summary}"
    await app.push_screen_wait(ReadText("The bundle is written", told, copy=made.summary))


async def _wanted(about: About) -> Wanted:
    """The report that is kept with the run, else the one of this window, which is kept from now on."""
    ports, folder = about.ports, about.draft.folder
    document = await kept_doctor(ports, about.run_id) if about.run_id else None
    if document is None and about.report is not None and about.report.results:
        times = [result.at for result in about.report.results.values()]
        document = await whole_report(about.report, Context(ports, about.draft, final=about.final), min(times))
        if about.run_id:
            await keep_doctor(ports, about.run_id, document)
            document = await kept_doctor(ports, about.run_id)
    versions = dict(ports.about())
    host = versions.pop("host", "")
    return Wanted(__version__, about.run_id, Path(folder) if folder is not None else None, document, (), versions, host)
