from __future__ import annotations

import json

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import ArgFound, Draft, FolderChosen
from canvos_tui.core.checks.check import Method
from canvos_tui.core.checks.network import client_proxies
from canvos_tui.core.checks.network.hosts import AWSCLI, GITHUB, HOSTS, OPENSUSE, UBUNTU, suffix
from canvos_tui.core.checks.network.proxy import without_password
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.report_text import first_line
from canvos_tui.core.machine import Flaw, Reach
from canvos_tui.core.status import Status
from tests.doubles.check_world import World

URLS = {
    "NET-GITHUB": GITHUB,
    "NET-REGISTRY": "https://us-docker.pkg.dev/v2/",
    "NET-QUAY": "https://quay.io/v2/",
    "NET-DOCKERHUB": "https://registry-1.docker.io/v2/",
    "NET-UBUNTU": UBUNTU,
    "NET-OPENSUSE": OPENSUSE,
    "NET-ALPINE": "https://dl-cdn.alpinelinux.org/alpine/",
    "NET-AWSCLI": AWSCLI,
    "NET-S3": "https://s3.eu-west-1.amazonaws.com/",
    "NET-EBS": "https://ebs.eu-west-1.amazonaws.com/",
    "NET-EC2": "https://ec2.eu-west-1.amazonaws.com/",
}
ASKED = {name: url for name, url in URLS.items() if name != "NET-EBS"}  # on the guide's route
PROXY = {"HTTPS_PROXY": "http://me:hush@proxy.example:3128"}


def chosen(**values: str) -> Draft:
    return fresh().after(ArgFound({"REGION": "eu-west-1", "OS_DISTRIBUTION": "opensuse-leap", **values}))


def test_every_host_of_the_build_is_asked():
    assert list(URLS) == list(HOSTS)


@pytest.mark.parametrize("name", URLS)
async def test_a_host_that_answers(tmp_path, name):
    url, code = URLS[name], HOSTS[name].healthy[-1]
    host = url.split("/")[2]
    good = Reach(url, "ok", code, "", 0.25)
    result = await World(tmp_path, reached={url: good}).one(name, chosen())
    assert (result.status, result.answer.observed) == (Status.PASS, f"{host} answers {code} in 0.2 s")
    odd = await World(tmp_path, reached={url: Reach(url, "ok", 503, "503 Busy")}).one(name, chosen())
    assert (odd.status, odd.answer.observed) == (Status.WARN, f"{host} answers 503")
    assert odd.answer.remedies


async def test_the_endpoints_of_a_region_wait_for_it_and_follow_an_override(tmp_path):
    world = World(tmp_path)
    assert (await world.one("NET-S3", fresh())).answer.observed == "waits for REGION"
    world.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    assert (await world.one("NET-EC2", fresh())).answer.observed == "127.0.0.1 answers 200 in 0.2 s"


@pytest.mark.parametrize(("amazon", "status"), [(True, Status.PASS), (False, Status.WARN)])
async def test_a_refusal_by_aws_itself_is_told_from_that_of_a_filter(tmp_path, amazon, status):
    url = URLS["NET-S3"]
    result = await World(tmp_path, reached={url: Reach(url, "ok", 403, "403 Forbidden", amazon=amazon)}).one("NET-S3", chosen())
    assert result.status is status


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        ("eu-west-1", "amazonaws.com"),
        ("us-gov-west-1", "amazonaws.com"),
        ("cn-north-1", "amazonaws.com.cn"),
        ("us-iso-east-1", "c2s.ic.gov"),
    ],
)
def test_each_partition_has_its_domain(region, domain):
    assert suffix(region) == domain


async def test_the_mirror_of_another_system_is_not_needed(tmp_path):
    result = await World(tmp_path).one("NET-OPENSUSE", fresh())
    assert (result.status, result.answer.observed) == (Status.PASS, "not needed: OS_DISTRIBUTION is ubuntu")


@pytest.mark.parametrize(
    ("step", "advice"),
    [
        ("dns", "Check the name server: quay.io has no address here"),
        ("connect", "A firewall may be in the way, or a proxy is needed to reach quay.io"),
        ("timeout", "A firewall may drop packets to quay.io; try again, or set HTTPS_PROXY"),
        ("proxy", "Ask for quay.io to be let through the proxy"),
        ("tls", "A proxy may open TLS on the way"),
        ("http", "Something that is no web server answers for quay.io"),
    ],
)
async def test_a_host_that_was_not_reached_is_unknown_and_says_at_which_step(tmp_path, step, advice):
    url = "https://quay.io/v2/"
    result = await World(tmp_path, reached={url: Reach(url, step, 0, "the detail")}).one("NET-QUAY")
    detail = "the detail" if step in {"proxy", "timeout"} else f"{step}: the detail"
    assert (result.status, result.answer.observed) == (Status.UNKNOWN, f"quay.io: {detail}")
    assert result.answer.method is Method.NOT_VERIFIABLE
    assert result.answer.remedies[0].text.startswith(advice)


