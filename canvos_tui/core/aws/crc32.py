"""CRC-32 of a whole from those of its parts: what comes behind something multiplies it by a power of x, modulo the polynomial.

The polynomial is that of zlib and of S3, with its bits turned round: the highest bit of a number is x to the power of 0.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable

_POLYNOMIAL, _ONE, _X = 0xEDB88320, 1 << 31, 1 << 30


def _times(one: int, other: int) -> int:
    """The product of two remainders."""
    product, bit = 0, _ONE
    while one:
        if one & bit:
            product ^= other
            one ^= bit
        other = (other >> 1) ^ _POLYNOMIAL if other & 1 else other >> 1
        bit >>= 1
    return product


def _shift(count: int) -> int:
    """x to the power of eight times `count`: what `count` zero bytes do to what stands before them."""
    power, square = _ONE, _X
    exponent = count * 8
    while exponent:
        if exponent & 1:
            power = _times(power, square)
        square = _times(square, square)
        exponent >>= 1
    return power


def joined(parts: Iterable[tuple[int, int]]) -> int:
    """The CRC-32 of parts in a row; each is its own CRC-32 and its length in bytes."""
    whole, known = 0, {}
    for crc, length in parts:
        if length not in known:
            known[length] = _shift(length)
        whole = _times(whole, known[length]) ^ crc
    return whole


def after_zeros(crc: int, count: int) -> int:
    """The CRC-32 of something with that sum when `count` zero bytes are added to it."""
    return _times(crc ^ 0xFFFFFFFF, _shift(count)) ^ 0xFFFFFFFF


def text_of(crc: int) -> str:
    """A CRC-32 as S3 writes it: Base64 of four bytes, the highest first."""
    return base64.b64encode(crc.to_bytes(4, "big")).decode("ascii")
