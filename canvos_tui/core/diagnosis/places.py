"""The words in capitals in a remedy: filled with the values of a run and of the log's line, and explained where no value is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from canvos_tui.core.aws.snapshot_settings import ROLE
from canvos_tui.core.command_words import word
from canvos_tui.core.errors import Remedy

_NAMED = {"HOST": "host", "IMAGE": "image", "PROXY": "proxy"}  # by the line of the log
PLACES = {
    **{"AMI_ID": "ami", "SNAPSHOT_ID": "snapshot", "S3_BUCKET": "bucket", "S3_KEY": "key", "REGION": "region"},
    **{"IMPORT_ROLE": "import_role", "KMS_KEY": "kms_key"},  # as they were chosen for the run
    **_NAMED,
}
_USUAL = {"import_role": ROLE}  # what it is where nothing else was chosen
_MEANT = {
    "AMI_ID": "the id of the AMI",
    "SNAPSHOT_ID": "the id of the snapshot",
    "S3_BUCKET": "the name of your bucket",
    "S3_KEY": "the key of the object",
    "REGION": "your region",
    "IMPORT_ROLE": "the name of the service role",
    "KMS_KEY": "the key that was chosen, or the region's default key for EBS",
    "HOST": "the name of the host that was asked for",
    "IMAGE": "the name of the image",
    "PROXY": "host and port of your proxy",
}
_NAMES = "|".join(PLACES)
_PLACE = re.compile(rf"(?<![\w|(])(?:{_NAMES})(?![\w|)=])")
_TOLD = re.compile(rf" \(({_NAMES})\)")  # in a sentence


def filled(remedy: Remedy, values: Mapping[str, str]) -> Remedy:
    """The same with real values, by the names of a run's ids, for the words in capitals; those that are not known stay."""
    text = _TOLD.sub(lambda found: f" ({values[PLACES[found[1]]]})" if values.get(PLACES[found[1]]) else found[0], remedy.text)
    return replace(remedy, text=text, commands=tuple(replace(command, run=_fill(command.run, values)) for command in remedy.commands))


def explained(remedy: Remedy) -> Remedy:
    """The same, saying what to put in for the words in capitals that its commands still have; for the last, when all values are in."""
    remedy = filled(remedy, _USUAL)
    left = dict.fromkeys(found for command in remedy.commands for found in _PLACE.findall(command.run))
    text = _TOLD.sub("", remedy.text)
    if not left:
        return replace(remedy, text=text)
    return replace(remedy, text=f"{text}; in the command, put {' and '.join(f'{_MEANT[name]} for {name}' for name in left)}")


def _fill(command: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: word(values.get(PLACES[found[0]], "") or found[0]), command)
