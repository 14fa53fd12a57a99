"""Secrets in every form that a log, a file or a command shows them in: nothing of them comes through, and what is none stays."""

from __future__ import annotations

import base64
import json
import random
import re
import shlex
import string
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

import pytest
import yaml

from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.masking.redactor import Redactor, mask_text
from canvos_tui.core.masking.spellings import Masked
from canvos_tui.core.secret import Secret
from tests import samples
from tests.logs import DATA, chunks

NAME = "    +aws-cloud-image | "
LETTERS = string.ascii_letters + string.digits


def _go(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")[1:-1]


def _ansi(value: str) -> str:
    return "".join(f"\\{c}" if c in "'\\" else c if c.isascii() else "".join(f"\\{b:03o}" for b in c.encode()) for c in value)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "url": lambda v: quote(v, safe=""),
    "url-lower": lambda v: re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote(v, safe="")),
    "form": quote_plus,
    "path": quote,
    "json": lambda v: json.dumps(v)[1:-1],
    "json-utf8": lambda v: json.dumps(v, ensure_ascii=False)[1:-1],
    "json-twice": lambda v: json.dumps(json.dumps(v))[3:-3],
    "go": _go,
    "go-twice": lambda v: json.dumps(_go(v), ensure_ascii=False)[1:-1],
    "yaml-single": lambda v: v.replace("'", "''"),
    "yaml": lambda v: yaml.safe_dump(v, allow_unicode=True, width=10**6).removesuffix("\n...\n").rstrip("\n").strip("'\""),
    "ansi-c": _ansi,
    "shell": lambda v: shlex.quote(v).strip("'"),
    "trace": lambda v: "".join(f"\\{c}" for c in v),
    "xml": escape,
    "xml-attribute": lambda v: quoteattr(v)[1:-1],
    "xml-all": lambda v: escape(v, {'"': "&quot;", "'": "&apos;"}),
    "html": lambda v: escape(v, {'"': "&quot;", "'": "&#x27;"}),
    "python": lambda v: repr(v)[1:-1],
    "base64": lambda v: base64.b64encode(v.encode()).decode().rstrip("="),
    "base64-url": lambda v: base64.urlsafe_b64encode(v.encode()).decode().rstrip("="),
    "basic": lambda v: base64.b64encode(f"user:{v}".encode()).decode(),
}
NASTY = "p&s<w>o'r\"d/\u00fc+ =%x"


