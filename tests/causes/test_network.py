"""Every way for the network checks to come out, really produced: a proxy, a TLS interceptor, dead and silent servers of our own."""

from __future__ import annotations

import datetime
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import canvos_tui
from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.checks.network.hosts import HOSTS
from canvos_tui.core.status import Status
from tests.causes.internet import Internet, closed_port, internet
from tests.causes.real import Real, ask, at, on_network
from tests.causes.told import assert_told
from tests.doubles import certificates
from tests.doubles.http_server import answer, hang, read_head, tcp

ASKED = tuple(name for name in HOSTS if name != "NET-EBS")  # by the guide's route
PASS, WARN, FAIL, UNKNOWN = Status.PASS, Status.WARN, Status.FAIL, Status.UNKNOWN


@pytest.fixture
def net(tmp_path) -> Iterator[Internet]:
    (tmp_path / "tls").mkdir()
    with internet(tmp_path / "tls") as made:
        yield made


def draft(net: Internet, home: Path, **args: str) -> Draft:
    values = {**net.args, "REGION": "eu-west-1", "OS_DISTRIBUTION": "opensuse-leap", **args}
    (home / "CanvOS").mkdir(exist_ok=True)
    (home / "CanvOS" / ".arg").write_text("".join(f"{k}={v}\n" for k, v in values.items()))
    return at(home / "CanvOS", **values)


def world(net: Internet, home: Path, limit: float = 8.0, **environ: str) -> Real:
    return on_network(home, limit, **{**net.environ, **environ})


def mirror(home: Path, port: int, limit: float = 8.0, **environ: str) -> tuple[Real, Draft]:
    """A registry on this machine that .arg names; it is reached without the proxy."""
    (home / "CanvOS").mkdir(exist_ok=True)
    (home / "CanvOS" / ".arg").write_text(f"SPECTRO_PUB_REPO=localhost:{port}/images\n")
    return on_network(home, limit, NO_PROXY="localhost", **environ), at(home / "CanvOS")


# -- hosts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASKED)
async def test_a_host_that_answers(tmp_path, net, name):
    result = await ask(world(net, tmp_path), name, draft(net, tmp_path))
    assert_told(result, PASS, " answers ", how="a proxy of ours opens TLS for the host with a trusted authority and answers")


async def test_a_host_that_is_not_needed_and_one_that_waits(tmp_path, net):
    plain = draft(net, tmp_path, OS_DISTRIBUTION="ubuntu")
    assert_told(
        await ask(world(net, tmp_path), "NET-OPENSUSE", plain), PASS, "not needed: OS_DISTRIBUTION is ubuntu", how=".arg says ubuntu"
    )
    no_region = draft(net, tmp_path, REGION="")
    assert_told(await ask(world(net, tmp_path), "NET-S3", no_region), Status.SKIP, "waits for REGION", how=".arg names no region")


async def test_the_override_of_aws_s_endpoint_is_the_host_that_is_asked(tmp_path, net):
    def aws(connection: socket.socket) -> None:
        read_head(connection)
        answer(connection, "403 Forbidden")

    with tcp(aws) as server:
        one = world(net, tmp_path, AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.port}", NO_PROXY="127.0.0.1")
        result = await ask(one, "NET-EC2", draft(net, tmp_path))
    assert_told(result, PASS, "127.0.0.1 answers 403", how="a stand-in for AWS, named by AWS_ENDPOINT_URL, answers 403")


