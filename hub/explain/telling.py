"""A story as lines of text, as a person would tell it: what was seen, then what happened, then whether it replays."""

from collections.abc import Iterator

from hub.explain.shapes import AlertSaid, AttemptSaid, Decision, IncidentExplanation, LineSaid, TextSaid
from hub.words.language import Words

#: A step within this of its due time was in time: it is the accuracy that is promised.
_IN_TIME_S = 1.0
_INDENT = "    "


def tell(said: IncidentExplanation, words: Words) -> list[str]:
    """The whole story, line by line."""
    return [
        *_heading(said, words),
        "",
        words.say("observed"),
        *(line for alert in said.alerts for line in _tell_alert(alert, words)),
        "",
        words.say("history"),
        *(line for decision in said.decisions for line in _tell_decision(decision, words)),
        "",
        said.replay.sentence,
    ]


def _heading(said: IncidentExplanation, words: Words) -> Iterator[str]:
    yield words.say(
        "title",
        code=str(said.code),
        kind=words.word("kind", said.kind),
        severity=words.word("severity", said.severity),
        state=words.word("state", said.state),
    )
    who = words.say("nobody") if said.recipient is None else said.recipient.name
    yield words.say("about", who=who, place=said.place)
    yield words.say("since", opened=words.moment(said.opened_at))
    if said.closed_at is not None:
        yield words.say(
            "closed", closed=words.moment(said.closed_at), disposition=words.word("disposition", said.disposition)
        )


def _tell_alert(alert: AlertSaid, words: Words) -> Iterator[str]:
    part = words.word("alert_part", alert.part)
    yield words.say("alert", at=words.moment(alert.occurred_at), sentence=alert.sentence, part=part)
    if alert.late:
        late = words.duration((alert.received_at - alert.occurred_at).total_seconds())
        yield _INDENT + words.say("alert_late", received=words.moment(alert.received_at), late=late)
    yield from (_INDENT + seen.sentence for seen in alert.seen)
    if alert.rule is not None:
        version = str(alert.rules_version)
        yield _INDENT + words.say("alert_rule", rule=words.word("rule", alert.rule), version=version)
    yield from (_INDENT + threshold.sentence for threshold in alert.thresholds)


def _tell_decision(decision: Decision, words: Words) -> Iterator[str]:
    for line in decision.lines:
        at = words.moment(decision.at)
        yield words.say("line", at=at, sentence=line.sentence, actor=_by(line, words))
    if decision.due_at is not None and decision.late_s is not None:
        due = words.moment(decision.due_at)
        if decision.late_s <= _IN_TIME_S:
            yield _INDENT + words.say("step_in_time", due=due)
        else:
            yield _INDENT + words.say("step_late", due=due, late=words.duration(decision.late_s))
    yield from (_INDENT + one.sentence for one in decision.superseded)
    yield from (line for text in decision.texts for line in _tell_text(text, words))


def _by(line: LineSaid, words: Words) -> str:
    if line.actor is None:
        return ""
    name = line.actor.name if line.actor.type != "machine" else words.word("actor", line.actor.type)
    return words.say("by_actor", actor=name)


def _tell_text(text: TextSaid, words: Words) -> Iterator[str]:
    yield _INDENT + words.say(
        "text",
        name=text.person_name,
        role=words.word("contact_type", text.person_type),
        number=text.destination_masked,
        state=words.word("delivery", text.state),
    )
    for attempt in text.attempts:
        yield from (_INDENT * 2 + line for line in _tell_attempt(attempt, words))


def _tell_attempt(attempt: AttemptSaid, words: Words) -> Iterator[str]:
    yield words.say(
        "attempt",
        number=str(attempt.number),
        channel=words.word("channel", attempt.channel),
        at=words.moment(attempt.submitted_at or attempt.at),
        state=words.word("delivery", attempt.state),
        reason=_reason(attempt.reason, words),
    )
    for receipt in attempt.receipts:
        yield words.say(
            "receipt",
            at=words.moment(receipt.received_at),
            state=words.word("delivery", receipt.state),
            reason=_reason(receipt.reason, words),
        )


def _reason(reason: str | None, words: Words) -> str:
    return words.say("with_reason", reason=reason) if reason else ""
