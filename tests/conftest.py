"""What every test may ask for, and what holds for all: how the log looks, and in which order the files run."""

import gc
import socket
from functools import cache
from pathlib import Path

import paho.mqtt.client
import pytest
import structlog
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

pytest_plugins = ["tests.postgres"]

#: As the hub's own (`hub.observability`). The default prints the variables of each frame: seconds for one exception.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


# What is collected stays to the end: looking at it again and again is a third of collecting, and a tenth of the tests.
gc.disable()


class _PairSocket(socket.socket):
    """One of the two with which a client of paho wakes its own thread."""

    def __del__(self) -> None:
        self.close()


def _pair() -> tuple[socket.socket, ...]:
    """As paho makes them. It closes them when it is collected itself, and in a cycle the order is anybody's.

    Without this a test that happens to run then fails for two sockets that nobody could have closed.
    """
    pair = tuple(_PairSocket(fileno=one.detach()) for one in _paho_pair())
    for one in pair:
        one.setblocking(False)
    return pair


_paho_pair = paho.mqtt.client._socketpair_compat
paho.mqtt.client._socketpair_compat = _pair  # type: ignore[assignment]

#: Files of ten seconds and more, the longest first: one of them begun last would have a worker to itself, the others
#: idle. Those that wait - for deadlines, for something that is away - stand between those that reckon, so that at any
#: time one fills the pauses of the other. `--dist loadfile --no-loadscope-reorder` hands files out in this order.
LONGEST_FIRST = (
    "tests/simulation/test_duty_years_second_half.py",
    "tests/stories/test_database_away.py",
    "tests/simulation/test_duty_years.py",
    "tests/stories/test_storm.py",
    "tests/desk/test_link.py",
    "tests/simulation/test_full_cadence.py",
    "tests/stories/test_lives.py",
    "tests/hub/subscriber/test_killed.py",
    "tests/fuzz/test_api_schema.py",
    "tests/simulators/test_scenarios.py",
    "tests/torture/test_torture.py",
    "tests/stories/test_nothing_acknowledged_is_lost.py",
    "tests/stories/test_a_press_reaches_a_person.py",
    "tests/fuzz/test_guided.py",
    "tests/hub/runtime/test_supervisor.py",
    "tests/desk/test_queue.py",
    "tests/fuzz/test_api_garbage.py",
    "tests/stories/test_starting_and_stopping.py",
    "tests/hub/runtime/test_backup.py",
    "tests/hub/runtime/test_command_line.py",
    "tests/faults/test_failover.py",
    "tests/desk/test_night_alarm.py",
    "tests/stories/test_the_desk_of_a_real_hub.py",
    "tests/desk/test_pages.py",
    "tests/desk/test_shift.py",
    "tests/stories/test_a_shift_ends.py",
    "tests/hub/runtime/test_demo.py",
    "tests/deploy/test_roles.py",
    "tests/stories/test_texts_and_answers.py",
    "tests/stories/test_backup_drill.py",
    "tests/hub/notify/test_killed.py",
    "tests/hub/notify/test_smpp.py",
    "tests/hub/subscriber/test_whole_hub.py",
    "tests/hub/api/test_every_route.py",
    "tests/faults/test_poison.py",
    "tests/desk/test_barriers.py",
)


#: Workers that found a county of their own for the desk's tests; each serves all the files that fall to it.
COUNTIES = 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; everything else stays where it was."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda test: place.get(test.nodeid.split("::")[0], len(place)))


def pytest_collection_finish() -> None:
    """Set aside what was collected; from here on, what a test leaves behind is found as ever."""
    gc.collect()
    gc.freeze()
    gc.enable()


#: Stories that break nothing are told to one hub, by one worker: a hub that waits for the next costs a core's fortieth.
TOLD_TO_ONE_HUB = frozenset(
    f"tests/stories/test_{story}.py"
    for story in (
        "a_device_is_tried",
        "a_press_reaches_a_person",
        "a_shift_ends",
        "bad_input_harms_nobody",
        "lives",
        "starting_and_stopping",
        "vendor_examples",
    )
)


class FilesByCounty(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file stays with one worker; those that share a real county, or a hub, share a few: to start one is dear."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "one hub" if file in TOLD_TO_ONE_HUB else _county_of().get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesByCounty | None:
    """`--dist loadfile` as above; any other way as it is asked for."""
    return FilesByCounty(config, log) if config.getoption("dist") == "loadfile" else None


@cache
def _county_of() -> dict[str, str]:
    """Files before a county, in turn to as many workers as found one."""
    files = sorted(_DESK.glob("test_*.py"))
    walked = [path for path in files if _shares_a_county(path.read_text(encoding="utf-8"))]
    return {f"tests/desk/{path.name}": f"county-{number % COUNTIES}" for number, path in enumerate(walked)}


def _shares_a_county(source: str) -> bool:
    return "open_county_desk" in source and "def county(" not in source


_DESK = Path(__file__).with_name("desk")
