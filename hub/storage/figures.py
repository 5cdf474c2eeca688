"""Counts for the outside: how full the queues are and how old their oldest rows; no person can be told from them."""

from dataclasses import dataclass, field
from enum import StrEnum

from hub.storage.database import Connection
from hub.storage.queries import queries


class FigureKind(StrEnum):
    """How a number moves, as Prometheus wants to know it."""

    GAUGE = "gauge"  #: Up and down: what there is now.
    COUNTER = "counter"  #: Only up, from zero at the start of the process that counts.


@dataclass(frozen=True, slots=True)
class Figure:
    """One sample: `labels` distinguish the samples of one name, such as a state."""

    name: str
    labels: dict[str, str]
    value: float
    kind: FigureKind = field(default=FigureKind.GAUGE, kw_only=True)


async def count_figures(connection: Connection) -> list[Figure]:
    """What the tables hold, in one look."""
    cursor = await connection.execute(queries("figures").count_all)
    return [Figure(name, labels, float(value)) for name, labels, value in await cursor.fetchall()]
