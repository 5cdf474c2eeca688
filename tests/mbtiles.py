"""A small file of map tiles, made here: plain squares with a border, as an operator's file would be."""

import sqlite3
import struct
import zlib
from collections.abc import Iterable
from contextlib import closing
from math import asinh, pi, radians, tan
from pathlib import Path

#: The demonstration's county and a little around it, WGS-84 degrees.
WEST, SOUTH, EAST, NORTH = 114.75, 37.5, 115.1, 37.75
_SIDE = 256


def png(red: int, green: int, blue: int) -> bytes:
    """A square of one colour, with a darker border to the north and west and a road across."""
    border, road, ground = (bytes(max(0, c - d) for c in (red, green, blue)) for d in (24, -14, 0))
    rows = []
    for y in range(_SIDE):
        if y == 0:
            rows.append(b"\0" + border * _SIDE)
        elif 120 <= y < 126:
            rows.append(b"\0" + road * _SIDE)
        else:
            rows.append(b"\0" + border + ground * 149 + road * 6 + ground * (_SIDE - 156))
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def tile_at(lat: float, lon: float, zoom: int) -> tuple[int, int]:
    """Column and row of a web map's tile, rows from the north."""
    count = 1 << zoom
    return int((lon + 180) / 360 * count), int((1 - asinh(tan(radians(lat))) / pi) / 2 * count)


def write_mbtiles(
    path: Path, *, zooms: Iterable[int] = range(9, 14), tile: bytes | None = None, **metadata: str | None
) -> Path:
    """A file over the demonstration's county; `metadata` adds to what it says of itself, None leaves it out."""
    levels = list(zooms)
    said: dict[str, str | None] = {
        "name": "county",
        "format": "png",
        "minzoom": str(min(levels)),
        "maxzoom": str(max(levels)),
        "bounds": f"{WEST},{SOUTH},{EAST},{NORTH}",
        "attribution": '<a href="https://example.org">示例地图</a>',
        **metadata,
    }
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE metadata (name text, value text)")
        file.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        file.execute("CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
        kept = [(name, value) for name, value in said.items() if value is not None]
        file.executemany("INSERT INTO metadata VALUES (?, ?)", kept)
        for zoom in levels:
            (west, north), (east, south) = tile_at(NORTH, WEST, zoom), tile_at(SOUTH, EAST, zoom)
            squares = [(x, y) for x in range(west, east + 1) for y in range(north, south + 1)]
            file.executemany(
                "INSERT INTO tiles VALUES (?, ?, ?, ?)",
                [(zoom, x, (1 << zoom) - 1 - y, tile or png(226 + (x + y) % 2 * 8, 232, 220)) for x, y in squares],
            )
    return path
