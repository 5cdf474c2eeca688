"""What the desk's map is drawn on: which tiles there are, and the pictures of the hub's own file.

The pictures are as public as the desk's own script: they tell of land, not of people. So they need no caller, and no
connection to the database while a map is drawn.
"""

import asyncio
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from hub.api.callers import LOOKING_ROLES, Caller, requires
from hub.api.parts import parts_of
from hub.api.problems import not_found
from hub.settings import Datum, Settings
from hub.storage.accounts import Role
from hub.storage.divisions import nearest_center
from hub.storage.places import PointView
from hub.storage.tiles import ZOOM_MAX, ArchiveError, ArchiveTrouble, TileArchive

router = APIRouter(prefix="/map", tags=["map"])
pictures = APIRouter(tags=["map"])

OWN_TILES = "/tiles/{z}/{x}/{y}"
#: The file may be replaced; a browser asks again after a day, and is told "unchanged" for as long as it is.
_LIFETIME = "public, max-age=86400"
#: One pixel that shows what is below: the file ends there, which is no error.
_NOTHING = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000b49444154789c6360000200000500017a5eab3f0000000049454e44ae426082"
)


class BoundsView(BaseModel):
    """What the map covers."""

    west: float
    south: float
    east: float
    north: float


class MapView(BaseModel):
    """What to draw on.

    `source` none: nothing but markers; `trouble` says why a file that was chosen cannot be shown. `tiles` and `labels`
    are addresses with {z}, {x} and {y}; `datum` is what they are drawn in. `center` is that of the caller's division,
    or of what lies above it, WGS-84.
    """

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    source: Literal["file", "server", "none"]
    trouble: ArchiveTrouble | None = None
    tiles: str | None = None
    labels: str | None = None
    datum: Datum = "wgs84"
    min_zoom: int = 0
    max_zoom: int = 18
    bounds: BoundsView | None = None
    attribution: str = ""
    center: PointView | None = None


@router.get("")
async def base(caller: Annotated[Caller, requires(*LOOKING_ROLES, Role.INSTALLER)]) -> MapView:
    """What the desk's maps are drawn on, and where they begin."""
    settings = caller.parts.settings
    center = await nearest_center(caller.connection, caller.division_id)
    if settings.map_tiles is not None:
        chosen = _of_server(settings)
    elif settings.map_mbtiles is not None:
        chosen = await _of_file(settings, TileArchive(settings.map_mbtiles))
    else:
        chosen = MapView(source="none")
    return chosen.model_copy(update={"center": center})


def _of_server(settings: Settings) -> MapView:
    labels = settings.map_labels
    return MapView(
        source="server",
        tiles=settings.map_tiles.get_secret_value() if settings.map_tiles else None,
        labels=labels.get_secret_value() if labels else None,
        datum=settings.map_datum,
        max_zoom=settings.map_max_zoom,
        attribution=settings.map_attribution,
    )


async def _of_file(settings: Settings, archive: TileArchive) -> MapView:
    try:
        look = await asyncio.to_thread(archive.look)
    except ArchiveError as error:
        return MapView(source="none", trouble=error.trouble)
    covered = look.bounds
    return MapView(
        source="file",
        tiles=OWN_TILES,
        datum=settings.map_datum,
        min_zoom=look.min_zoom,
        max_zoom=look.max_zoom,
        bounds=BoundsView(**asdict(covered)) if covered else None,
        attribution=settings.map_attribution or look.attribution,
    )


_PICTURE = {
    "description": "The picture; one that shows nothing where the file ends",
    "content": {kind: {} for kind in ("image/png", "image/jpeg", "image/webp", "image/gif")},
}
_UNCHANGED = {"description": "The picture that the browser has is still the one"}
_NO_TILE = {"description": "No such tile, or no file of tiles", "content": {"application/problem+json": {}}}


@pictures.get(OWN_TILES, responses={200: _PICTURE, 304: _UNCHANGED, 404: _NO_TILE}, response_class=Response)
async def tile(z: str, x: str, y: str, request: Request) -> Response:
    """A tile of the hub's own file, by a web map's address: columns from the west, rows from the north."""
    place = _read_address(z, x, y)
    path = parts_of(request).settings.map_mbtiles
    if place is None or path is None:
        raise not_found("tile")
    archive = TileArchive(path)
    try:
        etag = f'"{await asyncio.to_thread(archive.stamp)}"'
        headers = {"ETag": etag, "Cache-Control": _LIFETIME}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        found = await asyncio.to_thread(archive.tile, *place)
    except ArchiveError as error:
        raise not_found("tile") from error
    if found is None:
        return Response(_NOTHING, media_type="image/png", headers=headers)
    return Response(found.picture, media_type=found.media_type, headers=headers)


def _read_address(*parts: str) -> tuple[int, int, int] | None:
    """Level, column and row; None where no tile can be."""
    if not all(part.isascii() and part.isdigit() and len(part) <= 9 for part in parts):
        return None
    z, x, y = (int(part) for part in parts)
    return (z, x, y) if z <= ZOOM_MAX and max(x, y) < 1 << z else None
