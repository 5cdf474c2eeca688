"""Rosters (值班表): who is on duty for a place and a role at a moment, past or to come. Dates and rows are handed in.

calendar   what kind of day it is: workdays, rest days, holidays, and 调休
patterns   when a shift lasts, and whose turn a rotation gives
roster     people, entries, and what was changed by hand: overrides and swaps
duty       who is on duty, in which order; the next change; hours that nobody has
handing_on to whom a held incident goes when its holder's shift ends
"""

from alerts.rosters.calendar import NOTHING_SPECIAL, DayKind, DutyCalendar
from alerts.rosters.duty import (
    DutySpan,
    duty_spans,
    gaps,
    hours_in,
    hours_of,
    members_of,
    next_change,
    on_duty,
    people_on_duty,
)
from alerts.rosters.handing_on import next_holder, shift_has_ended
from alerts.rosters.patterns import DayName, Rotation, Shift
from alerts.rosters.recognition import Account, recognise, recognise_people
from alerts.rosters.roster import Entry, Member, Override, OverrideKind, Roster, Swap, overrides_of

__all__ = [
    "NOTHING_SPECIAL",
    "Account",
    "DayKind",
    "DayName",
    "DutyCalendar",
    "DutySpan",
    "Entry",
    "Member",
    "Override",
    "OverrideKind",
    "Roster",
    "Rotation",
    "Shift",
    "Swap",
    "duty_spans",
    "gaps",
    "hours_in",
    "hours_of",
    "members_of",
    "next_change",
    "next_holder",
    "on_duty",
    "overrides_of",
    "people_on_duty",
    "recognise",
    "recognise_people",
    "shift_has_ended",
]
