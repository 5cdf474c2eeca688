"""kill -9 of everything while two hundred people press: what was acknowledged is in exactly one incident."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.bench.county import Button
from hub.bench.hub_process import HubProcess
from hub.bench.publisher import Publisher
from tests.stories.cast import Phone, Village, wait_until

PEOPLE = 200
PRESSES_EACH = 4
#: Who is killed, in which order; a fixed seed chooses the moments.
VICTIMS = ("ingest", "duty", "postgres", "web", "ingest", "supervisor", "duty", "postgres")
#: One text is owed for each incident, two seconds after it opened; the next one is an hour away.
ONE_TEXT = {
    "steps": [{"after_s": 2, "notify": "contacts"}],
    "repeat": 0,
    "then_every_s": 3600,
    "ack_timeout_s": 3600,
}


@pytest.fixture
def fragile_hub(hub_directory: Path) -> Iterator[HubProcess]:
    """A hub of this story's own, because it will not live long."""
    directory = hub_directory / "fragile"
    directory.mkdir(mode=0o755)
    with HubProcess(directory / "data", {"HUB_SMS": f"log:{directory / 'texts.jsonl'}"}) as running:
        running.api.put("/api/v1/policies/default", ONE_TEXT)
        yield running


@dataclass
class Crowd:
    """Devices that repeat a press until it is acknowledged, whatever happens to their connection."""

    hub: HubProcess
    acknowledged: set[str] = field(default_factory=set)
    cut: int = 0

    async def press_all(self, buttons: list[Button]) -> None:
        dice = random.Random(20261122)
        await asyncio.gather(*(self._press(button, dice.random()) for button in buttons))

    async def _press(self, button: Button, offset_s: float) -> None:
        for number in range(PRESSES_EACH):
            await asyncio.sleep(offset_s + 1.5)
            event_id = f"{button.device_id}-{number}"
            payload = json.dumps({"id": event_id, "event": "sos_pressed"}).encode()
            await self._insist(button, payload)
            self.acknowledged.add(event_id)

    async def _insist(self, button: Button, payload: bytes) -> None:
        while True:
            publisher = Publisher(button, "127.0.0.1", self.hub.mqtt_port)
            try:
                async with asyncio.timeout(15):
                    await publisher.connect()
                    await publisher.publish_all("event", [payload], window=1)
            except (OSError, EOFError, TimeoutError):
                self.cut += 1
                await asyncio.sleep(0.3)
            else:
                return
            finally:
                with suppress(OSError, AttributeError):
                    await publisher.close()


async def _kill_one_after_the_other(hub: HubProcess) -> None:
    dice = random.Random(7)
    for victim in VICTIMS:
        await asyncio.sleep(0.6 + dice.random())
        await asyncio.to_thread(hub.kill, victim)
        if victim == "supervisor":
            await asyncio.to_thread(hub.start_again)
        await asyncio.to_thread(hub.wait_until_ready)


@pytest.mark.timeout(300)
def test_kill_minus_nine_of_everything_while_two_hundred_people_press(
    fragile_hub: HubProcess, hub_directory: Path
) -> None:
    village = Village(fragile_hub)
    buttons, phones = [], {}
    for number in range(PEOPLE):
        phones[number] = f"1009{number:07d}"
        recipient = village.recipient(f"示例{number}", contacts=(phones[number],))
        device = village.device(recipient)
        buttons.append(Button(device["id"], device["mqtt"]["password"], recipient["id"]))

    crowd = Crowd(fragile_hub)

    async def night() -> None:
        async with asyncio.timeout(200):
            await asyncio.gather(crowd.press_all(buttons), _kill_one_after_the_other(fragile_hub))

    asyncio.run(night())
    assert crowd.cut > 0, "nothing was ever cut: the kills missed"
    assert len(crowd.acknowledged) == PEOPLE * PRESSES_EACH

    incidents = fragile_hub.api.all_items("/api/v1/incidents?limit=200")
    held = Counter(alert["event_id"] for incident in incidents for alert in incident["alerts"])
    assert set(held) == crowd.acknowledged
    assert set(held.values()) == {1}
    assert Counter(incident["subject"]["id"] for incident in incidents) == {
        button.recipient_id: 1 for button in buttons
    }
    fragile_hub.wait_until_ready()  # the doors open a moment before ingest says that it works
    _verifies_clean(fragile_hub)
    _every_text_left_once(fragile_hub, Phone(hub_directory / "fragile" / "texts.jsonl"), list(phones.values()))


def _verifies_clean(hub: HubProcess) -> None:
    """The hub's own recount, while it runs: everything is where it belongs, memory and rows are the same."""
    code, lines = hub.answers("verify", "--last", "1h", "--states", "0")
    assert (code, [line for line in lines if line.get("explained") is False]) == (0, [])
    checked = lines[-1]["checked"]
    assert checked["events"] == checked["judged"] == PEOPLE * PRESSES_EACH
    assert checked["memory"] == PEOPLE


def _every_text_left_once(hub: HubProcess, phone: Phone, numbers: list[str]) -> None:
    wait_until(lambda: all(phone.texts_to(number) for number in numbers), within_s=60)
    doubled = {number for number in numbers if len(phone.texts_to(number)) > 1}
    notifications = hub.api.all_items("/api/v1/notifications?limit=200")
    marked = {
        text["attempt_id"]
        for number in doubled
        for text in phone.texts_to(number)
        for notification in notifications
        for attempt in notification["attempts"]
        if attempt["id"] == text["attempt_id"] and (attempt["repeats_unknown"] or attempt["state"] == "unknown")
    }
    for number in doubled:
        texts = phone.texts_to(number)
        told = [one for one in notifications if one["destination_masked"][-4:] == number[-4:]]
        assert sum(text["attempt_id"] in marked for text in texts) >= len(texts) - 1, f"doubled: {texts}, {told}"
