"""Ladders: every step that an incident's position says it has passed was taken or skipped, and left what it owes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.escalation.policy import EscalationPolicy
from hub.verify.differences import Look, differ

#: Records with which a run of the ladder begins.
_BEGINNINGS = frozenset(
    {
        "opened",
        "reopened",
        "returned_by_alert",
        "ack_timed_out",
        "responder_overdue",
        "given_back",
        "shift_ended",
        "policy_adopted",
    }
)
#: A step that was led, or whose people knew already, owes no text of its own.
_TAKEN = frozenset({"desk_sounded", "step_taken", "step_led", "step_told_already"})
#: Records that owe texts.
_TOLD = frozenset({"step_taken", "fallback_told"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an incident's log; step and round count from one, as people read them."""

    code: str
    step: int | None
    round: int | None
    at: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A notification of a step; both count from zero, as the ladder does."""

    step: int | None
    round: int | None
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """An incident's ladder: where it is, and what is on record."""

    incident_id: str
    policy: EscalationPolicy
    round: int
    step: int
    recurrence: int
    log: Sequence[Entry]
    owed: Sequence[Owed]


def check_ladders(climbs: Iterable[Climb]) -> Look:
    """Nobody was passed over, and whoever was to be told is owed a text."""
    looked = list(climbs)
    return Look(
        check="ladders",
        counted=len(looked),
        differences=(
            *differ("step_not_taken", [climb.incident_id for climb in looked if _is_passed_over(climb)]),
            *differ("step_without_text", [climb.incident_id for climb in looked if _lacks_text(climb)]),
            *differ("text_without_step", [climb.incident_id for climb in looked if _has_stray_text(climb)]),
        ),
    )


def _is_passed_over(climb: Climb) -> bool:
    run = _this_run(climb.log)
    if any(entry.code == "ladder_empty" for entry in run):
        return False
    taken = {(entry.round, entry.step) for entry in run if entry.code in _TAKEN}
    skipped = {entry.step for entry in run if entry.code == "step_skipped"}
    return any(
        (a_round + 1, step + 1) not in taken and step + 1 not in skipped for a_round, step in _positions_before(climb)
    )


def _positions_before(climb: Climb) -> list[tuple[int, int]]:
    steps, last_round = len(climb.policy.steps), climb.policy.repeat
    every = [(a_round, step) for a_round in range(last_round + 1) for step in range(steps)]
    if climb.recurrence:
        return every
    return [position for position in every if position < (climb.round, climb.step)]


def _this_run(log: Sequence[Entry]) -> Sequence[Entry]:
    beginnings = [number for number, entry in enumerate(log) if entry.code in _BEGINNINGS]
    return log[beginnings[-1] :] if beginnings else log


def _lacks_text(climb: Climb) -> bool:
    owed = {(one.step, one.round, one.at) for one in climb.owed}
    return any(
        entry.code in _TOLD and (_before(entry.step), _before(entry.round), entry.at) not in owed for entry in climb.log
    )


def _has_stray_text(climb: Climb) -> bool:
    taken = {(_before(entry.step), _before(entry.round), entry.at) for entry in climb.log if entry.code in _TOLD}
    return any((one.step, one.round, one.at) not in taken for one in climb.owed)


def _before(counted_from_one: int | None) -> int | None:
    return None if counted_from_one is None else counted_from_one - 1
