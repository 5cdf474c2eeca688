"""Who does something to an incident."""

from dataclasses import dataclass
from enum import StrEnum


class ActorType(StrEnum):
    """What kind of hand it was."""

    OPERATOR = "operator"  #: A person logged in at the desk. 值班员
    CAREGIVER = "caregiver"  #: A contact or helper who answered a text. 照料人
    MACHINE = "machine"  #: A program with an API key. 系统


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One who acts; `id` is unique within the type."""

    type: ActorType
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One who can be told: on the ladder's side of a notification."""

    type: str  #: contact, helper, township, supervisor, leader, admin, number
    id: str
    name: str
    phone: str | None
