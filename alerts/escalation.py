"""The ladder: what happens when an open incident's deadline comes.

An empty step is skipped at once, and said so: the time before it was meant for somebody, and nobody is there. After the
repeats the last step that reaches anybody recurs until the incident is taken.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.actors import Person
from alerts.decisions import Duty, Notify, Record, ReportLadderEmpty
from alerts.explanation import Explanation, Param
from alerts.incidents import Deadline, Incident, Ladder, Outcome
from alerts.policy import Step, Target

#: What makes the desk sound.
_SOUND = frozenset({"desk_sounded", "ladder_empty"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """Who could be told now, by role: read in the transaction that escalates."""

    contacts: tuple[Person, ...] = ()  #: In the order in which they are to be called.
    helpers: tuple[Person, ...] = ()
    township: tuple[Person, ...] = ()
    supervisor: tuple[Person, ...] = ()
    leader: tuple[Person, ...] = ()


def escalate(incident: Incident, reachable: Reachable, now: datetime) -> Outcome:
    """Take the step that is due, skipping those that reach nobody; the incident gets its next deadline."""
    policy = incident.policy
    ladder = incident.ladder
    duties: list[Duty] = []
    # Two passes at the most (the end of the rounds, then back from the last step): each step is taken, or skipped once.
    for _ in range(2 * len(policy.steps)):
        step_index, step = ladder.step, policy.steps[ladder.step]
        people, ladder = _choose_people(step, reachable, ladder)
        taken = _take(incident, ladder, step_index, step, people)
        skipped = _skipped(step_index, step)
        duties.extend(taken or ([] if skipped in duties else [skipped]))
        if taken:
            ladder = _advance(ladder, incident)
            due_at = now + _delay_before(ladder, incident)
            break
        ladder = _advance_past_empty(ladder, incident)
    else:
        duties += [
            Record(code="ladder_empty"),
            ReportLadderEmpty(explanation=Explanation(code="ladder_empty", params={"policy": policy.name})),
        ]
        due_at = now + policy.then_every
    sounding = incident.sounding or any(isinstance(duty, Record) and duty.code in _SOUND for duty in duties)
    escalated = replace(incident, ladder=ladder, sounding=sounding, deadline=Deadline.ESCALATE, due_at=due_at)
    return Outcome(incident=escalated, duties=tuple(duties))


def _choose_people(step: Step, reachable: Reachable, ladder: Ladder) -> tuple[tuple[Person, ...], Ladder]:
    """Whom the step tells; only people with a number can be told."""
    match step.target:
        case Target.DESK:
            return (), ladder
        case Target.NEXT_CONTACT:
            contacts = _with_number(reachable.contacts)
            if ladder.contacts_told >= len(contacts):
                return (), ladder
            chosen = contacts[ladder.contact_cursor % len(contacts)]
            told = replace(ladder, contact_cursor=ladder.contact_cursor + 1, contacts_told=ladder.contacts_told + 1)
            return (chosen,), told
        case Target.CONTACTS:
            return _with_number(reachable.contacts), ladder
        case Target.HELPERS:
            return _with_number(reachable.helpers), ladder
        case Target.TOWNSHIP:
            return _with_number(reachable.township), ladder
        case Target.SUPERVISOR:
            return _with_number(reachable.supervisor), ladder
        case Target.LEADER:
            return _with_number(reachable.leader), ladder
        case "number":
            return (Person(type="number", id=step.notify, name=step.notify, phone=step.notify),), ladder


def _with_number(people: tuple[Person, ...]) -> tuple[Person, ...]:
    return tuple(person for person in people if person.phone)


def _take(incident: Incident, ladder: Ladder, step_index: int, step: Step, people: tuple[Person, ...]) -> list[Duty]:
    """What taking the step owes; nothing when it reaches nobody."""
    where: dict[str, Param] = {"step": step_index + 1, "round": ladder.round + 1, "target": step.target}
    if step.target is Target.DESK:
        return [Record(code="desk_sounded", params=where)]
    if not people:
        return []
    position = f"{ladder.run}.{ladder.round}.{step_index}.{ladder.recurrence}"
    taken = Record(code="step_taken", params={**where, "people": "、".join(person.name for person in people)})
    owed = [
        Notify(
            person=person,
            run=ladder.run,
            round=ladder.round,
            step=step_index,
            target=step.target,
            dedup_key=f"{incident.id}:{position}:{person.phone}",
        )
        for person in people
    ]
    return [taken, *owed]


def _skipped(step_index: int, step: Step) -> Record:
    return Record(code="step_skipped", params={"step": step_index + 1, "target": step.target, "why": "nobody"})


def _advance(ladder: Ladder, incident: Incident) -> Ladder:
    """The position after a step that was taken: the next one, the next round, or the last step again."""
    last = len(incident.policy.steps) - 1
    if ladder.recurrence:
        return replace(ladder, step=last, recurrence=ladder.recurrence + 1, contacts_told=0)
    if ladder.step < last:
        return replace(ladder, step=ladder.step + 1)
    if ladder.round < incident.policy.repeat:
        return replace(ladder, round=ladder.round + 1, step=0, contacts_told=0)
    return replace(ladder, step=last, recurrence=1, contacts_told=0)


def _advance_past_empty(ladder: Ladder, incident: Incident) -> Ladder:
    """The step to try instead of an empty one: onwards, or - when the last step recurs - back towards the first."""
    if ladder.recurrence:
        return replace(ladder, step=(ladder.step - 1) % len(incident.policy.steps))
    return _advance(ladder, incident)


def _delay_before(ladder: Ladder, incident: Incident) -> timedelta:
    """How long the next step waits. A ladder of zero delays would only send: a new round then waits `then_every`."""
    policy = incident.policy
    if ladder.recurrence:
        return policy.then_every
    starts_round = ladder.step == 0 and ladder.round > 0
    if starts_round and not any(step.after for step in policy.steps):
        return policy.then_every
    return policy.steps[ladder.step].after
