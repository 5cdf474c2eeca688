"""Debian's Mosquitto as a broker that a test may kill, and a publisher that knows what was acknowledged to it."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.bench.hub_process import free_port

#: Debian puts it where only root looks.
PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
needs_mosquitto = pytest.mark.skipif(PROGRAM is None, reason="needs the broker Mosquitto (apt install mosquitto)")

_SETTINGS = """\
listener {port} 127.0.0.1
persistence true
persistence_location {directory}/
autosave_interval 1
max_queued_messages 0
max_inflight_messages 0
user {user}
{access}
"""


@dataclass
class Broker:
    """One Mosquitto on a free port; it saves once a second, and when it is told to."""

    directory: Path
    port: int = field(default_factory=free_port)
    access: str = "allow_anonymous true"
    _process: "subprocess.Popen[bytes] | None" = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}/"

    def start(self) -> None:
        settings = self.directory / "mosquitto.conf"
        user = pwd.getpwuid(os.getuid()).pw_name
        settings.write_text(
            _SETTINGS.format(port=self.port, directory=self.directory, user=user, access=self.access), encoding="utf-8"
        )
        with (self.directory / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([str(PROGRAM), "-c", str(settings)], stdout=log, stderr=log)
        self.wait_until(lambda: _listens(self.port), "the broker listens")

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def save(self) -> None:
        """Make it write its database now (SIGUSR1), and wait until that is on disk."""
        assert self._process is not None
        database = self.directory / "mosquitto.db"
        before = database.stat().st_mtime_ns if database.exists() else 0
        self._process.send_signal(signal.SIGUSR1)
        self.wait_until(
            lambda: database.exists() and database.stat().st_mtime_ns > before, "the broker has saved what it has"
        )

    def wait_until(self, condition: Callable[[], bool], what: str, within_s: float = 10.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
            time.sleep(0.01)


class Publisher:
    """A device's side: publishes and waits for the broker's PUBACK."""

    def __init__(self, port: int, account: tuple[str, str] | None = None) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="")
        if account is not None:
            self._client.username_pw_set(*account)
        self._acknowledged: set[int] = set()
        self._changed = threading.Condition()
        self._client.on_publish = self._on_publish
        self._client.reconnect_delay_set(min_delay=1, max_delay=1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Until the broker has it, over however many connections."""
        packet_id = self._client.publish(topic, payload, qos=qos, retain=retain).mid
        with self._changed:
            assert self._changed.wait_for(lambda: packet_id in self._acknowledged, timeout=30), "no PUBACK"
            self._acknowledged.remove(packet_id)

    def _on_publish(self, _client: paho.Client, _userdata: object, packet_id: int, *_: object) -> None:
        with self._changed:
            self._acknowledged.add(packet_id)
            self._changed.notify_all()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Listener:
    """A device's side: what comes down. Made when the broker has granted the subscription."""

    def __init__(self, port: int, topic_filter: str, heard: Callable[[str, bytes], None]) -> None:
        granted = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="")
        self._client.on_subscribe = lambda *_: granted.set()
        self._client.on_message = lambda _client, _userdata, message: heard(message.topic, bytes(message.payload))
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe(topic_filter, qos=1)
        assert granted.wait(10), "no SUBACK"

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
