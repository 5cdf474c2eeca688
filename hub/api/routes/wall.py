"""The wall display (大屏): counts by place, for a screen that visitors walk past.

Nothing in the answer tells of one person: no name, no address, no number, no identity, no colour. A test reads it for
that. The page that shows it asks nothing else, not even the stream, whose incidents have names in them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from hub.api.callers import LOOKING_ROLES, Caller, requires
from hub.reports.answering import answered_within, asked_of, reached_at
from hub.reports.shapes import Share
from hub.storage.accounts import Role
from hub.storage.board import DeviceHealthView
from hub.storage.divisions import find_division
from hub.storage.wall import WallFacts, read_wall

router = APIRouter(prefix="/wall", tags=["map"])

_TOWNSHIP, _VILLAGE = "township", "village"


class VillageCounts(BaseModel):
    """A village by name."""

    name: str
    not_closed: int
    untaken: int


class TownshipCounts(VillageCounts):
    """A township, with all that lies below it."""

    devices: DeviceHealthView
    villages: list[VillageCounts]


class WallView(BaseModel):
    """The whole screen.

    `since`: when the shift began; `answered_in_...`: of what was opened since, how often somebody had it and had tried
    to reach the person within the time (docs/reports.md). `waiting_since`: when the oldest that nobody has was opened.
    """

    division_name: str
    timezone: str
    as_of: datetime
    since: datetime
    not_closed: int
    untaken: int
    waiting_since: datetime | None
    under_way: int
    answered_in_60_s: Share
    answered_in_180_s: Share
    follow_ups_due: int
    devices: DeviceHealthView
    townships: list[TownshipCounts]


@router.get("")
async def wall(caller: Annotated[Caller, requires(*LOOKING_ROLES, Role.WALL)]) -> WallView:
    """What a screen on the wall shows of the caller's division."""
    facts = await read_wall(caller.connection, caller.scope)
    division = await find_division(caller.connection, caller.division_id)
    asked = asked_of(facts.incidents)
    present = facts.below(caller.division_id)
    return WallView(
        division_name=division.name if division else "",
        timezone=division.timezone if division else caller.parts.settings.timezone,
        as_of=facts.now,
        since=facts.since,
        not_closed=present.not_closed,
        untaken=present.untaken,
        waiting_since=present.waiting_since,
        under_way=present.under_way,
        answered_in_60_s=answered_within(asked, reached_at, 60, facts.now),
        answered_in_180_s=answered_within(asked, reached_at, 180, facts.now),
        follow_ups_due=facts.follow_ups_due,
        devices=facts.devices_below(caller.division_id),
        townships=list(_townships(facts)),
    )


def _townships(facts: WallFacts) -> Iterator[TownshipCounts]:
    for place in facts.places:
        if place.level == _TOWNSHIP:
            present = facts.below(place.id)
            yield TownshipCounts(
                name=place.name,
                not_closed=present.not_closed,
                untaken=present.untaken,
                devices=facts.devices_below(place.id),
                villages=list(_villages(facts, place.id[:9])),
            )


def _villages(facts: WallFacts, prefix: str) -> Iterator[VillageCounts]:
    for place in facts.places:
        if place.level == _VILLAGE and place.id.startswith(prefix):
            present = facts.below(place.id)
            yield VillageCounts(name=place.name, not_closed=present.not_closed, untaken=present.untaken)
