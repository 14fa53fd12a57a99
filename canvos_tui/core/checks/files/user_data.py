"""`user-data`, judged as the build will: YAML for the validator, a template for the disk builder, endpoint and token for Palette."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from canvos_tui.core.answers.draft import UserData
from canvos_tui.core.checkout import user_data
from canvos_tui.core.checks.check import CheckAnswer, Context, waits
from canvos_tui.core.checks.files.mending import offer
from canvos_tui.core.checks.questions import CHECKOUT, canvos, file_of, word, written
from canvos_tui.core.errors import Command, InvalidValueError, Remedy
from canvos_tui.core.status import Status

_JOIN = "endpoint and token, so that instances join Palette"
_OFFER = Remedy("Go on without it and register instances by hand, or let the wizard write one from its template", page="user-data")


async def cloud_config(context: Context) -> CheckAnswer:
    """`user-data`: YAML with the endpoint and the token that let an instance register."""
    chosen = context.draft.user_data
    if not context.final and chosen in {UserData.TEMPLATE, UserData.FILE}:
        return waits(written(context))
    if await canvos(context) is None:
        return waits(CHECKOUT)
    found = await file_of(context, "user-data")
    if found is None:
        words = "no user-data file" + (", as chosen" if chosen is UserData.NONE else "")
        return CheckAnswer(Status.WARN, words, _JOIN, (_OFFER,))
    return await _judge_user_data(context, found[0], found[1].decode("utf-8", "replace"))


async def _judge_user_data(context: Context, path: Path, text: str) -> CheckAnswer:
    edit = Remedy("Correct the file", (Command(f"${{EDITOR:-vi}} {word(path)}"),))
    if not text.strip():
        ours = Remedy("Let canvos-tui take it away; it asks first and keeps a copy", (offer("FILE-USERDATA", path.parent),))
        remove = Remedy("Or remove it by hand", (Command(f"rm {word(path)}"),))
        return CheckAnswer(Status.FAIL, "user-data is empty: the disk builder fails on it", _JOIN, (ours, remove, _OFFER))
    try:
        parsed = await context.ports.files.yaml(text)
    except InvalidValueError as error:
        return CheckAnswer(Status.FAIL, f"user-data is no YAML: {error}", _JOIN, (edit,))
    if not isinstance(parsed, Mapping):
        return CheckAnswer(Status.FAIL, "user-data is no list of `name: value` lines", _JOIN, (edit, _OFFER))
    if wrong := user_data.problems(text, parsed):
        return CheckAnswer(Status.WARN, wrong[0], _JOIN, (edit, _OFFER))
    return CheckAnswer(Status.PASS, "endpoint and token are there", _JOIN)
