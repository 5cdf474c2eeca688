"""Replaying: each incident's commands, applied again by the core, give its row, its deadline, its log and its alerts.

So what `rebuilding` cannot compare of a state is compared here of an incident: when it is due (`due_at`, to the
microsecond), and what it was raised for - every alert came by a command with the same evidence.
"""

from collections.abc import Iterable
from datetime import datetime

from hub.explain.all_replayed import Replays, replay_all
from hub.explain.replayed import Replayed, ReplayEnd
from hub.storage.verification import Picture
from hub.verify.differences import Look, differ


async def look_at_replays(picture: Picture, since: datetime) -> Look:
    """Replay what is not closed and what has changed since then."""
    replays = await replay_all(picture.connection, since)
    return check_replays(replays, from_before=frozenset(await picture.ids("from_before_commands")))


def check_replays(replays: Replays, from_before: frozenset[str]) -> Look:
    """What did not come out the same; `from_before` are incidents from before commands were kept."""
    without = replays.ended(ReplayEnd.NOT_KEPT)
    differing = replays.ended(ReplayEnd.DIFFERS)
    return Look(
        check="replayed",
        counted=replays.counted,
        differences=(
            *differ("replay_differs", differing, where=_where(replays.others[one] for one in differing)),
            *differ("not_replayable", replays.ended(ReplayEnd.NOT_REPLAYABLE)),
            *differ("commands_missing", [one for one in without if one not in from_before]),
            *differ("from_before_commands", [one for one in without if one in from_before]),
            *differ("other_rules", replays.ended(ReplayEnd.OTHER_RULES)),
        ),
    )


def _where(differing: Iterable[Replayed]) -> str:
    return ", ".join(sorted({one.difference.where for one in differing if one.difference is not None}))
