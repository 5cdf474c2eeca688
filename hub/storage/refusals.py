"""What the database refuses, in words that stations may catch without knowing psycopg."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

#: A value that passed validation and still fits no column: the sender's mistake, not ours.
UNACCEPTABLE_VALUE = (psycopg.DataError,)


class TakenError(Exception):
    """Something unique is there already; `code` says what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UnknownReferenceError(Exception):
    """A row names another one that is not there (or out of scope); `field` is the name of the reference."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@contextmanager
def refused_as(code: str) -> Iterator[None]:
    """Within it, a violated unique index is a `TakenError` of this code."""
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise TakenError(code) from error
