"""Shifts and presence as the fake hub answers them: the hand-over from what it holds, signatures without a check."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI
from starlette.requests import Request

from tests.desk.fake_state import DIVISION_ID, NOT_CLOSED, FakeState, Json, identity, stamp


@dataclass
class FakeDesk:
    """What the desks have said of themselves."""

    #: Every beat, as it came: desk and state.
    said: list[tuple[str, str]] = field(default_factory=list)
    #: How many others sit at a desk.
    others_present: int = 0
    #: By operator: the shift they have.
    shifts: dict[str, Json] = field(default_factory=dict)
    notes: list[Json] = field(default_factory=list)


def shift_of(state: FakeState, operator: Json, desk_id: str, shown: Json) -> Json:
    """A shift that begins now."""
    counts = {name: len(shown.get(f"{key}_ids", [])) for name, key in _SHOWN}
    return {
        "id": identity(state.number()),
        "division_id": DIVISION_ID,
        "division_name": "青石县",
        "desk_id": desk_id,
        "operator": operator,
        "from": stamp(datetime.now(UTC)),
        "until": None,
        "taken_by": "log_in",
        "relieves": None,
        "ended_how": None,
        "handed_by": None,
        "relieved_by": None,
        "shown": counts,
        "shown_codes": [],
        "left_codes": [],
        "notes": [],
    }


_SHOWN = (("incidents", "incident"), ("shelves", "shelf"), ("notes", "note"), ("outages", "outage"))


def hand_over_of(state: FakeState, desk: FakeDesk, operator: Json) -> Json:
    """What the gate shows."""
    incidents = [one for one in state.incidents.values() if one["state"] in NOT_CLOSED]
    count = {name: sum(one["state"] == name for one in incidents) for name in NOT_CLOSED}
    return {
        "at": stamp(datetime.now(UTC)),
        "mine": desk.shifts.get(operator["id"]),
        "at_desk": None,
        "last": None,
        "not_closed": count,
        "incidents": incidents,
        "shelves": [],
        "notes": desk.notes,
        "outage_counts": [],
        "outages": [],
        "duty": {"known": False, "now": [], "until": None, "next": [], "listed": False, "mine": False},
    }


def add_shift_routes(
    app: FastAPI, state: FakeState, desk: FakeDesk, operator: Callable[[Request], dict[str, Any]]
) -> None:
    """Presence and shifts."""
    caller = Annotated[Json, Depends(operator)]

    @app.post("/api/v1/presence")
    async def say(_caller: caller, body: Annotated[Json, Body()]) -> Json:
        desk.said.append((body["desk_id"], body["state"]))
        return {"others_present": desk.others_present, "manned": body["state"] == "present" or desk.others_present > 0}

    @app.get("/api/v1/shifts/hand-over")
    async def read(caller: caller) -> Json:
        return hand_over_of(state, desk, caller)

    @app.post("/api/v1/shifts")
    async def begin(caller: caller, body: Annotated[Json, Body()]) -> Json:
        return desk.shifts.setdefault(caller["id"], shift_of(state, caller, body["desk_id"], body["shown"]))
