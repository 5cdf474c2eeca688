"""Decoding keeps nothing of what it has decoded: a hub that reads payloads for years weighs what it weighed."""

import gc
import json
import tracemalloc
from collections.abc import Callable

import pytest

from device_adapters.json_payloads import read_object
from device_adapters.readings import Reading, ReadingBatch
from device_adapters.statuses import DeviceStatus

MESSAGES = 800
#: A cache of text holds some 200 bytes for each of them; what else comes and goes in between is far less.
KEPT_BYTES_MAX = 30_000


@pytest.mark.parametrize(
    "decode",
    [read_object, Reading.model_validate_json, ReadingBatch.model_validate_json, DeviceStatus.model_validate_json],
)
def test_nothing_of_a_payload_is_kept_once_it_is_decoded(decode: Callable[[bytes], object]) -> None:
    def read_from(first: int) -> None:
        for number in range(first, first + MESSAGES):
            reading = {"id": f"{decode!r:.20}-{number:030}", "measured_at": f"2026-11-22T06:57:38.{number:06}Z"}
            decode(json.dumps({**reading, "online": True, "boot_id": reading["id"], "readings": [reading]}).encode())

    read_from(0)  # what is built once is built
    tracemalloc.start()
    try:
        read_from(MESSAGES)
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < KEPT_BYTES_MAX
