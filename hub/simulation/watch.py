"""The watch: what must hold after every step of a simulation, asked where it could have changed.

It looks at rows and knows nothing of how they came about: what the core promises is written here a second time,
plainly. A broken promise is a `BrokenError`; who lives the world adds the seed and the step that repeat it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from alerts.incidents import Incident, IncidentState, RefusedError
from alerts.incidents.commands import Command, PassHoldDeadline, TakeStep
from alerts.incidents.replay import ReplayError, log_of, replay
from alerts.kinds import IncidentKind
from hub.simulation.memory import Memory
from hub.simulation.memory_rows import AttemptRow, IncidentRow
from hub.simulation.memory_transaction import MemoryTransaction
from hub.stations.records import Entry
from hub.stations.store import DeadlineOwner

#: A step is taken within this of its being due (DESIGN.md section 5).
STEP_WITHIN = timedelta(seconds=1)
#: A text that is owed is begun within this, whichever channels can send: what was missed is found by a poll of 1 s.
OWED_WITHIN = timedelta(seconds=5)
#: Besides at its close, an incident is replayed at every so many commands.
_REPLAYED_EVERY = 25

_OPEN, _HELD, _CLOSED = IncidentState.OPEN, IncidentState.ACKNOWLEDGED, IncidentState.CLOSED
#: From which state to which one command may lead; taking and closing may be one.
_MOVES = frozenset(
    {(_OPEN, _OPEN), (_OPEN, _HELD), (_OPEN, _CLOSED), (_HELD, _HELD), (_HELD, _OPEN), (_HELD, _CLOSED)}
    | {(_CLOSED, _CLOSED), (_CLOSED, _OPEN)}
)


class BrokenError(AssertionError):
    """A promise did not hold."""


class Watch:
    """Asked before every commit, and after every step."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        self._memory = memory
        self._clock = clock
        self._able_since = clock()  #: Since when somebody could pass deadlines, by the store's clock.
        self._able = True
        self._sending_since = clock()  #: Since when somebody could begin texts.
        self._sending = True
        self._replayed_to: dict[UUID, int] = {}
        self._left: set[UUID] = set()
        self._taken: dict[UUID, list[UUID]] = {}
        self.latest = timedelta(0)  #: The step that was most late.
        self.replayed = 0
        self.asked = 0

    # --- Who could act -----------------------------------------------------------------------------------------

    def duty_is_able(self, able: bool) -> None:
        """Whether any duty process runs and reaches the store; a step that came due meanwhile is late from now on."""
        if able and not self._able:
            self._able_since = self._clock()
        self._able = able

    def outbox_is_able(self, able: bool) -> None:
        """The same of the outbox."""
        if able and not self._sending:
            self._sending_since = self._clock()
        self._sending = able

    def clock_jumped(self) -> None:
        """What is due now was not due a moment ago."""
        self._able_since = self._sending_since = self._clock()

    # --- Before a commit ---------------------------------------------------------------------------------------

    def look_at(self, transaction: MemoryTransaction) -> None:
        """Everything the transaction is about to make true."""
        before: dict[UUID, IncidentRow] = {}
        for entry in transaction.entries:
            old = before.get(entry.id) or self._memory.incidents.get(entry.id)
            self._look_at_entry(entry, old)
            new = transaction.incidents.get(entry.id)
            if new is not None:
                before[entry.id] = IncidentRow(entry.incident, new.division_id, new.recipient_id, entry.n)
        for incident_id, row in transaction.written("incidents").items():
            if row is not None:
                self._look_at_row(transaction, incident_id, row)
        for attempt_id, attempt in transaction.written("attempts").items():
            if attempt is not None and attempt.state == "submitting":
                self._look_at_claim(transaction, attempt_id, attempt)

    def _look_at_claim(self, transaction: MemoryTransaction, attempt_id: UUID, attempt: AttemptRow) -> None:
        before = self._memory.attempts.get(attempt_id)
        if before is not None and before.state == "submitting":
            return
        notification = transaction.notifications.get(attempt.notification_id)
        if notification is None:
            raise BrokenError("a text that leaves was owed")
        incident = self._memory.incidents[notification.incident_id].incident
        _require(incident.state is _OPEN or notification.answers, "nothing is handed over after its incident was taken")

    def _look_at_entry(self, entry: Entry, old: IncidentRow | None) -> None:
        self.asked += 1
        if old is None:
            _require(entry.n == 1, "the first command of an incident is the first")
            return
        _require(entry.n == old.commands + 1, "no command is missing or doubled")
        was, now = old.incident, entry.incident
        _require((was.state, now.state) in _MOVES, f"{was.state} does not become {now.state}")
        if now.severity.rank > was.severity.rank:
            _require(_says_lowered(entry), "severity never falls silently")
        _require(was.kind is now.kind and was.subject == now.subject, "an incident stays whose and what it is")
        if isinstance(entry.command, TakeStep | PassHoldDeadline):
            self._look_at_lateness(entry.id, entry.at, entry.command)

    def _look_at_lateness(self, incident_id: UUID, at: datetime, command: Command) -> None:
        deadline = self._memory.deadlines.get((DeadlineOwner.INCIDENT, incident_id))
        if deadline is None:
            raise BrokenError("a deadline that passes was there")
        _require(deadline.due_at <= at, f"{type(command).__name__} is not taken before it is due")
        late = at - max(deadline.due_at, min(self._able_since, at))
        self.latest = max(self.latest, late)
        _require(late <= STEP_WITHIN, f"a step is taken within 1 s of due, not {late.total_seconds():.3f} s")

    def _look_at_row(self, transaction: MemoryTransaction, incident_id: UUID, row: IncidentRow) -> None:
        incident = row.incident
        deadline = transaction.deadlines.get((DeadlineOwner.INCIDENT, incident_id))
        if incident.state is _CLOSED:
            _require(deadline is None and incident.due_at is None, "a closed incident has no deadline")
            return
        if deadline is None or incident.due_at is None:
            raise BrokenError("an incident that is not closed has a deadline")
        _require(deadline.due_at == incident.due_at, "an incident has one deadline, not two")
        _require(deadline.due_at >= self._clock() - STEP_WITHIN, "a deadline lies in the future")
        _require(deadline.failures == 0, "a deadline that was set has not failed")
        held = incident.state is _HELD
        _require((incident.acknowledged_by is not None) is held, "who holds it is known, and nobody holds an open one")
        other = self._memory.not_closed.get((incident.subject, incident.kind))
        _require(
            other in {None, incident_id} or _is_closed_by(transaction, other),
            "one incident that is not closed per subject and kind",
        )

    # --- After a commit ----------------------------------------------------------------------------------------

    def look_back(self, transaction: MemoryTransaction) -> None:
        """What was written must give what is there."""
        for entry in transaction.entries:
            if entry.incident.state is _CLOSED or entry.n % _REPLAYED_EVERY == 0:
                self.replay(entry.id)

    def replay(self, incident_id: UUID) -> None:
        """The incident's commands give the incident, and its log."""
        self.replayed += 1
        self._replayed_to[incident_id] = self._memory.incidents[incident_id].commands
        try:
            happened = replay(self._memory.commands[incident_id])
        except (ReplayError, RefusedError) as error:
            raise BrokenError(f"the commands cannot be replayed: {error}") from error
        row = self._memory.incidents[incident_id]
        _require(happened[-1].incident == row.incident, _difference(happened[-1].incident, row.incident))
        _require(log_of(happened) == self._memory.logs[incident_id], "the commands give the log")

    # --- After every step --------------------------------------------------------------------------------------

    def look_around(self) -> None:
        """Nothing that is due is forgotten, by anybody."""
        if self._sending and self._memory.unsettled:
            self._look_for_forgotten_text()
        if not self._able:
            return
        due_at = self._memory.earliest_due()
        if due_at is not None and max(due_at, self._able_since) < self._clock() - STEP_WITHIN:
            late = self._clock() - max(due_at, self._able_since)
            raise BrokenError(f"a deadline has not been passed for {late.total_seconds():.3f} s")

    def _look_for_forgotten_text(self) -> None:
        oldest = next(iter(self._memory.unsettled.values()))
        since = max(oldest.created_at, self._sending_since)
        if oldest.state == "owed" and since < self._clock() - OWED_WITHIN:
            raise BrokenError(
                f"a text that is owed has not been begun for {(self._clock() - since).total_seconds():.3f} s"
            )

    def press_acknowledged(self, device_id: UUID, event_id: str, kind: IncidentKind) -> None:
        """The device was told that it need not say this again: it must be in exactly one incident."""
        found = self._memory.alerts_of_event(device_id, event_id, kind)
        _require(len(found) > 0, f"an accepted event is in an incident: {event_id}")
        _require(len(found) == 1, f"an accepted event is in one incident, once: {event_id}")

    # --- Texts -------------------------------------------------------------------------------------------------

    def text_leaves(self, attempt_id: UUID) -> None:
        """A try is handed to its gateway: only what was claimed, and each claim once."""
        _require(self._memory.attempts[attempt_id].state == "submitting", "only what was claimed is handed over")
        _require(attempt_id not in self._left, "a try is handed over once")
        self._left.add(attempt_id)

    def text_taken(self, attempt_id: UUID) -> None:
        """A gateway has a text: a second time only after one that failed, or whose outcome nobody knew."""
        attempt = self._memory.attempts[attempt_id]
        earlier = self._taken.setdefault(attempt.notification_id, [])
        known_failed = all(self._memory.attempts[one].state == "failed" for one in earlier)
        _require(
            known_failed or attempt.repeats_unknown, "a text leaves twice only where the first may not have arrived"
        )
        earlier.append(attempt_id)

    def end(self) -> None:
        """At the end every incident can be replayed, and every one that is not closed has its deadline."""
        for incident_id, row in self._memory.incidents.items():
            if self._replayed_to.get(incident_id) != row.commands:
                self.replay(incident_id)
            owned = (DeadlineOwner.INCIDENT, incident_id) in self._memory.deadlines
            _require(owned is (row.incident.state is not _CLOSED), "what is not closed has a deadline, at the end too")


def _require(holds: bool, promise: str) -> None:
    if not holds:
        raise BrokenError(promise)


def _says_lowered(entry: Entry) -> bool:
    return any(record.code == "lowered_by_hand" and record.actor is not None for record in entry.log)


def _is_closed_by(transaction: MemoryTransaction, incident_id: UUID | None) -> bool:
    row = None if incident_id is None else transaction.incidents.get(incident_id)
    return row is not None and row.incident.state is _CLOSED


def _difference(replayed: Incident, stored: Incident) -> str:
    for name in Incident.__slots__:
        if getattr(replayed, name) != getattr(stored, name):
            return f"replay equals state: {name} is {getattr(stored, name)!r}, replayed {getattr(replayed, name)!r}"
    return "replay equals state"