async def test_no_proxy_and_a_proxy_that_lets_through(tmp_path):
    assert (await World(tmp_path).one("NET-PROXY")).answer.observed == "no proxy is set"
    draft = fresh().after(ArgFound(PROXY))
    result = await World(tmp_path, environ=PROXY).one("NET-PROXY", draft)
    assert (result.status, result.answer.observed) == (Status.PASS, "HTTPS_PROXY http://***@proxy.example:3128")


async def test_a_proxy_that_wants_a_password_is_one_failure_for_all_hosts(tmp_path):
    refused = {url: Reach(url, "proxy", 407, "the proxy wants a user and a password (407)") for url in ASKED.values()}
    world = World(tmp_path, environ={"HTTPS_PROXY": "http://proxy.example:3128"}, reached=refused)
    results = await world.results()
    row = results["NET-PROXY"]
    assert row.status is Status.FAIL
    assert row.answer.remedies[0].commands[0].run == "export HTTPS_PROXY=http://USER:PASSWORD@proxy.example:3128"
    assert {results[n].answer.observed for n in ASKED} == {"waits for NET-PROXY"}
    assert world.asked[GITHUB] == 1


async def test_a_proxy_that_was_not_reached_is_unknown(tmp_path):
    gone = {url: Reach(url, "proxy", 0, "the proxy proxy.example:3128: Connection refused") for url in ASKED.values()}
    result = await World(tmp_path, environ=PROXY, reached=gone).one("NET-PROXY")
    assert result.status is Status.UNKNOWN
    assert "hush" not in repr(result.answer)


async def test_a_proxy_address_that_is_none(tmp_path):
    result = await World(tmp_path, environ={"HTTP_PROXY": "socks5://proxy"}).one("NET-PROXY")
    assert result.status is Status.FAIL
    assert result.answer.remedies[0].commands[0].run == "unset HTTP_PROXY http_proxy"


async def test_the_build_s_proxy_and_the_shell_s_should_be_the_same(tmp_path):
    draft = fresh().after(ArgFound({"HTTPS_PROXY": "http://other.example:1"}))
    result = await World(tmp_path, environ=PROXY).one("NET-PROXY", draft, final=True)
    assert result.status is Status.WARN
    assert result.answer.observed == (".arg: HTTPS_PROXY http://other.example:1; this shell: HTTPS_PROXY http://***@proxy.example:3128")
    assert [c.run for c in result.answer.remedies[0].commands] == [
        "export HTTPS_PROXY=http://other.example:1",
        "unset HTTP_PROXY http_proxy",
    ]
    elsewhere = fresh().after(FolderChosen(tmp_path / "CanvOS", "x"))
    bare = await World(tmp_path, environ=PROXY).one("NET-PROXY", elsewhere)
    assert (bare.status, bare.answer.observed.startswith("the answers: no proxy")) == (Status.WARN, True)


async def test_a_proxy_that_refuses_one_host_is_told_at_that_host(tmp_path):
    refused = Reach(GITHUB, "proxy", 403, "the proxy refuses this host (403 Forbidden)")
    draft = fresh().after(ArgFound(PROXY))
    results = await World(tmp_path, environ=PROXY, reached={GITHUB: refused}).results(draft)
    assert results["NET-PROXY"].status is Status.PASS
    assert results["NET-GITHUB"].answer.observed == "github.com: the proxy refuses this host (403 Forbidden)"
    assert results["NET-QUAY"].status is Status.PASS


async def test_a_proxy_that_refuses_all_is_one_failure(tmp_path):
    refused = {url: Reach(url, "proxy", 403, "the proxy refuses this host (403 Forbidden)") for url in ASKED.values()}
    results = await World(tmp_path, environ=PROXY, reached=refused).results()
    assert results["NET-PROXY"].status is Status.FAIL
    assert {results[n].answer.observed for n in ASKED} == {"waits for NET-PROXY"}


