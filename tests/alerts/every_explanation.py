"""One small life for every explanation a rule can give: what it needs to say so, and nothing else.

A new code of a rule belongs into `EXPLAINED`; the tests of evidence and of sentences then hold it to theirs.
"""

from collections.abc import Callable

from alerts.decisions import ClearMaintenance, Finding
from alerts.engine import judge_expired
from alerts.explanation import Explanation
from alerts.kinds import SubjectType
from alerts.modes import Mode
from alerts.observations import EventKind, Subject
from tests.alerts.lives import Life, circumstances, local

Living = Callable[[], list[Finding]]


def _life(**changes: object) -> Life:
    return Life(circumstances(**changes))  # type: ignore[arg-type]


def _said(*events: EventKind, **changes: object) -> Living:
    def live() -> list[Finding]:
        life = _life(kinds={"watch": "smartwatch", "radar": "fall_radar"})
        return [finding for event in events for finding in life.says(event, **changes)]  # type: ignore[arg-type]

    return live


def _of_a_device_nobody_has() -> list[Finding]:
    subject = Subject(type=SubjectType.DEVICE, id="watch")
    return _life().says(EventKind.SOS_PRESSED, subject=subject, last_wearer_id="recipient-9")


def _not_recovered() -> list[Finding]:
    life = _life(monitoring={"fall": {"confirm_s": 30}})
    (held,) = life.says(EventKind.FALL_SUSPECTED)
    assert not isinstance(held, ClearMaintenance)
    return [judge_expired(held.explanation)]


def _recovered() -> list[Finding]:
    life = _life()
    life.says(EventKind.FALL_SUSPECTED)
    return life.after(seconds=20).reads(posture="standing")


def _seen_twice() -> list[Finding]:
    life = _life(kinds={"watch": "smartwatch", "radar": "fall_radar"})
    life.says(EventKind.FALL_SUSPECTED)
    return life.after(seconds=5).says(EventKind.FALL_SUSPECTED, device_id="radar")


def _still() -> Life:
    life = _life(monitoring={"inactivity": {"day_limit_s": 3600}})
    life.reads(activity=0.4)
    for _ in range(70):
        life.after(minutes=1).reads(activity=0.0)
    return life


def _moved_again() -> list[Finding]:
    life = _still()
    return life.after(minutes=1).reads(activity=0.5)


def _out_of_bed() -> Life:
    life = Life(circumstances(local("22:30"), kinds={"bed": "mattress"}), local("22:30"))
    life.reads("bed", in_bed=True)
    life.after(minutes=1).reads("bed", in_bed=False)
    return life.after(minutes=45)


def _back_in_bed() -> list[Finding]:
    return _out_of_bed().reads("bed", in_bed=True)


def _unseen() -> list[Finding]:
    life = _life()
    life.reads(activity=0.4)
    return life.after(hours=26).found


def _chattering() -> list[Finding]:
    life = _life()
    found: list[Finding] = []
    for _ in range(3):
        life.after(seconds=5).says(EventKind.TAMPER)
        found += life.after(seconds=5).says(EventKind.TAMPER_RESTORED)
    return found


def _away() -> Life:
    life = _life(kinds={"bed": "mattress"})
    life.enters(Mode.AWAY)
    return life


EXPLAINED: dict[str, Living] = {
    "sos_pressed": _said(EventKind.SOS_PRESSED),
    "sos_unassigned_device": _of_a_device_nobody_has,
    "sos_cancelled": _said(EventKind.SOS_CANCELLED),
    "test_press": _said(EventKind.SOS_PRESSED, test=True),
    "test_fall": _said(EventKind.FALL_SUSPECTED, test=True),
    "fall_confirmed": _said(EventKind.FALL_CONFIRMED),
    "fall_suspected": _said(EventKind.FALL_SUSPECTED),
    "fall_cancelled": _said(EventKind.FALL_CANCELLED),
    "fall_not_recovered": _not_recovered,
    "fall_recovered": _recovered,
    "fall_seen_twice": _seen_twice,
    "fall_with_sos": _said(EventKind.FALL_SUSPECTED, EventKind.SOS_PRESSED),
    "no_movement": lambda: _still().found,
    "moved_again": _moved_again,
    "bed_absence": lambda: _out_of_bed().found,
    "back_in_bed": _back_in_bed,
    "device_offline": _unseen,
    "data_blind": _unseen,
    "no_sign_of_life": _unseen,
    "service_requested": _said(EventKind.SERVICE_REQUESTED),
    "low_battery": lambda: _life().reads(battery_pct=9),
    "tamper": _said(EventKind.TAMPER),
    "device_fault": _said(EventKind.DEVICE_FAULT),
    "self_test_failed": _said(EventKind.SELF_TEST_FAILED),
    "chatter": _chattering,
    "mode_forgotten": lambda: _away().after(days=4).found,
    "mode_over": lambda: _away().after(hours=3).says(EventKind.BED_ENTRY, "bed"),
}


def explanation_of(code: str) -> Explanation:
    """The explanation of this code, as the rule gives it."""
    said = [finding.explanation for finding in EXPLAINED[code]() if not isinstance(finding, ClearMaintenance)]
    return next(explanation for explanation in said if explanation.code == code)
