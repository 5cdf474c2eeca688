"""The ground of a storm: villages full of people, each with a device, who all cry for help in the same moment."""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any
from uuid import uuid4

import psutil

from hub.bench.county import Button
from hub.bench.http_json import HttpJson
from hub.bench.hub_process import HubProcess
from hub.bench.publisher import Publisher

Json = dict[str, Any]

#: Five hundred in ten seconds: six times what a minute of a storm is asked to bring.
CRIES_PER_S = 50
#: Mostly presses, some falls and empty beds, as an earthquake or a gas leak at night would have it.
HAPPENINGS = (
    ("call_button", "sos_pressed", "sos"),
    ("call_button", "sos_pressed", "sos"),
    ("fall_radar", "fall_confirmed", "fall"),
    ("mattress", "bed_absence", "bed"),
)
VILLAGE_NAMES = ("柳村", "杨村", "槐村", "榆村")
#: The helper is told after a second, and then nobody for the length of the story.
STORM_LADDER = {
    "steps": [
        {"after_s": 0, "notify": "desk"},
        {"after_s": 1, "notify": "helpers"},
        {"after_s": 600, "notify": "desk"},
    ],
    "repeat": 0,
    "then_every_s": 600,
    "ack_timeout_s": 600,
}


@dataclass(frozen=True, slots=True)
class Township:
    """Four villages with a helper each; `number` of two digits."""

    number: int

    @property
    def id(self) -> str:
        """Its code."""
        return f"9901010{self.number}000"

    @property
    def villages(self) -> dict[str, str]:
        """Their names, by code."""
        return {f"9901010{self.number}00{place}": name for place, name in enumerate(VILLAGE_NAMES, start=1)}

    @property
    def helpers(self) -> dict[str, str]:
        """The telephone of each village's helper."""
        return {village: f"10000{self.number}000{place}" for place, village in enumerate(self.villages)}


@dataclass(frozen=True, slots=True)
class Cry:
    """What one person's device will say, and what it will say it with."""

    button: Button
    village: str
    event: str
    kind: str  #: Of the incident that it must be.
    event_id: str

    @property
    def payload(self) -> bytes:
        """As the device sends it, now."""
        said = {"id": self.event_id, "event": self.event, "occurred_at": datetime.now(UTC).isoformat()}
        return json.dumps(said).encode()


def prepare(hub: HubProcess, township: Township, people: int) -> list[Cry]:
    """The township with its helpers and a ladder of its own, and so many people in its villages."""
    api = hub.api
    api.post("/api/v1/divisions", {"id": township.id, "name": "风暴乡"})
    for village, name in township.villages.items():
        api.post("/api/v1/divisions", {"id": village, "name": name})
        entry = {"name": "王帮扶", "phone": township.helpers[village]}
        api.put("/api/v1/rosters", {"division_id": village, "role": "helper", "entries": [entry]})
    api.put("/api/v1/policies/storm", {**STORM_LADDER, "when": {"division_id": township.id}})
    wanted = zip(islice(cycle(township.villages), people), islice(_happenings(), people), strict=True)
    with ThreadPoolExecutor(max_workers=4) as several:
        return list(several.map(lambda one: _settle(api, one[0], one[1]), wanted))


def _happenings() -> Any:
    """Each village gets all of them."""
    return (happening for happening in cycle(HAPPENINGS) for _ in VILLAGE_NAMES)


def _settle(api: HttpJson, village: str, happening: tuple[str, str, str]) -> Cry:
    device_kind, event, kind = happening
    recipient = api.post("/api/v1/recipients", {"name": "李示例", "division_id": village, "sex": "female"})
    device = api.post("/api/v1/devices", {"kind": device_kind, "recipient_id": recipient["id"]})
    button = Button(device["id"], device["mqtt"]["password"], recipient["id"])
    return Cry(button, village, event, kind, uuid4().hex)


class Machine:
    """How much of this machine was left to the hub and the story from the beginning on, while others worked, too."""

    def __init__(self, hub: HubProcess) -> None:
        self._hub = hub
        self._busy_s, self._ours_s, self._began_s = _busy_s(), self._used_s(), time.monotonic()

    @property
    def slowed_by(self) -> float:
        """Of a machine of which others use four fifths a fifth is left: whatever it does takes five times as long."""
        had_s = (psutil.cpu_count() or 1) * (time.monotonic() - self._began_s)
        others_s = (_busy_s() - self._busy_s) - (self._used_s() - self._ours_s)
        return 1 / min(1.0, max(0.05, 1 - others_s / had_s))

    def _used_s(self) -> float:
        times = [process.cpu_times() for process in (*self._hub.processes(), psutil.Process())]
        return sum(used.user + used.system + used.children_user + used.children_system for used in times)


def _busy_s() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait)


def cry_out(hub: HubProcess, cries: list[Cry]) -> None:
    """All of them within seconds, each on its own connection; returns when each is acknowledged."""
    asyncio.run(_cry_out(hub, cries))


async def _cry_out(hub: HubProcess, cries: list[Cry]) -> None:
    publishers = [Publisher(cry.button, "127.0.0.1", hub.mqtt_port) for cry in cries]
    for publisher in publishers:
        await publisher.connect()
    cried = []
    for publisher, cry in zip(publishers, cries, strict=True):
        cried.append(asyncio.create_task(publisher.publish_all("event", [cry.payload], window=1)))
        await asyncio.sleep(1 / CRIES_PER_S)
    await asyncio.gather(*cried)
    await asyncio.gather(*[publisher.close() for publisher in publishers], return_exceptions=True)
