"""Chatter: something of one device comes and goes again and again. An item for maintenance, and an offer to shelve.

Three on/off cycles in a minute are chattering (EEMUA 191 / ISA-18.2, DOMAIN.md section 3). What counts is the coming
back: a fault that is said ten times and never over is one fault, and ten presses of one who is afraid are ten presses.
Nothing is muted here: a person may shelve it (`alerts.storms.shelving`), and a cry for help not even then.
"""

from datetime import datetime, timedelta

from alerts.circumstances import Circumstances
from alerts.decisions import ClearAlerts, ClearMaintenance, Finding, HoldAlert, RaiseAlert, ReportMaintenance
from alerts.explanation import RULES_VERSION, Evidence, Explanation, Param, Seen, Threshold
from alerts.kinds import MaintenanceKind
from alerts.state import Chatter, RecipientState
from alerts.storms.shelving import Shelvable, shelvable_as

RULE = "chatter"
CYCLES = 3
WITHIN = timedelta(minutes=1)
#: Calm for so long, and it is over; what comes and goes every five minutes is one trouble, not one each time.
CALM_AFTER = timedelta(minutes=10)


def judge_findings(state: RecipientState, findings: tuple[Finding, ...], now: datetime) -> tuple[Finding, ...]:
    """What the findings of this moment add up to with those before, by device and kind."""
    reports: list[Finding] = []
    for finding in findings:
        match finding:
            case RaiseAlert() | HoldAlert():
                _come(state, finding.device_id, finding.kind, now, shelvable_as(finding))
            case ReportMaintenance(momentary=False):
                _come(state, finding.device_id, finding.kind, now, None)
            case ClearAlerts() | ClearMaintenance():
                reports += _go(state, finding.device_id, finding.kind, now)
            case _:
                pass
    return tuple(reports)


def judge_time(state: RecipientState, _circumstances: Circumstances, now: datetime) -> tuple[Finding, ...]:
    """What has been calm for long enough is over; a device has one item, whatever chatters on it."""
    if not state.chatter:
        return ()
    calm = [key for key, chatter in state.chatter.items() if now >= chatter.last_at + CALM_AFTER]
    devices = {_device_of(key) for key in calm if state.chatter[key].reported}
    for key in calm:
        del state.chatter[key]
    still = {_device_of(key) for key, chatter in state.chatter.items() if chatter.reported}
    return tuple(
        ClearMaintenance(kind=MaintenanceKind.CHATTER, device_id=device_id) for device_id in sorted(devices - still)
    )


def next_due(state: RecipientState, _circumstances: Circumstances, _now: datetime) -> datetime | None:
    """When the first of what has chattered will have been calm for long enough."""
    return min((chatter.last_at + CALM_AFTER for chatter in state.chatter.values()), default=None)


def _come(state: RecipientState, device_id: str | None, kind: str, now: datetime, shelvable: Shelvable | None) -> None:
    if device_id is None:
        return
    key = f"{device_id}:{kind}"
    before = state.chatter.get(key)
    cycles = () if before is None else tuple(at for at in before.cycles if now - at < WITHIN)
    reported = before is not None and before.reported
    state.chatter[key] = Chatter(here=True, last_at=now, cycles=cycles, reported=reported, shelvable=shelvable)


def _go(state: RecipientState, device_id: str | None, kind: str, now: datetime) -> tuple[Finding, ...]:
    if device_id is None:
        return ()
    key = f"{device_id}:{kind}"
    before = state.chatter.get(key)
    if before is None or not before.here:
        return ()
    cycles = (*(at for at in before.cycles if now - at < WITHIN), now)[-CYCLES:]
    chatters = len(cycles) >= CYCLES
    state.chatter[key] = Chatter(
        here=False, last_at=now, cycles=cycles, reported=before.reported or chatters, shelvable=before.shelvable
    )
    if not chatters:
        return ()
    params: dict[str, Param] = {
        "kind": kind,
        "cycles": len(cycles),
        "within_s": WITHIN.total_seconds(),
        "shelvable": before.shelvable,
        "device_id": device_id,
    }
    evidence = Evidence(
        rule=RULE,
        version=RULES_VERSION,
        thresholds=(
            Threshold(name="chatter.cycles", value=CYCLES, chosen=False),
            Threshold(name="chatter.within_s", value=WITHIN.total_seconds(), chosen=False),
        ),
        seen=tuple(Seen(what="over_again", at=at, device_id=device_id) for at in cycles),
    )
    explanation = Explanation(code="chatter", params=params, evidence=evidence)
    return (ReportMaintenance(kind=MaintenanceKind.CHATTER, explanation=explanation, device_id=device_id),)


def _device_of(key: str) -> str:
    return key.rpartition(":")[0]
