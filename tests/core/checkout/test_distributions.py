"""What an Earthfile makes of an operating system's name: read from it, and told, never refused."""

from __future__ import annotations

import pytest

from canvos_tui.core.checkout.distributions import read_distributions
from canvos_tui.core.checkout.earthfile import read_earthfile

NAMED = """
ARG OS_DISTRIBUTION
ARG IMAGE_REPO=$OS_DISTRIBUTION
IF [ "$OS_DISTRIBUTION" = "ubuntu" ] && [ "$BASE_IMAGE" = "" ]
    ARG BASE_IMAGE=$URL/kairos-$OS_DISTRIBUTION:$OS_VERSION
ELSE IF [ "$OS_DISTRIBUTION" = "opensuse-leap" ] && [ "$BASE_IMAGE" = "" ]
    ARG BASE_IMAGE=$URL/kairos-opensuse
"""
CLOSED = (
    NAMED
    + """ELSE IF [ "$OS_DISTRIBUTION" = "rhel" ] || [ "$OS_DISTRIBUTION" = "sles" ]
    # no default
    ARG BASE_IMAGE
END
"""
)
OPEN = (
    NAMED
    + """ELSE
    ARG BASE_IMAGE
END
IF [ "${OS_DISTRIBUTION}" == rhel ]
"""
)


def test_the_names_that_an_earthfile_compares():
    assert read_distributions(CLOSED).names == ("ubuntu", "opensuse-leap", "rhel", "sles")
    assert read_distributions(OPEN).names == ("ubuntu", "opensuse-leap", "rhel")
    assert not read_distributions(CLOSED).takes_any
    assert read_distributions(OPEN).takes_any


@pytest.mark.parametrize(
    ("text", "name", "base", "told"),
    [
        (CLOSED, "ubuntu", "", ""),
        (CLOSED, "rhel", "", ""),
        (CLOSED, "hadron", "", "no branch for hadron: the build would have no base image, with or without BASE_IMAGE"),
        (CLOSED, "hadron", "quay.io/x:1", "no branch for hadron"),
        (CLOSED, "ubunto", "", "did you mean ubuntu?"),
        (OPEN, "hadron", "", "it needs a BASE_IMAGE that you built"),
        (OPEN, "rocky", "quay.io/x:1", ""),
        ("nothing to compare", "rocky", "", ""),
    ],
)
def test_what_is_told_of_a_name(text, name, base, told):
    found = read_distributions(text).caution(name, base)
    assert told in found
    assert bool(told) == bool(found)


def test_the_agents_version_is_read_with_options_before_it():
    assert read_earthfile(b"ARG --global PE_VERSION=v4.10.4\naws-cloud-image:\n").pe_version == "v4.10.4"
