"""The handle with which the pipeline answers a message, whatever has become of its connection meanwhile."""

from typing import TYPE_CHECKING

from hub.ingest.front_door.acknowledgements import Owed
from hub.ingest.source import RefusalReason

if TYPE_CHECKING:
    from hub.ingest.front_door.balances import Balance
    from hub.ingest.front_door.connection import Connection
    from hub.ingest.front_door.host import Host


class Charge:
    """What a message costs until its fate is known, its user and all; given back even if nobody ever says it."""

    __slots__ = ("_balance", "_host", "_size")

    def __init__(self, host: "Host", balance: "Balance", size: int) -> None:
        self._host = host
        self._balance: Balance | None = balance
        self._size = size
        host.in_flight += 1
        host.in_flight_size += size
        balance.count += 1
        balance.size += size

    def acknowledge(self) -> None:
        """All consequences are committed."""
        self._give_back(is_answered=True)

    def refuse(self, _reason: RefusalReason) -> None:
        """The sender may not say this."""
        self._give_back(is_answered=True)

    def _give_back(self, *, is_answered: bool) -> bool:
        """Whether this is the first time."""
        balance = self._balance
        if balance is None:
            return False
        self._balance = None
        if is_answered:
            balance.is_spent = False
        balance.count -= 1
        balance.size -= self._size
        self._host.in_flight -= 1
        self._host.in_flight_size -= self._size
        return True

    def __del__(self) -> None:
        self._give_back(is_answered=False)


class Receipt(Charge):
    """The charge of a message whose connection is told: settles it once."""

    __slots__ = ("_connection", "_owed")

    def __init__(self, connection: "Connection", owed: Owed) -> None:
        super().__init__(connection.host, connection.balance, owed.size)
        self._connection: Connection = connection
        self._owed = owed

    def acknowledge(self) -> None:
        """All consequences are committed."""
        if self._give_back(is_answered=True):
            self._connection.acknowledge(self._owed)

    def refuse(self, reason: RefusalReason) -> None:
        """The sender may not say this."""
        if self._give_back(is_answered=True):
            self._connection.refuse(self._owed, reason)
