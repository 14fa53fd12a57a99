"""Makes the SDK's clients, late and in one place, and runs their blocking calls beside the event loop."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from canvos_tui.adapters import threads
from canvos_tui.adapters.aws.errors import translate
from canvos_tui.adapters.aws.pace import Pace
from canvos_tui.core.aws.facts import THROTTLES, AwsKeys
from canvos_tui.core.errors import AwsError
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.heard import listened, tell

T = TypeVar("T")
_ONE_AT_A_TIME = threading.Lock()
SERVICES = ("s3", "ec2", "sts", "iam", "ebs", "kms")


@dataclass(frozen=True)
class Patience:
    """How long a call may take: seconds to connect, seconds between two bytes, and how many attempts in all.

    `slower` is how often a call is repeated after AWS asked to slow down, where the SDK itself repeats nothing.
    """

    connect: float = 5.0
    read: float = 20.0
    attempts: int = 5
    slower: int = 0
    pool: int = 10  # connections that are kept at once
    pace: Pace | None = None  # of what is sent, where it is limited

    def at(self, pace: float) -> Patience:
        """The same for looks that come 1/pace times as often, where the next look is the repetition. An answer takes as long as ever."""
        return replace(self, attempts=max(1, round(self.attempts * pace)))


# a check shows what is there within its ten seconds; only throttling is worth another try (two of them)
PROBES = Patience(4.0, 8.0, 1, 2)
_WIDEST = 200  # characters of one parameter that are told
_PAUSE = 0.4  # seconds, doubled each time


class Clients:
    """Clients for one pair of keys (None: unsigned) in one region; each is made once, when it is first needed."""

    def __init__(
        self, keys: AwsKeys | None, region: str, environ: Mapping[str, str] | None = None, patience: Patience | None = None
    ) -> None:
        self.keys = keys
        self.region = region
        self._environ = os.environ if environ is None else environ
        self._patience = patience or Patience()
        self._made: dict[str, Any] = {}

    async def call(self, service: str, deed: Callable[[Any], T]) -> T:
        """What `deed(client)` returns; AwsError for whatever AWS or the network did."""
        return await threads.call(lambda: self._patiently(service, deed))

    def _patiently(self, service: str, deed: Callable[[Any], T]) -> T:
        for attempt in range(self._patience.slower):
            try:
                return self._call(service, deed)
            except AwsError as error:
                if error.code not in THROTTLES:
                    raise
            time.sleep(_PAUSE * 2**attempt)
        return self._call(service, deed)

    def _call(self, service: str, deed: Callable[[Any], T]) -> T:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            return deed(self._client(service))
        except (BotoCoreError, ClientError, ResponseParserError, ValueError) as error:
            # botocore reports a malformed endpoint or host name as a ValueError
            problem = self.error(error)
        # raised outside of the handler: the SDK's own exception is not chained to it and cannot be printed with it
        raise problem

    def elsewhere(self, region: str) -> Clients:
        """The same keys in another region."""
        return Clients(self.keys, region, self._environ, self._patience)

    def error(self, error: Exception) -> AwsError:
        """The AwsError for an exception of the SDK, without any secret of these keys."""
        if self.keys is None:
            return translate(error)
        hidden = (self.keys.secret.reveal(), self.keys.token.reveal() if self.keys.token is not None else "")
        return translate(error, hidden=hidden, temporary=self.keys.temporary)

    def _client(self, service: str) -> Any:
        with _ONE_AT_A_TIME:  # a session is not safe to use from two threads, a client is
            if service not in self._made:
                self._made[service] = plain_session().client(service, **self._arguments(service))
                self._tell_of(self._made[service], service)
                if self._patience.pace is not None:
                    self._patience.pace.slow(self._made[service], service)
            return self._made[service]

    def _tell_of(self, client: Any, service: str) -> None:
        """Lets every request with its answer be heard; the keys are in neither."""

        def named(params: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
            if listened():
                context["canvos_tui_asked"] = _compact(params)

        def asked(event_name: str, context: Mapping[str, Any]) -> tuple[str, str]:
            name = f"{service}:{event_name.rpartition('.')[2]}"
            return name, " ".join(filter(None, (name, f"region={self.region}", context.get("canvos_tui_asked", ""))))

        def answered(event_name: str, http_response: Any, parsed: Mapping[str, Any], context: Mapping[str, Any], **_: object) -> None:
            if listened():
                tell(*asked(event_name, context), _answer(http_response.status_code, parsed))

        def failed(event_name: str, exception: Exception, context: Mapping[str, Any], **_: object) -> None:
            tell(*asked(event_name, context), type(exception).__name__)  # its words may hold a proxy's password

        events = client.meta.events
        events.register("before-parameter-build", named)
        events.register("after-call", answered)
        events.register("after-call-error", failed)

    def _arguments(self, service: str) -> dict[str, Any]:
        from botocore import UNSIGNED
        from botocore.config import Config

        settings = Config(
            region_name=self.region,
            connect_timeout=self._patience.connect,
            read_timeout=self._patience.read,
            retries={"mode": "standard", "total_max_attempts": self._patience.attempts},
            user_agent_appid="canvos-tui",
            tcp_keepalive=True,
            max_pool_connections=self._patience.pool,
            signature_version=UNSIGNED if self.keys is None else None,
        )
        found: dict[str, Any] = {"config": settings, "endpoint_url": endpoint_for(service, self._environ) or None}
        if self.keys is not None:
            found["aws_access_key_id"] = self.keys.key_id
            found["aws_secret_access_key"] = self.keys.secret.reveal()
            found["aws_session_token"] = self.keys.token.reveal() if self.keys.token is not None else None
        return found


# bytes, and the two forms of a refusal that AWS seals: it may tell more than whoever asked should pass on
_BODIES = frozenset({"Body", "BlockData", "EncodedMessage", "DecodedMessage"})
_SEALED = re.compile(r"(Encoded authorization failure message: )[\w.~+/=-]+")


def _compact(params: Mapping[str, Any]) -> str:
    """The parameters of a call in a line; bytes are left out."""
    shown = {name: value if isinstance(value, str) else json.dumps(value, default=str) for name, value in params.items()}
    return " ".join(f"{name}={value[:_WIDEST]}" for name, value in shown.items() if name not in _BODIES)


def _answer(status: int, parsed: Mapping[str, Any]) -> str:
    """What came back: the status, AWS' id of the request, and the answer as the SDK read it."""
    about = parsed.get("ResponseMetadata", {})
    said = {name: value for name, value in parsed.items() if name not in {"ResponseMetadata", *_BODIES}}
    words = (f"HTTP {status}", f"request {about['RequestId']}" if about.get("RequestId") else "", json.dumps(said, default=str))
    return _SEALED.sub(r"\1(sealed)", "\n".join(filter(None, words)))


@cache
def plain_session() -> Any:
    """A session that ignores AWS_PROFILE: keys are always given, and a profile that does not exist would stop every client.

    One for the whole process, without any keys: it keeps the service descriptions, and reading EC2's takes 0.3 s.
    """
    import boto3
    import botocore.session

    core = botocore.session.Session()
    # the store and not the session: the session's own setter takes None for "look into the environment"
    core.get_component("config_store").set_config_variable("profile", None)
    return boto3.Session(botocore_session=core)


def endpoint_for(service: str, environ: Mapping[str, str]) -> str:
    """The endpoint override for a service, as the SDK looks for it in the environment; empty for AWS itself."""
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return ""
    return environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environ.get("AWS_ENDPOINT_URL", "")
