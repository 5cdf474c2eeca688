"""What rules find in small lives: those that explain each code, and some that end at a limit or by another sign."""

from datetime import timedelta
from typing import Any

from alerts.decisions import Finding
from alerts.engine import judge_phone_report, judge_unreadable
from alerts.explanation import Explanation
from alerts.observations import EventKind
from tests.alerts.approved.plainly import plainly
from tests.alerts.every_explanation import EXPLAINED, Living
from tests.alerts.lives import Life, circumstances
from tests.alerts.worlds import NOON

_FALL = {"fall": {"confirm_s": 60}}


def _after_a_fall(**reading: Any) -> Living:
    """Steps and activity count from what was read before the fall."""

    def live() -> list[Finding]:
        life = Life(circumstances(kinds={"watch": "smartwatch", "bed": "mattress"}, monitoring=_FALL))
        life.reads(steps=100, activity=0.0)
        life.after(seconds=5).says(EventKind.FALL_SUSPECTED)
        life.after(seconds=1).reads(steps=100, activity=0.0)
        return life.after(seconds=10).reads(**reading)

    return live


def _late(event: EventKind, hours: float) -> Living:
    return lambda: Life(circumstances()).says(event, occurred_at=NOON - timedelta(hours=hours))


def _behind_a_gateway(heard_after_h: float) -> Living:
    """A wristband that fell silent at noon; its gateway was last heard so many hours later."""

    def live() -> list[Finding]:
        life = Life(circumstances(kinds={"band": "wristband"}, behind="gate"))
        for _ in range(5):
            life.after(minutes=10).reads("band", heart_rate_bpm=70)
        life.gateway("gate", heard_at=life.now + timedelta(hours=heard_after_h))
        life.after(hours=13)
        return life.found

    return live


def _in_bed(*events: EventKind) -> Living:
    def live() -> list[Finding]:
        life = Life(circumstances(kinds={"bed": "mattress"}))
        life.reads("bed", in_bed=True)
        for event in events:
            life.after(minutes=2).says(event, "bed")
        return life.found

    return live


def _cancelled(after_s: float) -> Living:
    """A fall, and a cancellation that happened so much later."""

    def live() -> list[Finding]:
        life = Life(circumstances(monitoring=_FALL))
        life.says(EventKind.FALL_SUSPECTED)
        life.says(EventKind.FALL_CANCELLED, occurred_at=life.now + timedelta(seconds=after_s))
        life.after(minutes=2)
        return life.found

    return live


def _battery(*readings_pct: float) -> Living:
    def live() -> list[Finding]:
        life = Life(circumstances())
        for battery_pct in readings_pct:
            life.after(minutes=1).reads(battery_pct=battery_pct)
        return life.found

    return live


LIVES: dict[str, Living] = {
    **EXPLAINED,
    "fall, then in bed": _after_a_fall(in_bed=True),
    "fall, then steps": _after_a_fall(steps=112),
    "fall, then as many steps": _after_a_fall(steps=100),
    "fall, then active": _after_a_fall(activity=0.9),
    "fall, then walking": _after_a_fall(posture="walking"),
    "a press that is late": _late(EventKind.SOS_PRESSED, 3),
    "a fall that is late": _late(EventKind.FALL_CONFIRMED, 3),
    "silent behind a gateway that is heard": _behind_a_gateway(13),
    "silent behind a gateway that went soon after": _behind_a_gateway(0.1),
    "silent behind a gateway that went in between": _behind_a_gateway(6),
    "the bed says that it is left": _in_bed(EventKind.BED_EXIT, EventKind.BED_ABSENCE),
    "the bed says that it is left, and then that somebody is back": _in_bed(
        EventKind.BED_EXIT, EventKind.BED_ABSENCE, EventKind.BED_ENTRY
    ),
    "a fall and its cancellation at one moment": _cancelled(0),
    "a cancellation of an older fall": _cancelled(-1),
    "low by its own word, and charged": lambda: (
        Life(circumstances()).says(EventKind.LOW_BATTERY) + Life(circumstances()).says(EventKind.BATTERY_OK)
    ),
    "a battery at the mark itself": _battery(15, 14, 20, 21),
    "a call to the hotline": lambda: [judge_phone_report("头晕")],
    "nobody can read it": lambda: [judge_unreadable(Explanation(code="not_json", params={"offset": 3}))],
}


def findings_of_every_life() -> dict[str, Any]:
    """By life, all that was found in it."""
    return {name: plainly(live()) for name, live in LIVES.items()}
