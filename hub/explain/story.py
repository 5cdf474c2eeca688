"""An incident's story: everything that is known of it, with its sentences in one language."""

from hub.explain.alerts_said import say_alerts
from hub.explain.decisions_said import say_decisions
from hub.explain.gathered import Gathered
from hub.explain.parts import find_parts
from hub.explain.replayed import Replayed, replay_kept
from hub.explain.shapes import IncidentExplanation, ReplaySaid
from hub.explain.telling import tell
from hub.words.language import Words


def explain(gathered: Gathered, words: Words) -> IncidentExplanation:
    """What was observed, decided, told and done; and whether the commands give the same again."""
    replayed = replay_kept(gathered.kept)
    played = find_parts(gathered.kept.alerts, replayed.happened)
    about, incident = gathered.about, gathered.kept.incident
    explanation = IncidentExplanation(
        id=about.id,
        code=about.code,
        kind=incident.kind,
        severity=incident.severity,
        state=incident.state,
        recipient=about.recipient,
        division_id=about.division_id,
        place=about.place,
        opened_at=incident.opened_at,
        closed_at=incident.closed_at,
        disposition=incident.disposition,
        language=words.language,
        alerts=say_alerts(gathered, played, words),
        decisions=say_decisions(gathered, replayed.happened, played, words),
        replay=_say_replay(replayed, len(gathered.kept.commands), words),
        story=[],
    )
    return explanation.model_copy(update={"story": tell(explanation, words)})


def _say_replay(replayed: Replayed, commands: int, words: Words) -> ReplaySaid:
    difference = replayed.difference
    said = [words.word("replay_end", replayed.end), words.say("commands", count=str(commands))]
    if difference is not None:
        said.append(words.say("difference", where=difference.where, replayed=difference.replayed, kept=difference.kept))
    if replayed.reason is not None:
        said.append(replayed.reason)
    return ReplaySaid(
        end=replayed.end,
        commands=commands,
        where=None if difference is None else difference.where,
        replayed=None if difference is None else difference.replayed,
        kept=None if difference is None else difference.kept,
        reason=replayed.reason,
        sentence=" · ".join(said),
    )
