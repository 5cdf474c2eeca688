"""The map of the fake hub: no tiles, homes as the files say, and the position that a watch reported a moment ago."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException

from tests.desk.fake_state import FakeState, Json, stamp

_BASE: Json = {"source": "none", "trouble": None, "tiles": None, "labels": None, "datum": "wgs84"}
_BASE |= {"min_zoom": 0, "max_zoom": 18, "bounds": None, "attribution": "", "center": {"lat": 37.62, "lon": 114.92}}


def add_map_routes(app: FastAPI, state: FakeState, operator: Callable[..., Json]) -> None:
    """What the incident's map asks."""
    caller = Annotated[Json, Depends(operator)]

    @app.get("/api/v1/map")
    async def base(_caller: caller) -> Json:
        return _BASE

    @app.get("/api/v1/incidents/{incident_id}/whereabouts")
    async def whereabouts(incident_id: str, _caller: caller) -> Json:
        incident = state.incidents.get(incident_id)
        if incident is None:
            raise HTTPException(404, "not_found")
        recipient = incident["recipient"]
        home = state.files[recipient["id"]]["home"] if recipient else None
        if home is None:
            return {"position": None, "home": None, "withheld": False}
        seen = {"accuracy_m": 12.0, "source": "gps", "datum": "wgs84"}
        fixed_at = stamp(datetime.now(UTC) - timedelta(minutes=3))
        position = {"lat": home["lat"] + 0.0006, "lon": home["lon"] + 0.0004, **seen, "fixed_at": fixed_at}
        return {"position": position, "home": home, "withheld": False}
