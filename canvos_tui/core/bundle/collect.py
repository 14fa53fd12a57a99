"""Makes a bundle of a run, or of a machine without one: what is on the list is read, cleaned, masked, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from canvos_tui.core.bundle import contents
from canvos_tui.core.bundle.archive import MOST_LOG, pack
from canvos_tui.core.bundle.contents import Bundle, BundleFile
from canvos_tui.core.bundle.leaks import known_secrets, refuse_leaks
from canvos_tui.core.bundle.placeholders import Placeholders, names_here
from canvos_tui.core.bundle.versions import versions
from canvos_tui.core.bundle.words import About, readme, summary
from canvos_tui.core.errors import FilesError
from canvos_tui.core.masking.outlet import Outlet
from canvos_tui.core.masking.redactor import Redactor
from canvos_tui.core.masking.spellings import Masked
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.codec import event_data, parse_event, plan_text, result_data
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan, BuildRun, RunId
from canvos_tui.core.values import dataclass

_MOST_EVENTS = 32 << 20  # bytes of them


@dataclass(frozen=True)
class Wanted:
    """What a bundle is to be made of. `doctor` is the document of the doctor's report, None to leave it out; `kinds` are replaced too."""

    version: str  # of this tool
    run: RunId = ""
    folder: Path | None = None  # the checkout, where there is no run to name it
    doctor: Mapping[str, Any] | None = None
    kinds: tuple[str, ...] = ()
    libraries: Mapping[str, str] = field(default_factory=dict)  # versions of Python and of what is built on, by name
    host: str = ""  # this machine's name, to be replaced where that is wished for


async def collect(ports: Ports, wanted: Wanted) -> tuple[Bundle, bytes]:
    """The bundle for a preview, and the finished bytes that are to be written, in which no known secret stands.

    RunError when there is no such run; FilesError when a file cannot be read, or a secret was found in what was finished.
    """
    plan = await ports.runs.plan(wanted.run) if wanted.run else None
    folder = Path(plan.checkout) if plan is not None else wanted.folder
    secrets = await known_secrets(ports, folder, plan.args if plan is not None else ())
    outlet = Outlet(secrets)
    result = await ports.runs.result(wanted.run) if plan is not None else None
    told = await versions(ports, folder, wanted.version, wanted.libraries)
    texts = {contents.VERSIONS: _document(outlet.data(told))}
    if wanted.doctor is not None:
        texts[contents.DOCTOR] = _document(outlet.data(wanted.doctor))
    if plan is not None:
        texts |= await _of_run(ports, wanted.run, plan, result, secrets)
    doctor = json.loads(texts.get(contents.DOCTOR, "null"))
    texts[contents.SUMMARY] = outlet.text(summary(About(wanted.run, plan, result, texts.get(contents.LOG, "")), told, doctor))
    texts[contents.README] = readme(wanted.version, wanted.run, (name for name in contents.WHAT if name in texts), wanted.kinds)
    placeholders = Placeholders(wanted.kinds, _known(ports, wanted, plan))
    made = _replaced(texts, placeholders)
    at = str((wanted.doctor or {}).get("started_at", ""))
    short = next(file.data.decode("utf-8", "replace") for file in made if file.name == contents.SUMMARY)
    bundle = Bundle(wanted.version, wanted.run, made, placeholders.kinds, len(secrets), at, short)
    data = pack(bundle)
    refuse_leaks(data, secrets)
    return bundle, data


def _known(ports: Ports, wanted: Wanted, plan: BuildPlan | None) -> dict[str, tuple[str, ...]]:
    buckets = {plan.baseline.bucket, dict(plan.args).get("S3_BUCKET", "")} if plan is not None else {ports.environ.get("S3_BUCKET", "")}
    here = names_here(ports.environ, wanted.host)
    paths = (*here["path"], *((plan.checkout,) if plan is not None else ()))
    return {**here, "path": paths, "bucket": tuple(sorted(buckets - {""}))}


def _replaced(texts: Mapping[str, str], placeholders: Placeholders) -> tuple[BundleFile, ...]:
    """The files in the order of the list."""
    names = [name for name in contents.WHAT if name in texts]
    for name in names:
        placeholders.learn(texts[name])
    made = []
    for name in names:
        text, counts = placeholders.replaced(texts[name])
        made.append(BundleFile(name, text.encode("utf-8", "replace"), counts))
    return tuple(made)


async def _of_run(ports: Ports, run_id: RunId, plan: BuildPlan, result: RunResult | None, secrets: Iterable[Masked]) -> dict[str, str]:
    secrets = tuple(secrets)
    outlet, folder = Outlet(secrets), ports.runs.log_path(run_id).parent
    events = await ports.files.read_text(folder / contents.EVENTS, _MOST_EVENTS) or ""
    log = await ports.files.read_text(ports.runs.log_path(run_id), MOST_LOG) or ""
    if len(log) >= MOST_LOG:
        remedy = f"send the log by itself: canvos-tui redact {ports.runs.log_path(run_id)} | gzip > build.log.gz"
        raise FilesError(f"the log of {run_id} is larger than {MOST_LOG >> 20} MiB", remedy=remedy)
    lines = [_line(line, outlet.data) for line in events.splitlines()]
    run = BuildRun(plan).after(event for line in events.splitlines() if (event := parse_event(line)) is not None)
    redactor = Redactor(secrets)
    found = {
        contents.PLAN: _document(outlet.data(json.loads(plan_text(plan)))),
        contents.EVENTS: "".join(f"{line}\n" for line in lines if line),
        contents.ARGS: outlet.text("".join(f"{name}={value}\n" for name, value in plan.args)),
        contents.AWS: _document(outlet.data(aws_facts(run))),
        contents.LOG: (redactor.feed(log.encode("utf-8", "replace")) + redactor.flush()).decode("utf-8", "replace"),
    }
    return found if result is None else {**found, contents.RESULT: _document(outlet.data(result_data(result)))}


def aws_facts(run: BuildRun) -> dict[str, Any]:
    """What AWS last showed of a run, each with the time at which it was seen, and what it did not let us see."""
    seen = {"upload": run.upload, "object": run.object, "import_task": run.task, "image": run.image, "blind": run.blind}
    found: dict[str, Any] = {name: event_data(event) if event is not None else None for name, event in seen.items()}
    found["script_blind"] = event_data(run.script_blind) if run.script_blind is not None else None
    return {
        "region": run.plan.baseline.region,
        "endpoint": run.plan.endpoint or None,
        "ids": dict(run.ids),
        "found": dict(run.found),
        **found,
    }


def _line(text: str, mask: Callable[[Any], Any]) -> str:
    """A line of JSON, its texts masked; "" for a damaged one."""
    try:
        return json.dumps(mask(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return ""


def _document(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
