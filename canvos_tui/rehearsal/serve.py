"""The stand-in for AWS as a process of its own: `python -m canvos_tui.rehearsal.serve --config FILE --port-file FILE`."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinImage, StandinKey, StandinKmsKey, StandinRole
from canvos_tui.rehearsal.aws.server import StandinAws

IDLE_SECONDS = 900.0
_LOOK = 0.2  # seconds between two looks at whether it is time to go


def config_from(values: Mapping[str, Any]) -> StandinConfig:
    """A configuration from the plain values of a JSON document; the keys of the classes are its fields."""
    given = dict(values)
    given["keys"] = tuple(StandinKey(**key) for key in given.get("keys", ()))
    given["images"] = tuple(StandinImage(**image) for image in given.get("images", ()))
    given["kms_keys"] = tuple(StandinKmsKey(**key) for key in given.get("kms_keys", ()))
    given["roles"] = {name: StandinRole(**role) for name, role in given.get("roles", {}).items()}
    given["faults"] = tuple(Fault(**{**fault, "kind": FaultKind(fault["kind"])}) for fault in given.get("faults", ()))
    return StandinConfig(**given)


def main(argv: list[str] | None = None) -> int:
    """Serves until nobody asked for `--idle` seconds or a signal comes."""
    parser = argparse.ArgumentParser(prog="python -m canvos_tui.rehearsal.serve", description="a stand-in for AWS on this machine")
    parser.add_argument("--config", type=Path, required=True, help="JSON file with keys, buckets and faults")
    parser.add_argument("--port-file", type=Path, required=True, help="file that gets the address once it answers")
    parser.add_argument("--idle", type=float, default=IDLE_SECONDS, help="seconds without a request until it ends by itself")
    options = parser.parse_args(argv)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    with StandinAws(config_from(json.loads(options.config.read_text(encoding="utf-8")))) as standin:
        endpoint = standin.start()
        part = options.port_file.with_suffix(".part")
        part.write_text(f"{endpoint}\n", encoding="utf-8")
        part.replace(options.port_file)
        while not over.wait(_LOOK) and standin.idle_seconds() < options.idle:
            pass
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
