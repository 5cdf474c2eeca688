"""What does not happen: offline by a device's own rhythm, nobody seen, no sign of life; and batteries."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.decisions import ClearMaintenance, ReportMaintenance, RequestFollowUp
from alerts.kinds import FollowUpKind, MaintenanceKind
from alerts.modes import Mode
from alerts.observations import EventKind
from tests.alerts.lives import Life, circumstances
from tests.alerts.worlds import NOON

WORN: dict[str, Any] = {"heart_rate_bpm": 70, "worn": True}


def reporting(every_s: float, messages: int = 10, **changes: Any) -> Life:
    """Somebody whose watch has reported in this rhythm until now."""
    life = Life(circumstances(**changes))
    life.reads(**WORN)
    for _ in range(messages - 1):
        life.after(seconds=every_s).reads(**WORN)
    return life


# --- Offline -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("every_s", "offline_after_s"), [(60, 600), (600, 1800), (1500, 4500)])
def test_a_device_is_offline_after_three_intervals_of_its_own_and_not_before_ten_minutes(
    every_s: float, offline_after_s: float
) -> None:
    life = reporting(every_s, lives_alone=False)
    life.after(seconds=offline_after_s - 1)
    assert life.found == []
    life.after(seconds=1)
    (item,) = life.found
    assert isinstance(item, ReportMaintenance)
    assert (item.kind, item.device_id) == (MaintenanceKind.DEVICE_OFFLINE, "watch")
    assert item.explanation.params["silent_s"] == offline_after_s


def test_it_is_reported_once_and_cleared_by_whatever_it_says_next() -> None:
    life = reporting(60)
    life.after(hours=2).hears()
    report, clear = life.found
    assert isinstance(report, ReportMaintenance)
    assert clear == ClearMaintenance(kind=MaintenanceKind.DEVICE_OFFLINE, device_id="watch")


def test_a_slower_night_is_learned_and_no_outage_afterwards() -> None:
    life = reporting(60, lives_alone=False)
    for _ in range(8):
        life.after(minutes=25).reads(**WORN)
    reported = life.codes().count("device_offline")
    for _ in range(120):
        life.after(minutes=1).reads(**WORN)
    for _ in range(8):
        life.after(minutes=25).reads(**WORN)
    assert life.codes().count("device_offline") == reported


def test_an_outage_is_no_rhythm() -> None:
    life = reporting(600)
    life.after(hours=9).reads(**WORN)
    for _ in range(10):
        life.after(minutes=10).reads(**WORN)
    assert life.codes().count("device_offline") == 1
    life.after(hours=2)
    assert life.codes().count("device_offline") == 2


def test_a_button_that_has_said_nothing_for_a_day_is_not_offline() -> None:
    life = Life(circumstances(kinds={"button": "call_button"}))
    life.hears("button")
    life.after(hours=71)
    assert life.found == []
    life.after(hours=1)
    assert life.codes() == ["device_offline"]


def test_a_device_that_said_good_bye_gets_only_the_shortest_time() -> None:
    life = reporting(1200, lives_alone=False)
    life.after(minutes=1).hears(online=False)
    life.after(minutes=9)
    assert life.found == []
    life.after(minutes=1)
    assert life.codes() == ["device_offline"]


def test_a_restart_of_the_hub_reports_nobody_who_speaks_again() -> None:
    life = reporting(60)
    life.now += timedelta(hours=3)  # the hub was down: nothing was judged
    life.restarts()
    life.look()
    life.after(minutes=5).reads(**WORN)
    assert life.found == []


def test_a_device_that_was_given_to_somebody_else_is_let_go_with_its_item() -> None:
    life = reporting(60)
    life.after(minutes=30)
    life.circumstances = replace(life.circumstances, devices=())
    life.look()
    assert life.found[-1] == ClearMaintenance(kind=MaintenanceKind.DEVICE_OFFLINE, device_id="watch")
    assert life.state.devices == {}


def test_a_device_in_a_drawer_is_not_offline_and_a_gateway_is() -> None:
    drawer = Life(circumstances(is_person=False))
    drawer.reads()
    drawer.after(days=30)
    assert drawer.found == []
    gateway = Life(circumstances(kinds={"gateway": "gateway"}, is_person=False))
    for _ in range(6):
        gateway.after(minutes=1).hears("gateway")
    gateway.after(minutes=11)
    assert gateway.codes() == ["device_offline"]


def test_a_device_behind_a_silent_gateway_is_not_blamed() -> None:
    life = reporting(60, kinds={"watch": "wristband"}, behind="gateway", lives_alone=False)
    life.gateway("gateway", heard_at=life.now)
    life.after(hours=1)
    assert life.found == []


def test_it_gets_its_time_again_when_the_gateway_is_back() -> None:
    life = reporting(60, kinds={"watch": "wristband"}, behind="gateway", lives_alone=False)
    life.gateway("gateway", heard_at=life.now)
    life.after(hours=1)
    back = life.now
    for _ in range(9):
        life.gateway("gateway", heard_at=life.now, up_since=back)
        life.after(minutes=1)
    assert life.found == []
    for _ in range(15):
        life.gateway("gateway", heard_at=life.now, up_since=back)
        life.after(minutes=1)
    assert life.codes() == ["device_offline"]


# --- Data-blind ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blind", [{"worn": False}, {"worn": True, "charging": True}])
def test_six_hours_unseen_are_an_item_about_the_person_cleared_when_they_are_seen(blind: dict[str, Any]) -> None:
    life = reporting(600, lives_alone=False)
    for _ in range(6 * 6):
        life.after(minutes=10).reads(**blind)
    (item,) = life.found
    assert isinstance(item, ReportMaintenance)
    assert (item.kind, item.device_id) == (MaintenanceKind.DATA_BLIND, None)
    life.after(minutes=10).reads(worn=True, charging=False, heart_rate_bpm=66)
    assert life.found[-1] == ClearMaintenance(kind=MaintenanceKind.DATA_BLIND, device_id=None)


def test_one_device_that_sees_them_is_enough() -> None:
    life = Life(circumstances(kinds={"watch": "smartwatch", "bed": "mattress"}, lives_alone=False))
    for _ in range(60):
        life.after(minutes=10).reads("bed", in_bed=False)
        life.reads(worn=False)
    assert life.found == []


def test_somebody_elsewhere_is_not_missed() -> None:
    life = reporting(600, lives_alone=False)
    life.enters(Mode.HOSPITAL)
    for _ in range(100):
        life.after(minutes=10).reads(worn=False)
    assert life.found == []


def test_a_call_button_sees_nobody_and_blinds_nobody() -> None:
    life = Life(circumstances(kinds={"button": "call_button"}))
    for _ in range(3):
        life.after(hours=24).hears("button")
    assert life.found == []


# --- No sign of life -----------------------------------------------------------------------------------------------


def test_twelve_hours_without_any_sign_of_somebody_living_alone_are_a_call_to_make() -> None:
    life = reporting(600)
    life.after(minutes=10).reads(worn=False)
    last = life.now  # taken off, by a hand
    for _ in range(12 * 6):
        life.after(minutes=10).reads(worn=False)
    follow_ups = [finding for finding in life.found if isinstance(finding, RequestFollowUp)]
    assert [one.kind for one in follow_ups] == [FollowUpKind.NO_SIGN_OF_LIFE]
    assert follow_ups[0].explanation.params["last_sign_at"] == last.isoformat()


@pytest.mark.parametrize("cause", ["silence", "charging", "never heard"])
def test_whatever_the_cause(cause: str) -> None:
    life = Life(circumstances())
    if cause != "never heard":
        life.reads(charging=cause == "charging", **WORN)
    life.after(hours=13)
    assert life.codes().count("no_sign_of_life") == 1


def test_who_does_not_live_alone_is_somebody_elses_to_see() -> None:
    life = reporting(600, lives_alone=False)
    life.after(hours=48)
    assert "no_sign_of_life" not in life.codes()


@pytest.mark.parametrize("mode", [Mode.AWAY, Mode.HOSPITAL, Mode.HOLIDAY])
def test_who_is_elsewhere_is_not_called_until_so_long_after_the_return(mode: Mode) -> None:
    life = reporting(600)
    life.enters(mode, life.now + timedelta(hours=48))
    life.after(hours=48 + 11)
    assert "no_sign_of_life" not in life.codes()
    life.after(hours=1)
    assert "no_sign_of_life" in life.codes()


@pytest.mark.parametrize("sign", [EventKind.SOS_PRESSED, EventKind.CHARGING_STARTED, EventKind.BED_EXIT])
def test_what_a_hand_does_is_a_sign_of_life(sign: EventKind) -> None:
    life = reporting(600)
    life.after(hours=6).says(sign)
    life.after(hours=11)
    assert "no_sign_of_life" not in life.codes()


def test_a_pulse_off_the_wrist_is_none() -> None:
    life = reporting(600)
    for _ in range(12 * 6 + 1):
        life.after(minutes=10).reads(worn=False, heart_rate_bpm=72)
    assert "no_sign_of_life" in life.codes()


def test_a_hub_that_was_down_waits_a_while_before_it_says_so() -> None:
    life = reporting(600)
    life.now += timedelta(hours=20)
    life.restarts()
    life.look()
    life.after(minutes=29)
    assert life.found == []
    life.after(minutes=1)
    assert "no_sign_of_life" in life.codes()


# --- Batteries -----------------------------------------------------------------------------------------------------


def test_a_battery_is_low_below_fifteen_once_and_well_above_twenty() -> None:
    life = Life(circumstances())
    for battery_pct in (16, 15, 14.9, 10, 16, 20, 20.5, 30):
        life.after(seconds=60).reads(battery_pct=battery_pct, **WORN)
    assert life.codes() == ["low_battery", "clear low_battery"]


def test_the_devices_own_word_is_cleared_by_its_readings_too() -> None:
    life = Life(circumstances())
    life.says(EventKind.LOW_BATTERY)
    life.after(minutes=5).reads(battery_pct=60, **WORN)
    assert life.codes() == ["low_battery", "clear low_battery"]


def test_an_old_low_battery_that_comes_late_is_history() -> None:
    life = Life(circumstances())
    life.reads(battery_pct=3, aged_s=4000, historical=True)
    life.says(EventKind.LOW_BATTERY, historical=True, occurred_at=NOON - timedelta(hours=2))
    assert life.found == []
