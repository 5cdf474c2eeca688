"""File descriptors: every socket is one, and the usual soft limit of 1,024 is less than a county's devices."""

import resource
from dataclasses import replace

from hub.ingest.front_door.limits import Limits

#: For the database, the brokers, the log, the listening sockets; a door that takes the last one locks the hub out.
_RESERVED = 256
#: More is of no use; some systems say "infinity".
_WANTED_MAX = 1_048_576


def raise_descriptor_limit() -> int:
    """Raise this process's soft limit to its hard one; returns how many descriptors it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED_MAX if hard == resource.RLIM_INFINITY else min(hard, _WANTED_MAX)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return min(_WANTED_MAX, soft) if soft != resource.RLIM_INFINITY else _WANTED_MAX
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def fit(limits: Limits, descriptors: int) -> Limits:
    """The limits with no more connections than there are descriptors for."""
    connections_max = max(1, min(limits.connections_max, descriptors - _RESERVED))
    return replace(
        limits, connections_max=connections_max, half_open_max=max(1, min(limits.half_open_max, connections_max // 4))
    )
