"""A telephone number as the subject of an incident, when it is on no file."""

from alerts.kinds import SubjectType
from alerts.observations import Subject
from hub.storage.database import Connection
from hub.storage.queries import queries


async def caller_subject(connection: Connection, division_id: str, number: str) -> Subject:
    """The same caller rings the same incident, however the number was written - at one desk.

    The division is part of it: a neighbouring desk must not join an incident that it cannot see.
    """
    cursor = await connection.execute(queries("callers").bare_number, {"number": number})
    row = await cursor.fetchone()
    bare = row[0] if row is not None else number
    return Subject(type=SubjectType.CALLER, id=f"{division_id}/{bare}")
