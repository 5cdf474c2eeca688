"""What every test may ask for, and what holds for all: how the log looks, and in which order the files run."""

import pytest
import structlog

pytest_plugins = ["tests.postgres"]

#: As the hub's own (`hub.observability`). The default prints the variables of each frame: seconds for one exception.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

#: Files of ten seconds and more, the longest first: one of them begun last would have a worker to itself, the others
#: idle. `--dist loadgroup --no-loadscope-reorder` hands groups out in the order in which their first tests come.
LONGEST_FIRST = (
    "tests/simulation/test_duty_years.py",
    "tests/simulation/test_duty_years_second_half.py",
    "tests/simulation/test_full_cadence.py",
    "tests/stories/test_database_away.py",
    "tests/torture/test_torture.py",
    "tests/stories/test_texts_and_answers.py",
    "tests/stories/test_storm.py",
    "tests/fuzz/test_guided.py",
    "tests/desk/test_night_alarm.py",
    "tests/hub/runtime/test_backup.py",
    "tests/hub/runtime/test_command_line.py",
    "tests/desk/test_link.py",
    "tests/deploy/test_roles.py",
    "tests/stories/test_nothing_acknowledged_is_lost.py",
    "tests/fuzz/test_api_schema.py",
    "tests/stories/test_a_press_reaches_a_person.py",
    "tests/hub/subscriber/test_killed.py",
    "tests/hub/runtime/test_demo.py",
    "tests/hub/runtime/test_supervisor.py",
    "tests/hub/api/test_every_route.py",
    "tests/fuzz/test_api_garbage.py",
    "tests/desk/test_barriers.py",
    "tests/faults/test_poison.py",
    "tests/stories/test_backup_drill.py",
    "tests/stories/test_lives.py",
    "tests/stories/test_starting_and_stopping.py",
    "tests/stories/test_the_desk_of_a_real_hub.py",
)


#: Workers that start a county of their own; each county serves all the files that fall to it.
COUNTIES = 2


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; everything else stays where it was.

    A file stays with one worker (`--dist loadgroup`). Those that are walked before a real county share a few: to found
    one costs more than most of them.
    """
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda test: place.get(_file_of(test), len(place)))
    before_a_county = {_file_of(test) for test in items if "county" in getattr(test, "fixturenames", ())}
    county_of = {file: f"county-{number % COUNTIES}" for number, file in enumerate(sorted(before_a_county))}
    for test in items:
        file = _file_of(test)
        test.add_marker(pytest.mark.xdist_group(county_of.get(file, file)))


def _file_of(test: pytest.Item) -> str:
    return test.nodeid.split("::")[0]
