"""The port every device family speaks: what an adapter is given, and what it gives back.

An adapter is pure: topic and payload in, what the devices said out; no clock, no I/O, no memory between two calls. It
names devices by the key that the payload or the topic has (IMEI, MAC, serial number); the registry knows whose that is.
A message may speak for several devices (a gateway's samples): then several `FromDevice` come back.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Protocol

from device_adapters.decoded import Decoded

_MAC = re.compile(r"[0-9A-F]{2}([:-]?)(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FromDevice:
    """What one message said of one device."""

    device_key: str  #: IMEI, MAC or serial number in its canonical form; the hub's own protocol: the device's id.
    decoded: Decoded


class Adapter(Protocol):
    """The decoder of one device family, as one source uses it."""

    @property
    def name(self) -> str:
        """What the configuration calls it: lower case, digits and underscores."""
        ...

    @property
    def topics(self) -> tuple[str, ...]:
        """MQTT topic filters of the vendor; a source may be configured to subscribe to others."""
        ...

    def device_key(self, topic: str, payload: bytes) -> str | None:
        """Name the device this message is of, or speaks first of; None where that cannot be read. Never raises.

        Asked when `decode` has failed: the quarantine and the desk want to know whose message it was.
        """
        ...

    def carries_alarms(self, topic: str) -> bool:
        """Whether a message on this topic may be a cry for help: an unreadable one is shown at the desk."""
        ...

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> tuple[FromDevice, ...]:
        """Read one message; empty where it is understood and says nothing the hub keeps.

        `received_at` is for readings of payloads without a time (`Decoded.untimed`), never for identity.

        Raises:
            UnreadableError: with the offset or the field that is wrong; nothing else.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """What the configuration of a source says to its adapter."""

    zone: tzinfo | None = None  #: Of times without a zone; None: what the vendor is known to use.
    settings: dict[str, str] = field(default_factory=dict)  #: Anything else that an adapter documents.


#: What an entry point of the group `anxin.device_adapters` names: called once for each source.
AdapterFactory = Callable[[SourceOptions], Adapter]


def canonical_key(text: str) -> str:
    """One spelling of a device's key for payload and registry: no blanks around it, upper case, a MAC bare.

    >>> canonical_key(" dc:da:0c:12:34:56 ")
    'DCDA0C123456'
    """
    key = text.strip().upper()
    return re.sub("[:-]", "", key) if _MAC.fullmatch(key) else key
