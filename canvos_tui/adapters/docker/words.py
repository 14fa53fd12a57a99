"""What the engine's own words mean: why a pull or a privileged container failed, as one short stable word."""

from __future__ import annotations

import re

# what an engine says and nobody else; all else are reasons that every program gives, in the words of one table
_OWN = (
    ("pull-credentials", r"error getting credentials|docker-credential-|credentials store"),
    ("pull-not-found", r"manifest for .* not found|repository .* not found|no matching manifest"),
)
_REASONS = {
    "pull-disk-full": ("disk-full", "quota"),
    "pull-proxy": ("proxy-login", "proxy-no-tls", "proxy-refuses", "proxy-down"),
    "pull-rate-limit": ("http-429",),
    "pull-dns": ("dns-broken", "dns-missing", "dns-unresolved"),
    "pull-tls": ("tls-expired", "tls-name", "tls-unknown", "tls-plain", "tls-failed"),
    "pull-not-found": ("http-404",),
    "pull-unauthorized": ("login-wrong", "http-401", "http-403"),
    "pull-network": ("refused", "unreached", "no-route", "no-ipv6", "cut", "timeout", "http-5xx"),
}
_BY_REASON = {reason: cause for cause, reasons in _REASONS.items() for reason in reasons}
# where the reason is none that is known, the part of the pull that it happened in
_AT_LEAST = (
    ("pull-proxy", r"proxyconnect"),
    ("pull-tls", r"x509|certificate|tls: "),
    ("pull-unauthorized", r"unauthorized|denied|forbidden"),
    ("pull-network", r"request canceled"),
    ("pull-not-found", r"not found"),
)
_REFUSED = re.compile(r"privileged|authorization denied by plugin|user namespaces", re.IGNORECASE)


def pull_cause(text: str) -> str:
    """Why an image could not be pulled; `pull-failed` when the words are not known."""
    from canvos_tui.core.diagnosis.speech.reasons import reason_in

    low = text.lower()
    own = next((cause for cause, pattern in _OWN if re.search(pattern, low)), "")
    told = None if own else next((told for line in low.splitlines() if (told := reason_in(line))), None)
    if told is not None and told.reason in _BY_REASON:
        return _BY_REASON[told.reason]
    return own or next((cause for cause, pattern in _AT_LEAST if re.search(pattern, low)), "pull-failed")


def start_cause(text: str) -> str:
    """Why a container was not made or did not start: the engine forbids it, or its runtime cannot."""
    return "privileged-refused" if _REFUSED.search(text) else "runtime"
