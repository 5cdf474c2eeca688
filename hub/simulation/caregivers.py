"""Caregivers: a text arrives on a telephone, and is answered - soon, late, wrongly or never."""

from collections.abc import Callable, Mapping
from uuid import UUID

from alerts.actors import Actor, ActorType
from alerts.incidents.commands import AddNote, AnswerGoing, Command, Decline, SetArrived
from hub.simulation.chance import Chance
from hub.simulation.operators import Desk
from hub.simulation.scheduler import Scheduler
from hub.simulation.world import Caregiver


class Caregivers:
    """Everybody with a telephone."""

    def __init__(self, by_phone: Mapping[str, Caregiver], desk: Desk, scheduler: Scheduler, chance: Chance) -> None:
        self._by_phone = by_phone
        self._desk = desk
        self._scheduler = scheduler
        self._chance = chance

    def read(self, phone: str, incident_id: UUID) -> None:
        """A text about this incident shows on the telephone."""
        caregiver = self._by_phone[phone]
        if not self._chance.happens(caregiver.answers):
            return
        late = self._chance.happens(0.05)
        after_s = self._chance.takes_s(6 * 3600.0 if late else caregiver.answers_within_s)
        actor = Actor(type=ActorType.CAREGIVER, id=str(caregiver.id), name=caregiver.name)
        if self._chance.happens(caregiver.garbles):
            self._answer(after_s, incident_id, AddNote(actor=actor, text="9?"))
        elif self._chance.happens(0.4):
            self._answer(after_s, incident_id, Decline(actor=actor, repeated=self._chance.happens(0.2)))
        else:
            self._answer(after_s, incident_id, AnswerGoing(actor=actor, text="1"))
            if self._chance.happens(0.7):
                there_s = after_s + self._chance.takes_s(900.0)
                self._answer(there_s, incident_id, SetArrived(actor=actor, params={"name": actor.name}))

    def _answer(self, after_s: float, incident_id: UUID, command: Command) -> None:
        self._scheduler.after(after_s, "answer", _acting(self._desk, incident_id, command))


def _acting(desk: Desk, incident_id: UUID, command: Command) -> Callable[[], None]:
    return lambda: desk.act(incident_id, command, lambda _after: None)
