"""An answers file that describes several images: a list of values spreads it, names in braces tell what is made apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from canvos_tui.core.answers import fields
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.text import nearest
from canvos_tui.core.values import dataclass

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft

MOST = 64  # images of all files together: each takes an hour or two
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")  # of the machine, and so of all images
SPREAD = (*(field.key for field in fields.ARGS if field.key not in PROXIES), "tag", "route", "user_data")
_LISTS = ("k8s_versions", "accept")  # lists of their own meaning
_PATHS = ("user_data", "checkout")  # in which braces may stand for themselves
_FILLED = ("S3_KEY", "CUSTOM_TAG", "BASE_IMAGE", "S3_BUCKET", "tag", *_PATHS)  # in which braces name an answer
_NAME = re.compile(r"\{([A-Za-z0-9_]+)\}")


@dataclass(frozen=True)
class Image:
    """One image of an answers file: the answers as that file would give them for it alone, and those that vary, in the file's order."""

    data: Mapping[str, object]
    varied: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """`OS_VERSION 24.04, REGION eu-west-1`; "" where nothing varies."""
        return ", ".join(f"{name} {value}" for name, value in self.varied)


def spread(data: object) -> tuple[Image, ...]:
    """Every image that the file describes, the last list varying fastest; one where nothing is a list.

    Scalars are texts, as they are written: 1.30 stays 1.30. InvalidValueError lists everything that is wrong with lists, maps and names
    in braces; all else is left to whoever reads one image's answers.
    """
    if not isinstance(data, Mapping):
        return (Image(data if data is not None else {}),)  # type: ignore[arg-type]  # refused by whoever reads the answers
    whole = {str(name): value for name, value in data.items()}
    lists = {name: value for name, value in whole.items() if isinstance(value, list) and name not in _LISTS}
    if wrong := [*_odd(whole), *(problem for name, values in lists.items() for problem in _odd_list(name, values))]:
        raise _refused(wrong)
    made = prod(map(len, lists.values()))
    if made > MOST:
        raise InvalidValueError(f"it describes {made:,} images", allowed=f"{MOST} at most", remedy="split it")
    return tuple(_image(whole, dict(zip(lists, chosen, strict=True))) for chosen in product(*lists.values()))


def _odd_list(name: str, values: list[object]) -> Iterator[str]:
    if name not in SPREAD:
        yield f"{name}: one value for all images of the file, not a list"
    elif not values:
        yield f"{name}: the list is empty"
    elif not all(isinstance(value, str) and value for value in values):
        yield f"{name}: a list of single values, none of them empty, a list or a map"
    else:
        yield from (f"{name}: {value} stands in the list {n} times" for value, n in Counter(values).items() if n > 1)


def _odd(whole: Mapping[str, object]) -> Iterator[str]:
    for name, value in whole.items():
        if isinstance(value, Mapping) and value and not any(value.values()):
            yield f'{name}: what begins with a brace needs quotes in YAML, as in {name}: "{{OS_VERSION}}"'
        elif isinstance(value, Mapping) and name not in {"S3_BUCKET", "accept"}:
            yield f"{name}: one value, or a list of them; only S3_BUCKET may be a map, of a bucket for each region"
        elif isinstance(value, Mapping) and name == "S3_BUCKET" and not all(isinstance(bucket, str) for bucket in value.values()):
            yield "S3_BUCKET: a map of one bucket for each region"
        for named in _NAME.findall(value) if isinstance(value, str) and name in _FILLED else ():
            if not _may_name(whole, name, named) and name not in _PATHS:
                near = nearest(named, [one for one in SPREAD if _may_name(whole, name, one)])
                yield f"{name}: {{{named}}} names no answer of this file" + (f"; did you mean {{{near}}}?" if near else "")


def _may_name(whole: Mapping[str, object], name: str, named: str) -> bool:
    return named in SPREAD and named in whole and named != name


