"""What a build must never print, gathered before it starts."""

from __future__ import annotations

import pytest

from canvos_tui.adapters.files import Disk
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FieldAnswered, FolderChosen, UserData, UserDataChosen
from canvos_tui.core.answers.file_changes import plan, texts_to_mask
from canvos_tui.core.masking.outlet import values_of

USER_DATA = """#cloud-config
stylus:
  site:
    edgeHostToken: abcdef0123   # the one of the tenant
    paletteEndpoint: api.example
users:
  - name: kairos
    passwd: 'it''s a: phrase'
    "api_key": "quoted # no comment"
  - name: other
    passwd: kairos
install: {secrets: [first-one, {deep: second-one}], reboot: true}
folded_password: >-
  two words
  and more
"""


@pytest.mark.parametrize("choice", [UserData.CHECKOUT, UserData.UNDECIDED, UserData.FILE, UserData.NONE])
async def test_the_secrets_of_the_user_data_that_is_built_in_are_masked(tmp_path, choice):
    (tmp_path / "user-data").write_text(USER_DATA)
    draft = fresh({}).after(FolderChosen(tmp_path, "https://git.example/x")).after(UserDataChosen(choice, str(tmp_path / "user-data")))
    changes = plan(draft, {}, USER_DATA.encode() if choice is UserData.FILE else None)
    found = await texts_to_mask(Disk(tmp_path / "state"), draft, changes)
    expected = ("abcdef0123", "it's a: phrase", "quoted # no comment", "first-one", "second-one", "two words and more")
    assert found == expected  # also where none is wanted: a file that is there is built in, whatever was answered


async def test_a_user_data_that_is_no_yaml_is_read_by_its_lines(tmp_path):
    (tmp_path / "user-data").write_text("a: [\nedgeHostToken: abcdef0123\n")
    draft = fresh({}).after(FolderChosen(tmp_path, "https://git.example/x"))
    assert await texts_to_mask(Disk(tmp_path / "state"), draft, ()) == ("abcdef0123",)


async def test_the_password_of_a_proxy_is_masked_as_it_stands_and_as_it_is(tmp_path):
    draft = fresh({}).after(FieldAnswered("HTTPS_PROXY", "http://me:p%40ss@proxy:3128"))
    assert set(await texts_to_mask(Disk(tmp_path), draft, ())) == {"p%40ss", "p@ss"}


def test_the_difference_of_arg_shows_no_password_and_says_that_one_changed():
    draft = fresh({}).after(FieldAnswered("HTTPS_PROXY", "http://me:s3cr3tpw@proxy:3128"))
    first = plan(draft, {})[0]
    assert any("HTTPS_PROXY=http://me:***MASKED:url_password***@proxy:3128" in line.text for line in first.diff)
    again = plan(draft.after(FieldAnswered("HTTPS_PROXY", "http://me:0th3rpw@proxy:3128")), {".arg": first.new})[0]
    assert [line.text for line in again.diff] == ["(a masked value changes)"]
    assert "s3cr3tpw" not in str(first.diff)


def test_the_values_of_a_file_are_read_whatever_form_it_has():
    text = "# comment\nA='quoted value'\nexport TOKEN=abcdef # end\ncode: short\nname: \"in yaml\"\n- item: listed-1\nhunter2hunter2\nP=http://me:passw0rd@x\n"
    found = values_of(text)
    for value in ("quoted value", "abcdef", "in yaml", "listed-1", "hunter2hunter2", "passw0rd"):
        assert value in found, value
    assert not any("comment" in value or value == "short" for value in found)
