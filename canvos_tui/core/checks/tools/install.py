"""How a program is installed on the distribution at hand; the words are those of its own package manager."""

from __future__ import annotations

# word of os-release's ID or ID_LIKE -> how to install, and package names that differ from Debian's
_MANAGERS: dict[str, tuple[str, dict[str, str]]] = {
    "debian": ("apt-get install", {}),
    "ubuntu": ("apt-get install", {}),
    "fedora": ("dnf install", {"docker.io": "moby-engine", "gettext-base": "gettext"}),
    "rhel": ("dnf install", {"docker.io": "docker-ce docker-ce-cli containerd.io", "gettext-base": "gettext"}),
    "amzn": ("dnf install", {"docker.io": "docker", "gettext-base": "gettext"}),
    "suse": ("zypper install", {"docker.io": "docker", "gettext-base": "gettext-runtime"}),
    "arch": ("pacman -S", {"docker.io": "docker", "gettext-base": "gettext"}),
    "alpine": ("apk add", {"docker.io": "docker", "gettext-base": "gettext-envsubst"}),
}


def install(family: str, package: str) -> str:
    """The command for a package by its Debian name; Debian's own where the distribution is not known."""
    words = [part for word in family.lower().split() for part in (word, word.partition("-")[0])]
    manager, names = next((_MANAGERS[word] for word in ("amzn", *words) if word in words and word in _MANAGERS), _MANAGERS["debian"])
    return f"{manager} {names.get(package, package)}"