def _image(whole: Mapping[str, object], chosen: Mapping[str, str]) -> Image:
    data = {**whole, **chosen}
    if isinstance(buckets := data.get("S3_BUCKET"), Mapping):
        region = str(data.get("REGION") or "")
        if region not in buckets:
            listed = ", ".join(map(str, buckets)) or "none"
            raise _refused([f"S3_BUCKET: no bucket for the region {region or '(none is given)'}; there is one for {listed}"])
        data["S3_BUCKET"] = str(buckets[region])
    filled = {name: _filled(name, value, data) if isinstance(value, str) and name in _FILLED else value for name, value in data.items()}
    return Image(filled, tuple((name, str(filled[name])) for name in chosen))


def _filled(name: str, value: str, data: Mapping[str, object]) -> str:
    """The text with the answers that it names in braces, which name none themselves."""
    for named in dict.fromkeys(_NAME.findall(value)):
        if not _may_name(data, name, named):
            continue
        answer = str(data[named] or "")
        if _NAME.search(answer):
            raise _refused([f"{name}: {{{named}}} has a name in braces itself"])
        value = value.replace(f"{{{named}}}", answer)
    return value


def _refused(wrong: list[str]) -> InvalidValueError:
    listed = "\n".join(f"  {problem}" for problem in dict.fromkeys(wrong))
    return InvalidValueError(
        f"it has {len(wrong)} problem{'s' if len(wrong) > 1 else ''}:\n{listed}", remedy="mend that and start again; nothing was done"
    )


def parse_choice(text: str) -> tuple[str, str]:
    """`NAME=VALUE` as two words; InvalidValueError for anything else."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise InvalidValueError(f"`{text}` chooses no image", allowed="NAME=VALUE, such as OS_VERSION=24.04")
    return name.strip(), value.strip()


def chosen(images: Sequence[Image], wishes: Sequence[tuple[str, str]]) -> tuple[Image, ...]:
    """The images that have all of these values; of several values for one name, any.

    InvalidValueError says what there is to choose from.
    """
    wanted: dict[str, list[str]] = {}
    for name, value in wishes:
        wanted.setdefault(name, []).append(value)
    for name, values in wanted.items():
        there = list(dict.fromkeys(str(image.data[name]) for image in images if isinstance(image.data.get(name), str)))
        if not there:
            raise InvalidValueError(
                f"--only {name}: no image has an answer of that name", allowed=", ".join(_varying(images)) or "none varies"
            )
        if missing := [value for value in values if value not in there]:
            raise InvalidValueError(f"--only {name}={missing[0]}: no image has that value", allowed=f"{name}: {', '.join(there)}")
    found = tuple(image for image in images if all(image.data.get(name) in values for name, values in wanted.items()))
    if not found:
        raise InvalidValueError("--only: no image has all of these values", remedy="--dry-run without it lists them")
    return found


def _varying(images: Sequence[Image]) -> list[str]:
    return list(dict.fromkeys(name for image in images for name, _ in image.varied))


def clashes(drafts: Sequence[Draft]) -> tuple[str, ...]:
    """A sentence for each AMI name and each object that two of these images would share: the second would be refused an hour later."""
    names: dict[tuple[str, str], list[int]] = {}
    objects: dict[tuple[str, str], list[int]] = {}
    for number, draft in enumerate(drafts, 1):
        names.setdefault((draft.text("REGION"), draft.text("S3_KEY")), []).append(number)
        if draft.route.needs_bucket:
            objects.setdefault((draft.text("S3_BUCKET"), draft.text("S3_KEY")), []).append(number)
    told = [
        f"the images {_listed(numbers)} would all be named {key or '(no S3_KEY)'} in {region or '(no REGION)'}"
        for (region, key), numbers in names.items()
        if len(numbers) > 1
    ]
    told += [
        f"the images {_listed(numbers)} would all be uploaded to s3://{bucket}/{key}"
        for (bucket, key), numbers in objects.items()
        if len(numbers) > 1 and numbers not in names.values()
    ]
    return tuple(told)


def _listed(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
