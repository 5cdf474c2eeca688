"""Something to look at: a believable, plainly fictional night for screenshots and for trying the desk by hand."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.desk.fake_state import CONTACT, DEVICE, DIVISION_ID, FakeState, Json, identity, stamp

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
ACTOR: Json = {"type": "operator", "id": identity(2), "name": "吴磊"}


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
    attempt: Json = {"who": "王强", "contact_id": identity(UUID(incident_id).int, CONTACT + 1), "phone": "10000000031"}
    state.move(incident_id, "contact_attempt", attempt | {"outcome": "no_answer"}, ACTOR, contacted_at=stamp(now))
    if number % 2:
        coming = {"responding_at": stamp(now), "responder_name": "孙立", "due_kind": "responder_overdue"}
        state.move(incident_id, "responding", {"name": "孙立", "eta_minutes": 10}, ACTOR, **coming)
    for person, number_masked, delivery in (("王强", "100****0031", "delivered"), ("赵敏", "100****0032", "accepted")):
        tried = {
            "id": identity(state.number()),
            "number": 1,
            "channel": "smpp",
            "at": stamp(now),
            "reason": None,
            "repeats_unknown": False,
        }
        state.notifications[incident_id].append(
            {
                "id": identity(state.number()),
                "incident_id": incident_id,
                "person_name": person,
                "person_type": "contact",
                "destination_masked": number_masked,
                "channel": "smpp",
                "state": delivery,
                "step": {"round": 0, "step": 1, "target": "contacts"},
                "created_at": stamp(now - timedelta(seconds=30)),
                "text": "【青石县民政】三组李奶奶按了求助键，电话无人接。能去回1，不能回2，到了回3。",
                "bundled_with": None,
                "attempts": [tried | {"state": delivery}],
            }
        )


def furnish_lists(state: FakeState) -> None:
    """A few entries for each list beside the queue."""
    hours_ago = [stamp(datetime.now(UTC) - timedelta(hours=hours)) for hours in range(1, 5)]
    reported: Json = {
        "state": "open",
        "division_id": DIVISION_ID,
        "device_id": identity(1, DEVICE),
        "recipient": {"id": identity(1), "name": NAMES[0]},
        "last_seen_at": hours_ago[0],
        "occurrences": 1,
        "note": None,
        "place": "三组",
        "device_kind": "smartwatch",
        "due_at": stamp(datetime.now(UTC) + timedelta(hours=20)),
        "overdue": False,
        "notes": [],
    }
    printed: Json = {"device_model": "T1", "device_serial": "SN-0001"}
    for at, kind in zip(hours_ago, ("low_battery", "refused_connect", "clock_wrong", "tamper"), strict=True):
        said = {"kind": kind, "explanation": {"code": kind, "params": {}}, "opened_at": at, **printed}
        whole: Json = {"cleared_at": None, "closed_by": None, "folded_into": None, "concerned": []}
        state.maintenance.append(reported | said | whole | {"id": identity(state.number())})
    asked: Json = {"kind": "service_requested", "explanation": {"code": "service_requested", "params": {}}}
    untouched: Json = dict.fromkeys(("acknowledged_at", "acknowledged_by", "closed_at", "disposition"))
    state.follow_ups.append(reported | asked | untouched | {"id": identity(state.number()), "opened_at": hours_ago[0]})
    state.quarantine.append(
        {
            "id": identity(state.number()),
            "division_id": DIVISION_ID,
            "place": "三组",
            "device_id": identity(1, DEVICE),
            "device_kind": "smartwatch",
            **printed,
            "topic": f"anxin/v1/{identity(1, DEVICE)}/up/telemetry",
            "reason": {
                "code": "field_invalid",
                "params": {"field": "heart_rate_bpm", "detail": "Input should be a number"},
            },
            "payload_bytes": 31,
            "preview": '{"heart_rate_bpm": "seventy-two"}',
            "preview_hex": "7b",
            "messages": 1,
            "first_received_at": hours_ago[0],
            "received_at": hours_ago[0],
            "incident_id": None,
        }
    )
    for name in NAMES[:3]:
        incident = state.raise_incident(name=name, age_s=4000)
        state.acknowledge(incident["id"], ACTOR)
        state.close(incident["id"], ACTOR, "real", "已由村干部上门，人平安")
