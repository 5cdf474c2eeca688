"""Whether the database could hold what a decoder gave out: finite numbers, text without U+0000 and lone surrogates."""

from collections.abc import Mapping
from math import isfinite


def assert_storable(value: object) -> None:
    """Fail on what a PostgreSQL column of text, jsonb or double precision refuses, however deep it lies."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        match one:
            case str():
                assert "\0" not in one, "text with U+0000"
                one.encode()  # raises for a lone surrogate
            case float():
                assert isfinite(one), "a number that is none"
            case Mapping():
                waiting.extend(one.keys())
                waiting.extend(one.values())
            case list() | tuple() | set() | frozenset():
                waiting.extend(one)
            case _:
                pass
