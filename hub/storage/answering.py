"""A connection that is left when the server does not answer, though its socket is open.

A stopped server, a standby that never confirms, a firewall that swallows packets: the kernel keeps such a connection
for minutes, or for ever, and a statement on it waits as long. Here each wait for the server has an end; then the
connection is closed and the statement fails as it does when the server is gone. Nothing that was sent is known to have
failed: a COMMIT without an answer may have happened.
"""

from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import OperationalError, _WaitTimeout
from psycopg.rows import TupleRow

_T = TypeVar("_T")

#: No statement of a message, a deadline or a request takes a tenth of this on a disk that works.
ANSWER_WITHIN_S = 8.0
_INTERVAL_S = 0.1


class NoAnswerError(OperationalError):
    """The server did not answer in time; the connection has been closed."""


class AnsweringConnection(psycopg.AsyncConnection[TupleRow]):
    """Waits for each answer at most `answer_within_s` seconds; None waits for ever (upkeep that takes its time)."""

    answer_within_s: float | None = ANSWER_WITHIN_S

    async def wait(self, gen: PQGen[_T], interval: float = _INTERVAL_S, timeout: float | None = None) -> _T:  # noqa: ASYNC109 - psycopg's own signature
        """As psycopg does; a caller's own time-out (notifications) goes before ours.

        Raises:
            NoAnswerError: nothing came in time.
        """
        if timeout is not None or self.answer_within_s is None:
            return await super().wait(gen, interval, timeout)
        try:
            return await super().wait(gen, interval, self.answer_within_s)
        except _WaitTimeout:
            self.pgconn.finish()
            raise NoAnswerError(f"the database did not answer within {self.answer_within_s:g} s") from None
