"""Turns a draft into plain data for the state file and back, and an answers file into a draft. Never holds a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, Entry, Origin, UserData, entry_for
from canvos_tui.core.answers.routes import OUR_STAGES, Route, parse_route
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.checkout.state import checkout_id, parse_folder, parse_repository
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.masking.address import without_password
from canvos_tui.core.ports import Files
from canvos_tui.core.text import nearest
from canvos_tui.core.values import dataclass

SCHEMA = "canvos-tui.draft/1"
AWS_KEYS = "the AWS keys"
_TYPE_AGAIN = "the password is not stored; type the address once more"


def to_data(draft: Draft) -> dict[str, object]:
    """Plain texts, lists and maps; the keys are left out, and the registration token of a user-data."""
    return {
        "schema": SCHEMA,
        "checkout": str(draft.folder) if draft.folder else "",
        "repository": without_password(draft.repository),
        "tag": draft.tag,
        "page": draft.page,
        "run": draft.run,
        "values": {k: _stored(e) for k, e in draft.entries.items()},
        "several": draft.several,
        "k8s_versions": list(draft.kept),
        "accepted": dict(draft.accepted),
        "user_data": draft.user_data.name,
        "user_data_path": draft.user_data_path,
        "reuse": draft.reuse,
        "route": draft.route.value,
    }


async def store(files: Files, draft: Draft) -> None:
    """Keeps the draft under the name of its checkout; raises FilesError."""
    await files.save_draft(checkout_id(draft.folder) if draft.folder else "new", to_data(draft))


def unstored(draft: Draft) -> tuple[str, ...]:
    """What was typed and stands in no file: whoever leaves types it again."""
    keys = draft.keys is not None and draft.key_source is KeySource.TYPED
    hidden = [key for key, entry in draft.entries.items() if without_password(entry.text) != entry.text]
    hidden += ["the repository's address"] if without_password(draft.repository) != draft.repository else []
    return (
        *([AWS_KEYS] if keys else ()),
        *(["the registration token"] if draft.token is not None else ()),
        *(f"the password in {name}" for name in hidden),
    )


def _stored(entry: Entry) -> dict[str, str]:
    """An answer without the password that a proxy's address may hold: it is asked for again, as it must not lie in our files."""
    text = without_password(entry.text)
    error = entry.error if text == entry.text else _TYPE_AGAIN
    return {"text": text, "from": entry.origin.name, "error": error}


def from_data(data: object) -> Draft | None:
    """The draft of a state file; None for what is no draft. Unknown keys and damaged parts are passed over."""
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        return None
    entries = {}
    values = data.get("values")
    for key, raw in values.items() if isinstance(values, Mapping) else ():
        if key in fields.ASKED_BY_KEY and isinstance(raw, Mapping):
            origin = Origin[str(raw.get("from"))] if str(raw.get("from")) in Origin.__members__ else Origin.YOU
            entries[str(key)] = Entry(str(raw.get("text", "")), origin, str(raw.get("error", "")))
    accepted = data.get("accepted")
    choice = str(data.get("user_data", ""))
    return Draft(
        folder=Path(str(data["checkout"])) if data.get("checkout") else None,
        repository=str(data.get("repository") or fresh().repository),
        tag=str(data.get("tag") or ""),
        entries=entries or fresh().entries,
        several=data.get("several") is True,
        kept=_texts(data.get("k8s_versions")),
        page=str(data.get("page") or "start"),
        run=str(data.get("run") or ""),
        accepted={str(k): str(v) for k, v in accepted.items()} if isinstance(accepted, Mapping) else {},
        user_data=UserData[choice] if choice in UserData.__members__ else UserData.UNDECIDED,
        user_data_path=str(data.get("user_data_path") or ""),
        reuse=str(data.get("reuse") or ""),
        route=next((route for route in Route if route.value == data.get("route")), Route.GUIDE),
    )


def _texts(raw: object) -> tuple[str, ...]:
    return tuple(str(v) for v in raw) if isinstance(raw, list) else ()


@dataclass(frozen=True)
class Config:
    """An answers file: the draft it makes, every problem found in it, and the names that it gives."""

    draft: Draft
    problems: tuple[str, ...]
    given: frozenset[str] = frozenset()


SEVERAL = "several versions"  # the question that K8S_VERSION and k8s_versions answer
OTHER_KEYS = ("checkout", "repository", "tag", "route", "k8s_versions", "user_data", "accept")
_SECRET_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")


def from_config(data: object, environ: Mapping[str, str], home: Path) -> Config:
    """Reads an answers file (YAML, every scalar left as text): the keys of `.arg` plus those of OTHER_KEYS."""
    if data is None:
        data = {}
    if not isinstance(data, Mapping):
        raise InvalidValueError("the answers file is no list of `NAME: value` lines", allowed="YAML with one value per name")
    problems: list[str] = []
    draft = fresh(environ)
    entries = dict(draft.entries)
    known = [f.key for f in fields.ASKED] + list(OTHER_KEYS)
    for raw_key, raw in data.items():
        key = str(raw_key)
        if key in _SECRET_KEYS:
            problems.append(f"keys do not belong into an answers file; set {key} in the environment or in .secret")
        elif key in fields.ASKED_BY_KEY and not _needless(data, key):
            entry = entry_for(fields.ASKED_BY_KEY[key], str(raw or ""), Origin.CONFIG)
            entries[key] = entry
            problems += [f"{key}: {entry.error}"] if entry.error else []
        elif key not in known:
            near = nearest(key, known)
            problems.append(f"{key}: unknown name" + (f"; did you mean {near}?" if near else ""))
    draft = replace(draft, entries=entries)
    return _with_others(draft, data, problems, home)


def _needless(data: Mapping[object, object], key: str) -> bool:
    """Whether the route that the file names does not want that answer; `--route` may name another, so that choices for the AMI are read."""
    named = str(data.get("route") or "").strip().lower()
    return key not in OUR_STAGES and any(route.value == named and not route.wants(key) for route in Route)


def _with_others(draft: Draft, data: Mapping[object, object], problems: list[str], home: Path) -> Config:
    try:
        draft = replace(
            draft,
            folder=parse_folder(str(data.get("checkout") or "~/CanvOS"), home),
            repository=parse_repository(str(data.get("repository") or draft.repository)),
        )
    except CanvosError as error:
        problems.append(f"checkout: {error}")
    try:
        draft = replace(draft, route=parse_route(str(data.get("route") or Route.GUIDE.value)))
    except InvalidValueError as error:
        problems.append(f"route: {error.sentence()}")
    kept = _texts(data.get("k8s_versions"))
    accept = data.get("accept")
    accepted = {str(k): str(v) for k, v in accept.items()} if isinstance(accept, Mapping) else dict.fromkeys(_texts(accept), "answers file")
    choice, path = _user_data(data.get("user_data"))
    draft = replace(
        draft,
        tag=str(data.get("tag") or ""),
        several=bool(kept),
        kept=kept,
        accepted=accepted,
        user_data=choice,
        user_data_path=path,
    )
    return Config(draft, tuple(problems), frozenset(map(str, data)))


def _user_data(raw: object) -> tuple[UserData, str]:
    """`none` or false: without; `checkout` or nothing: the one that is there; else the path of a file."""
    if raw in (None, "", "checkout"):
        return UserData.CHECKOUT, ""
    if raw in ("none", "without", "false", "no"):
        return UserData.NONE, ""
    return UserData.FILE, str(raw)
