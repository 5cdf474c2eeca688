"""The ladder: what happens when an open incident's deadline comes.

An empty step is skipped at once, and said so: the time before it was meant for somebody, and nobody is there. Steps
without a delay between them are one moment, in which nobody is told twice. After the repeats the last step that
reaches anybody recurs until the incident is taken. When no step reaches anybody, whoever is above them is told.

While a graver incident of the recipient leads (`linked`), a step tells nobody and the position goes on; the desk's
sound is each incident's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.actors import Person
from alerts.decisions import ClearLadderEmpty, Duty, Notify, Record, ReportLadderEmpty
from alerts.escalation.ladder import advance, advance_past_empty, delay_before, time_given
from alerts.escalation.linked import LinkedIncident, Told, leader_of, told_lately
from alerts.escalation.policy import Step, Target
from alerts.escalation.reachable import Reachable, people_of, usable
from alerts.explanation import Explanation, Param
from alerts.incidents.incident import Deadline, Incident, Ladder, Outcome
from alerts.incidents.press_tests import is_held_back
from alerts.numbers import bare_number

__all__ = ["Reachable", "escalate"]

#: Whom a notification names as its step when no step reached anybody.
FALLBACK = "fallback"


def escalate(
    incident: Incident,
    reachable: Reachable,
    now: datetime,
    linked: tuple[LinkedIncident, ...] = (),
    told: tuple[Told, ...] = (),
) -> Outcome:
    """Take the step that is due, skipping those that reach nobody; the incident gets its next deadline.

    `linked`: the other open incidents of the recipient; `told`: whom any other incident of theirs has told lately.
    The next step waits its delay from now, however late this one is: time that was lost is not caught up.
    """
    climb = _Climb(incident, reachable, now, linked, told)
    # Two passes at the most (the end of the rounds, then back from the last step): each step is taken, or skipped once.
    for _ in range(2 * len(incident.policy.steps)):
        climb.pass_step()
        delay = delay_before(climb.ladder, incident.policy)
        if climb.told_at is not None and (delay or is_held_back(incident, climb.ladder)):
            return climb.outcome(max(now, climb.told_at + delay))
    return climb.outcome_of_nobody()


@dataclass(frozen=True, slots=True)
class _Choice:
    """Whom a step can tell, and where `next_contact` then stands; nobody: why."""

    people: tuple[Person, ...]
    ladder: Ladder
    why_nobody: str = "nobody"


class _Climb:
    """One passing of a ladder's deadline: the position, and what is owed so far."""

    def __init__(
        self,
        incident: Incident,
        reachable: Reachable,
        now: datetime,
        linked: tuple[LinkedIncident, ...],
        told: tuple[Told, ...],
    ) -> None:
        self.ladder = incident.ladder
        self.told_at: datetime | None = None  #: Since when the people of this moment know; None: no step reached any.
        self._incident = incident
        self._policy = incident.policy
        self._reachable = reachable
        self._now = now
        self._linked = linked
        self._told_by_others = told
        self._told_now: set[str] = set()
        self._sounding = incident.sounding
        self._duties: list[Duty] = []

    def pass_step(self) -> None:
        """Take the step at the position, or skip it when it reaches nobody; the position goes on."""
        step = self._policy.steps[self.ladder.step]
        took = self._sound_desk() if step.target is Target.DESK else self._tell_people(step)
        self.ladder = (advance if took else advance_past_empty)(self.ladder, self._policy)

    def outcome(self, due_at: datetime) -> Outcome:
        """A step was taken: the incident with its next deadline."""
        escalated = replace(
            self._incident, ladder=self.ladder, sounding=self._sounding, deadline=Deadline.ESCALATE, due_at=due_at
        )
        return Outcome(incident=escalated, duties=tuple(self._duties))

    def outcome_of_nobody(self) -> Outcome:
        """No step reached anybody: those above are told, the position stays, and all is tried again."""
        before = self._incident.ladder
        self.ladder = replace(before, empty_tries=before.empty_tries + 1)
        self._sounding = True
        if before.empty_tries:
            self._duties.clear()  # why each step is empty is on record already
        self._duties.append(Record(code="ladder_empty"))
        led = self._leader(self._policy.then_every) is not None
        people = () if led else self._people_above()
        self._duties += self._fall_back(people)
        nobody = not (people or led)
        if nobody:
            self._duties.append(Record(code="nobody_reachable"))
        why = Explanation(code="nobody_reachable" if nobody else "ladder_empty", params={"policy": self._policy.name})
        self._duties.append(ReportLadderEmpty(explanation=why, nobody=nobody))
        return self.outcome(self._now + self._policy.then_every)

    # --- One step ---

    def _sound_desk(self) -> bool:
        """The desk sounds in any case; where nobody sits, that reaches nobody."""
        self._sounding = True
        if not self._reachable.desk_manned:
            self._skip("unmanned")
            return False
        self._duties.append(Record(code="desk_sounded", params=self._where()))
        self.told_at = self._now
        return True

    def _tell_people(self, step: Step) -> bool:
        given = time_given(self.ladder, self._policy)
        lately = told_lately(self._incident, self._told_by_others, self._now, given)
        choice = self._choose(step, lately)
        if not choice.people:
            self._skip(choice.why_nobody)
            return False
        leader = self._leader(given)
        if leader is not None:
            self._be_led(leader)
            return True
        self.ladder = choice.ladder
        known = {**lately, **dict.fromkeys(self._told_now, self._now)}
        fresh = tuple(person for person in choice.people if _number(person) not in known)
        spared = tuple(person for person in choice.people if person not in fresh)
        if fresh:
            self._tell(step, fresh, spared)
        else:
            self._duties.append(
                Record(code="step_told_already", params={**self._where(), "people": _names(choice.people)})
            )
            self._know_since(min(known[_number(person)] for person in choice.people))
        return True

    def _tell(self, step: Step, people: tuple[Person, ...], spared: tuple[Person, ...]) -> None:
        params: dict[str, Param] = {**self._where(), "people": _names(people)}
        if spared:
            params["told_already"] = _names(spared)
        self._duties.append(Record(code="step_taken", params=params))
        self._duties += self._owed(people, step.target, self._position())
        self._told_now |= {_number(person) for person in people}
        if self.ladder.empty_tries:
            self._duties.append(ClearLadderEmpty())
            self.ladder = replace(self.ladder, empty_tries=0)
        self.told_at = self._now

    def _be_led(self, leader: LinkedIncident) -> None:
        by: dict[str, Param] = {"by": leader.id, "by_kind": leader.kind, "by_severity": leader.severity}
        self._duties.append(Record(code="step_led", params={**self._where(), **by}))
        self.told_at = self._now

    def _know_since(self, at: datetime) -> None:
        """The people of this step know since `at`: their time runs from then, unless somebody is told now."""
        self.told_at = at if self.told_at is None else max(self.told_at, at)

    def _skip(self, why: str) -> None:
        step = self._policy.steps[self.ladder.step]
        skipped = Record(
            code="step_skipped", params={"step": self.ladder.step + 1, "target": step.target, "because": why}
        )
        if skipped not in self._duties:
            self._duties.append(skipped)

    # --- Who ---

    def _choose(self, step: Step, lately: Mapping[str, datetime]) -> _Choice:
        people = people_of(step.notify, self._reachable)
        if step.target is Target.NEXT_CONTACT:
            return _choose_next(people, self.ladder, {*lately, *self._told_now})
        return _Choice(usable(people), self.ladder, "no_number" if people else "nobody")

    def _people_above(self) -> tuple[Person, ...]:
        """Supervisors and leaders; where none can be reached, the administrators."""
        in_charge = usable(self._reachable.supervisor + self._reachable.leader)
        return in_charge or usable(self._reachable.fallback)

    def _leader(self, given: timedelta) -> LinkedIncident | None:
        return leader_of(self._incident, self._linked, self._reachable, self._now, given)

    # --- What is owed ---

    def _fall_back(self, people: tuple[Person, ...]) -> list[Duty]:
        if not people:
            return []
        told = Record(code="fallback_told", params={**self._where(FALLBACK), "people": _names(people)})
        return [told, *self._owed(people, FALLBACK, f"{self._position()}.empty.{self.ladder.empty_tries}")]

    def _owed(self, people: tuple[Person, ...], target: str, position: str) -> list[Notify]:
        return [
            Notify(
                person=person,
                run=self.ladder.run,
                round=self.ladder.round,
                step=self.ladder.step,
                target=target,
                dedup_key=f"{self._incident.id}:{position}:{person.phone}",
            )
            for person in people
        ]

    def _position(self) -> str:
        ladder = self.ladder
        return f"{ladder.run}.{ladder.round}.{ladder.step}.{ladder.recurrence}"

    def _where(self, target: str | None = None) -> dict[str, Param]:
        """The position as people count it: from one."""
        named = target or self._policy.steps[self.ladder.step].target
        return {"step": self.ladder.step + 1, "round": self.ladder.round + 1, "target": named}


def _choose_next(contacts: tuple[Person, ...], ladder: Ladder, known: set[str]) -> _Choice:
    """The next contact in their order who can be told and does not know yet; each is come past once a round."""
    left = [contacts[(ladder.contact_cursor + ahead) % len(contacts)] for ahead in range(_left(contacts, ladder))]
    can_be_told = [ahead for ahead, person in enumerate(left) if usable((person,))]
    if not can_be_told:
        why = ("no_number" if not usable(contacts) else "all_told") if contacts else "nobody"
        return _Choice((), ladder, why)
    chosen = next((ahead for ahead in can_be_told if _number(left[ahead]) not in known), can_be_told[0])
    moved = replace(
        ladder,
        contact_cursor=ladder.contact_cursor + chosen + 1,
        contacts_passed=ladder.contacts_passed + chosen + 1,
    )
    return _Choice((left[chosen],), moved)


def _left(contacts: tuple[Person, ...], ladder: Ladder) -> int:
    return max(0, len(contacts) - ladder.contacts_passed)


def _number(person: Person) -> str:
    return bare_number(person.phone or "")


def _names(people: tuple[Person, ...]) -> str:
    return "、".join(person.name for person in people)