async def test_no_name_at_all_is_one_failure_and_one_name_is_enough(tmp_path):
    lost = {url: Reach(url, "dns", 0, "the name cannot be resolved (Name or service not known)") for url in ASKED.values()}
    results = await World(tmp_path, reached=lost).results(chosen())
    row = results["NET-DNS"]
    assert (row.status, row.answer.observed) == (Status.FAIL, "no name resolves (the name cannot be resolved (Name or service not known))")
    assert {results[n].answer.observed for n in ASKED} == {"waits for NET-DNS"}
    assert results["HOST-CLOCK"].answer.observed == "waits for NET-DNS"
    del lost["https://quay.io/v2/"]
    results = await World(tmp_path, reached=lost).results(chosen())
    assert (results["NET-DNS"].status, results["NET-QUAY"].status) == (Status.PASS, Status.PASS)
    assert results["NET-GITHUB"].answer.observed.startswith("github.com: dns: the name cannot be resolved")


async def test_a_silent_name_server_is_not_known(tmp_path):
    silent = {url: Reach(url, "dns", 0, "no address for the host within 8 s", flaw=Flaw.SILENT_NAMES) for url in ASKED.values()}
    assert (await World(tmp_path, reached=silent).one("NET-DNS")).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("skew", "status", "observed"),
    [
        (0.4, Status.PASS, "within 1 s of"),
        (-60.0, Status.PASS, "within 60 s of"),
        (61.0, Status.WARN, "61 s ahead of"),
        (-299.0, Status.WARN, "5 min behind"),
        (300.0, Status.FAIL, "5 min ahead of"),
        (-9000.0, Status.FAIL, "2 h behind"),
        (None, Status.UNKNOWN, "no host answered with its time"),
    ],
)
async def test_the_clock_is_held_against_an_answer(tmp_path, skew, status, observed):
    answers = {url: Reach(url, "ok", 200, "200 OK", 0.2, skew) for url in ASKED.values()}
    result = await World(tmp_path, reached=answers).one("HOST-CLOCK", chosen())
    assert result.status is status
    assert result.answer.observed.startswith(observed)


def test_passwords_are_left_out_of_addresses():
    assert without_password("http://u:p@h:1") == "http://***@h:1"
    assert without_password("u:p@ss@h:1") == "***@h:1"
    assert without_password("http://h:1") == "http://h:1"


# -- the way of the build ---------------------------------------------------------------------------------------------


async def test_each_host_is_judged_by_the_way_that_the_build_will_take(tmp_path):
    """A shell behind a proxy that has to be used, and an `.arg` that sets none: what counts is what the build sees."""
    quay = URLS["NET-QUAY"]
    world = World(tmp_path, environ=PROXY, reached={quay: Reach(quay, "timeout", 0, "no connection within 8 s")})
    result = await world.one("NET-QUAY", chosen(HTTPS_PROXY=""))
    assert world.ways[quay]["HTTPS_PROXY"] == "", "an empty value in .arg wins over the shell's"
    assert result.status is Status.UNKNOWN
    assert result.answer.observed.startswith("quay.io by the build's way, without a proxy: ")
    [fix] = result.answer.remedies
    assert "This shell goes through http://***@proxy.example:3128" in fix.text
    assert fix.commands[0].run == "curl -sSI --noproxy '*' https://quay.io/v2/"
    git = await world.one("NET-GITHUB", chosen(HTTPS_PROXY=""))
    assert (world.ways[GITHUB], git.status) == ({}, Status.PASS), "the clone goes as this shell does"


async def test_the_way_is_named_only_where_it_is_another_one(tmp_path):
    quay, proxy = URLS["NET-QUAY"], "http://me:hush@other.example:1"
    world = World(tmp_path)
    through = await world.one("NET-QUAY", chosen(HTTPS_PROXY=proxy, HTTP_PROXY=proxy))
    assert world.ways[quay]["HTTPS_PROXY"] == proxy
    assert through.answer.observed == "quay.io by the build's way, http://***@other.example:1 answers 200 in 0.2 s"
    late = World(tmp_path, reached={quay: Reach(quay, "timeout", 0, "no connection within 8 s")})
    [fix] = (await late.one("NET-QUAY", chosen(HTTPS_PROXY=proxy, HTTP_PROXY=proxy))).answer.remedies
    assert fix.commands[0].run == "curl -sSI --proxy http://USER:PASSWORD@other.example:1 https://quay.io/v2/"
    same = World(tmp_path, environ={"https_proxy": proxy, "http_proxy": proxy})
    alike = await same.one("NET-QUAY", chosen(HTTPS_PROXY=proxy, HTTP_PROXY=proxy))
    assert (same.ways[quay], alike.answer.observed) == ({}, "quay.io answers 200 in 0.2 s")


