"""Forgotten modes: they end where the person is evidently back, somebody is asked where they last too long."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from alerts.decisions import EndMode, Finding, RequestFollowUp
from alerts.kinds import FollowUpKind
from alerts.modes import ELSEWHERE, Mode
from alerts.observations import EventKind
from alerts.profile import MonitoringProfile
from alerts.rules.whereabouts import LEAVING, SEASON
from tests.alerts.lives import Life, circumstances
from tests.alerts.test_modes import spans
from tests.alerts.test_state import PROFILE, histories, tell
from tests.alerts.worlds import NOON

KINDS = {"band": "wristband", "bed": "mattress", "button": "call_button"}
MOVING: dict[str, Any] = {"worn": True, "activity": 0.6}
AT_HOME: dict[str, Any] = {**MOVING, "via_gateway": True}


def gone(mode: Mode = Mode.AWAY, *, hours: float = 5, **changes: Any) -> Life:
    """Somebody whose devices are behind the gateway at home, and who left so long ago."""
    life = Life(circumstances(kinds=KINDS, behind="gateway", **changes))
    life.reads("bed", in_bed=False)
    life.enters(mode)
    life.after(hours=hours)
    life.found.clear()
    return life


def ended(findings: list[Finding]) -> list[Mode]:
    return [one.span.mode for one in findings if isinstance(one, EndMode)]


def asked(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if isinstance(one, RequestFollowUp) and one.kind is FollowUpKind.MODE_FORGOTTEN]


# --- Back ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", Mode)
def test_who_moves_at_the_homes_gateway_is_back_from_elsewhere(mode: Mode) -> None:
    assert ended(gone(mode).reads("band", **AT_HOME)) == ([mode] if mode in ELSEWHERE else [])


@pytest.mark.parametrize("mode", sorted(ELSEWHERE))
def test_who_gets_into_the_bed_at_home_is_back(mode: Mode) -> None:
    assert ended(gone(mode).reads("bed", in_bed=True)) == [mode]
    assert ended(gone(mode).says(EventKind.BED_ENTRY, "bed")) == [mode]


@pytest.mark.parametrize(
    "reading",
    [
        MOVING,  # by a network of its own: she moves at her daughter's, too
        {**AT_HOME, "worn": False},
        {"activity": 0.6, "via_gateway": True},  # nobody says that it is worn
        {"worn": True, "heart_rate_bpm": 70, "via_gateway": True},  # worn within reach, and not moving
        {**AT_HOME, "historical": True},
    ],
)
def test_nothing_less_is_evidence(reading: dict[str, Any]) -> None:
    life = gone()
    life.reads("band", worn=reading.get("worn"), activity=0.0)
    assert ended(life.reads("band", **reading)) == []


def test_a_bed_that_has_always_said_that_somebody_is_in_it_is_no_evidence() -> None:
    life = Life(circumstances(kinds=KINDS))
    life.reads("bed", in_bed=True)
    life.enters(Mode.HOSPITAL)
    life.after(hours=5)
    assert ended(life.reads("bed", in_bed=True)) == []


@pytest.mark.parametrize("changes", [{"historical": True}, {"test": True}])
def test_a_bed_entry_of_before_or_of_a_test_is_no_evidence(changes: dict[str, Any]) -> None:
    assert ended(gone().says(EventKind.BED_ENTRY, "bed", **changes)) == []


def test_who_has_not_left_yet_is_not_back() -> None:
    life = gone(hours=0)
    life.after(seconds=LEAVING.total_seconds() - 1)
    assert ended(life.reads("band", **AT_HOME)) == []
    life.after(seconds=1)
    assert ended(life.reads("band", **{**AT_HOME, "activity": 0.7})) == [Mode.AWAY]


def test_a_mode_is_ended_once_and_the_next_one_again() -> None:
    life = gone()
    assert ended(life.reads("band", **AT_HOME)) == [Mode.AWAY]
    assert ended(life.reads("bed", in_bed=True)) == []
    life.enters(Mode.HOLIDAY)
    life.after(hours=5)
    assert ended(life.reads("band", **{**AT_HOME, "activity": 0.7})) == [Mode.HOLIDAY]


def test_what_ended_it_is_explained() -> None:
    [end] = [one for one in gone(Mode.HOSPITAL).reads("band", **AT_HOME) if isinstance(one, EndMode)]
    assert end.explanation.code == "mode_over"
    assert (end.explanation.params["mode"], end.explanation.params["sign"]) == ("hospital", "moving")
    assert end.explanation.evidence is not None
    assert [seen.device_id for seen in end.explanation.evidence.seen] == ["band"]


# --- Forgotten -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "usual"),
    [
        (Mode.AWAY, MonitoringProfile().mode_away_usual),
        (Mode.HOSPITAL, MonitoringProfile().mode_hospital_usual),
        (Mode.HOLIDAY, MonitoringProfile().mode_holiday_usual),
        (Mode.INSTALL, MonitoringProfile().mode_install_usual),
    ],
)
def test_a_mode_that_lasts_longer_than_its_usual_is_asked_about_and_again_as_long_later(
    mode: Mode, usual: timedelta
) -> None:
    life = gone(mode, hours=0)
    life.until(NOON + usual - timedelta(seconds=1))
    assert asked(life.found) == []
    life.until(NOON + usual)
    assert len(asked(life.found)) == 1
    life.until(NOON + 2 * usual - timedelta(seconds=1))
    assert len(asked(life.found)) == 1
    life.until(NOON + 2 * usual)
    assert len(asked(life.found)) == 2


def test_the_usual_length_is_the_persons_own() -> None:
    life = gone(hours=0, monitoring={"mode": {"away_usual_s": 3600}})
    life.after(hours=1)
    [question] = asked(life.found)
    assert isinstance(question, RequestFollowUp)
    assert question.explanation.params["usual_s"] == 3600


@pytest.mark.parametrize("mode", sorted(ELSEWHERE))
def test_an_end_that_was_said_is_believed_for_a_season(mode: Mode) -> None:
    life = Life(circumstances(kinds=KINDS))
    life.enters(mode, until=NOON + timedelta(days=400))
    life.until(NOON + SEASON - timedelta(seconds=1))
    assert asked(life.found) == []
    life.until(NOON + SEASON)
    assert len(asked(life.found)) == 1


def test_an_installation_is_asked_about_whatever_its_end() -> None:
    life = Life(circumstances(kinds=KINDS))
    life.enters(Mode.INSTALL, until=NOON + timedelta(days=9))
    life.after(hours=2)
    assert len(asked(life.found)) == 1


def test_nobody_is_asked_about_a_mode_that_is_over_or_about_being_at_home() -> None:
    life = gone(hours=1)
    life.enters(Mode.HOME)
    life.after(days=30)
    assert asked(life.found) == []


def test_a_device_that_nobody_has_is_nowhere() -> None:
    life = gone(is_person=False, hours=0)
    life.after(days=30)
    life.reads("band", **AT_HOME)
    assert asked(life.found) == []
    assert ended(life.found) == []


# --- Both ------------------------------------------------------------------------------------------------------------


@given(histories, spans)
@settings(max_examples=100, deadline=None)
def test_looking_more_often_finds_nothing_else_whatever_the_modes(history: list[Any], modes: Any) -> None:
    once, often = (Life(circumstances(monitoring=PROFILE, modes=tuple(modes))) for _ in range(2))
    for step in history:
        tell(once, step)
        what, _, told = step
        if what == "after":
            for _ in range(told // 600):
                often.after(seconds=600)
                often.look()
            often.after(seconds=told % 600)
        else:
            tell(often, step)
    assert once.codes() == often.codes()
