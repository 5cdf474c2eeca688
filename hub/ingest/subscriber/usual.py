"""What a broker usually sends, and whether it sends many times that now. Pure: counts and moments in, a verdict out.

Nobody configures a vendor's rate; it is learned, and learned slowly while it is exceeded, so that a new normal becomes
one within a day and a flood does not within an hour. What a broker had queued while one of the two was away is none.
"""

from dataclasses import dataclass

#: Messages are judged by the window.
WINDOW_S = 10.0
#: How much of the usual rate is forgotten in one window: half of it in 20 minutes.
_LEARN = 0.006
_LEARN_IN_FLOOD = _LEARN / 60
#: Nothing is said before so many windows were seen (10 min).
_LEARNT_AFTER = 60
#: So many times the usual is a flood, so many times is calm again.
_FLOOD_FACTOR = 5.0
_CALM_FACTOR = 2.0
#: Below this rate nothing is a flood, however quiet the source usually is.
_FLOOD_PER_S_MIN = 20.0
#: After a connection came back, its broker's queue may come at once.
_CATCHING_UP_S = 120.0


@dataclass(slots=True)
class UsualRate:
    """Of one source. `judge` is called now and then with the count of messages since the beginning."""

    is_flooding: bool = False
    per_s: float = 0.0  #: Of the last window.
    _usual_per_s: float = 0.0
    _windows: int = 0
    _counted: int = 0
    _began_s: float | None = None
    _away_s: float = float("-inf")

    def judge(self, messages: int, now_s: float, *, is_away: bool) -> bool:
        """Whether a flood has begun with this look."""
        if is_away:
            self._away_s = now_s
        if self._began_s is None:
            self._began_s, self._counted = now_s, messages
        if now_s - self._began_s < WINDOW_S:
            return False
        self.per_s = (messages - self._counted) / (now_s - self._began_s)
        self._began_s, self._counted = now_s, messages
        if now_s - self._away_s < _CATCHING_UP_S:
            return False
        was_flooding, self.is_flooding = self.is_flooding, self._is_flood()
        self._learn()
        return self.is_flooding and not was_flooding

    def _is_flood(self) -> bool:
        if self._windows < _LEARNT_AFTER:
            return False
        factor = _CALM_FACTOR if self.is_flooding else _FLOOD_FACTOR
        return self.per_s >= max(_FLOOD_PER_S_MIN, factor * self._usual_per_s)

    def _learn(self) -> None:
        self._windows += 1
        share = _LEARN_IN_FLOOD if self.is_flooding else max(_LEARN, 1 / self._windows)
        self._usual_per_s += (self.per_s - self._usual_per_s) * share
