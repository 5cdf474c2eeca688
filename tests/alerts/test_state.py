"""States: to JSON and back without loss, never changed from outside, and the same history gives the same again."""

from datetime import timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.observations import EventKind
from alerts.state import STATE_VERSION, RecipientState
from tests.alerts.lives import Life, circumstances

PROFILE = {
    "fall": {"confirm_s": 30},
    "inactivity": {"day_limit_s": 900, "night_limit_s": 1200},
    "bed": {"absence_limit_s": 300},
    "equipment": {"blind_after_s": 3600},
    "no_sign_of_life_s": 7200,
}
KINDS = {"watch": "smartwatch", "bed": "mattress", "button": "call_button"}

readings = st.fixed_dictionaries(
    {},
    optional={
        "heart_rate_bpm": st.integers(40, 150),
        "steps": st.integers(0, 50),
        "activity": st.sampled_from([0.0, 0.2, 0.6]),
        "posture": st.sampled_from(["lying", "sitting", "standing", "walking", "unknown"]),
        "in_bed": st.booleans(),
        "worn": st.booleans(),
        "charging": st.booleans(),
        "battery_pct": st.integers(0, 100),
        "aged_s": st.integers(0, 1000),
        "historical": st.booleans(),
    },
)
steps = st.one_of(
    st.tuples(st.just("reads"), st.sampled_from(sorted(KINDS)), readings),
    st.tuples(st.just("says"), st.sampled_from(sorted(KINDS)), st.sampled_from(list(EventKind))),
    st.tuples(st.just("hears"), st.sampled_from(sorted(KINDS)), st.one_of(st.none(), st.booleans())),
    st.tuples(st.just("after"), st.just(""), st.integers(1, 5000)),
)
histories = st.lists(steps, max_size=40)


def tell(life: Life, step: Any) -> None:
    """One step of a history."""
    what, device_id, told = step
    match what:
        case "reads":
            life.reads(device_id, **told)
        case "says":
            life.says(told, device_id)
        case "hears":
            life.hears(device_id, online=told)
        case _:
            life.after(seconds=told)


def live(history: list[Any], *, written_down: bool = False) -> Life:
    """A life through that history; `written_down`: its state goes to JSON and back after every step."""
    life = Life(circumstances(kinds=KINDS, monitoring=PROFILE))
    for step in history:
        tell(life, step)
        if written_down:
            life.state = RecipientState.from_json(life.state.to_json())
    return life


@given(histories)
@settings(max_examples=150, deadline=None)
def test_the_same_history_gives_the_same_state_and_findings_also_through_json(history: list[Any]) -> None:
    once, again, written = live(history), live(history), live(history, written_down=True)
    assert once.found == again.found == written.found
    assert once.state == again.state == written.state
    assert RecipientState.from_json(once.state.to_json()) == once.state


@given(histories, steps)
@settings(max_examples=100, deadline=None)
def test_judging_never_changes_the_state_it_is_given(history: list[Any], step: Any) -> None:
    life = live(history)
    before, kept = life.state, life.state.to_json()
    tell(life, step)
    assert before.to_json() == kept


#: A limit that comes while nobody looks, and a message that shows nothing but how long its device is usually silent.
SLOWER_THAN_THOUGHT = [
    ("says", "bed", EventKind.SOS_PRESSED),
    ("after", "", 1),
    ("reads", "button", {"steps": 0}),
    ("after", "", 899),
    ("reads", "button", {}),
    ("after", "", 1),
]


@given(histories)
@example(SLOWER_THAN_THOUGHT)
@settings(max_examples=150, deadline=None)
def test_looking_more_often_than_the_state_asks_finds_nothing_else(history: list[Any]) -> None:
    """`due_at` may be early and never late: nobody who looks each half minute sees anything sooner than who waits."""
    asked = live(history)
    watched = Life(circumstances(kinds=KINDS, monitoring=PROFILE))
    for step in history:
        what, _, told = step
        if what != "after":
            tell(watched, step)
            continue
        end = watched.now + timedelta(seconds=told)
        while watched.now < end:
            watched.after(seconds=min(30.0, (end - watched.now).total_seconds()))
            watched.look()
    assert [type(one) for one in asked.found] == [type(one) for one in watched.found]
    assert asked.codes() == watched.codes()


def test_what_no_rule_reads_any_more_is_still_read() -> None:
    life = live([("reads", "watch", {"steps": 3})])
    stored = life.state.to_json()
    stored["devices"]["watch"]["battery_pct"] = 70
    assert RecipientState.from_json(stored) == life.state


def test_a_state_of_another_version_is_refused() -> None:
    stored = {**live([]).state.to_json(), "version": STATE_VERSION + 1}
    try:
        RecipientState.from_json(stored)
    except ValueError as refusal:
        assert "version" in str(refusal)
    else:
        raise AssertionError("it was read")
