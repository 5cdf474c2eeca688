"""A broker to subscribe to, as `HUB_MQTT_SOURCES` writes it: one URL with everything that its connection needs.

`mqtt://user:password@host:port/?adapter=g616_watch&filter=atom/g616/status/+&name=vendor`: host, adapter and filters
say what is heard, `name` what it is called; + and # may be written as they are. What is misspelt is refused when the
hub starts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

#: Ports of the two schemes (IANA).
_PORTS = {"mqtt": 1883, "mqtts": 8883}
#: Parameters that `adapter.NAME=value` hands to the adapter.
_ADAPTER_PREFIX = "adapter."
_PARAMETERS = frozenset({
    "adapter",
    "ca",
    "cert",
    "client_id",
    "division",
    "event_filter",
    "filter",
    "keepalive",
    "key",
    "name",
    "version",
    "window",
    "zone",
})  # fmt: skip
_REPEATABLE = frozenset({"filter", "event_filter"})
_DIVISION = re.compile(r"\d{12}")
#: A name ends up in client ids, which a broker need not take with other characters (MQTT 3.1.1, 3.1.3.1).
_NAME = re.compile(r"[0-9A-Za-z._-]{1,40}")
#: The adapter of the hub's own protocol: what a source speaks that does not say.
OWN_PROTOCOL = "anxin"
#: Messages a broker may have under way to the hub. A thousand at 5 ms a commit are far more than a core takes in.
WINDOW_DEFAULT = 1000
KEEPALIVE_DEFAULT_S = 30


class BrokerAddressError(ValueError):
    """An address that cannot be used; the sentence names what is wrong, and never a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """One broker, the devices behind it, and how it is reached."""

    name: str  #: What logs, quarantine and maintenance call it.
    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca: Path | None = None  #: Of a broker whose certificate no public authority signed.
    cert: Path | None = None
    key: Path | None = None
    adapter: str = OWN_PROTOCOL
    filters: tuple[str, ...] = ()  #: Empty: those that the adapter knows its vendor by.
    event_filters: tuple[str, ...] = ()  #: What gets a connection and a window of its own.
    client_id: str  #: Of its lasting session: it must stay the same, or the broker's queue is nobody's.
    division_id: str | None = None  #: Its devices are of this division or below; None: of any.
    zone: ZoneInfo | None = None  #: Of times without one.
    version: str = "5"  #: MQTT 5, or 3.1.1 for brokers that know no other.
    keepalive_s: int = KEEPALIVE_DEFAULT_S
    window: int = WINDOW_DEFAULT
    adapter_settings: dict[str, str] = field(default_factory=dict)


def parse_broker_address(address: str) -> BrokerAddress:
    """Read one address.

    Raises:
        BrokerAddressError: with what is wrong.
    """
    try:
        parts = urlsplit(address.replace("#", "%23"))  # a fragment makes no sense here, a filter ends in one
        port = parts.port
    except ValueError as error:
        raise BrokerAddressError("a broker's address is mqtt://user:password@host:port/?filter=...") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BrokerAddressError("a broker's address is mqtt://user:password@host:port or mqtts://...")
    if parts.path not in {"", "/"}:
        raise BrokerAddressError("behind host and port comes /?filter=... and nothing else")
    given = _parameters(parts.query)
    name = _one(given, "name") or parts.hostname
    if not _NAME.fullmatch(name):
        raise BrokerAddressError("a source's name has 1 to 40 letters, digits, dots, dashes and underscores")
    return BrokerAddress(
        name=name,
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        tls=parts.scheme == "mqtts",
        ca=_file(given, "ca", tls=parts.scheme == "mqtts"),
        cert=_file(given, "cert", tls=parts.scheme == "mqtts"),
        key=_file(given, "key", tls=parts.scheme == "mqtts"),
        adapter=_one(given, "adapter") or OWN_PROTOCOL,
        filters=_filters(given, "filter"),
        event_filters=_filters(given, "event_filter"),
        client_id=_one(given, "client_id") or f"anxin-hub-{name}",
        division_id=_division(given),
        zone=_zone(given),
        version=_version(given),
        keepalive_s=_number(given, "keepalive", KEEPALIVE_DEFAULT_S, 5, 3600),
        window=_number(given, "window", WINDOW_DEFAULT, 1, 10_000),
        adapter_settings={
            parameter.removeprefix(_ADAPTER_PREFIX): values[0]
            for parameter, values in given.items()
            if parameter.startswith(_ADAPTER_PREFIX)
        },
    )


