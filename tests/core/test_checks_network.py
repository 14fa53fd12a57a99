from __future__ import annotations

import pytest

from canvos_tui.core.checks import Method
from canvos_tui.core.checks_network import GITHUB, HOSTS, without_password
from canvos_tui.core.draft import ArgFound, FolderChosen, fresh
from canvos_tui.core.machine import Reach
from canvos_tui.core.result import Status
from tests.check_world import World

PROXY = {"HTTPS_PROXY": "http://me:hush@proxy.example:3128"}


@pytest.mark.parametrize("name", HOSTS)
async def test_a_host_that_answers(tmp_path, name):
    url, healthy, *_ = HOSTS[name]
    good = Reach(url, "ok", healthy[-1], "", 0.25)
    result = await World(tmp_path, reached={url: good}).one(name)
    assert (result.status, result.answer.observed) == (Status.PASS, f"answers {healthy[-1]} in 0.2 s")
    odd = await World(tmp_path, reached={url: Reach(url, "ok", 503, "503 Busy")}).one(name)
    assert (odd.status, odd.answer.observed) == (Status.WARN, "answers 503")


@pytest.mark.parametrize(
    ("step", "advice"),
    [
        ("dns", "Check the name server: quay.io has no address here"),
        ("connect", "A firewall may be in the way, or a proxy is needed to reach quay.io"),
        ("timeout", "A firewall may drop packets to quay.io; try again, or set HTTPS_PROXY"),
        ("proxy", "Ask for quay.io to be let through the proxy"),
        ("tls", "A proxy opens TLS on the way"),
        ("http", "Something that is no web server answers for quay.io"),
    ],
)
async def test_a_host_that_was_not_reached_is_unknown_and_says_at_which_step(tmp_path, step, advice):
    url = "https://quay.io/v2/"
    result = await World(tmp_path, reached={url: Reach(url, step, 0, "the detail")}).one("NET-QUAY")
    assert (result.status, result.answer.observed) == (Status.UNKNOWN, f"{step}: the detail")
    assert result.answer.method is Method.NOT_VERIFIABLE
    assert result.answer.fixes[0].text.startswith(advice)


async def test_no_proxy_and_a_proxy_that_lets_through(tmp_path):
    assert (await World(tmp_path).one("NET-PROXY")).answer.observed == "no proxy is set"
    draft = fresh().after(ArgFound(PROXY))
    result = await World(tmp_path, environ=PROXY).one("NET-PROXY", draft)
    assert (result.status, result.answer.observed) == (Status.PASS, "HTTPS_PROXY http://***@proxy.example:3128")


async def test_a_proxy_that_wants_a_password_is_one_failure_for_all_hosts(tmp_path):
    refused = Reach(GITHUB, "proxy", 407, "the proxy wants a user and a password (407)")
    world = World(tmp_path, environ={"HTTPS_PROXY": "http://proxy.example:3128"}, reached={GITHUB: refused})
    results = await world.results()
    row = results["NET-PROXY"]
    assert row.status is Status.FAIL
    assert row.answer.fixes[0].commands[0].run == "export HTTPS_PROXY=http://USER:PASSWORD@proxy.example:3128"
    assert {results[n].answer.observed for n in HOSTS} == {"waits for NET-PROXY"}
    assert world.asked[GITHUB] == 1


async def test_a_proxy_that_was_not_reached_is_unknown(tmp_path):
    gone = Reach(GITHUB, "proxy", 0, "the proxy proxy.example:3128: Connection refused")
    result = await World(tmp_path, environ=PROXY, reached={GITHUB: gone}).one("NET-PROXY")
    assert result.status is Status.UNKNOWN
    assert "hush" not in repr(result.answer)


async def test_a_proxy_address_that_is_none(tmp_path):
    result = await World(tmp_path, environ={"HTTP_PROXY": "socks5://proxy"}).one("NET-PROXY")
    assert result.status is Status.FAIL
    assert result.answer.fixes[0].commands[0].run == "unset HTTP_PROXY http_proxy"


async def test_the_build_s_proxy_and_the_shell_s_should_be_the_same(tmp_path):
    draft = fresh().after(ArgFound({"HTTPS_PROXY": "http://other.example:1"}))
    result = await World(tmp_path, environ=PROXY).one("NET-PROXY", draft, final=True)
    assert result.status is Status.WARN
    assert result.answer.observed == (".arg: HTTPS_PROXY http://other.example:1; this shell: HTTPS_PROXY http://***@proxy.example:3128")
    assert [c.run for c in result.answer.fixes[0].commands] == ["export HTTPS_PROXY=http://other.example:1", "unset HTTP_PROXY http_proxy"]
    chosen = fresh().after(FolderChosen(tmp_path / "CanvOS", "x"))
    bare = await World(tmp_path, environ=PROXY).one("NET-PROXY", chosen)
    assert (bare.status, bare.answer.observed.startswith("the answers: no proxy")) == (Status.WARN, True)


async def test_a_proxy_needs_envsubst(tmp_path):
    draft = fresh().after(ArgFound(PROXY))
    result = await World(tmp_path, environ=PROXY, tools={}).one("NET-PROXY", draft)
    assert (result.status, result.answer.fixes[0].commands[0].run) == (Status.WARN, "sudo apt-get install gettext-base")


def test_passwords_are_left_out_of_addresses():
    assert without_password("http://u:p@h:1") == "http://***@h:1"
    assert without_password("u:p@ss@h:1") == "***@h:1"
    assert without_password("http://h:1") == "http://h:1"
