"""Who may pass: keys, signatures and clocks first, then the fault table, as AWS judges a request before it looks at what is asked."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.protocol import HangUpError, RefusalError, Request
from canvos_tui.rehearsal.aws.rights.policy import Target, allowed, refuse_unknown
from canvos_tui.rehearsal.aws.rights.targets import anything
from canvos_tui.rehearsal.aws.signature import Signed, is_genuine, read_signature, signed_at

_SKEW = timedelta(minutes=15)
_THROTTLED = {
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "ebs": ("ThrottlingException", "Rate exceeded", 400),
    "kms": ("ThrottlingException", "Rate exceeded", 400),
}
_UNSIGNED_BODY = "UNSIGNED-PAYLOAD"


class Gate:
    """Lets requests through or raises the refusal that AWS would send."""

    def __init__(self, config: StandinConfig) -> None:
        self._keys = {key.key_id: key for key in config.keys}
        self._closed_regions = frozenset(config.closed_regions)
        self._offset = timedelta(seconds=config.clock_offset)
        self._policy, self._region = config.policy, config.region
        if self._policy is not None:
            refuse_unknown(self._policy)
        self._lock = threading.Lock()
        self._faults = list(config.faults)
        self.closed = threading.Event()

    def now(self) -> datetime:
        """The stand-in's own time."""
        return datetime.now(UTC) + self._offset

    def set_faults(self, *faults: Fault) -> None:
        """Replaces the fault table."""
        with self._lock:
            self._faults = list(faults)

    def authenticate(self, request: Request) -> tuple[StandinKey, Signed] | None:
        """The key behind a request, None for an unsigned one."""
        signed = read_signature(request)
        if signed is None:
            return None
        service = signed.service
        key = self._keys.get(signed.key_id)
        if key is None or not key.active or signed.region in self._closed_regions:
            raise _unknown_key(service)
        self._check_clock(request, service)
        if not is_genuine(request, signed, key.secret):
            raise _wrong_secret(service)
        self._check_token(request, key, service)
        _check_body(request)
        return key, signed

    def _check_clock(self, request: Request, service: str) -> None:
        sent, now = signed_at(request), self.now()
        if sent is not None and abs(now - sent) <= _SKEW:
            return
        if service == "s3":
            raise RefusalError("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 403)
        if service == "ec2":
            raise RefusalError("RequestExpired", "Request has expired.", 400)
        late = sent is None or sent < now
        word = "Signature expired" if late else "Signature not yet current"
        text = f"{word}: {request.headers.get('x-amz-date', '')} is {'now earlier' if late else 'still later'} than {now:%Y%m%dT%H%M%SZ}"
        raise RefusalError("SignatureDoesNotMatch", text, 403)

    def _check_token(self, request: Request, key: StandinKey, service: str) -> None:
        if key.expired:
            if service == "ec2":
                raise RefusalError("RequestExpired", "Request has expired.", 400)
            code = "ExpiredTokenException" if service == "ebs" else "ExpiredToken"
            raise RefusalError(code, "The security token included in the request is expired", 400 if service == "s3" else 403)
        if request.headers.get("x-amz-security-token", "") != key.token:
            raise _unknown_key(service)

    def pass_action(  # noqa: PLR0913  what AWS judges a request by
        self, action: str, key: StandinKey, resource: str = "*", *, dry: bool = False, region: str = "", targets: Sequence[Target] = ()
    ) -> bool:
        """Applies fault table and policy to an action; returns when nothing stands in the way: True where its answer is to get lost."""
        fault = self._take(action, region, dry=dry)
        if not self._policy_allows(action, targets or anything(resource, region or self._region)):
            raise _denied(action.split(":")[0], action, key, resource)
        if fault is None or fault.kind is FaultKind.LOST:
            return fault is not None
        service = action.split(":")[0]
        if fault.kind is FaultKind.DENY:
            raise _denied(service, action, key, resource)
        if fault.kind is FaultKind.THROTTLE:
            raise RefusalError(*_THROTTLED.get(service, ("Throttling", "Rate exceeded", 400)))
        if fault.kind is FaultKind.ERROR:
            raise RefusalError(fault.code, fault.message, fault.status)
        if fault.kind is FaultKind.HANG:
            self.closed.wait(fault.seconds)
        raise HangUpError

    def _policy_allows(self, action: str, targets: Sequence[Target]) -> bool:
        return self._policy is None or action.startswith("sts:") or allowed(self._policy, action, targets)

    def _take(self, action: str, region: str, *, dry: bool) -> Fault | None:
        with self._lock:
            for n, fault in enumerate(self._faults):
                if not fault.hits(action, region) or fault.times == 0 or (fault.real and dry):
                    continue
                if fault.times is not None:
                    self._faults[n] = replace(fault, times=fault.times - 1)
                return fault
        return None

    def allows(self, action: str) -> bool:
        """Whether no fault denies that action; takes nothing from the table."""
        with self._lock:
            return not any(f.kind is FaultKind.DENY and f.hits(action) for f in self._faults)


def _unknown_key(service: str) -> RefusalError:
    if service == "s3":
        return RefusalError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
    if service == "ec2":
        return RefusalError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    code = "UnrecognizedClientException" if service in {"ebs", "kms"} else "InvalidClientTokenId"
    return RefusalError(code, "The security token included in the request is invalid.", 403)


def _wrong_secret(service: str) -> RefusalError:
    if service == "ec2":
        return RefusalError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    text = "The request signature we calculated does not match the signature you provided."
    return RefusalError("SignatureDoesNotMatch", text, 403)


def _check_body(request: Request) -> None:
    claimed = request.headers.get("x-amz-content-sha256", _UNSIGNED_BODY)
    if len(claimed) == 64 and claimed != request.body.raw_sha256:
        raise RefusalError("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")


def _denied(service: str, action: str, key: StandinKey, resource: str) -> RefusalError:
    why = f"User: {key.arn} is not authorized to perform: {action}"
    because = f"because no identity-based policy allows the {action} action"
    if service == "ec2":
        return RefusalError("UnauthorizedOperation", f"You are not authorized to perform this operation. {why} {because}", 403)
    code = "AccessDeniedException" if service in {"ebs", "kms"} else "AccessDenied"
    return RefusalError(code, f'{why} on resource: "{resource}" {because}', 400 if service == "kms" else 403)
