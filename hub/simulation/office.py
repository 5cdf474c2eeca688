"""The office of a world: policies are edited, modes set, nuisances shelved, devices tried, shifts end, desks are left.

What people do to the registry while incidents run: each of it holds from its moment on, and none of it may hide a cry.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from alerts.actors import ActorType
from alerts.escalation.policy import DEFAULT_POLICY, EscalationPolicy, PolicyRule, Step, Target
from alerts.incidents.commands import AdoptPolicy
from alerts.modes import Mode, ModeSpan
from alerts.severity import Severity
from alerts.storms.shelving import Shelf, Shelvable
from hub.simulation.chance import Chance
from hub.simulation.hub import Hub
from hub.simulation.memory_rows import ShelfRow
from hub.simulation.memory_store import MemoryStore
from hub.simulation.registry import WorldRegistry
from hub.simulation.world import DIVISION_ID, Operator, World
from hub.stations.shelving import end_shelf
from hub.stations.shifts import end_shift

_DAY_S = 86_400.0
#: How often each happens at one desk.
_POLICY_EVERY_S = 30 * _DAY_S
_MODE_EVERY_S = 10 * _DAY_S
_SHELF_EVERY_S = 20 * _DAY_S
_WINDOW_EVERY_S = 15 * _DAY_S
#: Shifts change with the hour; `hub.duty.shift_watch` looks within a minute.
_SHIFTS_EVERY_S = 3600.0
#: The longest test window (DOMAIN.md section 4).
_WINDOW_MAX = timedelta(minutes=15)
_TARGETS = (Target.NEXT_CONTACT, Target.CONTACTS, Target.HELPERS, Target.TOWNSHIP, Target.SUPERVISOR, Target.LEADER)


class Office:
    """Everybody who changes what the registry says."""

    def __init__(self, world: World, registry: WorldRegistry, hub: Hub, chance: Chance) -> None:
        self._world = world
        self._registry = registry
        self._hub = hub
        self._chance = chance
        self._edits = 0
        self._every(_POLICY_EVERY_S, "policy", self._edit_policy)
        self._every(_MODE_EVERY_S, "mode", self._set_mode)
        self._every(_SHELF_EVERY_S, "shelf", self._put_up_shelf)
        self._every(_WINDOW_EVERY_S, "test window", self._open_window)
        hub.scheduler.after(_SHIFTS_EVERY_S, "shifts", self._look_at_shifts)

    def _every(self, mean_s: float, what: str, happen: Callable[[], None]) -> None:
        def happen_and_plan() -> None:
            happen()
            self._hub.scheduler.after(self._chance.waits_s(mean_s), what, happen_and_plan)

        self._hub.scheduler.after(self._chance.waits_s(mean_s), what, happen_and_plan)

    # --- Policies ----------------------------------------------------------------------------------------------

    def _edit_policy(self) -> None:
        """Another ladder; some of the open incidents are moved to it by hand."""
        self._edits += 1
        policy = self._draw_policy()
        severities = frozenset({Severity.CRITICAL}) if self._chance.happens(0.5) else frozenset()
        self._registry.rules = (PolicyRule(policy=DEFAULT_POLICY), PolicyRule(policy=policy, severities=severities))
        actor = self._chance.choice(self._world.operators).actor
        for incident_id in self._hub.open_incidents():
            if self._chance.happens(0.5):
                self._hub.act(incident_id, AdoptPolicy(actor=actor, policy=policy), lambda _after: None)

    def _draw_policy(self) -> EscalationPolicy:
        chance = self._chance
        first = Step(after=timedelta(0), notify=Target.DESK)
        others = [
            Step(after=timedelta(seconds=chance.choice((0, 30, 60, 180))), notify=chance.choice(_TARGETS))
            for _ in range(chance.randint(0, 5))
        ]
        return EscalationPolicy(
            name=f"edited {self._edits}",
            steps=(first, *others),
            repeat=chance.randint(0, 3),
            then_every=timedelta(seconds=chance.choice((60, 300, 600))),
            ack_timeout=timedelta(seconds=chance.choice((120, 300, 900))),
        )

    # --- Modes and test windows --------------------------------------------------------------------------------

    def _set_mode(self) -> None:
        recipient = self._chance.choice(self._world.recipients)
        begins = self._hub.faults.clock()
        mode = self._chance.choice((Mode.AWAY, Mode.HOSPITAL, Mode.HOLIDAY, Mode.INSTALL))
        length = timedelta(seconds=self._chance.waits_s((0.1 if mode is Mode.INSTALL else 5) * _DAY_S))
        forgets = self._chance.happens(0.3)
        span = ModeSpan(mode=mode, from_at=begins, until_at=None if forgets else begins + length)
        self._registry.modes[recipient.id] = (*self._registry.modes.get(recipient.id, ())[-3:], span)
        if forgets:  # somebody is asked in the end, and ends it
            over = partial(self._end_mode, recipient.id, span)
            self._hub.scheduler.after(3 * length.total_seconds(), "mode over", over)

    def _end_mode(self, recipient_id: UUID, span: ModeSpan) -> None:
        ended = replace(span, until_at=self._hub.faults.clock())
        spans = self._registry.modes[recipient_id]
        self._registry.modes[recipient_id] = tuple(ended if one == span else one for one in spans)

    def _open_window(self) -> None:
        device = self._chance.choice(self._chance.choice(self._world.recipients).devices)
        self._registry.tried_until[device.id] = self._hub.faults.clock() + _WINDOW_MAX
        self._hub.write(f"{device.name} is tried")
        self._registry.press(device.id)

    # --- Shelves -----------------------------------------------------------------------------------------------

    def _put_up_shelf(self) -> None:
        recipient = self._chance.choice(self._world.recipients)
        device_id = str(self._chance.choice(recipient.devices).id) if self._chance.happens(0.5) else None

        async def put_up(store: MemoryStore) -> UUID:
            shelf_id = store.new_id()
            until_at = await store.now() + timedelta(seconds=self._chance.uniform(60.0, _DAY_S))
            shelf = Shelf(
                id=str(shelf_id),
                subject=None if device_id is not None else recipient.subject,
                device_id=device_id,
                kinds=frozenset(Shelvable),
                until_at=until_at,
            )
            await store.put_up(ShelfRow(shelf=shelf, division_id=DIVISION_ID))
            return shelf_id

        self._hub.begin("web", self._hub.transact(put_up), self._perhaps_end, lambda: None)

    def _perhaps_end(self, shelf_id: UUID) -> None:
        if self._chance.happens(0.3):
            self._hub.scheduler.after(self._chance.waits_s(3600.0), "end shelf", lambda: self._end_shelf(shelf_id))

    def _end_shelf(self, shelf_id: UUID) -> None:
        by = self._chance.choice(self._world.operators).actor
        ending = self._hub.transact(lambda store: end_shelf(store, shelf_id, by))
        self._hub.begin("web", ending, lambda _ended: None, lambda: self._end_shelf(shelf_id))

    # --- Shifts ------------------------------------------------------------------------------------------------

    def _look_at_shifts(self) -> None:
        """Who holds something and has gone home hands it over: to whoever is there, or back to everybody."""
        there = [one for one in self._world.operators if one.is_there(self._hub.scheduler.now, self._world.zone)]
        self._registry.desk_manned = bool(there) and not self._chance.happens(0.02)
        by_id = {one.actor.id: one for one in self._world.operators}
        for incident_id in self._hub.memory.not_closed.values():
            holder = self._hub.memory.incidents[incident_id].incident.acknowledged_by
            if holder is None or holder.type is not ActorType.OPERATOR:
                continue
            if not _is_there(by_id[holder.id], self._world.zone, self._hub):
                self._end_shift(incident_id, by_id[holder.id], there)
        self._hub.scheduler.after(_SHIFTS_EVERY_S, "shifts", self._look_at_shifts)

    def _end_shift(self, incident_id: UUID, holder: Operator, there: list[Operator]) -> None:
        relief = self._chance.choice(there).actor if there else None
        ending = self._hub.transact(lambda store: end_shift(store, incident_id, holder.actor, relief))
        # What failed is seen at the next look.
        self._hub.begin("duty", ending, lambda _changed: None, lambda: None)


def _is_there(operator: Operator, zone: ZoneInfo, hub: Hub) -> bool:
    return operator.is_there(hub.scheduler.now, zone)
