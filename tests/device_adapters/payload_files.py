"""The payload folders of the hub's own families."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device_adapters.captured import CapturedMessage

PAYLOADS = Path(__file__).parent / "payloads"


@dataclass(frozen=True)
class PayloadFile:
    path: Path
    message: CapturedMessage


def payload_files(family: str) -> Iterator[PayloadFile]:
    for path in sorted((PAYLOADS / family).rglob("*.json")):
        yield PayloadFile(path, CapturedMessage.model_validate_json(path.read_bytes()))
