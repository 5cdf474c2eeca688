"""A circuit breaker for each channel: a gateway that answers only with errors is left alone for a while."""

#: So many failures in a row open the breaker: one bad number or one hiccup does not.
FAILURES_TO_OPEN = 5
#: The first pause; each further failure doubles it. The longest is short against a ladder of minutes.
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0


class Breaker:
    """Counts failures in a row; seconds are those of a monotonic clock, given by the caller."""

    def __init__(self) -> None:
        self._failures = 0
        self._open_until_s = 0.0

    def allows(self, now_s: float) -> bool:
        """Whether a text may be given to the channel: always, except in a pause."""
        return now_s >= self._open_until_s

    def record_success(self) -> None:
        """The gateway answered properly; a refusal of one text for good is a proper answer, too."""
        self._failures = 0
        self._open_until_s = 0.0

    def record_failure(self, now_s: float) -> bool:
        """The gateway did not answer, or not sensibly; returns True when this begins a pause."""
        self._failures += 1
        beyond = self._failures - FAILURES_TO_OPEN
        if beyond < 0:
            return False
        self._open_until_s = now_s + min(FIRST_PAUSE_S * 2 ** min(beyond, 16), LONGEST_PAUSE_S)
        return True
