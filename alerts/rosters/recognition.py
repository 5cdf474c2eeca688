"""Under which account somebody of a roster holds incidents, where the roster does not say so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from alerts.numbers import bare_number
from alerts.rosters.roster import Member, Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody with a log-in."""

    id: str
    name: str
    phone: str | None


def recognise_people(roster: Roster, accounts: Sequence[Account]) -> Roster:
    """The roster with the accounts of its people, as far as they can be told."""
    return replace(
        roster,
        entries=tuple(
            replace(entry, members=tuple(recognise(member, accounts) for member in entry.members))
            for entry in roster.entries
        ),
        overrides=tuple(
            override if override.present is None else replace(override, present=recognise(override.present, accounts))
            for override in roster.overrides
        ),
    )


def recognise(member: Member, accounts: Sequence[Account]) -> Member:
    """Whose number it is; where one of the two has none, whose name. Whom two accounts fit is not known."""
    if member.account_id is not None:
        return member
    number = bare_number(member.phone or "")
    same_number = _only(one for one in accounts if number and bare_number(one.phone or "") == number)
    same_name = _only(one for one in accounts if one.name == member.name and not (number and one.phone))
    known = same_number or same_name
    return member if known is None else replace(member, account_id=known.id)


def _only(accounts: Iterable[Account]) -> Account | None:
    found = list(accounts)
    return found[0] if len(found) == 1 else None
