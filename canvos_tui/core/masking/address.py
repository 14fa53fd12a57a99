"""The password that an address may hold."""

from __future__ import annotations

from urllib.parse import urlsplit


def password_in(address: str) -> str:
    """The password of an address, as it is spelled there; "" where there is none."""
    try:
        return urlsplit(address if "://" in address else f"//{address}").password or ""
    except ValueError:
        return ""


def without_password(address: str) -> str:
    """The same address, the password left out."""
    password = password_in(address)
    return address.replace(f":{password}@", "@", 1) if password else address
