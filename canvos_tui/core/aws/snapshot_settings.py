"""What our own stages may ask for the snapshot: the role that imports it and its encryption, beyond the import script's parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

if TYPE_CHECKING:
    from canvos_tui.core.aws.facts import Snapshot

ROLE = "vmimport"  # that imports where nobody chose another (VM Import/Export user guide)
IMPORT_ROLE, ENCRYPTION = "import_role", "encryption"  # the answers
KEYS = (IMPORT_ROLE, ENCRYPTION)
SCRIPT, YES = "script", "yes"  # `script` leaves the encryption to the account, as the script and an empty answer do
LABELS = {
    ENCRYPTION: {
        SCRIPT: "says nothing, as the script: encrypted where the account does so",
        YES: "encrypted with the key that the account has for EBS in the region",
    },
}  # a key of one's own is typed
_ROLE = pattern(r"[A-Za-z0-9_+=,.@-]{1,64}")  # IAM, CreateRole
_ID = r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})"
_ALIAS = r"alias/[A-Za-z0-9/_-]{1,250}"
_ARN = r"arn:aws[a-z-]*:kms:([a-z0-9-]+):([0-9]{12}):"
_KEY = pattern(rf"{_ID}|{_ALIAS}|{_ARN}(?:key/{_ID}|{_ALIAS})")
_KEY_ARN = pattern(rf"{_ARN}key/{_ID}")  # the one form that the EBS direct APIs take (StartSnapshot, KmsKeyArn)
_KEY_FORMS = "script, yes, or a KMS key: its id, its ARN, alias/NAME, or an alias' ARN"


@dataclass(frozen=True)
class SnapshotSettings:
    """The choices; an empty one is left out of the call. `encryption` is `yes` for the account's own default key, or a KMS key."""

    role: str = ""
    encryption: str = ""

    @property
    def importer(self) -> str:
        """The role that imports: vmimport, where nobody chose another."""
        return self.role or ROLE

    @property
    def key(self) -> str:
        """The KMS key that was chosen, as it was typed; "" where none was."""
        return "" if self.encryption == YES else self.encryption

    @property
    def texts(self) -> dict[str, str]:
        """The choices as answers, without those that nobody made."""
        return {key: text for key, text in zip(KEYS, (self.role, self.encryption), strict=True) if text}

    @property
    def words(self) -> str:
        """What was chosen, in a line; "" where all is as the script has it."""
        sealed = f"encrypted with {self.key or 'the default key for EBS'}" if self.encryption else ""
        return ", ".join(filter(None, (f"imported by the role {self.role}" if self.role else "", sealed)))

    def unlike(self, snapshot: Snapshot) -> str:
        """How a snapshot differs from what was chosen, as the end of a sentence; "" where it does not, as far as that can be told."""
        if not self.encryption:
            return ""
        if not snapshot.encrypted:
            return "is not encrypted, as it was chosen to be"
        used, wanted = snapshot.kms_key, self.key
        if not (used and wanted) or "alias/" in wanted:  # AWS tells a key by its ARN, and does not say which alias that has
            return ""
        same = used == wanted if wanted.startswith("arn:") else used.rpartition("/")[2] == wanted
        return "" if same else f"is encrypted with {used}, and not with {wanted}"


AS_SCRIPT = SnapshotSettings()


@dataclass(frozen=True)
class KeyFacts:
    """A KMS key as DescribeKey shows it; `unseen` says why these keys may not look, and then nothing else counts.

    `state` is KMS' own word, `Enabled` for one that can be used; `symmetric` whether it is of the only kind that EBS takes.
    """

    exists: bool
    arn: str = ""
    state: str = ""
    symmetric: bool = True
    unseen: str = ""


def settings_of(texts: Mapping[str, str]) -> SnapshotSettings:
    """The settings of accepted answers."""
    role, encryption = texts.get(IMPORT_ROLE, ""), texts.get(ENCRYPTION, "")
    return SnapshotSettings("" if role == ROLE else role, "" if encryption == SCRIPT else encryption)


def encryption_words(snapshot: Snapshot) -> str:
    """How AWS shows a snapshot in this respect, as the end of a sentence."""
    if not snapshot.encrypted:
        return "not encrypted"
    return f"encrypted with {snapshot.kms_key}" if snapshot.kms_key else "encrypted, with a key that AWS did not tell"


# -- answers --------------------------------------------------------------------------------------------------


def parse_role(text: str) -> str:
    """The name of an IAM role, "" for vmimport. InvalidValueError for a path, an ARN, and what IAM takes for no name."""
    name = text.strip()
    if not name or _ROLE.fullmatch(name):
        return name
    allowed, last = "1 to 64 of letters, digits, `_` `+` `=` `,` `.` `@` `-`", name.rpartition("/")[2]
    if name.startswith("arn:") or "/" in name:
        what = "an ARN" if name.startswith("arn:") else "a path"
        remedy = f"ImportSnapshot takes {last}" if _ROLE.fullmatch(last) else "ImportSnapshot takes the part behind the last `/`"
        raise InvalidValueError(f"`{text}` is {what}, and the role's name is asked for", allowed=allowed, remedy=remedy)
    raise InvalidValueError(f"`{text}` cannot be the name of a role", allowed=allowed, remedy=f"leave it empty for {ROLE}")


def parse_encryption(text: str) -> str:
    """`yes`, a KMS key, or `script`. InvalidValueError for all else, and for a no, which AWS does not take everywhere."""
    word = text.strip()
    if word.lower() in {SCRIPT, YES, "true"}:
        return SCRIPT if word.lower() == SCRIPT else YES
    if word.lower() in {"no", "false"}:
        text = "encryption cannot be switched off here: AWS refuses that where the account encrypts by default"
        raise InvalidValueError(text, allowed=_KEY_FORMS, remedy=f"leave it empty, or {SCRIPT}: then the account's default decides")
    if word and not _KEY.fullmatch(word):
        raise InvalidValueError(f"`{text}` is no KMS key", allowed=_KEY_FORMS, remedy="aws kms list-aliases shows those of the region")
    return word


def refuse_key(settings: SnapshotSettings, region: str, *, direct: bool) -> None:
    """InvalidValueError where the key that was chosen cannot be used for a snapshot in that region, or not on the direct route."""
    key, found = settings.key, re.match(_ARN, settings.key)
    if found is not None and region and found[1] != region:
        text = f"{ENCRYPTION}: the key is in {found[1]}, and the snapshot is made in {region}"
        raise InvalidValueError(text, allowed=f"a key in {region}", remedy=f"aws kms list-aliases --region {region} shows those there")
    if direct and key and not _KEY_ARN.fullmatch(key):
        text = f"{ENCRYPTION}: on the direct route AWS takes a key by its ARN alone"
        show = f"aws kms describe-key --key-id {key}{f' --region {region}' if region else ''} --query KeyMetadata.Arn shows it"
        raise InvalidValueError(text, allowed="arn:aws:kms:REGION:ACCOUNT:key/ID", remedy=show)
