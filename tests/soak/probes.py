"""Presses whose way to the stream is timed, each followed by the reference work that the same minute allows.

The reference is what a press needs of the machine and nothing of the hub: a line to another process and back, a
transaction of a few statements with an INSERT and its COMMIT on the same server, JSON read and written as often as a
few processes do, and a line again. Others who use the machine slow down both: the verdict takes them out by it.
"""

import asyncio
import json
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import psycopg
from psycopg.conninfo import make_conninfo

from hub.bench.hub_process import HubProcess
from hub.bench.stream_reader import StreamReader
from hub.embedded import RunFile
from tests.soak.insisting import LOST, InsistingDevice
from tests.soak.ledger import Ledger
from tests.soak.minutes import Latency

PER_MINUTE = 30
#: As many round trips to the database, and as much of the interpreter's time, as make the reference last about as long.
_STATEMENTS, _JSON_ROUNDS = 8, 60
_DOCUMENT = {"alerts": [{"id": str(number), "kind": "sos", "test": False} for number in range(10)]}
_SEEN_WITHIN_S = 5.0


def dsn_of(data_dir: Path) -> str:
    """The embedded database's address while its hub runs; raises OSError when there is none."""
    note = RunFile.read(data_dir)
    if note is None:
        raise FileNotFoundError(f"no hub runs on {data_dir}")
    return note.dsn


class Reference:
    """The echoing process, and a connection to a database of the server that is not the hub's."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._connection: psycopg.AsyncConnection[object] | None = None
        self._echo: asyncio.subprocess.Process | None = None
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def start(self) -> None:
        """Start the echo."""
        self._echo = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.soak.echo", stdout=asyncio.subprocess.PIPE
        )
        assert self._echo.stdout is not None
        port = int(await self._echo.stdout.readline())
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)

    async def stop(self) -> None:
        """End the echo."""
        if self._connection is not None:
            await self._connection.close()
        if self._echo is not None and self._echo.returncode is None:
            self._writer.close()
            self._echo.terminate()
            await self._echo.wait()

    async def work_ms(self) -> float | None:
        """One piece of the reference work; None when the database is away."""
        try:
            async with asyncio.timeout(_SEEN_WITHIN_S):
                connection = await self._connected()
                began = perf_counter()
                await self._say()
                async with connection.transaction():
                    for _ in range(_STATEMENTS):
                        await connection.execute("SELECT at FROM soak_reference LIMIT 1")
                    await connection.execute("INSERT INTO soak_reference (at) VALUES (now())")
                for _ in range(_JSON_ROUNDS):
                    json.loads(json.dumps(_DOCUMENT))
                await self._say()
                return (perf_counter() - began) * 1000
        except (psycopg.Error, *LOST):
            if self._connection is not None:
                with suppress(psycopg.Error):
                    await self._connection.close()
            self._connection = None
            return None

    async def _say(self) -> None:
        self._writer.write(b"are you there\n")
        await self._reader.readline()

    async def _connected(self) -> "psycopg.AsyncConnection[object]":
        if self._connection is None:
            dsn = make_conninfo(dsn_of(self._data_dir), dbname="postgres")
            self._connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
            await self._connection.execute("CREATE TABLE IF NOT EXISTS soak_reference (at timestamptz NOT NULL)")
            await self._connection.execute("TRUNCATE soak_reference")
        return self._connection


class Probes:
    """Presses in turn, evenly over the minute."""

    def __init__(self, hub: HubProcess, devices: list[InsistingDevice], ledger: Ledger, reference: Reference) -> None:
        self._hub = hub
        self._devices = devices
        self._ledger = ledger
        self._reference = reference
        self._number = 0
        self._stream = StreamReader(hub.http_port, hub.api.key or "")
        self._late: set[asyncio.Task[None]] = set()

    async def follow_stream(self) -> None:
        """Read the stream, again and again, until cancelled."""
        while True:
            with suppress(*LOST):
                await self._stream.run()
            await asyncio.sleep(0.3)

    async def measure(self, until_s: float) -> Latency:
        """Probes until this moment of the loop's clock, evenly spaced, and what they measured."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        presses_ms: list[float] = []
        references_ms: list[float] = []
        met_fault = 0
        for number in range(PER_MINUTE):
            await asyncio.sleep(began_s + (until_s - began_s) * number / PER_MINUTE - loop.time())
            press_ms = await self._press_ms()
            reference_ms = await self._reference.work_ms()
            if press_ms is None or reference_ms is None:
                met_fault += 1
                continue
            presses_ms.append(round(press_ms, 2))
            references_ms.append(round(reference_ms, 2))
        self._stream.seen.clear()
        return Latency(met_fault=met_fault, presses_ms=tuple(presses_ms), references_ms=tuple(references_ms))

    async def finish(self) -> None:
        """Until the presses that met a fault are acknowledged too."""
        while self._late:
            await asyncio.wait(self._late)

    async def _press_ms(self) -> float | None:
        self._number += 1
        device = self._devices[self._number % len(self._devices)]
        event_id = f"probe-{self._number}"
        press = {"id": event_id, "event": "sos_pressed", "occurred_at": datetime.now(UTC).isoformat()}
        payload = json.dumps(press).encode()
        try:
            async with asyncio.timeout(_SEEN_WITHIN_S):
                began = await device.publish("event", [payload])
        except LOST:
            late = asyncio.create_task(self._deliver_late(device, event_id, payload))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            return None
        self._ledger.presses.add((device.device_id, event_id))
        try:
            await self._stream.wait_for(event_id, _SEEN_WITHIN_S)
        except TimeoutError:
            return None
        return (self._stream.seen[event_id] - began) * 1000

    async def _deliver_late(self, device: InsistingDevice, event_id: str, payload: bytes) -> None:
        await device.drop()
        await device.deliver("event", [payload])
        self._ledger.presses.add((device.device_id, event_id))
