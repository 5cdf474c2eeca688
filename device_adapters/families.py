"""The device families the hub knows by itself. A vendor's own package is found by its entry point instead."""

from device_adapters.g616_watch import G616Watch
from device_adapters.hub_protocol import HubProtocol
from device_adapters.kati_watch import KatiWatch
from device_adapters.mattress_sensor import MattressSensor
from device_adapters.port import AdapterFactory

#: One entry a family; the key is the adapter's `name`.
BUILT_IN: dict[str, AdapterFactory] = {
    "anxin": HubProtocol,
    "g616_watch": G616Watch,
    "kati_watch": KatiWatch,
    "mattress_sensor": MattressSensor,
}
