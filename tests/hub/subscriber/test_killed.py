"""kill -9 of ingest and of the broker while devices publish: what the broker kept is stored, and stored once."""

import asyncio
import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from tests.hub.ingest.worlds import World
from tests.hub.subscriber.broker import Broker, Publisher, needs_mosquitto
from tests.hub.subscriber.conftest import until

pytestmark = [needs_mosquitto, pytest.mark.timeout(180)]

MESSAGES = 1200
#: One in so many is a press.
PRESS_EVERY = 10


class Ingest:
    """`hub serve --role ingest` with no front door, only the broker."""

    def __init__(self, dsn: str, broker: Broker, name: str) -> None:
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
            "HUB_DATABASE_URL": dsn,
            "HUB_MQTT_PORT": "0",
            "HUB_MQTT_SOURCES": f"{broker.url}?window=50",
            "HUB_DATA_DIR": str(broker.directory / "hub"),
        }
        self._log = broker.directory / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hub", "serve", "--role", "ingest"],
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        """Its log."""
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def _ingest(dsn: str, broker: Broker, name: str = "ingest") -> Iterator[Ingest]:
    ingest = Ingest(dsn, broker, name)
    ingest.start()
    try:
        yield ingest
    except BaseException as failure:
        failure.add_note(ingest.said[-6000:])  # what it saw, beside what the test missed
        raise
    finally:
        ingest.kill()


class Crowd:
    """Publishes from a thread, one message at a time, and keeps what the broker acknowledged."""

    def __init__(self, broker: Broker, devices: list[UUID], name: str, messages: int) -> None:
        self.acknowledged: list[str] = []
        self._broker = broker
        self._devices = devices
        self._name = name
        self._messages = messages
        self._thread = threading.Thread(target=self._publish_all)

    def start(self) -> None:
        self._thread.start()

    async def wait_for(self, messages: int) -> None:
        """Until so many are acknowledged; all of them, and the thread has ended."""
        await until(lambda: len(self.acknowledged) >= messages, f"{messages} published", 60)
        if messages == self._messages:
            await asyncio.to_thread(self._thread.join)

    def _publish_all(self) -> None:
        publisher = Publisher(self._broker.port)
        for number in range(self._messages):
            device, ident = self._devices[number % len(self._devices)], f"{self._name}-{number}"
            if number % PRESS_EVERY == 0:
                publisher.publish(f"anxin/v1/{device}/up/event", _press(ident))
            else:
                publisher.publish(f"anxin/v1/{device}/up/telemetry", _reading(number))
            self.acknowledged.append(ident)
        publisher.close()

    @property
    def presses(self) -> set[str]:
        return {one for one in self.acknowledged if int(one.rsplit("-", 1)[1]) % PRESS_EVERY == 0}


def _press(ident: str) -> bytes:
    return json.dumps({"id": ident, "event": "sos_pressed"}).encode()


def _reading(number: int) -> bytes:
    """Without an id: its time and its bytes say which one it is."""
    measured_at = f"2026-11-22T04:{number // 60 % 60:02d}:{number % 60:02d}Z"
    return json.dumps({"measured_at": measured_at, "steps": number}).encode()


def _stored_presses(world: World) -> Counter[str]:
    return Counter(row["event_id"] for row in world.run("SELECT event_id FROM alert"))


def _stored_steps(world: World) -> Counter[int]:
    return Counter(row["steps"] for row in world.run("SELECT steps FROM reading"))


async def _until_stored(world: World, presses: set[str]) -> None:
    await until(lambda: presses <= set(_stored_presses(world)), "every press stored", 60)


def _devices(world: World, count: int) -> list[UUID]:
    return [world.device(worn_by=world.recipient()) for _ in range(count)]


def _has_subscribed(broker: Broker) -> bool:
    """Both sessions: before they exist the broker keeps nothing for them."""
    log = (broker.directory / "ingest.log").read_text(errors="replace")
    return log.count("source_subscribed") >= 2


