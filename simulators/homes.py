"""The homes of a county: one life each, and all devices around it measure that same life."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from simulators.county import CountyDevice
from simulators.device import SimulatedDevice
from simulators.gear.fixed import CallButton
from simulators.gear.kinds import instrument_for
from simulators.gear.worn import WornInstrument
from simulators.life.living import Life
from simulators.life.person import person_of
from simulators.link import HubAddress
from simulators.network import GOOD_NETWORK, Network
from simulators.notes import Report
from simulators.station import Station
from simulators.story_clock import StoryClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One person with whatever stands, hangs or is worn there."""

    wearer: str
    life: Life
    clock: StoryClock
    devices: tuple[SimulatedDevice, ...]
    stations: tuple[Station, ...] = field(default=())

    @property
    def pressable(self) -> SimulatedDevice | None:
        """What has a button."""
        having = (each for each in self.devices if isinstance(each.instrument, CallButton | WornInstrument))
        return next(having, None)

    @property
    def worn(self) -> SimulatedDevice | None:
        """What is worn."""
        return next((each for each in self.devices if isinstance(each.instrument, WornInstrument)), None)

    @property
    def gateway(self) -> Station | None:
        """The station of several devices."""
        return next((each for each in self.stations if len(each.devices) > 1), None)

    def look_again(self) -> None:
        """Something has happened that every device would notice at once."""
        for device in self.devices:
            device.look_again()


def furnish(
    devices: Iterable[CountyDevice],
    *,
    address: HubAddress,
    clock: StoryClock,
    report: Report,
    network: Network = GOOD_NETWORK,
    connects_per_s: float = 50.0,
) -> tuple[Home, ...]:
    """Homes ready to live; their stations connect one after the other, so that a start is no storm."""
    homes = []
    connected = 0
    for home, group in groupby(sorted(devices, key=lambda each: each.home), key=lambda each: each.home):
        around = list(group)
        life = Life(person_of(home))
        made = {
            each.device_id: SimulatedDevice(
                device_id=each.device_id,
                instrument=instrument_for(each.kind, seed=each.device_id),
                life=life,
                clock=clock,
                report=report,
            )
            for each in around
        }
        stations = []
        for each in around:
            if each.gateway_id is not None:
                continue
            children = [made[child.device_id] for child in around if child.gateway_id == each.device_id]
            stations.append(
                Station(
                    address=address,
                    device=made[each.device_id],
                    password=each.password,
                    children=children,
                    network=network,
                    first_after_s=connected / connects_per_s,
                )
            )
            connected += 1
        homes.append(
            Home(
                wearer=around[0].wearer,
                life=life,
                clock=clock,
                devices=tuple(made.values()),
                stations=tuple(stations),
            )
        )
    return tuple(homes)