@pytest.mark.parametrize(
    ("name", "status", "words", "advice"),
    [
        ("NET-QUAY", "503 Busy", "quay.io answers 503", "bad hour"),
        ("NET-DOCKERHUB", "429 Too Many Requests", "registry-1.docker.io answers 429", "limits requests"),
        ("NET-ALPINE", "403 Forbidden", "dl-cdn.alpinelinux.org answers 403", "filter"),
        ("NET-GITHUB", "511 Network Authentication Required", "github.com answers 511", "login in a browser"),
        ("NET-AWSCLI", "404 Not Found", "awscli.amazonaws.com answers 404", "in its place"),
        ("NET-S3", "403 Forbidden", "s3.eu-west-1.amazonaws.com answers 403", "filter"),
        ("NET-EC2", "403 Forbidden", "ec2.eu-west-1.amazonaws.com answers 403", "filter"),
        ("NET-S3", "500 Internal Server Error", "s3.eu-west-1.amazonaws.com answers 500", "bad hour"),
    ],
)
async def test_a_host_that_answers_oddly(tmp_path, net, name, status, words, advice):
    net.says["*"] = ""
    host = words.split()[0]
    net.says[host] = status
    result = await ask(world(net, tmp_path), name, draft(net, tmp_path))
    assert_told(result, WARN, words, how=f"a server in its place answers {status}")
    assert advice in result.answer.remedies[0].text


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("proxy 403 Forbidden", "quay.io: the proxy refuses this host (403 Forbidden)"),
        ("proxy 502 Bad Gateway", "quay.io: the proxy cannot reach this host (502 Bad Gateway)"),
        ("proxy 407 Proxy Authentication Required", "quay.io: the proxy wants a user and a password (407"),
    ],
)
async def test_a_proxy_that_keeps_one_host_back(tmp_path, net, says, words):
    net.says["quay.io"] = says
    result = await ask(world(net, tmp_path), "NET-QUAY", draft(net, tmp_path))
    assert_told(result, UNKNOWN, words, how=f"a proxy of ours answers {says[6:]} for this host only")


async def test_a_host_that_hangs_behind_the_proxy(tmp_path, net):
    net.says["quay.io"] = "hang"
    result = await ask(world(net, tmp_path, limit=1.5), "NET-QUAY", draft(net, tmp_path))
    words = f"quay.io: no connection within 1.5 s by the proxy 127.0.0.1:{net.port}"
    assert_told(result, UNKNOWN, words, how="a proxy of ours never answers for this host")


async def test_a_name_that_does_not_resolve(tmp_path, net):
    environ = {**net.environ, "NO_PROXY": ".invalid"}
    result = await ask(on_network(tmp_path, **environ), "NET-REGISTRY", draft(net, tmp_path, SPECTRO_PUB_REPO="no-such.invalid/images"))
    assert_told(result, UNKNOWN, "no-such.invalid: dns: the name cannot be resolved", how="SPECTRO_PUB_REPO names a host in .invalid")


async def test_a_name_that_cannot_be_one(tmp_path, net):
    environ = {**net.environ, "NO_PROXY": ".example"}
    name = "a" * 70 + ".example"
    result = await ask(on_network(tmp_path, **environ), "NET-REGISTRY", draft(net, tmp_path, SPECTRO_PUB_REPO=f"{name}/images"))
    assert_told(result, UNKNOWN, "dns: this can be no host name", how="SPECTRO_PUB_REPO names a host with a label of 70 letters")


async def test_a_port_that_nobody_listens_on(tmp_path, net):
    one, where = mirror(tmp_path, closed_port(), **net.environ)
    assert_told(
        await ask(one, "NET-REGISTRY", where), UNKNOWN, "localhost: connect: Connection refused", how="nobody listens on the mirror's port"
    )


async def test_a_server_that_never_answers(tmp_path, net):
    with tcp(hang) as server:
        one, where = mirror(tmp_path, server.port, limit=1.5, **net.environ)
        result = await ask(one, "NET-REGISTRY", where)
    assert_told(result, UNKNOWN, "localhost: no connection within 1.5 s", how="a server of ours accepts and never speaks TLS")


async def test_a_server_without_tls(tmp_path, net):
    def plain(connection: socket.socket) -> None:
        connection.recv(65536)
        answer(connection, "400 Bad Request")

    with tcp(plain) as server:
        one, where = mirror(tmp_path, server.port, **net.environ)
        result = await ask(one, "NET-REGISTRY", where)
    assert_told(result, UNKNOWN, "localhost: tls: no TLS", how="a server of ours speaks plain HTTP where TLS is expected")
    assert "speaks no TLS" in result.answer.remedies[0].text


async def test_something_that_is_no_web_server(tmp_path, net):
    def mail(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"220 mail.example ESMTP\r\n")

    with tcp(mail) as server:
        one = world(net, tmp_path, AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.port}", NO_PROXY="127.0.0.1")
        result = await ask(one, "NET-S3", draft(net, tmp_path))
    assert_told(result, UNKNOWN, "127.0.0.1: http: what answers speaks no HTTP", how="a server of ours greets like a mail server")


