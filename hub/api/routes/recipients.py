"""Recipients: the files of the people cared for, and what has happened around them."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from hub.api.callers import DESK_ROLES, INSTALLING_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.monitoring import Monitoring
from hub.api.problems import not_found
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
    Search,
    Text,
    Timezone,
    YesOrNo,
)
from hub.storage.recipient_history import TimelineEntry, list_timeline
from hub.storage.recipients import (
    RecipientFile,
    RecipientSummary,
    change_recipient,
    create_recipient,
    find_recipient,
    list_recipients,
    tell_devices_of,
)
from hub.storage.views import Page, decode_id_cursor

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


_CHANGEABLE = ("name", "division_id", "ended_at", "ended_reason")


class RecipientChanges(_RecipientFields):
    """What is to change; a field that is not named stays as it is. `monitoring` is a merge patch."""

    read_only = frozenset(RecipientFile.model_fields) - {*_RecipientFields.model_fields, *_CHANGEABLE}

    name: Name = ""
    division_id: DivisionId | None = None
    ended_at: Instant | None = None
    ended_reason: EndedReason | None = None


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
    q: Search = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[RecipientSummary]:
    """People in scope, the newest first; `q` looks into name, group, address and telephone number."""
    await caller.record("search" if q else "list", "recipient", "*")
    return await list_recipients(
        caller.connection, caller.scope, search=q, before=decode_id_cursor(cursor), limit=limit
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
    """Change what is named; it holds for every packet received after the answer."""
    given = body.given()
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
