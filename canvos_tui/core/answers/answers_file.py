"""The answers as a file that `--config` reads: for another machine, for a colleague, for a pipeline. Never holds a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.ami_fields import LIMIT
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, Entry, Origin, UserData
from canvos_tui.core.answers.routes import parse_route
from canvos_tui.core.masking.address import without_password
from canvos_tui.core.run.run import BuildPlan

_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_./@+-]*")  # what YAML reads as this very text where every scalar is one
_MASKED = "***MASKED"
_MADE = frozenset(field.key for field in fields.USER_DATA)  # for a user-data that only the wizard makes


def to_answers_file(draft: Draft) -> str:
    """YAML, a name and a value a line; what is not in it, and why, as comments. Read again it gives the same answers."""
    return "\n".join((*_head(draft), *_values(draft), *_tail(draft))) + "\n"


def of_plan(plan: BuildPlan) -> Draft:
    """The answers of a run, as far as its record has them: a proxy's password has no place there."""
    found = dict(plan.args)
    draft = fresh()
    entries = {key: Entry(_unmasked(found.get(key, "")), Origin.ARG) for key in fields.ASKED_BY_KEY if key in found}
    base = plan.baseline
    for key, text in (("REGION", base.region), ("S3_BUCKET", base.bucket), ("S3_KEY", base.key)):
        if text and key not in entries:
            entries[key] = Entry(text, Origin.ARG)
    ours = {**plan.settings.texts, **plan.making.texts, **({LIMIT.key: str(plan.limit)} if plan.limit else {})}
    entries |= {key: Entry(text, Origin.CONFIG) for key, text in ours.items()}
    chosen = UserData.NONE if plan.joins is False else UserData.CHECKOUT
    # where it was cloned from is not recorded with a run
    made = replace(draft, folder=Path(plan.checkout), repository="", tag=plan.tag, entries={**draft.entries, **entries})
    return replace(made, route=parse_route(plan.route), user_data=chosen)


def _unmasked(text: str) -> str:
    return "" if _MASKED in text else text


def _head(draft: Draft) -> Iterator[str]:
    yield "# answers of canvos-tui: canvos-tui run --config THIS-FILE --yes"
    yield "# keys never stand here; they come from the environment, a profile or .secret"
    yield f"route: {draft.route.value}"
    if draft.folder is not None:
        yield f"checkout: {scalar(str(draft.folder))}"
    if draft.repository:
        yield f"repository: {scalar(without_password(draft.repository))}"
    if draft.tag:
        yield f"tag: {scalar(draft.tag)}"


def _values(draft: Draft) -> Iterator[str]:
    usual = fresh()
    for asked in fields.ASKED:
        key, entry = asked.key, draft.entry(asked.key)
        if key in _MADE or not draft.route.wants(key) or (draft.several and key == "K8S_VERSION"):
            continue
        text = without_password(entry.text)
        if entry.error:
            yield f"# {key} was refused: {entry.error}"
        elif not text and not asked.optional:
            yield f"# {key}: needed, and not answered yet"
        elif text or usual.entry(key).text:
            yield f"{key}: {scalar(text)}" + ("  # without its password, which goes into .arg alone" if text != entry.text else "")


def _tail(draft: Draft) -> Iterator[str]:
    if draft.several:
        yield f"k8s_versions: [{', '.join(map(scalar, draft.kept))}]"
    if draft.user_data is UserData.FILE:
        yield f"user_data: {scalar(draft.user_data_path)}"
    elif draft.user_data is UserData.NONE:
        yield "user_data: none"
    else:
        if draft.user_data is UserData.TEMPLATE:
            yield "# a user-data that the wizard makes holds a token; the one in the checkout is taken, which Review writes"
        yield "user_data: checkout"
    if draft.accepted:
        yield "accept:"
        yield from (f"  {name}: {scalar(reason)}" for name, reason in sorted(draft.accepted.items()))


def scalar(text: str) -> str:
    """A text as YAML: bare where that is the same text, else in double quotes."""
    return text if _PLAIN.fullmatch(text) else "".join(map(_printable, json.dumps(text, ensure_ascii=False)))


def _printable(char: str) -> str:
    """YAML allows fewer characters than JSON to stand for themselves."""
    return char if char.isprintable() else f"\\U{ord(char):08x}"
