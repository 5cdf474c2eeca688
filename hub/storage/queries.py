"""Loads the named SQL statements of `queries/<noun>.sql`.

A statement begins with a line `-- name --` and ends where the next one begins; comment lines under the name say why.
"""

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

_NAME_LINE = re.compile(r"^-- ([a-z0-9_]+) --$", re.MULTILINE)


class UnknownQueryError(LookupError):
    """A statement was asked for that its file does not hold: a mistake of ours."""


class Queries:
    """The statements of one noun, by attribute: `Queries("incidents").acknowledge`."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        text = files("hub.storage").joinpath("queries", f"{noun}.sql").read_text(encoding="utf-8")
        parts = _NAME_LINE.split(text)[1:]
        self._statements = dict(zip(parts[::2], (body.strip() for body in parts[1::2]), strict=True))

    def __getattr__(self, name: str) -> LiteralString:
        try:
            return cast("LiteralString", self._statements[name])
        except KeyError:
            raise UnknownQueryError(f"queries/{self._noun}.sql has no statement '{name}'") from None


@cache
def queries(noun: str) -> Queries:
    """The statements of `queries/<noun>.sql`, read once a process."""
    return Queries(noun)
