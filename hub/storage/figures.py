"""Counts for the outside: how full the queues are and how old their oldest rows; no person can be told from them."""

from dataclasses import dataclass

from hub.storage.database import Connection
from hub.storage.queries import queries


@dataclass(frozen=True, slots=True)
class Figure:
    """One sample: `label` distinguishes the samples of one name, such as a state."""

    name: str
    labels: dict[str, str]
    value: float


async def count_figures(connection: Connection) -> list[Figure]:
    """All samples, in one look."""
    cursor = await connection.execute(queries("figures").count_all)
    return [Figure(name, labels, float(value)) for name, labels, value in await cursor.fetchall()]
