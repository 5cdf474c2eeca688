"""The alerts of a story: what each was raised for, by which rule, thresholds and observations, and what it did."""

from collections.abc import Mapping
from uuid import UUID

from alerts.explanation import Evidence, Seen, Threshold
from hub.explain.gathered import Gathered, ToldAlert
from hub.explain.parts import Played
from hub.explain.shapes import AlertSaid, SeenSaid, ThresholdSaid
from hub.words.language import Words

#: Where a reading's or an event's time comes from the device itself, nothing needs to be said.
_AS_THE_DEVICE_SAID = "device"


def say_alerts(gathered: Gathered, played: Mapping[UUID, Played], words: Words) -> list[AlertSaid]:
    """Every alert of the incident, in the order in which they came."""
    return [_say_alert(alert, played[alert.row.id].part, gathered, words) for alert in gathered.alerts]


def _say_alert(alert: ToldAlert, part: str, gathered: Gathered, words: Words) -> AlertSaid:
    row, said = alert.row, alert.explanation
    evidence = said.evidence
    return AlertSaid(
        **{name: value for name, value in row.model_dump().items() if name != "explanation"},
        part=part,
        code=said.code,
        params=dict(said.params),
        rule=None if evidence is None else evidence.rule,
        rules_version=None if evidence is None else evidence.version,
        thresholds=[] if evidence is None else [_say_threshold(one, words) for one in evidence.thresholds],
        seen=[] if evidence is None else [_say_seen(one, gathered, words) for one in evidence.seen],
        sentence=words.sentence("explanation", said.code, said.params),
    )


def rule_sentence(evidence: Evidence, words: Words) -> str:
    """Which rule it was."""
    return words.say("alert_rule", rule=words.word("rule", evidence.rule), version=str(evidence.version))


def _say_threshold(one: Threshold, words: Words) -> ThresholdSaid:
    name = one.name.replace(".", "_")
    value = words.duration(float(one.value)) if name.endswith("_s") else str(one.value)
    sentence = words.say(
        "alert_threshold",
        name=words.word("threshold", name),
        value=value,
        whose=words.say("of_person" if one.chosen else "by_default"),
    )
    return ThresholdSaid(name=one.name, value=one.value, chosen=one.chosen, sentence=sentence)


def _say_seen(one: Seen, gathered: Gathered, words: Words) -> SeenSaid:
    quality = one.quality
    if quality is None and one.device_id is not None:
        quality = gathered.qualities.get((one.device_id, one.at))
    sentence = words.say(
        "alert_seen",
        what=words.word("seen", one.what),
        at=words.moment(one.at),
        device=_device(one.device_id, gathered.device_kinds, words),
        quality=""
        if quality in (None, _AS_THE_DEVICE_SAID)
        else words.say("with_quality", quality=words.word("time_quality", quality)),
        values=_values(one, words),
    )
    return SeenSaid(
        what=one.what,
        at=one.at,
        device_id=one.device_id,
        quality=quality,
        values=dict(one.values),
        sentence=sentence,
    )


def _device(device_id: str | None, kinds: Mapping[str, str], words: Words) -> str:
    if device_id is None:
        return ""
    return words.say("by_device", kind=words.word("device_kind", kinds.get(device_id)), id=device_id)


def _values(one: Seen, words: Words) -> str:
    measured = [f"{words.word('measure', name)} {value}" for name, value in one.values.items() if value is not None]
    return words.say("with_values", values=" ".join(measured)) if measured else ""
