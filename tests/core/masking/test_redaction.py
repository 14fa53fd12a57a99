"""Nothing secret comes through, however it is spelled, cut or coloured, and what is not secret stays."""

from __future__ import annotations

import base64
import json
import random
import shlex
import time
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.masking.redactor import Redactor, mask_text
from canvos_tui.core.masking.spellings import Masked, needles
from canvos_tui.core.secret import Secret
from tests import samples
from tests.logs import DATA, EARTHLY, LOGS, chunks

KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = "aUAxxxxxEXAMPLETOKENxxxx0001"
PASSWORD = "ExamplePassw0rd!"
NASTY = "p'a\"s $w\\o&r%d/ü+="
KNOWN = tuple(
    Masked(name, Secret(text))
    for name, text in (("aws_key_id", KEY_ID), ("aws_secret", SECRET), ("edge_token", TOKEN), ("password", PASSWORD), ("other", NASTY))
)
NAME = b"\x1b[36m    +aws-cloud-image\x1b[0m | "


def run(data: bytes, size: int = 65536, secrets: tuple[Masked, ...] = KNOWN, seed: int = 1) -> bytes:
    redactor = Redactor(secrets)
    return b"".join([redactor.feed(chunk) for chunk in chunks(data, size, seed)]) + redactor.flush()


def named_in(truth: Path) -> set[str]:
    found: set[str] = set()
    for case in json.loads(truth.read_text()).values():
        found.update(s for s in case["secrets"] if not s.startswith("("))
    return found


def test_the_samples_hold_the_secrets_that_the_tests_look_for() -> None:
    assert named_in(EARTHLY / "truth.json") == {KEY_ID, SECRET, TOKEN, PASSWORD}
    everything = b"".join(path.read_bytes() for path in LOGS)
    assert all(secret.encode() in everything for secret in (KEY_ID, SECRET, TOKEN, PASSWORD))


@pytest.mark.parametrize("secrets", [(), KNOWN], ids=["by-shape", "by-value"])
@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.stem)
def test_no_sample_lets_a_secret_through_at_any_chunk_size(path: Path, secrets: tuple[Masked, ...]) -> None:
    data = path.read_bytes()
    user_data = base64.b64encode(b"#cloud-config\nstylus:\n  site:\n    edgeHostToken: ")[:40]
    whole = run(data, len(data), secrets)
    for secret in (KEY_ID.encode(), SECRET.encode(), TOKEN.encode(), PASSWORD.encode(), user_data, base64.b64encode(TOKEN.encode())[:20]):
        assert secret not in whole
    assert whole.count(b"\n") == data.count(b"\n")
    for size in samples.every((1, 7, 64, 4096, 0), lambda: (1, 64, 0)):
        assert run(data, size, secrets) == whole, size


def test_a_log_without_secrets_stays_as_it_is() -> None:
    for name in ("fail-apt-404-v4.9.38.log", "fail-disk-full-v4.10.0.log"):
        data = (EARTHLY / name).read_bytes()
        assert run(data) == data
    data = (DATA / "aws-import" / "missing-creds.log").read_bytes()
    assert run(data) == data


@pytest.mark.parametrize("value", [SECRET, TOKEN, PASSWORD, NASTY, "kurz5"])
@pytest.mark.parametrize(
    "spell",
    [
        lambda v: v,
        lambda v: quote(v, safe=""),
        quote_plus,
        quote,
        lambda v: json.dumps({"x": v})[7:-2],
        lambda v: json.dumps(json.dumps(v))[1:-1],
        lambda v: json.dumps(v, ensure_ascii=False),
        shlex.quote,
        lambda v: "'" + v.replace("'", "'\\''") + "'",
        lambda v: "".join("\\" + c for c in v),
        lambda v: base64.b64encode(v.encode()).decode(),
        lambda v: base64.urlsafe_b64encode(v.encode()).decode(),
    ],
    ids=["raw", "url", "plus", "path", "json", "json-twice", "json-utf8", "shell", "trace", "pattern", "base64", "urlsafe"],
)
def test_every_spelling_is_masked_at_any_split(value: str, spell: object) -> None:
    assert callable(spell)
    spelled = spell(value)
    assert isinstance(spelled, str)
    core = spelled.strip("'\"\\").rstrip("=").encode()
    data = b"before [" + spelled.encode() + b"] after\n"
    secrets = (Masked("it", Secret(value)),)
    for cut in range(len(data) + 1):
        redactor = Redactor(secrets)
        out = redactor.feed(data[:cut]) + redactor.feed(data[cut:]) + redactor.flush()
        assert core not in out
        assert out.startswith(b"before [")
        assert out.endswith(b"] after\n")


