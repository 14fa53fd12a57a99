from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.core.checkout import k8s_versions
from canvos_tui.core.errors import InvalidValueError

DATA = Path(__file__).parents[2] / "data" / "canvos"
FILES = sorted(DATA.glob("*/k8s_version.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_pruning_leaves_every_other_byte(path):
    text = path.read_bytes().decode()
    keep = ("1.33.5",)
    out = k8s_versions.prune(text, "kubeadm", keep)
    span = k8s_versions.parse(text)["kubeadm"]
    assert out.startswith(text[: span.start])
    assert out.endswith(text[span.end :])
    assert json.loads(out) == {**json.loads(text), "kubeadm": ["1.33.5"]}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_keeping_all_changes_no_byte(path):
    text = path.read_bytes().decode()
    for name, span in k8s_versions.parse(text).items():
        assert k8s_versions.prune(text, name, span.versions) == text
        assert span.versions == tuple(json.loads(text)[name])


LAYOUTS = st.sampled_from([(", ", "", ""), (",", "", ""), (",\n    ", "\n    ", "\n  "), (" ,\t", " ", " ")])


@given(st.lists(st.sampled_from([f"1.{a}.{b}" for a in range(26, 36) for b in range(4)]), min_size=1, unique=True), LAYOUTS, st.data())
def test_any_layout_survives(versions, layout, data):
    between, head, tail = layout
    text = '{ "a" : ["9.9.9"],\n"b":[' + head + between.join(f'"{v}"' for v in versions) + tail + ']  ,"c":[]}\n'
    keep = tuple(data.draw(st.lists(st.sampled_from(versions), min_size=1, unique=True)))
    out = k8s_versions.prune(text, "b", keep)
    assert json.loads(out) == {"a": ["9.9.9"], "b": [v for v in versions if v in keep], "c": []}
    assert out.startswith('{ "a" : ["9.9.9"],\n"b":[')
    assert out.endswith(']  ,"c":[]}\n')


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": [1]}', '{"a": ["1"', "null", '{"a": {"b": []}}', "\ufeff{}"])
def test_another_shape_is_refused_with_a_remedy(text):
    with pytest.raises(InvalidValueError) as caught:
        k8s_versions.parse(text)
    assert "git checkout" in caught.value.remedy


@given(st.text(max_size=80))
def test_no_text_crashes_it(text):
    try:
        k8s_versions.parse(text)
    except InvalidValueError as error:
        assert error.remedy  # noqa: PT017  most texts are refused, some are not


def test_nothing_kept_or_unknown_names_are_refused():
    text = '{"kubeadm": ["1.33.5"]}'
    for distribution, keep, reason in (("kubeadm", (), "nothing"), ("kubeadm", ("1.0.0",), "not a version"), ("k0s", ("1.0.0",), "not in")):
        with pytest.raises(InvalidValueError, match=reason):
            k8s_versions.prune(text, distribution, keep)


def test_newest_of_each_minor_and_newest_first():
    versions = ("1.32.2", "1.33.5", "1.33.10", "1.33.9", "1.32.11")
    assert k8s_versions.newest_first(versions) == ("1.33.10", "1.33.9", "1.33.5", "1.32.11", "1.32.2")
    assert k8s_versions.newest_of_each_minor(versions) == ("1.33.10", "1.32.11")
