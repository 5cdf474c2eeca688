"""A whole hub, started as its user starts it, with deadlines of seconds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.bench.hub_process import HubProcess
from tests.postgres import temporary_data_dir
from tests.replays import differing_in
from tests.stories.cast import Phone, Village

#: Family after 2 s, the village's outside number 2 s later; who takes it and does nothing for 3 s loses it.
LADDER = {
    "steps": [
        {"after_s": 0, "notify": "desk"},
        {"after_s": 2, "notify": "next_contact"},
        {"after_s": 2, "notify": "contacts"},
    ],
    "repeat": 1,
    "then_every_s": 2,
    "ack_timeout_s": 3,
}


@pytest.fixture(scope="package")
def hub_directory() -> Iterator[Path]:
    """Where the stories' hubs keep their data."""
    with temporary_data_dir() as directory:
        directory.chmod(0o755)
        yield directory


@pytest.fixture(scope="package")
def hub(hub_directory: Path) -> Iterator[HubProcess]:
    """One hub for all stories that do not break it."""
    environment = {"HUB_SMS": f"log:{hub_directory / 'texts.jsonl'}", "HUB_DESK_PHONE": "0000-0000000"}
    with HubProcess(hub_directory / "data", environment) as running:
        running.api.put("/api/v1/policies/default", LADDER)
        yield running


@pytest.fixture(autouse=True)
def every_incident_replays(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After every story, and before any hub of it stops: what was decided, decided again, gives what is on record."""
    differences: list[str] = []
    stop = HubProcess.stop

    def replay_and_stop(hub: HubProcess, *arguments: Any) -> int | None:
        differences.extend(differing_in(hub))
        return stop(hub, *arguments)

    monkeypatch.setattr(HubProcess, "stop", replay_and_stop)
    shared = request.getfixturevalue("hub") if "hub" in request.fixturenames else None
    yield
    if shared is not None:
        differences.extend(differing_in(shared))
    assert differences == []


@pytest.fixture
def village(hub: HubProcess) -> Village:
    """People and devices in that hub."""
    return Village(hub)


@pytest.fixture
def phone(hub: HubProcess, hub_directory: Path) -> Phone:
    """What reached the telephones."""
    return Phone(hub_directory / "texts.jsonl")
