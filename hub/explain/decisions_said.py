"""The decisions of a story: each command with what it superseded, what it said, and whom it told."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from alerts.actors import Actor
from alerts.decisions import Record
from alerts.incidents import Incident
from alerts.incidents.commands import PassHoldDeadline, TakeStep
from alerts.incidents.replay import Happened
from alerts.incidents.written import NAME, write_command
from hub.explain.gathered import Gathered
from hub.explain.parts import Played
from hub.explain.shapes import AttemptSaid, Decision, LineSaid, SupersededSaid, TextSaid
from hub.storage.explanations import TextRow
from hub.storage.views import ActorView
from hub.words.language import Words

Line = tuple[datetime, Record]


def say_decisions(
    gathered: Gathered, happened: Sequence[Happened], played: Mapping[UUID, Played], words: Words
) -> list[Decision]:
    """Everything that happened, in its order: what the commands tell, and what is on record besides."""
    log = gathered.kept.log
    alerts = {one.command: alert_id for alert_id, one in played.items() if one.command is not None}
    owed: dict[datetime, list[TextRow]] = {}
    for text in gathered.texts:
        owed.setdefault(text.created_at, []).append(text)
    decisions = [
        decision.model_copy(update={"alert_id": alerts.get(decision.n or 0)})
        for decision in _of_commands(log, happened, owed, words)
    ]
    told = sum(len(decision.lines) for decision in decisions)
    decisions += [_beside(at, [line], owed.pop(at, []), words) for at, line in log[told:]]
    decisions += [_beside(at, [], left, words) for at, left in owed.items()]
    return sorted(decisions, key=lambda decision: decision.at)


def _of_commands(
    log: Sequence[Line], happened: Sequence[Happened], owed: dict[datetime, list[TextRow]], words: Words
) -> Iterator[Decision]:
    position, before = 0, None
    for one in happened:
        length = sum(isinstance(duty, Record) for duty in one.duties)
        lines = [line for _, line in log[position : position + length]]
        position += length
        yield _decision(one, before, lines, owed.pop(one.applied.at, []), words)
        before = one.incident


def _decision(
    one: Happened, before: Incident | None, lines: Sequence[Record], texts: Sequence[TextRow], words: Words
) -> Decision:
    applied = one.applied
    by_time = isinstance(applied.command, TakeStep | PassHoldDeadline)
    due_at = before.due_at if by_time and before is not None else None
    return Decision(
        n=applied.n,
        at=applied.at,
        command=str(write_command(applied.command)[NAME]),
        rules_version=applied.rules_version,
        alert_id=None,
        due_at=due_at,
        late_s=None if due_at is None else (applied.at - due_at).total_seconds(),
        superseded=[] if before is None else [*_superseded(before, one.incident, words)],
        lines=[_say_line(line, words) for line in lines],
        texts=[_say_text(text) for text in texts],
    )


def _beside(at: datetime, lines: Sequence[Record], texts: Sequence[TextRow], words: Words) -> Decision:
    return Decision(
        n=None,
        at=at,
        command=None,
        rules_version=None,
        alert_id=None,
        due_at=None,
        late_s=None,
        superseded=[],
        lines=[_say_line(line, words) for line in lines],
        texts=[_say_text(text) for text in texts],
    )


def _superseded(before: Incident, after: Incident, words: Words) -> Iterator[SupersededSaid]:
    pairs = {
        "severity": (words.word("severity", before.severity), words.word("severity", after.severity)),
        "state": (words.word("state", before.state), words.word("state", after.state)),
        "holder": (_name(before.acknowledged_by, words), _name(after.acknowledged_by, words)),
        "deadline": (_deadline(before, words), _deadline(after, words)),
    }
    for what, (was, now) in pairs.items():
        if was != now and was is not None:
            sentence = words.say(
                "was", what=words.word("superseded", what), before=was, after=now or words.word("superseded", "none")
            )
            yield SupersededSaid(what=what, before=was, after=now, sentence=sentence)


def _deadline(incident: Incident, words: Words) -> str | None:
    if incident.deadline is None or incident.due_at is None:
        return None
    return f"{words.word('deadline', incident.deadline)} {words.moment(incident.due_at)}"


def _name(actor: Actor | None, words: Words) -> str | None:
    if actor is None:
        return None
    return actor.name or words.word("actor", actor.type)


def _say_line(line: Record, words: Words) -> LineSaid:
    actor = None if line.actor is None else ActorView(type=line.actor.type, id=line.actor.id, name=line.actor.name)
    return LineSaid(
        code=line.code,
        params=dict(line.params),
        actor=actor,
        sentence=words.sentence("log", line.code, line.params),
    )


def _say_text(row: TextRow) -> TextSaid:
    attempts = [AttemptSaid.model_validate(attempt) for attempt in row.attempts]
    return TextSaid(**{**row.model_dump(), "attempts": attempts})
