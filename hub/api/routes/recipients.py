"""Recipients: the files of the people cared for, and what has happened around them."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from alerts.modes import Mode
from hub.api.callers import DESK_ROLES, INSTALLING_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.monitoring import Monitoring
from hub.api.problems import ProblemError, not_found
from hub.api.shapes import (
    PAGE_ROWS,
    Body,
    Cursor,
    DivisionId,
    Instant,
    Limit,
    LongText,
    Name,
    Phone,
    Point,
    Text,
    Timezone,
    YesOrNo,
)
from hub.storage.accounts import Role
from hub.storage.recipient_history import TimelineEntry, list_timeline
from hub.storage.recipient_lists import ListedRecipient, Place, Wanted, list_recipients
from hub.storage.recipients import (
    RecipientFile,
    change_recipient,
    create_recipient,
    find_recipient,
    tell_devices_of,
)
from hub.storage.scope import Scope
from hub.storage.views import Page, decode_place_cursor

router = APIRouter(prefix="/recipients", tags=["recipients"])

#: A person who was cared for stays on file; this says why monitoring ended.
EndedReason = Literal["moved", "deceased", "withdrawn", "other"]


class CareNotes(Body):
    """What whoever goes there must know; never part of a text message."""

    conditions: list[Text] = Field(default_factory=list, max_length=50)
    medication: list[Text] = Field(default_factory=list, max_length=50)
    allergies: list[Text] = Field(default_factory=list, max_length=50)
    language: Text | None = None
    notes: LongText | None = None


class _RecipientFields(Body):
    timezone: Timezone = ""
    group_name: Text | None = None
    sex: Literal["female", "male"] | None = None
    birth_date: date | None = Field(default=None, ge=date(1900, 1, 1), le=date(2100, 1, 1))
    phone: Phone | None = None
    address: Text | None = None
    address_note: LongText | None = None
    home: Point | None = None
    lives_alone: YesOrNo = True
    categories: list[Text] = Field(default_factory=list, max_length=20)
    ability: Text | None = None
    care_notes: CareNotes = Field(default_factory=CareNotes)
    location_consent: YesOrNo = False
    photo_consent: YesOrNo = False
    monitoring: Monitoring = Field(default_factory=Monitoring)


class NewRecipient(_RecipientFields):
    """A person to be put on file; only the name is required."""

    name: Name
    division_id: DivisionId | None = None


#: What an operator may write; the rest of a file is a supervisor's.
OPERATORS_FIELDS = frozenset({"care_notes", "address_note", "phone"})

_CHANGEABLE = ("name", "division_id", "ended_at", "ended_reason")


class RecipientChanges(_RecipientFields):
    """What is to change; a field that is not named stays as it is. `monitoring` is a merge patch."""

    read_only = frozenset(RecipientFile.model_fields) - {*_RecipientFields.model_fields, *_CHANGEABLE}

    name: Name = ""
    division_id: DivisionId | None = None
    ended_at: Instant | None = None
    ended_reason: EndedReason | None = None


class ChosenPeople(BaseModel):
    """Which people a list shows; what is not given is not asked for."""

    q: Name | None = None
    division_id: DivisionId | None = None
    category: Text | None = None
    ability: Text | None = None
    mode: Mode | None = None
    has_open_incident: bool | None = None
    has_device: bool | None = None
    ended: bool | None = None
    cursor: Annotated[str | None, Field(max_length=400, description="`next` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="Rows of a page at most.")] = PAGE_ROWS


@router.post("", status_code=201)
async def create(body: NewRecipient, caller: Annotated[Caller, requires(*INSTALLING_ROLES)]) -> RecipientFile:
    """Put a person on file, in the caller's division unless another one below it is named."""
    division_id = caller.choose_division(body.division_id)
    given = {name: value for name, value in body.given().items() if name != "division_id"}
    recipient_id = await create_recipient(caller.connection, division_id, given)
    await caller.record("create", "recipient", recipient_id, division_id)
    return await _file(caller, recipient_id)


@router.get("")
async def list_all(
    caller: Annotated[Caller, requires(*LOOKING_ROLES, *INSTALLING_ROLES)],
    chosen: Annotated[ChosenPeople, Query()],
) -> Page[ListedRecipient]:
    """People in scope, village by village, by name; the look is on record.

    Each word of `q` is a part of the name, its pinyin or initials, the group, the address or the place, the end of a
    telephone number (3 digits at least, of the person, a contact or a device), or a device's id or serial number.
    """
    after = decode_place_cursor(chosen.cursor)
    division_id = caller.choose_division(chosen.division_id)
    await caller.record("search" if chosen.q else "list", "recipient", "*", division_id)
    wanted = Wanted(
        search=chosen.q,
        category=chosen.category,
        ability=chosen.ability,
        mode=chosen.mode,
        has_open_incident=chosen.has_open_incident,
        has_device=chosen.has_device,
        ended=chosen.ended,
    )
    return await list_recipients(
        caller.connection,
        Scope.of_division(division_id),
        wanted,
        after=None if after is None else Place(*after),
        limit=chosen.limit,
    )


@router.get("/{recipient_id}")
async def get(
    recipient_id: UUID, caller: Annotated[Caller, requires(*LOOKING_ROLES, *INSTALLING_ROLES)]
) -> RecipientFile:
    """The file, with contacts, devices and modes. The look is on record."""
    file = await _file(caller, recipient_id)
    await caller.record("look", "recipient", recipient_id, file.division_id)
    return file


@router.patch("/{recipient_id}")
async def change(
    recipient_id: UUID, body: RecipientChanges, caller: Annotated[Caller, requires(*DESK_ROLES)]
) -> RecipientFile:
    """Change what is named; it holds for every packet received after the answer.

    An operator writes what is learnt on the telephone at night: care notes, how to get in, the telephone number.
    """
    given = body.given()
    if caller.role is Role.OPERATOR and not given.keys() <= OPERATORS_FIELDS:
        raise ProblemError(403, "field_not_allowed", "An operator changes care notes, address note and phone alone.")
    division_id = given.pop("division_id", None)
    if division_id is not None:
        caller.choose_division(division_id)
    was_in = await change_recipient(caller.connection, recipient_id, caller.scope, division_id, given)
    if was_in is None:
        raise not_found("recipient")
    await tell_devices_of(caller.connection, recipient_id)
    await caller.record("change", "recipient", recipient_id, was_in)
    return await _file(caller, recipient_id)


@router.get("/{recipient_id}/timeline")
async def timeline(
    recipient_id: UUID,
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[TimelineEntry]:
    """What has happened around the person, the newest first. The look is on record."""
    file = await _file(caller, recipient_id)
    await caller.record("look_timeline", "recipient", recipient_id, file.division_id)
    return await list_timeline(caller.connection, recipient_id, caller.scope, cursor=cursor, limit=limit)


async def _file(caller: Caller, recipient_id: UUID) -> RecipientFile:
    file = await find_recipient(caller.connection, recipient_id, caller.scope)
    if file is None:
        raise not_found("recipient")
    return file
