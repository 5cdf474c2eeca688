"""Groups of incidents as rows: gathered by the core, shown with their members, taken together where that is allowed.

A group is beside the incidents and never in their way: gathering locks none of them, and what fails here delays nobody.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from pydantic import Field, computed_field, model_validator

from alerts.incidents import IncidentState
from alerts.incidents.need import Need, need_key
from alerts.severity import Severity
from alerts.storms.groups import TAKEN_SINGLY, WITHIN, Cause, Group, Member, explain_group, gather
from hub.storage.database import Connection, database_now
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import (
    ActorView,
    ExplanationView,
    NamedView,
    Page,
    View,
    cut_page,
    decode_time_cursor,
    fetch_view,
    fetch_views,
)

#: So far back an incident may still come to be in a group. A storm that lasts longer has long begun its groups.
LOOK_BACK = 6 * WITHIN


class GroupRefView(View):
    """The group an incident is in, and why."""

    id: UUID
    reason: ExplanationView

    @model_validator(mode="before")
    @classmethod
    def _from_row(cls, row: Any) -> Any:
        """The row's columns, or what was made of them before."""
        if not isinstance(row, dict) or "cause" not in row:
            return row
        spread = datetime.fromisoformat(row["last_at"]) - datetime.fromisoformat(row["began_at"])
        return {"id": row["id"], "reason": _reason(row, row["members"], spread)}


class GroupMemberView(View):
    """One incident of a group, in brief; `singly`: a person takes it for itself."""

    id: UUID
    code: int
    kind: str
    severity: str
    state: str
    recipient: NamedView | None
    opened_at: datetime
    acknowledged_by: ActorView | None
    due_at: datetime | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def singly(self) -> bool:
        """Never taken along with the group."""
        return self.kind in TAKEN_SINGLY


class GroupCountsView(View):
    """How many members there are in each state; of the open ones, how many are taken singly."""

    open: int
    acknowledged: int
    closed: int
    open_singly: int


class IncidentGroupView(View):
    """Incidents that came together, those in scope, the most needed first."""

    id: UUID
    cause: str
    reason: ExplanationView
    began_at: datetime
    last_at: datetime
    counts: GroupCountsView
    members: list[GroupMemberView]


class _GroupRow(View):
    id: UUID
    cause: str
    key: str
    place: str | None
    began_at: datetime
    last_at: datetime
    members: list[GroupMemberView] = Field(min_length=1)

    def to_view(self, now: datetime) -> IncidentGroupView:
        members = sorted(self.members, key=lambda member: need_key(_need_of(member), now))
        spread = self.last_at - self.began_at
        reason = ExplanationView.model_validate(_reason(self.model_dump(), len(members), spread))
        return IncidentGroupView(
            id=self.id,
            cause=self.cause,
            reason=reason,
            began_at=self.began_at,
            last_at=self.last_at,
            counts=_count(members),
            members=members,
        )


async def regroup(connection: Connection) -> int:
    """Put what has come lately into groups, in the caller's transaction; how many groups begin or grow.

    Two that do it at once do it once: the second leaves it to the first.
    """
    locked = await (await connection.execute(queries("groups").lock)).fetchone()
    if locked is None or not locked[0]:
        return 0
    loose = await _read_loose(connection)
    if not loose:
        return 0
    standing = await _read_standing(connection)
    places = {member.incident_id: member.village_id or member.division_id or member.county_id for member in loose}
    changed = gather(standing, loose, await database_now(connection))
    for group in changed:
        await _save(connection, group, places)
    return len(changed)


async def list_groups(
    connection: Connection, scope: Scope, now: datetime, *, cursor: str | None, limit: int
) -> Page[IncidentGroupView]:
    """Groups of which somebody in scope is not closed, the newest first.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    params = {"scope": scope.sql, "id": None, "before_at": before_at, "before_id": before_id, "limit": limit + 1}
    rows = await fetch_views(connection, _GroupRow, queries("groups").in_scope, params)
    page = cut_page(rows, limit, lambda row: (row.began_at, row.id))
    return Page(items=[row.to_view(now) for row in page.items], next=page.next)


async def find_group(connection: Connection, group_id: UUID, scope: Scope, now: datetime) -> IncidentGroupView | None:
    """One group as far as it is in scope, whatever became of its members."""
    params = {"scope": scope.sql, "id": group_id, "before_at": None, "before_id": None, "limit": 1}
    row = await fetch_view(connection, _GroupRow, queries("groups").in_scope, params)
    return None if row is None else row.to_view(now)


async def lock_takeable(connection: Connection, group_id: UUID, scope: Scope) -> list[UUID]:
    """The members that may be taken along with the group, locked; those somebody has now are left out."""
    cursor = await connection.execute(
        queries("groups").lock_takeable, {"group_id": group_id, "singly": list(TAKEN_SINGLY), "scope": scope.sql}
    )
    return [row[0] for row in await cursor.fetchall()]


# --- Gathering -----------------------------------------------------------------------------------------------------


async def _read_loose(connection: Connection) -> Sequence[Member]:
    async with connection.cursor(row_factory=class_row(Member)) as cursor:
        await cursor.execute(queries("groups").loose, {"look_back": LOOK_BACK})
        return await cursor.fetchall()


async def _read_standing(connection: Connection) -> list[Group]:
    cursor = await connection.execute(queries("groups").standing, {"look_back": LOOK_BACK + WITHIN})
    return [
        Group(id=id_, cause=Cause(cause), key=key, began_at=began_at, last_at=last_at, incident_ids=())
        for id_, cause, key, began_at, last_at in await cursor.fetchall()
    ]


async def _save(connection: Connection, group: Group, places: dict[str, str]) -> None:
    """A group with its new members: those that are in it already were not read."""
    await connection.execute(
        queries("groups").save,
        {
            "id": group.id,
            "division_id": places[group.incident_ids[0]],
            "cause": group.cause,
            "key": group.key,
            "began_at": group.began_at,
            "last_at": group.last_at,
            "newcomers": len(group.incident_ids),
        },
    )
    params = {"group_id": group.id, "incident_ids": list(group.incident_ids)}
    await connection.execute(queries("groups").add_members, params)


# --- Showing -------------------------------------------------------------------------------------------------------


def _reason(row: dict[str, Any], count: int, spread: timedelta) -> dict[str, Any]:
    explanation = explain_group(Cause(row["cause"]), row["key"], count=count, spread=spread, place=row["place"])
    return {"code": explanation.code, "params": dict(explanation.params)}


def _need_of(member: GroupMemberView) -> Need:
    return Need(
        id=str(member.id),
        state=IncidentState(member.state),
        severity=Severity(member.severity),
        opened_at=member.opened_at,
        due_at=member.due_at,
    )


def _count(members: Sequence[GroupMemberView]) -> GroupCountsView:
    states = [member.state for member in members]
    return GroupCountsView(
        open=states.count(IncidentState.OPEN),
        acknowledged=states.count(IncidentState.ACKNOWLEDGED),
        closed=states.count(IncidentState.CLOSED),
        open_singly=sum(member.singly and member.state == IncidentState.OPEN for member in members),
    )
