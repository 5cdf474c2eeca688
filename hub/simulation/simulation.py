"""One simulation: a world is built around the hub and lived until its end, or until a promise breaks."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from alerts.decisions import RaiseAlert
from alerts.explanation import Explanation
from alerts.kinds import IncidentKind
from alerts.observations import EventKind
from alerts.severity import Severity
from hub.simulation.caregivers import Caregivers
from hub.simulation.chance import Chance
from hub.simulation.duty import DutyPair
from hub.simulation.faults import Faults
from hub.simulation.history import History
from hub.simulation.hub import Hub
from hub.simulation.ingest import IngestProcess
from hub.simulation.lives import Life
from hub.simulation.memory import Memory
from hub.simulation.memory_store import MemoryStore
from hub.simulation.memory_transaction import MemoryTransaction
from hub.simulation.network import DeviceLink
from hub.simulation.office import Office
from hub.simulation.operators import Operators
from hub.simulation.outbox import OutboxPair
from hub.simulation.readings import MESSAGES_A_DAY, can_read, readings_of
from hub.simulation.registry import WorldRegistry
from hub.simulation.scheduler import Scheduler
from hub.simulation.text_gateways import TextGateway
from hub.simulation.turns import Turns
from hub.simulation.watch import Watch
from hub.simulation.world import DIVISION_ID, NEVER_S, Caregiver, Recipient, World
from hub.simulation.world_making import make_world
from hub.stations.incidents import open_or_join
from hub.stations.records import AlertRequest
from hub.stations.submissions import Receipt


def _everybody(world: World) -> list[Caregiver]:
    return [*world.roster, *(contact for recipient in world.recipients for contact in recipient.contacts)]


class BrokenWorldError(Exception):
    """A promise did not hold, or a station failed; the message says where, and how to see it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What a simulation comes to."""

    seed: int
    digest: str
    steps: int
    commits: int
    incidents: int
    not_closed: int
    texts: int
    tries: int
    readings: int
    accepted: int
    repeated: int
    crashes: int
    boundaries: int
    replayed: int
    latest_step_s: float


class Simulation:
    """A world, ready to be lived."""

    def __init__(
        self,
        seed: int,
        *,
        world: World | None = None,
        strikes: frozenset[int] = frozenset(),
        readings: bool = False,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.world = make_world(seed) if world is None else world
        if readings:  # judged ahead of the clock, which therefore does not jump
            calm = replace(self.world.temperament, clock_jumps_every_s=NEVER_S)
            self.world = replace(self.world, temperament=calm)
        self.scheduler = Scheduler(self.world.starts_at)
        self.history = History(tell)
        self.faults = Faults(self.world.temperament, self.scheduler, Chance(seed, "faults"), strikes=strikes)
        self.memory = Memory(self.faults.clock)
        self.turns = Turns(self.scheduler, Chance(seed, "turns"))
        self.memory.freed = self.turns.free
        self.watch = Watch(self.memory, self.faults.clock)
        self.registry = WorldRegistry(self.world)
        self.hub = Hub(self.memory, self.registry, self.scheduler, self.turns, self.faults, self.watch, self.history)
        watched = [recipient for recipient in self.world.recipients if readings and can_read(recipient)]
        # Who has but a call button measures nothing: the others' devices say so much more.
        a_day = MESSAGES_A_DAY * len(self.world.recipients) / max(len(watched), 1)
        streams = {
            one.subject: readings_of(
                one, self.world.zone, self.world.starts_at, Chance(seed, f"{one.name} readings"), a_day
            )
            for one in watched
        }
        self.ingest = IngestProcess(self.hub, self.world, self.registry, streams)
        self.duty = DutyPair(self.hub, Chance(seed, "duty"))
        self.operators = Operators(
            self.world.operators, self.world.zone, self.hub, self.scheduler, Chance(seed, "operators")
        )
        phones = {one.phone: one for one in _everybody(self.world) if one.phone is not None}
        self.caregivers = Caregivers(phones, self.hub, self.scheduler, Chance(seed, "caregivers"))
        gateways = {
            habits.name: TextGateway(
                habits,
                self.scheduler,
                Chance(seed, f"gateway {habits.name}"),
                arrive=self.caregivers.read,
                receive=self._receive,
            )
            for habits in self.world.text_gateways
        }
        self.outbox = OutboxPair(self.hub, gateways, Chance(seed, "outbox"))
        self.faults.on_store = self._store_changed
        self.hub.on_commit = self._show
        devices = [device for recipient in self.world.recipients for device in recipient.devices]
        self.links = {
            device.id: DeviceLink(device, self.scheduler, Chance(seed, device.name), self.ingest.receive)
            for device in (*devices, *self.world.spare_devices)
        }
        self.registry.press = lambda device_id: self.links[device_id].say(EventKind.SOS_PRESSED)
        self.office = Office(self.world, self.registry, self.hub, Chance(seed, "office"))
        self.lives = [
            Life(recipient, self.links, self.scheduler, Chance(seed, recipient.name), self._telephone)
            for recipient in self.world.recipients
        ]

    def live(self, days: float, until_step: int | None = None) -> Lived:
        """Live so many days, or until a step.

        Raises:
            BrokenWorldError: something that must hold did not.
        """
        end = self.world.starts_at + timedelta(days=days)
        self.ingest.begin()
        step, look_around, scheduler = self.scheduler.step, self.watch.look_around, self.scheduler
        try:
            with _collecting_seldom():
                while (until_step is None or scheduler.steps < until_step) and step(end):
                    look_around()
                self.watch.end()
        except Exception as error:
            raise BrokenWorldError(self._story_of(error)) from error
        return self._lived()

    def _lived(self) -> Lived:
        return Lived(
            seed=self.world.seed,
            digest=self.history.digest,
            steps=self.scheduler.steps,
            commits=self.hub.commits,
            incidents=len(self.memory.incidents),
            not_closed=len(self.memory.not_closed),
            texts=len(self.memory.notifications),
            tries=len(self.memory.attempts),
            readings=self.ingest.readings,
            accepted=self.ingest.accepted,
            repeated=self.ingest.repeated,
            crashes=self.faults.crashes,
            boundaries=self.faults.boundaries,
            replayed=self.watch.replayed,
            latest_step_s=self.watch.latest.total_seconds(),
        )

    def _story_of(self, error: Exception) -> str:
        seed, step = self.world.seed, self.scheduler.steps
        what = str(error) or type(error).__name__
        lines = "\n".join(self.history.last())
        again = f"hub simulate-core --seed {seed} --until {step} --trace"
        return f"seed {seed}, step {step} ({self.scheduler.happening}): {what}\n{lines}\nSee it again: {again}"

    def _store_changed(self) -> None:
        self.duty.store_changed()
        self.outbox.changed()

    def _receive(self, receipt: Receipt) -> None:
        self.outbox.receive(receipt)

    def _show(self, transaction: MemoryTransaction) -> None:
        for incident_id in transaction.shown:
            self.operators.see(incident_id, self.memory.incidents[incident_id].incident)

    def _telephone(self, recipient: Recipient) -> None:
        alert = RaiseAlert(
            kind=IncidentKind.PHONE_REPORT,
            severity=Severity.HIGH,
            explanation=Explanation(code="phone_report", params={"note": "somebody rang"}),
        )
        request = AlertRequest(
            division_id=DIVISION_ID,
            subject=recipient.subject,
            recipient_id=recipient.id,
            alert=alert,
            occurred_at=self.scheduler.now,
            received_at=self.scheduler.now,
        )

        async def report(store: MemoryStore) -> None:
            await open_or_join(store, request, await store.now())

        self.hub.begin("web", self.hub.transact(report), lambda _none: None, lambda: self._telephone(recipient))


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Rows that stay for a year are no garbage: looking through them again and again is a tenth of a year's cost."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
