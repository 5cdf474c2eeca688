"""Map tiles in an operator's `.mbtiles` file (MBTiles 1.3): one SQLite file, read only, of pictures.

Its rows count from the south (TMS), the addresses of a web map from the north. The file may be replaced while the hub
runs: it is opened for each look, which costs a fraction of a millisecond.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

#: Web maps end there: a tile of level 24 is 2 m wide.
ZOOM_MAX = 24
_VECTOR = frozenset({"pbf", "mvt"})
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"RIFF", "image/webp"),
    (b"GIF8", "image/gif"),
)
_METADATA = "SELECT name, value FROM metadata"
#: One look each by the index; both in one would read the whole file.
_LEVELS = "SELECT (SELECT min(zoom_level) FROM tiles), (SELECT max(zoom_level) FROM tiles)"
_TILE = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"


class ArchiveTrouble(StrEnum):
    """Why a file of tiles cannot be shown."""

    MISSING = "missing"  #: There is no such file, or it may not be read. 找不到地图文件
    UNREADABLE = "unreadable"  #: It is no MBTiles file. 地图文件无法读取
    VECTOR = "vector"  #: It holds shapes, not pictures. 地图文件是矢量格式


class ArchiveError(Exception):
    """The file of tiles cannot be shown; `trouble` says why."""

    def __init__(self, trouble: ArchiveTrouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a map covers, WGS-84 degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLook:
    """What a file says of itself."""

    min_zoom: int
    max_zoom: int
    bounds: Bounds | None
    attribution: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture."""

    picture: bytes
    media_type: str


class TileArchive:
    """One file of tiles. Its methods block for as long as the disk does: call them in a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def stamp(self) -> str:
        """Another text for another content of the file.

        Raises:
            ArchiveError: it is missing.
        """
        try:
            status = self._path.stat()
        except OSError as error:
            raise ArchiveError(ArchiveTrouble.MISSING) from error
        return f"{status.st_mtime_ns:x}-{status.st_size:x}"

    def look(self) -> ArchiveLook:
        """What it covers.

        Raises:
            ArchiveError: it is no file of pictures.
        """
        with self._opened() as file:
            said = {str(name): str(value) for name, value in file.execute(_METADATA)}
            if said.get("format", "").lower() in _VECTOR:
                raise ArchiveError(ArchiveTrouble.VECTOR)
            lowest, highest = file.execute(_LEVELS).fetchone()
        if lowest is None:
            raise ArchiveError(ArchiveTrouble.UNREADABLE)
        return ArchiveLook(
            min_zoom=_level(said.get("minzoom"), lowest),
            max_zoom=_level(said.get("maxzoom"), highest),
            bounds=_bounds(said.get("bounds", "")),
            attribution=said.get("attribution", ""),
        )

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """The picture at a web map's address; None where the file has none.

        Raises:
            ArchiveError: it is no file of pictures.
        """
        with self._opened() as file:
            row = file.execute(_TILE, (z, x, (1 << z) - 1 - y)).fetchone()
        if row is None or not isinstance(row[0], bytes):
            return None
        media_type = next((kind for magic, kind in _PICTURES if row[0].startswith(magic)), None)
        if media_type is None:
            raise ArchiveError(ArchiveTrouble.VECTOR)
        return Tile(row[0], media_type)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if not self._path.is_file():
            raise ArchiveError(ArchiveTrouble.MISSING)
        try:
            with closing(sqlite3.connect(f"file:{quote(str(self._path.absolute()))}?mode=ro", uri=True)) as file:
                yield file
        except sqlite3.Error as error:
            raise ArchiveError(ArchiveTrouble.UNREADABLE) from error


def _level(said: str | None, found: int) -> int:
    level = int(said) if said is not None and said.isascii() and said.isdigit() else found
    return max(0, min(level, ZOOM_MAX))


def _bounds(said: str) -> Bounds | None:
    """`west,south,east,north`; a file that says nothing, or nonsense, covers what it covers."""
    try:
        west, south, east, north = (float(part) for part in said.split(","))
    except ValueError:
        return None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return None
    return Bounds(west=west, south=south, east=east, north=north)
