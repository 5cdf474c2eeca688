"""Ladders of one recipient through nights in which people come and go and duty is away: nobody is left in silence."""

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from alerts.actors import Actor, Person
from alerts.decisions import RaiseAlert
from alerts.escalation.linked import TOLD_LATELY
from alerts.escalation.policy import EscalationPolicy, Target
from alerts.escalation.reachable import Reachable, people_of, usable
from alerts.explanation import Explanation
from alerts.incidents import Disposition, Incident, IncidentState, RefusedError
from alerts.incidents.applying import apply
from alerts.incidents.commands import (
    Acknowledge,
    AdoptPolicy,
    ChangeSeverity,
    Close,
    Command,
    Decline,
    GiveBack,
    Join,
    LeaveDesk,
    Reopen,
    SetResponding,
)
from alerts.kinds import IncidentKind
from alerts.numbers import bare_number
from alerts.severity import Severity
from tests.alerts.household import Household
from tests.alerts.machines.asked import actors, policies, reachables, severities
from tests.alerts.machines.effort import LONG, SHORT
from tests.alerts.worlds import NOON, WANG, seconds

OPEN = IncidentState.OPEN
KINDS = {"sos": IncidentKind.SOS, "fall": IncidentKind.FALL, "bed": IncidentKind.BED}
SPANS = st.sampled_from([0.0, 1, 29, 31, 61, 299, 301, 1_300])


class WatchedHousehold(Household):
    """A household whose every step is looked at."""

    def pass_deadline(self, name: str, at_s: float) -> None:
        """As before; the ladder must have gone on, and soon go on again."""
        before, said = self.incidents[name], len(self.lines)
        super().pass_deadline(name, at_s)
        if before.state is OPEN:
            self._check_progress(before, self.incidents[name], at_s)
            self._check_emptiness(before, [line.code for line in self.lines[said:]])
            told = [name for line in self.lines[said:] for name in line.people]
            assert len({self.phone_of(name) for name in told}) == len(told), "twice in one moment"

    def _check_progress(self, before: Incident, after: Incident, at_s: float) -> None:
        now, policy = NOON + seconds(at_s), before.policy
        assert after.due_at is not None
        assert after.due_at > now, "a step that is due again at once would be taken without end"
        assert after.due_at - now <= max(policy.then_every, *(step.after for step in policy.steps))

    def _check_emptiness(self, before: Incident, codes: list[str]) -> None:
        """Nobody is reached exactly when there is nobody, and then those above are told or the worst is reported."""
        steps = [step.notify for step in before.policy.steps]
        has_desk = Target.DESK in steps and self.reachable.desk_manned
        has_people = any(usable(people_of(notify, self.reachable)) for notify in steps)
        assert not (has_desk or has_people) or "ladder_empty" not in codes or self._only_contacts_in_turn(steps)
        if not has_desk and not has_people:
            assert "ladder_empty" in codes
        in_charge = usable(self.reachable.supervisor + self.reachable.leader) or usable(self.reachable.fallback)
        if "ladder_empty" in codes and "fallback_told" not in codes:
            assert not in_charge or self._is_led(before)
        assert "nobody_reachable" not in codes or not in_charge

    def _only_contacts_in_turn(self, steps: list[str]) -> bool:
        """Each contact is come past once a round: such a ladder may find all of them told."""
        others = [notify for notify in steps if notify not in {Target.NEXT_CONTACT, Target.DESK}]
        return Target.NEXT_CONTACT in steps and not any(usable(people_of(each, self.reachable)) for each in others)

    def _is_led(self, one: Incident) -> bool:
        return self.gravest() != one.id

    def gravest(self) -> str | None:
        """The incident that nobody leads."""
        ladders = [one for one in self.incidents.values() if one.state is OPEN]
        return min(ladders, key=lambda one: (one.severity.rank, one.opened_at, one.id)).id if ladders else None

    def phone_of(self, name: str) -> str:
        """The number of somebody of this night; an outside number is its own name."""
        phones = {person.name: person.phone or "" for person in _everybody(self.reachable)}
        return bare_number(phones.get(name, name))

    def numbers_told_since(self, at_s: float) -> set[str]:
        """Whose telephones any of the incidents has told."""
        return {
            self.phone_of(name)
            for incident in self.incidents
            for told_s, names in self.told(incident)
            if told_s >= at_s
            for name in names
        }


