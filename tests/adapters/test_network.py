"""Requests to servers and proxies of our own: each way to fail has its step and its line."""

from __future__ import annotations

import base64
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from canvos_tui.adapters.network import certificate
from canvos_tui.adapters.network.proxy import proxy_for
from canvos_tui.adapters.network.reach import HttpNetwork
from canvos_tui.core.machine import Flaw
from tests.doubles import certificates
from tests.doubles.http_server import Server, answer, hang, read_head, tcp


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate authority of Example Corp and a server certificate for localhost that it signed."""
    return certificates.make(tmp_path_factory.mktemp("tls"))


@contextmanager
def tls_server(pem: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            if read_head(secured):
                answer(secured, "401 Unauthorized")

    with tcp(handle) as server:
        yield server


def refusing(status: str) -> Callable[[socket.socket], None]:
    def handle(connection: socket.socket) -> None:
        read_head(connection)
        answer(connection, status)

    return handle


def forwarding(seen: list[bytes]) -> Callable[[socket.socket], None]:
    """A proxy that knows CONNECT."""

    def handle(connection: socket.socket) -> None:
        head = read_head(connection)
        seen.append(head)
        host, port = head.split()[1].decode().rsplit(":", 1)
        with socket.create_connection((host, int(port)), 5) as onward:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=pump, args=(onward, connection), daemon=True)
            back.start()
            pump(connection, onward)
            back.join(5)

    return handle


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def reach(url: str, environ: dict[str, str] | None = None, limit: float = 5):
    return await HttpNetwork(environ or {}, limit).reach(url)


async def test_any_answer_of_a_server_is_an_answer():
    with tcp(refusing("503 Busy")) as server:
        found = await reach(f"http://127.0.0.1:{server.port}/v2/")
    assert (found.step, found.status, found.reachable) == ("ok", 503, True)
    assert found.detail == "503 Busy"


@pytest.mark.parametrize(("header", "amazon"), [("x-amz-request-id", True), ("X-Amzn-RequestId", True), ("X-Filter", False)])
async def test_an_answer_of_aws_is_known_by_its_request_id(header, amazon):
    with tcp(refusing(f"403 Forbidden\r\n{header}: 4442587FB7D0A2F9")) as server:
        found = await reach(f"http://127.0.0.1:{server.port}/")
    assert (found.status, found.amazon) == (403, amazon)


async def test_variables_of_another_way_win_over_those_of_this_shell():
    with tcp(refusing("200 OK")) as server:
        url, lost = f"http://127.0.0.1:{server.port}/", f"http://127.0.0.1:{closed_port()}"
        through = HttpNetwork({"HTTP_PROXY": lost}, 5)
        assert (await through.reach(url)).step == "proxy"
        assert (await through.reach(url, {"HTTP_PROXY": ""})).step == "ok"


async def test_a_socks_proxy_is_named_by_its_variable():
    found = await reach("https://quay.io/v2/", {"ALL_PROXY": "socks5://127.0.0.1:1"})
    assert (found.step, found.detail) == ("proxy", "ALL_PROXY names a socks5 proxy, which this check cannot go through")


@pytest.mark.parametrize("text", [None, "no certificate\n"])
async def test_certificates_that_cannot_be_read_are_no_fault_of_the_host(tmp_path, text):
    named = tmp_path / "ca.pem"
    if text is not None:
        named.write_text(text)
    with tcp(refusing("200 OK")) as server:
        found = await reach(f"https://127.0.0.1:{server.port}/", {"SSL_CERT_FILE": str(named)})
    assert (found.step, found.flaw) == ("tls", Flaw.NO_CERTIFICATES)
    assert found.detail.startswith(f"SSL_CERT_FILE names {named}: ")


async def test_a_name_that_does_not_resolve():
    found = await reach("https://no-such-host.invalid/")
    assert (found.step, found.reachable) == ("dns", False)
    assert found.detail.startswith("the name cannot be resolved")


def shaky(*first: str) -> tuple[list[str], Callable[[socket.socket], None]]:
    """A server that at first cuts the connection (""), or answers that; then it answers well. With it: what it did."""
    done: list[str] = []

    def handle(connection: socket.socket) -> None:
        read_head(connection)
        what = first[len(done)] if len(done) < len(first) else "200 OK"
        done.append(what)
        if what:
            answer(connection, what)
        else:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no orderly end

    return done, handle


@pytest.mark.parametrize(
    ("first", "step", "status", "asked"),
    [
        (("",), "ok", 200, 2),
        (("503 Slow Down", ""), "ok", 200, 3),
        (("429 Too Many Requests",), "ok", 200, 2),
        (("502 Bad Gateway",) * 9, "ok", 502, 3),
        (("",) * 9, "connect", 0, 3),
        (("404 Not Found",), "ok", 404, 1),
    ],
)
async def test_what_may_pass_is_asked_again_and_what_stands_is_not(monkeypatch, first, step, status, asked):
    monkeypatch.setattr("canvos_tui.adapters.network.reach._PAUSES", (0.0, 0.0))
    done, handle = shaky(*first)
    with tcp(handle) as server:
        found = await HttpNetwork({}).reach(f"http://127.0.0.1:{server.port}/")
    assert (found.step, found.status, len(done)) == (step, status, asked)


async def test_no_second_try_outlasts_the_limit(monkeypatch):
    monkeypatch.setattr("canvos_tui.adapters.network.reach._PAUSES", (30.0,))
    done, handle = shaky(*("503 Slow Down",) * 9)
    with tcp(handle) as server:
        found = await HttpNetwork({}, limit=0.5).reach(f"http://127.0.0.1:{server.port}/")
    assert (len(done), found.step) == (1, "ok")
    assert found.status == 503


async def test_a_refused_port():
    found = await reach(f"http://127.0.0.1:{closed_port()}/")
    assert (found.step, found.detail) == ("connect", "Connection refused")


async def test_a_server_that_never_answers():
    with tcp(hang) as server:
        found = await reach(f"http://127.0.0.1:{server.port}/", limit=0.5)
    assert found.step == "timeout"
    assert 0.4 < found.seconds < 3


async def test_something_that_speaks_no_http():
    def handle(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"220 mail.example ESMTP\r\n")

    with tcp(handle) as server:
        found = await reach(f"http://127.0.0.1:{server.port}/")
    assert found.step == "http"
    assert "no HTTP" in found.detail


async def test_a_server_behind_its_own_authority_names_the_issuer(authority):
    with tls_server(authority[1]) as server:
        found = await reach(f"https://localhost:{server.port}/")
    assert found.step == "tls"
    assert found.detail.endswith("issued by Example Corp, Inspecting Proxy CA")


async def test_a_trusted_authority_is_no_hindrance(authority):
    with tls_server(authority[1]) as server:
        found = await reach(f"https://localhost:{server.port}/v2/", {"SSL_CERT_FILE": str(authority[0])})
    assert (found.step, found.status) == ("ok", 401)


async def test_a_port_without_tls():
    def handle(connection: socket.socket) -> None:
        connection.recv(65536)
        answer(connection, "400 Bad Request")

    with tcp(handle) as server:
        found = await reach(f"https://127.0.0.1:{server.port}/")
    assert found.step == "tls"
    assert found.detail.startswith("no TLS")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Proxy Authentication Required", "the proxy wants a user and a password (407 Proxy Authentication Required)"),
        ("403 Forbidden", "the proxy refuses this host (403 Forbidden)"),
        ("502 Bad Gateway", "the proxy cannot reach this host (502 Bad Gateway)"),
    ],
)
async def test_a_proxy_that_does_not_let_through(status, words):
    with tcp(refusing(status)) as proxy:
        found = await reach("https://github.example/", {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"})
    assert (found.step, found.status, found.detail) == ("proxy", int(status[:3]), words)


async def test_a_proxy_for_plain_http_that_wants_a_password():
    with tcp(refusing("407 Proxy Authentication Required")) as proxy:
        found = await reach("http://github.example/", {"http_proxy": f"127.0.0.1:{proxy.port}"})
    assert (found.step, found.status) == ("proxy", 407)


async def test_a_proxy_that_is_not_there_or_has_no_name():
    gone = await reach("https://github.example/", {"HTTPS_PROXY": f"http://me:hush@127.0.0.1:{(port := closed_port())}"})
    assert (gone.step, gone.detail) == ("proxy", f"the proxy 127.0.0.1:{port}: Connection refused")
    lost = await reach("https://github.example/", {"HTTPS_PROXY": "http://no-such-host.invalid:3128"})
    assert lost.step == "proxy"
    assert "cannot be resolved" in lost.detail


async def test_through_a_proxy_with_a_password(authority):
    seen: list[bytes] = []
    with tls_server(authority[1]) as server, tcp(forwarding(seen)) as proxy:
        environ = {"HTTPS_PROXY": f"http://me:p%40ss@127.0.0.1:{proxy.port}", "SSL_CERT_FILE": str(authority[0])}
        found = await reach(f"https://localhost:{server.port}/", environ)
    assert (found.step, found.status) == ("ok", 401)
    assert seen[0].startswith(b"CONNECT localhost:")
    assert b"Basic " + base64.b64encode(b"me:p@ss") in seen[0]


async def test_an_inspecting_proxy_is_named(authority):
    with tls_server(authority[1]) as server, tcp(forwarding([])) as proxy:
        found = await reach(f"https://localhost:{server.port}/", {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"})
    assert found.step == "tls"
    assert "Inspecting Proxy CA" in found.detail


async def test_a_proxy_address_that_is_none():
    found = await reach("https://github.example/", {"HTTPS_PROXY": "ftp://proxy"})
    assert (found.step, found.detail) == ("proxy", "HTTPS_PROXY holds no proxy address")
    secured = await reach("https://github.example/", {"HTTPS_PROXY": "https://proxy.example:8443"})
    assert secured.step == "proxy"
    assert "cannot do" in secured.detail


@pytest.mark.parametrize(
    ("exceptions", "direct"),
    [
        ("", False),
        ("*", True),
        ("github.com", True),
        (".github.com", True),
        ("*.github.com", True),
        ("github.com:443", True),
        ("hub.com", False),
        ("com", True),
        ("10.0.0.0/8, github.com", True),
        ("10.0.0.0/8", False),
    ],
)
def test_no_proxy_is_read_as_curl_reads_it(exceptions, direct):
    found = proxy_for("https://api.github.com/", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": exceptions})
    assert (found is None) is direct


def test_networks_in_no_proxy_hold_for_addresses():
    assert proxy_for("https://10.1.2.3/", {"https_proxy": "http://p:1", "no_proxy": "10.0.0.0/8"}) is None
    assert proxy_for("https://11.1.2.3/", {"https_proxy": "http://p:1", "no_proxy": "10.0.0.0/8"}) is not None


def test_the_issuer_is_read_and_garbage_has_none(authority):
    der = (authority[0].parent / "leaf.der").read_bytes()
    assert certificate.issuer(der) == "Example Corp, Inspecting Proxy CA"
    for cut in (0, 1, 5, 40, len(der) // 2):
        assert certificate.issuer(der[:cut]) == ""
    assert certificate.issuer(b"\xff" * 50) == ""
