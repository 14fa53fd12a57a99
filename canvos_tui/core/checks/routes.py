"""Which checks a route asks: what only the guide's command needs, what needs a bucket, and what only the direct route does."""

from __future__ import annotations

from collections.abc import Container, Iterable

from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checks.check import Check

_THROUGH_S3 = frozenset(route for route in Route if route.needs_bucket)
_ONLY: dict[str, frozenset[Route]] = {
    "NET-AWSCLI": frozenset({Route.GUIDE}),  # the import script's own target installs it
    **dict.fromkeys(("NET-S3", "AWS-BUCKET", "AWS-BUCKET-REGION", "AWS-S3-LIST", "AWS-S3-GET", "AWS-S3-PUT"), _THROUGH_S3),
    **dict.fromkeys(("AWS-EC2-IMPORT", "AWS-EC2-DESC-TASKS", "AWS-ROLE-VMIMPORT"), _THROUGH_S3),
    **dict.fromkeys(("AWS-IMPORT-TASKS", "AWS-KEY-CLASH"), _THROUGH_S3),
    "AWS-KMS-KEY": frozenset(route for route in Route if route.uploads_itself),
    **dict.fromkeys(("NET-EBS", "AWS-EBS-START", "AWS-EBS-PUT", "AWS-EBS-COMPLETE", "AWS-EBS-LIST"), frozenset({Route.DIRECT})),
}


def on_route(check: Check, route: Route) -> bool:
    """Whether that route asks it."""
    return route in _ONLY.get(check.id, frozenset(Route))


def unasked(results: Container[str], route: Route) -> tuple[str, ...]:
    """The checks of the network that this route asks and another one did not: open when the route was changed after a check."""
    network = [name for name in _ONLY if name.startswith("NET-")]
    if not any(name in results for name in network):  # the network was not asked about at all
        return ()
    return tuple(name for name in network if route in _ONLY[name] and name not in results)


def of_route(checks: Iterable[Check], route: Route) -> tuple[Check, ...]:
    """Those that the route asks, in their order; a need that is not among them holds nothing up."""
    return tuple(check for check in checks if on_route(check, route))
