"""Incidents of one recipient share one ladder, led by the gravest - and none of them is ever left in silence."""

import itertools
from dataclasses import replace
from datetime import datetime

import pytest

from alerts.decisions import Notify, Record
from alerts.escalation.linked import LEADER_WAITS_MAX, OVERDUE_MAX, LinkedIncident, Told, leader_of
from alerts.escalation.policy import DEFAULT_POLICY
from alerts.escalation.reachable import Reachable
from alerts.escalation.steps import escalate
from alerts.incidents import Disposition, Incident, IncidentState
from alerts.incidents.commands import Acknowledge, ChangeSeverity, Close, Reopen
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from tests.alerts.household import Household, people
from tests.alerts.worlds import NOON, WANG, opened, policy, seconds

SOS, FALL, BED, CALL = IncidentKind.SOS, IncidentKind.FALL, IncidentKind.BED, IncidentKind.PHONE_REPORT
CRITICAL, HIGH, MEDIUM = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM
TOWN = Reachable(contacts=people("李", "马"), helpers=people("村"), township=people("镇"))
#: Everybody in turn, a minute each.
MINUTES = policy((60, "next_contact"), (60, "next_contact"), (60, "helpers"), (60, "township"), then_every_s=60)


def linked(name: str, severity: Severity, due_at: datetime | None = NOON) -> LinkedIncident:
    """Another open incident of the recipient that tells their contacts."""
    return LinkedIncident(
        id=name, kind=SOS, severity=severity, opened_at=NOON, tells=("desk", "contacts"), due_at=due_at
    )


@pytest.fixture
def house() -> Household:
    return Household(TOWN)


def test_the_gravest_tells_people_and_the_others_are_led(house: Household) -> None:
    house.open("sos", SOS, CRITICAL, MINUTES)
    house.open("bed", BED, MEDIUM, MINUTES)
    house.run_until(240)
    assert house.told("sos") == [(60, ("李",)), (120, ("马",)), (180, ("村",)), (240, ("镇",))]
    assert house.told("bed") == []
    assert [code for _, code in house.codes("bed")] == ["opened"] + ["step_led"] * 4


def test_a_led_step_names_who_leads() -> None:
    leader = linked("sos-1", CRITICAL, due_at=NOON + seconds(60))
    milder = replace(opened(MINUTES), severity=MEDIUM)
    outcome = escalate(milder, TOWN, NOON + seconds(60), (leader,))
    (led,) = [duty for duty in outcome.duties if isinstance(duty, Record)]
    assert led.code == "step_led"
    assert (led.params["by"], led.params["by_kind"], led.params["by_severity"]) == ("sos-1", "sos", "critical")
    assert not any(isinstance(duty, Notify) for duty in outcome.duties)


def test_a_led_step_counts_as_taken_wherever_the_ladder_stands(house: Household) -> None:
    ladder = policy((60, "contacts"), (60, "helpers"), then_every_s=60)
    house.open("sos", SOS, CRITICAL, ladder)
    house.open("bed", BED, MEDIUM, ladder)
    positions = []
    for at_s in (60, 120, 180, 240):
        house.run_until(at_s)
        positions.append([(one.ladder.step, one.ladder.recurrence) for one in house.incidents.values()])
    assert positions == [[(1, 0)] * 2, [(1, 1)] * 2, [(1, 2)] * 2, [(1, 3)] * 2]


def test_when_the_leader_is_taken_the_next_step_of_the_other_is_its_own(house: Household) -> None:
    house.open("sos", SOS, CRITICAL, MINUTES)
    house.open("bed", BED, MEDIUM, MINUTES, at_s=30)
    house.do("sos", Acknowledge(actor=WANG), 125)
    house.run_until(270)
    assert house.told("sos") == [(60, ("李",)), (120, ("马",))]
    assert house.incidents["bed"].state is IncidentState.OPEN
    assert house.codes("bed")[:2] == [(30, "opened"), (90, "step_led")]
    # 马 heard of it half a minute before: it is 李's turn.
    assert house.told("bed") == [(150, ("李",)), (210, ("村",)), (270, ("镇",))]


def test_taking_the_leader_takes_one_incident_only(house: Household) -> None:
    house.open("sos", SOS, CRITICAL, MINUTES)
    house.open("fall", FALL, HIGH, MINUTES)
    house.do("sos", Acknowledge(actor=WANG), 5)
    assert house.incidents["fall"].state is IncidentState.OPEN
    assert house.incidents["fall"].sounding


