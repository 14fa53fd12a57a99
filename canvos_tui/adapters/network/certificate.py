"""Reads from a server's certificate who issued it. The ssl module tells that only of certificates it trusts."""

from __future__ import annotations

_NAME, _ORGANISATION = b"\x55\x04\x03", b"\x55\x04\x0a"  # object ids 2.5.4.3 and 2.5.4.10
_SEQUENCE, _SET, _OID, _VERSION = 0x30, 0x31, 0x06, 0xA0


def issuer(der: bytes) -> str:
    """Organisation and common name of the issuer, "" when the bytes are no certificate."""
    try:
        fields = _children(_children(_children(der)[0][1])[0][1])
        if fields[0][0] == _VERSION:
            fields = fields[1:]
        found = dict(_names(fields[2][1]))
    except (IndexError, ValueError):
        return ""
    parts = (found.get(_ORGANISATION, ""), found.get(_NAME, ""))
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _names(name: bytes) -> list[tuple[bytes, str]]:
    """The pairs of a distinguished name."""
    pairs = []
    for tag, group in _children(name):
        if tag != _SET:
            raise ValueError("no name")
        for _, pair in _children(group):
            (kind, oid), (_, value) = _children(pair)[:2]
            if kind == _OID:
                text = value.decode("utf-8", "replace")
                pairs.append((oid, "".join(c for c in text if c.isprintable())[:80]))
    return pairs


def _children(data: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of the elements that stand one after the other (DER, X.690)."""
    found, at = [], 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + size > len(data):
            raise ValueError("cut off")
        found.append((tag, data[at : at + size]))
        at += size
    return found
