"""Rosters: who is rung for a place."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from hub.api.callers import LOOKING_ROLES, Caller, requires
from hub.api.shapes import Body, DivisionId, Instant, Name, Phone
from hub.storage.accounts import Role
from hub.storage.rosters import RosterEntry, RosterEntryView, list_roster, replace_roster
from hub.storage.views import Page

router = APIRouter(prefix="/rosters", tags=["rosters"])

RosterRole = Literal["operator", "helper", "township", "supervisor", "leader"]


class WrittenEntry(Body):
    """One person, always or for a time."""

    name: Name
    phone: Phone | None = None
    from_: Instant | None = Field(default=None, alias="from")
    until: Instant | None = None

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.from_ is not None and self.until is not None and self.until <= self.from_:
            raise ValueError("until must be later than from")
        return self


class WrittenRoster(Body):
    """The people of one role and place, in the order in which they are rung; they replace those before."""

    division_id: DivisionId | None = None
    role: RosterRole
    entries: list[WrittenEntry] = Field(max_length=200)


@router.get("")
async def list_all(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    division_id: Annotated[DivisionId | None, Query()] = None,
    role: Annotated[RosterRole | None, Query()] = None,
) -> Page[RosterEntryView]:
    """All entries in scope, in the order in which they are rung."""
    return await list_roster(caller.connection, caller.scope, division_id=division_id, role=role)


@router.put("")
async def put(
    body: WrittenRoster, caller: Annotated[Caller, requires(Role.ADMIN, Role.SUPERVISOR)]
) -> Page[RosterEntryView]:
    """Write the roster of one role and place; it holds from the next step of any ladder on."""
    division_id = caller.choose_division(body.division_id)
    roster = await replace_roster(
        caller.connection,
        division_id,
        body.role,
        [
            RosterEntry(name=entry.name, phone=entry.phone, from_at=entry.from_, until_at=entry.until)
            for entry in body.entries
        ],
    )
    await caller.record("write", "roster", f"{division_id}/{body.role}", division_id)
    return roster
