"""Every scenario is readable, and played in a hurry it sends what it promises; a mistake in one is named."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_adapters.device_events import EVENT_NAMES
from simulators.link import HubAddress
from simulators.play import Credentials, Play
from simulators.scenario import SIGHTINGS, Act, load_scenario, parse_scenario, scenario_names
from simulators.scenario_values import ScenarioError, duration
from tests.simulators.stub_hub import StubHub
from tests.simulators.test_device import Journal

#: What the project promises to be able to play.
PROMISED = {
    "daily",
    "sos",
    "fall",
    "fall_recovered",
    "collapse",
    "nothing_moves",
    "night_absence",
    "trip",
    "trip_without_watch",
    "gateway_outage",
    "clock_skew",
    "offline_burst",
    "duplicates",
    "garbage",
}
#: So many seconds a scenario takes here, whatever it takes in life; those with a wait of firmware in them take longer.
HURRIED_S = 1.5
UNHURRIED_S = {"collapse": 4.0, "half_open": 15.0, "bad_network": 3.0}
CASES = [(name, kind) for name in scenario_names() for kind in load_scenario(name).kinds]
#: The least that a scenario of one kind must show though it can show more on another kind.
HEAD = "title: t\nexpects: e\nsends: [reading]\nkinds: [smartwatch]\nends_at: 1m\n"

SEEN: dict[str, Callable[[StubHub], object]] = {
    "reading": lambda hub: hub.readings(),
    "batch": lambda hub: [each for each in hub.published if "readings" in each.fields],
    "will": lambda hub: hub.wills(),
    "duplicate": lambda hub: [each for each in hub.published if each.is_dup],
    "unreadable": lambda hub: [each for each in hub.published if not each.fields],
    "reconnect": lambda hub: hub.connects > 1,
}


def has_seen(hub: StubHub, sighting: str) -> bool:
    return bool(SEEN[sighting](hub) if sighting in SEEN else hub.events(sighting))


def play(hub: StubHub, name: str, kind: str, *, speed: float | None = None) -> tuple[Play, Journal]:
    scenario, journal = load_scenario(name), Journal()
    children = [Credentials(device_id=f"child-{each}", kind=each) for each in scenario.children]
    played = Play(
        scenario,
        address=HubAddress(host="127.0.0.1", port=hub.port),
        device=Credentials(device_id=f"main-{kind}", kind=kind, password=hub.password),
        children=children,
        report=journal,
        speed=speed or max(scenario.ends_at / timedelta(seconds=UNHURRIED_S.get(name, HURRIED_S)), 1.0),
        seed="a",
    )
    return played, journal


def test_everything_that_is_promised_is_there() -> None:
    assert set(scenario_names()) >= PROMISED


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_says_what_happens_and_what_is_expected_of_the_hub(name: str) -> None:
    scenario = load_scenario(name)
    assert len(scenario.expects.split()) > 8
    assert scenario.sends
    assert set(scenario.sends) <= SIGHTINGS | EVENT_NAMES
    events = {step.parameters["event"] for step in scenario.steps if step.act in {Act.CALL, Act.TELL}}
    assert events <= EVENT_NAMES


@pytest.mark.parametrize(("name", "kind"), CASES)
async def test_a_scenario_sends_what_it_promises(hub: StubHub, name: str, kind: str) -> None:
    played, _ = play(hub, name, kind)
    promised = load_scenario(name).sends
    life = asyncio.create_task(played.run())
    try:
        await hub.until(lambda: life.done() or all(has_seen(hub, each) for each in promised), within_s=20)
    finally:
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)
    assert [each for each in promised if not has_seen(hub, each)] == []


async def test_a_scenario_ends_by_itself(hub: StubHub) -> None:
    played, _ = play(hub, "nothing_moves", "smartwatch", speed=1000)
    async with asyncio.timeout(10):
        await played.run()
    await hub.until(lambda: hub.statuses(online=False))


async def test_a_fall_is_lain_on_the_floor_and_a_recovery_is_seen_to_move(hub: StubHub) -> None:
    played, _ = play(hub, "fall_recovered", "smartwatch", speed=100)
    async with asyncio.timeout(20):
        await played.run()
    (fall,) = {event["occurred_at"] for event in hub.events("fall_suspected")}
    after = [reading for reading in hub.readings() if reading["measured_at"] >= fall]
    postures = [reading["posture"] for reading in after]
    assert postures[0] == "lying"
    assert "standing" in postures
    up = postures.index("standing")
    assert {reading["activity"] for reading in after[:up]} == {0.0}
    assert after[-1]["steps"] > after[0]["steps"]


async def test_nothing_comes_after_a_collapse(hub: StubHub) -> None:
    played, _ = play(hub, "collapse", "smartwatch")
    async with asyncio.timeout(20):
        await played.run()
    await hub.until(hub.wills)
    assert hub.published[-1].is_will


async def test_a_burst_brings_hours_with_their_true_times(hub: StubHub) -> None:
    played, _ = play(hub, "offline_burst", "smartwatch")
    life = asyncio.create_task(played.run())
    await hub.until(lambda: len(hub.readings()) >= 180)
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)
    times = [reading["measured_at"] for reading in hub.readings()][:180]
    assert times == sorted(times)
    assert len({reading["id"] for reading in hub.readings()}) == len(hub.readings())
    first, last = times[0], times[-1]
    assert (last[:10], last[11:13]) != (first[:10], first[11:13])


async def test_a_clock_that_is_wrong_is_wrong_in_the_stamps(hub: StubHub) -> None:
    played, _ = play(hub, "clock_skew", "smartwatch", speed=150)
    async with asyncio.timeout(20):
        await played.run()
    years = {reading["measured_at"][:4] for reading in hub.readings()}
    assert len(years) == 2


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[]", "is a mapping"),
        ("title: t", "needs ends_at, expects, kinds, sends"),
        (HEAD + "colour: red", "does not know colour"),
        (HEAD + "steps: [{at: 1s}]", "step 1: needs `at` and `do`"),
        (HEAD + "steps: [{at: 1s, do: dance}]", "step 1: nobody can do 'dance'"),
        (HEAD + "steps: [{at: soon, do: press}]", "step 1 (press): `at` is no duration"),
        (HEAD + "steps: [{at: 1s, do: press, hard: true}]", "step 1 (press): does not know hard"),
        (HEAD + "steps: [{at: 1s, do: turn}]", "step 1 (turn): needs to"),
        (HEAD + "steps: [{at: 1s, do: turn, to: fly}]", "`to` 'fly' is not a valid Pastime"),
        (HEAD + "steps: [{at: 2s, do: press}, {at: 1s, do: press}]", "not in the order"),
        (HEAD + "steps: [{at: 2h, do: press}]", "outside the scenario"),
        (HEAD + "starts_at: 15:30", "in quotes"),
        (HEAD + "children: [mattress]", "belong together"),
        (HEAD + "network: {loss: high}", "`loss` is no number"),
        (HEAD + "title: {", "line"),
        (HEAD.replace("smartwatch", "toaster"), "names what there is not: toaster"),
    ],
)
def test_a_mistake_is_named_with_its_place(written: str, said: str) -> None:
    with pytest.raises(ScenarioError) as wrong:
        parse_scenario("mine", written)
    assert said in str(wrong.value)


def test_the_documents_name_every_scenario_and_their_example_can_be_played() -> None:
    text = (Path(__file__).parents[2] / "docs/simulators.md").read_text(encoding="utf-8")
    assert [name for name in scenario_names() if f"`{name}`" not in text] == []
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert [step.act for step in parse_scenario("example", example).steps] == [Act.TURN, Act.PRESS]


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD, encoding="utf-8")
    assert load_scenario(str(path)).name == "mine"


@given(number=st.integers(0, 10_000), unit=st.sampled_from("smhd"), sign=st.sampled_from(["", "-"]))
def test_durations_are_read_in_their_unit(number: int, unit: str, sign: str) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400}[unit] * number
    assert duration(f"{sign}{number}{unit}").total_seconds() == (-seconds if sign else seconds)
