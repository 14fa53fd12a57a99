"""What earthly.sh expects of its terminal: `docker exec -it` gets one, a question on it never hangs, and it has the asked size."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.core.run.events import Noted
from canvos_tui.core.run.outcome import Outcome
from tests import samples
from tests.runs import KEYS, NOBODY, Site, opened
from tests.waiting import until

TOKEN = "C1xExampleUbuntuProToken30chars"
# the words of earthly.sh v4.10.0 around the token
ASKS = """
if [ -z "${UBUNTU_PRO_KEY:-}" ]; then
  if [ -r /dev/tty ] && [ -w /dev/tty ]; then
    printf "Enter Ubuntu Pro token (input hidden): " >/dev/tty
    stty -echo </dev/tty; IFS= read -r UBUNTU_PRO_KEY </dev/tty; stty echo </dev/tty; printf "\\n" >/dev/tty
  fi
fi
[ -n "${UBUNTU_PRO_KEY:-}" ] || { echo >&2 "Error: Empty Ubuntu Pro token. Aborting."; exit 1; }
echo "token is $UBUNTU_PRO_KEY"; until [ -e go ]; do sleep 0.05; done; exit 4
"""
# a docker that is as strict about its input as the real one
DOCKER = """#!/bin/bash
case "$*" in
  "run -d"*) echo 4b509efa5504 ;;
  "exec -it"*) [ -t 0 ] && [ -t 1 ] || { echo "the input device is not a TTY" >&2; exit 1; }; echo "Updating certificates" ;;
  "run --privileged"*) echo "a build on $(stty size)" ;;
esac
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    monkeypatch.delenv("UBUNTU_PRO_KEY", raising=False)
    with opened(tmp_path) as found:
        yield found


def test_docker_exec_it_of_the_proxy_mode_gets_its_terminal(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (site.root / "bin").mkdir()
    (site.root / "bin" / "docker").write_text(DOCKER)
    (site.root / "bin" / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{site.root / 'bin'}:{os.environ['PATH']}")
    run_id = site.start(
        "docker run -d --privileged --name earthly-buildkitd x\n"
        "docker exec -it earthly-buildkitd update-ca-certificates\n"
        "docker run --privileged --rm -t x; exit 1"
    )
    site.result(run_id)
    assert site.log(run_id).splitlines() == ["4b509efa5504", "Updating certificates", "a build on 50 160"]


def test_a_question_for_the_ubuntu_pro_token_ends_at_once_and_says_what_to_do(site: Site) -> None:
    run_id = site.start(ASKS)
    result = site.result(run_id)
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 1)
    assert "Empty Ubuntu Pro token" in site.log(run_id)
    assert any(isinstance(e, Noted) and "export UBUNTU_PRO_KEY before the start" in e.text for e in site.follow(run_id))


def test_a_token_that_was_exported_reaches_the_build_and_nobody_else(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UBUNTU_PRO_KEY", TOKEN)
    run_id = site.start(ASKS)
    until(lambda: "token is" in site.log(run_id))
    assert "token is ***MASKED:ubuntu_pro_key***" in site.log(run_id)
    pid = site.supervisor(run_id)
    assert TOKEN.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    assert TOKEN.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    (site.checkout / "go").touch()
    assert site.result(run_id).exit_code == 4
    stored = b"".join(path.read_bytes() for path in site.state.rglob("*") if path.is_file())
    assert TOKEN.encode() not in stored


def test_many_changes_of_size_reach_the_build_and_the_last_one_counts(site: Site) -> None:
    # a shell that is told of two changes in one breath runs its trap once: the size is asked for in the loop
    looks = 'now=$(stty size); [ "$now" = "$was" ] || echo "now $now"; was=$now; sleep 0.02'
    run_id = site.start(f"trap 'echo told' WINCH; echo up; until [ -e go ]; do {looks}; done; exit 1")
    until(lambda: "up" in site.log(run_id))

    changes = samples.count(40, 200)

    async def tear() -> None:
        for number in range(changes):
            await site.runs.resize(run_id, 80 + number, 24 + number % 30)

    asyncio.run(tear())
    until(lambda: f"now {24 + (changes - 1) % 30} {79 + changes}" in site.log(run_id))
    until(lambda: "told" in site.log(run_id))
    (site.checkout / "go").touch()
    assert site.result(run_id).exit_code == 1


def test_two_starts_on_one_checkout_at_the_same_moment_make_one_build(site: Site) -> None:
    plan = site.plan("until [ -e go ]; do sleep 0.05; done; exit 1")

    async def race() -> list[object]:
        starts = (site.runs.start(replace(plan), KEYS) for _ in range(6))
        return list(await asyncio.gather(*starts, return_exceptions=True))

    found = asyncio.run(race())
    won = [run for run in found if isinstance(run, str)]
    assert len(won) == 1
    assert all(won[0] in str(error) or "begins in this checkout" in str(error) for error in found if error not in won)
    assert [p.name for p in (site.state / "runs").iterdir()] == won, "the losers leave nothing"
    assert json.loads((site.folder(won[0]) / "run.json").read_text())["tag"] == "v4.8.8"
    (site.checkout / "go").touch()
    site.result(won[0])