async def test_tls_that_is_opened_on_the_way(tmp_path, net):
    pem, _ = certificates.make(tmp_path)  # another authority than the one that signs
    environ = {**net.environ, "SSL_CERT_FILE": str(pem)}
    result = await ask(on_network(tmp_path, **environ), "NET-QUAY", draft(net, tmp_path))
    assert_told(
        result, UNKNOWN, "issued by Example Corp, Inspecting Proxy CA", how="a proxy of ours opens TLS with an authority of its own"
    )
    assert result.answer.remedies[0].text.startswith("Example Corp, Inspecting Proxy CA opens TLS on the way")


async def test_a_certificate_that_has_expired(tmp_path, net):
    old = tmp_path / "old"
    old.mkdir()
    authority, pem = certificates.make(old, until=datetime.timedelta(hours=-1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            read_head(secured)

    both = tmp_path / "both.pem"
    both.write_bytes(authority.read_bytes() + net.authority.read_bytes())
    with tcp(handle) as server:
        one, where = mirror(tmp_path, server.port, **{**net.environ, "SSL_CERT_FILE": str(both)})
        result = await ask(one, "NET-REGISTRY", where)
    assert_told(
        result, UNKNOWN, "localhost: tls: certificate has expired", how="a server of ours shows a certificate that expired an hour ago"
    )
    assert "clock" in result.answer.remedies[0].text


# -- the proxy and the names ---------------------------------------------------------------------------------------


async def test_no_proxy_and_one_that_lets_through(tmp_path, net):
    assert_told(await ask(on_network(tmp_path), "NET-PROXY"), PASS, "no proxy is set", how="no proxy variable is set")
    assert_told(
        await ask(world(net, tmp_path), "NET-PROXY", draft(net, tmp_path)), PASS, "HTTPS_PROXY http://127.0.0.1", how="a proxy of ours"
    )
    assert_told(await ask(world(net, tmp_path), "NET-DNS", draft(net, tmp_path)), PASS, "left to the proxy", how="a proxy of ours answers")


@pytest.mark.parametrize(
    ("says", "status", "words"),
    [
        ("407 Proxy Authentication Required", FAIL, "the proxy wants a user and a password (407 Proxy Authentication Required)"),
        ("403 Forbidden", FAIL, "the proxy refuses this host (403 Forbidden)"),
        ("502 Bad Gateway", UNKNOWN, "the proxy cannot reach this host (502 Bad Gateway)"),
    ],
)
async def test_a_proxy_that_keeps_everything_back_is_one_line(tmp_path, net, says, status, words):
    net.says["*"] = f"proxy {says}"
    results = await world(net, tmp_path).results(draft(net, tmp_path))
    assert_told(results["NET-PROXY"], status, words, how=f"a proxy of ours answers {says} to everything")
    assert {results[name].answer.observed for name in (*ASKED, "HOST-CLOCK", "NET-DNS")} == {"waits for NET-PROXY"}


async def test_a_proxy_that_is_not_there(tmp_path):
    port = closed_port()
    result = await ask(on_network(tmp_path, HTTPS_PROXY=f"http://me:hush@127.0.0.1:{port}"), "NET-PROXY")
    assert_told(result, UNKNOWN, f"the proxy 127.0.0.1:{port}: Connection refused", how="nobody listens on the proxy's port")
    assert "hush" not in repr(result.answer)
    lost = await ask(on_network(tmp_path, HTTPS_PROXY="http://no-such.invalid:3128"), "NET-PROXY")
    assert_told(lost, UNKNOWN, "the name cannot be resolved", how="the proxy's name is in .invalid")


async def test_a_proxy_that_never_answers(tmp_path):
    with tcp(hang) as server:
        result = await ask(on_network(tmp_path, 1.0, HTTPS_PROXY=f"http://127.0.0.1:{server.port}"), "NET-PROXY")
    assert_told(result, UNKNOWN, "no connection within 1 s by the proxy", how="a proxy of ours accepts and never answers")


@pytest.mark.parametrize(
    ("value", "words", "how"),
    [
        ("socks5://127.0.0.1:1080", "only http:// and https:// are proxies here", "HTTPS_PROXY names a SOCKS proxy"),
        ("http://127.0.0.1:99999", "its port is no number up to 65535", "HTTPS_PROXY names port 99999"),
        ("http://127.0.0.1:3128 ", "a blank or a control character", "HTTPS_PROXY ends in a blank"),
    ],
)
async def test_a_proxy_variable_that_is_no_address(tmp_path, value, words, how):
    assert_told(await ask(on_network(tmp_path, HTTPS_PROXY=value), "NET-PROXY"), FAIL, words, how=how)


async def test_the_build_s_proxy_is_another_one_than_the_shell_s(tmp_path, net):
    other = draft(net, tmp_path, HTTPS_PROXY="http://other.example:3128")
    result = await ask(world(net, tmp_path), "NET-PROXY", other)
    assert_told(result, WARN, ".arg: HTTPS_PROXY http://other.example:3128", how=".arg names another proxy than the shell")


# -- without a network ---------------------------------------------------------------------------------------------

ALONE = """
import asyncio, sys
from pathlib import Path
from tests.causes.real import on_network
from tests.causes.told import assert_told
from canvos_tui.core.checks.network.hosts import HOSTS
from canvos_tui.core.run.result import Status

results = asyncio.run(on_network(Path(sys.argv[1])).results())
how = "the process has a network namespace of its own, with nothing in it"
assert_told(results["NET-DNS"], Status.FAIL, "no name resolves (the name cannot be resolved (", how=how)
waiting = {results[name].answer.observed for name in (*HOSTS, "HOST-CLOCK") if name != "NET-EBS"}
assert waiting == {"waits for NET-DNS"}, waiting
"""


def without_a_network(*command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command that has no network at all, not even a loopback."""
    unshare = shutil.which("unshare")
    ways = [[unshare, "-n"], [unshare, "-r", "-n"]] if unshare else []
    way = next((w for w in ways if subprocess.run([*w, "true"], capture_output=True, check=False).returncode == 0), None)
    if way is None:
        pytest.skip("this machine lets nobody make a network namespace")
    root = str(Path(canvos_tui.__file__).parents[1])
    env = {**{k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}, "PYTHONPATH": root}
    return subprocess.run([*way, *command], capture_output=True, text=True, env=env, timeout=120, check=False)


def test_no_name_resolves(tmp_path):
    done = without_a_network(sys.executable, "-c", ALONE, str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


# -- the clock -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skew", "status", "words"),
    [
        (0, PASS, "within 1 s of "),
        (90, WARN, " s ahead of "),
        (-240, WARN, "4 min behind "),
        (400, FAIL, "7 min ahead of "),
        (-86400, FAIL, "24 h behind "),
    ],
)
async def test_the_clock_against_a_date(tmp_path, net, skew, status, words):
    net.skew = skew + 0.5 if skew > 0 else skew  # the Date has whole seconds
    result = await ask(world(net, tmp_path), "HOST-CLOCK", draft(net, tmp_path))
    assert_told(result, status, words.strip() if skew == 0 else words, how=f"servers of ours answer with a Date that is {-skew:+} s off")


async def test_an_old_copy_of_a_cache_is_no_wrong_clock(tmp_path, net):
    net.age = 7200
    result = await ask(world(net, tmp_path), "HOST-CLOCK", draft(net, tmp_path))
    assert_told(result, PASS, "within", how="servers of ours answer with a two hours old Date and `Age: 7200`")


async def test_nobody_tells_the_time(tmp_path, net):
    def timeless(connection: socket.socket) -> None:
        read_head(connection)
        answer(connection, "200 OK")

    with tcp(timeless) as server:
        for host in ("github.com", "awscli.amazonaws.com"):
            net.says[host] = "hang"
        one = world(net, tmp_path, 1.0, AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.port}", NO_PROXY="127.0.0.1")
        net.says["archive.ubuntu.com"] = "proxy 502 Bad Gateway"
        result = await ask(one, "HOST-CLOCK", draft(net, tmp_path))
    assert_told(result, UNKNOWN, "no host answered with its time", how="the hosts hang, answer without a Date or are not reached")
