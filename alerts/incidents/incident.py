"""An incident - the people's side of alerts -, the table of every transition it can make, and the clocks it lives by.

Every transition is in `TRANSITIONS`, and `next_state` is the only way to a state. What makes them: `moves_by_alerts`,
`moves_by_people`, `moves_by_time`, and for the steps of an open incident's ladder `escalation`.

An incident that is not closed has exactly one deadline (promise 3): the next step of its ladder while it is open, and
while somebody holds it the moment at which holding it without doing anything is noticed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.actors import Actor
from alerts.decisions import Duty
from alerts.escalation.policy import EscalationPolicy
from alerts.explanation import Explanation, Param
from alerts.kinds import IncidentKind
from alerts.observations import Subject
from alerts.severity import Severity


class IncidentState(StrEnum):
    """Where an incident stands at the desk."""

    OPEN = "open"  #: Nobody has taken it; escalation is running. 待受理
    ACKNOWLEDGED = "acknowledged"  #: Somebody has taken it. 处置中
    CLOSED = "closed"  #: A disposition is recorded; nothing follows. 已办结


class Move(StrEnum):
    """What can happen to an incident's state."""

    JOIN = "join"  #: A further alert of the same kind. 合并
    RETURN_BY_ALERT = "return_by_alert"  #: A further alert long after the last one, though somebody holds it. 再次告警
    ACKNOWLEDGE = "acknowledge"  #: 受理
    HAND_OVER = "hand_over"  #: 移交
    GIVE_BACK = "give_back"  #: Who held it holds it no more, and nobody follows. 退回
    TIME_OUT = "time_out"  #: It was taken, and then nothing was done. 超时退回
    CLOSE = "close"  #: 办结
    REOPEN = "reopen"  #: 重开


OPEN, ACKNOWLEDGED, CLOSED = IncidentState.OPEN, IncidentState.ACKNOWLEDGED, IncidentState.CLOSED

TRANSITIONS: Mapping[tuple[IncidentState, Move], IncidentState] = {
    (OPEN, Move.JOIN): OPEN,
    (OPEN, Move.ACKNOWLEDGE): ACKNOWLEDGED,
    (ACKNOWLEDGED, Move.JOIN): ACKNOWLEDGED,
    (ACKNOWLEDGED, Move.RETURN_BY_ALERT): OPEN,
    (ACKNOWLEDGED, Move.HAND_OVER): ACKNOWLEDGED,
    (ACKNOWLEDGED, Move.GIVE_BACK): OPEN,
    (ACKNOWLEDGED, Move.TIME_OUT): OPEN,
    (ACKNOWLEDGED, Move.CLOSE): CLOSED,
    (CLOSED, Move.REOPEN): OPEN,
}


class Deadline(StrEnum):
    """What the one deadline of an incident is for."""

    ESCALATE = "escalate"  #: The next step of the ladder.
    CONTACT_REMINDER = "contact_reminder"  #: Taken, but nobody has been called: sound again.
    ACK_TIMEOUT = "ack_timeout"  #: Taken, and nothing done: back to open.
    RESPONDER_OVERDUE = "responder_overdue"  #: Somebody was on the way: did they arrive, and what then?


class Disposition(StrEnum):
    """How an incident ended."""

    REAL = "real"  #: 属实
    FALSE = "false"  #: 误报
    TEST = "test"  #: 测试
    DUPLICATE = "duplicate"  #: 重复
    CANCELLED = "cancelled"  #: 本人取消
    UNREACHABLE = "unreachable"  #: 无法联系，已转交
    OTHER = "other"  #: 其他


class Ending(StrEnum):
    """What came of a real one (`Disposition.REAL`)."""

    TAKEN_TO_HOSPITAL = "taken_to_hospital"  #: 已送医
    HELPED_ON_SITE = "helped_on_site"  #: 上门处置
    FAMILY_ATTENDING = "family_attending"  #: 家人照看
    RESOLVED_BY_PHONE = "resolved_by_phone"  #: 电话处置
    HANDED_TO_SERVICES = "handed_to_services"  #: 移交 110、119 或其他部门
    FOUND = "found"  #: Somebody who was missing. 已找到
    RECOVERED = "recovered"  #: It had passed before help came. 已自行恢复
    DECEASED = "deceased"  #: 已去世
    OTHER = "other"  #: 其他处置


