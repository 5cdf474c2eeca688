"""Map tiles: a file of an operator's, a server that was chosen, or none; and what the browser may load from where."""

from pathlib import Path
from typing import Any

import pytest

from hub.settings import Settings
from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, TOWNSHIP, VILLAGE, Client, Web
from tests.mbtiles import SOUTH, WEST, png, tile_at, write_mbtiles

TIANDITU = "https://t0.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=secret"
LABELS = "https://t1.tianditu.gov.cn/cva_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=secret"


def _choose(web: Web, **chosen: Any) -> None:
    web.parts = type(web.parts)(
        settings=Settings(**chosen), pool=web.pool, passwords=web.parts.passwords, broadcaster=web.parts.broadcaster
    )
    web.app.state.parts = web.parts  # type: ignore[attr-defined]


@pytest.fixture
def county_tiles(web: Web, tmp_path: Path) -> Path:
    """The hub serves a file of its own."""
    path = write_mbtiles(tmp_path / "county.mbtiles", zooms=range(9, 12))
    _choose(web, map_mbtiles=path)
    return path


async def test_without_a_map_the_desk_is_told_so(admin: Client) -> None:
    base = (await admin.get("/map")).json()
    assert (base["source"], base["tiles"], base["trouble"], base["center"]) == ("none", None, None, None)


async def test_a_file_says_what_it_covers(web: Web, admin: Client, county_tiles: Path) -> None:
    base = (await admin.get("/map")).json()
    assert (base["source"], base["tiles"], base["datum"]) == ("file", "/tiles/{z}/{x}/{y}", "wgs84")
    assert (base["min_zoom"], base["max_zoom"]) == (9, 11)
    assert base["bounds"] == {"west": WEST, "south": SOUTH, "east": 115.1, "north": 37.75}


async def test_a_tile_is_where_a_web_map_looks_for_it(web: Web, tmp_path: Path) -> None:
    here, there = tile_at(37.62, 114.92, 11), tile_at(-37.62, 114.92, 11)
    _choose(web, map_mbtiles=write_mbtiles(tmp_path / "one.mbtiles", zooms=[11], tile=png(1, 2, 3)))
    stranger = web.stranger()
    found = await stranger.get(f"//tiles/11/{here[0]}/{here[1]}")
    assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
    assert found.content == png(1, 2, 3)
    mirrored = await stranger.get(f"//tiles/11/{there[0]}/{there[1]}")
    assert mirrored.content != png(1, 2, 3)


