"""The stand-in as a server: one port for all services, told apart by the scope of the signature."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Sequence
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from canvos_tui.rehearsal.aws import ebs as ebs_direct
from canvos_tui.rehearsal.aws.cloud import Cloud
from canvos_tui.rehearsal.aws.config import Fault, StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.ebs import Ebs
from canvos_tui.rehearsal.aws.ec2 import Ec2
from canvos_tui.rehearsal.aws.gate import Gate
from canvos_tui.rehearsal.aws.iam import answer_iam
from canvos_tui.rehearsal.aws.identity import answer_sts
from canvos_tui.rehearsal.aws.intake import read_body
from canvos_tui.rehearsal.aws.kms import answers as kms
from canvos_tui.rehearsal.aws.protocol import HangUpError, HttpAnswer, RefusalError, Request, error_document
from canvos_tui.rehearsal.aws.rights.policy import Target
from canvos_tui.rehearsal.aws.s3 import S3
from canvos_tui.rehearsal.aws.signature import Signed

_OF_PATHS = frozenset({"s3", "ebs", "kms"})  # services whose bodies are data, and no form to be read
_REFUSALS = {"ebs": ebs_direct.refusal_of, "kms": kms.refusal_of}


class StandinAws:
    """A stand-in for AWS on a port of its own; `start()` gives the address for AWS_ENDPOINT_URL, `close()` ends it."""

    def __init__(self, config: StandinConfig) -> None:
        self.cloud = Cloud(config)
        self.gate = Gate(config)
        self.actions: list[str] = []
        self._s3 = S3(self.cloud, self.gate.allows)
        self.ebs = Ebs(self.cloud)
        self._ec2 = Ec2(self.cloud, self.ebs.settle)
        self._last = time.monotonic()
        self._busy = 0
        self._count = threading.Lock()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, port: int = 0) -> str:
        """Listens on the loopback address and answers from now on."""
        server = _Server(("127.0.0.1", port), _Handler)
        server.standin = self
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="standin-aws", daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{server.server_port}"

    def close(self) -> None:
        """Stops listening, cuts what is still connected and waits for the threads."""
        self.gate.closed.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.cut()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def __enter__(self) -> StandinAws:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def set_faults(self, *faults: Fault) -> None:
        """Replaces the fault table from this moment on."""
        self.gate.set_faults(*faults)

    def idle_seconds(self) -> float:
        """How long ago the last request came; 0 while one is being answered."""
        return 0.0 if self._busy else time.monotonic() - self._last

    def handle(self, request: Request) -> tuple[str, HttpAnswer]:
        """The service and its answer to one request; refusals become answers here."""
        with self._count:
            self._busy += 1
        service = "s3"
        try:
            caller = self.gate.authenticate(request)
            service = caller[1].service if caller is not None else "s3"
            return service, self._answer(request, caller)
        except RefusalError as refusal:
            service = _service_of(request) or service
            if service in _REFUSALS:
                return service, _REFUSALS[service](refusal)
            body = error_document(service, refusal)
            return service, HttpAnswer(refusal.status, body, {"Content-Type": "application/xml", **refusal.headers})
        finally:
            with self._count:
                self._busy -= 1
                self._last = time.monotonic()

    def _answer(self, request: Request, caller: tuple[StandinKey, Signed] | None) -> HttpAnswer:
        if caller is None:
            return self._s3.unsigned(request)
        key, signed = caller
        lost: list[str] = []
        asks_only = signed.service not in _OF_PATHS and request.form.get("DryRun") == "true"

        def permit(action: str, resource: str, *, dry: bool = False, targets: Sequence[Target] = ()) -> None:
            self.actions.append(action)
            if self.gate.pass_action(action, key, resource, dry=dry or asks_only, region=signed.region, targets=targets):
                lost.append(action)

        answer = self._of_service(request, key, signed, permit)
        if lost:
            raise HangUpError
        return answer

    def _of_service(self, request: Request, key: StandinKey, signed: Signed, permit: Any) -> HttpAnswer:
        if signed.service == "s3":
            return self._s3.answer(request, signed.region, permit)
        if signed.service == "ebs":
            return self.ebs.answer(request, permit)
        if signed.service == "kms":
            return kms.answer_kms(request, self.cloud.config, signed.region, permit)
        form = request.form
        if signed.service == "ec2":
            return self._ec2.answer(form, signed.region, permit)
        if signed.service == "sts":
            return answer_sts(form, key, permit)
        if signed.service == "iam":
            return answer_iam(form, self.cloud, self.gate.allows, permit)
        raise RefusalError("InvalidAction", f"No stand-in for the service {signed.service}", 400)


def _service_of(request: Request) -> str:
    scope = request.headers.get("authorization", "").partition("Credential=")[2].split(",")[0].split("/")
    return scope[3] if len(scope) == 5 else ""


class _Server(ThreadingHTTPServer):
    request_queue_size = 64
    standin: StandinAws

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: dict[socket.socket, threading.Thread] = {}

    def process_request(self, request: Any, client_address: Any) -> None:
        """A daemon thread for each connection, so that a program that forgets to close can still end."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no event; anything else is a bug of ours and shows."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def cut(self) -> None:
        """Ends every connection and waits for its thread."""
        for open_socket, thread in tuple(self._open.items()):
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: without this every answer waits for an acknowledgement
    server: _Server

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        raw_path, _, raw_query = self.path.partition("?")
        try:
            request = Request(self.command, raw_path, raw_query, headers, read_body(self.rfile, headers))
            _, answer = self.server.standin.handle(request)
        except HangUpError:
            self.close_connection = True
            return
        if pause := self.server.standin.cloud.config.answer_seconds:
            time.sleep(pause)
        self._send(answer)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _serve  # noqa: N815  http.server finds them by these names

    def _send(self, answer: HttpAnswer) -> None:
        head = self.command == "HEAD"
        self.send_response(answer.status)
        length = answer.length if answer.length is not None else 0 if head or answer.status == 204 else len(answer.body)
        for name, value in {"Content-Length": str(length), "x-amz-request-id": "REHEARSAL", **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if not head and answer.body:
            self.wfile.write(answer.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        del timestamp
        return format_datetime(self.server.standin.gate.now(), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a rehearsal's terminal belongs to the wizard."""
