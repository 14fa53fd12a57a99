"""The privileged container that `earthly.sh` starts first, run by ourselves so that its reason is not thrown away."""

from __future__ import annotations

import contextlib
import secrets
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.adapters.docker.words import pull_cause, start_cause
from canvos_tui.core.values.heard import tell

if TYPE_CHECKING:
    import docker

WORDS = "Privileged container test"
_STEP = 10  # seconds for one answer of the engine
_PULL = 45  # seconds without a line from a pull
_LIFE = 30.0  # seconds that the container may take to echo a line
_LOOK = 0.1  # seconds between two looks at it


class Probe:
    """Two blocking steps: the image, then the container. Both give up soon after `stop` is set."""

    def __init__(self, connect: Callable[[int], docker.DockerClient], image: str, stop: threading.Event, config: Path) -> None:
        self._connect = connect
        self._image = image
        self._stop = stop
        self._config = config

    def pull(self) -> tuple[str, str] | None:
        """Fetches the image when the engine has none; cause and the engine's words when that fails, else None."""
        failed = self._pull()
        if failed is not None:
            tell("pull", f"POST /images/create of {self._image}", failed[1])
        return failed

    def _pull(self) -> tuple[str, str] | None:
        from docker.errors import APIError, DockerException, ImageNotFound

        with contextlib.closing(self._connect(_PULL)) as client:
            with contextlib.suppress(ImageNotFound):
                client.images.get(self._image)
                return None
            name, _, tag = self._image.rpartition(":")
            try:
                for line in self._pulled(client, name, tag):
                    if "error" in line:
                        return pull_cause(line["error"]), line["error"]
                    if self._stop.is_set():
                        return "cancelled", ""
            except APIError as error:
                words = str(error.explanation or error)
                return pull_cause(words), words
            except DockerException as error:  # a credential helper that is missing or refuses
                return pull_cause(str(error)), str(error)
        return None

    def _pulled(self, client: docker.DockerClient, name: str, tag: str) -> Iterator[dict[str, str]]:
        """The lines of a pull, with the logins and credential helpers that the docker command would use."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the SDK also warns on stderr about a helper before it raises
            client.api.reload_config(str(self._config))
            lines: Iterator[dict[str, str]] = client.api.pull(name, tag=tag, stream=True, decode=True)
        return lines

    def run(self) -> tuple[bool, str, str]:
        """Whether the container ran, else the cause, and what it or the engine said."""
        found = self._run()
        tell("probe", f"a privileged container of {self._image}: sh -c \"echo '{WORDS}'\"", found[2], 0 if found[0] else None)
        return found

    def _run(self) -> tuple[bool, str, str]:
        from docker.errors import APIError
        from requests.exceptions import RequestException

        name = f"canvos-tui-probe-{secrets.token_hex(4)}"
        with contextlib.closing(self._connect(_STEP)) as client:
            try:
                settings = client.api.create_host_config(privileged=True)
                client.api.create_container(self._image, ["sh", "-c", f"echo '{WORDS}'"], name=name, host_config=settings)
                client.api.start(name)
                return self._watch(client, name)
            except APIError as error:
                words = str(error.explanation or error)
                return False, start_cause(words), words
            finally:
                with contextlib.suppress(APIError, RequestException):  # it was never made, or is gone already
                    client.api.remove_container(name, v=True, force=True)

    def _watch(self, client: docker.DockerClient, name: str) -> tuple[bool, str, str]:
        looks = int(_LIFE / _LOOK)
        for _ in range(looks):
            state = client.api.inspect_container(name)["State"]
            if state.get("Status") in {"exited", "dead"}:
                output = client.api.logs(name).decode("utf-8", "replace").strip()
                code = state.get("ExitCode")
                if code == 0 and WORDS in output:
                    return True, "", output
                return False, "runtime", f"exit code {code}: {output or state.get('Error') or 'no output'}"
            if self._stop.wait(_LOOK):
                return False, "cancelled", ""
        return False, "runtime", f"the container did not end within {_LIFE:.0f} s"
