"""Who could be told now: the recipient's contacts, who is on duty for the place, and whether anybody is at its desk."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from alerts.actors import Person
from alerts.escalation.reachable import Reachable, usable
from alerts.rosters import Member, people_on_duty
from hub.storage.database import Connection
from hub.storage.presence import is_desk_manned
from hub.storage.queries import queries
from hub.storage.roster_rows import Wanted, load_rosters


async def who_is_reachable(
    connection: Connection, recipient_id: UUID | None, division_id: str, now: datetime
) -> Reachable:
    """The people of each role for an incident of this recipient and place; nearest division first."""
    return await with_contacts(connection, await whom_a_place_reaches(connection, division_id, now), recipient_id)


async def with_contacts(connection: Connection, of_place: Reachable, recipient_id: UUID | None) -> Reachable:
    """The same with the recipient's own contacts."""
    return of_place if recipient_id is None else replace(of_place, contacts=await _contacts(connection, recipient_id))


async def whom_a_place_reaches(
    connection: Connection, division_id: str, now: datetime, *, known_at: datetime | None = None
) -> Reachable:
    """Everybody but contacts: the same for all incidents of a place. `known_at`: by rosters as they stood then."""
    wanted = Wanted(since=now, until=now, known_at=known_at or now, covering=division_id)
    on_duty = people_on_duty(await load_rosters(connection, wanted), now)
    supervisor, leader = _told(on_duty, "supervisor"), _told(on_duty, "leader")
    return Reachable(
        helpers=_told(on_duty, "helper"),
        township=_told(on_duty, "township"),
        supervisor=supervisor,
        leader=leader,
        fallback=() if usable((*supervisor, *leader)) else await _administrators(connection, division_id),
        desk_manned=await is_desk_manned(connection, division_id, now),
    )


async def _contacts(connection: Connection, recipient_id: UUID) -> tuple[Person, ...]:
    cursor = await connection.execute(queries("reachable").contacts, {"recipient_id": recipient_id})
    return tuple(
        Person(type="contact", id=str(contact_id), name=name, phone=phone)
        for contact_id, name, phone in await cursor.fetchall()
    )


async def _administrators(connection: Connection, division_id: str) -> tuple[Person, ...]:
    cursor = await connection.execute(queries("reachable").administrators, {"division_id": division_id})
    return tuple(
        Person(type="admin", id=str(user_id), name=name, phone=phone)
        for user_id, name, phone in await cursor.fetchall()
    )


def _told(on_duty: Mapping[str, tuple[Member, ...]], role: str) -> tuple[Person, ...]:
    """Whose account is disabled has left: they are on the roster, and have no number."""
    return tuple(
        Person(type=role, id=member.id, name=member.name, phone=None if member.disabled else member.phone)
        for member in on_duty.get(role, ())
    )
