"""Server-sent events on the wire (WHATWG HTML section 9.2): bytes of one event each, made once for all subscribers."""

import json
from datetime import datetime

from hub.api.sight import Sighted
from hub.storage.sight import Blindness
from hub.storage.views import View

#: How long a browser waits before it reconnects by itself.
OPENING = b"retry: 2000\n\n"


def entity_frame(position: int, kind: str, view: View) -> bytes:
    """One change: the entity alone, as a single line of JSON."""
    return f"id: {position}\nevent: {kind}\ndata: ".encode() + view.model_dump_json(by_alias=True).encode() + b"\n\n"


def tick_frame(position: int, server_time: datetime, *, storing: bool) -> bytes:
    """The link lives, and everything up to the position has been sent. `storing`: presses arrive."""
    payload = json.dumps({"server_time": server_time.isoformat(), "position": position, "storing": storing})
    return f"id: {position}\nevent: tick\ndata: {payload}\n\n".encode()


def reset_frame(position: int) -> bytes:
    """What was asked for cannot be replayed: read the list again, then go on from here."""
    return f'id: {position}\nevent: reset\ndata: {{"position": {position}}}\n\n'.encode()


def blind_frame(blindness: Blindness, server_time: datetime) -> bytes:
    """The hub lives, but no press would be shown. Without an id: a reader's place in the stream stays where it was."""
    told = {
        "server_time": server_time.isoformat(),
        "since": blindness.since.isoformat(),
        "because": blindness.because,
        "storing": False,
    }
    return f"event: blind\ndata: {json.dumps(told)}\n\n".encode()


def sighted_frame(sighted: Sighted) -> bytes:
    """The hub sees again; what was kept back meanwhile comes now."""
    told = {
        "server_time": sighted.until.isoformat(),
        "since": sighted.since.isoformat(),
        "until": sighted.until.isoformat(),
        "blind_s": round(sighted.blind_s, 1),
        "storing": True,
    }
    return f"event: sighted\ndata: {json.dumps(told)}\n\n".encode()
