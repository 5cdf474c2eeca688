"""Identities the hub gives: UUIDv7 (RFC 9562 section 5.7), so that keys sort by the time they were made."""

import os
import time
from uuid import UUID

_NS_PER_MS = 1_000_000


def new_id() -> UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, 12 of their fraction (section 6.2, method 3), then 62 random bits.

    The fraction keeps two rows of one transaction in the order in which they were written: a quarter of a microsecond.
    """
    stamp_ms, rest_ns = divmod(time.time_ns(), _NS_PER_MS)
    fraction = rest_ns * 4096 // _NS_PER_MS
    random_bits = int.from_bytes(os.urandom(8), "big") >> 2
    value = (stamp_ms & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random_bits
    return UUID(int=value)
