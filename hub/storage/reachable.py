"""Who could be told now: the recipient's contacts, and who is on the roster for the place."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from alerts.actors import Person
from alerts.escalation import Reachable
from hub.storage.database import Connection
from hub.storage.queries import queries


async def who_is_reachable(
    connection: Connection, recipient_id: UUID | None, division_id: str, now: datetime
) -> Reachable:
    """The people of each role for an incident of this recipient and place; nearest division first."""
    contacts: tuple[Person, ...] = ()
    if recipient_id is not None:
        cursor = await connection.execute(queries("reachable").contacts, {"recipient_id": recipient_id})
        contacts = tuple(
            Person(type="contact", id=str(contact_id), name=name, phone=phone)
            for contact_id, name, phone in await cursor.fetchall()
        )
    cursor = await connection.execute(queries("reachable").roster, {"division_id": division_id, "now": now})
    by_role: dict[str, list[Person]] = defaultdict(list)
    for entry_id, role, name, phone in await cursor.fetchall():
        by_role[role].append(Person(type=role, id=str(entry_id), name=name, phone=phone))
    return Reachable(
        contacts=contacts,
        helpers=tuple(by_role["helper"]),
        township=tuple(by_role["township"]),
        supervisor=tuple(by_role["supervisor"]),
        leader=tuple(by_role["leader"]),
    )
