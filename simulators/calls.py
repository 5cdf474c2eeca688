"""One call for help, without I/O: when to send it again, and what the wearer may be told.

A call is a press of the button, or a fall that the device suspects. The rule of the protocol: the same id is sent again
until the hub says `received` or `refused`. Nothing a wearer is told promises help before `responding`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from simulators.wire import Acknowledgement, Stage

#: Long enough for a commit and the way back over a slow mobile link, short enough for somebody on the floor.
REPEAT_AFTER = timedelta(seconds=3)
#: A hub that is away for an hour is not helped by a storm when it is back.
REPEAT_AFTER_MAX = timedelta(seconds=30)


class Light(StrEnum):
    """What the device shows its wearer; each with the sentence it speaks."""

    CALLING = "calling"  #: 正在呼叫，请不要离开
    RECEIVED = "received"  #: 求助已送到，正在等人受理
    TAKEN = "taken"  #: 值班员已经看到
    HELP_IS_COMING = "help_is_coming"  #: 有人正在赶来
    OVER = "over"  #: 本次求助已办结
    NOT_RECEIVED = "not_received"  #: 没有送到，请直接拨打电话


_LIGHTS = {
    Stage.RECEIVED: Light.RECEIVED,
    Stage.TAKEN: Light.TAKEN,
    Stage.RESPONDING: Light.HELP_IS_COMING,
    Stage.CLOSED: Light.OVER,
    Stage.REQUEUED: Light.RECEIVED,
    Stage.REFUSED: Light.NOT_RECEIVED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as the firmware keeps it; times are aware UTC."""

    event_id: str
    event: str  #: `sos_pressed`, `fall_suspected`, ... as on the wire.
    called_at: datetime
    seq: int = 0  #: The device's count; the same each time it is sent.
    test: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)
    stage: Stage | None = None  #: What the hub last said; None: nothing yet.
    stage_at: datetime | None = None  #: The hub's time of that.
    reason: str | None = None
    times_sent: int = 0
    due_at: datetime | None = None  #: When it is to be sent again; None: not any more.

    @property
    def light(self) -> Light:
        """What the wearer sees now."""
        return Light.CALLING if self.stage is None else _LIGHTS[self.stage]

    @property
    def is_waiting(self) -> bool:
        """The hub has not said that it has it: keep calling."""
        return self.stage is None

    @property
    def is_over(self) -> bool:
        """Nothing more is expected of the hub."""
        return self.stage in {Stage.CLOSED, Stage.REFUSED}


def call(
    event_id: str,
    now: datetime,
    *,
    event: str = "sos_pressed",
    seq: int = 0,
    test: bool = False,
    evidence: Mapping[str, Any] | None = None,
) -> Call:
    """Somebody calls: due at once."""
    return Call(event_id=event_id, event=event, called_at=now, seq=seq, test=test, evidence=evidence or {}, due_at=now)


def is_due(current: Call, now: datetime) -> bool:
    """Whether it has to be sent (again) now."""
    return current.due_at is not None and current.due_at <= now


def sent(current: Call, now: datetime) -> Call:
    """It left the device; until the hub says that it has it, it leaves again, each time a little later."""
    if not current.is_waiting:
        return current
    pause = min(REPEAT_AFTER * (1 + current.times_sent / 2), REPEAT_AFTER_MAX)
    return replace(current, times_sent=current.times_sent + 1, due_at=now + pause)


def reconnected(current: Call, now: datetime) -> Call:
    """The link is back: whatever the hub has not confirmed goes out at once."""
    return replace(current, due_at=now) if current.is_waiting else current


def acknowledged(current: Call, acknowledgement: Acknowledgement) -> Call:
    """What the hub said about this call.

    Messages can come twice and late: `received` (which answers each repetition) never takes back a later stage, nothing
    that is older than what is known counts, and only a stage with a newer time leaves `closed` (a reopened incident).
    """
    if acknowledgement.ref != current.event_id:
        return current
    if acknowledgement.stage in {Stage.RECEIVED, Stage.REFUSED} and not current.is_waiting:
        return current
    if _is_older(acknowledgement, current):
        return current
    return replace(
        current,
        stage=acknowledgement.stage,
        stage_at=acknowledgement.at or current.stage_at,
        reason=acknowledgement.reason,
        due_at=None,
    )


def _is_older(acknowledgement: Acknowledgement, current: Call) -> bool:
    if current.stage_at is None or acknowledgement.at is None:
        return current.stage is Stage.CLOSED
    if current.stage is Stage.CLOSED:
        return acknowledgement.at <= current.stage_at
    return acknowledgement.at < current.stage_at
