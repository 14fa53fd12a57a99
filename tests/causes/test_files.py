"""Every way for the checks of `.arg`, `.secret` and user-data to come out: real files in a real checkout, read and never run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.core.checkout import secret_file
from canvos_tui.core.status import Status
from tests.causes.real import ask, at, pasted
from tests.causes.told import assert_told
from tests.doubles import canvos_repo
from tests.doubles.canvos_repo import git
from tests.doubles.check_world import ENGINE, World

PASS, WARN, FAIL, SKIP = Status.PASS, Status.WARN, Status.FAIL, Status.SKIP
GOOD = "OS_DISTRIBUTION=ubuntu\nOS_VERSION=24.04\nREGION=eu-west-1\nS3_BUCKET=acme-images\nS3_KEY=edge-1\nARCH=amd64\n"
SECRET = "k" * 40
KEYS = f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
JOIN = "#cloud-config\nstylus:\n  site:\n    paletteEndpoint: api.spectrocloud.com\n    edgeHostToken: abcdefghij\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    made = canvos_repo.make(tmp_path / "CanvOS")
    git(made, "checkout", "-q", "v4.9.38")
    return made


# -- .arg ----------------------------------------------------------------------------------------------------------


async def test_no_arg_file(tmp_path, folder):
    assert_told(
        await ask(World(tmp_path), "FILE-ARG", at(folder)), SKIP, "waits for the answers to be written", how="no .arg in the checkout"
    )


async def test_a_good_arg_file(tmp_path, folder):
    (folder / ".arg").write_text(GOOD)
    assert_told(await ask(World(tmp_path), "FILE-ARG", at(folder)), PASS, "6 values", how="the guide's values")


async def test_a_system_that_the_checked_out_earthfile_does_not_know(tmp_path, folder):
    text = (folder / "Earthfile").read_text()
    (folder / "Earthfile").write_text(text + 'IF [ "$OS_DISTRIBUTION" = "ubuntu" ]\n    ARG BASE_IMAGE=x\nEND\n')
    (folder / ".arg").write_text(GOOD.replace("ubuntu", "hadron").replace("24.04", "v0.5.1"))
    result = await ask(World(tmp_path), "FILE-ARG", at(folder))
    assert_told(result, WARN, "OS_DISTRIBUTION: this Earthfile has no branch for hadron", how="OS_DISTRIBUTION=hadron at a tag without it")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("V=a b", "there is a blank in it: bash would run the second word"),
        ("V=a;touch pwned", "bash would execute a part of this line"),
        ("V=a&touch pwned", "bash would execute a part of this line"),
        ("V=`touch pwned`", "bash would execute a part of this line"),
        ("V=$(touch pwned)", "bash would execute a part of this line"),
        ("V = a", "there is more than `=` between `V` and its value"),
        ("V= a", "there is a blank after `=`"),
        ("V: a", "there is more than `=` between `V` and its value"),
        ("V='a'b", "text after the closing quote"),
        ("MY-KEY=a", "`MY-KEY` is no name"),
        ("word", "this is no `NAME=value`"),
        ("PATH=/tmp", "`PATH` would change how earthly.sh itself runs"),
        ("LD_PRELOAD=/tmp/x.so", "`LD_PRELOAD` would change how earthly.sh itself runs"),
        ("BASH_ENV=/tmp/x", "`BASH_ENV` would change how earthly.sh itself runs"),
        ("DOCKER_HOST=tcp://x:1", "`DOCKER_HOST` would change how earthly.sh itself runs"),
    ],
)
async def test_a_line_that_bash_runs_or_earthly_cannot_read(tmp_path, folder, line, words):
    (folder / ".arg").write_text(GOOD + line + "\n")
    result = await ask(World(tmp_path), "FILE-ARG", at(folder))
    assert_told(result, FAIL, f"line 7: {words}", how=f"the line {line!r} in .arg")
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (GOOD.replace("\n", "\r\n").encode(), "the lines end in CR LF"),
        (b"\xef\xbb\xbf" + GOOD.encode(), "the file starts with a byte order mark"),
    ],
    ids=["CR LF", "byte order mark"],
)
async def test_an_arg_file_of_another_system(tmp_path, folder, data, words):
    (folder / ".arg").write_bytes(data)
    assert_told(await ask(World(tmp_path), "FILE-ARG", at(folder)), FAIL, words, how="the file written as another system's editor would")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("V=pa$word", "bash and Earthly read this value differently"),
        ("V=a\\b", "bash and Earthly read this value differently"),
        ("V=~/x", "bash and Earthly read this value differently"),
        ("S3_KEY=edge-2", "`S3_KEY` is set twice"),
        ("UBUNTU_PRO_KEY=C1abc", "UBUNTU_PRO_KEY is in .arg: the token is printed"),
        ("UBUNTU_PRO_ATTACH=true", "UBUNTU_PRO_ATTACH=true makes earthly.sh ask for a token"),
        ("PROXY_CERT_PATH=/etc/ssl/proxy.crt", "PROXY_CERT_PATH is out of use"),
        ("AWS_PROFILE=edge", "AWS_PROFILE in .arg names a profile that the build cannot see"),
    ],
)
async def test_a_line_to_know_of(tmp_path, folder, line, words):
    (folder / ".arg").write_text(GOOD + line + "\n")
    assert_told(await ask(World(tmp_path), "FILE-ARG", at(folder)), WARN, words, how=f"the line {line!r} in .arg")


async def test_an_empty_key(tmp_path, folder):
    (folder / ".arg").write_text(GOOD.replace("S3_KEY=edge-1", "S3_KEY="))
    assert_told(await ask(World(tmp_path), "FILE-ARG", at(folder)), WARN, "S3_KEY is empty", how="S3_KEY= in .arg, as the guide allows")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("REGION=eu-west-1", "REGION=", "REGION: "),
        ("REGION=eu-west-1", "REGION=Ireland", "REGION: "),
        ("S3_BUCKET=acme-images", "S3_BUCKET=Acme_Images", "S3_BUCKET: "),
        ("S3_BUCKET=acme-images", "S3_BUCKET=", "S3_BUCKET: "),
        ("S3_KEY=edge-1", "S3_KEY=edge+k3s1", "S3_KEY: "),
        ("OS_VERSION=24.04", "OS_VERSION=", "OS_VERSION: "),
        ("ARCH=amd64", "ARCH=arm64", "ARCH must be amd64"),
    ],
)
async def test_a_value_that_the_build_cannot_use(tmp_path, folder, old, new, words):
    (folder / ".arg").write_text(GOOD.replace(old, new))
    assert_told(await ask(World(tmp_path), "FILE-ARG", at(folder)), FAIL, words, how=f"{new!r} in .arg")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("UPDATE_KERNEL=no", "UPDATE_KERNEL is `no`: only `true` and `false` are read as such"),
        ("UPDATE_KERNEL=", "UPDATE_KERNEL is empty"),
        ("IS_UKI=true", "IS_UKI=true makes another kind of image than an AMI"),
        ("IS_MAAS=true", "IS_MAAS=true makes another kind of image than an AMI"),
        ("FIPS_ENABLED=true\nUPDATE_KERNEL=true\nBASE_IMAGE=acme/fips:1", "FIPS_ENABLED and UPDATE_KERNEL exclude each other"),
        ("FIPS_ENABLED=true", "FIPS_ENABLED=true needs a BASE_IMAGE"),
        ("INSTALL_NVIDIA_GPU_DRIVERS=true\nINSTALL_AMD_GPU_DRIVERS=true", "the NVIDIA and the AMD drivers exclude each other"),
    ],
)
async def test_values_that_do_not_hold_together(tmp_path, folder, lines, words):
    (folder / ".arg").write_text(GOOD + lines + "\n")
    assert_told(await ask(World(tmp_path), "FILE-ARG", at(folder)), FAIL, words, how=f"{lines!r} in .arg")


async def test_an_image_without_a_base(tmp_path, folder):
    (folder / ".arg").write_text(GOOD.replace("ubuntu", "rhel"))
    words = "OS_DISTRIBUTION=rhel needs a BASE_IMAGE"
    assert_told(await ask(World(tmp_path), "FILE-ARG", at(folder)), FAIL, words, how="OS_DISTRIBUTION=rhel without BASE_IMAGE in .arg")


async def test_a_short_version_finds_no_kernel(tmp_path, folder):
    (folder / ".arg").write_text(GOOD.replace("24.04", "22") + "UPDATE_KERNEL=true\n")
    words = "UPDATE_KERNEL=true finds no kernel for OS_VERSION=22"
    assert_told(await ask(World(tmp_path), "FILE-ARG", at(folder)), FAIL, words, how="OS_VERSION=22 and UPDATE_KERNEL=true in .arg")


# -- .secret -------------------------------------------------------------------------------------------------------


def secret(folder: Path, text: str, mode: int = 0o600) -> None:
    (folder / ".secret").write_text(text)
    (folder / ".secret").chmod(mode)


async def test_no_secret_file(tmp_path, folder):
    assert_told(
        await ask(World(tmp_path), "FILE-SECRET", at(folder)), SKIP, "waits for the answers to be written", how="no .secret in the checkout"
    )


async def test_a_good_secret_file(tmp_path, folder):
    secret(folder, KEYS)
    assert_told(await ask(World(tmp_path), "FILE-SECRET", at(folder)), PASS, "all three ids", how="three ids")
    assert_told(await ask(World(tmp_path), "FILE-SECRET-PERM", at(folder)), PASS, "mode 0600", how="chmod 600")
    assert_told(await ask(World(tmp_path), "FILE-SECRET-IGNORED", at(folder)), PASS, "git ignores .secret", how="the tag's own .gitignore")


async def test_a_secret_file_with_other_line_ends(tmp_path, folder):
    secret(folder, KEYS.replace("\n", "\r\n"))
    assert_told(await ask(World(tmp_path), "FILE-SECRET", at(folder)), PASS, "CR LF line ends do no harm", how=".secret with CR LF")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (KEYS.replace("AWS_PROFILE=\n", ""), "AWS_PROFILE is missing: the build would stop at its last step"),
        (KEYS.replace(f"AWS_SECRET_ACCESS_KEY={SECRET}\n", ""), "AWS_SECRET_ACCESS_KEY is missing"),
        (KEYS.replace("AKIAIOSFODNN7EXAMPLE", ""), "AWS_ACCESS_KEY_ID is empty"),
        (KEYS.replace("AWS_PROFILE=", "AWS_PROFILE=edge"), "AWS_PROFILE is set: the build has no ~/.aws"),
        (KEYS.replace("AKIA", "ASIA"), "the key is temporary (ASIA...)"),
        (KEYS + "a line of words\n", "line 4: "),
    ],
    ids=["the guide's two lines", "no secret key", "an empty id", "a profile", "a temporary key", "a line that is none"],
)
async def test_a_secret_file_that_stops_the_build(tmp_path, folder, request, text, words):
    secret(folder, text)
    result = await ask(World(tmp_path), "FILE-SECRET", at(folder))
    assert_told(result, FAIL, words, how=f".secret with {request.node.callspec.id}")
    assert SECRET not in repr(result)


@pytest.mark.parametrize("end", ["\n", "", "\r\n"], ids=["final newline", "none", "CR LF"])
@pytest.mark.parametrize("remedy", [0, 1], ids=["our own repair", "what is to be pasted"])
async def test_a_missing_profile_is_added_and_spoils_no_key(tmp_path, folder, end, remedy):
    path = folder / ".secret"
    secret(folder, KEYS.replace("AWS_PROFILE=\n", "").removesuffix("\n") + end)
    result = await ask(World(tmp_path), "FILE-SECRET", at(folder))
    for _ in range(2):  # pasted twice, as people do
        pasted(*(command.run for command in result.answer.remedies[remedy].commands))
    assert (await ask(World(tmp_path), "FILE-SECRET", at(folder))).status is PASS
    values = secret_file.read(path.read_bytes())
    assert (values["AWS_PROFILE"].reveal(), values["AWS_SECRET_ACCESS_KEY"].reveal()) == ("", SECRET)


async def test_a_secret_file_that_others_may_read(tmp_path, folder):
    secret(folder, KEYS, 0o644)
    assert_told(await ask(World(tmp_path), "FILE-SECRET-PERM", at(folder)), WARN, "mode 0644: others may read it", how="chmod 644")


async def test_an_engine_that_cannot_read_it(tmp_path, folder):
    secret(folder, KEYS)
    world = World(tmp_path, docker=replace(ENGINE, userns=True))
    words = "the engine remaps root, whose containers cannot read it"
    assert_told(await ask(world, "FILE-SECRET-PERM", at(folder)), WARN, words, how="the engine says name=userns")


async def test_a_secret_file_that_git_would_take(tmp_path, folder):
    (folder / ".gitignore").write_text("build/\n")
    secret(folder, KEYS)
    assert_told(
        await ask(World(tmp_path), "FILE-SECRET-IGNORED", at(folder)), WARN, "git does not ignore .secret", how="a .gitignore without it"
    )
    for remedy in (0, 1):
        (folder / ".git" / "info" / "exclude").write_text("*.swp")  # without a final newline
        result = await ask(World(tmp_path), "FILE-SECRET-IGNORED", at(folder))
        pasted(*(command.run for command in result.answer.remedies[remedy].commands))
        assert (await ask(World(tmp_path), "FILE-SECRET-IGNORED", at(folder))).status is PASS
        assert (folder / ".git" / "info" / "exclude").read_text().split() == ["*.swp", ".secret"]


# -- user-data -----------------------------------------------------------------------------------------------------


async def test_no_user_data(tmp_path, folder):
    assert_told(await ask(World(tmp_path), "FILE-USERDATA", at(folder)), WARN, "no user-data file", how="no user-data in the checkout")


async def test_good_user_data(tmp_path, folder):
    (folder / "user-data").write_text(JOIN)
    assert_told(await ask(World(tmp_path), "FILE-USERDATA", at(folder)), PASS, "endpoint and token are there", how="endpoint and token")


@pytest.mark.parametrize(
    ("text", "status", "words", "how"),
    [
        ("", FAIL, "user-data is empty: the disk builder fails on it", "zero bytes"),
        ("#cloud-config\na: [1\n", FAIL, "user-data is no YAML", "a bracket that is never closed"),
        ("#cloud-config\n- a\n", FAIL, "user-data is no list of `name: value` lines", "a YAML list"),
        (JOIN.replace("#cloud-config\n", ""), WARN, "the first line is not `#cloud-config`", "no header"),
        (JOIN.replace("paletteEndpoint", "endpoint"), WARN, "paletteEndpoint is missing", "no endpoint"),
        (JOIN.replace("edgeHostToken", "token"), WARN, "edgeHostToken is missing", "no token"),
        (JOIN + "x: '[[[ .Values ]]]'\n", WARN, "[[[", "AuroraBoot's template marks"),
    ],
)
async def test_user_data_with_a_fault(tmp_path, folder, text, status, words, how):
    (folder / "user-data").write_text(text)
    assert_told(await ask(World(tmp_path), "FILE-USERDATA", at(folder)), status, words, how=f"user-data with {how}")
