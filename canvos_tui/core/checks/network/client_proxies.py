"""The proxies that the docker command gives every container that it starts: `proxies` of its config.json.

Without a proxy of its own earthly.sh starts Earthly's container with none of these variables named (its `build_without_proxy`), so they
are in there, and the images that a build is based on are pulled through them. The steps of the build do not see them. In its proxy way
the script names each variable, also an empty one, and the file does not count.
Source: https://docs.docker.com/engine/cli/proxy/
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from canvos_tui.core.checkout.proxy_mode import VARIABLES
from canvos_tui.core.checks.check import Context
from canvos_tui.core.checks.questions import engine, proxied
from canvos_tui.core.errors import CanvosError

_NAMES = {"httpProxy": "HTTP_PROXY", "httpsProxy": "HTTPS_PROXY", "noProxy": "NO_PROXY", "allProxy": "ALL_PROXY"}


def config_file(context: Context) -> Path:
    """Where the docker command reads its configuration."""
    named = context.ports.environ.get("DOCKER_CONFIG")
    return (Path(named) if named else Path(context.ports.environ.get("HOME") or "/root") / ".docker") / "config.json"


def proxies(text: str, host: str) -> dict[str, str]:
    """The variables that a container gets by this config.json, empty where it gets none; `host` is the address of the engine.

    An engine's own entry counts before `default`, as a whole. What is no JSON, or has another shape, gives nothing, as with docker.
    """
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    listed = found.get("proxies") if isinstance(found, dict) else None
    chosen = listed.get(host, listed.get("default")) if isinstance(listed, dict) else None
    if not isinstance(chosen, dict):
        return {}
    return {variable: value for name, variable in _NAMES.items() if isinstance(value := chosen.get(name), str) and value}


async def given(context: Context) -> dict[str, str]:
    """The variables that Earthly's container gets by the file; empty where it gets none, or where earthly.sh names its own."""
    if await proxied(context):
        return {}
    text, host = None, "default"
    with suppress(CanvosError):  # a file that cannot be read has a check of its own, and so has an engine that does not answer
        text = await context.ports.files.read_text(config_file(context))
        host = (await engine(context)).host if text else host
    found = proxies(text or "", host)
    return {**dict.fromkeys(VARIABLES, ""), **found} if found else {}
