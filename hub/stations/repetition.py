"""Whether an event is one that came before (DESIGN.md section 2, rule 3)."""

from datetime import timedelta

#: An event without id and time that comes again within this is the same press (DESIGN.md section 2, rule 3).
SAME_PRESS_WITHIN = timedelta(seconds=10)
#: A device that gives a day-old id to an event of another time has run out of ids: better twice than never.
ID_REUSED_AFTER = timedelta(hours=24)


def is_repeated(*, age: timedelta, lasting: bool, said_the_same: bool, same_packet: bool) -> bool:
    """Whether an event of an identity that was seen `age` ago is that event again.

    `said_the_same`: the same bytes, or the same device time; `same_packet`: marked as sent before, same packet id.
    """
    if lasting:
        return age < ID_REUSED_AFTER or said_the_same
    return same_packet or age <= SAME_PRESS_WITHIN
