"""The subscriber against a real broker: what is heard, what is not, and who is answered when."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hub.ingest.pipeline import Pipeline
from hub.ingest.subscriber.posting import BrokerPost
from hub.storage.database import open_pool
from tests.hub.ingest.worlds import World
from tests.hub.subscriber.broker import Broker, Listener, Publisher, needs_mosquitto
from tests.hub.subscriber.conftest import Subscribe, until

pytestmark = needs_mosquitto


def _reading(number: int) -> bytes:
    return json.dumps({"id": f"r-{number}", "measured_at": "2026-11-22T04:00:00Z", "heart_rate_bpm": 70}).encode()


def _press(event_id: str = "p-1") -> bytes:
    return json.dumps({"id": event_id, "event": "sos_pressed", "ack": True}).encode()


async def _publish(
    broker: Broker, *messages: tuple[str, bytes], retain: bool = False, account: tuple[str, str] | None = None
) -> None:
    def publish() -> None:
        publisher = Publisher(broker.port, account)
        for topic, payload in messages:
            publisher.publish(topic, payload, retain=retain)
        publisher.close()

    await asyncio.to_thread(publish)


@contextmanager
def _no_new_connections(world: World) -> Iterator[None]:
    """The database is there for the test, and away for everybody else."""
    name = conninfo_to_dict(world.dsn)["dbname"]
    with psycopg.connect(make_conninfo(world.dsn, dbname="postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
        yield
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


async def test_a_press_behind_a_broker_is_an_incident(world: World, broker: Broker, subscribe: Subscribe) -> None:
    device = world.device(worn_by=world.recipient())
    await subscribe(broker.url)
    await _publish(
        broker,
        (f"anxin/v1/{device}/up/telemetry", _reading(1)),
        (f"anxin/v1/{device}/up/event", _press()),
        (f"anxin/v1/{device}/up/status", b'{"online": true, "firmware": "7"}'),
    )
    await until(lambda: len(world.incidents()) == 1, "an incident")
    await until(lambda: len(world.run("SELECT 1 FROM device_state WHERE firmware = '7'")) == 1, "a status")
    assert len(world.run("SELECT 1 FROM reading")) == 1
    assert world.acks() == [("p-1", "received")]


async def test_both_versions_of_the_protocol_are_spoken(world: World, broker: Broker, subscribe: Subscribe) -> None:
    device = world.device()
    await subscribe(broker.url + "?version=3.1.1&client_id=old")
    await _publish(broker, (f"anxin/v1/{device}/up/event", _press()))
    await until(lambda: len(world.incidents()) == 1, "an incident")


async def test_what_the_broker_kept_of_before_is_no_event_but_still_a_status(
    world: World, broker: Broker, subscribe: Subscribe, pipeline: Pipeline
) -> None:
    device = world.device()
    await _publish(
        broker,
        (f"anxin/v1/{device}/up/event", _press()),
        (f"anxin/v1/{device}/up/telemetry", _reading(1)),
        (f"anxin/v1/{device}/up/status", b'{"online": true, "firmware": "kept"}'),
        retain=True,
    )
    subscriber = await subscribe(broker.url)
    await until(lambda: subscriber.sources[0].counters.messages == 3, "the retained messages")
    await until(lambda: len(world.run("SELECT 1 FROM device_state WHERE firmware = 'kept'")) == 1, "the status")
    assert subscriber.sources[0].counters.ignored == 2
    await until(lambda: pipeline.counters.stored == 1, "the status is acknowledged")
    assert world.incidents() == []
    assert world.run("SELECT 1 FROM reading") == []


async def test_a_message_that_says_retain_while_it_is_live_is_taken_in(
    world: World, broker: Broker, subscribe: Subscribe
) -> None:
    device = world.device()
    await subscribe(broker.url)
    await _publish(broker, (f"anxin/v1/{device}/up/event", _press()), retain=True)
    await until(lambda: len(world.incidents()) == 1, "an incident")


async def test_bad_payloads_fill_no_window(world: World, broker: Broker, subscribe: Subscribe) -> None:
    device = world.device()
    await subscribe(broker.url + "?window=5")
    bad = [(f"anxin/v1/{device}/up/telemetry", f"garbage {number}".encode()) for number in range(20)]
    strange = [("anxin/v1/nobody/up/telemetry", _reading(number)) for number in range(20)]
    await _publish(broker, *bad, *strange, (f"anxin/v1/{device}/up/telemetry", _reading(1)))
    await until(lambda: len(world.run("SELECT 1 FROM reading")) == 1, "the good one behind them")
    assert len(world.run("SELECT 1 FROM quarantined_message")) == 40
    kinds = world.run("SELECT kind FROM maintenance_item WHERE state = 'open' ORDER BY kind")
    assert [row["kind"] for row in kinds] == ["quarantine", "unknown_device"]


async def test_a_press_overtakes_a_window_full_of_readings(world: World, broker: Broker, subscribe: Subscribe) -> None:
    devices = [world.device() for _ in range(20)]
    presser = world.device(worn_by=world.recipient())
    subscriber = await subscribe(broker.url)
    readings = [(f"anxin/v1/{devices[number % 20]}/up/telemetry", _reading(number)) for number in range(2000)]
    flood = asyncio.create_task(_publish(broker, *readings))
    await until(lambda: subscriber.sources[0].counters.messages > 100, "the flood has begun")
    await _publish(broker, (f"anxin/v1/{presser}/up/event", _press()))
    await until(lambda: len(world.incidents()) == 1, "an incident", within_s=3)
    await flood
    await until(lambda: len(world.run("SELECT 1 FROM reading")) == 2000, "all readings")


async def test_a_database_that_is_away_holds_the_acknowledgements(
    world: World, broker: Broker, subscribe: Subscribe, pipeline: Pipeline
) -> None:
    device = world.device(worn_by=world.recipient())
    await subscribe(broker.url)
    await _publish(broker, (f"anxin/v1/{device}/up/event", _press("p-0")))
    await until(lambda: len(world.incidents()) == 1, "an incident")
    with _no_new_connections(world):
        await _publish(broker, *((f"anxin/v1/{device}/up/event", _press(f"p-{number}")) for number in range(1, 11)))
        await until(lambda: pipeline.counters.retried >= 2, "it tries")
        assert not pipeline.storing
        assert pipeline.counters.stored == 1
    await until(lambda: pipeline.counters.stored == 11, "all of them")
    assert len(world.run("SELECT 1 FROM alert")) == 11
    assert len(world.incidents()) == 1


async def test_a_source_is_entered_with_its_password(world: World, tmp_path: Path, subscribe: Subscribe) -> None:
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    made = await asyncio.create_subprocess_exec("mosquitto_passwd", "-b", passwords, "hub", "wort@1")
    assert await made.wait() == 0
    with Broker(tmp_path, access=f"allow_anonymous false\npassword_file {passwords}") as broker:
        device = world.device()
        await subscribe(f"mqtt://hub:wort%401@127.0.0.1:{broker.port}/")
        await _publish(broker, (f"anxin/v1/{device}/up/event", _press()), account=("hub", "wort@1"))
        await until(lambda: len(world.incidents()) == 1, "an incident")


async def test_the_broker_may_go_and_come_back(world: World, broker: Broker, subscribe: Subscribe) -> None:
    device = world.device()
    subscriber = await subscribe(broker.url)
    broker.kill()
    await until(lambda: subscriber.sources[0].away_for_s > 0, "it has noticed")
    broker.start()
    await until(lambda: subscriber.sources[0].away_for_s == 0, "it is back")
    await _publish(broker, (f"anxin/v1/{device}/up/event", _press()))
    await until(lambda: len(world.incidents()) == 1, "an incident")


async def test_a_device_behind_a_broker_is_told_there(
    database: str, world: World, broker: Broker, subscribe: Subscribe
) -> None:
    device, at_the_door = world.device(worn_by=world.recipient()), world.device()
    subscriber = await subscribe(broker.url)
    heard: list[tuple[str, dict[str, object]]] = []
    listener = await asyncio.to_thread(
        Listener, broker.port, "anxin/v1/+/down/#", lambda topic, payload: heard.append((topic, json.loads(payload)))
    )
    pool = await open_pool(database, name="test", max_size=2)
    post = asyncio.create_task(
        BrokerPost(database, pool, subscriber.sources, lambda one: one == str(at_the_door)).run()
    )
    await _publish(broker, *((f"anxin/v1/{one}/up/event", _press(f"p-{one}")) for one in (at_the_door, device)))
    await until(lambda: len(heard) == 1, "an acknowledgement")
    topic, told = heard[0]
    assert topic == f"anxin/v1/{device}/down/ack"
    assert (told["ref"], told["stage"]) == (f"p-{device}", "received")
    waiting = "SELECT device_id FROM down_message WHERE delivered_at IS NULL"
    await until(lambda: [row["device_id"] for row in world.run(waiting)] == [at_the_door], "it is on record")
    post.cancel()
    await asyncio.gather(post, return_exceptions=True)
    await asyncio.to_thread(listener.close)
    await pool.close()
