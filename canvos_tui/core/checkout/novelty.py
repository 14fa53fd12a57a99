"""What of a checkout is other than in all that this program was made with: said as a warning, and as a refusal where step 16 cannot run.

What the checkout says wins over everything here. The names are no lists to choose from; they only tell what was never tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath

from canvos_tui.core.checkout.distributions import ANY, Distributions
from canvos_tui.core.checkout.earthfile import TARGET, Earthfile
from canvos_tui.core.checkout.sources import KNOWN
from canvos_tui.core.values import dataclass

_SYSTEMS = ("ubuntu", "opensuse-leap", "rhel", "sles")
_KUBERNETES = ("k3s", "kubeadm", "rke2", "kubeadm-fips", "nodeadm", "canonical")
_TEMPLATE = frozenset(
    (
        *("CUSTOM_TAG", "IMAGE_REGISTRY", "OS_DISTRIBUTION", "IMAGE_REPO", "OS_VERSION", "K8S_DISTRIBUTION", "ISO_NAME", "ARCH"),
        *("HTTPS_PROXY", "HTTP_PROXY", "UPDATE_KERNEL", "CLUSTERCONFIG", "CIS_HARDENING", "EDGE_CUSTOM_CONFIG"),
        *("FORCE_INTERACTIVE_INSTALL", "PROXY_CERT_PATH", "PE_VERSION", "platform"),
    )
)
_OF_THE_BUILD = ("OS_DISTRIBUTION", "OS_VERSION", "REGION", "S3_BUCKET", "S3_KEY")  # what step 13 writes and step 16 reads


@dataclass(frozen=True)
class Said:
    """The same twice: in a few words for a list, and as the rest of a sentence that begins with the tag."""

    short: str
    sentence: str


def against(found: Earthfile) -> Said | None:
    """Why step 16 cannot run; None where nothing speaks against it."""
    if found.bakes and not found.has_target:
        told = f"builds with docker-bake.hcl and not with Earthly: this program cannot run that yet ({KNOWN})"
        return Said("docker-bake in place of Earthly", told)
    if found.flaw:
        return Said(f"its Earthfile {found.flaw}", f"has an Earthfile that {found.flaw}")
    if found.near:
        told = f"has no +{TARGET} target; its +{found.near} looks like one for AWS, but is new: {KNOWN}"
        return Said(f"no +{TARGET}, but +{found.near}", told)
    if not found.has_target:
        return Said(f"no +{TARGET} target, cannot do AWS", f"has no +{TARGET} target")
    if found.lacks:
        return Said(f"lacks {PurePosixPath(found.lacks[0]).name}", f"has no {found.lacks[0]}, which step 16 needs")
    return None


def news(found: Earthfile) -> tuple[Said, ...]:
    """What was in no checkout so far, of one that step 16 can run in."""
    return tuple(_news(found)) if against(found) is None else ()


def _news(found: Earthfile) -> Iterator[Said]:
    if found.args and (unread := [name for name in _OF_THE_BUILD if name not in found.args]):
        several = ", ".join(unread)
        yield Said(f"does not read {several}", f"does not read {several} of .arg by {'that name' if len(unread) == 1 else 'these names'}")
    if found.unsaid:
        yield Said("new import script", f"has an import script with other words: the last phases may go unseen ({KNOWN})")


def of_system(systems: Distributions, name: str, base_image: str = "") -> str:
    """What to know of an operating system's name: one that this Earthfile does not compare, or that no other has compared so far."""
    if told := systems.caution(name, base_image):
        return told
    if name in _SYSTEMS or not (name in systems.names or (name and ANY in systems.own)):
        return ""
    has = "wants a BASE_IMAGE for it" if systems.needs_base(name) else "has a base image for it"
    return f"{name} is new: this Earthfile {has}; {KNOWN}"


def of_kubernetes(name: str, offered: Collection[str]) -> str:
    """What to know of a Kubernetes distribution: one that k8s_version.json does not list, or that no other has listed so far."""
    if name and offered and name not in offered:
        return "not in this tag's k8s_version.json: provider images would be none, and no error"
    return f"{name} is new, but this AMI does not depend on it; {KNOWN}" if name and name not in _KUBERNETES else ""


def unasked(found: Earthfile, given: Iterable[str]) -> str:
    """What .arg.template names and nobody asks for or sets, the rest of a sentence; empty where there is nothing."""
    names = [name for name in found.template if name not in {*_TEMPLATE, *_OF_THE_BUILD, *given}]
    return f"has {', '.join(names)} in its .arg.template, which is new and set nowhere ({KNOWN})" if names else ""


def unset(found: Earthfile, given: Iterable[str]) -> tuple[str, ...]:
    """The arguments that stop the build because nobody gave them a value; `--ARCH` always stands on the command line."""
    return tuple(name for name in found.required if name not in {*given, "ARCH"})
