"""Planted bugs: for each promise a station or the store is broken, and the simulation must say so within a few seeds.

A check that cannot fail is worth nothing: each of these is one of the mistakes that such systems make (on-call.md).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import hub.stations.findings
import hub.stations.incidents
from alerts.incidents import IncidentState, Outcome
from alerts.incidents.applying import apply
from alerts.severity import Severity
from hub.simulation.duty import DutyProcess
from hub.simulation.ingest import IngestProcess
from hub.simulation.memory import Memory
from hub.simulation.memory_incidents import MemoryIncidents
from hub.simulation.memory_intake import MemoryIntake
from hub.simulation.memory_outbox import MemoryOutboxStore
from hub.simulation.memory_owing import MemoryOwing
from hub.simulation.outbox import OutboxProcess
from hub.simulation.simulation import BrokenWorldError, Simulation
from hub.simulation.watch import Watch
from hub.stations.records import Entry
from hub.stations.retry import next_attempt
from tests.simulation.worlds import busy_world

Patch = Callable[[pytest.MonkeyPatch], None]

SEEDS = range(1, 6)
DAYS = 12.0


def _found(seeds: Sequence[int] = SEEDS) -> str:
    """What the first of a few worlds in which something breaks says of it."""
    for seed in seeds:
        try:
            Simulation(seed, world=busy_world(seed)).live(DAYS)
        except BrokenWorldError as broken:
            return str(broken)
    return "nothing was found"


def test_without_a_planted_bug_nothing_is_found() -> None:
    assert _found(SEEDS[:2]) == "nothing was found"


def _changing(name: str, change: Callable[[Entry], Entry]) -> Patch:
    """Every entry is changed before it is written."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        write = getattr(MemoryIncidents, name)
        patch.setattr(MemoryIncidents, name, lambda self, entry, *rest: write(self, change(entry), *rest))

    return plant


def _held_without_deadline(entry: Entry) -> Entry:
    if entry.incident.state is not IncidentState.ACKNOWLEDGED:
        return entry
    return replace(entry, incident=replace(entry.incident, due_at=None, deadline=None))


def _other_than_decided(entry: Entry) -> Entry:
    later = entry.incident.last_alert_at + timedelta(seconds=1)
    return replace(entry, incident=replace(entry.incident, last_alert_at=later))


def _log_line_lost(entry: Entry) -> Entry:
    return replace(entry, log=()) if entry.n % 7 == 0 else entry


def _due_twice_as_far(entry: Entry) -> Entry:
    due_at = entry.incident.due_at
    if due_at is None or entry.incident.state is not IncidentState.OPEN:
        return entry
    return replace(entry, incident=replace(entry.incident, due_at=due_at - timedelta(minutes=10)))


def _severity_falls(patch: pytest.MonkeyPatch) -> None:
    _outcomes(patch, lambda outcome: replace(outcome, incident=replace(outcome.incident, severity=Severity.LOW)))


def _held_by_nobody(patch: pytest.MonkeyPatch) -> None:
    def lose_holder(outcome: Outcome) -> Outcome:
        return replace(outcome, incident=replace(outcome.incident, acknowledged_by=None))

    _outcomes(patch, lose_holder)


def _outcomes(patch: pytest.MonkeyPatch, change: Callable[[Outcome], Outcome]) -> None:
    """What a station decides about an incident that is there is changed; a replay decides the same."""

    def changed(incident: Any, command: Any, now: Any) -> Outcome:
        outcome = apply(incident, command, now)
        return outcome if incident is None else change(outcome)

    patch.setattr("hub.stations.incidents.apply", changed)


def _press_forgotten(patch: pytest.MonkeyPatch) -> None:
    async def forget(*_args: object) -> None:
        return

    patch.setattr(hub.stations.findings, "_raise", forget)


def _acknowledged_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    receive = IngestProcess.receive

    def receive_early(self: IngestProcess, message: Any, acknowledge: Callable[[], None]) -> None:
        self._accept(message, acknowledge)
        receive(self, message, acknowledge)

    patch.setattr(IngestProcess, "receive", receive_early)


def _ledger_forgets(patch: pytest.MonkeyPatch) -> None:
    async def know_nothing(*_args: object) -> None:
        return

    patch.setattr(MemoryIntake, "remember_event", know_nothing)


