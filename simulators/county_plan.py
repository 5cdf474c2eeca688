"""What a county consists of, before a hub knows it: divisions, people with their devices, and who is on duty."""

from dataclasses import dataclass, field
from typing import Any

#: What has no network of its own where there is a gateway.
BEHIND_GATEWAY = frozenset({"wristband", "mattress"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDivision:
    """A township (3 digits below the county) or a village (6 digits)."""

    suffix: str
    name: str
    center: dict[str, float] | None = None  #: As the API takes it.

    def code(self, county_id: str) -> str:
        """The 12-digit code within this county; without a suffix the county's own."""
        return (county_id[:6] + self.suffix).ljust(12, "0") if self.suffix else county_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedContact:
    """Somebody of the family, or a neighbour."""

    name: str
    phone: str
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRecipient:
    """One file; `key` is what the demonstration calls it, `fields` go to the API as they are."""

    key: str
    name: str
    village: str  #: The suffix of a `PlannedDivision`.
    fields: dict[str, Any]
    contacts: tuple[PlannedContact, ...] = ()
    devices: tuple[str, ...] = ("call_button",)  #: Kinds; with a gateway, the others of `BEHIND_GATEWAY` speak over it.


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRosterEntry:
    """Somebody with a duty; `division` is a suffix, empty for the county itself."""

    role: str
    name: str
    phone: str
    division: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyPlan:
    """Everything that is to be created; without a log-in nobody is employed at the desk."""

    divisions: tuple[PlannedDivision, ...]
    recipients: tuple[PlannedRecipient, ...]
    roster: tuple[PlannedRosterEntry, ...] = field(default=())
    operator_login: str | None = None

    @property
    def pieces(self) -> int:
        """How many things there are to create."""
        of_people = sum(1 + len(person.contacts) + len(person.devices) for person in self.recipients)
        return len(self.divisions) + len(self.roster) + of_people


def phone(number: int) -> str:
    """A number that no mobile network assigns: it begins with 100."""
    return f"1000000{number:04d}"
