"""Server-sent events on the wire (WHATWG HTML section 9.2): bytes of one event each, made once for all subscribers."""

import json
from datetime import datetime

from hub.storage.views import View

#: How long a browser waits before it reconnects by itself.
OPENING = b"retry: 2000\n\n"


def entity_frame(position: int, kind: str, view: View) -> bytes:
    """One change: the entity alone, as a single line of JSON."""
    return f"id: {position}\nevent: {kind}\ndata: ".encode() + view.model_dump_json(by_alias=True).encode() + b"\n\n"


def tick_frame(position: int, server_time: datetime) -> bytes:
    """The link lives, and everything up to the position has been sent."""
    payload = json.dumps({"server_time": server_time.isoformat(), "position": position})
    return f"id: {position}\nevent: tick\ndata: {payload}\n\n".encode()


def reset_frame(position: int) -> bytes:
    """What was asked for cannot be replayed: read the list again, then go on from here."""
    return f'id: {position}\nevent: reset\ndata: {{"position": {position}}}\n\n'.encode()
