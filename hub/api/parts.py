"""What the application is built from; `hub/app.py` makes these, tests make their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.requests import Request

from hub.api.broadcaster import Broadcaster
from hub.api.problems import database_away
from hub.settings import Settings
from hub.storage.database import Connection, Pool
from hub.storage.passwords import Passwords


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The web role's objects."""

    settings: Settings
    pool: Pool
    passwords: Passwords
    broadcaster: Broadcaster

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for one request, in a transaction that commits at the end.

        Raises:
            ProblemError: 503 at once while the database is known to be away; nobody waits for what will not come.
        """
        if self.broadcaster.sight.database_is_away:
            raise database_away()
        async with self.pool.connection() as connection:
            yield connection

    @property
    def tls(self) -> bool:
        """Whether the desk is served over TLS."""
        return self.settings.tls_cert is not None


def parts_of(request: Request) -> Parts:
    """The parts of the application that serves this request."""
    parts: Parts = request.app.state.parts
    return parts
