"""Chatter: what comes and goes three times a minute is said once, to maintenance, and muted by nobody."""

from alerts.decisions import ClearMaintenance, Finding, HoldAlert, RaiseAlert, ReportMaintenance
from alerts.kinds import MaintenanceKind
from alerts.observations import EventKind
from tests.alerts.lives import Life, circumstances

KINDS = {"watch": "smartwatch", "radar": "fall_radar"}


def life() -> Life:
    return Life(circumstances(kinds=KINDS))


def cycle(one: Life, come: EventKind, go: EventKind, times: int, *, every_s: float = 10, device: str = "watch") -> None:
    """It comes, and five seconds later it goes, so many times."""
    for _ in range(times):
        one.says(come, device)
        one.after(seconds=every_s / 2)
        one.says(go, device)
        one.after(seconds=every_s / 2)


def chatters(one: Life) -> list[ReportMaintenance]:
    return [
        found for found in one.found if isinstance(found, ReportMaintenance) and found.kind is MaintenanceKind.CHATTER
    ]


def ended(one: Life) -> list[Finding]:
    return [
        found for found in one.found if isinstance(found, ClearMaintenance) and found.kind is MaintenanceKind.CHATTER
    ]


def test_three_cycles_in_a_minute_are_chatter_and_two_are_not() -> None:
    one = life()
    cycle(one, EventKind.TAMPER, EventKind.TAMPER_RESTORED, 2)
    assert chatters(one) == []
    cycle(one, EventKind.TAMPER, EventKind.TAMPER_RESTORED, 1)
    [chatter] = chatters(one)
    assert chatter.device_id == "watch"
    assert (chatter.explanation.params["kind"], chatter.explanation.params["cycles"]) == ("tamper", 3)


def test_three_cycles_in_more_than_a_minute_are_none() -> None:
    one = life()
    cycle(one, EventKind.TAMPER, EventKind.TAMPER_RESTORED, 6, every_s=31)
    assert chatters(one) == []


def test_a_fault_that_is_said_again_and_again_and_is_never_over_is_one_fault() -> None:
    one = life()
    for _ in range(10):
        one.says(EventKind.TAMPER)
        one.after(seconds=2)
    assert chatters(one) == []


def test_ten_presses_are_a_person_who_is_afraid() -> None:
    one = life()
    for _ in range(10):
        one.says(EventKind.SOS_PRESSED)
        one.after(seconds=2)
    assert chatters(one) == []


def test_one_of_a_chattering_radar_and_one_of_a_watch_are_no_cycle_together() -> None:
    one = life()
    for _ in range(2):
        cycle(one, EventKind.TAMPER, EventKind.TAMPER_RESTORED, 1, device="watch", every_s=8)
        cycle(one, EventKind.TAMPER, EventKind.TAMPER_RESTORED, 1, device="radar", every_s=8)
    assert chatters(one) == []


def test_a_radar_that_sees_falls_and_takes_them_back_is_offered_for_the_shelf_and_still_heard() -> None:
    one = life()
    cycle(one, EventKind.FALL_SUSPECTED, EventKind.FALL_CANCELLED, 3, device="radar")
    [chatter] = chatters(one)
    assert chatter.explanation.params["shelvable"] == "fall_suspected"
    assert [type(found) for found in one.says(EventKind.FALL_SUSPECTED, "radar")] == [HoldAlert]


def test_a_button_that_presses_and_takes_it_back_is_chatter_and_cannot_be_shelved() -> None:
    one = life()
    cycle(one, EventKind.SOS_PRESSED, EventKind.SOS_CANCELLED, 3)
    [chatter] = chatters(one)
    assert chatter.explanation.params["shelvable"] is None
    assert any(isinstance(found, RaiseAlert) for found in one.says(EventKind.SOS_PRESSED))


def test_ten_minutes_of_calm_end_it_and_it_can_be_found_again() -> None:
    one = life()
    cycle(one, EventKind.TAMPER, EventKind.TAMPER_RESTORED, 3)
    one.after(minutes=9)
    assert ended(one) == []
    one.after(minutes=2)
    assert len(ended(one)) == 1
    assert "watch:tamper" not in one.state.chatter
    cycle(one, EventKind.TAMPER, EventKind.TAMPER_RESTORED, 3)
    assert len(chatters(one)) == 2


def test_two_things_that_chatter_on_one_device_are_over_when_both_are() -> None:
    one = life()
    cycle(one, EventKind.TAMPER, EventKind.TAMPER_RESTORED, 3)
    one.after(minutes=5)
    cycle(one, EventKind.DEVICE_FAULT, EventKind.FAULT_RESTORED, 3)
    one.after(minutes=6)
    assert ended(one) == []
    one.after(minutes=5)
    assert len(ended(one)) == 1
