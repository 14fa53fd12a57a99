"""Cases made from the grammar of a build's log: several failures, cut ends, steps side by side, words that contradict the outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.build_log import END, HEAD, BuildLog, out, outside
from tests.causes_table import told

DNS = "curl: (6) Could not resolve host: www.postgresql.org"
FULL = "dd: error writing '/output/a.raw': No space left on device"
DENIED = "upload failed: a.raw to s3://acme/k An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"
CERT = "fatal: unable to access 'https://github.com/x/': SSL certificate problem: unable to get local issuer certificate"
RESET = "curl: (56) Recv failure: Connection reset by peer"
ODD = "frobnicate: internal inconsistency 0x51"
CLIPPED = "[output clipped, log limit 8MiB reached]"
GOES_ON = ["No content-* directories found", "Error: Failed to add content partition. Build cannot continue.", "  RAW_IMG: "]


def failed(target: str, *texts: str, code: int = 1) -> bytes:
    return BuildLog().step(target, *texts).fails(target, code).data()


def interleaved(*pairs: tuple[str, str]) -> BuildLog:
    log = BuildLog()
    for target in dict.fromkeys(target for target, _ in pairs):
        log.step(target)
    for target, text in pairs:
        log.says(target, text)
    return log


def cut_short(log: BuildLog, characters: int) -> bytes:
    return log.data().decode()[:-characters].encode()


def with_ends(data: bytes, end: bytes) -> bytes:
    return data.replace(b"\n", end)


FAILING: dict[str, tuple[bytes, str]] = {
    # two failures at once
    "the first step that failed counts": (
        BuildLog().step("+base-image", DNS).fails("+base-image", 6).fails("+cloud-image", 1).data(),
        "E-DNS",
    ),
    "and not the one that said something else before": (
        interleaved(("+cloud-image", CERT), ("+base-image", DNS)).fails("+base-image", 6).fails("+cloud-image", 1).data(),
        "E-DNS",
    ),
    "the other way round": (
        interleaved(("+base-image", DNS), ("+cloud-image", CERT)).fails("+cloud-image", 128).fails("+base-image", 6).data(),
        "E-CERT-UNKNOWN",
    ),
    "two causes in one step: the earlier": (failed("+base-image", CERT, RESET), "E-CERT-UNKNOWN"),
    "a full disk explains what dpkg says": (
        failed("+base-image", FULL, "dpkg: error processing package linux (--configure):", code=100),
        "E-DISK-FULL",
    ),
    "a strong word outweighs an earlier weak one": (
        failed("+base-image", "dpkg: error processing package linux (--configure):", FULL, code=100),
        "E-DISK-FULL",
    ),
    "what killed the builder is told before that it is gone": (
        BuildLog().step("+cloud-image", FULL).ends("error reading from server: EOF").data(),
        "E-DISK-FULL",
    ),
    "the disk of another step is the same disk": (
        interleaved(("+cloud-image", FULL), ("+base-image", ODD)).fails("+base-image", 3).data(),
        "E-DISK-FULL",
    ),
    # consequences
    "not signed behind a full disk": (
        failed("+base-image", f"E: {FULL}", "E: The repository 'http://a jammy InRelease' is not signed.", code=100),
        "E-DISK-FULL",
    ),
    "not signed behind a proxy": (
        failed(
            "+base-image",
            "  407  Proxy Authentication Required [IP: 10.0.0.1 3128]",
            "E: The repository 'http://a x' is not signed.",
            code=100,
        ),
        "E-PROXY-LOGIN",
    ),
    "no package behind lists that could not be fetched": (
        failed(
            "+base-image", "W: Failed to fetch http://a/x  Temporary failure resolving 'a'", "E: Unable to locate package kbd", code=100
        ),
        "E-DNS",
    ),
    "the disk's script goes on without a disk": (
        failed("+cloud-image", "losetup: cannot find an unused loop device", *GOES_ON),
        "E-LOOP-DEVICE",
    ),
    "the last step itself, with a disk": (
        failed("+cloud-image", "mount: /mnt: special device /dev/loop0p2 does not exist.", GOES_ON[1], "  RAW_IMG: /output/a.raw"),
        "E-LOOP-PARTITIONS",
    ),
    "an AMI from a snapshot that never came": (
        BuildLog()
        .step(
            "+aws-cloud-image",
            "2026-09-17 10:40:31 - Status Message: ClientError: No valid partitions. Not a valid volume.",
            "aws: [ERROR]: An error occurred (InvalidSnapshot.NotFound) when calling the RegisterImage operation: x does not exist.",
        )
        .fails("+aws-cloud-image")
        .data(),
        "E-IMPORT-FORMAT",
    ),
    "the wrapper of make": (
        failed("+base-image", "sh: yq: not found", "make: *** [all] Error 127", code=2),
        "E-COMMAND-MISSING",
    ),
    # retries
    "the last try has no other behind it": (
        failed("+base-image", RESET, "Warning: Problem : timeout. Will retry in 1 seconds.", RESET, code=56),
        "E-CONNECTION-RESET",
    ),
    "another error behind a retry that ended": (
        failed("+base-image", DNS, "Retrying in 5 seconds", "key downloaded", CERT, code=128),
        "E-CERT-UNKNOWN",
    ),
    "a step that came after": (
        BuildLog().step("+base-image", DNS).step("+base-image", CERT, command="RUN git clone x").fails("+base-image", 128).data(),
        "E-CERT-UNKNOWN",
    ),
    # shapes of the log
    "without the last newline": (cut_short(BuildLog().step("+base-image", DNS).fails("+base-image", 6), 1), "E-DNS"),
    "with the end cut in the middle of a line": (cut_short(BuildLog().step("+base-image", DNS).fails("+base-image", 6), 20), "E-DNS"),
    "line ends of Windows": (with_ends(failed("+base-image", DNS, code=6), b"\r\n"), "E-DNS"),
    "line ends of a terminal": (with_ends(failed("+base-image", DNS, code=6), b"\r\r\n"), "E-DNS"),
    "colours": (
        failed("+base-image", f"\x1b[31m{DNS}\x1b[0m", code=6).replace(b"+base-image |", b"\x1b[34m+base-image\x1b[0m |"),
        "E-DNS",
    ),
    "steps side by side, line by line": (
        interleaved(
            *(pair for n in range(300) for pair in (("+iso-image", f"copy {n}"), ("+base-image", f"unit {n}"))),
            ("+base-image", DNS),
            ("+iso-image", "x"),
        )
        .fails("+base-image", 6)
        .data(),
        "E-DNS",
    ),
    "a clipped log": (failed("+base-image", CLIPPED, DNS, code=6), "E-DNS"),
    "a Dockerfile's step": (
        BuildLog().step("3/9", "E: Failed to fetch http://a/x  404  Not Found [IP: 1.1.1.1 80]").says("3/9", "ERROR").ends("failed").data(),
        "E-APT-404",
    ),
    "the step is named by the last words alone": (
        BuildLog()
        .step("+base-image", DNS)
        .ends("build target: build main: failed to solve: async force execution for +base-image: x")
        .data(),
        "E-DNS",
    ),
    # outside of the steps
    "the engine, before anything runs": (
        outside("docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock."),
        "E-DOCKER-DOWN",
    ),
    "no end at all": (b"docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n", "E-DOCKER-DOWN"),
    "a setting that the shell could not read, and a build that failed of it": (
        (
            "./earthly.sh: .arg: line 7: my: command not found\n" + BuildLog().step("+base-image", "").ends("odd thing").data().decode()
        ).encode(),
        "E-ARG-SYNTAX",
    ),
    # failure with words of success
    "success words do not undo a failure": (
        failed("+base-image", FULL, "Process completed successfully!"),
        "E-DISK-FULL",
    ),
    "an upload that failed behind one that went well": (
        failed("+aws-cloud-image", "upload: b.raw to s3://acme/b", DENIED),
        "E-S3-DENIED",
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_the_cause_is_found(name: str) -> None:
    data, right = FAILING[name]
    document = told(data)
    assert document["cause"] is not None
    assert (document["cause"]["id"], document["result"] in {"failed", "inconclusive"}) == (right, True)


UNKNOWN: dict[str, Callable[[], BuildLog]] = {
    "nothing was printed": lambda: BuildLog().step("+base-image").fails("+base-image", 3),
    "what another step said": lambda: interleaved(("+cloud-image", CERT), ("+base-image", ODD)).fails("+base-image", 3),
    "a finished step": lambda: (
        BuildLog().step("+base-image", DNS).step("+base-image", ODD, command="RUN frobnicate").fails("+base-image", 3)
    ),
    "a step of the Dockerfile that is over": lambda: (
        BuildLog().step("2/9", DNS).step("3/9", "fine").step("+base-image", ODD).fails("+base-image", 3)
    ),
    "the start, which was got over": lambda: BuildLog([DNS, *HEAD.split("\n")]).step("+base-image", ODD).fails("+base-image", 3),
    "the builder that nobody needs": lambda: (
        BuildLog()
        .says("bootstrap", "Warning: Bootstrapping buildkit failed: toomanyrequests")
        .step("+base-image", ODD)
        .fails("+base-image", 3)
    ),
    "a command's own text": lambda: (
        BuildLog().step("+base-image", ODD, command=f"RUN echo '{FULL}'").fails("+base-image", 3, f"RUN echo '{FULL}'")
    ),
    "a program that is missing and not missed": lambda: (
        BuildLog().step("+base-image", "sh: tput: not found", "setting up", ODD).fails("+base-image", 3)
    ),
    "a missing right that did not matter": lambda: (
        BuildLog().step("+base-image", "chown: /x: Operation not permitted", ODD).fails("+base-image", 3)
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_no_cause_is_known_and_the_evidence_is_the_steps(name: str) -> None:
    document = told(UNKNOWN[name]().data())
    assert (document["result"], document["cause"]["id"]) == ("failed", "step-failed")
    assert "exit code 3 (" in document["cause"]["explanation"]
    assert name == "nothing was printed" or document["evidence"][-1]["text"] == ODD


def test_a_hint_is_told_as_one() -> None:
    document = told(UNKNOWN["what another step said"]().data())
    assert "reads like `The certificate of the other side is not trusted`; nothing shows" in document["cause"]["explanation"]
    assert all(CERT not in row["text"] for row in document["evidence"])


def test_a_mere_symptom_gives_way_to_an_error_that_nobody_knows() -> None:
    start = "2026-09-17 10:21:04 - Error: Failed to initiate snapshot import for 'edge.raw'."
    document = told(failed("+aws-cloud-image", "aws: error: the moon is full", start))
    assert document["cause"]["id"] == "step-failed"
    assert document["evidence"][0]["text"] == "aws: error: the moon is full"
    alone = told(failed("+aws-cloud-image", start))
    assert alone["cause"]["id"] == "E-IMPORT-START"


def test_an_error_without_a_step_shows_the_end_of_the_log() -> None:
    document = told(outside("docker: something nobody has heard of", "and more of it"))
    assert (document["result"], document["cause"]) == ("failed", None)
    assert "and more of it" in [row["text"] for row in document["evidence"]]


def test_the_same_line_a_thousand_times_is_shown_once() -> None:
    noise = [f"copy {n}% of x" for n in range(1000)]
    document = told(failed("+base-image", "odd: first", *noise, ODD, code=3))
    texts = [row["text"] for row in document["evidence"]]
    assert texts[-1] == ODD
    assert len(texts) <= 8
    assert sum("copy" in text for text in texts) <= 1


@pytest.mark.parametrize("kept", [30, 45, 60, 200])
def test_a_log_that_is_cut_off_runs_for_all_we_know(kept: int) -> None:
    data = BuildLog().step("+base-image", DNS, "and on it goes").step("+cloud-image", "x").data()
    document = told(data[: -min(kept, 60)])
    assert (document["result"], document["cause"]) == ("running", None)


def test_success_stays_success_behind_alarming_words() -> None:
    log = BuildLog().step("+base-image", DNS, CERT, FULL, RESET).step("+cloud-image", "losetup: cannot find an unused loop device")
    document: dict[str, Any] = told(log.succeeds().data())
    assert (document["result"], document["cause"]) == ("succeeded", None)


def test_the_exit_code_has_its_meaning_by_the_command() -> None:
    for command, code, words in (
        ("RUN curl -fsS x", 22, "error status"),
        ("RUN apt-get update", 100, "apt gave up"),
        ("RUN x", 137, "killed it"),
    ):
        text = told(BuildLog().step("+iso-image", ODD, command=command).fails("+iso-image", code, command).data())["cause"]["explanation"]
        assert words in text or code == 137


def test_the_line_of_the_end_is_no_evidence() -> None:
    document = told(failed("+iso-image", ODD, code=3))
    assert all(END not in row["text"] for row in document["evidence"])
    assert out("+iso-image", ODD).strip().endswith(document["evidence"][0]["text"])
