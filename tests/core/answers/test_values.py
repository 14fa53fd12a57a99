from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.core.answers import fields, values
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.secret import Secret

GOOD = [
    (values.parse_image_tag, "palette-learn", "palette-learn"),
    (values.parse_image_tag, " v1.2 ", "v1.2"),
    (values.parse_registry, "acme-team", "acme-team"),
    (values.parse_registry, "registry.acme.com:5000/team/edge", "registry.acme.com:5000/team/edge"),
    (values.parse_registry, "docker.io/my_org", "docker.io/my_org"),
    (values.parse_os_distribution, "opensuse-leap", "opensuse-leap"),
    (values.parse_os_distribution, "hadron", "hadron"),
    (values.parse_os_version, "24.04", "24.04"),
    (values.parse_k8s_version, "1.33.5", "1.33.5"),
    (values.parse_region, "us-gov-west-1", "us-gov-west-1"),
    (values.parse_region, "cn-north-1", "cn-north-1"),
    (values.parse_bucket, "acme-edge-images", "acme-edge-images"),
    (values.parse_bucket, "a.b", "a.b"),
    (values.parse_s3_key, "edge/palette-learn_20260822.raw", "edge/palette-learn_20260822.raw"),
    (values.parse_access_key_id, "AKIAIOSFODNN7EXAMPLE\n", "AKIAIOSFODNN7EXAMPLE"),
    (values.parse_proxy, "", ""),
    (values.parse_proxy, "http://u:p%40x@proxy.corp:3128", "http://u:p%40x@proxy.corp:3128"),
    (values.parse_no_proxy, "10.0.0.0/8,.corp", "10.0.0.0/8,.corp"),
    (values.parse_base_image, "", ""),
]


@pytest.mark.parametrize(("parse", "text", "value"), GOOD)
def test_a_good_text_becomes_its_value(parse, text, value):
    assert parse(text) == value


BAD = [
    (values.parse_image_tag, "", "needed"),
    (values.parse_image_tag, "Palette Learn", "`P`"),
    (values.parse_image_tag, "-a", "starts and ends"),
    (values.parse_image_tag, "a" * 129, "too many"),
    (values.parse_registry, "https://ttl.sh", "no `https://` before"),
    (values.parse_registry, "http://ttl.sh", "no `http://` before"),
    (values.parse_registry, "x y\x1bz://ttl.sh", "no `://` before"),
    (values.parse_registry, "acme_team", "`_`"),
    (values.parse_registry, "host/", "end with"),
    (values.parse_registry, "host:99999", "port"),
    (values.parse_registry, "host/UPPER", "path"),
    (values.parse_registry, "a b", "a blank"),
    (values.parse_registry, "a\x1b[0m", "control character"),
    (values.parse_os_distribution, "ubuntu;x", "`;`"),
    (values.parse_os_distribution, "-x", "starts with a letter"),
    (values.parse_k8s_version, "v1.33.5", "no Kubernetes version"),
    (values.parse_k8s_version, "1.33", "no Kubernetes version"),
    (values.parse_region, "eu-west-1a", "no region"),
    (values.parse_region, "Ireland", "no region"),
    (values.parse_bucket, "ab", "3 to 63"),
    (values.parse_bucket, "Bucket", "`B`"),
    (values.parse_bucket, "a_b_c", "`_`"),
    (values.parse_bucket, "a..b", "`..`"),
    (values.parse_bucket, "192.168.1.1", "IP address"),
    (values.parse_bucket, "xn--abc", "reserved"),
    (values.parse_bucket, "foo-s3alias", "reserved"),
    (values.parse_bucket, "s3://acme/key", "s3://"),
    (values.parse_bucket, "-abc", "starts and ends"),
    (values.parse_s3_key, "v1.30.4+k3s1", "`+`"),
    (values.parse_s3_key, "ab", "3 to 128"),
    (values.parse_s3_key, "a,b,c", "`,`"),
    (values.parse_s3_key, "foo*", "`*`"),
    (values.parse_s3_key, "foo/", "end with"),
    (values.parse_s3_key, "bücher", "`ü`"),
    (values.parse_session_token, "short", "hundreds of characters"),
    (values.parse_session_token, "t" * 40 + "*", "no session token has"),
    (values.parse_access_key_id, "AKIA123", "too few"),
    (values.parse_access_key_id, "AROAIOSFODNN7EXAMPLE", "starts with AKIA"),
    (values.parse_secret_key, "short", "40 characters"),
    (values.parse_proxy, "proxy:3128", "needs `http://`"),
    (values.parse_proxy, "socks5://proxy:3128", "`http://` before its name, not `socks5://`"),
    (values.parse_proxy, "http://u:p$x@h:1", "percent-encoded"),
    (values.parse_no_proxy, "a b", "a blank"),
]


