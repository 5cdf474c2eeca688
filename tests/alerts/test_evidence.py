"""Every explanation of a rule says what it was decided by."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import alerts.rules
from alerts.decisions import RaiseAlert, Record
from alerts.explanation import RULES_VERSION, Evidence, Explanation, Threshold
from alerts.incidents.applying import apply
from alerts.incidents.commands import Join, Open
from alerts.incidents.written import read_command, write_command
from alerts.kinds import IncidentKind
from alerts.observations import EventKind
from alerts.severity import Severity
from tests.alerts.every_explanation import EXPLAINED, explanation_of
from tests.alerts.lives import Life, circumstances
from tests.alerts.worlds import NOON, RECIPIENT, policy

RULES = Path(alerts.rules.__file__).parent


def evidence_of(code: str) -> Evidence:
    evidence = explanation_of(code).evidence
    assert evidence is not None
    return evidence


def thresholds(code: str) -> dict[str, Threshold]:
    return {one.name: one for one in evidence_of(code).thresholds}


def test_there_is_a_life_for_every_code_of_every_rule() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in RULES.glob("*.py"))
    named = set(re.findall(r"(?:\bcode=|Severity\.\w+, )\"(\w+)\"", written))
    assert len(named) > 15
    assert named <= set(EXPLAINED), "add a life to tests/alerts/every_explanation.py"


@pytest.mark.parametrize("code", EXPLAINED)
def test_every_explanation_names_its_rule_its_version_and_what_was_seen(code: str) -> None:
    evidence = evidence_of(code)
    assert (RULES / f"{evidence.rule}.py").exists() or evidence.rule in {"data_blind", "no_sign_of_life"}
    assert evidence.version == RULES_VERSION
    assert evidence.seen
    assert all(one.at.tzinfo is not None for one in evidence.seen)


@pytest.mark.parametrize("code", EXPLAINED)
def test_an_explanation_is_the_same_after_its_row_and_after_its_command(code: str) -> None:
    explanation = explanation_of(code)
    assert Explanation.from_json(json.loads(json.dumps(explanation.to_json()))) == explanation
    alert = RaiseAlert(kind=IncidentKind.SOS, severity=Severity.HIGH, explanation=explanation)
    assert read_command(json.loads(json.dumps(write_command(Join(alert=alert))))) == Join(alert=alert)


def test_a_threshold_says_whether_it_is_this_persons_or_the_hubs_default() -> None:
    still = thresholds("no_movement")
    assert still["inactivity.day_limit_s"] == Threshold(name="inactivity.day_limit_s", value=3600.0, chosen=True)
    assert still["inactivity.night_limit_s"] == Threshold(name="inactivity.night_limit_s", value=36000.0, chosen=False)
    assert still["inactivity.night_from"].value == "22:00"
    assert thresholds("fall_not_recovered")["fall.confirm_s"] == Threshold(
        name="fall.confirm_s", value=30.0, chosen=True
    )


def test_a_mistyped_threshold_is_the_default_and_says_so() -> None:
    life = Life(circumstances(monitoring={"fall": {"confirm_s": "soon"}}))
    (held,) = life.says(EventKind.FALL_SUSPECTED)
    evidence = held.explanation.evidence  # type: ignore[union-attr]
    assert evidence is not None
    assert {one.name: one.chosen for one in evidence.thresholds}["fall.confirm_s"] is False


def test_a_fall_seen_twice_names_both_sights_of_it() -> None:
    first, second = evidence_of("fall_seen_twice").seen
    assert (first.what, first.device_id, first.at) == ("fall_suspected", "watch", NOON)
    assert (second.what, second.device_id, second.at) == ("fall_suspected", "radar", NOON + timedelta(seconds=5))


def test_a_press_after_a_suspected_fall_names_the_suspicion() -> None:
    assert [one.what for one in evidence_of("fall_with_sos").seen] == ["fall_suspected", "sos_pressed"]


def test_stillness_names_since_when_and_who_looked_last() -> None:
    began, looked = evidence_of("no_movement").seen
    assert (began.what, began.at) == ("stillness_began", NOON)
    assert (looked.what, looked.device_id) == ("last_look", "watch")
    assert looked.at - began.at == timedelta(minutes=59)


def test_a_recovery_names_the_reading_that_showed_it() -> None:
    (seen,) = evidence_of("fall_recovered").seen
    assert (seen.what, seen.device_id, seen.values) == ("reading", "watch", {"sign": "posture", "posture": "standing"})


def test_an_event_keeps_where_its_time_comes_from() -> None:
    life = Life(circumstances())
    (raised,) = life.says(EventKind.SOS_PRESSED, quality="corrected", evidence={"heart_rate_bpm": 118})
    evidence = raised.explanation.evidence  # type: ignore[union-attr]
    assert evidence is not None
    assert (evidence.seen[0].quality, evidence.seen[0].values) == ("corrected", {"heart_rate_bpm": 118})


def test_what_took_a_suspicion_along_says_which() -> None:
    raised = RaiseAlert(
        kind=IncidentKind.FALL, severity=Severity.CRITICAL, explanation=explanation_of("fall_confirmed")
    )
    opening = Open(
        incident_id="incident-1", subject=RECIPIENT, alert=raised, policy=policy((0, "desk")), superseded=("held-1",)
    )
    outcome = apply(None, opening, NOON)
    joined = apply(outcome.incident, Join(alert=raised, superseded=("held-2", "held-3")), NOON)
    (first,) = (duty for duty in outcome.duties if isinstance(duty, Record) and duty.code == "took_along")
    (second,) = (duty for duty in joined.duties if isinstance(duty, Record) and duty.code == "took_along")
    assert first.params == {"count": 1, "alert_ids": "held-1"}
    assert second.params == {"count": 2, "alert_ids": "held-2, held-3"}
    assert not [duty for duty in apply(None, replace(opening, superseded=()), NOON).duties if duty == first]
