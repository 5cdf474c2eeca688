"""An explanation as it is shown outside, by the API and by `hub explain --json`: the same, with its sentences.

Times are the hub's; what a device claimed stands beside them. Numbers are masked, as everywhere outside of the outbox.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from hub.storage.views import ActorView, NamedView, View


class ThresholdSaid(View):
    """A threshold that decided; `chosen`: set for this person, else the hub's default."""

    name: str
    value: float | str
    chosen: bool
    sentence: str


class SeenSaid(View):
    """An observation that the rule went by; `quality` says where its time comes from."""

    what: str
    at: datetime
    device_id: str | None
    quality: str | None
    values: dict[str, Any]
    sentence: str


class AlertSaid(View):
    """One alert with its evidence.

    `part` is what it did: `opened` or `joined` the incident, `expired` (a suspicion whose time passed and opened it),
    `taken_along` (a suspicion that a graver alert superseded), or `recorded` where no command tells.
    """

    id: UUID
    kind: str
    severity: str
    state: str
    part: str
    device_id: UUID | None
    device_kind: str | None
    event: str | None
    event_id: str | None
    occurred_at: datetime
    device_occurred_at: datetime | None
    quality: str | None
    received_at: datetime
    cleared_at: datetime | None
    late: bool
    test: bool
    code: str
    params: dict[str, Any]
    rule: str | None
    rules_version: int | None
    thresholds: list[ThresholdSaid]
    seen: list[SeenSaid]
    sentence: str


class ReceiptSaid(View):
    """What a gateway said afterwards."""

    state: str
    received_at: datetime
    reason: str | None


class AttemptSaid(View):
    """One try at delivering a text; `at`: when it came to stand as it does."""

    number: int
    channel: str
    state: str
    submitted_at: datetime | None
    at: datetime
    reason: str | None
    repeats_unknown: bool
    receipts: list[ReceiptSaid]


class TextSaid(View):
    """A text that was owed to somebody, and what became of it."""

    id: UUID
    person_name: str
    person_type: str
    destination_masked: str
    state: str
    step: dict[str, Any] | None
    created_at: datetime
    text: str | None
    attempts: list[AttemptSaid]


class SupersededSaid(View):
    """What a decision put in the place of what was: the severity, the state, the holder, the deadline."""

    what: str
    before: str | None
    after: str | None
    sentence: str


class LineSaid(View):
    """A line of the log; `actor` null: the hub itself."""

    code: str
    params: dict[str, Any]
    actor: ActorView | None
    sentence: str


class Decision(View):
    """One decision: the command, by which version of the rules, what it superseded, what it said and whom it told.

    `alert_id`: the alert that it took in; `due_at`: when it was due, where time decided. `command` null: something on
    record that no command tells of.
    """

    n: int | None
    at: datetime
    command: str | None
    rules_version: int | None
    alert_id: UUID | None
    due_at: datetime | None
    late_s: float | None
    superseded: list[SupersededSaid]
    lines: list[LineSaid]
    texts: list[TextSaid]


class ReplaySaid(View):
    """Whether the commands, applied again, give what is kept: `same`, `differs`, `not_replayable` or `not_kept`."""

    end: str
    commands: int
    where: str | None
    replayed: str | None
    kept: str | None
    reason: str | None
    sentence: str


class IncidentExplanation(View):
    """An incident's story: what was observed, what was decided, who was told and did what, and whether it replays."""

    id: UUID
    code: int
    kind: str
    severity: str
    state: str
    recipient: NamedView | None
    division_id: str
    place: str
    opened_at: datetime
    closed_at: datetime | None
    disposition: str | None
    language: str
    alerts: list[AlertSaid]
    decisions: list[Decision]
    replay: ReplaySaid
    story: list[str]
