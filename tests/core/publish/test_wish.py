"""What is asked for is refused with what would do: regions, whom to share with, dates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from canvos_tui.core.aws.facts import Image
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.publish.copying import Copy, Source, token_of
from canvos_tui.core.publish.launch import copy_words
from canvos_tui.core.publish.wish import parse_regions, parse_sharers, parse_until
from canvos_tui.core.publish.words import bar_of

NOW = datetime(2026, 11, 27, 12, 0, 30, tzinfo=UTC)
ORGANIZATION = "arn:aws:organizations::123456789012:organization/o-abcdefghij"
UNIT = "arn:aws:organizations::123456789012:ou/o-abcdefghij/ou-ab12-11111111"
SOURCE = Source("123456789012", "us-east-1", Image("ami-1", "edge", "available"))


def test_regions_are_named_once_and_are_of_the_same_partition():
    assert parse_regions(["eu-west-1", "eu-west-1", "us-west-2"], "us-east-1") == ("eu-west-1", "us-west-2")
    for wrong in ("us-east-1", "cn-north-1", "us-gov-west-1", "Europe"):
        with pytest.raises(InvalidValueError):
            parse_regions([wrong], "us-east-1")
    assert parse_regions(["cn-northwest-1"], "cn-north-1") == ("cn-northwest-1",)


def test_accounts_and_organizations_are_told_apart():
    assert parse_sharers(["999999999999", ORGANIZATION, UNIT, " 999999999999 "]) == (("999999999999",), (ORGANIZATION, UNIT))


@pytest.mark.parametrize("wrong", ["all", "public", "Everyone", "1234", "o-abcdefghij", "arn:aws:iam::123456789012:root", "\uff11" * 12])
def test_everybody_is_nobody_to_share_with(wrong):
    with pytest.raises(InvalidValueError):
        parse_sharers([wrong])


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-06-30", datetime(2027, 6, 30, tzinfo=UTC)),
        ("2027-06-30T12:00Z", datetime(2027, 6, 30, 12, tzinfo=UTC)),
        ("2027-06-30T12:00:59+02:00", datetime(2027, 6, 30, 10, tzinfo=UTC)),
        ("2036-11-27", datetime(2036, 11, 27, tzinfo=UTC)),
    ],
)
def test_a_date_is_utc_and_to_the_minute(text, moment):
    assert parse_until(text, NOW) == moment


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-27", "2026-11-27T12:00:59Z", "2036-11-28", "2027-02-30"])
def test_a_date_that_is_none_past_or_too_far_is_refused(text):
    with pytest.raises(InvalidValueError):
        parse_until(text, NOW)


def test_a_token_is_the_same_until_a_copy_is_dead():
    first = token_of(SOURCE, "eu-west-1", frozenset())
    assert first == token_of(SOURCE, "eu-west-1", frozenset())
    assert len({first, token_of(SOURCE, "eu-west-2", frozenset()), token_of(SOURCE, "eu-west-1", frozenset({"ami-2"}))}) == 3
    assert len(first) == 64


def test_a_bar_shows_what_was_seen_and_no_more():
    assert "#" not in bar_of(Copy("eu-west-1", "ami-1", "pending"))
    assert bar_of(Copy("eu-west-1", "ami-1", "pending", percent=50)).count("#") == 10
    assert bar_of(Copy("eu-west-1", "ami-1", "available", percent=99)).count("#") == 20
    assert all(len(bar_of(Copy("ap-southeast-4", "ami-0123456789abcdef0", "available"), width)) <= width for width in (40, 79))


def test_the_words_that_look_again_name_the_regions_that_were_chosen():
    chosen = ("eu-west-1", "us-west-2")
    assert copy_words("run-1", "us-east-1", chosen, known=True) == "canvos-tui publish run-1 --copy-to eu-west-1 --copy-to us-west-2"
    assert copy_words("ami-1", "us-east-1", chosen[:1], known=False) == "canvos-tui publish ami-1 --region us-east-1 --copy-to eu-west-1"
