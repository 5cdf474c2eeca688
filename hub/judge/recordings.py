"""Recordings: people and traffic, one JSON object a line, plain or compressed (`.gz`, `.zst`).

Whatever is wrong with a line is said with its number. Unknown fields are left alone.
"""

import base64
import binascii
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import zstandard
from pydantic_core import from_json, to_json

from alerts.modes import Mode, ModeSpan
from hub.ingest.attribution import Speaker


class RecordingError(ValueError):
    """A file, or a line of one, that cannot be used; says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One line of the people."""

    id: str
    timezone: str | None
    lives_alone: bool
    monitoring: dict[str, Any]
    modes: tuple[ModeSpan, ...]
    devices: tuple[Speaker, ...]
    keys: dict[str, str]  #: Serial numbers, where vendors' messages name devices so: key -> device id.


@dataclass(slots=True)
class Line:
    """One line of the traffic. Not frozen: tens of thousands a second are made."""

    at: datetime
    topic: str
    payload: bytes


def read_people(path: Path) -> list[Person]:
    """Everybody.

    Raises:
        RecordingError: with the line that is wrong.
    """
    people: list[Person] = []
    with open_recording(path) as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.strip():
                continue
            try:
                people.append(_person(from_json(raw)))
            except (ValueError, TypeError, KeyError) as error:
                raise RecordingError(f"{path}, line {number}: {_say(error)}") from error
    return people


def read_traffic(path: Path) -> Iterator[Line]:
    """Every message, in the order of the file.

    Raises:
        RecordingError: with the line that is wrong.
    """
    with open_recording(path) as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.strip():
                continue
            try:
                line = _line(from_json(raw))
            except (ValueError, TypeError, KeyError) as error:
                raise RecordingError(f"{path}, line {number}: {_say(error)}") from error
            yield line


def read_moment(text: str) -> datetime:
    """RFC 3339 with an offset, as UTC.

    Raises:
        ValueError: it has none.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is outside of what a clock can show") from None


@contextmanager
def open_recording(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a recording, decompressed by the end of its name.

    Raises:
        RecordingError: it cannot be opened, or is not compressed as its name says.
    """
    try:
        with path.open("rb") as file:
            match path.suffix:
                case ".gz":
                    with gzip.GzipFile(fileobj=file) as unpacked:
                        yield io.BufferedReader(unpacked)
                case ".zst":
                    yield io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True))
                case _:
                    yield file
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except (EOFError, zlib.error, zstandard.ZstdError) as error:
        raise RecordingError(f"{path}: not what its name says: {error}") from error


def _person(fields: dict[str, Any]) -> Person:
    person_id = str(fields["id"])
    listed = _objects(fields, "devices")
    return Person(
        id=person_id,
        timezone=fields.get("timezone"),
        lives_alone=bool(fields.get("lives_alone", True)),  # unknown counts as alone, as on file
        monitoring=dict(fields.get("monitoring") or {}),
        modes=tuple(_mode(mode) for mode in _objects(fields, "modes")),
        devices=tuple(_speaker(device) for device in listed),
        keys={str(device["serial"]): str(device["id"]) for device in listed if device.get("serial") is not None},
    )


def _objects(fields: dict[str, Any], name: str) -> list[dict[str, Any]]:
    listed = fields.get(name) or []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise TypeError(f"{name} is no list of objects")
    return listed


def _speaker(device: dict[str, Any]) -> Speaker:
    gateway_id = device.get("gateway_id")
    return Speaker(
        id=str(device["id"]),
        kind=str(device.get("kind", "unknown")),
        gateway_id=None if gateway_id is None else str(gateway_id),
    )


def _mode(mode: dict[str, Any]) -> ModeSpan:
    until = mode.get("until")
    return ModeSpan(
        mode=Mode(mode["mode"]),
        from_at=read_moment(mode["from"]),
        until_at=None if until is None else read_moment(until),
    )


def _line(fields: dict[str, Any]) -> Line:
    payload = fields["payload"]
    if not isinstance(payload, str):
        raw = to_json(payload)
    elif fields.get("encoding") == "base64":
        raw = base64.b64decode(payload, validate=True)
    else:
        raw = payload.encode()
    topic = fields["topic"]
    if not isinstance(topic, str):
        raise TypeError("the topic is no text")
    return Line(read_moment(fields["at"]), topic, raw)


def _say(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing"
    if isinstance(error, binascii.Error):
        return f"the payload is no base64: {error}"
    return str(error)