def test_when_the_leader_is_closed_the_other_goes_on_and_when_it_is_reopened_it_leads_again(house: Household) -> None:
    house.open("sos", SOS, CRITICAL, MINUTES)
    house.open("bed", BED, MEDIUM, MINUTES, at_s=10)
    house.do("sos", Close(actor=WANG, disposition=Disposition.FALSE), 20)
    house.do("sos", Reopen(actor=WANG), 135)
    house.run_until(255)
    assert house.told("bed") == [(70, ("李",)), (130, ("马",))]
    # Who was told a minute ago of what is milder must still hear of what is graver.
    assert house.told("sos") == [(195, ("李",)), (255, ("马",))]
    assert [code for at_s, code in house.codes("bed") if at_s > 135] == ["step_led", "step_led"]


def test_a_leader_lowered_below_a_follower_is_led_by_it(house: Household) -> None:
    house.open("sos", SOS, CRITICAL, MINUTES)
    house.open("fall", FALL, HIGH, MINUTES)
    house.do("sos", ChangeSeverity(actor=WANG, severity=Severity.LOW, reason="误触"), 70)
    house.run_until(240)
    assert house.told("sos") == [(60, ("李",))]
    # The one that leads now goes on where its own position stands.
    assert house.told("fall") == [(120, ("李",)), (180, ("村",)), (240, ("镇",))]


def test_a_follower_raised_above_its_leader_leads(house: Household) -> None:
    house.open("fall", FALL, HIGH, MINUTES)
    house.open("bed", BED, MEDIUM, MINUTES)
    house.do("bed", ChangeSeverity(actor=WANG, severity=CRITICAL), 100)
    house.run_until(180)
    assert house.told("fall") == [(60, ("李",))]
    assert [at_s for at_s, _ in house.told("bed")] == [120, 180]


def test_of_equals_the_older_leads_and_of_two_of_one_transaction_the_first_by_id(house: Household) -> None:
    house.open("b", SOS, CRITICAL, MINUTES)
    house.open("a", FALL, CRITICAL, MINUTES)
    house.open("0", CALL, CRITICAL, MINUTES, at_s=1)
    house.run_until(119)
    assert house.told("a") == [(60, ("李",))]
    assert house.told("b") == house.told("0") == []


def test_a_graver_newcomer_leads_from_its_opening(house: Household) -> None:
    house.open("bed", BED, MEDIUM, MINUTES)
    house.run_until(100)
    house.open("sos", SOS, CRITICAL, MINUTES, at_s=100)
    house.run_until(220)
    assert house.told("bed") == [(60, ("李",))]
    assert house.told("sos") == [(160, ("李",)), (220, ("马",))]


def test_the_sound_of_the_desk_is_each_incidents_own(house: Household) -> None:
    ladder = policy((0, "desk"), (60, "contacts"))
    house.open("sos", SOS, CRITICAL, ladder)
    house.open("bed", BED, MEDIUM, ladder)
    house.run_until(60)
    assert house.codes("bed") == [(0, "opened"), (0, "desk_sounded"), (60, "step_led")]
    house.do("sos", Acknowledge(actor=WANG), 61)
    assert (house.incidents["sos"].sounding, house.incidents["bed"].sounding) == (False, True)


def test_an_empty_step_of_a_follower_is_skipped_as_ever(house: Household) -> None:
    ladder = policy((60, "leader"), (60, "helpers"))
    house.open("sos", SOS, CRITICAL, MINUTES)
    house.open("bed", BED, MEDIUM, ladder)
    house.run_until(60)
    assert [code for _, code in house.codes("bed")] == ["opened", "step_skipped", "step_led"]


def test_a_leader_with_other_delays_leads_all_the_same(house: Household) -> None:
    slower = policy((60, "contacts"), (LEADER_WAITS_MAX.total_seconds(), "helpers"))
    house.open("sos", SOS, CRITICAL, slower)
    house.open("fall", FALL, HIGH, MINUTES, at_s=5)
    house.run_until(359)
    assert house.told("sos") == [(60, ("李", "马"))]
    assert house.told("fall") == []


def test_a_leader_that_waits_far_longer_than_the_follower_does_not_lead(house: Household) -> None:
    house.open("sos", SOS, CRITICAL, policy((3600, "contacts")))
    house.open("fall", FALL, HIGH, MINUTES)
    house.run_until(130)
    assert house.told("fall") == [(60, ("李",)), (120, ("马",))]


