"""Rosters as they are shown."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from hub.storage.views import ActorView, View


class ShiftView(View):
    """A shift in local time; one that ends no later than it begins ends on the next day. No days: every day."""

    days: list[str]
    from_: str = Field(alias="from")
    until: str


class RosterPersonView(View):
    """Somebody who has duty."""

    id: UUID
    name: str
    phone: str | None
    account_id: UUID | None


class TurnView(View):
    """How long a turn is: one of the three."""

    hours: int | None = None
    days: int | None = None
    weeks: int | None = None


class RotationView(View):
    """People who take turns, in their order."""

    people: list[RosterPersonView]
    starts_on: str
    handover: str
    turn: TurnView


class RosterEntryView(View):
    """One person of a place's roster, or some who take turns; always, for a time, or by shifts."""

    id: UUID
    division_id: str
    role: str
    name: str
    phone: str | None
    from_: datetime | None = Field(alias="from")
    until: datetime | None
    account_id: UUID | None
    shifts: list[ShiftView]
    rotation: RotationView | None
    gaps_intended: bool


class OverrideView(View):
    """What was changed by hand for a time; the two of an exchange have one `swap_id`."""

    id: UUID
    division_id: str
    role: str
    kind: str
    absent: str | None
    present: RosterPersonView | None
    from_: datetime = Field(alias="from")
    until: datetime
    swap_id: UUID | None
    reason: str | None
    created_at: datetime
    created_by: ActorView
