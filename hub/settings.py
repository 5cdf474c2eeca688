"""What an installation can choose: `HUB_*` variables above `hub.toml` above the defaults written here.

Every choice is one field, validated once at start; whoever needs it gets the `Settings` as a constructor argument.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from hub.broker_addresses import BrokerAddress, parse_broker_address, refuse_doubles
from hub.tile_addresses import check_tile_address, tile_origin

PREFIX = "HUB_"
#: Read by `load_settings` itself, so it is no field.
CONFIG_VARIABLE = "HUB_CONFIG"
DEFAULT_CONFIG = Path("hub.toml")


class SettingsError(Exception):
    """The hub cannot start with these settings; one sentence a line, each naming its variable."""


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"  #: For people.
    JSON = "json"  #: For collectors: one object a line.


class LogLevel(StrEnum):
    """From which level on events are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _split_commas(value: object) -> object:
    """A comma list in a variable is a list in hub.toml."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


Port = Annotated[int, Field(ge=0, le=65535)]
Datum = Literal["wgs84", "gcj02", "bd09"]
SecretList = Annotated[tuple[SecretStr, ...], BeforeValidator(_split_commas)]


class Settings(BaseModel):
    """The choices of one installation. Anything with a password in it is a secret and prints as stars."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    data_dir: Path = Path("data")
    """Where the hub keeps what it must not forget: the embedded database, its lock, its log."""
    database_url: SecretStr | None = None
    """A PostgreSQL of yours; absent: the embedded one."""
    timescale: Literal["auto", "on", "off"] = "auto"
    """Whether a new database uses TimescaleDB: where the server has it, always (or it is refused), never."""

    bind: str = "127.0.0.1"
    """The address all doors listen on; 0.0.0.0 lets in the network."""
    mqtt_port: Port = 1883
    """The front door; 0 keeps it closed."""
    mqtt_tls_port: Port = 0
    """The front door with TLS (usually 8883); 0 keeps it closed. Needs the two files below."""
    mqtt_tls_cert: Path | None = None
    mqtt_tls_key: Path | None = None
    mqtt_sources: SecretList = ()
    """Brokers to subscribe to, as `mqtt://user:password@host:port/?adapter=...&filter=...` (`broker_addresses.py`)."""
    http_port: Port = 8080
    """The desk and the API."""
    tls_cert: Path | None = None
    """With `tls_key`: the desk and the API speak HTTPS."""
    tls_key: Path | None = None

    sms: SecretList = (SecretStr("log:"),)
    """Ways to send a text, in the order of failover: `log:`, `log:/path/file`, `smpp://user:password@host:port`."""
    sms_signature: str = "安心平台"
    """The sender's name that Chinese gateways want in front of every text (【...】)."""
    desk_phone: str = ""
    """The duty desk's number as printed in texts; empty: none is printed."""
    blind_alarm_after_s: Annotated[float, Field(ge=1, le=3600)] = 60.0
    """How long devices cannot be heard before whoever is on duty is told by text, without the database if need be."""

    desk_alarm_after_s: Annotated[float, Field(ge=1, le=24 * 3600)] = 300.0
    """How long nobody sits at a desk at which the roster says somebody does, before the supervisor is told by text."""
    holidays: str = Field(default="CN", pattern=r"^([A-Z]{2}|none)$")
    """Whose public holidays rosters know, by two letters; none: only the days that a place says itself."""

    timezone: str = "Asia/Shanghai"
    """The zone of new divisions and recipients."""
    division: str = Field(default="990101000000", pattern=r"^\d{12}$")
    """The 12-digit code of the county this hub serves; the default belongs to no real place."""
    division_name: str = "示例县"

    map_mbtiles: Path | None = None
    """Map tiles in one file (MBTiles, raster) that the hub serves itself; docs/map.md tells of all `map_` settings."""
    map_tiles: SecretStr | None = None
    """Tiles of another server: `https://host/.../{z}/{x}/{y}...`; secret, for keys stand in it. Not with a file."""
    map_labels: SecretStr | None = None
    """A second layer above those, where a server keeps its names apart (天地图)."""
    map_datum: Datum = "wgs84"
    """The coordinates the tiles are drawn in: a wrong one shows the wrong house."""
    map_max_zoom: Annotated[int, Field(ge=1, le=22)] = 18
    """The closest that server has tiles for; a file knows its own."""
    map_attribution: Annotated[str, Field(max_length=200)] = ""
    """Whose map it is, as their licence wants it shown (审图号)."""

    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.CONSOLE

    @property
    def database_dsn(self) -> str | None:
        """The external database's address in clear, for storage alone; None: embedded."""
        return self.database_url.get_secret_value() if self.database_url else None

    @property
    def brokers(self) -> tuple[BrokerAddress, ...]:
        """The brokers to subscribe to, read."""
        return tuple(parse_broker_address(source.get_secret_value()) for source in self.mqtt_sources)

    @field_validator("bind")
    @classmethod
    def _bind_is_an_address(cls, bind: str) -> str:
        if bind != "localhost":
            ip_address(bind)  # raises ValueError with a sentence
        return bind

    @field_validator("timezone")
    @classmethod
    def _timezone_is_known(cls, timezone: str) -> str:
        if timezone not in available_timezones():
            near = difflib.get_close_matches(timezone, available_timezones(), n=1)
            raise ValueError(f"there is no time zone {timezone!r}" + (f"; did you mean {near[0]}?" if near else ""))
        return timezone

    @field_validator("database_url")
    @classmethod
    def _database_is_postgresql(cls, database_url: SecretStr | None) -> SecretStr | None:
        if database_url and urlsplit(database_url.get_secret_value()).scheme not in {"postgresql", "postgres"}:
            raise ValueError("a database address begins with postgresql://")
        return database_url

    @field_validator("sms")
    @classmethod
    def _sms_is_known(cls, sms: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for channel in sms:
            address = urlsplit(channel.get_secret_value())
            if address.scheme not in {"log", "smpp"}:
                raise ValueError("a way to send texts is log:, log:/path/file or smpp://user:password@host:port")
            if address.scheme == "smpp" and not (address.hostname and address.port and address.username):
                raise ValueError("smpp:// needs user, host and port: smpp://user:password@host:port")
        if not sms:
            raise ValueError("without any way to send texts nobody is told; log: writes them to the log")
        return sms

    @field_validator("mqtt_sources")
    @classmethod
    def _sources_are_mqtt(cls, sources: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        refuse_doubles(parse_broker_address(source.get_secret_value()) for source in sources)
        return sources

    @field_validator("map_tiles", "map_labels")
    @classmethod
    def _tiles_can_be_asked_for(cls, template: SecretStr | None) -> SecretStr | None:
        if template is not None:
            check_tile_address(template.get_secret_value())
        return template

    @model_validator(mode="after")
    def _one_map(self) -> Self:
        if self.map_mbtiles is not None and self.map_tiles is not None:
            raise ValueError("HUB_MAP_MBTILES and HUB_MAP_TILES: there is one map; leave one of them out.")
        if self.map_labels is not None and self.map_tiles is None:
            raise ValueError("HUB_MAP_LABELS needs HUB_MAP_TILES: names lie above a map.")
        return self

    @property
    def map_origins(self) -> tuple[str, ...]:
        """The servers whose pictures the desk may show; none but the hub itself without `HUB_MAP_TILES`."""
        layers = (layer.get_secret_value() for layer in (self.map_tiles, self.map_labels) if layer is not None)
        return tuple(sorted({tile_origin(layer) for layer in layers}))

    @model_validator(mode="after")
    def _doors_fit_together(self) -> Self:
        _need_both("HUB_TLS_CERT", self.tls_cert, "HUB_TLS_KEY", self.tls_key)
        _need_both("HUB_MQTT_TLS_CERT", self.mqtt_tls_cert, "HUB_MQTT_TLS_KEY", self.mqtt_tls_key)
        if self.mqtt_tls_port and self.mqtt_tls_cert is None:
            raise ValueError("HUB_MQTT_TLS_PORT needs HUB_MQTT_TLS_CERT and HUB_MQTT_TLS_KEY.")
        doors = {
            "HUB_HTTP_PORT": self.http_port,
            "HUB_MQTT_PORT": self.mqtt_port,
            "HUB_MQTT_TLS_PORT": self.mqtt_tls_port,
        }
        taken: dict[int, str] = {}
        for variable, port in doors.items():
            if port and port in taken:
                raise ValueError(f"{taken[port]} and {variable} are both {port}: each door needs a port of its own.")
            taken[port] = variable
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the configuration file and the variables.

    Raises:
        SettingsError: something in them cannot be used.
    """
    chosen = {**_file_settings(environment), **_variable_settings(environment)}
    try:
        return Settings(**chosen)
    except ValidationError as failure:
        raise SettingsError("\n".join(_sentence(error) for error in failure.errors(include_url=False))) from failure


def unknown_settings(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Warnings for variables and keys that look like settings and are none, each naming the nearest that is."""
    known = {variable_name(field) for field in Settings.model_fields} | {CONFIG_VARIABLE}
    warnings = []
    given = [name for name in environment if name.startswith(PREFIX)]
    given += [variable_name(key) for key in _file_settings(environment)]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            warnings.append(f"{name} is no setting of the hub and has no effect.{hint}")
    return warnings


def variable_name(field: str) -> str:
    """The environment variable of a field: `http_port` is HUB_HTTP_PORT."""
    return PREFIX + field.upper()


def _variable_settings(environment: Mapping[str, str]) -> dict[str, Any]:
    fields = {variable_name(field): field for field in Settings.model_fields}
    return {fields[name]: value for name, value in environment.items() if name in fields and value != ""}


def _file_settings(environment: Mapping[str, str]) -> dict[str, Any]:
    named = environment.get(CONFIG_VARIABLE)
    path = Path(named) if named else DEFAULT_CONFIG
    if not named and not path.exists():
        return {}
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as failure:
        raise SettingsError(f"{CONFIG_VARIABLE}: {path} cannot be read ({failure.strerror}).") from failure
    except tomllib.TOMLDecodeError as failure:
        raise SettingsError(f"{path} is not TOML: {failure}.") from failure


def _sentence(error: Any) -> str:
    """One finding of pydantic's as a sentence; values are shown unless the field is a secret."""
    message = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return message
    field = str(error["loc"][0])
    shown = (
        ""
        if field in {"database_url", "sms", "mqtt_sources", "map_tiles", "map_labels"}
        else f" (it is {error['input']!r})"
    )
    return f"{variable_name(field)}: {message[:1].lower()}{message[1:].rstrip('.')}{shown}."


def _need_both(cert_variable: str, cert: Path | None, key_variable: str, key: Path | None) -> None:
    if (cert is None) != (key is None):
        missing = key_variable if key is None else cert_variable
        raise ValueError(f"{missing} is missing: {cert_variable} and {key_variable} belong together.")
    for variable, path in ((cert_variable, cert), (key_variable, key)):
        if path is not None and not path.is_file():
            raise ValueError(f"{variable}: there is no file {path}.")
