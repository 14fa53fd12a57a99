"""What a report begins with: by which version, when, on which machine, for which checkout and from which answers it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checkout.state import CheckoutState
from canvos_tui.core.checks.network.proxy import without_password
from canvos_tui.core.machine import DockerFacts, HostFacts
from canvos_tui.core.masking.redactor import mask_text
from canvos_tui.core.values import dataclass

# what changes the answers of checks, and what a support engineer would ask for
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_NAMES = ("DOCKER_HOST", "DOCKER_CONTEXT", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True)
class About:
    """What surrounds the results: the tool, the time, the machine and the checkout; `seconds` is the whole run.

    None stands for what was not found out. `answers` says in words where the answers came from, `environment` holds the variables
    that change answers, passwords left out.
    """

    version: str
    python: str
    started_at: datetime
    seconds: float
    host: HostFacts | None = None
    checkout: CheckoutState | None = None
    folder: Path | None = None  # that was judged, also where it is no checkout
    docker: DockerFacts | None = None
    answers: str = ""
    route: Route = Route.GUIDE
    environment: Mapping[str, str] = field(default_factory=dict)


def telling(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that change what checks find; a proxy's counts in either spelling, its password is left out."""
    found = {name: environ.get(name) or environ.get(name.lower(), "") for name in _PROXIES}
    found |= {name: environ.get(name, "") for name in _NAMES}
    return {name: mask_text(without_password(value)) for name, value in found.items() if value}


def head(about: About) -> tuple[str, ...]:
    """Two lines, and a third where a folder was judged; what is not known is left out."""
    utc = about.started_at.astimezone(UTC)
    host, docker = about.host, about.docker
    known = (host.family.partition(" ")[0], host.system, host.kernel, host.architecture) if host else ()
    first = [
        f"canvos-tui {about.version}",
        f"{utc:%Y-%m-%d %H:%M} UTC",
        " ".join(word for word in known if word),
        f"Docker {docker.version}" if docker and docker.version else "",
        f"Python {about.python}",
    ]
    route = f"route     {about.route.value}" + (f"; answers: {about.answers}" if about.answers else "")
    return (*_judged(about), ", ".join(word for word in first if word), route)


def _judged(about: About) -> tuple[str, ...]:
    if about.folder is None:
        return ()
    state = about.checkout
    commit = f", {state.tag or 'no tag'} ({state.commit[:12]})" if state is not None and state.commit else ""
    return (f"checkout  {about.folder}{commit}",)


def head_data(about: About) -> dict[str, Any]:
    """The same as the fields of the JSON document."""
    folder = about.folder or (about.checkout.path if about.checkout else None)
    host, checkout, docker = about.host, about.checkout, about.docker
    return {
        "tool": {"version": about.version, "python": about.python},
        "started_at": about.started_at.isoformat(),
        "duration_ms": round(about.seconds * 1000),
        "host": {
            "os": host.system if host else "",
            "arch": host.architecture if host else "",
            "kernel": host.kernel if host else "",
            "distribution": host.family.partition(" ")[0] if host else "",
        },
        "docker": {"version": docker.version if docker else "", "client": docker.client if docker else ""},
        "canvos": {
            "path": str(folder) if folder else "",
            "tag": checkout.tag if checkout else "",
            "commit": checkout.commit if checkout else "",
        },
        "answers": {"from": about.answers, "route": about.route.value},
        "environment": dict(about.environment),
    }
