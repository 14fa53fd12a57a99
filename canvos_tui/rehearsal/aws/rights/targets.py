"""Which resources a request touches, and what conditions can ask of it, by the service authorization reference of EC2 and EBS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from canvos_tui.rehearsal.aws.config import ACCOUNT
from canvos_tui.rehearsal.aws.rights.policy import Target

Tags = Mapping[str, str]
Known = Mapping[str, Tags]  # the tags of what is there, by its id
_NEW = "new"  # in the place of an id that is not given yet
_OF_ID = {"snap": "snapshot", "ami": "image", "import-snap": "import-snapshot-task"}
_OWNED = frozenset({"import-snapshot-task"})  # whose ARN names the account
# the parameter that names what is there already, and the kinds that a call makes
_USES = {
    "RegisterImage": r"BlockDeviceMapping\.\d+\.Ebs\.SnapshotId",
    "DeleteSnapshot": "SnapshotId",
    "DeregisterImage": "ImageId",
    "CancelImportTask": "ImportTaskId",
    "CreateTags": r"ResourceId\.\d+",
}
_MAKES = {"RegisterImage": ("image",), "ImportSnapshot": ("import-snapshot-task", "snapshot")}


def of_ec2(form: Mapping[str, str], known: Known, region: str) -> Iterator[tuple[str, tuple[Target, ...]]]:
    """Each action that a request needs, with its targets; `*` alone for a call without resources of its own."""
    action, given = form.get("Action", ""), _specifications(form)
    common = _of_request(region)
    tags = _pairs(form, r"Tag\.(\d+)\.") if action == "CreateTags" else {}
    found = [
        *(_there(name, known, region, {**common, **_asked(tags)}) for name in _named(form, _USES.get(action, ""))),
        *(Target(_arn(kind, _NEW, region), {**common, **_asked(given.get(kind, {}))}) for kind in _MAKES.get(action, ())),
    ]
    yield f"ec2:{action}", tuple(found) or (Target("*", common),)
    if given:
        by = {**common, "ec2:createaction": (action,)}
        yield "ec2:CreateTags", tuple(Target(_arn(kind, _NEW, region), {**by, **_asked(texts)}) for kind, texts in given.items())


def of_ebs(snapshot: str, known: Known, region: str, asked: Mapping[str, Any] | None = None) -> tuple[Target, ...]:
    """The snapshot of a request of the EBS direct APIs; `asked` is the body of the one that begins a snapshot."""
    common = _of_request(region)
    if asked is None:
        return (_there(snapshot, known, region, common),)
    tags = {str(tag["Key"]): str(tag["Value"]) for tag in asked.get("Tags") or ()}
    facts = {"ebs:Description": asked.get("Description"), "ebs:VolumeSize": asked.get("VolumeSize")}
    of_call = {key.lower(): (str(value),) for key, value in facts.items() if value is not None}
    return (Target(_arn("snapshot", _NEW, region), {**common, **of_call, **_asked(tags)}),)


def of_kms(arn: str, region: str) -> tuple[Target, ...]:
    """A KMS key; a grant on it is asked for by AWS' own services alone."""
    return (Target(arn, {**_of_request(region), "kms:grantisforawsresource": ("true",)}),)


def anything(resource: str, region: str) -> tuple[Target, ...]:
    """A resource without tags."""
    return (Target(resource, _of_request(region)),)


def _of_request(region: str) -> dict[str, tuple[str, ...]]:
    return {"aws:requestedregion": (region,), "ec2:region": (region,)}


def _asked(tags: Tags) -> dict[str, tuple[str, ...]]:
    """The tags that a request carries; without any there is no key either."""
    by_key = {f"aws:requesttag/{key}".lower(): (value,) for key, value in tags.items()}
    return {**by_key, "aws:tagkeys": tuple(tags)} if tags else {}


def _there(name: str, known: Known, region: str, context: Mapping[str, tuple[str, ...]]) -> Target:
    own = {f"{service}:resourcetag/{key}".lower(): (value,) for key, value in known.get(name, {}).items() for service in ("aws", "ec2")}
    kind = _OF_ID.get(name.rpartition("-")[0], "snapshot")
    return Target(_arn(kind, name, region), {**context, **own})


def _arn(kind: str, name: str, region: str) -> str:
    return f"arn:aws:ec2:{region}:{ACCOUNT if kind in _OWNED else ''}:{kind}/{name}"


def _named(form: Mapping[str, str], pattern: str) -> list[str]:
    return [text for name, text in form.items() if pattern and re.fullmatch(pattern, name)]


def _specifications(form: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The tags that come with what is made, by its kind."""
    numbers = [(found[1], kind) for name, kind in form.items() if (found := re.fullmatch(r"TagSpecification\.(\d+)\.ResourceType", name))]
    return {kind: _pairs(form, rf"TagSpecification\.{number}\.Tag\.(\d+)\.") for number, kind in numbers}


def _pairs(form: Mapping[str, str], stem: str) -> dict[str, str]:
    keys = {found[1]: text for key, text in form.items() if (found := re.fullmatch(f"{stem}Key", key))}
    texts = {found[1]: text for key, text in form.items() if (found := re.fullmatch(f"{stem}Value", key))}
    return {name: texts.get(number, "") for number, name in keys.items()}