def _two_of_a_kind(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryIncidents, "_find_not_closed", lambda *_args: None)


def _sent_though_taken(patch: pytest.MonkeyPatch) -> None:
    async def cancel_nothing(*_args: object) -> None:
        return

    async def overtaken(*_args: object) -> Sequence[object]:
        return ()

    patch.setattr(MemoryOwing, "cancel_notifications", cancel_nothing)
    patch.setattr(MemoryOutboxStore, "lock_overtaken", overtaken)
    patch.setattr(MemoryOutboxStore, "_may_leave", lambda *_args: True)


def _sent_again_though_it_arrived(patch: pytest.MonkeyPatch) -> None:
    def unmarked(*args: Any, **named: Any) -> Any:
        attempt = next_attempt(*args, **named)
        return None if attempt is None else replace(attempt, repeats_unknown=False)

    patch.setattr("hub.stations.outbox.next_attempt", unmarked)


def _handed_over_twice(patch: pytest.MonkeyPatch) -> None:
    submit = OutboxProcess._submit

    def submit_twice(self: OutboxProcess, parcel: Any) -> None:
        submit(self, parcel)
        submit(self, parcel)

    patch.setattr(OutboxProcess, "_submit", submit_twice)


def _nobody_looks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DutyProcess, "_look", lambda *_args: None)


def _nobody_begins_texts(patch: pytest.MonkeyPatch) -> None:
    async def begin_nothing(*_args: object, **_named: object) -> int:
        return 0

    patch.setattr("hub.stations.outbox.Settlement.begin_owed", begin_nothing)


def _looks_late(patch: pytest.MonkeyPatch) -> None:
    notice = DutyProcess.notice
    patch.setattr(DutyProcess, "notice", lambda self, due_at: notice(self, due_at + timedelta(seconds=1.5)))
    patch.setattr(DutyProcess, "_sleep", lambda _self: None)
    patch.setattr(Watch, "look_around", lambda _self: None)  # which sees what is not taken, before it is taken late


def _command_lost(patch: pytest.MonkeyPatch) -> None:
    keep = Memory.keep_entry
    patch.setattr(
        Memory, "keep_entry", lambda self, entry, version: None if entry.n % 5 == 0 else keep(self, entry, version)
    )


def _waits_for_its_sibling(patch: pytest.MonkeyPatch) -> None:
    release = hub.stations.incidents._release_held

    async def wait(*args: Any, waits: bool = True) -> list[Any]:
        return list(await release(*args, waits=True))

    patch.setattr(hub.stations.incidents, "_release_held", wait)


PLANTED: dict[str, tuple[Patch, str]] = {
    "taken, and no clock runs": (_changing("_write", _held_without_deadline), "has a deadline"),
    "a deadline in the past": (_changing("_write", _due_twice_as_far), "lies in the future"),
    "a state that nobody decided": (_changing("_write", _other_than_decided), "replay equals state"),
    "a line of the log is lost": (_changing("_write", _log_line_lost), "the commands give the log"),
    "a command is lost": (_command_lost, "replay"),
    "severity falls": (_severity_falls, "severity never falls silently"),
    "held by nobody": (_held_by_nobody, "who holds it is known"),
    "a press raises nothing": (_press_forgotten, "an accepted event is in an incident"),
    "acknowledged before the commit": (_acknowledged_before_the_commit, "an accepted event is in an incident"),
    "a repeated press counts twice": (_ledger_forgets, "in one incident, once"),
    "two of a kind": (_two_of_a_kind, "one incident that is not closed"),
    "a text leaves after it was taken": (_sent_though_taken, "nothing is handed over after its incident was taken"),
    "a text is repeated without need": (_sent_again_though_it_arrived, "a text leaves twice only"),
    "a text is handed over twice": (_handed_over_twice, "handed over once"),
    "a text is never begun": (_nobody_begins_texts, "has not been begun"),
    "a step is never taken": (_nobody_looks, "has not been passed"),
    "a step is late": (_looks_late, "within 1 s of due"),
    "two wait for each other": (_waits_for_its_sibling, "wait for each other"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_found_with_its_seed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, promise = PLANTED[name]
    plant(monkeypatch)
    found = _found()
    assert promise in found, found
    assert "hub simulate-core --seed" in found