@pytest.mark.parametrize(("parse", "text", "reason"), BAD)
def test_a_bad_text_is_refused_with_reason_and_what_is_allowed(parse, text, reason):
    with pytest.raises(InvalidValueError) as caught:
        parse(text)
    assert reason in caught.value.message
    assert caught.value.allowed


OFFERS = [
    (values.parse_s3_key, "s3://b/k", ""),
    (values.parse_s3_key, "s3://my-bucket/my key", "try my-key"),
    (values.parse_s3_key, "a b//c", "try a-b/c"),
    (values.parse_bucket, "s3://my-bucket/key", "try my-bucket"),
    (values.parse_bucket, "s3:///key", ""),
    (values.parse_image_tag, "-V1-", ""),
    (values.parse_registry, "https://http://x/", "try x"),
    (values.parse_proxy, "pröxy:3128", ""),
]


@pytest.mark.parametrize(("parse", "text", "remedy"), OFFERS)
def test_what_is_offered_in_place_of_a_bad_text(parse, text, remedy):
    with pytest.raises(InvalidValueError) as caught:
        parse(text)
    assert caught.value.remedy == remedy


PARSERS = sorted({parse for parse, *_ in (*GOOD, *BAD, *OFFERS)}, key=lambda parse: parse.__name__)


@given(st.sampled_from(PARSERS), st.text(st.sampled_from("s3:/hptaAZ019._-% ü@$v24")))
def test_what_is_offered_is_never_refused_itself(parse, text):
    try:
        parse(text)
    except InvalidValueError as error:
        offer = error.remedy.rpartition("try ")[2]
        if "try " in error.remedy and " " not in offer:
            parse(offer)


def test_the_remedy_of_a_registry_is_a_value_that_parses():
    with pytest.raises(InvalidValueError) as caught:
        values.parse_registry("acme_team")
    assert caught.value.remedy == "try acme-team"


def test_a_secret_key_is_never_in_its_error_and_pastes_are_trimmed():
    text = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    assert values.parse_secret_key(f"  {text[:20]}\n{text[20:]}\r\n") == Secret(text)
    with pytest.raises(InvalidValueError) as caught:
        values.parse_secret_key(text + "!")
    assert text not in caught.value.sentence()


@given(st.text(max_size=60))
def test_no_text_crashes_a_parser_and_accepted_texts_parse_again(text):
    for field in fields.BY_KEY.values():
        try:
            value = field.parse(text)
        except InvalidValueError as error:
            assert error.message  # noqa: PT017  either way is right, each with its own proof
        else:
            if isinstance(value, str):
                assert field.parse(value) == value


def test_the_guides_own_values_are_accepted():
    for field in fields.ASKED:
        if field.guide:
            assert field.parse(field.guide) == field.guide


@pytest.mark.parametrize("key", fields.BY_KEY)
def test_no_sentence_of_the_help_is_broken_by_its_text(key):
    """Each window has its own width: a line ends with its sentence."""
    for line in fields.BY_KEY[key].help.split("\n"):
        assert line.endswith((".", ":")), line
