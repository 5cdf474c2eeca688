"""Something to look at: a believable, plainly fictional night for screenshots and for trying the desk by hand."""

from datetime import UTC, datetime, timedelta

from tests.desk.fake_state import FakeState, Json, stamp

NAMES = ("李桂兰", "王秀英", "张玉珍", "刘长顺", "陈淑芬", "杨德福", "赵凤霞", "黄金水", "周桂芝", "吴老根")
PLACES = ("青石镇柳沟村三组12号", "青石镇上河村一组5号", "白塔镇东岭村二组", "白塔镇西洼村四组8号", "双桥镇石桥村")
CASES = (
    ("sos", "critical", "sos_pressed"),
    ("fall", "high", "fall_suspected"),
    ("unreadable_event", "high", "unreadable_event"),
    ("sos", "critical", "sos_pressed"),
    ("vitals", "medium", "heart_rate_high"),
    ("phone_report", "medium", "phone_report"),
    ("hub_probe", "low", "hub_probe"),
)
ACTOR: Json = {"type": "operator", "id": "operator-wu", "name": "吴磊"}


def furnish(state: FakeState, count: int) -> None:
    """As many incidents, every third of them taken, with a history; and something in every list."""
    for number in range(count):
        kind, severity, code = CASES[number % len(CASES)]
        name = None if number % 11 == 10 else NAMES[number % len(NAMES)]
        place = PLACES[number % len(PLACES)]
        age_s = 12 + number * 37
        incident = state.raise_incident(name=name, kind=kind, severity=severity, code=code, place=place, age_s=age_s)
        if number % 3 == 1:
            work_on(state, incident["id"], number)
    if count:
        furnish_lists(state)


def work_on(state: FakeState, incident_id: str, number: int) -> None:
    """Somebody took it, called, and every other one has a responder."""
    now = datetime.now(UTC)
    state.acknowledge(incident_id, ACTOR)
    attempt: Json = {"who": "王强", "contact_id": f"contact-{incident_id.rsplit('-', 1)[1]}-1", "phone": "10000000031"}
    state.move(incident_id, "contact_attempt", attempt | {"outcome": "no_answer"}, ACTOR, contacted_at=stamp(now))
    if number % 2:
        coming = {"responding_at": stamp(now), "responder_name": "孙立", "due_kind": "responder_overdue"}
        state.move(incident_id, "responding", {"name": "孙立", "eta_minutes": 10}, ACTOR, **coming)
    for person, number_masked, delivery in (("王强", "100****0031", "delivered"), ("赵敏", "100****0032", "accepted")):
        state.notifications[incident_id].append(
            {
                "id": f"notification-{state.number()}",
                "person_name": person,
                "destination_masked": number_masked,
                "channel": "smpp",
                "state": delivery,
                "created_at": stamp(now - timedelta(seconds=30)),
                "text": "【青石县民政】三组李奶奶按了求助键，电话无人接。能去回1，不能回2，到了回3。",
                "attempts": [{"state": delivery, "at": stamp(now), "reason": None}],
            }
        )


def furnish_lists(state: FakeState) -> None:
    """A few entries for each list beside the queue."""
    hours_ago = [stamp(datetime.now(UTC) - timedelta(hours=hours)) for hours in range(1, 5)]
    person = {"id": "recipient-1", "name": NAMES[0]}
    watch = {"id": "device-1", "kind": "smartwatch", "model": "W-1"}
    for at, kind in zip(hours_ago, ("low_battery", "refused_connect", "clock_wrong", "tamper"), strict=True):
        why = {"code": kind, "params": {}}
        common: Json = {"state": "open", "opened_at": at, "place": PLACES[0], "recipient": person, "explanation": why}
        state.maintenance.append(common | {"id": f"maintenance-{kind}", "kind": kind, "device": watch})
    why = {"code": "service_requested", "params": {}}
    common = {"state": "open", "opened_at": hours_ago[0], "place": PLACES[1], "recipient": person, "explanation": why}
    state.follow_ups.append(common | {"id": "follow-up-1", "kind": "service_requested"})
    topic = "anxin/v1/device-1/up/telemetry"
    reason = {"reason": "not valid JSON", "field": "offset 17"}
    state.quarantine.append(
        {"id": "message-1", "received_at": hours_ago[0], "topic": topic, "device_id": "device-1"} | reason
    )
    for name in NAMES[:3]:
        incident = state.raise_incident(name=name, age_s=4000)
        state.acknowledge(incident["id"], ACTOR)
        state.close(incident["id"], ACTOR, "real", "已由村干部上门，人平安")
