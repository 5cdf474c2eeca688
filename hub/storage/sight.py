"""Whether the hub sees its devices: what a press needs to get as far as the rows, judged by those who depend on it.

Whoever asks finds out by asking whether the database answers; what ingest last said of itself is a row.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.storage import heartbeats
from hub.storage.database import Connection


class BlindBecause(StrEnum):
    """Why a press would not reach the desk."""

    DATABASE_AWAY = "database_away"  #: Nothing can be stored, read or acknowledged. 数据库中断
    NOT_TAKING_IN = "not_taking_in"  #: Ingest is gone, stands by for nobody, or cannot store. 接收中断


@dataclass(frozen=True, slots=True, kw_only=True)
class Blindness:
    """Since when the hub is blind, and why."""

    because: BlindBecause
    since: datetime


async def why_nothing_comes_in(connection: Connection) -> str | None:
    """None while some ingest takes messages in and stores them; otherwise the sentence of `/readyz`."""
    return await heartbeats.why_not_ready(connection, "ingest")
