"""Which run was built of these answers: whoever repeats a stage by an answers file goes on from that one, and from no other image."""

from __future__ import annotations

from canvos_tui.core.answers.draft import Draft, Origin
from canvos_tui.core.answers.on_route import ami_settings, making
from canvos_tui.core.errors import RunError
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.run import BuildPlan, RunId


async def run_of(ports: Ports, draft: Draft) -> RunId:
    """The newest run in the checkout of these very answers; RunError where there is none, with what the newest was built of otherwise."""
    newest = ""
    for info in await ports.runs.infos():
        if info.checkout != str(draft.folder):
            continue
        otherwise = unlike(await ports.runs.plan(info.run_id), draft)
        if not otherwise:
            return info.run_id
        newest = newest or f"the newest, {info.run_id}, was of {'; '.join(otherwise)}"
    raise RunError(
        f"no run in {draft.folder} was built of these answers{f': {newest}' if newest else ''}",
        remedy="leave --from out to build; from a raw image: canvos-tui resume --raw FILE --config FILE",
    )


def unlike(plan: BuildPlan, draft: Draft) -> tuple[str, ...]:
    """What the run had otherwise, as `NAME=VALUE`: names and place of the image, its route, and every answer that somebody gave."""
    base, args = plan.baseline, dict(plan.args)
    asked = {"REGION": draft.text("REGION"), "S3_KEY": draft.text("S3_KEY"), "route": draft.route.value}
    had = {"REGION": base.region, "S3_KEY": base.key, "route": plan.route}
    if draft.route.needs_bucket:
        asked["S3_BUCKET"], had["S3_BUCKET"] = draft.text("S3_BUCKET"), base.bucket
    if draft.tag:
        asked["tag"], had["tag"] = draft.tag, plan.tag
    for key, entry in draft.entries.items():
        if key in args and entry.origin is Origin.CONFIG:
            asked[key], had[key] = entry.text, args[key]
    chosen = {**ami_settings(draft).texts, **making(draft).texts}
    made = {**plan.settings.texts, **plan.making.texts}
    for key in (*chosen, *made):
        asked[key], had[key] = chosen.get(key, ""), made.get(key, "")
    given = (key for key in had if asked[key] or key in made)  # what nobody answers stands in the checkout, as the run wrote it
    return tuple(f"{key}={had[key]}" for key in given if had[key] != asked[key])