def test_a_follower_that_waits_as_long_as_its_leader_is_led(house: Household) -> None:
    slow = policy((3600, "contacts"), (3600, "helpers"))
    house.open("sos", SOS, CRITICAL, slow)
    house.open("fall", FALL, HIGH, slow, at_s=5)
    house.run_until(3605)
    assert (house.told("sos"), house.told("fall")) == ([(3600, ("李", "马"))], [])


def test_a_leader_whose_deadline_fails_for_more_than_a_minute_does_not_lead() -> None:
    follower = replace(opened(MINUTES), severity=MEDIUM)
    now = NOON + seconds(600)
    stuck = linked("s", CRITICAL, due_at=now - OVERDUE_MAX * 1.1)
    late = replace(stuck, due_at=now - OVERDUE_MAX)
    assert leader_of(follower, (stuck,), TOWN, now, seconds(60)) is None
    assert leader_of(follower, (late, stuck), TOWN, now, seconds(60)) == late


def test_a_leader_waits_no_longer_than_the_default_ladder_or_the_one_it_leads() -> None:
    follower = replace(opened(MINUTES), severity=MEDIUM)
    longest = max(DEFAULT_POLICY.then_every, *(step.after for step in DEFAULT_POLICY.steps))
    for given in (seconds(60), longest * 2):
        just = linked("s", CRITICAL, due_at=NOON + max(longest, given))
        beyond = replace(just, due_at=NOON + max(longest, given) + seconds(1))
        assert leader_of(follower, (just,), TOWN, NOON, given) == just
        assert leader_of(follower, (beyond,), TOWN, NOON, given) is None


def test_a_linked_incident_without_a_deadline_of_its_ladder_cannot_lead() -> None:
    follower = replace(opened(MINUTES), severity=MEDIUM)
    resting = linked("s", CRITICAL, due_at=None)
    assert leader_of(follower, (resting,), TOWN, NOON, seconds(60)) is None


def test_a_leader_that_can_tell_nobody_leads_nobody(house: Household) -> None:
    house.reachable = replace(TOWN, contacts=(replace(TOWN.contacts[0], phone=None),))
    house.open("sos", SOS, CRITICAL, policy((0, "desk"), (60, "contacts"), then_every_s=60))
    house.open("fall", FALL, HIGH, policy((60, "contacts"), (0, "helpers")))
    house.run_until(60)
    assert house.told("fall") == [(60, ("村",))]
    house.reachable = TOWN
    house.run_until(180)
    assert [people for _, people in house.told("sos")][:1] == [("李", "马")]


def test_a_press_that_may_be_a_test_leads_nobody(house: Household) -> None:
    house.open("sos", SOS, CRITICAL, MINUTES, in_test_window=True)
    house.open("fall", FALL, HIGH, MINUTES)
    house.run_until(60)
    assert (house.told("sos"), house.told("fall")) == ([], [(60, ("李",))])
    house.run_until(180)  # nobody said that it was a test
    assert house.told("sos") == [(120, ("李",)), (180, ("马",))]
    assert house.codes("fall")[-1][1] == "step_led"


def test_of_several_above_it_the_gravest_leads() -> None:
    follower = replace(opened(MINUTES), severity=MEDIUM)
    fall = replace(linked("a", HIGH), opened_at=NOON - seconds(60))
    sos = linked("b", CRITICAL)
    milder = replace(sos, id="c", severity=Severity.LOW)
    assert leader_of(follower, (fall, sos, milder), TOWN, NOON, seconds(60)) == sos
    assert leader_of(follower, (milder,), TOWN, NOON, seconds(60)) is None


# --- What somebody was told just now -------------------------------------------------------------------------------


def _told(number: str, at_s: float, severity: Severity = CRITICAL) -> Told:
    return Told(number=number, severity=severity, at=NOON + seconds(at_s))


def _milder(*steps: tuple[float, str]) -> Incident:
    return replace(opened(policy(*steps)), severity=MEDIUM)


LI, MA = TOWN.contacts


def test_whom_the_leader_has_told_within_the_time_of_this_step_is_not_told_at_once_again() -> None:
    incident = _milder((60, "contacts"), (90, "helpers"))
    outcome = escalate(incident, TOWN, NOON + seconds(60), told=(_told(LI.phone or "", 20),))
    assert [duty.person.name for duty in outcome.duties if isinstance(duty, Notify)] == ["马"]
    (taken,) = [duty for duty in outcome.duties if isinstance(duty, Record)]
    assert (taken.params["people"], taken.params["told_already"]) == ("马", "李")
    assert outcome.incident.due_at == NOON + seconds(150)


