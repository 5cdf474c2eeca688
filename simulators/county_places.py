"""Where the demonstration's villages and houses lie on a map. The county is made up; the ground is somebody else's."""

import random

#: Latitude and longitude (WGS-84) of each village; a township is where its town lies.
CENTERS: dict[str, tuple[float, float]] = {
    "001": (37.668, 114.846),
    "001001": (37.6930, 114.8190),
    "001002": (37.6790, 114.8720),
    "001003": (37.6650, 114.8420),
    "001004": (37.6480, 114.8090),
    "002": (37.655, 114.986),
    "002001": (37.6890, 114.9610),
    "002002": (37.6560, 115.0150),
    "002003": (37.6520, 114.9820),
    "002004": (37.6690, 115.0420),
    "003": (37.562, 114.916),
    "003001": (37.5660, 114.9130),
    "003002": (37.5850, 114.8760),
    "003003": (37.5410, 114.9380),
    "003004": (37.5730, 114.9640),
}
#: Degrees: a village is about a kilometre across.
_SPREAD = 0.0045
#: Of so many houses one is not on the map yet, as in any county.
_ONE_UNKNOWN_IN = 8


def point(place: tuple[float, float] | None) -> dict[str, float] | None:
    """As the API takes it."""
    return None if place is None else {"lat": place[0], "lon": place[1]}


def home(key: str, village: str) -> dict[str, float] | None:
    """Where somebody's house is in their village; the same for ever."""
    dice = random.Random(f"home {key}")
    center = CENTERS.get(village)
    if center is None or dice.randrange(_ONE_UNKNOWN_IN) == 0:
        return None
    return {
        "lat": round(center[0] + dice.uniform(-_SPREAD, _SPREAD), 6),
        "lon": round(center[1] + dice.uniform(-_SPREAD, _SPREAD) * 1.25, 6),
    }
