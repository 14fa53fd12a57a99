"""One order of the places where keys can be, for writing and for judging, and a difference that is told."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations

import pytest

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource, PlacedKeys, keys_in, parse_expiry, to_judge, to_use
from canvos_tui.core.secret import Secret

ALL = {place: AwsKeys(f"AKIA{n:016d}", Secret("w" * 39 + str(n))) for n, place in enumerate(KeySource)}
SETS = [set(some) for size in range(1, 5) for some in combinations(KeySource, size)]


@pytest.mark.parametrize("places", SETS, ids=lambda some: "+".join(p.name for p in KeySource if p in some))
def test_the_order_of_the_places(places: set[KeySource]) -> None:
    found = {place: ALL[place] for place in places}
    used, judged = to_use(found), to_judge(found)
    assert used is not None
    assert judged is not None
    assert used.source is next(place for place in KeySource if place in places)
    assert judged.source is (KeySource.SECRET if KeySource.SECRET in places else used.source)
    assert {place for place, _ in used.differing} == places - {used.source}


def test_the_same_keys_in_two_places_do_not_differ_and_none_are_none() -> None:
    keys = ALL[KeySource.ENVIRONMENT]
    assert to_use({KeySource.ENVIRONMENT: keys, KeySource.SECRET: keys}) == PlacedKeys(keys, KeySource.ENVIRONMENT)
    assert to_use({}) is None
    assert to_judge({}) is None


def test_only_the_masked_id_of_other_keys_is_told() -> None:
    placed = to_judge({place: ALL[place] for place in (KeySource.ENVIRONMENT, KeySource.SECRET)})
    assert placed is not None
    assert placed.differing == ((KeySource.ENVIRONMENT, "...0001"),)


@pytest.mark.parametrize("half", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_a_pair_is_none(half: str) -> None:
    whole = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "w" * 40}
    assert keys_in(whole) == AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret("w" * 40))
    assert keys_in({**whole, half: ""}) is None
    short = keys_in({**whole, "AWS_SESSION_TOKEN": "t" * 20})
    assert short is not None
    assert short.temporary
    assert short.expires is None
    told = keys_in({**whole, "AWS_SESSION_TOKEN": "t" * 20, "AWS_CREDENTIAL_EXPIRATION": "2026-11-27T21:00:00+01:00"})
    assert told == short, "the same keys, whoever says when they end"
    assert told is not None
    assert told.expires == datetime(2026, 11, 27, 20, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "1764273600"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert parse_expiry(text) is None