class Nights(RuleBasedStateMachine):
    """Incidents of one recipient; every deadline is passed when it is due, but for the outages."""

    @initialize(reachable=reachables)
    def begins(self, reachable: Reachable) -> None:
        self.home = WatchedHousehold(reachable)
        self.now_s = 0.0
        self.undisturbed_since_s = 0.0
        self.runs: dict[str, int] = {}  #: Of each incident's ladder ...
        self.began_s: dict[str, float] = {}  #: ... and since when.
        self.leader: str | None = None
        self.leads_since_s = 0.0

    # --- What happens ------------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(sorted(KINDS)), severity=severities, policy=policies)
    def it_opens(self, name: str, severity: Severity, policy: EscalationPolicy) -> None:
        if name not in self.home.incidents:
            self.home.open(name, KINDS[name], severity, policy, self.now_s)
            self._look()

    @rule(span_s=SPANS)
    def time_passes(self, span_s: float) -> None:
        until_s = self.now_s + span_s
        while (due_s := self._next_due_s()) is not None and due_s <= until_s:
            self.now_s = max(self.now_s, due_s)
            self.home.run_until(self.now_s)
            self._look()
        self.now_s = until_s

    @precondition(lambda self: self.home.incidents)
    @rule(span_s=SPANS)
    def duty_is_away(self, span_s: float) -> None:
        """What was due meanwhile is done when it is back, each once."""
        self.now_s += span_s
        for name, one in sorted(self.home.incidents.items()):
            if one.due_at is not None and one.due_at < NOON + seconds(self.now_s):
                self.home.pass_deadline(name, self.now_s)
        self._disturb()

    @rule(reachable=reachables)
    def people_come_and_go(self, reachable: Reachable) -> None:
        self.home.reachable = reachable
        self._disturb()

    @precondition(lambda self: self.home.incidents)
    @rule(data=st.data(), severity=severities, policy=policies, actor=actors)
    def somebody_does_something(
        self, data: st.DataObject, severity: Severity, policy: EscalationPolicy, actor: Actor
    ) -> None:
        name = data.draw(st.sampled_from(sorted(self.home.incidents)))
        alert = RaiseAlert(kind=KINDS[name], severity=severity, explanation=Explanation(code="sos_pressed"))
        commands: tuple[Command, ...] = (
            Acknowledge(actor=actor),
            GiveBack(actor=actor),
            SetResponding(actor=actor),
            Decline(actor=actor),
            LeaveDesk(),
            Join(alert=alert),
            ChangeSeverity(actor=actor, severity=severity, reason="示例"),
            AdoptPolicy(actor=actor, policy=policy),
            Close(actor=WANG, disposition=Disposition.OTHER, may_override=True),
            Reopen(actor=actor),
        )
        command = data.draw(st.sampled_from(commands))
        self.home.run_until(self.now_s)
        try:
            apply(self.home.incidents[name], command, NOON + seconds(self.now_s))
        except RefusedError:
            return
        self.home.do(name, command, self.now_s)
        self._look()

    # --- What always holds -------------------------------------------------------------------------------------------

    @invariant()
    def whoever_can_be_reached_knows_within_one_round(self) -> None:
        """The gravest ladder is led by nobody: what its policy says for its first round has then been done."""
        if self.leader is None:
            return
        policy, began_s = self.home.incidents[self.leader].policy, self.began_s[self.leader]
        if max(self.undisturbed_since_s, self.leads_since_s) > began_s or self.now_s <= began_s + _round_s(policy):
            return
        known = self.home.numbers_told_since(began_s - TOLD_LATELY.total_seconds())
        assert set(_numbers_of_round(policy, self.home.reachable)) <= known
        contacts = [bare_number(one.phone or "") for one in usable(self.home.reachable.contacts)]
        turns = sum(step.target is Target.NEXT_CONTACT for step in policy.steps)
        if len(contacts) == len([one for one in self.home.reachable.contacts if usable((one,))]):
            assert len(known & set(contacts)) >= min(turns, len(contacts))

    # --- Looking -----------------------------------------------------------------------------------------------------

    def _next_due_s(self) -> float | None:
        dues = [one.due_at for one in self.home.incidents.values() if one.due_at is not None]
        return (min(dues) - NOON).total_seconds() if dues else None

    def _disturb(self) -> None:
        self.undisturbed_since_s = self.now_s + 0.001  # what began in this very moment began before it
        self._look()

    def _look(self) -> None:
        """Which ladders begin anew, and who leads now."""
        for name, one in self.home.incidents.items():
            if self.runs.get(name) != one.ladder.run:
                self.runs[name], self.began_s[name] = one.ladder.run, self.now_s
        leader = self.home.gravest()
        if leader != self.leader:
            self.leader, self.leads_since_s = leader, self.now_s


def _everybody(reachable: Reachable) -> Iterator[Person]:
    for role in ("contacts", "helpers", "township", "supervisor", "leader", "fallback"):
        yield from getattr(reachable, role)


def _round_s(policy: EscalationPolicy) -> float:
    """When the last step of the first round is due at the latest."""
    return sum(step.after.total_seconds() for step in policy.steps)


def _numbers_of_round(policy: EscalationPolicy, reachable: Reachable) -> Iterator[str]:
    """Whom the steps name that tell all of somebody."""
    for step in policy.steps:
        if step.target is not Target.NEXT_CONTACT:
            yield from (bare_number(person.phone or "") for person in usable(people_of(step.notify, reachable)))


def test_whoever_comes_and_goes_at_night_nobody_is_left_in_silence() -> None:
    run_state_machine_as_test(Nights, settings=SHORT)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_whoever_comes_and_goes_in_long_nights_nobody_is_left_in_silence() -> None:
    run_state_machine_as_test(Nights, settings=LONG)