@pytest.mark.parametrize("before", range(6))
def test_base64_of_a_document_hides_nothing_at_any_alignment(before: int) -> None:
    document = b"x" * before + SECRET.encode() + b" and more text that is harmless"
    encoded = base64.b64encode(document)
    out = run(b"blob " + encoded + b"\n")
    inner = base64.b64encode(b"x" * (before % 3) + SECRET.encode())[4:-4]
    assert inner in encoded
    assert inner[4:20] not in out
    assert b"***MASKED:aws_secret***" in out


def test_a_colour_or_a_control_character_inside_a_secret_does_not_help_it() -> None:
    for cut in range(1, len(SECRET)):
        for noise in (b"\x1b[31m", b"\x1b[0m\x1b[1m", b"\0", b"\x1b[K"):
            data = NAME + b"key " + SECRET[:cut].encode() + noise + SECRET[cut:].encode() + b" end\n"
            out = run(data)
            assert b"***MASKED:aws_secret***" in out
            assert out.startswith(NAME + b"key ")
            assert out.endswith(b" end\n")
            plain = out.replace(noise, b"")
            assert SECRET[: max(cut, 8)].encode() not in plain
            assert SECRET[min(cut, len(SECRET) - 8) :].encode() not in plain


@pytest.mark.parametrize("cut", range(8, len(SECRET) - 8))
def test_half_a_secret_is_masked_where_a_line_was_cut(cut: int) -> None:
    head, tail = SECRET[:cut].encode(), SECRET[cut:].encode()
    for data in (
        b"x=" + head + b"\n" + tail + b" rest\n",
        NAME + b"x " + head + b"\n" + NAME + tail + b"\n",
        b"x " + head + b"\r" + tail + b"\n",
        b"x " + head + b" ...[123 bytes left out]... " + tail + b"\n",
    ):
        out = run(data)
        assert head not in out, data
        assert tail not in out, data


@pytest.mark.parametrize("cut", range(0, len(SECRET), 3))
def test_cleaning_first_and_masking_then_leaks_nothing(cut: int) -> None:
    for noise in (b"\r", b"\0", b"\x1b[31m", b"\x08", b"\x1b]0;x\x07", b"\r\r" + NAME):
        data = b"before\n" + NAME + b"+ X=" + SECRET[:cut].encode() + noise + SECRET[cut:].encode() + b"\r\r\nnext\n"
        for size in (1, 30, 1000):
            pipe = LogPipe(KNOWN)
            out = b""
            for chunk in chunks(data, size):
                out += pipe.feed(chunk)
            out += pipe.flush()
            for start in range(len(SECRET) - 7):
                assert SECRET[start : start + 8].encode() not in out
            assert b"next\n" in out


