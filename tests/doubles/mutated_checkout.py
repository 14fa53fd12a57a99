"""Checkouts of a CanvOS that nobody has seen yet: the rehearsal's files, changed as upstream may change them one day."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from canvos_tui.rehearsal.repository_files import files_of
from tests.doubles.canvos_repo import BASE_IMAGE, ENV, git

OLD = "v4.9.38"
IMPORT = "cloud-images/scripts/create-raw-to-ami.sh"
_STEP = f"    COPY {IMPORT} create-raw-to-ami.sh\n    COPY +cloud-image/ /workdir/\n"
_SCRIPT = """#!/bin/bash

# ends at the first failure
set -ex
set -u
log "Starting RAW to AMI creation process."
log "Uploading '$RAW_FILE' to s3://$S3_BUCKET/$S3_KEY..."
log "Importing S3 object 's3://$S3_BUCKET/$S3_KEY'..."
log "Snapshot import process completed. Snapshot ID: $snapshotID"
log "Creating/Verifying AMI '$ami_name' from snapshot '$snapshotID'..."
log "Process completed successfully!"
"""
_BAKE = 'target "aws-cloud-image" {\n  dockerfile = "dockerfiles/Dockerfile.aws-cloud-image"\n}\n'

Files = dict[str, str]
Change = Callable[[Files], None]


def sample(tag: str) -> Files:
    """Path -> text of a CanvOS as it is known: the Earthfile chooses a base image, and its last target copies the import script."""
    files = files_of(tag, tag, target=True)
    head, targets = files["Earthfile"].split("base-image:\n", 1)
    targets = targets.replace("aws-cloud-image:\n    FROM scratch\n", f"aws-cloud-image:\n    FROM scratch\n{_STEP}")
    files["Earthfile"] = f"{head}{BASE_IMAGE}\nbase-image:\n{targets}"
    files[IMPORT] = _SCRIPT
    files["earthly.sh"] = "#!/bin/bash\nsource .arg\nexit 0\n"
    return files


def _earthfile(old: str, new: str) -> Change:
    def change(files: Files) -> None:
        assert old in files["Earthfile"], old
        files["Earthfile"] = files["Earthfile"].replace(old, new)

    return change


def _moved(old: str, new: str) -> Change:
    def change(files: Files) -> None:
        text = files.pop(old)
        if new:
            files[new] = text

    return change


def _both(*changes: Change) -> Change:
    def change(files: Files) -> None:
        for one in changes:
            one(files)

    return change


def _set(name: str, text: str) -> Change:
    def change(files: Files) -> None:
        files[name] = text

    return change


def _bake(files: Files) -> None:
    for name in ("Earthfile", "earthly.sh"):
        del files[name]
    files["docker-bake.hcl"] = _BAKE
    files["dockerfiles/Dockerfile.aws-cloud-image"] = "FROM scratch\n"


_DEBIAN = (
    'ELSE IF [ "$OS_DISTRIBUTION" = "debian" ] && [ "$BASE_IMAGE" = "" ]\n    ARG BASE_IMAGE=registry.example/kairos-debian:$OS_VERSION\n'
)
_SYSTEMS = '{\n  "ubuntu": ["26.04", "24.04"],\n  "opensuse-leap": ["15.6"],\n  "debian": ["13", "12"]\n}\n'

CHANGES: Mapping[str, Change] = {
    "as-known": lambda files: None,
    "renamed-target": _earthfile("aws-cloud-image:", "aws-image:"),
    "new-system": _both(
        _earthfile('ELSE IF [ "$OS_DISTRIBUTION" = "rhel" ]', _DEBIAN + 'ELSE IF [ "$OS_DISTRIBUTION" = "rhel" ]'),
        _set("os_version.json", _SYSTEMS),
    ),
    "rhel-has-one": _earthfile("    ARG BASE_IMAGE\nEND", "    ARG BASE_IMAGE=registry.example/kairos-$OS_DISTRIBUTION:$OS_VERSION\nEND"),
    "new-kubernetes": _set("k8s_version.json", '{\n  "kubeadm": ["1.36.1"],\n  "talos": ["1.36.0", "1.36.1"]\n}\n'),
    "arg-global": _both(
        _earthfile("ARG PE_VERSION", "ARG --global PE_VERSION"),
        _earthfile("ARG KAIROS_VERSION", "ARG --global KAIROS_VERSION"),
        _earthfile("ARG OS_VERSION\n", "ARG --required OS_VERSION\n"),
    ),
    "arg-indented": _earthfile("ARG PE_VERSION=", "ARG  --global\tPE_VERSION = "),
    "arg-required": _earthfile("ARG OS_VERSION\n", "ARG --required OS_VERSION\nARG --required SITE_NAME\n"),
    "moved-import-script": _both(_moved(IMPORT, "cloud/aws/raw-to-ami.sh"), _earthfile(IMPORT, "cloud/aws/raw-to-ami.sh")),
    "reworded-script": _set(IMPORT, _SCRIPT.replace("Importing S3 object", "Import of").replace("Process completed", "All done")),
    "quiet-script": _set(IMPORT, _SCRIPT.replace("set -ex", "set -e")),
    "lost-import-script": _moved(IMPORT, ""),
    "moved-earthly-sh": _moved("earthly.sh", "scripts/earthly.sh"),
    "lost-earthly-sh": _moved("earthly.sh", ""),
    "bake-only": _bake,
    "bake-beside": _set("docker-bake.hcl", _BAKE),
    "template-new-name": lambda files: files.update({".arg.template": files[".arg.template"] + "TARGET_CLOUD=aws\n"}),
    "template-without-name": lambda files: files.update({".arg.template": files[".arg.template"].replace("OS_VERSION=22.04\n", "")}),
    "template-missing": _moved(".arg.template", ""),
    "arg-renamed": _earthfile("ARG S3_KEY\n", "ARG AMI_OBJECT_KEY\n"),
    "empty": _set("Earthfile", ""),
    "huge": _set("Earthfile", "# filler\n" * 500_000),
    "binary": _set("Earthfile", "\x7fELF\0\0\x01" + "aws-cloud-image:\n" + "\0\x80\xff" * 400),
}
LINKS: Mapping[str, str] = {"link-out": "/etc/hostname", "link-inside": "recipes/Earthfile", "link-dangling": "nowhere/Earthfile"}


def _number(name: str) -> int:
    return [*CHANGES, *LINKS].index(name)


def tag_of(name: str) -> str:
    """The tag at which that change stands."""
    return f"v5.0.{_number(name)}"


def make(folder: Path) -> Path:
    """A repository with a tag for each change, higher than OLD, which is as ever and checked out."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    stream = [*_commit(OLD, sample(OLD), {})]
    for name in (*CHANGES, *LINKS):
        files = sample(tag_of(name))
        if name in LINKS:
            files["recipes/Earthfile"] = files.pop("Earthfile")
            stream += _commit(tag_of(name), files, {"Earthfile": LINKS[name]})
        else:
            CHANGES[name](files)
            stream += _commit(tag_of(name), files, {})
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=b"".join(stream), env=ENV, check=True)
    (folder / ".git" / "info" / "exclude").write_text("user-data\n")
    go(folder, OLD)
    return folder


def go(folder: Path, tag: str) -> None:
    """Checks it out."""
    git(folder, "-c", "advice.detachedHead=false", "checkout", "-q", "-f", tag)


def _commit(tag: str, files: Files, links: Mapping[str, str]) -> Iterator[bytes]:
    """A commit of its own beginning for each tag, as `git fast-import` reads it."""
    yield f"reset refs/tags/{tag}\ncommit refs/tags/{tag}\ncommitter t <t@example.invalid> 1767225600 +0000\n".encode() + _data(tag)
    for name, text in files.items():
        yield f"M {'100755' if name.endswith('.sh') else '100644'} inline {name}\n".encode() + _data(text)
    for name, target in links.items():
        yield f"M 120000 inline {name}\n".encode() + _data(target)


def _data(text: str) -> bytes:
    raw = text.encode("latin-1")
    return b"data %d\n%s\n" % (len(raw), raw)