def client_file(tmp_path, **proxies):
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"proxies": proxies}))


async def test_images_are_pulled_through_the_proxies_that_docker_gives_its_containers(tmp_path):
    quay, proxy = URLS["NET-QUAY"], "http://me:hush@docker.example:3128"
    client_file(tmp_path, default={"httpProxy": proxy, "httpsProxy": proxy, "noProxy": "*.test.example.com"})
    world = World(tmp_path, reached={quay: Reach(quay, "timeout", 0, "no connection within 8 s")})
    result = await world.one("NET-QUAY", chosen())
    assert (world.ways[quay]["HTTPS_PROXY"], world.ways[quay]["NO_PROXY"]) == (proxy, "*.test.example.com")
    file = tmp_path / ".docker" / "config.json"
    assert result.answer.observed.startswith(f"quay.io by the way of {file}, http://***@docker.example:3128: ")
    [fix] = result.answer.remedies
    assert f"through what `proxies` in {file} names" in fix.text
    assert "hush" not in repr(result.answer)
    await world.one("NET-ALPINE", chosen())
    assert world.ways[URLS["NET-ALPINE"]] == {}, "a step of the build does not see them"


async def test_where_earthly_sh_names_its_own_proxy_dockers_does_not_count(tmp_path):
    quay, mine = URLS["NET-QUAY"], "http://mine.example:1"
    client_file(tmp_path, default={"httpsProxy": "http://docker.example:3128"})
    world = World(tmp_path)
    await world.one("NET-QUAY", chosen(HTTPS_PROXY=mine))
    assert world.ways[quay]["HTTPS_PROXY"] == mine


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"proxies":{"default":{"httpsProxy":"http://d:1"},"unix:///run/x":{"httpProxy":"http://x:1"}}}', {"HTTP_PROXY": "http://x:1"}),
        ('{"proxies":{"default":{"httpsProxy":"http://d:1","httpProxy":""}}}', {"HTTPS_PROXY": "http://d:1"}),
        ('{"proxies":{"tcp://other:2375":{"httpsProxy":"http://d:1"}}}', {}),
        ('{"proxies":["http://d:1"]}', {}),
        ('{"proxies":{"default":{"httpsProxy":3128}}}', {}),
        ("[]", {}),
        ("no JSON", {}),
        ("", {}),
    ],
)
def test_the_proxies_of_an_engine_come_before_those_of_all(text, found):
    assert client_proxies.proxies(text, "unix:///run/x") == found


async def test_a_socks_proxy_for_git_alone_is_no_fault(tmp_path):
    world = World(tmp_path, environ={"ALL_PROXY": "socks5://127.0.0.1:1080"})
    result = await world.one("NET-PROXY", fresh())
    assert (result.status, result.answer.observed) == (Status.PASS, "ALL_PROXY socks5://127.0.0.1:1080")
    quay = URLS["NET-QUAY"]
    await world.one("NET-QUAY", chosen())
    assert world.ways[quay]["ALL_PROXY"] == "", "the build does not see it"


@pytest.mark.parametrize(
    ("reached", "told"),
    [
        ({"step": "tls", "issuer": "Acme Inspection CA"}, "8 answers have one cause: Acme Inspection CA opens TLS connections"),
        ({"step": "connect", "detail": "no route to host"}, "8 answers have one cause: connections are refused"),
        ({"step": "timeout"}, "8 answers have one cause: no host answers in time"),
        ({"step": "tls", "flaw": Flaw.NO_CERTIFICATES}, "8 answers have one cause: SSL_CERT_FILE names no file of certificates"),
    ],
)
async def test_ten_rows_of_one_cause_are_one_headline(tmp_path, reached, told):
    answers = {url: Reach(url, **reached) for url in ASKED.values() if url.startswith("https:") and url != OPENSUSE}
    results = await World(tmp_path, reached=answers).results(chosen(OS_DISTRIBUTION="ubuntu"))
    checks = tuple(results[name].check for name in ASKED)
    report = Report(checks, {name: results[name] for name in ASKED})
    assert first_line(report) == told
    fine = Report(checks, {name: results["NET-UBUNTU"] for name in ASKED})
    assert fine.shared == ("", 0)