async def test_a_browser_keeps_a_tile_and_asks_whether_it_is_still_the_one(
    web: Web, county_tiles: Path, tmp_path: Path
) -> None:
    x, y = tile_at(37.62, 114.92, 11)
    stranger, path = web.stranger(), f"//tiles/11/{x}/{y}"
    first = await stranger.get(path)
    assert first.headers["cache-control"] == "public, max-age=86400"
    known = {"If-None-Match": first.headers["etag"]}
    again = await stranger.request("GET", path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    write_mbtiles(tmp_path / "new.mbtiles", zooms=[11], tile=png(9, 9, 9)).replace(county_tiles)
    renewed = await stranger.request("GET", path, headers=known)
    assert (renewed.status_code, renewed.content) == (200, png(9, 9, 9))


async def test_where_the_file_ends_there_is_a_picture_of_nothing(web: Web, county_tiles: Path) -> None:
    beyond = await web.stranger().get("//tiles/11/0/0")
    assert (beyond.status_code, beyond.headers["content-type"]) == (200, "image/png")
    assert len(beyond.content) < 100


@pytest.mark.parametrize(
    "path", ["11/2048/0", "11/0/2048", "25/0/0", "-1/0/0", "a/0/0", "1/1/1.png", "0/0/9999999999999", "１/0/0"]
)
async def test_an_address_that_names_no_tile_is_not_found(web: Web, county_tiles: Path, path: str) -> None:
    assert (await web.stranger().get(f"//tiles/{path}")).status_code == 404


async def test_no_file_has_no_tiles(web: Web) -> None:
    assert (await web.stranger().get("//tiles/1/0/0")).status_code == 404


async def test_a_file_that_cannot_be_shown_says_why(web: Web, admin: Client, tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.mbtiles"
    garbage.write_bytes(b"no database at all" * 200)
    vector = write_mbtiles(tmp_path / "vector.mbtiles", zooms=[9], format="pbf")
    for path, trouble in ((tmp_path / "gone.mbtiles", "missing"), (garbage, "unreadable"), (vector, "vector")):
        _choose(web, map_mbtiles=path)
        base = (await admin.get("/map")).json()
        assert (base["source"], base["trouble"]) == ("none", trouble)
    assert (await web.stranger().get("//tiles/9/1/1")).status_code == 200  # a picture of nothing
    _choose(web, map_mbtiles=garbage)
    assert (await web.stranger().get("//tiles/9/1/1")).status_code == 404


async def test_shapes_under_the_name_of_pictures_are_not_handed_out(web: Web, tmp_path: Path) -> None:
    _choose(web, map_mbtiles=write_mbtiles(tmp_path / "shapes.mbtiles", zooms=[9], tile=b"\x1f\x8bshapes"))
    x, y = tile_at(37.62, 114.92, 9)
    assert (await web.stranger().get(f"//tiles/9/{x}/{y}")).status_code == 404


async def test_a_file_that_says_nothing_of_itself_is_looked_at(web: Web, admin: Client, tmp_path: Path) -> None:
    silent: dict[str, Any] = {"minzoom": None, "maxzoom": "x", "bounds": "nowhere", "format": None, "attribution": None}
    _choose(web, map_mbtiles=write_mbtiles(tmp_path / "silent.mbtiles", zooms=[9, 10], **silent))
    base = (await admin.get("/map")).json()
    assert (base["source"], base["min_zoom"], base["max_zoom"], base["bounds"]) == ("file", 9, 10, None)


async def test_pictures_come_from_the_chosen_server_and_from_no_other(web: Web, admin: Client) -> None:
    closed = (await admin.get("/map")).headers["content-security-policy"]
    assert "img-src 'self' data:;" in closed
    _choose(web, map_tiles=TIANDITU, map_labels=LABELS, map_datum="gcj02", map_max_zoom=17, map_attribution="GS(2024)")
    answer = await admin.get("/map")
    base = answer.json()
    assert (base["source"], base["tiles"], base["labels"]) == ("server", TIANDITU, LABELS)
    assert (base["datum"], base["max_zoom"], base["attribution"]) == ("gcj02", 17, "GS(2024)")
    opened = answer.headers["content-security-policy"]
    servers = " https://t0.tianditu.gov.cn https://t1.tianditu.gov.cn"
    assert opened == closed.replace("img-src 'self' data:", f"img-src 'self' data:{servers}")
    assert "secret" not in repr(web.parts.settings)


async def test_a_map_begins_at_the_nearest_place_that_has_a_center(web: Web, admin: Client) -> None:
    center = {"lat": 37.62, "lon": 114.92}
    put = await admin.put(f"/divisions/{COUNTY}/center", {"center": center})
    assert put.json()["center"] == center
    village = await web.client(Role.OPERATOR, VILLAGE)
    assert (await village.get("/map")).json()["center"] == center
    await admin.put(f"/divisions/{TOWNSHIP}/center", {"center": {"lat": 37.7, "lon": 114.8}})
    assert (await village.get("/map")).json()["center"] == {"lat": 37.7, "lon": 114.8}
    await admin.put(f"/divisions/{TOWNSHIP}/center", {"center": None})
    assert (await village.get("/map")).json()["center"] == center
    for wrong in ({"lat": 91, "lon": 0}, {"lat": 0, "lon": 181}, {"lat": 0}, {"lat": "1", "lon": 2}):
        assert (await admin.put(f"/divisions/{COUNTY}/center", {"center": wrong})).status_code == 422
