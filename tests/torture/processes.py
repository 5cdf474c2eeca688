"""The processes that a leg starts, kills and finds again, each a child that does not outlive the harness."""

import contextlib
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from hub.bench.hub_process import HubProcess
from hub.embedded.ties import die_with_parent
from tests.hub.subscriber.broker import Broker

#: `<host>-<process id>` in the name of a connection or of an owner.
_PROCESS_ID = re.compile(r"-(\d+)\b")


class TorturedHub(HubProcess):
    """A hub whose start nobody waits for, and which does not outlive the harness."""

    def launch(self) -> None:
        """Start it, and return at once."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._process = _start(["serve"], self._environment(), self.log_path)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None


class TorturedBroker(Broker):
    """A broker that may also end as its service manager would end it."""

    def stop(self) -> None:
        """SIGTERM: it writes down what it has."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)
        self._process = None


@dataclass
class Extra:
    """A role beside the supervised ones, started again whenever it ends."""

    role: str
    environment: dict[str, str]
    log_path: Path
    starts: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.starts += 1
        self.process = _start(["serve", "--role", self.role], self.environment, self.log_path)

    def keep(self) -> None:
        """Start it if it is not there."""
        if self.process is None or self.process.poll() is not None:
            self.start()

    @property
    def pid(self) -> int | None:
        return None if self.process is None or self.process.poll() is not None else self.process.pid


def process_of(name: str) -> int | None:
    """The process whose connection is called so, `hub ingest <host>-<process id> event`, or that owns by this name."""
    found = _PROCESS_ID.findall(name)
    return int(found[-1]) if found else None


def is_zombie(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return True


def _start(arguments: list[str], environment: dict[str, str], log_path: Path) -> "subprocess.Popen[bytes]":
    with log_path.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "hub", *arguments],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - called from the one main thread
        )
