"""The registry of a world: policies, and who could be told at a moment - with the holes that rosters have."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from alerts.actors import Person
from alerts.escalation.policy import DEFAULT_POLICY, PolicyRule
from alerts.escalation.steps import Reachable
from alerts.modes import ModeSpan
from hub.simulation.world import Caregiver, World

_HOUR_S = 3600
#: A role's hole lasts so many hours; where holes are cannot depend on who asked before.
_HOLE_HOURS = 7


class WorldRegistry:
    """What the hub's registry would say."""

    def __init__(self, world: World) -> None:
        self._contacts = {recipient.id: _people(recipient.contacts) for recipient in world.recipients}
        self._roster = {
            role: _people(caregiver for caregiver in world.roster if caregiver.role == role)
            for role in ("helper", "township", "supervisor", "leader")
        }
        self._holes = world.temperament.holes
        self._seed = world.seed
        self.rules: tuple[PolicyRule, ...] = (PolicyRule(policy=DEFAULT_POLICY),)
        self.modes: dict[UUID, tuple[ModeSpan, ...]] = {}  #: By recipient.
        self.tried_until: dict[UUID, datetime] = {}  #: Test windows, by device.
        self.desk_manned = True
        self.press: Callable[[UUID], None] = lambda _device_id: None  #: Somebody tries the device.

    def policy_rules(self) -> tuple[PolicyRule, ...]:
        """As they are now."""
        return self.rules

    def reachable(self, recipient_id: UUID | None, _division_id: str, now: datetime) -> Reachable:
        """As it is now."""
        contacts = () if recipient_id is None else self._contacts.get(recipient_id, ())
        return Reachable(
            contacts=contacts,
            helpers=self._on_duty("helper", now),
            township=self._on_duty("township", now),
            supervisor=self._on_duty("supervisor", now),
            leader=self._on_duty("leader", now),
            desk_manned=self.desk_manned,
        )

    def _on_duty(self, role: str, now: datetime) -> tuple[Person, ...]:
        people = self._roster[role]
        if not people:
            return ()
        stretch = int(now.timestamp()) // (_HOLE_HOURS * _HOUR_S)
        # A number that looks like chance and needs no memory of what was asked before.
        mixed = (stretch * 2_654_435_761 + self._seed * 40_503 + len(role) * 97) % 1000
        if mixed < 1000 * self._holes:
            return ()
        first = mixed % len(people)
        return (*people[first:], *people[:first])


def _people(caregivers: Iterable[Caregiver]) -> tuple[Person, ...]:
    return tuple(Person(type=one.role, id=str(one.id), name=one.name, phone=one.phone) for one in caregivers)
