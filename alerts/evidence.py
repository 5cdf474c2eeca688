"""Gathering evidence: what a rule says it decided by - its name and version, the thresholds, the observations."""

from datetime import time, timedelta

from alerts.explanation import RULES_VERSION, Evidence, Seen, Threshold
from alerts.observations import DeviceEvent
from alerts.profile import SETTINGS, MonitoringProfile

_NAME_OF_FIELD = {one.field: f"{one.group}.{one.name}" if one.group else one.name for one in SETTINGS}


def gather(rule: str, profile: MonitoringProfile, fields: tuple[str, ...], *seen: Seen | None) -> Evidence:
    """The evidence of one decision: `fields` are those of the profile that decided; None was not seen."""
    return Evidence(
        rule=rule,
        version=RULES_VERSION,
        thresholds=tuple(_threshold(profile, field) for field in fields),
        seen=tuple(one for one in seen if one is not None),
    )


def seen_event(event: DeviceEvent) -> Seen:
    """A device event, as it was judged."""
    return Seen(
        what=event.event,
        at=event.occurred_at,
        device_id=event.device_id,
        quality=event.quality,
        values=dict(event.evidence),
    )


def _threshold(profile: MonitoringProfile, field: str) -> Threshold:
    held = getattr(profile, field)
    name, value = _NAME_OF_FIELD.get(field, field), held
    if isinstance(held, timedelta):
        value = held.total_seconds()
        name = name if name.endswith("_s") else f"{name}_s"  # nobody may set it
    elif isinstance(held, time):
        value = held.isoformat("minutes")
    return Threshold(name=name, value=value, chosen=field in profile.chosen)
