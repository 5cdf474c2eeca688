"""To whom a held incident goes when its holder's shift ends. Who is on no roster keeps what they hold."""

from collections.abc import Collection, Sequence
from datetime import datetime

from alerts.rosters.duty import duty_spans, on_duty
from alerts.rosters.roster import Member, Roster


def shift_has_ended(
    rosters: Sequence[Roster], before: Sequence[Roster], account_id: str, since: datetime, now: datetime
) -> bool:
    """Whether somebody had duty when they took something, or since, and has none now.

    `before`: the rosters as they stood at `since`; they may have been written anew. Who took it outside of their hours
    keeps it: nobody relieves them.
    """
    if any(_has(account_id, on_duty(roster, now)) for roster in rosters):
        return False
    return any(_has(account_id, on_duty(roster, since)) for roster in before) or any(
        _has(account_id, span.members) for roster in rosters for span in duty_spans(roster, since, now)
    )


def next_holder(
    rosters: Sequence[Roster],
    now: datetime,
    *,
    leaving: str,
    at_desk: Collection[str] = (),
) -> Member | None:
    """Who takes over: of those on duty who can hold an incident one who sits at a desk, else the first.

    The rosters come with the nearest place first. None: nobody is there to take it.
    """
    able = [
        member
        for roster in rosters
        for member in on_duty(roster, now)
        if member.account_id not in {None, leaving} and not member.disabled
    ]
    return next((member for member in able if member.account_id in at_desk), able[0] if able else None)


def _has(account_id: str, members: Sequence[Member]) -> bool:
    return any(member.account_id == account_id for member in members)
