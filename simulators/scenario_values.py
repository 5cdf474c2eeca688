"""Values as the author of a scenario writes them: each reader returns what is meant, or says what is wrong."""

import re
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from typing import Any

_DURATION = re.compile(r"(-?)(\d+(?:\.\d+)?)(s|m|h|d)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class ScenarioError(ValueError):
    """A scenario says something that nobody can perform."""


def duration(value: Any) -> timedelta:
    """`90s`, `10m`, `3h`, `1d`, with a minus in front where the past is meant; a bare number is seconds.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    matched = _DURATION.fullmatch(str(value))
    if matched is None:
        raise ValueError("is no duration such as 90s, 10m or 3h")
    sign, number, unit = matched.groups()
    return timedelta(seconds=float(number) * _UNIT_S[unit]) * (-1 if sign else 1)


def text(value: Any) -> str:
    """Words, on one line."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("is no text")
    return " ".join(value.split())


def raw_text(value: Any) -> str:
    """Words as they stand."""
    if not isinstance(value, str):
        raise ValueError("is no text")  # noqa: TRY004 - one kind of error for the reader of a file
    return value


def number(value: Any) -> float:
    """A number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is no number")  # noqa: TRY004 - as above
    return float(value)


def whole(value: Any) -> int:
    """A whole number above 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("is no whole number above 0")
    return value


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")  # noqa: TRY004 - as above
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """Names and values."""
    if not isinstance(value, dict):
        raise ValueError("is no mapping")  # noqa: TRY004 - as above
    return value


def hour(value: Any) -> time:
    """A time of day in quotes."""
    if not isinstance(value, str):
        raise ValueError('is no time of day in quotes, such as "02:30"')  # noqa: TRY004 - YAML reads 02:30 as a number
    return time.fromisoformat(value)


def names(allowed: frozenset[str] | None) -> Callable[[Any], tuple[str, ...]]:
    """A list of names; with `allowed`, none but those."""

    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ValueError("is no list of names")
        unknown = set(value) - allowed if allowed is not None else set()
        if unknown:
            raise ValueError(f"names what there is not: {', '.join(sorted(unknown))}")
        return tuple(value)

    return read


def one_of(allowed: frozenset[str]) -> Callable[[Any], str]:
    """One name of these."""

    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"is none of {', '.join(sorted(allowed))}")
        return str(value)

    return read


def read_fields(
    where: str,
    written: Mapping[str, Any],
    readers: Mapping[str, Callable[[Any], Any]],
    *,
    required: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Each field by its reader; `where` begins what is said of a mistake.

    Raises:
        ScenarioError: names the fields that are unknown, missing or wrong.
    """
    unknown, missing = written.keys() - readers.keys(), required - written.keys()
    if unknown or missing:
        said = [f"does not know {', '.join(sorted(unknown))}"] if unknown else []
        said += [f"needs {', '.join(sorted(missing))}"] if missing else []
        raise ScenarioError(f"{where}: {'; '.join(said)}")
    read = {}
    for name, value in written.items():
        try:
            read[name] = readers[name](value)
        except ScenarioError as wrong:
            raise ScenarioError(f"{where}: {wrong}") from wrong
        except ValueError as wrong:
            raise ScenarioError(f"{where}: `{name}` {wrong}") from wrong
    return read
