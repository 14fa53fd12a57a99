"""The files of the rehearsal's repository at one tag. Shapes are CanvOS', contents are our own."""

from __future__ import annotations

import json

_TARGETS = ("base-image", "stylus-image", "iso-image", "build-provider-images")
_CLOUD_TARGETS = ("cloud-image", "aws-cloud-image")
_KAIROS = {"v4.6": "v3.1.3", "v4.7": "v3.4.2", "v4.8": "v3.5.9"}
_NEWEST_KAIROS = "v4.0.4"
_KUBERNETES = {
    "k3s": ("1.29.9", "1.30.6", "1.31.4", "1.32.1", "1.32.8", "1.33.5", "1.34.1"),
    "kubeadm": ("1.29.8", "1.30.5", "1.31.2", "1.32.3", "1.33.5", "1.33.6", "1.34.2"),
    "rke2": ("1.30.4", "1.31.5", "1.32.4", "1.33.5", "1.34.1"),
    "kubeadm-fips": ("1.30.5", "1.31.2", "1.33.5"),
    "nodeadm": ("1.30.0", "1.31.0", "1.32.0"),
    "canonical": ("1.31.3", "1.32.2", "1.33.4", "1.34.0"),
}
_ARGUMENTS = (
    ("CUSTOM_TAG", "demo"),
    ("IMAGE_REGISTRY", "ttl.sh"),
    ("OS_DISTRIBUTION", "ubuntu"),
    ("IMAGE_REPO", "$OS_DISTRIBUTION"),
    ("OS_VERSION", "22.04"),
    ("K8S_DISTRIBUTION", "k3s"),
    ("ISO_NAME", "palette-edge-installer"),
    ("ARCH", "amd64"),
    ("HTTPS_PROXY", ""),
    ("HTTP_PROXY", ""),
    ("UPDATE_KERNEL", "false"),
    ("CLUSTERCONFIG", "spc.tgz"),
    ("CIS_HARDENING", "false"),
    ("EDGE_CUSTOM_CONFIG", ".edge-custom-config.yaml"),
)
_IGNORED = ("*.iso", "*user-data", "content-*/*", "*.arg", "*.arg.*", ".secret", "build/", "keys/", "spc.tgz")


def files_of(tag: str, agent: str, *, target: bool) -> dict[str, str]:
    """Path -> text of every file at that tag but the build script."""
    versions = {**_KUBERNETES}
    if tag.startswith(("v4.6", "v4.7")):
        del versions["canonical"]
    return {
        "README.md": f"# Rehearsal of CanvOS {tag}\n\nMade by canvos-tui to try a build without Docker and without an AWS account.\n",
        "Earthfile": _earthfile(tag, agent, target=target),
        ".arg.template": "".join(f"{name}={value}\n" for name, value in _ARGUMENTS) + "\n# UBUNTU_PRO_KEY=your-key\n",
        ".gitignore": "".join(f"{line}\n" for line in _IGNORED),
        "k8s_version.json": json.dumps(versions, indent=2) + "\n",
        "os_version.json": json.dumps({"ubuntu": ["22.04", "20.04"], "opensuse-leap": ["15.6"]}, indent=2) + "\n",
        "certs/.gitkeep": "",
        "overlay/files/.gitkeep": "",
        **({"cloud-images/scripts/create-raw-to-ami.sh": "#!/bin/bash\nset -ex\n# played by the rehearsal\nexit 1\n"} if target else {}),
    }


def _earthfile(tag: str, agent: str, *, target: bool) -> str:
    kairos = _KAIROS.get(".".join(tag.split(".")[:2]), _NEWEST_KAIROS)
    head = (
        "VERSION --arg-scope-and-set --shell-out-anywhere 0.6\n"
        "# A rehearsal: these targets are played by canvos-tui, Earthly never reads them.\n"
        f"ARG PE_VERSION={agent}\nARG KAIROS_VERSION={kairos}\n"
        "ARG AURORABOOT_IMAGE=quay.io/kairos/auroraboot:v0.16.0\n"
    )
    names = "".join(f"ARG {name}\n" for name, _ in _ARGUMENTS if name != "IMAGE_REPO")
    more = "ARG IMAGE_REPO=$OS_DISTRIBUTION\nARG NO_PROXY\nARG FIPS_ENABLED=false\nARG K8S_VERSION\n\n"
    targets = _TARGETS + (_CLOUD_TARGETS if target else ())
    cloud = "    ARG REGION\n    ARG S3_BUCKET\n    ARG S3_KEY\n"
    return head + names + more + "".join(f"{t}:\n    FROM scratch\n{cloud if t == 'aws-cloud-image' else ''}\n" for t in targets)
