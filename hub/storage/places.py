"""Points on a map: always WGS-84, whatever the map that shows them is drawn in (docs/map.md)."""

from typing import Any

from hub.storage.views import View


class PointView(View):
    """A point, WGS-84, in degrees."""

    lat: float
    lon: float


def point_columns(name: str, point: dict[str, Any] | None) -> dict[str, float | None]:
    """A point as the pair of columns it is kept in: `home` as `home_lat` and `home_lon`; None empties both."""
    lat, lon = (None, None) if point is None else (point["lat"], point["lon"])
    return {f"{name}_lat": lat, f"{name}_lon": lon}
