"""What of the answers counts on the chosen route."""

from __future__ import annotations

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.routes import OUR_STAGES, Route
from canvos_tui.core.aws import snapshot_settings
from canvos_tui.core.aws.ami_settings import KEYS, SCRIPT, AmiSettings, settings_of
from canvos_tui.core.aws.bandwidth import KEY, rate_of
from canvos_tui.core.aws.snapshot_settings import IMPORT_ROLE, ROLE, SnapshotSettings
from canvos_tui.core.errors import InvalidValueError


def ami_settings(draft: Draft) -> AmiSettings:
    """How the AMI is to be registered; the script's own parameters where the script registers it."""
    return settings_of({key: draft.text(key) for key in KEYS}) if draft.route.uploads_itself else AmiSettings()


def upload_limit(draft: Draft) -> int:
    """Bytes a second that our own upload may take, 0 for no limit, and where the upload is the script's."""
    return rate_of(draft.text(KEY)) if draft.route.uploads_itself else 0


def making(draft: Draft) -> SnapshotSettings:
    """Who imports the snapshot and how it is encrypted, as far as that counts on the route."""
    return snapshot_settings.settings_of({key: draft.text(key) for key in snapshot_settings.KEYS if draft.route.wants(key)})


def refuse_key(draft: Draft) -> None:
    """InvalidValueError where the KMS key that was chosen cannot be used in REGION, or on the route."""
    snapshot_settings.refuse_key(making(draft), draft.text("REGION"), direct=not draft.route.needs_bucket)


def key_problem(draft: Draft) -> str:
    """The same as a sentence; "" where nothing speaks against the key."""
    try:
        refuse_key(draft)
    except InvalidValueError as error:
        return f"{error}; {error.remedy}"
    return ""


def idle(draft: Draft) -> tuple[str, ...]:
    """The choices for our own stages that were made and do not count: CanvOS' script does it, or on the direct route nobody imports."""
    return tuple(key for key in OUR_STAGES if not draft.route.wants(key) and not _usual(key, draft.text(key)))


def _usual(key: str, text: str) -> bool:
    return text in ({"", ROLE} if key == IMPORT_ROLE else {"", SCRIPT})


def refuse_idle(draft: Draft) -> None:
    """InvalidValueError where such a choice stands in the answers of somebody who is not asked: it must not be dropped in silence."""
    found = idle(draft)
    if found and draft.route.uploads_itself:
        raise InvalidValueError(
            f"{', '.join(found)}: on the direct route nothing is imported, so that no role does it",
            allowed=f"with the route {Route.TWO_STAGE.value}",
            remedy="leave it out, or add --route two-stage",
        )
    if found:
        others = " or ".join(route.value for route in Route if route.uploads_itself)
        raise InvalidValueError(
            f"{', '.join(found)}: on the guide's route CanvOS' script uploads and registers, with its own parameters",
            allowed=f"with the route {others}",
            remedy="leave it out, or add --route two-stage",
        )


def passed_by(draft: Draft) -> frozenset[str]:
    """The pages that are not on the way with these answers, by their slug."""
    return frozenset({*(() if draft.several else ("versions",)), *(() if draft.route.uploads_itself else ("ami-settings",))})
