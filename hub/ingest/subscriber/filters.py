"""Which filters go to which session: cries for help get a connection and a window of their own where filters allow.

A filter is for alarms as a whole, or it is not: a snapshot with a flag in it cannot be told from one without before it
is read. Sessions never overlap, so that no message comes by both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.broker_addresses import OWN_PROTOCOL, BrokerAddress, filters_overlap
from hub.ingest.adapters import GuardedAdapter

#: The leaves of the hub's own protocol below `up/`, each to be subscribed to by itself.
_LEAVES = ("telemetry", "event", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """The filters of a source by session. Without `events` there is one session for everything."""

    bulk: tuple[str, ...]
    events: tuple[str, ...] = ()


def share_out(address: BrokerAddress, adapter: GuardedAdapter) -> Subscriptions:
    """Two sessions where alarms have filters of their own, else one."""
    if address.event_filters:
        alarms = list(address.event_filters)
        rest = [one for one in address.filters if one not in alarms]
    else:
        filters = [leaf for one in address.filters or adapter.topics for leaf in _leaves_of(one, adapter.name)]
        alarms = [one for one in filters if adapter.carries_alarms(_example_of(one))]
        rest = [one for one in filters if one not in alarms]
    if not alarms or not rest or _overlap(alarms, rest):
        return Subscriptions(bulk=tuple(dict.fromkeys([*rest, *alarms])))
    return Subscriptions(bulk=tuple(dict.fromkeys(rest)), events=tuple(dict.fromkeys(alarms)))


def _leaves_of(topic_filter: str, adapter_name: str) -> list[str]:
    if adapter_name == OWN_PROTOCOL and topic_filter.endswith("/up/#"):
        return [topic_filter.removesuffix("#") + leaf for leaf in _LEAVES]
    return [topic_filter]


def _example_of(topic_filter: str) -> str:
    """A topic that matches."""
    return topic_filter.replace("+", "0").replace("#", "0")


def _overlap(alarms: Sequence[str], rest: Sequence[str]) -> bool:
    return any(filters_overlap(one, other) for one in alarms for other in rest)
