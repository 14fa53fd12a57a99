"""Each reason in the mouth of each speaker that can give it: the cause is the reason's own, with the host that the line names."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.diagnosis.places import explained, filled
from canvos_tui.core.diagnosis.speech.reasons import REASONS
from canvos_tui.core.diagnosis.speech.speakers import SPEAKERS, odd_region, places_in
from canvos_tui.core.errors import Command, Remedy
from tests.build_log import BuildLog
from tests.causes_table import told

ROWS = [
    tuple(row.split(" ", 4))
    for row in Path(__file__).with_name("speakers.txt").read_text(encoding="utf-8").splitlines()
    if row and not row.startswith("#")
]
# the cause of a reason whoever gives it, and where who gives it makes the cause a narrower one
CAUSES = {
    **dict.fromkeys(("tls-unknown", "tls-name"), "E-CERT-UNKNOWN"),
    "tls-expired": "E-CERT-EXPIRED",
    "tls-plain": "E-REGISTRY-HTTP",
    "tls-failed": "E-TLS-FAILED",
    **dict.fromkeys(("dns-broken", "dns-unresolved"), "E-DNS"),
    "dns-missing": "E-HOST-UNKNOWN",
    "refused": "E-NET-REFUSED",
    "unreached": "E-NET-UNREACHED",
    "timeout": "E-NET-TIMEOUT",
    "no-route": "E-NO-ROUTE",
    "no-ipv6": "E-IPV6",
    "cut": "E-CONNECTION-RESET",
    "proxy-login": "E-PROXY-LOGIN",
    "proxy-refuses": "E-PROXY-FORBIDS",
    "proxy-down": "E-PROXY-ADDRESS",
    "proxy-no-tls": "E-PROXY-NO-TLS",
    **dict.fromkeys(("http-401", "http-403", "login-wrong"), "E-HTTP-DENIED"),
    "http-404": "E-HTTP-MISSING",
    "http-429": "E-HTTP-LIMIT",
    "http-5xx": "E-SERVER-ERROR",
    **dict.fromkeys(("disk-full", "quota"), "E-DISK-FULL"),
    "read-only": "E-READ-ONLY",
    "memory": "E-MEMORY",
    "wrong-cpu": "E-WRONG-CPU",
    "region-unknown": "E-REGION-UNKNOWN",
}
_UNREACHED = {"refused", "unreached", "timeout", "no-route"}
_UNNAMED = {"dns-broken", "dns-missing", "dns-unresolved"}
# one entry may stand for several reasons of one kind, never for several kinds
KINDS = (
    _UNREACHED | _UNNAMED,  # of the engine and of the builder, which lie on this machine
    {"tls-unknown", "tls-name"},
    {"http-401", "http-403", "login-wrong"},
    {"disk-full", "quota"},
)


@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{row[0]}-{row[1]}" for n, row in enumerate(ROWS)])
def test_a_reason_gives_its_own_cause_whoever_says_it(row: tuple[str, str, str, str, str]) -> None:
    speaker, _, cause, host, text = row
    target = "+cloud-image" if speaker == "apk" else "+aws-cloud-image" if speaker.startswith("aws") else "+base-image"
    data = BuildLog().step(target, text).fails(target, 1).data()
    document = told(data)
    assert document["cause"]["id"] == cause
    if host != "-":
        assert host in document["cause"]["explanation"] or places_in(text)["HOST"] == host
    for fix in document["cause"]["fix"]:
        left = [word for word in ("HOST", "IMAGE", "REGION") for command in fix["commands"] if f"/{word}" in command]
        assert all(f"for {word}" in fix["text"] for word in left), fix
        assert "(HOST)" not in fix["text"]


def test_the_rows_are_of_every_speaker_and_every_reason() -> None:
    assert {row[0] for row in ROWS} == SPEAKERS
    assert {row[1] for row in ROWS} == REASONS
    assert len(ROWS) >= 200
    narrower = {(row[0], row[1]): row[2] for row in ROWS if row[2] != CAUSES[row[1]]}
    assert narrower == {pair: cause for pair, cause in NARROWER.items() if pair in {(row[0], row[1]) for row in ROWS}}


# who says it makes the cause a narrower one
NARROWER = {
    **{("aws", reason): "E-AWS-ENDPOINT" for reason in _UNREACHED},
    ("aws", "http-5xx"): "E-AWS-OUTAGE",
    ("aws", "http-429"): "E-AWS-THROTTLED",
    ("aws", "http-403"): "E-S3-DENIED",
    ("apt", "http-404"): "E-APT-404",
    ("apt", "http-401"): "E-APT-FORBIDDEN",
    ("apt", "http-403"): "E-APT-FORBIDDEN",
    ("git", "http-401"): "E-GIT-LOGIN",
    ("git", "login-wrong"): "E-GIT-LOGIN",
    ("git", "http-403"): "E-GIT-DENIED",
    ("git", "http-404"): "E-GIT-MISSING",
    ("git", "http-429"): "E-GIT-LIMIT",
    **{(speaker, reason): "E-REGISTRY-DENIED" for speaker in ("registry", "go", "engine") for reason in ("http-401", "http-403")},
    **{(speaker, "http-404"): "E-IMAGE-UNKNOWN" for speaker in ("registry", "go", "engine")},
    **{(speaker, "http-429"): "E-RATE-LIMIT" for speaker in ("registry", "go", "engine")},
    **{(speaker, "http-5xx"): "E-REGISTRY-OUTAGE" for speaker in ("registry", "go", "engine")},
    **{(speaker, "login-wrong"): "E-LOGIN-STALE" for speaker in ("registry", "go", "engine")},
    **{("engine", reason): "E-DOCKER-DOWN" for reason in (*_UNREACHED, *_UNNAMED, "no-ipv6")},
    ("engine", "cut"): "E-DOCKER-LOST",
    **{("builder", reason): "E-BUILDER-NO-ANSWER" for reason in (*_UNREACHED, *_UNNAMED)},
    ("builder", "cut"): "E-BUILDER-GONE",
}


def test_the_catalogue_has_no_cell_that_is_more_general_than_its_reason() -> None:
    pairs = {pair: entry.id for entry in load_catalogue().entries for pair in entry.reasons}
    for speaker in sorted(SPEAKERS):
        for reason in sorted(REASONS):
            if reason == "region-unknown" and speaker != "aws":
                continue  # an address of AWS makes it the speaker
            cause = pairs.get((speaker, reason)) or pairs.get(("any", reason))
            assert cause == NARROWER.get((speaker, reason), CAUSES[reason]), (speaker, reason)


def test_an_entry_stands_for_one_kind_of_reason() -> None:
    for entry in load_catalogue().entries:
        reasons = {reason for _, reason in entry.reasons} - {"no-ipv6"}
        assert len(reasons) <= 1 or any(reasons <= kind for kind in KINDS), entry.id


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ('Could not connect to the endpoint URL: "https://ec2.eu-west-9.amazonaws.com/"', True),
        ('Could not connect to the endpoint URL: "https://ec2.eu-west-1.amazonaws.com/"', False),
        ('Could not connect to the endpoint URL: "https://acme.s3.dualstack.eu-west-1.amazonaws.com/"', False),
        ('Connect timeout on endpoint URL: "https://ec2.eu-west-9.amazonaws.com/"', False),  # somebody has the name
        ('Connect timeout on endpoint URL: "https://ec2.eu-wst-1.amazonaws.com/"', True),
        ("curl: (6) Could not resolve host: s3.ap-south-9.amazonaws.com", True),
        ("curl: (6) Could not resolve host: awscli.amazonaws.com", False),
    ],
)
def test_a_region_that_nobody_knows_counts_where_its_host_was_not_found(text: str, odd: bool) -> None:
    assert (odd_region(text, lambda: {"eu-west-1", "us-east-1"}) is not None) is odd


def test_without_a_list_of_regions_the_form_alone_tells() -> None:
    address = 'Could not connect to the endpoint URL: "https://ec2.{}.amazonaws.com/"'
    assert odd_region(address.format("eu-west-9"), frozenset) is None
    assert odd_region(address.format("eu-wst-1"), frozenset) is not None


def test_the_list_is_asked_for_only_where_a_host_was_not_found() -> None:
    def nobody() -> frozenset[str]:
        raise AssertionError("asked")

    assert odd_region('Connect timeout on endpoint URL: "https://ec2.eu-west-9.amazonaws.com/"', nobody) is None
    assert odd_region("curl: (6) Could not resolve host: awscli.amazonaws.com", nobody) is None


def test_a_word_in_capitals_gets_its_value_or_a_sentence() -> None:
    remedy = Remedy("Ask the host (HOST)", (Command("curl https://HOST/"), Command("aws --region REGION x S3_KEY")))
    full = explained(filled(remedy, {"host": "quay.io", "region": "eu-west-1", "key": "a b"}))
    assert (full.text, [c.run for c in full.commands]) == (
        "Ask the host (quay.io)",
        ["curl https://quay.io/", "aws --region eu-west-1 x 'a b'"],
    )
    empty = explained(filled(remedy, {}))
    assert empty.text == (
        "Ask the host; in the command, put the name of the host that was asked for for HOST and your region for REGION"
        " and the key of the object for S3_KEY"
    )
    assert explained(Remedy("Ask (HOST)")).text == "Ask"
