"""Comparisons of the owner's memory with the rows: asked by whoever verifies, answered by the owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.ownership import Epoch
from hub.storage.queries import queries


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the owner found: how many states it has, and which of them differed."""

    compared: int
    different: int
    subject_ids: tuple[str, ...]


async def ask(connection: Connection) -> UUID:
    """Ask for one; the owner hears of it with the caller's commit."""
    comparison_id = new_id()
    await connection.execute(queries("comparisons").ask, {"id": comparison_id})
    return comparison_id


async def find(connection: Connection, comparison_id: UUID) -> Comparison | None:
    """What was found; None while the owner is not through."""
    cursor = await connection.execute(queries("comparisons").find, {"id": comparison_id})
    row = await cursor.fetchone()
    return None if row is None else Comparison(int(row[0]), int(row[1]), tuple(row[2]))


async def asked(connection: Connection) -> list[UUID]:
    """Those that wait for an answer."""
    cursor = await connection.execute(queries("comparisons").asked)
    return [comparison_id for (comparison_id,) in await cursor.fetchall()]


async def answer(connection: Connection, ids: Sequence[UUID], epoch: Epoch, found: Comparison) -> None:
    """Answer all of these with one round that began after they were asked."""
    await connection.execute(
        queries("comparisons").answer,
        {
            "ids": list(ids),
            "epoch": epoch.number,
            "compared": found.compared,
            "different": found.different,
            "subject_ids": [UUID(subject_id) for subject_id in found.subject_ids],
        },
    )
