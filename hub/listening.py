"""Sockets that are listened on, alike for every door of the hub."""

import socket


def listen_on(host: str, port: int, *, backlog: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    What is accepted inherits that nothing small waits to be sent: asyncio sees to it for its own listeners alone, and
    without it the second of two writes waits until the peer has confirmed the first, up to 40 ms.

    Raises:
        OSError: the address is in use or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=backlog)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
