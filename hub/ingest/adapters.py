"""The adapters a source may name: the hub's own, and those of vendors' packages (entry points).

A vendor's code is a guest. A package that cannot be loaded is reported by name and left out; one that fails on a
message makes that message unreadable. Neither stops the hub.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import EntryPoint, entry_points
from typing import cast

import structlog

from device_adapters import (
    Adapter,
    AdapterFactory,
    Decoded,
    DeviceEvent,
    DeviceStatus,
    FromDevice,
    Reading,
    SourceOptions,
    UnreadableError,
)
from device_adapters.device_events import EVENT_NAMES
from device_adapters.families import BUILT_IN
from hub.broker_addresses import filters_overlap

_log = structlog.get_logger(__name__)

GROUP = "anxin.device_adapters"
_PORT = ("device_key", "carries_alarms", "decode")


class UnknownAdapterError(LookupError):
    """A source names an adapter that is not installed, or that is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenAdapter:
    """An entry point that is not used, and why."""

    name: str
    package: str  #: The distribution it came with, or what the entry point says where there is none.
    reason: str


@dataclass(frozen=True, slots=True)
class GuardedAdapter:
    """An adapter whose every failure is an unreadable message."""

    adapter: Adapter

    @property
    def name(self) -> str:
        """As the configuration calls it."""
        return self.adapter.name

    @property
    def topics(self) -> tuple[str, ...]:
        """Its vendor's topic filters."""
        return tuple(self.adapter.topics)

    def device_key(self, topic: str, payload: bytes) -> str | None:
        """Name the device; None where it cannot, for whatever reason."""
        try:
            named: object = self.adapter.device_key(topic, payload)
        except Exception as error:  # noqa: BLE001 - a guest's fault must not hold up the others
            _log.warning("adapter_failed", adapter=self.name, call="device_key", error=type(error).__name__)
            return None
        return named if isinstance(named, str) else None

    def carries_alarms(self, topic: str) -> bool:
        """Say whether it may be a cry for help; yes, where the adapter cannot tell."""
        try:
            return bool(self.adapter.carries_alarms(topic))
        except Exception as error:  # noqa: BLE001 - in doubt it is a cry
            _log.warning("adapter_failed", adapter=self.name, call="carries_alarms", error=type(error).__name__)
            return True

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> tuple[FromDevice, ...]:
        """Read one message.

        Raises:
            UnreadableError: it cannot be read, or the adapter failed on it (`adapter_failed`).
        """
        try:
            return tuple(_expect(one) for one in self.adapter.decode(topic, payload, received_at))
        except UnreadableError:
            raise
        except Exception as error:
            _log.warning("adapter_failed", adapter=self.name, call="decode", error=type(error).__name__)
            raise UnreadableError("adapter_failed", {"adapter": self.name, "error": type(error).__name__}) from error


@dataclass(frozen=True, slots=True)
class Adapters:
    """What is installed."""

    factories: Mapping[str, AdapterFactory]
    broken: tuple[BrokenAdapter, ...] = ()

    def create(self, name: str, options: SourceOptions) -> GuardedAdapter:
        """One source's adapter.

        Raises:
            UnknownAdapterError: there is none of this name, or it does not take these options.
        """
        factory = self.factories.get(name)
        if factory is None:
            broken = next((one.reason for one in self.broken if one.name == name), None)
            why = (
                f"is broken: {broken}" if broken else f"is not installed; there are {', '.join(sorted(self.factories))}"
            )
            raise UnknownAdapterError(f"the adapter {name!r} {why}")
        try:
            return GuardedAdapter(factory(options))
        except Exception as error:
            raise UnknownAdapterError(f"the adapter {name!r} does not take its options: {error}") from error

    def for_topic(self, topic: str) -> GuardedAdapter | None:
        """The adapter whose vendor is known by this topic, with the vendor's own options; None where nobody is.

        For recorded traffic, which comes from no source. It makes an adapter: callers keep what they get.
        """
        for name in self.factories:
            adapter = self.create(name, SourceOptions())
            if any(filters_overlap(topic, one) for one in adapter.topics):
                return adapter
        return None


def _log_broken(one: BrokenAdapter) -> None:
    _log.error("adapter_broken", adapter=one.name, package=one.package, reason=one.reason)


def find_adapters(
    found: Iterable[EntryPoint] | None = None, *, tell: Callable[[BrokenAdapter], None] = _log_broken
) -> Adapters:
    """The built-in families and those of installed packages; what is broken is told by name and left out."""
    factories, broken = dict(BUILT_IN), list[BrokenAdapter]()
    for point in entry_points(group=GROUP) if found is None else found:
        try:
            if point.name in factories:
                raise ValueError("an adapter of this name is there already")  # noqa: TRY301 - one way out for all faults
            factories[point.name] = _load(point)
        except Exception as error:  # noqa: BLE001 - a broken guest is reported, whatever it raises
            one = BrokenAdapter(name=point.name, package=_package_of(point), reason=f"{type(error).__name__}: {error}")
            tell(one)
            broken.append(one)
    return Adapters(factories, tuple(broken))


def _load(point: EntryPoint) -> AdapterFactory:
    factory = cast("Callable[[SourceOptions], object]", point.load())
    adapter = factory(SourceOptions())
    missing = [part for part in _PORT if not callable(getattr(adapter, part, None))]
    if missing:
        raise TypeError(f"no adapter: it lacks {', '.join(missing)}")
    name, topics = getattr(adapter, "name", None), getattr(adapter, "topics", None)
    if name != point.name:
        raise ValueError(f"the entry point is called {point.name!r}, its adapter {name!r}")
    if not isinstance(topics, tuple | list) or not topics or not all(isinstance(one, str) for one in topics):
        raise TypeError("`topics` is no list of MQTT topic filters")
    return cast("AdapterFactory", factory)


def _expect(one: object) -> FromDevice:
    """What the port promises, of a guest that may not keep to it: behind here nobody looks again."""
    if not isinstance(one, FromDevice):
        raise TypeError("not a FromDevice")
    key, said = _as_anything(one.device_key), _as_anything(one.decoded)
    if not isinstance(key, str) or not isinstance(said, Decoded):
        raise TypeError("a FromDevice has a text as its key, and a Decoded")
    kept = (
        all(isinstance(_as_anything(event), DeviceEvent) for event in said.events)
        and all(isinstance(_as_anything(reading), Reading) for reading in said.readings)
        and isinstance(_as_anything(said.status), DeviceStatus | None)
        and EVENT_NAMES.issuperset(said.levels)
    )
    if not kept:
        raise TypeError("a Decoded holds readings, events, a status and levels named by events")
    return one


def _as_anything(value: object) -> object:
    """What the types promise, and a guest may have broken."""
    return value


def _package_of(point: EntryPoint) -> str:
    return point.value if point.dist is None else point.dist.name
