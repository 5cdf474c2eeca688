"""What is texted to whoever is on duty about the hub itself: one part, no person in it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.notify.blind_ladder import Episode, Word
from hub.notify.texts import Sender, compose_answer
from hub.storage.sight import BlindBecause

#: The answer that says "I look after it"; none of the answers about a person.
SEEN_BY_ME = "9"
#: A longer name of a place would cost the sentence.
PLACE_CHARACTERS_MAX = 12
_MINUTE_S = 60
_HOUR_MINUTES = 60

_WHAT_IS_DOWN = {
    BlindBecause.DATABASE_AWAY: "平台数据库自{since}起中断",
    BlindBecause.NOT_TAKING_IN: "平台自{since}起收不到设备消息",
}


def compose_word(episode: Episode, word: Word, sender: Sender, place: str, timezone: str) -> str:
    """The text of one call, in the division's own time."""
    where = place[:PLACE_CHARACTERS_MAX]
    match word:
        case Word.BLIND:
            what = _WHAT_IS_DOWN[episode.because].format(since=_clock(episode.since, timezone))
            sentence = f"{where}{what}，设备求助可能无法到达值班台，请立即查看，知道请回{SEEN_BY_ME}"
        case Word.SEEING:
            until = episode.until or episode.since
            lasted = say_duration(until - episode.since)
            sentence = f"{where}平台已于{_clock(until, timezone)}恢复，中断{lasted}，其间的求助正在补收，请查看值班台"
    return compose_answer(sentence, sender)


def _clock(at: datetime, timezone: str) -> str:
    return f"{at.astimezone(ZoneInfo(timezone)):%H:%M}"


def say_duration(lasted: timedelta) -> str:
    """In minutes, from an hour on in hours and minutes."""
    minutes = max(round(lasted.total_seconds() / _MINUTE_S), 1)
    return f"{minutes}分钟" if minutes < _HOUR_MINUTES else f"{minutes // _HOUR_MINUTES}小时{minutes % _HOUR_MINUTES}分"
