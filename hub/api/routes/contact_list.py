"""The contact list on paper, for the day the computers are down."""

from typing import Annotated

from fastapi import APIRouter, Query

from hub.api.callers import DESK_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import DivisionId
from hub.storage.contact_list import ContactList, make_contact_list

router = APIRouter(prefix="/contact-list", tags=["contacts"])


@router.get("")
async def make(
    caller: Annotated[Caller, requires(*DESK_ROLES)], division_id: Annotated[DivisionId | None, Query()] = None
) -> ContactList:
    """Everybody of a division in one answer, to be printed. That it was made is on record."""
    chosen = caller.choose_division(division_id)
    made = await make_contact_list(caller.connection, chosen, caller.scope)
    if made is None:
        raise not_found("division")
    await caller.record("print", "contact_list", chosen, chosen)
    return made
