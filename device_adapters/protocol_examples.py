"""Examples of every message of the hub's own protocol, for its published description. A test reads each of them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from device_adapters.device_events import DeviceEvent
from device_adapters.down_messages import DownAck, DownCommand
from device_adapters.readings import Reading, ReadingBatch
from device_adapters.statuses import DeviceStatus

EXAMPLES: Mapping[type[BaseModel], Mapping[str, dict[str, Any]]] = {
    Reading: {
        "smartwatch": {
            "id": "r-4711",
            "seq": 4711,
            "boot_id": "b-17",
            "measured_at": "2026-11-22T06:57:38.120Z",
            "heart_rate_bpm": 72,
            "spo2_pct": 97,
            "respiration_rate_bpm": 14,
            "systolic_mmhg": 128,
            "diastolic_mmhg": 80,
            "body_temperature_c": 36.6,
            "steps": 1234,
            "activity": 0.31,
            "posture": "sitting",
            "worn": True,
            "charging": False,
            "battery_pct": 88,
            "signal_dbm": -81,
            "location": {
                "lat": 37.62,
                "lon": 114.92,
                "accuracy_m": 12,
                "source": "gps",
                "datum": "wgs84",
                "fixed_at": 1795330640000,
            },
        },
        "mattress": {
            "measured_at": 1795330658120,
            "in_bed": True,
            "heart_rate_bpm": 58,
            "respiration_rate_bpm": 13.5,
            "body_movement": 3,
        },
    },
    ReadingBatch: {
        "bufferedHistory": {
            "readings": [
                {"id": "r-1", "measured_at": 1795327000000, "heart_rate_bpm": 70},
                {"id": "r-2", "measured_at": 1795327060000, "heart_rate_bpm": 71},
            ]
        }
    },
    DeviceEvent: {
        "press": {
            "id": "6f1c2b9e-press-1",
            "event": "sos_pressed",
            "occurred_at": "2026-11-22T06:57:38.120Z",
            "sent_at": "2026-11-22T06:57:38.300Z",
            "component": "button-1",
            "evidence": {"heart_rate_bpm": 118},
            "ack": True,
        },
        "testPress": {"id": "6f1c2b9e-press-2", "event": "sos_pressed", "test": True, "ack": True},
        "fallSuspected": {
            "id": "6f1c2b9e-fall-1",
            "event": "fall_suspected",
            "evidence": {"impact_g": 4.2},
            "ack": True,
        },
        "commandResult": {
            "id": "0193a7f2-6c00-7000-8000-0000000000c1",
            "event": "command_result",
            "evidence": {"done": True},
        },
    },
    DeviceStatus: {
        "online": {"online": True, "firmware": "2.4.1", "boot_id": "b-17"},
        "lastWill": {"online": False},
    },
    DownAck: {
        "received": {
            "ref": "6f1c2b9e-press-1",
            "stage": "received",
            "at": "2026-11-22T06:57:38.412000+00:00",
            "reason": None,
        },
        "refused": {
            "ref": "6f1c2b9e-press-9",
            "stage": "refused",
            "at": "2026-11-22T06:57:38.412000+00:00",
            "reason": "event_unknown",
        },
    },
    DownCommand: {
        "locate": {"id": "0193a7f2-6c00-7000-8000-0000000000c1", "command": "locate"},
        "message": {
            "id": "0193a7f2-6c00-7000-8000-0000000000c2",
            "command": "message",
            "text": "您的求助已收到。",
        },
        "setInterval": {"id": "0193a7f2-6c00-7000-8000-0000000000c3", "command": "set_interval", "interval_s": 300},
    },
}
