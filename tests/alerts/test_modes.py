"""Modes: what each makes quiet, what none can, and when silence counts again afterwards."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.circumstances import Circumstances
from alerts.decisions import ClearAlerts, Finding, HoldAlert, RaiseAlert, ReportMaintenance, RequestFollowUp
from alerts.kinds import FollowUpKind, IncidentKind, MaintenanceKind
from alerts.modes import QUIET, Mode, ModeSpan, Watch
from alerts.noting import SEEING_KINDS
from alerts.observations import EventKind
from tests.alerts.lives import Life, circumstances, local
from tests.alerts.test_state import KINDS, PROFILE, histories, tell
from tests.alerts.worlds import NOON

DEVICE_KINDS = sorted({*SEEING_KINDS, "call_button", "gateway", "unknown"})
#: A cry: what no mode may touch.
CRIES = frozenset({IncidentKind.SOS, IncidentKind.FALL})
STILL: dict[str, Any] = {"activity": 0.0, "steps": 100, "posture": "sitting"}


def in_mode(mode: Mode | None, **changes: Any) -> Circumstances:
    """Somebody living alone who has been in this mode for an hour; None: nobody ever said anything."""
    spans = () if mode is None else (ModeSpan(mode=mode, from_at=NOON - timedelta(hours=1)),)
    return circumstances(modes=spans, **changes)


def cries(findings: list[Finding]) -> list[Finding]:
    """What was found about presses and falls."""
    return [one for one in findings if isinstance(one, RaiseAlert | HoldAlert | ClearAlerts) and one.kind in CRIES]


# --- What no mode hides ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "kind"), list(product(Mode, DEVICE_KINDS)))
@pytest.mark.parametrize("event", [EventKind.SOS_PRESSED, EventKind.FALL_CONFIRMED, EventKind.FALL_SUSPECTED])
@pytest.mark.parametrize("historical", [False, True])
def test_no_mode_hides_a_cry_of_any_device(mode: Mode, kind: str, event: EventKind, historical: bool) -> None:
    told = Life(in_mode(mode, kinds={"it": kind})).says(event, "it", historical=historical)
    untold = Life(in_mode(None, kinds={"it": kind})).says(event, "it", historical=historical)
    assert cries(told) == cries(untold)
    assert cries(told), "a cry was found nothing of"


@pytest.mark.parametrize("mode", Mode)
def test_a_suspected_fall_is_followed_by_a_press_in_every_mode(mode: Mode) -> None:
    life = Life(in_mode(mode))
    life.says(EventKind.FALL_SUSPECTED)
    raised = [one for one in life.says(EventKind.SOS_PRESSED) if isinstance(one, RaiseAlert)]
    assert {one.kind for one in raised} == CRIES


spans = st.lists(
    st.builds(
        lambda mode, begins_s, lasts_s: ModeSpan(
            mode=mode,
            from_at=NOON + timedelta(seconds=begins_s),
            until_at=None if lasts_s is None else NOON + timedelta(seconds=begins_s + lasts_s),
        ),
        st.sampled_from(Mode),
        st.integers(-20_000, 60_000),
        st.one_of(st.none(), st.integers(1, 60_000)),
    ),
    max_size=4,
)


@given(histories, spans)
@settings(max_examples=150, deadline=None)
def test_no_modes_whatever_change_what_is_found_of_presses_and_falls(history: list[Any], modes: list[ModeSpan]) -> None:
    plain, told = (Life(circumstances(kinds=KINDS, monitoring=PROFILE, modes=spans)) for spans in ((), tuple(modes)))
    for step in history:
        tell(plain, step)
        tell(told, step)
    assert cries(told.found) == cries(plain.found)


# --- The table ---------------------------------------------------------------------------------------------------


def _still_all_day(life: Life) -> None:
    for _ in range(6 * 60):
        life.after(minutes=1)
        life.reads(**STILL)


def _out_of_bed_all_night(life: Life) -> None:
    life.until(local("23:00"))
    life.reads("bed", in_bed=True)
    life.after(minutes=1)
    life.reads("bed", in_bed=False)
    life.after(minutes=5)


def _off_the_wrist(life: Life) -> None:
    life.reads(worn=True, heart_rate_bpm=70)
    life.reads(worn=False)
    life.after(hours=8)


def _never_seen(life: Life) -> None:
    life.after(hours=14)


MODE_ZH = {
    Mode.HOME: "在家",
    Mode.AWAY: "外出",
    Mode.HOSPITAL: "住院",
    Mode.HOLIDAY: "度假",
    Mode.INSTALL: "安装",
}
WATCH_ZH = {
    Watch.INACTIVITY: "长时间无活动",
    Watch.BED: "夜间离床",
    Watch.DATA_BLIND: "监测中断",
    Watch.NO_SIGN_OF_LIFE: "久无音讯",
}
SILENCES = {
    Watch.INACTIVITY: (_still_all_day, RaiseAlert, IncidentKind.INACTIVITY),
    Watch.BED: (_out_of_bed_all_night, RaiseAlert, IncidentKind.BED),
    Watch.DATA_BLIND: (_off_the_wrist, ReportMaintenance, MaintenanceKind.DATA_BLIND),
    Watch.NO_SIGN_OF_LIFE: (_never_seen, RequestFollowUp, FollowUpKind.NO_SIGN_OF_LIFE),
}


@pytest.mark.parametrize(("mode", "watch"), list(product(Mode, Watch)))
def test_a_mode_makes_quiet_what_the_table_says_and_nothing_else(mode: Mode, watch: Watch) -> None:
    falls_silent, finding, kind = SILENCES[watch]
    life = Life(
        in_mode(mode, kinds={"watch": "smartwatch", "bed": "mattress"}, monitoring={"bed": {"absence_limit_s": 60}})
    )
    falls_silent(life)
    found = any(isinstance(one, finding) and one.kind == kind for one in life.found)
    assert found is (watch not in QUIET[mode])


@pytest.mark.parametrize("mode", Mode)
def test_a_bed_that_says_itself_that_it_is_empty_is_believed_where_somebody_should_be_in_it(mode: Mode) -> None:
    found = Life(in_mode(mode, kinds={"bed": "mattress"})).says(EventKind.BED_ABSENCE, "bed")
    assert [type(one) for one in found] == ([RaiseAlert] if Watch.BED not in QUIET[mode] else [])


def test_the_operators_guide_shows_the_same_table() -> None:
    guide = Path(__file__).parents[2] / "docs" / "operator-guide.md"
    rows = [line.strip("| \n").split(" | ") for line in guide.read_text(encoding="utf-8").splitlines() if "|" in line]
    header = next(row for row in rows if row[0] == "守护状态")
    shown = {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows if len(row) == len(header)}
    for mode in Mode:
        line = shown[MODE_ZH[mode]]
        assert line.pop("求助键、跌倒、来电、读不懂的事件") == "照常"
        quiet = {watch for watch, word in line.items() if word == "安静"}
        assert quiet == {WATCH_ZH[watch] for watch in QUIET[mode]}
        assert set(line) == set(WATCH_ZH.values())


def test_after_a_mode_silence_counts_from_its_end() -> None:
    life = Life(in_mode(None))
    life.reads(**STILL)
    life.enters(Mode.AWAY, until=NOON + timedelta(hours=3))
    for _ in range(6 * 60):
        life.after(minutes=1)
        life.reads(**STILL)
    assert "no_movement" not in life.codes()
    for _ in range(61):
        life.after(minutes=1)
        life.reads(**STILL)
    assert "no_movement" in life.codes()


def test_of_two_modes_that_hold_the_one_that_began_last_counts() -> None:
    away = ModeSpan(mode=Mode.AWAY, from_at=NOON - timedelta(hours=2))
    life = Life(replace(in_mode(None), modes=(away, ModeSpan(mode=Mode.HOME, from_at=NOON - timedelta(hours=1)))))
    life.after(hours=14)
    assert "no_sign_of_life" in life.codes()
