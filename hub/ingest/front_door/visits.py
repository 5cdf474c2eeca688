"""How often clients come: who comes again and again without end is slowed down, and said so once an episode.

A client that takes its own session from another one over and over has a double: two devices with one identity.
"""

from hub.ingest.front_door.counters import FrontDoorCounters
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.ports import Watcher
from hub.ingest.front_door.presence import SessionName
from hub.ingest.front_door.rate import Rates, Source


class Visits:
    """Counts the connections that were let in."""

    def __init__(self, limits: Limits, watcher: Watcher, counters: FrontDoorCounters) -> None:
        self._delay_s = limits.visit_delay_s
        self._watcher = watcher
        self._counters = counters
        self._returns = Rates(limits.visits_per_s, limits.visits_burst)
        self._take_overs = Rates(limits.take_overs_per_s, limits.take_overs_burst)

    def greet(self, name: SessionName, now_s: float, *, takes_over: bool) -> float:
        """Count a connection; seconds its CONNACK is to wait."""
        user_id, client_id = name
        if takes_over:
            source = Source(user_id, client_id)
            if self._take_overs.take(source, now_s):
                return 0.0
            if self._take_overs.begins_flood(source):
                self._counters.contested += 1
                self._watcher.on_contested(user_id)
            return self._delay_s
        source = Source(user_id, user_id)
        if self._returns.take(source, now_s):
            return 0.0
        if self._returns.begins_flood(source):
            self._counters.reconnect_loops += 1
            self._watcher.on_reconnect_loop(user_id)
        return self._delay_s

    def end_episodes(self, now_s: float) -> None:
        """Close the episodes of those that have been calm long enough; called now and then."""
        self._returns.end_floods(now_s)
        self._take_overs.end_floods(now_s)
