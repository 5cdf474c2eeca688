"""A device's own rhythm: how long it is usually silent, learned from its messages, and from when silence is unusual.

The receiver may set heartbeats from 1 min to 24 h (DOMAIN.md section 3), so no one figure fits all. What is remembered
is the longest usual silence of about a day: a watch that reports each minute by day and each half hour by night is not
offline every evening.
"""

from datetime import datetime, timedelta

from alerts.profile import MonitoringProfile
from alerts.state import DeviceState

#: So many intervals in a row must be missed.
MISSED_INTERVALS = 3
#: Until so many intervals have been seen, the kind's usual one holds where it is longer.
INTERVALS_TO_TRUST = 4
#: What kinds of devices do at the slowest: watches a third of an hour, gateways minutes, buttons a daily heartbeat.
_USUAL_INTERVAL_S = {
    "smartwatch": 1200.0,
    "wristband": 1200.0,
    "mattress": 1200.0,
    "fall_radar": 1200.0,
    "gateway": 600.0,
}
_USUAL_INTERVAL_OTHERS_S = 86_400.0
#: Messages closer than this are one burst and no rhythm.
_BURST_S = 0.1
#: A longer silence than the usual one is forgotten within about this time.
_FORGOTTEN_WITHIN_S = 86_400.0


def learn_interval(device: DeviceState, heard_at: datetime) -> None:
    """Learn from one more silence, which ends at `heard_at`.

    A silence in which the device was reported offline at most doubles what is usual: an outage is no rhythm, but a
    device that has become slower is believed after a few of them.
    """
    if device.heard_at is None:
        return
    silence_s = (heard_at - device.heard_at).total_seconds()
    if silence_s < _BURST_S:
        return
    usual_s = device.interval_s
    device.intervals += 1
    if usual_s is None:
        device.interval_s = silence_s
    elif silence_s >= usual_s:
        device.interval_s = min(silence_s, 2 * usual_s) if device.offline_since is not None else silence_s
    else:
        device.interval_s = usual_s - (usual_s - silence_s) * min(1.0, silence_s / _FORGOTTEN_WITHIN_S)


def knows_rhythm(device: DeviceState) -> bool:
    """Whether its rhythm was learned, and is not only what its kind usually does."""
    return device.intervals >= INTERVALS_TO_TRUST


def longest_silence(device: DeviceState, profile: MonitoringProfile) -> timedelta:
    """From this on silence means offline; a device that said good-bye (last will) gets only the shortest time."""
    if device.online is False:
        return profile.equipment_offline_min
    usual_s = device.interval_s or 0.0
    if not knows_rhythm(device):
        usual_s = max(usual_s, _USUAL_INTERVAL_S.get(device.kind, _USUAL_INTERVAL_OTHERS_S))
    return max(timedelta(seconds=MISSED_INTERVALS * usual_s), profile.equipment_offline_min)


def was_away(device: DeviceState, heard_at: datetime, profile: MonitoringProfile) -> bool:
    """Whether the silence that ends now was so long that whatever is behind this device was not heard either."""
    if device.heard_at is None or device.offline_since is not None:
        return True
    silence = heard_at - device.heard_at
    if silence + silence < profile.equipment_offline_min:  # no silence that is allowed is shorter
        return False
    return 2 * silence >= longest_silence(device, profile)
