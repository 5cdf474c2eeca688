"""SUBSCRIBE: which filters are granted, and the codes of the answer. Pure; the session keeps what was granted."""

from collections.abc import Set as AbstractSet

from hub.ingest.front_door.actions import AskSubscriptions, RequestVerdict
from hub.ingest.front_door.packet_types import Version
from hub.ingest.front_door.packets import Subscribe, SubscriptionRequest
from hub.ingest.front_door.reasons import ReasonCode
from hub.ingest.front_door.topics import FilterVerdict, judge_filter, parse_down_filter
from hub.storage.mqtt_records import Admission, Subscription

#: `down/` messages are sent at QoS 1; more is granted to nobody, which MQTT allows (section 3.8.4).
GRANTED_QOS_MAX = 1

_FAILURE_3_1_1 = 0x80

_REFUSALS = {
    FilterVerdict.FORBIDDEN: ReasonCode.NOT_AUTHORIZED,
    FilterVerdict.SHARED: ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
    FilterVerdict.INVALID: ReasonCode.TOPIC_FILTER_INVALID,
}


def judge(packet: Subscribe, admission: Admission, *, room: int) -> AskSubscriptions:
    """A verdict for each request; `room` is how many subscriptions the session may still take on."""
    identifiers = packet.properties.subscription_identifiers
    identifier = identifiers[0] if identifiers else None
    verdicts = []
    for request in packet.requests:
        verdict = _judge_request(request, admission, identifier, has_room=room > 0)
        if verdict.subscription is not None:
            room -= 1
        verdicts.append(verdict)
    return AskSubscriptions(packet.packet_id, tuple(verdicts))


def _judge_request(
    request: SubscriptionRequest, admission: Admission, identifier: int | None, *, has_room: bool
) -> RequestVerdict:
    verdict = judge_filter(request.topic_filter, admission)
    if verdict not in {FilterVerdict.GRANTED, FilterVerdict.IF_CHILD}:
        return RequestVerdict(_REFUSALS[verdict], None)
    if not has_room:
        return RequestVerdict(ReasonCode.QUOTA_EXCEEDED, None)
    qos = min(request.qos, GRANTED_QOS_MAX)
    down_filter = parse_down_filter(request.topic_filter)
    subscription = Subscription(
        topic_filter=request.topic_filter, down_filter=down_filter, qos=qos, identifier=identifier
    )
    return RequestVerdict(qos, subscription, down_filter.device_id if verdict is FilterVerdict.IF_CHILD else None)


def granted(ask: AskSubscriptions, children: AbstractSet[str]) -> list[Subscription]:
    """The subscriptions that stand once the gateway's children are known."""
    return [
        verdict.subscription
        for verdict in ask.verdicts
        if verdict.subscription is not None and (verdict.child_id is None or verdict.child_id in children)
    ]


def answer_codes(ask: AskSubscriptions, children: AbstractSet[str], version: Version) -> tuple[int, ...]:
    """The SUBACK's codes."""
    codes = []
    for verdict in ask.verdicts:
        code = verdict.code
        if verdict.child_id is not None and verdict.child_id not in children:
            code = ReasonCode.NOT_AUTHORIZED
        codes.append(_FAILURE_3_1_1 if version is Version.V3_1_1 and code >= 0x80 else code)
    return tuple(codes)
