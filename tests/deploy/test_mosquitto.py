"""The example broker, run as its container runs it: who may come in, and what each may say."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from socket import create_connection

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.bench.hub_process import free_port
from tests.deploy.compose_file import ROOT

FOLDER = ROOT / "deploy" / "mosquitto"
#: Debian puts servers where only root looks.
PATH = f"{os.environ['PATH']}:/usr/sbin"
HUB_PASSWORD, DEVICES_PASSWORD = "hub secret: 1", "devices $ecret"

pytestmark = pytest.mark.skipif(shutil.which("mosquitto", path=PATH) is None, reason="needs Debian's mosquitto")


def _environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    return {
        "PATH": PATH,
        "ANXIN_BROKER_DATA": str(tmp_path / "data"),
        "ANXIN_BROKER_CONFIG": str(tmp_path / "mosquitto.conf"),
        **variables,
    }


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    """Our configuration, on a free port and in the test's folder; its port."""
    port = free_port()
    (tmp_path / "data").mkdir()
    tmp_path.chmod(0o755)
    config = (FOLDER / "mosquitto.conf").read_text(encoding="utf-8")
    config = config.replace("listener 1883", f"listener {port} 127.0.0.1")
    config = config.replace("/etc/anxin", str(FOLDER)).replace("/mosquitto/data", str(tmp_path / "data"))
    # the account that Debian's broker changes to may not reach a test's folder
    (tmp_path / "mosquitto.conf").write_text(f"{config}\nuser root\n", encoding="utf-8")
    running = subprocess.Popen(
        ["sh", str(FOLDER / "start.sh")],
        env=_environment(
            tmp_path, ANXIN_BROKER_HUB_PASSWORD=HUB_PASSWORD, ANXIN_BROKER_DEVICES_PASSWORD=DEVICES_PASSWORD
        ),
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 10
    while running.poll() is None:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert running.poll() is None, running.stderr.read().decode() if running.stderr else ""
    yield port
    running.terminate()
    running.communicate(timeout=10)


class Client:
    """Somebody who logs in and listens."""

    def __init__(self, port: int, user: str | None, password: str | None) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.answer = "nothing"
        self._answered, self._arrived = threading.Event(), threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if user is not None:
            self._client.username_pw_set(user, password)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._answered.wait(10)

    def subscribe(self, topic: str) -> None:
        done = threading.Event()
        self._client.on_subscribe = lambda *_: done.set()
        self._client.subscribe(topic, qos=1)
        assert done.wait(10)

    def publish(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1).wait_for_publish(10)

    def wait(self) -> None:
        assert self._arrived.wait(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, *arguments: object) -> None:
        self.answer = str(arguments[3])
        self._answered.set()

    def _on_message(self, _client: object, _userdata: object, message: mqtt.MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))
        self._arrived.set()


def test_the_hub_hears_devices_and_devices_may_only_say_what_goes_up(broker: int) -> None:
    hub = Client(broker, "hub", HUB_PASSWORD)
    # two of them: some versions of the broker close the connection of who is denied
    forger, device = (Client(broker, "devices", DEVICES_PASSWORD) for _ in range(2))
    assert {client.answer for client in (hub, forger, device)} == {"Success"}
    hub.subscribe("#")
    forger.publish("anxin/v1/d1/down/ack", b"forged")
    device.publish("anxin/v1/d1/up/event", b"pressed")
    hub.wait()
    assert hub.heard == [("anxin/v1/d1/up/event", b"pressed")]
    for client in (hub, forger, device):
        client.close()


@pytest.mark.parametrize(("user", "password"), [(None, None), ("hub", "guessed"), ("stranger", HUB_PASSWORD)])
def test_nobody_else_comes_in(broker: int, user: str | None, password: str | None) -> None:
    client = Client(broker, user, password)
    assert client.answer != "Success"
    client.close()


def test_passwords_are_not_kept_as_they_are(broker: int, tmp_path: Path) -> None:
    kept = (tmp_path / "data" / "passwords").read_text()
    assert kept.startswith("hub:$")
    assert HUB_PASSWORD not in kept


@pytest.mark.parametrize("missing", ["ANXIN_BROKER_HUB_PASSWORD", "ANXIN_BROKER_DEVICES_PASSWORD"])
def test_without_a_password_there_is_no_broker(tmp_path: Path, missing: str) -> None:
    both = {"ANXIN_BROKER_HUB_PASSWORD": "a", "ANXIN_BROKER_DEVICES_PASSWORD": "b"}
    refused = subprocess.run(
        ["sh", str(FOLDER / "start.sh")],
        env=_environment(tmp_path, **{**both, missing: ""}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert f"Set {missing} in .env." in refused.stderr