async def test_a_killed_ingest_loses_nothing_that_the_broker_acknowledged(
    database: str, world: World, broker: Broker
) -> None:
    devices = _devices(world, 8)
    dice = random.Random(20261122)
    with _ingest(database, broker) as ingest:
        await until(lambda: _has_subscribed(broker), "subscribed", 60)
        crowd = Crowd(broker, devices, "m", MESSAGES)
        crowd.start()
        for share in (0.2, 0.5, 0.8):
            await crowd.wait_for(int(MESSAGES * share))
            await asyncio.sleep(dice.random() * 0.05)
            ingest.kill()
            ingest.start()
        await crowd.wait_for(MESSAGES)
        await until(lambda: len(_stored_presses(world)) == len(crowd.presses), "all presses stored", 60)
        readings = MESSAGES - len(crowd.presses)
        await until(lambda: len(_stored_steps(world)) == readings, "all readings stored", 60)
    assert set(_stored_presses(world)) == crowd.presses
    assert set(_stored_presses(world).values()) == {1}
    assert set(_stored_steps(world).values()) == {1}
    open_incidents = Counter(row["subject_id"] for row in world.incidents())
    assert set(open_incidents.values()) == {1}


async def test_a_killed_broker_delivers_what_it_had_saved_and_each_of_it_is_stored_once(
    database: str, world: World, broker: Broker
) -> None:
    devices = _devices(world, 8)
    saved: set[str] = set()
    published: set[str] = set()
    with _ingest(database, broker) as ingest:
        await until(lambda: _has_subscribed(broker), "subscribed", 60)
        for round_number in range(3):
            # Nobody drains the queue: the broker itself must hold what it acknowledged.
            ingest.kill()
            crowd = Crowd(broker, devices, f"r{round_number}", 200)
            crowd.start()
            await crowd.wait_for(200)
            broker.save()
            saved |= crowd.presses
            late = Crowd(broker, devices, f"late{round_number}", 40)
            late.start()
            await late.wait_for(40)
            published |= crowd.presses | late.presses
            broker.kill()
            broker.start()
            ingest.start()
            await _until_stored(world, saved)
    stored = _stored_presses(world)
    assert saved <= set(stored) <= published
    assert set(stored.values()) == {1}


async def test_a_broker_that_is_killed_under_load_finds_its_subscriber_again(
    database: str, world: World, broker: Broker
) -> None:
    devices = _devices(world, 4)
    with _ingest(database, broker):
        await until(lambda: _has_subscribed(broker), "subscribed", 60)
        before = Crowd(broker, devices, "before", 300)
        before.start()
        await before.wait_for(100)
        kept = set(_stored_presses(world))
        broker.save()
        broker.kill()
        broker.start()
        await before.wait_for(300)
        after = Crowd(broker, devices, "after", 50)
        after.start()
        await after.wait_for(50)
        await _until_stored(world, after.presses)
    assert kept <= set(_stored_presses(world))
    assert set(_stored_presses(world).values()) == {1}


async def test_the_standby_subscribes_only_once_it_owns(database: str, world: World, broker: Broker) -> None:
    """Both would use one session: a standby that subscribed would throw the owner out."""
    device = _devices(world, 1)[0]
    with _ingest(database, broker) as owner:
        await until(lambda: _has_subscribed(broker), "subscribed", 60)
        with _ingest(database, broker, "standby") as standby:
            await until(lambda: "standby" in standby.said, "standing by", 60)
            assert "source_" not in standby.said
            owner.kill()
            await until(lambda: standby.said.count("source_subscribed") == 2, "it has taken over", 60)
            crowd = Crowd(broker, [device], "m", 1)
            crowd.start()
            await _until_stored(world, {"m-0"})
            await crowd.wait_for(1)
    assert "source_lost" not in owner.said
