"""What each table of the hub may do while the hub runs: the policy a soak holds it to.

A table that is not named here fails the soak: whoever adds one says what it may do.
"""

import re
from enum import StrEnum


class Growth(StrEnum):
    """How the number of a table's rows may develop under steady load."""

    TRAFFIC = "traffic"  #: A row for what came in or was done; retention by age ends it, not a soak.
    BOUNDED = "bounded"  #: Comes and goes with devices and open incidents, or is overwritten in place.
    FIXED = "fixed"  #: The registry: nobody changes it during a soak.


POLICY: dict[str, Growth] = {
    # 001
    "division": Growth.FIXED,
    "household": Growth.FIXED,
    "recipient": Growth.FIXED,
    "contact": Growth.FIXED,
    "recipient_mode": Growth.FIXED,
    "device": Growth.FIXED,
    "assignment": Growth.TRAFFIC,  # a device that changes hands leaves its history
    "roster_entry": Growth.FIXED,
    "escalation_policy": Growth.FIXED,
    "user_account": Growth.FIXED,
    "user_session": Growth.BOUNDED,
    "api_key": Growth.FIXED,
    "access_log": Growth.TRAFFIC,
    # 002
    "mqtt_session": Growth.BOUNDED,
    "mqtt_subscription": Growth.BOUNDED,
    "mqtt_received": Growth.BOUNDED,
    "down_message": Growth.TRAFFIC,  # kept for 7 days after their expiry
    "mqtt_delivery": Growth.BOUNDED,
    # 003
    "owner_epoch": Growth.BOUNDED,
    "reading": Growth.TRAFFIC,
    "reading_identity": Growth.TRAFFIC,  # 72 h
    "device_event": Growth.TRAFFIC,
    "event_identity": Growth.TRAFFIC,  # 90 days
    "device_state": Growth.BOUNDED,
    "monitoring_state": Growth.BOUNDED,
    "quarantined_message": Growth.TRAFFIC,
    # 004
    "incident": Growth.TRAFFIC,
    "alert": Growth.TRAFFIC,
    "incident_log": Growth.TRAFFIC,
    "timer": Growth.BOUNDED,
    "notification": Growth.TRAFFIC,
    "attempt": Growth.TRAFFIC,
    "receipt": Growth.TRAFFIC,
    "inbound_text": Growth.TRAFFIC,
    "maintenance_item": Growth.TRAFFIC,
    "follow_up": Growth.TRAFFIC,
    "stream_event": Growth.TRAFFIC,
    # 006
    "process_heartbeat": Growth.BOUNDED,
    "login_failure": Growth.BOUNDED,
    # 007
    "device_level": Growth.BOUNDED,
    # 010
    "rollup_progress": Growth.BOUNDED,
    "rollup_dirty": Growth.BOUNDED,
    "rollup_1m": Growth.TRAFFIC,
    "rollup_1h": Growth.TRAFFIC,
    "rollup_1d": Growth.TRAFFIC,
    # 011
    "device_clock": Growth.BOUNDED,
    # 012
    "quarantine_summary": Growth.BOUNDED,  # a row for each device, reason and day
    # 013
    "intake_tally": Growth.TRAFFIC,  # a row for each hour and owner; every kill makes a new owner
    "finding_tally": Growth.TRAFFIC,
    "state_comparison": Growth.TRAFFIC,
    # 022
    "duty_shift": Growth.TRAFFIC,
    "shift_note": Growth.TRAFFIC,
    # 018
    "test_window": Growth.TRAFFIC,
    "device_test": Growth.BOUNDED,  # a row for each device
    # 017
    "incident_group": Growth.TRAFFIC,
    "incident_group_member": Growth.TRAFFIC,
    "shelf": Growth.TRAFFIC,
    "power_cut_device": Growth.TRAFFIC,
    # 016
    "roster_override": Growth.FIXED,
    "duty_day": Growth.FIXED,
    "desk_presence": Growth.BOUNDED,
    "unmanned_desk": Growth.TRAFFIC,
    # 014
    "incident_command": Growth.TRAFFIC,
    # 026
    "queue_note": Growth.TRAFFIC,
    # 023
    "recipient_photo": Growth.FIXED,
    # 024
    "script": Growth.FIXED,
    "script_version": Growth.FIXED,
    "recipient_script": Growth.FIXED,
    "incident_script": Growth.TRAFFIC,  # a row for each incident that somebody looked at
    "script_step_done": Growth.TRAFFIC,
    "incoming_call": Growth.TRAFFIC,
    # made by `hub migrate` itself
    "schema_migration": Growth.FIXED,
}
_PARTITION = re.compile(r"reading_(default|\d{4}w\d{2})")


def parent_of(table: str) -> str:
    """A partition counts as its table."""
    return "reading" if _PARTITION.fullmatch(table) else table
