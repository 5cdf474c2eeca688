"""A scenario: what happens to a person, a device and a network, and what a hub is expected to make of it.

Scenarios are YAML files in `simulators/scenarios/`. What a step may say is in `PARAMETERS`; a file that says anything
else is refused with the place of the mistake.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time, timedelta
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from simulators import scenario_values as values
from simulators.gear.kinds import KINDS
from simulators.life.pastimes import Pastime
from simulators.network import GOOD_NETWORK, Network
from simulators.scenario_values import ScenarioError

_FOLDER = resources.files("simulators") / "scenarios"
_SUFFIX = ".yaml"


class Act(StrEnum):
    """What can happen in a step."""

    PRESS = "press"  #: The button goes down, `test` or not.
    FALL = "fall"  #: The person falls and stays down; every device that sees it calls `fall_suspected`.
    GET_UP = "get_up"  #: On their feet again, and busy for a while.
    TURN = "turn"  #: Another pastime `to`, `for` a while or until the next turn.
    RESUME = "resume"  #: The planned day goes on.
    CALL = "call"  #: An `event` that calls for help, said again until it is received.
    TELL = "tell"  #: An `event` that is said once.
    TAKE_OFF = "take_off"  #: Put on the table.
    PUT_ON = "put_on"  #: Back on the wrist.
    CHARGE = "charge"  #: On the charger.
    DRAIN = "drain"  #: The battery is at `to_pct`.
    DIE = "die"  #: The device breaks, without a word.
    LOSE_LINK = "lose_link"  #: Out of reach; what is measured is kept.
    FIND_LINK = "find_link"  #: In reach again: what was kept comes in a burst.
    BREAK_LINK = "break_link"  #: Lost once; the device comes back.
    FREEZE_LINK = "freeze_link"  #: Half-open: an open socket on which nothing passes.
    NETWORK = "network"  #: Another `Network` from here on.
    SKEW_CLOCK = "skew_clock"  #: The device's clock is wrong `by` so much.
    BABBLE = "babble"  #: `text` (or `repeat` of it) goes out on `leaf` as it is.


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act, `at` so much into the scenario; `who` is a kind of device, absent: whoever it can concern."""

    at: timedelta
    act: Act
    who: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One file."""

    name: str
    title: str
    expects: str  #: What the hub is to do, for whoever watches it.
    sends: tuple[str, ...]  #: What must have been seen on the wire at the end: events, or kinds of message.
    kinds: tuple[str, ...]  #: The devices that can play it.
    ends_at: timedelta
    steps: tuple[Step, ...] = ()
    children: tuple[str, ...] = ()  #: Kinds that stand behind the gateway.
    starts_at: time | None = None  #: The hour of the life at which it begins; absent: the hour it is.
    past: timedelta = timedelta(0)  #: So long the device has measured out of reach before it begins.
    measure_every: timedelta | None = None  #: Instead of each kind's own rhythm.
    speed: float = 1.0
    network: Network = GOOD_NETWORK
    monitoring: Mapping[str, Any] = field(default_factory=dict)  #: A profile with which one need not wait for hours.


#: What may stand in `sends` besides names of device events.
SIGHTINGS = frozenset({"reading", "batch", "will", "unreadable", "duplicate", "goodbye", "reconnect"})


def scenario_names() -> tuple[str, ...]:
    """Those that come with the package."""
    return tuple(
        sorted(entry.name.removesuffix(_SUFFIX) for entry in _FOLDER.iterdir() if entry.name.endswith(_SUFFIX))
    )


def load_scenario(name: str) -> Scenario:
    """One of the package's own by its name, or any file by its path.

    Raises:
        ScenarioError: there is none of this name, or it cannot be performed.
    """
    if name.endswith(_SUFFIX):
        path = Path(name)
        if not path.is_file():
            raise ScenarioError(f"there is no file {name}")
        return parse_scenario(path.stem, path.read_text(encoding="utf-8"))
    if name not in scenario_names():
        raise ScenarioError(f"there is no scenario '{name}'; there are: {', '.join(scenario_names())}")
    return parse_scenario(name, (_FOLDER / f"{name}{_SUFFIX}").read_text(encoding="utf-8"))


def parse_scenario(name: str, text: str) -> Scenario:
    """A scenario from its YAML.

    Raises:
        ScenarioError: says what is wrong, and where.
    """
    try:
        written = yaml.safe_load(text)
    except yaml.YAMLError as failure:
        raise ScenarioError(f"{name}: {failure}") from failure
    if not isinstance(written, dict):
        raise ScenarioError(f"{name}: a scenario is a mapping")
    scenario = Scenario(name=name, **values.read_fields(name, written, _FIELDS, required=_REQUIRED))
    _check_story(scenario)
    return scenario


def _network(value: Any) -> Network:
    readers: dict[str, Callable[[Any], Any]] = {each.name: values.number for each in fields(Network)} | {
        "reorders": values.flag
    }
    return Network(**values.read_fields("network", values.mapping(value), readers))


_KIND = values.one_of(frozenset(KINDS))
PARAMETERS: dict[Act, dict[str, Callable[[Any], Any]]] = {
    Act.PRESS: {"test": values.flag},
    Act.FALL: {},
    Act.GET_UP: {},
    Act.TURN: {"to": Pastime, "for": values.duration},
    Act.RESUME: {},
    Act.CALL: {"event": values.text, "evidence": values.mapping},
    Act.TELL: {"event": values.text, "evidence": values.mapping},
    Act.TAKE_OFF: {},
    Act.PUT_ON: {},
    Act.CHARGE: {},
    Act.DRAIN: {"to_pct": values.number},
    Act.DIE: {},
    Act.LOSE_LINK: {},
    Act.FIND_LINK: {},
    Act.BREAK_LINK: {},
    Act.FREEZE_LINK: {},
    Act.NETWORK: {each.name: (values.flag if each.name == "reorders" else values.number) for each in fields(Network)},
    Act.SKEW_CLOCK: {"by": values.duration},
    Act.BABBLE: {
        "leaf": values.one_of(frozenset({"event", "telemetry", "status"})),
        "text": values.raw_text,
        "repeat": values.whole,
    },
}
_NEEDED: dict[Act, frozenset[str]] = {
    Act.TURN: frozenset({"to"}),
    Act.CALL: frozenset({"event"}),
    Act.TELL: frozenset({"event"}),
    Act.DRAIN: frozenset({"to_pct"}),
    Act.SKEW_CLOCK: frozenset({"by"}),
    Act.BABBLE: frozenset({"leaf", "text"}),
}


def _steps(value: Any) -> tuple[Step, ...]:
    if not isinstance(value, list):
        raise ValueError("is no list of steps")  # noqa: TRY004 - as above
    return tuple(_step(number, values.mapping(written)) for number, written in enumerate(value, start=1))


def _step(number: int, written: Mapping[str, Any]) -> Step:
    where = f"step {number}"
    if "at" not in written or "do" not in written:
        raise ScenarioError(f"{where}: needs `at` and `do`")
    try:
        act = Act(written["do"])
    except ValueError as unknown:
        raise ScenarioError(f"{where}: nobody can do '{written['do']}'") from unknown
    readers: dict[str, Callable[[Any], Any]] = {"at": values.duration, "do": Act, "who": _KIND, **PARAMETERS[act]}
    read = values.read_fields(f"{where} ({act})", written, readers, required=_NEEDED.get(act, frozenset()))
    at, who = read.pop("at"), read.pop("who", None)
    del read["do"]
    return Step(at=at, act=act, who=who, parameters=read)


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "title": values.text,
    "expects": values.text,
    "sends": values.names(None),
    "kinds": values.names(frozenset(KINDS)),
    "children": values.names(frozenset(KINDS) - {"gateway"}),
    "ends_at": values.duration,
    "steps": _steps,
    "starts_at": values.hour,
    "past": values.duration,
    "measure_every": values.duration,
    "speed": values.number,
    "network": _network,
    "monitoring": values.mapping,
}
_REQUIRED = frozenset({"title", "expects", "sends", "kinds", "ends_at"})


def _check_story(scenario: Scenario) -> None:
    """The steps are in order and within the scenario, and a gateway has somebody behind it."""
    times = [step.at for step in scenario.steps]
    if times != sorted(times):
        raise ScenarioError(f"{scenario.name}: the steps are not in the order of their times")
    if times and not timedelta(0) <= times[0] <= times[-1] <= scenario.ends_at:
        raise ScenarioError(f"{scenario.name}: a step lies outside the scenario")
    if not scenario.kinds:
        raise ScenarioError(f"{scenario.name}: no device can play it")
    if bool(scenario.children) != ("gateway" in scenario.kinds):
        raise ScenarioError(f"{scenario.name}: a gateway and its children belong together")