def test_if_all_of_a_step_were_told_just_now_their_time_runs_from_then() -> None:
    incident = _milder((60, "contacts"), (90, "helpers"))
    told = (_told(f"+86 {LI.phone}", 20), _told(MA.phone or "", 40))
    outcome = escalate(incident, TOWN, NOON + seconds(60), told=told)
    assert [duty.code for duty in outcome.duties if isinstance(duty, Record)] == ["step_told_already"]
    assert not any(isinstance(duty, Notify) for duty in outcome.duties)
    assert outcome.incident.due_at == NOON + seconds(20 + 90)


def test_what_was_told_longer_ago_than_this_step_has_is_told_again() -> None:
    incident = _milder((60, "contacts"), (30, "helpers"))
    outcome = escalate(incident, TOWN, NOON + seconds(60), told=(_told(LI.phone or "", 30),))
    assert [duty.person.name for duty in outcome.duties if isinstance(duty, Notify)] == ["李", "马"]


def test_however_long_a_step_has_five_minutes_are_no_longer_just_now() -> None:
    incident = _milder((600, "contacts"), (3600, "helpers"))
    older, newer = (
        escalate(incident, TOWN, NOON + seconds(600), told=(_told(LI.phone or "", at_s),)) for at_s in (300, 301)
    )
    assert [duty.person.name for duty in older.duties if isinstance(duty, Notify)] == ["李", "马"]
    assert [duty.person.name for duty in newer.duties if isinstance(duty, Notify)] == ["马"]


def test_who_was_told_of_something_milder_is_told_of_what_is_graver() -> None:
    outcome = escalate(
        opened(policy((60, "contacts"), (90, "helpers"))),
        TOWN,
        NOON + seconds(60),
        told=(_told(LI.phone or "", 50, HIGH),),
    )
    assert [duty.person.name for duty in outcome.duties if isinstance(duty, Notify)] == ["李", "马"]


def test_of_equally_grave_ones_who_was_told_of_the_one_is_not_told_at_once_of_the_other() -> None:
    incident = opened(policy((60, "contacts"), (90, "helpers")))
    outcome = escalate(incident, TOWN, NOON + seconds(60), told=(_told(LI.phone or "", 50, incident.severity),))
    assert [duty.person.name for duty in outcome.duties if isinstance(duty, Notify)] == ["马"]


def test_the_next_contact_is_one_who_was_not_told_just_now() -> None:
    incident = _milder((60, "next_contact"), (60, "next_contact"), (60, "helpers"))
    first = escalate(incident, TOWN, NOON + seconds(60), told=(_told(LI.phone or "", 50),))
    assert [duty.person.name for duty in first.duties if isinstance(duty, Notify)] == ["马"]


def test_a_text_that_never_left_has_told_nobody() -> None:
    house = Household(TOWN)
    house.texts_leave = False
    ladder = policy((60, "contacts"), (60, "helpers"))
    house.open("sos", SOS, CRITICAL, ladder)
    house.open("bed", BED, MEDIUM, ladder, at_s=10)
    house.do("sos", Acknowledge(actor=WANG), 61)  # the texts of its step are cancelled with it
    house.run_until(70)
    assert house.told("bed") == [(70, ("李", "马"))]


@pytest.mark.parametrize("taken_at_s", range(1, 400, 23))
@pytest.mark.parametrize("opened_at_s", [0, 13, 59, 170])
def test_whenever_the_leader_is_taken_the_other_tells_somebody_within_its_own_delay(
    taken_at_s: int, opened_at_s: int
) -> None:
    ladder = policy((45, "next_contact"), (60, "contacts"), (50, "helpers"), repeat=1, then_every_s=60)
    house = Household(TOWN)
    house.open("sos", SOS, CRITICAL, ladder)
    house.run_until(opened_at_s, inclusive=False)
    house.open("bed", BED, MEDIUM, ladder, at_s=opened_at_s)
    taken_at_s = max(taken_at_s, opened_at_s)
    house.do("sos", Acknowledge(actor=WANG), taken_at_s)
    house.run_until(taken_at_s + 299)  # a second before it would come back
    told = [at_s for at_s, _ in house.told("bed") if at_s > taken_at_s]
    moments = [taken_at_s, *told, taken_at_s + 299]
    assert max(later - earlier for earlier, later in itertools.pairwise(moments)) <= 60
