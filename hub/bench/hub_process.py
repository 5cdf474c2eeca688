"""A whole hub as its user starts it: `hub serve` as a child, its address, its processes, and an API key.

The benches and the stories in the tests use the same one.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from hub.bench.http_json import HttpJson
from hub.clock import monotonic_s

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 20.0
#: Each look costs the hub four queries while it has its start to do.
_LOOK_EVERY_S = 0.05


class HubDidNotStartError(RuntimeError):
    """`hub serve` ended, or was not ready in time; the message holds what it printed."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class HubProcess:
    """One hub on its own data directory and free ports; a context manager that leaves nothing running."""

    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)
    http_port: int = field(default_factory=free_port)
    mqtt_port: int = field(default_factory=free_port)
    started_in_s: float = 0.0  #: How long the last start took until it was ready.
    _process: "subprocess.Popen[bytes] | None" = None
    _key: str | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()  # one that was not ready in time still runs, and nobody will leave this context
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def log_path(self) -> Path:
        """What the hub prints."""
        return self.data_dir / "serve.log"

    @property
    def api(self) -> HttpJson:
        """The API as an administrator's machine."""
        if self._key is None:
            self._key = self.create_api_key("admin")
        return HttpJson(self.http_port, self._key)

    def start(self) -> None:
        """Start and wait until `/readyz` says 200."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        began = monotonic_s()
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hub", "serve"], env=self._environment(), stdout=log, stderr=subprocess.STDOUT
            )
        self.wait_until_ready(began)
        self.started_in_s = monotonic_s() - began

    def start_again(self) -> None:
        """After its supervisor was killed: start on the same data, when the old process is gone."""
        if self._process is not None:
            self._process.wait(_STOP_TIMEOUT_S)
        self.start()

    def wait_until_ready(self, began: float | None = None) -> None:
        """Wait for `/readyz`.

        Raises:
            HubDidNotStartError: it ended, or the time is over.
        """
        began = monotonic_s() if began is None else began
        probe = HttpJson(self.http_port, timeout_s=2.0)
        while monotonic_s() - began < _START_TIMEOUT_S:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                if probe.ask("GET", "/readyz").status == 200:
                    return
            except OSError:
                pass
            time.sleep(_LOOK_EVERY_S)  # noqa: TID251 - waiting for another process
        raise HubDidNotStartError(self.log_path.read_text(errors="replace")[-4000:])

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> int | None:
        """Stop it as Ctrl-C would; whatever is left is killed. Returns the exit code."""
        if self._process is None:
            return None
        family = self.processes()
        self._process.send_signal(sent)
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        _, alive = psutil.wait_procs(family, timeout=5)
        for process in alive:
            process.kill()
        code = self._process.wait()
        self._process = None
        return code

    def processes(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        if self._process is None:
            return []
        try:
            supervisor = psutil.Process(self._process.pid)
            return [supervisor, *supervisor.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def role(self, name: str) -> psutil.Process | None:
        """The process of a role: ingest, duty, web, or postgres for the postmaster."""
        for process in self.processes():
            try:
                line = process.cmdline()
            except psutil.Error:
                continue
            if line[-2:] == ["--role", name] or (name == "postgres" and line and line[0].endswith("/postgres")):
                return process
        return None

    def kill(self, name: str) -> None:
        """Kill -9 of a role, of `postgres`, or of the `supervisor`."""
        process = self.processes()[0] if name == "supervisor" else self.role(name)
        if process is not None:
            process.kill()

    def create_api_key(self, role: str) -> str:
        """An API key through the command line, as the contract says: the last line of its output."""
        line = self.command("api-key", "create", "--role", role, "--json").strip().splitlines()[-1]
        key: str = json.loads(line)["key"]
        return key

    def command(self, *arguments: str) -> str:
        """Run a `hub` command against this hub; returns what it printed."""
        done = self._run(arguments)
        if done.returncode != 0:
            raise RuntimeError(f"hub {' '.join(arguments)}: {done.stderr.decode(errors='replace')[-2000:]}")
        return done.stdout.decode()

    def answers(self, *arguments: str) -> "tuple[int, list[dict[str, Any]]]":
        """Run a `hub` command that answers by its exit code too; returns it, and what was said in JSON lines."""
        done = self._run((*arguments, "--json"))
        return done.returncode, [json.loads(line) for line in done.stdout.decode().splitlines()]

    def _run(self, arguments: Sequence[str]) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, "-m", "hub", *arguments],
            env=self._environment(),
            capture_output=True,
            check=False,
            timeout=120,
        )

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        return {
            **inherited,
            "HUB_DATA_DIR": str(self.data_dir),
            "HUB_HTTP_PORT": str(self.http_port),
            "HUB_MQTT_PORT": str(self.mqtt_port),
            "HUB_BIND": "127.0.0.1",
            "PYTHONUNBUFFERED": "1",
            **self.environment,
        }
