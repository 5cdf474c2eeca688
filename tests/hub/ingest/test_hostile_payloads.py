"""What a decoder lets through, the database takes: kept inputs of the fuzzer and evil changes of them, all the way in.

A payload that is read and then refused by the database would hold up its lane until it is set apart; here none is.
"""

import asyncio
import json
from dataclasses import replace
from random import Random

from device_adapters import UnreadableError, decode_event, decode_status, decode_telemetry
from hub.ingest.pipeline import Pipeline
from hub.ingest.source import Leaf
from hub.storage.quarantine import TOPIC_KEPT_MAX_CHARS
from tests.fuzz.adapter_payloads import EVIL, change_json
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import CORPUS, FINDINGS, TARGETS
from tests.hub.ingest.worlds import NOW, Sent, World

SEED = 20_261_122
CHANGES = 400
_WITHIN_S = 60
_DECODERS = {Leaf.EVENT: decode_event, Leaf.TELEMETRY: decode_telemetry, Leaf.STATUS: decode_status}


def hostile_payloads() -> list[bytes]:
    target = TARGETS["adapter_anxin"]
    kept = [path.read_bytes() for folder in (CORPUS, FINDINGS) for path in target.kept(folder)]
    payloads = [octets.partition(b"\n")[2] for octets in (*kept, *seeds()["adapter_anxin"])]
    dice = Random(SEED)
    for _ in range(CHANGES):
        changed = change_json(dice.choice(payloads), dice, lambda octets, most: octets[:most])
        if changed is not None:
            payloads.append(changed)
    whole = {"event": "sos_pressed", "measured_at": NOW.isoformat(), "online": True}
    for field in ("id", "seq", "boot_id", "occurred_at", "sent_at", "component", "evidence", "location", "steps", "x"):
        text = json.dumps({**whole, field: "@"})
        payloads.extend(text.replace('"@"', evil).encode(errors="replace") for evil in EVIL)
    return payloads


def reason_of(payload: bytes, leaf: Leaf) -> str | None:
    try:
        _DECODERS[leaf](payload)
    except UnreadableError as error:
        return error.code
    return None


async def test_what_can_be_read_can_be_stored_whatever_is_in_it(world: World, pipeline: Pipeline) -> None:
    devices = [world.device(worn_by=world.recipient()) for _ in range(12)]
    payloads = [(payload, leaf) for payload in hostile_payloads() for leaf in _DECODERS]
    sent = Sent()
    for number, (payload, leaf) in enumerate(payloads):
        pipeline.accept(sent.message(devices[number % 12], payload, leaf, packet_id=number % 60_000 + 1))
    async with asyncio.timeout(_WITHIN_S):
        while len(sent.answers) < len(payloads):
            await asyncio.sleep(0.02)
    assert set(sent.answers) == {"acknowledged"}
    unreadable = {reason_of(payload, leaf) for payload, leaf in payloads}
    quarantined = {row["code"] for row in world.run("SELECT reason ->> 'code' AS code FROM quarantined_message")}
    assert quarantined == unreadable - {None}


async def test_of_a_topic_of_64_kilobytes_the_beginning_is_kept(world: World, pipeline: Pipeline) -> None:
    device = world.device()
    sent = Sent()
    topic = f"anxin/v1/{device}/up/" + "\u202e\x01" * 10_000
    pipeline.accept(replace(sent.message(device, b"{}"), topic=topic, leaf=Leaf.UNKNOWN))
    async with asyncio.timeout(_WITHIN_S):
        while not sent.answers:
            await asyncio.sleep(0.002)
    [row] = world.run("SELECT topic FROM quarantined_message")
    assert row["topic"] == topic[:TOPIC_KEPT_MAX_CHARS]
