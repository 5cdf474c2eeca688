"""Recipients with buttons, made through the API as an installer's program would."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hub.bench.http_json import HttpJson


@dataclass(frozen=True, slots=True)
class Button:
    """A device with its credentials, and who wears it."""

    device_id: str
    password: str
    recipient_id: str


def make_buttons(api: HttpJson, count: int, kind: str = "call_button") -> list[Button]:
    """So many recipients, one device each."""
    with ThreadPoolExecutor(max_workers=4) as several:
        return list(several.map(lambda number: _make_button(api, number, kind), range(count)))


def _make_button(api: HttpJson, number: int, kind: str) -> Button:
    recipient = api.post("/api/v1/recipients", {"name": f"示例{number:04d}"})
    device = api.post("/api/v1/devices", {"kind": kind, "recipient_id": recipient["id"]})
    return Button(device["id"], device["mqtt"]["password"], recipient["id"])