@pytest.mark.parametrize("form", SPELLINGS)
@pytest.mark.parametrize("value", [NASTY, "it's & that's it", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE==", "p%40ss%3Aw0rd"])
def test_a_known_secret_is_masked_in_every_spelling(form, value):
    spelled = SPELLINGS[form](value)
    out = mask_text(f"before [{spelled}] after", (Masked("it", Secret(value)),))
    assert spelled not in out
    assert out.startswith("before [")
    assert out.endswith("] after")


def test_a_secret_given_as_it_stands_in_an_address_is_masked_as_it_is():
    for given, real in (("p%40ss%3Aw0rd", "p@ss:w0rd"), ("a%20b%26c+d", "a b&c+d"), ("gr%C3%BC%C3%9Fe", "gr\u00fc\u00dfe")):
        assert real not in mask_text(f"login with {real}.", (Masked("it", Secret(given)),))


FOLDS: dict[str, Callable[[str, int], str]] = {
    "line": lambda v, n: "\n".join(v[at : at + n] for at in range(0, len(v), n)),
    "named": lambda v, n: f"\n{NAME}".join(v[at : at + n] for at in range(0, len(v), n)),
    "indented": lambda v, n: "\n      ".join(v[at : at + n] for at in range(0, len(v), n)),
    "crlf": lambda v, n: "\r\n".join(v[at : at + n] for at in range(0, len(v), n)),
    "shell": lambda v, n: "\\\n".join(v[at : at + n] for at in range(0, len(v), n)),
    "once": lambda v, n: f"{v[: n % 8 or 1]}\n{NAME}{v[n % 8 or 1 :]}",
}


@pytest.mark.parametrize("fold", FOLDS)
@pytest.mark.parametrize("width", [1, 2, 3, 5, 7, 16, 20, 33])
def test_a_secret_that_goes_on_in_the_next_line_is_masked(fold, width):
    value = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    if fold != "once" and width < 16:
        width += 16
    text = f"{NAME}key {FOLDS[fold](value, width)} end\n".encode()
    for size in (1, 9, 10_000):
        out = _fed(text, size, value)
        assert _left(out, value) < 8, (out, size)
        assert out.rstrip().endswith(b" end")
        assert out.count(b"\n") == text.count(b"\n")


@pytest.mark.parametrize("cut", [4, 5, 6, 7])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\\\n", "\x1b[0m\n"])
def test_the_first_characters_of_a_secret_wait_for_the_line_that_goes_on(cut, end):
    value = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    redactor = Redactor((Masked("it", Secret(value)),))
    out = [redactor.feed(line.encode()) for line in (f"before\n{NAME}key {value[:cut]}{end}", f"{NAME}{value[cut:]} end\n", "after\n")]
    assert out[0].endswith(b"before\n"), "whatever does not end so is given out at once"
    assert out[2] == b"after\n"
    assert value[:cut].encode() not in b"".join(out)
    assert _left(b"".join(out), value) < 4


def test_what_waited_in_vain_is_given_out_when_asked_for_and_at_the_end():
    redactor = Redactor((Masked("it", Secret("hunter2hunter2")),))
    assert redactor.feed(b"the big game hunter\n") == b""
    assert redactor.release() == b"the big game hunter\n"
    assert redactor.release() == b""
    assert redactor.feed(b"one hunt\nhalf a line") == b""
    assert redactor.feed(b" and the rest\n") == b"one hunt\nhalf a line and the rest\n"
    assert redactor.feed(b"the last hunt\n") + redactor.flush() == b"the last hunt\n"
    pipe = LogPipe((Masked("it", Secret("hunter2hunter2")),))
    assert pipe.feed(b"the big game hunter\r\n") + pipe.idle() == b"the big game hunter\n", "the first silence is long enough"


def test_a_folded_document_in_base64_hides_nothing():
    value = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    for before in range(60, 90):
        packed = base64.encodebytes(b"#" * before + value.encode() + b"\n" + b"#" * 50)
        out = _fed(packed, 10_000, value)
        assert _left(out, base64.b64encode(b"#" * (before % 3) + value.encode()).decode()[4:-4]) < 8


def _fed(data: bytes, size: int, *values: str) -> bytes:
    redactor = Redactor(Masked("it", Secret(value)) for value in values)
    return b"".join([redactor.feed(chunk) for chunk in chunks(data, size, 1)]) + redactor.flush()


def _left(out: bytes, value: str) -> int:
    """How many characters of the secret still stand together."""
    text = out.decode("utf-8", "replace")
    longest = 0
    for at in range(len(value)):
        while at + longest < len(value) and value[at : at + longest + 1] in text:
            longest += 1
    return longest


SHAPES = (
    "curl --token {}",
    "tool --api-key {} --region x",
    "tool --apikey '{}'",
    'tool --auth-token "{}"',
    "docker login -u acme -p {} reg.example.org",
    "docker login -p{} reg.example.org",
    "docker login --username acme --password {}",
    "docker login --password={} docker.io",
    "sudo pro attach {}1234567890abcd",
    "pro attach --no-auto-enable {}1234567890abcd",
    "glpat-{}abcdefghijklmnop",
    "dckr_pat_{}abcdefghijklmnop",
    "dckr_oat_{}abcdefghijklmnop",
    "ghu_{}abcdefghijklmnopqrstuvwx",
    "ghr_{}abcdefghijklmnopqrstuvwx",
    "https://{}abcdefghijklmnopqrst@github.com/acme/x",
    "https://oauth2:{}@git.example/x",
    "git clone https://x-access-token:{}@git.example/x",
    "GET /k?AWSAccessKeyId=x&Signature={}abcdefghijklmnop%3D",
    "Authorization=AWS4-HMAC-SHA256 Credential=x, Signature={}abcdefghijklmnop",
    "curl -u user:{} https://x",
    "curl --user 'user:{}' https://x",
    '{{"password":"{}"}}',
    '{{\\"token\\":\\"{}\\"}}',
    "machine x login joe password {}",
    "edgeHostToken: {} # the one of the tenant",
    "passwd: '{}'",
    "TOKEN={} make",
    "HTTPS_PROXY=http://joe:{}@proxy:3128",
)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_secret_is_known_by_what_stands_around_it(shape):
    for value in ("Tr0ub4dor3xyz", "correct1horse", "AbCdEf0123456789"):
        for before in ("", NAME, "+ ", '{"line":"'):
            text = before + shape.format(value)
            out = mask_text(text)
            assert value not in out, text
            assert "***MASKED" in out
            assert mask_text(out) == out


def test_docker_s_logins_are_masked_and_other_words_named_auth_stay():
    packed = base64.b64encode(b"acme:s3cr3tpw!").decode()
    for text in (f'{{"auths":{{"x":{{"auth":"{packed}"}}}}}}', f'"auth" : "{packed}"', f'{{\\"auth\\":\\"{packed}\\"}}', '"auth":"dTpw"'):
        assert "***MASKED:authorization***" in mask_text(text)
        assert packed not in mask_text(text)
    for text in ('"auth": "required"', '"auth": "none"', '"auths": {}', 'auth: "basic"'):
        assert mask_text(text) == text


def test_a_row_of_the_console_s_key_file_is_masked():
    key, secret = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    for text in (f"{key},{secret}", f'"{key}","{secret}"', f"{key} {secret}", f"{key}\t{secret}", f"{key}:{secret}", f"{key};{secret}"):
        assert secret not in mask_text(text), text


HARMLESS = (
    "RUN --secret=AWS_SECRET_ACCESS_KEY --secret UBUNTU_PRO_KEY ./x",
    "docker build --secret id=aws,src=.secret .",
    "unknown flag: --token",
    "flag needs an argument: --password",
    "the --token option is deprecated, use --token-file instead",
    "use --password-stdin: WARNING! Using --password via the CLI is insecure. Use --password-stdin.",
    "  --token string   the token of the server",
    "  --api-key TOKEN",
    "run it with --password $PASSWORD or --password <password>",
    "pro attach failed: the machine is already attached",
    "sudo pro attach",
    "unexpected token: }",
    "passwd: password updated successfully",
    "docker run -u 1000:1000 -p 8080:80 alpine",
    "Login Succeeded",
    "docker login -u acme --password-stdin reg.example.org",
    "login: timed out after 60 seconds -p",
    "https://github.com/spectrocloud/CanvOS.git",
    "git@github.com:spectrocloud/CanvOS.git",
    "ssh://git@git.example/x",
    "https://user@proxy.example:3128",
    "export HTTPS_PROXY=http://USER:PASSWORD@proxy.example:3128",
    "SignatureDoesNotMatch: the request signature we calculated does not match the signature you provided",
    "Signature=",
    "sha256:aca76429fd0e67894a6d788322f77444ae63a0a8dbc5de09895812ea019429b7",
    "import-snap-9a2877e31ea332648 0f2a3b4c-aaaa-bbbb-cccc-1234567890ab",
    "AKIDNOTAKEY and AKIA alone",
    "curl -u user https://x",
    "curl https://x:8443/y",
    "--authorize and --tokenize the input",
)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_it_stays(text):
    for before in ("", NAME, "+ "):
        assert mask_text(before + text + "\n") == before + text + "\n"


def test_the_reported_shapes_are_masked_and_their_hosts_stay():
    masked = "".join(mask_text((DATA / f"secrets-{n}.log").read_text()) for n in (1, 2))
    for secret in (
        "16C7e42F292c6912", "hunter2secret", "11ABCDEFG0abc", "Zz9yXwVuTsRq", "Tr0ub4dor3", "ExampleSessionToken",
        "YWNtZTpUcjB1YjRkb3Iz",
        "dozjgNryP4J3", "0f2a3b4c-aaaa", "XEXAMPLE7KEYS", "EXAMPLEtoken", "0d9c3ab4f2e1", "p%40ss", "C1ab2cd3", "3f9a1c77aa6b",
        "kairos-secret-1", "AbCdEfGhIjKl", "YWNtZTpzM2NyM3RwdyE=",
    ):  # fmt: skip
        assert secret not in masked, secret
    for fact in (
        "github.com/acme/CanvOS.git",
        "The requested URL returned error: 403",
        "reg.example.org",
        "10.0.0.1:3128",
        "docker.io",
        "s3://b/k",
    ):
        assert fact in masked, fact


def test_no_secret_in_any_form_in_any_company_comes_through():
    draw = random.Random(9)
    harmless = [*HARMLESS, "Get:1 http://archive.ubuntu.com/ubuntu noble/main amd64 Packages [8786 kB]", "--> RUN apt-get update"]
    known: tuple[str, ...]
    for number in range(samples.count(1500, 100_000)):
        value = _secret(draw)
        lines = [draw.choice(harmless) for _ in range(draw.randrange(3))]
        kind = draw.randrange(3)
        if kind == 0:
            spelled = SPELLINGS[draw.choice(list(SPELLINGS))](value)
            known, written, looked = (value,), f"x [{spelled}] y", spelled
        elif kind == 1:
            value = value.replace(" ", "")  # a blank at a fold is the fold's as much as the secret's
            known, written, looked = (value,), f"x {FOLDS[draw.choice(list(FOLDS))](value, draw.randrange(16, 40))} y", value
        else:
            looked = "".join(draw.choices(LETTERS, k=draw.randrange(10, 40))) + "7q"
            known = ()
            written = draw.choice(SHAPES).format(looked)
        name = draw.choice(("", NAME))
        text = "".join(f"{name}{line}\n" for line in [*lines, written, *lines])
        out = _fed(text.encode(), draw.choice((1, 7, 100, 10_000)), *known).decode()
        assert _left(out.encode(), looked) < max(8, len(looked) // 3 + 1), (number, text, out)
        for line in lines:
            assert f"{name}{line}\n" in out, (number, text, out)


def _secret(draw: random.Random) -> str:
    signs = draw.choice((LETTERS, LETTERS + "/+", LETTERS + "!#$%&*+-/<=>?@^_~", LETTERS + "'\"\\ &<>\u00fc"))
    return draw.choice(LETTERS) + "".join(draw.choices(signs, k=draw.randrange(16, 48))) + draw.choice(LETTERS)
