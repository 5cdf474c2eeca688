"""The handle with which the pipeline answers a message, whatever has become of its connection meanwhile."""

from typing import TYPE_CHECKING

from hub.ingest.front_door.acknowledgements import Owed
from hub.ingest.source import RefusalReason

if TYPE_CHECKING:
    from hub.ingest.front_door.connection import Connection


class Receipt:
    """The handle a message carries: settles it once, and gives its memory back even if nobody ever does."""

    __slots__ = ("_connection", "_owed", "_size")

    def __init__(self, connection: "Connection", owed: Owed, size: int) -> None:
        self._connection: Connection | None = connection
        self._owed = owed
        self._size = size

    def acknowledge(self) -> None:
        """All consequences are committed."""
        connection = self._let_go()
        if connection is not None:
            connection.acknowledge(self._owed)

    def refuse(self, reason: RefusalReason) -> None:
        """The sender may not say this."""
        connection = self._let_go()
        if connection is not None:
            connection.refuse(self._owed, reason)

    def _let_go(self) -> "Connection | None":
        connection = self._connection
        if connection is not None:
            self._connection = None
            connection.host.in_flight -= 1
            connection.host.in_flight_size -= self._size
        return connection

    def __del__(self) -> None:
        self._let_go()