@pytest.mark.parametrize(
    ("text", "secret", "rule"),
    [
        ("+ export AWS_SECRET_ACCESS_KEY=abcd/efgh+ijkl0123456789ABCDEFGHIJKLMNOP", "abcd/efgh", "aws_secret"),
        ('aws_secret_access_key = "abcd/efgh+ijkl"', "abcd/efgh", "aws_secret"),
        ("AWS Secret Access Key [None]: abcd/efgh+ijkl", "abcd/efgh", "aws_secret"),
        ("+ [[ -z abCD/efgh+ijkl0123456789ABCDEFGHIJKLMNOP ]]", "abCD/efgh", "aws_secret"),
        ("HTTP_PROXY=http://joe:s3cr:et@proxy:3128 NO_PROXY=x", "s3cr:et", "url_password"),
        ("Authorization: Bearer abc.def", "abc.def", "authorization"),
        ('"authorization": "Basic am9lOnB3"', "am9lOnB3", "authorization"),
        ('{"password": "a \\"b\\" c", "n": 1}', "b\\", "password"),
        ('process "/bin/sh -c UBUNTU_PRO_KEY=x TOKEN=\\"two words\\" run', "two words", "token"),
        ("    passwd: correct horse battery", "horse", "password"),
        ("--UBUNTU_PRO_KEY=C1abcdefgh --ARCH=amd64", "C1abcdefgh", "secret"),
        ("edgeHostToken: abcdef0123", "abcdef0123", "edge_token"),
        ("machine x login joe password hunter22", "hunter22", "password"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_def end", "eyJzdWIi", "jwt"),
        ("https://b.s3.amazonaws.com/k?X-Amz-Signature=deadbeef01&y=1", "deadbeef01", "aws_signature"),
        ("token IQoJb3JpZ2luX2VjEJr//abc+def== end", "X2VjEJr", "aws_token"),
        ("key AKIAABCDEFGHIJKLMNOP.", "ABCDEFGHIJKL", "aws_key_id"),
        ('content="#cloud-config\\nusers:\\n- x \\"y\\" zzz" s=I2Nsb3VkLWNvbmZpZwp1c2VyczoK t=1', "zzz", "user_data"),
        ("passwd: $6$salt$hashhashhash", "hashhash", "password"),
    ],
)
def test_a_secret_is_known_by_its_shape(text: str, secret: str, rule: str) -> None:
    assert secret in text
    redactor = Redactor()
    out = (redactor.feed(text.encode() + b"\n") + redactor.flush()).decode()
    assert secret not in out
    assert f"***MASKED:{rule}***" in out
    assert rule in redactor.counts
    assert mask_text(out) == out, "masking a masked text changes nothing"


@pytest.mark.parametrize(
    "text",
    [
        'failed: unable to lookup secret "AWS_PROFILE": not found',
        "++ local taskID=import-snap-9a2877e31ea332648",
        "S3_KEY=palette-edge-ubuntu-22.04.raw S3_BUCKET=x HTTPS_PROXY= IMAGE_REGISTRY=ttl.sh",
        "+ [[ -z '' ]]",
        "+ [[ -z da39a3ee5e6b4b0d3255bfef95601890afd80709 ]]",
        "Digest: sha256:aca76429fd0e67894a6d788322f77444ae63a0a8dbc5de09895812ea019429b7",
        "docker://index.docker.io/library/palette-installer-image:latest",
        'TOKEN="$TOKEN" PASSWORD=${PASSWORD}',
        "AWS_SESSION_TOKEN=",
        "/usr/lib/x86/linux/gnu/some/very/long/path/without/any/dash/or/dot/in/it/file",
        "args=('s3' 'cp' '/workdir/x.raw')",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask_text(text, KNOWN) == text


PROSE = (
    "source .secret: permission denied",
    "Error: read .secret: open .secret: no such file or directory",
    "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized",
    'failed to fetch oauth token: Post "https://auth.docker.io/token": dial tcp: lookup auth.docker.io: no such host',
    "GET https://quay.io/v2/auth?service=quay.io token: 401 Unauthorized",
    "fetch token: 403",
    "ExpiredToken: The security token included in the request is expired",
    "syntax error near unexpected token: }",
    "passwd: password updated successfully",
    "RUN --secret=AWS_SECRET_ACCESS_KEY --mount=type=cache,target=/x",
    "cat: .secret: Permission denied",
    ".secret: No space left on device",
    "rm: cannot remove '.secret': Operation not permitted",
    "/home/me/CanvOS/.secret: Read-only file system",
    "error: could not lock .secret: File exists",
    "failed to load secret: /x/.secret: permission denied",
    "cannot read token: .secret: Permission denied",
    'failed to load secret: "/x/.secret": permission denied',
    "tar: .secret: Cannot open: Permission denied",
    "tar: .secret: file changed as we read it",
    "grep: .secret: binary file matches",
    "./.secret: line 2: AWS_ACCESS_KEY_ID: command not found",
    ".secret: needs update",
    "unable to lookup secret: not found",
    "failed to refresh token: invalid_grant",
    "failed to fetch anonymous token: EOF",
    "failed to fetch oauth token: denied: access forbidden",
    "failed to fetch anonymous token: read tcp 10.0.0.1:1->10.0.0.2:443: i/o timeout",
    "passwd: Authentication token manipulation error",
    "sudo: no password: a terminal is required to read the password",
    "Error: invalid password: authentication failed",
)


@pytest.mark.parametrize("text", PROSE)
def test_what_is_said_of_a_secret_is_none(text: str) -> None:
    assert mask_text(text) == text
    assert mask_text(f"    +base-image | {text}\r\n") == f"    +base-image | {text}\r\n"


@pytest.mark.parametrize("text", PROSE)
def test_a_sentence_before_a_secret_does_not_shield_it(text: str) -> None:
    assert "hunter2hunter2" not in mask_text(f"{text} password=hunter2hunter2")
    assert SECRET not in mask_text(f"{text} AWS_SECRET_ACCESS_KEY={SECRET}")


@pytest.mark.parametrize(
    "text",
    [
        "token: 403forbidden-but-a-token",
        "secret: permission",
        "password: open sesame",
        "--secret=AWS_SECRET_ACCESS_KEY=abcdefgh",
        "token: }abcdefgh",
        ".secret: hunter2hunter2",
        "secret: .secret: hunter2hunter2",
        "secret: line 2 of the song",
        "password: File existsForMe",
        "password: cannot open the door",
        "passphrase: not found in any book",
        "token: EOFabcdefgh",
    ],
)
def test_what_only_begins_like_a_sentence_is_masked(text: str) -> None:
    assert "***MASKED" in mask_text(text)


def test_every_sample_of_the_catalogue_is_known_behind_the_masker() -> None:
    changed = [(entry.id, sample) for entry in load_catalogue().entries for sample in entry.samples if mask_text(sample) != sample]
    assert changed == []


def test_the_last_four_characters_of_a_key_id_stay_readable() -> None:
    assert mask_text(f"id {KEY_ID} end") == "id ***MASKED:aws_key_id***MPLE end"
    assert mask_text(f"id {KEY_ID} end", KNOWN) == "id ***MASKED:aws_key_id***MPLE end"


def test_a_private_key_is_masked_to_its_end_and_no_further() -> None:
    body = base64.b64encode(random.Random(1).randbytes(400))
    lines = [b"-----BEGIN RSA PRIVATE KEY-----", *(body[n : n + 64] for n in range(0, len(body), 64)), b"-----END RSA PRIVATE KEY-----"]
    data = b"".join(NAME + line + b"\n" for line in lines) + b"after abcdefghijklmnopqrstuvwxyz\n"
    for size in (1, 50, 65536):
        out = run(data, size, ())
        assert body[64:100] not in out
        assert body[-20:-4] not in out
        assert out.endswith(b"after abcdefghijklmnopqrstuvwxyz\n")
        assert out.count(b"\n") == data.count(b"\n")


@pytest.mark.parametrize("lead", [0, 65_500, 73_000, 200_001])
def test_a_line_without_end_is_masked_in_windows(lead: int) -> None:
    data = b"word " * (lead // 5) + b" password=" + b"geheim" * 20 + b" " + SECRET.encode() + b" tail " + b"z " * 50_000
    for size in (4096, 65536, 1 << 20):
        out = run(data, size)
        assert b"geheim" not in out
        assert SECRET.encode() not in out
        assert out.endswith(b"z z ")


def test_a_secret_longer_than_any_window_is_swallowed_whole() -> None:
    data = b'x content="' + b"abc " * 100_000 + b'" more\nnext\n'
    for size in (4096, 65536):
        assert b"abc" not in run(data, size, ())
        assert run(data, size, ()).endswith(b'" more\nnext\n')


@pytest.mark.parametrize(
    "part",
    [
        *(b"x", b"password", b"://", b'"token": "', b"eyJ", b"[ -z ", b"login a ", b"\x1b[0m", b" s=QUJDREVGR0g", SECRET[:9].encode()),
        *(b"--token ", b'"auth": "', b"\\", b"AKIA0123456789AB ", b"curl -u a:", b"login -p", b"https://token:", b"\n\\"),
        b"\x1b[1mAKIA\x1b[0mABCDEFGHIJKLMNOP \x1b[2m",  # many secrets, each with colours in it, on one line
        *(SECRET[8:16].encode() + b"\n", SECRET[:8].encode() + b"\n"),
    ],
)
def test_hostile_text_costs_linear_time(part: bytes) -> None:
    """Six times as much text costs six times as much, give or take a loaded machine; where each end looked back to the start, 36 times."""

    def seconds(size: int) -> float:
        data = part * (size // len(part))
        redactor = Redactor(KNOWN)
        began = time.thread_time()
        for chunk in chunks(data, 65536):
            redactor.feed(chunk)
        redactor.flush()
        return time.thread_time() - began

    assert any(seconds(300_000) < 15 * seconds(50_000) + 0.01 for _ in range(3))


def test_short_texts_are_not_masked_by_value() -> None:
    assert needles(Masked("x", Secret("abc"))) == ()
    assert mask_text("abc", (Masked("x", Secret("abc")),)) == "abc"
    assert "abcde" not in repr(needles(Masked("x", Secret("abcde"))))


def test_each_line_of_a_long_secret_is_masked() -> None:
    secret = Secret("#cloud-config\nstylus:\n  site: very-private-name\n")
    assert mask_text("site: very-private-name", (Masked("user_data", secret),)) == "***MASKED:user_data***"