class FalseCause(StrEnum):
    """Why there was a false one (`Disposition.FALSE`)."""

    PRESSED_BY_MISTAKE = "pressed_by_mistake"  #: 误按
    POSTURE_CHANGE = "posture_change"  #: Sat down, lay down, turned over. 体位变化
    WORN_WRONGLY = "worn_wrongly"  #: 未佩戴或佩戴不当
    DEVICE_FAULT = "device_fault"  #: 设备故障
    SIGNAL = "signal"  #: What arrived was late, broken or not of this moment. 信号或数据异常
    SOMEBODY_ELSE = "somebody_else"  #: A child, a visitor, an animal. 他人或动物触发
    SURROUNDINGS = "surroundings"  #: 环境干扰
    THRESHOLD = "threshold"  #: The profile does not fit the person. 阈值不合适
    AWAY_UNSAID = "away_unsaid"  #: Out, and nobody had said so. 外出未告知
    UNKNOWN = "unknown"  #: 原因不明


#: Further presses within this time join; a later one on a held incident puts it back (DESIGN.md section 2, rule 4).
JOIN_WITHIN = timedelta(minutes=10)
#: Taken is not helped: an SOS or fall taken without a logged contact attempt sounds again (DESIGN.md section 5).
CONTACT_WITHIN = timedelta(seconds=120)
#: 9 of 10 responders are on site within 45 minutes (DOMAIN.md section 3): so long a responder holds an incident.
RESPONDER_WITHIN = timedelta(minutes=45)
#: Kinds whose wearer must be called at once after somebody took it.
CALLED_AT_ONCE = frozenset({IncidentKind.SOS, IncidentKind.FALL, IncidentKind.UNREADABLE_EVENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The position in the policy: which step is next.

    `run` counts starts of the ladder (opening, each return to open, each policy adopted), `round` the repeats within a
    run; after the last round `recurrence` counts how often the last step has recurred.
    """

    run: int = 1
    round: int = 0
    step: int = 0
    recurrence: int = 0
    contact_cursor: int = 0  #: Whom `next_contact` looks at next, counted over all rounds.
    contacts_passed: int = 0  #: How many contacts `next_contact` has told or found without a number in this round.
    empty_tries: int = 0  #: How often in this run no step at all reached anybody.


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident as its row holds it. Times are aware UTC."""

    id: str
    kind: IncidentKind
    severity: Severity
    state: IncidentState
    subject: Subject
    explanation: Explanation
    opened_at: datetime
    last_alert_at: datetime
    policy: EscalationPolicy
    ladder: Ladder
    sounding: bool
    deadline: Deadline | None
    due_at: datetime | None
    acknowledged_at: datetime | None = None  #: When it was taken; handing it over does not take it anew.
    acknowledged_by: Actor | None = None
    call_due_at: datetime | None = None  #: Held: when it is noticed that nobody was called. None: nobody need be.
    contacted_at: datetime | None = None
    touched_at: datetime | None = None
    responding_at: datetime | None = None
    responder_name: str | None = None
    arrived_at: datetime | None = None
    test_pending_until: datetime | None = None  #: Opened by a press that until then may be confirmed as a test.
    closed_at: datetime | None = None
    disposition: Disposition | None = None
    outcome: Ending | None = None
    cause: FalseCause | None = None
    duplicate_of: str | None = None  #: The incident it was merged into.


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The incident as it now is, and what the change owes."""

    incident: Incident
    duties: tuple[Duty, ...] = ()


class RefusedError(Exception):
    """What was asked does not go in the incident's state; `code` and `params` explain it to the asker.

    `holder` is who has it, where that is the reason.
    """

    def __init__(self, code: str, *, holder: Actor | None = None, params: Mapping[str, Param] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.holder = holder
        self.params = dict(params or {})


def next_state(incident: Incident, move: Move) -> IncidentState:
    """Where the move leads; a move that is not in the table is a mistake of ours (KeyError)."""
    return TRANSITIONS[incident.state, move]
