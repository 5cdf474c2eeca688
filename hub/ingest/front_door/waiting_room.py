"""Sockets that have not said who they are: no CONNECT yet, or a TLS handshake that is not done. Bounded.

There is no bound for each address: a village's devices come from one, behind their operator's translation. But who
takes more than half of the places with sockets that say nothing crowds out its own oldest, and not the others'.
"""

from typing import Protocol


class Waiting(Protocol):
    """A socket without a CONNECT."""

    def crowd_out(self) -> None:
        """A newer one needs the place."""
        ...


class WaitingRoom:
    """The places."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._addresses: dict[Waiting, str] = {}
        self._by_address: dict[str, dict[Waiting, None]] = {}

    def __len__(self) -> int:
        return len(self._addresses)

    def enter(self, newcomer: Waiting, address: str) -> None:
        """Take a place; somebody who has waited long may lose theirs."""
        self._addresses[newcomer] = address
        neighbours = self._by_address.setdefault(address, {})
        neighbours[newcomer] = None
        if len(self._addresses) > self._places:
            oldest = next(iter(neighbours if len(neighbours) > self._places // 2 else self._addresses))
            self.leave(oldest)
            oldest.crowd_out()

    def leave(self, one: Waiting) -> None:
        """It has said who it is, or is gone; no harm when it had no place."""
        address = self._addresses.pop(one, None)
        if address is None:
            return
        neighbours = self._by_address[address]
        del neighbours[one]
        if not neighbours:
            del self._by_address[address]

    def everybody(self) -> list[Waiting]:
        """Who waits."""
        return list(self._addresses)
