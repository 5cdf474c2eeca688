"""The very commands of the containers, on a database of the test: they migrate, serve, are healthy, and stop."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.bench.hub_process import free_port
from tests.deploy.compose_file import FILLED_IN, services
from tests.deploy.metric_names import names_in_dashboard, names_in_rules, names_that_depend_on_what_happens

_WITHIN_S = 40.0


@dataclass
class Container:
    """One service: its commands with its environment, as processes of this machine."""

    service: dict[str, Any]
    environment: dict[str, str]
    running: "subprocess.Popen[bytes] | None" = None

    def run(self) -> subprocess.CompletedProcess[str]:
        """The service's command to its end."""
        return self._ended(self.service["command"])

    def start(self) -> None:
        self.running = subprocess.Popen(self._hub(self.service["command"]), env=self.environment)

    def is_healthy(self) -> bool:
        """What the container engine would ask."""
        kind, command, *arguments = self.service["healthcheck"]["test"]
        assert (kind, command) == ("CMD", "hub")
        return self._ended(arguments).returncode == 0

    def stop(self) -> int:
        """SIGTERM, and as much patience as the container engine has."""
        assert self.running is not None
        self.running.terminate()
        return self.running.wait(10)

    def _ended(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._hub(arguments), env=self.environment, capture_output=True, text=True, check=False, timeout=60
        )

    @staticmethod
    def _hub(arguments: list[str]) -> list[str]:
        """The entry point of the image."""
        return [sys.executable, "-m", "hub", *arguments]


@dataclass
class Stack:
    """All services of the hub."""

    database: str
    containers: dict[str, Container] = field(default_factory=dict)
    http_port: int = 0

    def is_ready(self) -> bool:
        """Whether `/readyz` answers 200."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/readyz", timeout=5):
                return True
        except OSError:  # HTTPError is one, too
            return False

    def age_heartbeats_of(self, role: str) -> None:
        """As if its processes had said nothing for a minute."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(
                "UPDATE process_heartbeat SET seen_at = seen_at - interval '1 minute' WHERE role = %s", [role]
            )

    def metrics(self) -> set[str]:
        """The names that `/metrics` tells now."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return {line.split("{")[0].split(" ")[0] for line in lines if not line.startswith("#")}


@pytest.fixture
def stack(empty_database: str, tmp_path: Path) -> Iterator[Stack]:
    """The services with their environment; only addresses are this machine's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PG"))}
    stack = Stack(empty_database, http_port=free_port())
    here = {
        "HUB_DATABASE_URL": empty_database,
        "HUB_BIND": "127.0.0.1",
        "HUB_HTTP_PORT": str(stack.http_port),
        "HUB_MQTT_PORT": str(free_port()),
        "HUB_DATA_DIR": str(tmp_path),
    }
    for name in ("migrate", "ingest", "duty", "web"):
        service = services(FILLED_IN)[name]
        given = {variable: str(value) for variable, value in service["environment"].items()}
        stack.containers[name] = Container(service, {**inherited, **given, **here})
    yield stack
    for container in stack.containers.values():
        if container.running is not None and container.running.poll() is None:
            container.running.kill()
            container.running.wait()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _WITHIN_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_commands_of_the_containers_make_a_hub(stack: Stack) -> None:
    migrate, web = stack.containers["migrate"], stack.containers["web"]
    assert not web.is_healthy()
    insisting = migrate.run()
    assert "has no TimescaleDB" in insisting.stderr  # the container's database has it, the test's has not
    migrate.environment["HUB_TIMESCALE"] = "off"
    migrated = migrate.run()
    assert migrated.returncode == 0, migrated.stderr
    for name in ("ingest", "duty", "web"):
        assert not stack.containers[name].is_healthy()
        stack.containers[name].start()
    _wait_until(stack.is_ready)  # asked as cheaply as can be; the command itself is asked once
    assert web.is_healthy()
    assert stack.containers["ingest"].is_healthy()
    assert stack.containers["duty"].is_healthy()
    told = stack.metrics() | names_that_depend_on_what_happens()
    assert names_in_dashboard() | names_in_rules() <= told
    assert stack.containers["duty"].stop() == 0
    stack.age_heartbeats_of("duty")  # instead of waiting until nobody believes it any more
    assert not stack.containers["duty"].is_healthy()
    assert not web.is_healthy()
    assert stack.containers["ingest"].is_healthy()
    assert stack.containers["ingest"].stop() == 0
    assert web.stop() == 0
