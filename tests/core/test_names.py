"""Names that clash, names that do not, and the console's addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from canvos_tui.core.aws_facts import Baseline, Image, S3Object
from canvos_tui.core.names import Clash, clashes, console_links, unique_key

NOW = datetime(2026, 11, 22, 14, 12, tzinfo=UTC)
BASE = Baseline(NOW, "eu-central-1", "acme", "edge.raw")


@pytest.mark.parametrize(
    ("key", "unique"),
    [
        ("edge", "edge-20261122-1412"),
        ("edge.raw", "edge-20261122-1412.raw"),
        ("edge-20251122-0900.raw", "edge-20261122-1412.raw"),
        ("a" * 200 + ".raw", "a" * 110 + "-20261122-1412.raw"),
    ],
)
def test_a_unique_key_carries_the_minute_and_fits_an_ami_name(key, unique):
    assert unique_key(key, NOW) == unique
    assert len(unique) <= 128


def test_a_free_name_clashes_with_nothing():
    assert clashes(BASE) == ()


@pytest.mark.parametrize("state", ["available", "pending", "failed", "disabled"])
def test_an_ami_of_the_name_in_any_state_is_in_the_way(state):
    found = clashes(replace(BASE, images=(Image("ami-1", "edge.raw", state),)))
    assert [(c.kind, c.blocking) for c in found] == [(Clash.IMAGE, True)]
    assert ("old AMI" in found[0].consequence) is (state in {"available", "pending"})


def test_the_object_itself_may_be_reused_but_a_neighbour_never():
    stood = S3Object("edge.raw", 5, NOW)
    assert [(c.kind, c.blocking) for c in clashes(replace(BASE, object=stood, neighbours=("edge.raw-2",)))] == [(Clash.OBJECT, False)]
    assert [(c.kind, c.blocking) for c in clashes(replace(BASE, neighbours=("edge.raw-2",)))] == [(Clash.NEIGHBOUR, True)]


@pytest.mark.parametrize(
    ("partition", "host"),
    [("aws", "console.aws.amazon.com"), ("aws-cn", "console.amazonaws.cn"), ("aws-us-gov", "console.amazonaws-us-gov.com")],
)
def test_each_partition_has_its_own_console(partition, host):
    links = dict(console_links(partition, "r-1", "b", "a/k", "ami-1"))
    assert links["AMI"] == f"https://r-1.{host}/ec2/home?region=r-1#ImageDetails:imageId=ami-1"
    assert links["S3 object"] == f"https://r-1.{host}/s3/object/b?region=r-1&prefix=a%2Fk"
    assert "AMI" not in dict(console_links(partition, "r-1", "b", "k", ""))
