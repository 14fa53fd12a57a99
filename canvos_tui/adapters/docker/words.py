"""What the engine's own words mean: why a pull or a privileged container failed, as one short stable word."""

from __future__ import annotations

import re

# the first that fits wins: the daemon wraps the reason in several layers of general words
_PULL = (
    ("pull-credentials", r"error getting credentials|docker-credential-|credentials store"),
    ("pull-disk-full", r"no space left on device|disk quota exceeded"),
    ("pull-proxy", r"proxyconnect|proxy authentication required|\b407\b"),
    ("pull-rate-limit", r"toomanyrequests|too many requests|\b429\b|rate limit"),
    ("pull-dns", r"no such host|server misbehaving|temporary failure in name resolution|lookup \S+.*(?:timeout|refused)"),
    ("pull-tls", r"x509|certificate|tls: "),
    ("pull-not-found", r"manifest unknown|manifest for .* not found|name unknown|repository .* not found|no matching manifest"),
    ("pull-unauthorized", r"unauthorized|authentication required|pull access denied|requested access|denied|\b40[13]\b|forbidden"),
    (
        "pull-network",
        r"connection refused|no route to host|network is unreachable|i/o timeout|tls handshake timeout|client\.timeout|deadline exceeded"
        r"|connection reset|request canceled|\beof\b|50[234] |bad gateway|service unavailable",
    ),
    ("pull-not-found", r"not found|404"),
)
_REFUSED = re.compile(r"privileged|authorization denied by plugin|user namespaces", re.IGNORECASE)


def pull_cause(text: str) -> str:
    """Why an image could not be pulled; `pull-failed` when the words are not known."""
    lowered = text.lower().replace("net/http: tls handshake timeout", "i/o timeout")
    return next((cause for cause, pattern in _PULL if re.search(pattern, lowered)), "pull-failed")


def start_cause(text: str) -> str:
    """Why a container was not made or did not start: the engine forbids it, or its runtime cannot."""
    return "privileged-refused" if _REFUSED.search(text) else "runtime"
