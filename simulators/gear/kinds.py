"""All kinds of device, by the name the hub's registry gives them."""

from collections.abc import Callable

from simulators.gear.fixed import CallButton, FallRadar, Gateway, Mattress
from simulators.gear.instrument import Instrument
from simulators.gear.worn import Smartwatch, Wristband

_MAKERS: dict[str, Callable[..., Instrument]] = {
    each.kind: each for each in (Smartwatch, Wristband, CallButton, Mattress, FallRadar, Gateway)
}
KINDS = tuple(_MAKERS)


def instrument_for(kind: str, *, seed: str) -> Instrument:
    """A new one of this kind; `seed` makes its battery, its signal and how it is treated.

    Raises:
        KeyError: no such kind.
    """
    return _MAKERS[kind](seed=seed)
