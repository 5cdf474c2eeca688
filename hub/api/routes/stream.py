"""The stream: what changes, as it changes (server-sent events)."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from hub.api.callers import SEEING_ROLES, Caller, requires
from hub.api.stream_response import StreamResponse

router = APIRouter(tags=["stream"])

#: PostgreSQL's bigint: no position lies beyond.
_POSITION_MAX = 2**63 - 1


@router.get(
    "/stream",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events"}},
)
async def stream(
    caller: Annotated[Caller, requires(*SEEING_ROLES)],
    after: Annotated[int | None, Query(ge=0, le=_POSITION_MAX)] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """`incident`, `follow-up`, `maintenance` with the entity alone, `tick` every 5 s, `reset` when it cannot replay.

    `blind`, within 5 s and every 5 s, while no press would be shown: since when, and because of what; `sighted` when it
    is over, with its length. Neither has an id. Ticks say the same in one word, `storing`; they stop while the
    database is away.

    `Last-Event-ID` (as browsers send it on reconnecting) goes before `after`; without either it begins now.
    """
    position = _position(last_event_id)
    return StreamResponse(
        caller.parts.broadcaster,
        caller.identity,
        caller.credential.identify,
        after if position is None else position,
    )


def _position(last_event_id: str | None) -> int | None:
    """A position we did not give is one that cannot be replayed: larger than all."""
    if not last_event_id:
        return None
    known = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 19
    return int(last_event_id) if known else _POSITION_MAX
