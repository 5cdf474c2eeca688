"""Opens each channel from its address in the settings (`HUB_SMS`), in the order of failover."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from hub.notify.channels.log import LogChannel
from hub.notify.channels.port import Channel
from hub.notify.channels.smpp import SmppAddress, SmppChannel


def open_channels(addresses: Sequence[str]) -> list[Channel]:
    """The channels of these addresses; nothing is connected before their `run`.

    Raises:
        ValueError: an address is none, or two name the same channel.
    """
    channels = [_open(address) for address in addresses]
    names = [channel.name for channel in channels]
    if len(set(names)) < len(names):
        raise ValueError("two ways to send texts have the same name; each may be given once")
    return channels


def _open(address: str) -> Channel:
    parts = urlsplit(address)
    match parts.scheme:
        case "log":
            return LogChannel(Path(unquote(parts.path)) if parts.path else None)
        case "smpp":
            query = parse_qs(parts.query)
            return SmppChannel(
                SmppAddress(
                    host=parts.hostname or "",
                    port=parts.port or 0,
                    system_id=unquote(parts.username or ""),
                    password=unquote(parts.password or ""),
                    source=query.get("source", [""])[0],
                )
            )
    raise ValueError(f"there is no way to send texts called {parts.scheme}:")
