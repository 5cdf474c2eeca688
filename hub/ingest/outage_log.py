"""Logs that something waits for the database: when it begins, once a minute while it lasts, and not at each try."""

import structlog

from hub.clock import monotonic_s

_log = structlog.get_logger(__name__)

_EVERY_S = 60.0


class OutageLog:
    """One kind of waiting, one event name."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._began_s: float | None = None
        self._told_s = 0.0

    def tell(self, **fields: object) -> None:
        """Another try has failed."""
        now_s = monotonic_s()
        if self._began_s is None:
            self._began_s = now_s
        elif now_s - self._told_s < _EVERY_S:
            return
        self._told_s = now_s
        _log.warning(self._event, for_s=round(now_s - self._began_s), **fields)

    def end(self) -> None:
        """A try has succeeded: the next failure is a new episode."""
        self._began_s = None
