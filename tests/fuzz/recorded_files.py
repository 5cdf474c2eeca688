"""Recordings of `hub judge`. The first octet chooses people or traffic, and how the file is packed."""

import gzip
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import zstandard

from hub.judge.recordings import RecordingError, read_moment, read_people, read_traffic
from tests.fuzz.bounds import bounded_time

_FOLDER = Path(tempfile.mkdtemp(prefix="anxin-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))  # noqa: S108 - memory, for speed
_ENDINGS = ("", "", "", "", ".gz", ".zst", ".gz", ".zst")


def check(octets: bytes) -> None:
    """Only `RecordingError`, with the file's name in it."""
    if not octets:
        return
    choice, content = octets[0], octets[1:]
    path = _FOLDER / f"{os.getpid()}.jsonl{_ENDINGS[choice >> 1 & 7]}"
    path.write_bytes(_packed(content, path.suffix) if choice & 16 else content)
    with bounded_time():
        try:
            _read_people(path) if choice & 1 else _read_traffic(path)
        except RecordingError as error:
            assert str(error).startswith(str(path))
        finally:
            path.unlink()


def _packed(content: bytes, suffix: str) -> bytes:
    match suffix:
        case ".gz":
            return gzip.compress(content, 1, mtime=0)
        case ".zst":
            return zstandard.ZstdCompressor(level=1).compress(content)
        case _:
            return content


def _read_people(path: Path) -> None:
    for person in read_people(path):
        assert isinstance(person.id, str)
        assert all(isinstance(speaker.id, str) for speaker in person.devices)
        for span in person.modes:
            assert span.from_at.utcoffset() == timedelta(0)


def _read_traffic(path: Path) -> None:
    for line in read_traffic(path):
        assert isinstance(line.payload, bytes)
        assert isinstance(line.topic, str)
        assert line.at.utcoffset() == timedelta(0)
        assert read_moment(line.at.isoformat()) == line.at
