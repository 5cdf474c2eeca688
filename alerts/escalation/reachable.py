"""Who could be told when a step is due, and whether anybody sits at the desk: read where the step is carried out."""

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.actors import Person
from alerts.escalation.policy import Target
from alerts.numbers import bare_number, is_dialable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """The people of each role, now; of a role those of the nearest place come first."""

    contacts: tuple[Person, ...] = ()  #: In the order in which they are to be called.
    helpers: tuple[Person, ...] = ()
    township: tuple[Person, ...] = ()
    supervisor: tuple[Person, ...] = ()  #: Of this division and all above it.
    leader: tuple[Person, ...] = ()  #: Of this division and all above it.
    fallback: tuple[Person, ...] = ()  #: Administrators, told only when nobody else can be.
    desk_manned: bool = True  #: Somebody sits at the desk, or nobody has said that nobody does.


def usable(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """Those with a number that can be dialled, each number once: who has two roles is one person."""
    by_number = {bare_number(person.phone or ""): person for person in reversed(people) if is_dialable(person.phone)}
    return tuple(person for person in people if by_number.get(bare_number(person.phone or "")) is person)


def people_of(notify: str, reachable: Reachable) -> tuple[Person, ...]:
    """Whom a step that says `notify` means, with or without a number; the desk is no person."""
    match notify:
        case Target.DESK:
            return ()
        case Target.NEXT_CONTACT | Target.CONTACTS:
            return reachable.contacts
        case Target.HELPERS:
            return reachable.helpers
        case Target.TOWNSHIP:
            return reachable.township
        case Target.SUPERVISOR:
            return reachable.supervisor
        case Target.LEADER:
            return reachable.leader
        case number:
            return (Person(type="number", id=number, name=number, phone=number),)


def reaches_anybody(notify: Iterable[str], reachable: Reachable) -> bool:
    """Whether any of these steps would tell a person."""
    return any(usable(people_of(each, reachable)) for each in notify)
