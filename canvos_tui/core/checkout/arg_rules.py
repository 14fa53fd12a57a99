"""Values of `.arg` that only hold alone or not together (Earthfile, earthly.sh), among them keys that the wizard never asks for."""

from __future__ import annotations

from collections.abc import Mapping

from canvos_tui.core.checkout.distributions import NO_NAMES, Distributions
from canvos_tui.core.values import dataclass

# compared as words by the Earthfile: anything else is neither
BOOLEANS = (
    "UPDATE_KERNEL",
    "DISABLE_SELINUX",
    "CIS_HARDENING",
    "FIPS_ENABLED",
    "UBUNTU_PRO_ATTACH",
    "IS_UKI",
    "IS_MAAS",
    "TWO_NODE",
    "INSTALL_NVIDIA_GPU_DRIVERS",
    "INSTALL_AMD_GPU_DRIVERS",
)
_NOT_HERE = ("IS_UKI", "IS_MAAS", "TWO_NODE")  # other kinds of images


@dataclass(frozen=True)
class Flaw:
    """A value that breaks the build (`fatal`) or that somebody should know of."""

    key: str
    reason: str
    remedy: str
    fatal: bool = True


def flaws(values: Mapping[str, str], environ: Mapping[str, str], systems: Distributions = NO_NAMES) -> tuple[Flaw, ...]:
    """What is wrong with the values together, the fatal first; `environ` is what earthly.sh would be started with.

    `systems` is what the checked-out Earthfile does with the name of an operating system.
    """
    found = [*_booleans(values), *_together(values, systems), *_ubuntu_pro(values, environ), *_old(values)]
    return tuple(sorted(found, key=lambda flaw: not flaw.fatal))


def _on(values: Mapping[str, str], key: str) -> bool:
    return values.get(key) == "true"


def _booleans(values: Mapping[str, str]) -> list[Flaw]:
    found = []
    for key in BOOLEANS:
        if key in values and values[key] not in {"true", "false"}:
            told = f"`{values[key]}`" if values[key] else "empty"
            effect = ", which installs another kernel" if key == "UPDATE_KERNEL" else ""
            found.append(
                Flaw(key, f"{key} is {told}: only `true` and `false` are read as such{effect}", f"write {key}=false or {key}=true")
            )
    return found + [
        Flaw(key, f"{key}=true makes another kind of image than an AMI", f"write {key}=false") for key in _NOT_HERE if _on(values, key)
    ]


def _together(values: Mapping[str, str], systems: Distributions) -> list[Flaw]:
    system, version, base = (values.get(key, "") for key in ("OS_DISTRIBUTION", "OS_VERSION", "BASE_IMAGE"))
    rules = (
        (
            _on(values, "FIPS_ENABLED") and _on(values, "UPDATE_KERNEL"),
            Flaw("FIPS_ENABLED", "FIPS_ENABLED and UPDATE_KERNEL exclude each other", "write UPDATE_KERNEL=false"),
        ),
        (
            _on(values, "FIPS_ENABLED") and not base,
            Flaw("FIPS_ENABLED", "FIPS_ENABLED=true needs a BASE_IMAGE", "name the FIPS image that you built in BASE_IMAGE"),
        ),
        (
            systems.needs_base(system) and not base,
            Flaw("BASE_IMAGE", f"OS_DISTRIBUTION={system} needs a BASE_IMAGE", "name the image that you built in BASE_IMAGE"),
        ),
        (
            _on(values, "UPDATE_KERNEL") and version in {"20", "22"},
            Flaw("OS_VERSION", f"UPDATE_KERNEL=true finds no kernel for OS_VERSION={version}", f"write OS_VERSION={version}.04"),
        ),
        (
            _on(values, "INSTALL_NVIDIA_GPU_DRIVERS") and _on(values, "INSTALL_AMD_GPU_DRIVERS"),
            Flaw("INSTALL_AMD_GPU_DRIVERS", "the NVIDIA and the AMD drivers exclude each other", "keep one of them"),
        ),
        (
            bool(values.get("AWS_PROFILE")),
            Flaw("AWS_PROFILE", "AWS_PROFILE in .arg names a profile that the build cannot see", "remove it", fatal=False),
        ),
    )
    return [flaw for broken, flaw in rules if broken]


def _ubuntu_pro(values: Mapping[str, str], environ: Mapping[str, str]) -> list[Flaw]:
    if values.get("UBUNTU_PRO_KEY"):
        reason = "UBUNTU_PRO_KEY is in .arg: the token is printed into the build log and stays in the image's history"
        return [
            Flaw("UBUNTU_PRO_KEY", reason, "leave it out unless this tag needs it; newer ones take it from the environment", fatal=False)
        ]
    if _on(values, "UBUNTU_PRO_ATTACH") and not environ.get("UBUNTU_PRO_KEY"):
        reason = "UBUNTU_PRO_ATTACH=true makes earthly.sh ask for a token in the middle, and stop without one"
        return [Flaw("UBUNTU_PRO_ATTACH", reason, "export UBUNTU_PRO_KEY in the shell before the build", fatal=False)]
    return []


def _old(values: Mapping[str, str]) -> list[Flaw]:
    if not values.get("PROXY_CERT_PATH"):
        return []
    reason = "PROXY_CERT_PATH is out of use: earthly.sh copies it into certs/ and takes its proxy way"
    return [Flaw("PROXY_CERT_PATH", reason, "put the certificate into certs/ and remove the line", fatal=False)]
