"""For each field: what to pick from, whether it matters with the answers so far, what to know about its accepted value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.fields import Field
from canvos_tui.core.answers.on_route import key_problem
from canvos_tui.core.aws import ami_settings, snapshot_settings
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.questions import bucket, kubernetes, operating_system, palette
from canvos_tui.core.session import Session
from canvos_tui.core.values import dataclass


def _none(draft: Draft, known: Session) -> tuple[str, ...]:  # noqa: ARG001  as every rule is called
    return ()


def _always(draft: Draft, known: Session) -> bool:  # noqa: ARG001  as every rule is called
    return True


def _nothing(draft: Draft, known: Session) -> str:  # noqa: ARG001  as every rule is called
    return ""


def _dots(draft: Draft, known: Session) -> str:  # noqa: ARG001  as every rule is called
    """Dots are legal but the vendor's documents ask for letters and digits."""
    return "dots are allowed but the vendor's documents name only letters and digits" if "." in draft.text("CUSTOM_TAG") else ""


def _user(draft: Draft, known: Session) -> str:  # noqa: ARG001  as every rule is called
    """A name alone lets nobody in."""
    return "without an SSH key no user is made" if draft.text("EDGE_HOST_USER") and not draft.text("EDGE_HOST_SSH_KEY") else ""


def _as_it_is(value: str) -> str:
    return value


def _key(draft: Draft, known: Session) -> str:  # noqa: ARG001  as every rule is called
    """A key that cannot be used there, or with the route."""
    return key_problem(draft)


def _imports(draft: Draft, known: Session) -> bool:  # noqa: ARG001  as every rule is called
    """Without a bucket nothing is imported."""
    return draft.route.needs_bucket


_LABELS = {**ami_settings.LABELS, **snapshot_settings.LABELS}


def _ami(key: str) -> Rule:
    """A choice for the registration: from a list whose entries say what they do."""
    labels = _LABELS[key]
    return Rule(choices=lambda draft, known: tuple(labels), label=lambda value: f"{value:<8}{labels[value]}")  # noqa: ARG005


@dataclass(frozen=True)
class Rule:
    """What goes for one field."""

    choices: Callable[[Draft, Session], tuple[str, ...]] = _none
    wanted: Callable[[Draft, Session], bool] = _always
    caution: Callable[[Draft, Session], str] = _nothing
    stops: bool = False  # whether nobody goes on with what the caution is of
    label: Callable[[str], str] = _as_it_is  # of a choice, as a list shows it


FREE = Rule()
RULES = {
    "palette": Rule(caution=palette.of_palette),
    "CUSTOM_TAG": Rule(caution=_dots),
    "EDGE_HOST_USER": Rule(caution=_user),
    "OS_DISTRIBUTION": Rule(choices=operating_system.distributions, caution=operating_system.of_distribution),
    "OS_VERSION": Rule(choices=operating_system.versions, caution=operating_system.of_version),
    "BASE_IMAGE": Rule(wanted=operating_system.base_matters, caution=operating_system.of_base),
    "K8S_DISTRIBUTION": Rule(choices=kubernetes.distributions, caution=kubernetes.of_distribution),
    "K8S_VERSION": Rule(choices=kubernetes.versions, wanted=kubernetes.one_version, caution=kubernetes.of_version),
    "HTTP_PROXY": Rule(wanted=kubernetes.proxied),
    "NO_PROXY": Rule(wanted=kubernetes.proxied),
    "S3_BUCKET": Rule(caution=bucket.of_bucket),
    "REGION": Rule(choices=bucket.regions, caution=bucket.of_region),
    **{key: _ami(key) for key in ami_settings.LABELS},
    "import_role": Rule(wanted=_imports),
    "encryption": replace(_ami("encryption"), caution=_key, stops=True),
}


def rule(field: Field[str]) -> Rule:
    """The rule of that field; a free one where there is none."""
    return RULES.get(field.key, FREE)


def suggestion(field: Field[str], text: str, listed: Sequence[str]) -> str:
    """What was probably meant by a text that is refused, or that is only the beginning of a listed value; "" where nobody can say."""
    longer = next((known for known in listed if text and known.startswith(f"{text.strip()}.")), "")
    try:
        field.parse(text)
    except InvalidValueError as error:
        return error.suggestion or longer
    return "" if text in listed else longer
