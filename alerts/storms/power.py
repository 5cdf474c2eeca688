"""A power cut: many mains-powered devices of one place go silent together, or many chargers go out together.

It becomes one maintenance item about the place, with the devices concerned inside it, and not one for each of them.
It says nothing of people: an SOS, a fall and whoever is not heard of for too long go their own way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: What lives from the mains and says something often; watches and buttons have batteries.
MAINS_POWERED = frozenset({"gateway", "mattress", "fall_radar"})
#: Together: devices that speak every few minutes are last heard so far apart.
SILENT_WITHIN = timedelta(minutes=5)
#: A charger that goes out is said at once; three neighbours do not lift their watches in the same minute.
UNPLUGGED_WITHIN = timedelta(minutes=1)
#: Of so many homes at least: one home's tripped fuse is no power cut.
HOMES_MIN = 3
#: And of the place's mains-powered devices that are heard of at all this share, so that three dead ones of a hundred
#: are three dead devices.
SHARE_MIN = 0.5


class SignKind(StrEnum):
    """What a device tells of the mains."""

    SILENT = "silent"  #: It is mains-powered and was last heard then.
    UNPLUGGED = "unplugged"  #: It said then that it is not being charged any more.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One device's sign. `home` is whose it is: the person, else the device itself."""

    kind: SignKind
    device_id: str
    home: str
    place_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerCut:
    """A place without power, as far as its devices tell."""

    place_id: str
    kind: SignKind
    since: datetime
    device_ids: frozenset[str]
    homes: int


def find_power_cuts(signs: Iterable[Sign], powered: Mapping[str, int]) -> tuple[PowerCut, ...]:
    """The places of which enough devices say so; `powered` counts each place's mains-powered devices."""
    by_place: dict[tuple[str, SignKind], list[Sign]] = {}
    for sign in sorted(signs, key=lambda sign: (sign.at, sign.device_id)):
        by_place.setdefault((sign.place_id, sign.kind), []).append(sign)
    cuts: dict[str, PowerCut] = {}
    for (place_id, kind), told in by_place.items():
        needed = powered.get(place_id, 0) * SHARE_MIN if kind is SignKind.SILENT else 0
        cut = _largest(place_id, kind, told)
        if cut.homes >= HOMES_MIN and len(cut.device_ids) >= needed and place_id not in cuts:
            cuts[place_id] = cut
    return tuple(cuts.values())


def is_over(concerned: int, still: int) -> bool:
    """Whether most of the devices of a power cut are back: `still` are as they were in it."""
    return not concerned or 2 * still < concerned


def _largest(place_id: str, kind: SignKind, told: Sequence[Sign]) -> PowerCut:
    """The most homes that tell it within the time; `told` is in order of time."""
    within = SILENT_WITHIN if kind is SignKind.SILENT else UNPLUGGED_WITHIN
    runs = [[sign for sign in told[start:] if sign.at - first.at <= within] for start, first in enumerate(told)]
    most = max(runs, key=lambda run: len({sign.home for sign in run}))
    return PowerCut(
        place_id=place_id,
        kind=kind,
        since=most[0].at,
        device_ids=frozenset(sign.device_id for sign in most),
        homes=len({sign.home for sign in most}),
    )
