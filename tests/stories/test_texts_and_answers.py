"""The SMS gateway is a real SMPP peer: texts arrive, receipts come back, and one reply takes the incident."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from hub.bench.hub_process import HubProcess
from tests.smpp_peer import Manner, SmppPeer
from tests.stories.cast import Device, Json, Village, wait_until

LADDER = {
    "steps": [{"after_s": 1, "notify": "contacts"}],
    "repeat": 0,
    "then_every_s": 600,
    "ack_timeout_s": 600,
}


@asynccontextmanager
async def hub_with_gateway(directory: Path, manner: Manner) -> AsyncIterator[tuple[Village, SmppPeer]]:
    """A hub whose texts go to an SMSC of the test's."""
    peer = SmppPeer(manner)
    await peer.start()
    hub = HubProcess(directory / uuid4().hex, {"HUB_SMS": peer.url, "HUB_SMS_SIGNATURE": "示例县民政"})
    try:
        await asyncio.to_thread(hub.start)
        await asyncio.to_thread(hub.api.put, "/api/v1/policies/default", LADDER)
        yield Village(hub), peer
    finally:
        await asyncio.to_thread(hub.stop)
        await peer.stop()


def _press(village: Village, number: str) -> tuple[Json, Device]:
    device = village.worn_device(contacts=(number,))
    with device:
        event_id = device.press()
    return village.incident_with(event_id), device


async def test_a_text_is_delivered_whenever_its_receipt_comes_and_its_answer_takes_the_incident(
    hub_directory: Path,
) -> None:
    async with hub_with_gateway(hub_directory, Manner.DELIVER) as (village, peer):
        for turn, manner in enumerate((Manner.DELIVER, Manner.DELIVER_EARLY, Manner.DELIVER_TWICE), start=1):
            peer.manner = manner
            await _is_told_and_takes(village, peer, f"1000000007{turn}", texts_by_now=turn)


async def _is_told_and_takes(village: Village, peer: SmppPeer, number: str, *, texts_by_now: int) -> None:
    incident, _ = await asyncio.to_thread(_press, village, number)
    text = (await peer.wait_for_texts(texts_by_now))[-1]
    assert text.destination == number
    assert text.text.startswith("【示例县民政】")
    assert len(text.text) <= 70
    await asyncio.to_thread(wait_until, lambda: _states(village, incident) == ["delivered"], within_s=10)
    assert await peer.reply(number, "１")
    taken = await asyncio.to_thread(
        wait_until, lambda: _if_taken(village.api.get(f"/api/v1/incidents/{incident['id']}")), within_s=10
    )
    assert taken["acknowledged_by"]["type"] == "caregiver"
    assert taken["responding_at"] is not None
    assert await peer.reply(number, "3")
    await asyncio.to_thread(
        wait_until, lambda: village.api.get(f"/api/v1/incidents/{incident['id']}")["arrived_at"], within_s=10
    )


#: Half a minute of waiting. Short: `test_a_gateway_that_takes_texts_and_answers_none_is_left_for_a_new_bind`.
@pytest.mark.long
async def test_a_gateway_that_takes_texts_and_never_answers_is_left_for_a_new_bind(
    hub_directory: Path,
) -> None:
    number = "10000000008"
    async with hub_with_gateway(hub_directory, Manner.DELIVER) as (village, peer):
        port = peer.port
        await peer.stop()  # smpp34 keeps the connection, and answers no text on it any more
        incident, _ = await asyncio.to_thread(_press, village, number)
        late = SmppPeer(Manner.DELIVER, port=port)
        await late.start()
        try:
            await late.wait_for_texts(1, within_s=60)
            await asyncio.to_thread(wait_until, lambda: _states(village, incident) == ["delivered"], within_s=10)
        finally:
            await late.stop()


def _states(village: Village, incident: Json) -> list[str]:
    notifications = village.api.all_items(f"/api/v1/notifications?incident_id={incident['id']}")
    return [notification["state"] for notification in notifications]


def _if_taken(incident: Json) -> Json | None:
    return incident if incident["state"] == "acknowledged" else None
