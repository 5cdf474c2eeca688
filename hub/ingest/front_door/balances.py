"""What each user has on its way to a commit, over all its connections, also those that are gone.

A client that is cut and comes again has not given back what it holds: counted by connection, one that fills the memory
while the database is away would begin anew each time, and take the room of those who hold little.
"""

from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from hub.ingest.front_door.host import Host

#: Who holds less than this part of a user's bound holds little: 50 messages; 100 KiB.
_LITTLE = 20
#: What everybody together may hold beyond that, of the bounds for all.
_FOR_ALL = 0.75


class Balance:
    """One user's: a device's, or a gateway's with all its children. Kept by its connections and its messages."""

    __slots__ = ("__weakref__", "count", "held", "held_size", "is_spent", "size")

    def __init__(self) -> None:
        self.count = 0  #: Messages without an answer.
        self.size = 0  #: Payload bytes of these.
        self.held = 0  #: Of these, in the hold, which has bounds of its own.
        self.held_size = 0
        self.is_spent = False  #: It wanted more than there was room for, and nothing of it was answered since.

    def has_room(self, host: "Host", *, share: int = 1, more: int = 0, more_size: int = 0) -> bool:
        """Whether less than a `share`-th of the bounds is in flight, with so much more, of this user and of all.

        The last quarter of what all may hold is for those who hold little: a press finds room though others fill it.
        Little of what is short: who has a hundred small readings is not cut because others have sent large ones.
        """
        limits, hold = host.limits, host.hold
        count, size = self.count - self.held + more, self.size - self.held_size + more_size
        count_part = 1.0 if count * _LITTLE <= limits.in_flight_max else _FOR_ALL
        size_part = 1.0 if size * _LITTLE <= limits.in_flight_bytes_max else _FOR_ALL
        return (
            count * share <= limits.in_flight_max
            and size * share < limits.in_flight_bytes_max
            and host.in_flight - hold.count < limits.in_flight_total_max * count_part
            and host.in_flight_size - hold.size < limits.in_flight_bytes_total_max * size_part
        )


class Balances:
    """Those of users who are connected or have something on its way."""

    def __init__(self) -> None:
        self._of_users: WeakValueDictionary[str, Balance] = WeakValueDictionary()

    def of(self, user_id: str) -> Balance:
        """The user's; one that has nothing has an empty one."""
        balance = self._of_users.get(user_id)
        if balance is None:
            balance = self._of_users[user_id] = Balance()
        return balance
