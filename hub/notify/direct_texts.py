"""Texts about the hub itself, which go past the outbox: they belong to no incident, and nobody can take them over.

Whoever sends one writes it down before it leaves, so that no restart repeats it.
"""

from collections.abc import Sequence

import structlog

from hub.identity import new_id
from hub.notify.blind_ladder import Outcome
from hub.notify.channels.port import Accepted, Channel, Unknown

_log = structlog.get_logger(__name__)


async def submit_directly(channels: Sequence[Channel], text: str, phone: str) -> Outcome:
    """Hand a text to the first channel that takes it, those that are ready first."""
    for channel in sorted(channels, key=lambda channel: not channel.ready):
        submission = await channel.submit(text, phone, new_id())
        match submission:
            case Accepted():
                return Outcome.LEFT
            case Unknown():
                return Outcome.LEAVING
            case _:
                _log.warning("direct_text_refused", channel=channel.name, reason=submission.reason)
    return Outcome.FAILED
