"""The access log: who looked at or changed what, when, from where; written in the transaction of the look itself."""

from dataclasses import dataclass

from alerts.actors import Actor
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.queries import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One look or change. `action` is a verb with its noun's route, such as "look" or "acknowledge"."""

    actor: Actor
    action: str
    entity_type: str
    entity_id: str
    division_id: str
    address: str | None


async def record(connection: Connection, access: Access) -> None:
    """Write it down; the look happens only if this commits."""
    await connection.execute(
        queries("access_log").record,
        {
            "id": new_id(),
            "division_id": access.division_id,
            "actor_type": access.actor.type,
            "actor_id": access.actor.id,
            "actor_name": access.actor.name,
            "action": access.action,
            "entity_type": access.entity_type,
            "entity_id": access.entity_id,
            "address": access.address,
        },
    )