def refuse_doubles(sources: Iterable[BrokerAddress]) -> None:
    """Two sources of one name are not told apart, two sessions of one client id throw each other out.

    Raises:
        BrokerAddressError: with the name or client id.
    """
    names: set[str] = set()
    sessions: set[tuple[str, int, str]] = set()
    for source in sources:
        session = (source.host, source.port, source.client_id)
        if source.name in names:
            raise BrokerAddressError(f"two sources are called {source.name}: give each a name=... of its own")
        if session in sessions:
            raise BrokerAddressError(f"two sources use the client id {source.client_id} at one broker")
        names.add(source.name)
        sessions.add(session)


def filters_overlap(one: str, other: str) -> bool:
    """Whether a topic can match both filters: then its messages would come twice.

    >>> filters_overlap("a/+/event", "a/#"), filters_overlap("a/+/event", "a/+/telemetry")
    (True, False)
    """
    mine, theirs = one.split("/"), other.split("/")
    for level, opposite in zip(mine, theirs, strict=False):
        if "#" in (level, opposite):
            return True
        if level != opposite and "+" not in (level, opposite):
            return False
    return (mine[len(theirs) :] or theirs[len(mine) :]) in ([], ["#"])  # "a/#" matches "a" too


def _parameters(query: str) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for parameter, value in parse_qsl(query.replace("+", "%2B"), keep_blank_values=True):
        if parameter not in _PARAMETERS and not parameter.startswith(_ADAPTER_PREFIX):
            raise BrokerAddressError(f"a source has no parameter {parameter[:40]!r}; there are {_listed()}")
        if parameter in given and parameter not in _REPEATABLE:
            raise BrokerAddressError(f"{parameter} is there twice")
        given.setdefault(parameter, []).append(value)
    return given


def _listed() -> str:
    return ", ".join([*sorted(_PARAMETERS), f"{_ADAPTER_PREFIX}NAME"])


def _one(given: dict[str, list[str]], parameter: str) -> str | None:
    return given.get(parameter, [""])[0] or None


def _filters(given: dict[str, list[str]], parameter: str) -> tuple[str, ...]:
    filters = tuple(given.get(parameter, ()))
    for one in filters:
        levels = one.split("/")
        wild = [level for level in levels if ("+" in level or "#" in level) and level not in ("+", "#")]
        if not one or wild or "#" in levels[:-1] or one.startswith("$share/"):
            raise BrokerAddressError(f"{one!r} is no topic filter the hub can subscribe to")
    return filters


def _file(given: dict[str, list[str]], parameter: str, *, tls: bool) -> Path | None:
    value = _one(given, parameter)
    if value is None:
        return None
    if not tls:
        raise BrokerAddressError(f"{parameter}=... needs mqtts://")
    path = Path(value)
    if not _is_file(path):
        raise BrokerAddressError(f"{parameter}: there is no file {path}")
    return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name no file system takes
        return False


def _division(given: dict[str, list[str]]) -> str | None:
    division_id = _one(given, "division")
    if division_id is not None and not _DIVISION.fullmatch(division_id):
        raise BrokerAddressError("division is a 12-digit code")
    return division_id


def _zone(given: dict[str, list[str]]) -> ZoneInfo | None:
    zone = _one(given, "zone")
    if zone is None:
        return None
    if zone not in available_timezones():
        raise BrokerAddressError(f"there is no time zone {zone[:40]!r}")
    return ZoneInfo(zone)


def _version(given: dict[str, list[str]]) -> str:
    version = _one(given, "version") or "5"
    if version not in {"5", "3.1.1"}:
        raise BrokerAddressError("version is 5 or 3.1.1")
    return version


def _number(given: dict[str, list[str]], parameter: str, default: int, least: int, most: int) -> int:
    value = _one(given, parameter)
    if value is None:
        return default
    if not value.isdecimal() or len(value) > len(str(most)) or not least <= int(value) <= most:
        raise BrokerAddressError(f"{parameter} is a number from {least} to {most}")
    return int(value)
