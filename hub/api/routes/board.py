"""The board (一张图): what the county looks like now, beside the incidents that come by the stream."""

from typing import Annotated

from fastapi import APIRouter

from hub.api.callers import LOOKING_ROLES, Caller, requires
from hub.storage.board import BoardView, read_board

router = APIRouter(prefix="/board", tags=["map"])


@router.get("")
async def board(caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> BoardView:
    """The places in scope with their people and devices, and the homes of those with an incident that is not closed.

    A home is part of what the list of incidents says anyway, as an address. Where somebody is now is not here.
    """
    return await read_board(caller.connection, caller.scope)
