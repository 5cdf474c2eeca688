"""The ports of the hub seen from its own machine: are they free before the start, do they answer after it."""

import asyncio
import errno
import socket
from urllib.parse import urlsplit

from hub.clock import monotonic_s
from hub.supervisor.plan import Door

#: Roles of a hub that was killed a moment ago give their ports back within milliseconds of noticing.
_PATIENCE_S = 3.0
_GLANCE_S = 0.1
_ANSWER_TIMEOUT_S = 2.0


class DoorError(Exception):
    """A port cannot be had; the message names the variable that moves it."""


async def wait_until_free(doors: list[Door]) -> None:
    """Return when every port can be bound.

    Raises:
        DoorError: one of them still cannot after a moment.
    """
    deadline_s = monotonic_s() + _PATIENCE_S
    for door in doors:
        while (refusal := _refusal(door)) is not None:
            if monotonic_s() > deadline_s:
                raise refusal
            await asyncio.sleep(_GLANCE_S)


def _refusal(door: Door) -> DoorError | None:
    """Why this port cannot be bound now; None if it can."""
    family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((door.host, door.port))
        except OSError as failure:
            return DoorError(_sentence(door, failure))
    return None


def _sentence(door: Door, failure: OSError) -> str:
    if failure.errno == errno.EADDRINUSE:
        return f"Port {door.port} on {door.host} is in use by another program: choose another with {door.variable}."
    if failure.errno == errno.EACCES:
        return f"Port {door.port} may not be opened by this user: choose one above 1023 with {door.variable}."
    return f"{door.host} cannot be listened on ({failure.strerror}): choose an address of this machine with HUB_BIND."


async def is_ready(url: str) -> bool:
    """Whether `GET /readyz` below this URL answers 200."""
    address = urlsplit(url)
    secure = None
    if address.scheme == "https":
        import ssl  # costs memory, and most hubs of one machine do without

        secure = ssl.create_default_context()
        secure.check_hostname = False
        secure.verify_mode = ssl.CERT_NONE  # our own server on our own machine; only its answer counts
    try:
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(address.hostname, address.port, ssl=secure)
            try:
                writer.write(f"GET /readyz HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode())
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split(b" ")[1:2] == [b"200"]
