"""Contacts of a recipient: whom to call, in which order."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from hub.api.callers import DESK_ROLES, INSTALLING_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import Body, Name, Phone, Text, WholeNumber, YesOrNo
from hub.storage.contacts import change_contact, create_contact, delete_contact, list_contacts
from hub.storage.recipients import ContactView, find_recipient
from hub.storage.views import Page

router = APIRouter(prefix="/recipients/{recipient_id}/contacts", tags=["contacts"])

Order = Annotated[WholeNumber, Field(ge=0, le=10_000)]


class NewContact(Body):
    """Somebody to call; last unless an order is given."""

    name: Name
    phone: Phone
    relation: Text | None = None
    order: Order | None = None
    holds_key: YesOrNo = False


class ContactChanges(Body):
    """What is to change; a field that is not named stays as it is."""

    read_only = frozenset({"id"})

    name: Name = ""
    phone: Phone = ""
    relation: Text | None = None
    order: Order = 0
    holds_key: YesOrNo = False


@router.post("", status_code=201)
async def create(
    recipient_id: UUID, body: NewContact, caller: Annotated[Caller, requires(*INSTALLING_ROLES)]
) -> ContactView:
    """One more to call."""
    contact = await create_contact(caller.connection, recipient_id, caller.scope, body.given())
    if contact is None:
        raise not_found("recipient")
    await caller.record("create", "contact", contact.id)
    return contact


@router.get("")
async def list_all(
    recipient_id: UUID, caller: Annotated[Caller, requires(*LOOKING_ROLES, *INSTALLING_ROLES)]
) -> Page[ContactView]:
    """In the order in which they are to be called. The look is on record."""
    file = await find_recipient(caller.connection, recipient_id, caller.scope)
    if file is None:
        raise not_found("recipient")
    await caller.record("look_contacts", "recipient", recipient_id, file.division_id)
    return await list_contacts(caller.connection, recipient_id, caller.scope)


@router.patch("/{contact_id}")
async def change(
    recipient_id: UUID, contact_id: UUID, body: ContactChanges, caller: Annotated[Caller, requires(*DESK_ROLES)]
) -> ContactView:
    """Change what is named."""
    contact = await change_contact(caller.connection, recipient_id, contact_id, caller.scope, body.given())
    if contact is None:
        raise not_found("contact")
    await caller.record("change", "contact", contact_id)
    return contact


@router.delete("/{contact_id}", status_code=204)
async def delete(recipient_id: UUID, contact_id: UUID, caller: Annotated[Caller, requires(*DESK_ROLES)]) -> None:
    """They are not called any more."""
    if not await delete_contact(caller.connection, recipient_id, contact_id, caller.scope):
        raise not_found("contact")
    await caller.record("delete", "contact", contact_id)
