"""What the fake hub holds: incidents, files and stream events in memory, with the moves the contract allows.

It knows the contract, not the product: there is no ladder and no database. What the real hub decides is tested there.
"""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

Json = dict[str, Any]

NOT_CLOSED = ("open", "acknowledged")
DIVISION_ID = "139900101001"


def identity(number: int, part: int = 0) -> str:
    """The id of the thing with this number; `part` tells an incident's person, device and contacts apart."""
    return str(UUID(int=(part << 64) + number))


PERSON, DEVICE, ALERT, CONTACT, LOG = 1, 2, 3, 10, 20


class HeldError(Exception):
    """Somebody else holds the incident."""

    def __init__(self, holder: Json) -> None:
        super().__init__("held")
        self.holder = holder


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class FakeState:
    """Everything the fake hub remembers."""

    incidents: dict[str, Json] = field(default_factory=dict)
    logs: dict[str, list[Json]] = field(default_factory=dict)
    files: dict[str, Json] = field(default_factory=dict)
    notifications: dict[str, list[Json]] = field(default_factory=dict)
    events: list[tuple[int, str, Json]] = field(default_factory=list)
    operators: dict[str, Json] = field(default_factory=dict)
    maintenance: list[Json] = field(default_factory=list)
    follow_ups: list[Json] = field(default_factory=list)
    quarantine: list[Json] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def position(self) -> int:
        """The newest position of the stream."""
        return self.events[-1][0] if self.events else 0

    def number(self) -> int:
        """A number nobody has had."""
        return next(self._numbers)

    def raise_incident(
        self,
        *,
        name: str | None = "李桂兰",
        kind: str = "sos",
        severity: str = "critical",
        age_s: float = 0,
        place: str = "青石镇柳沟村三组12号",
        code: str = "sos_pressed",
        late_s: int | None = None,
        quality: str = "device",
    ) -> Json:
        """Open an incident, with a file for its person, and put it on the stream."""
        number = self.number()
        opened_at = datetime.now(UTC) - timedelta(seconds=age_s)
        recipient = None if name is None else self.make_file(number, name, place)
        device_id = identity(number, DEVICE)
        params: Json = {"device_id": device_id} | ({"delay_s": late_s} if late_s else {})
        incident: Json = {
            "id": identity(number),
            "code": 100 + number,
            "kind": kind,
            "severity": severity,
            "state": "open",
            "subject": {"type": "recipient", "id": recipient["id"]}
            if recipient
            else {"type": "device", "id": device_id},
            "recipient": {"id": recipient["id"], "name": name} if recipient else None,
            "division_id": DIVISION_ID,
            "place": place,
            "caller_phone": None,
            "explanation": {"code": code, "params": params},
            "opened_at": stamp(opened_at),
            "acknowledged_at": None,
            "acknowledged_by": None,
            "contacted_at": None,
            "responding_at": None,
            "responder_name": None,
            "arrived_at": None,
            "test_pending_until": None,
            "closed_at": None,
            "disposition": None,
            "outcome": None,
            "cause": None,
            "duplicate_of": None,
            "sounding": True,
            "last_alert_at": stamp(opened_at),
            "press_count": 1,
            "version": 1,
            "group": None,
            "due_at": stamp(datetime.now(UTC) + timedelta(seconds=60)),
            "due_kind": "escalate",
            "alerts": [
                {
                    "id": identity(number, ALERT),
                    "kind": kind,
                    "severity": severity,
                    "state": "active",
                    "device_id": device_id,
                    "event_id": f"event-{number}",
                    "occurred_at": stamp(opened_at - timedelta(seconds=late_s or 0)),
                    "received_at": stamp(opened_at),
                    "test": False,
                    "late": bool(late_s),
                    "quality": quality,
                    "device_occurred_at": stamp(opened_at - timedelta(seconds=late_s or 0)),
                }
            ],
        }
        self.incidents[incident["id"]] = incident
        self.notifications[incident["id"]] = []
        self.logs[incident["id"]] = []
        self.record(incident["id"], "opened", {"why": code, **params}, actor=None, at=opened_at)
        self.publish("incident", incident)
        return incident

    def make_file(self, number: int, name: str, place: str) -> Json:
        """A plainly fictional person."""
        file: Json = {
            "id": identity(number, PERSON),
            "name": name,
            "division_id": DIVISION_ID,
            "division_name": "青石镇柳沟村",
            "household": None,
            "sex": "female",
            "birth_date": "1941-03-08",
            "phone": f"100000000{number % 100:02d}",
            "address": place,
            "address_note": "院门不锁，钥匙在东邻王家",
            "home": {"lat": 37.6213, "lon": 114.9176},
            "lives_alone": True,
            "timezone": "Asia/Shanghai",
            "categories": ["特困人员", "over_90"],
            "ability": "moderate",
            "care_notes": {
                "conditions": ["高血压", "冠心病"],
                "medication": ["硝苯地平"],
                "allergies": ["青霉素"],
                "language": "方言",
            },
            "contacts": [
                {
                    "id": identity(number, CONTACT + 1),
                    "name": "王强",
                    "phone": "10000000031",
                    "relation": "son",
                    "order": 1,
                    "holds_key": False,
                },
                {
                    "id": identity(number, CONTACT + 2),
                    "name": "赵敏",
                    "phone": "10000000032",
                    "relation": "neighbour",
                    "order": 2,
                    "holds_key": True,
                },
                {
                    "id": identity(number, CONTACT + 3),
                    "name": "孙立",
                    "phone": "10000000033",
                    "relation": "村干部",
                    "order": 3,
                    "holds_key": False,
                },
            ],
            "devices": self.devices_of(number),
            "monitoring": {},
            "group_name": "三组",
            "location_consent": True,
            "photo_consent": False,
            "photo_taken_in_at": None,
            "ended_at": None,
            "ended_reason": None,
            "created_at": stamp(datetime.now(UTC)),
            "updated_at": stamp(datetime.now(UTC)),
            "modes": [],
        }
        self.files[file["id"]] = file
        return file

    def devices_of(self, number: int) -> list[Json]:
        """One watch that can be rung."""
        return [
            {
                "id": identity(number, DEVICE),
                "kind": "smartwatch",
                "model": "W-1",
                "phone": f"100000001{number % 100:02d}",
                "online": True,
                "last_seen_at": stamp(datetime.now(UTC) - timedelta(seconds=40)),
                "battery_pct": 15 if number % 3 == 0 else 76,
                "charging": False,
                "worn": number % 4 != 0,
                "signal_dbm": -81.0,
            }
        ]

    def detail(self, incident_id: str) -> Json:
        """An incident with all that is shown beside it."""
        number = UUID(incident_id).int
        return self.incidents[incident_id] | {
            "log": self.logs[incident_id],
            "notifications": self.notifications[incident_id],
            "devices": self.devices_of(number),
            "policy": {},
        }

    def record(
        self, incident_id: str, code: str, params: Json, *, actor: Json | None, at: datetime | None = None
    ) -> None:
        """A line in an incident's log."""
        moment = stamp(at or datetime.now(UTC))
        line = {"id": identity(self.number(), LOG), "at": moment, "code": code, "params": params, "actor": actor}
        self.logs[incident_id].append(line)

    def publish(self, name: str, shown: Json) -> None:
        """Put something on the stream, as it is now."""
        self.events.append((self.position + 1, name, dict(shown)))

    def move(self, incident_id: str, code: str, params: Json, actor: Json | None, **changes: Any) -> Json:
        """Change an incident, with its line in the log and its event on the stream."""
        incident = self.incidents[incident_id]
        incident.update(changes, version=incident["version"] + 1)
        self.record(incident_id, code, params, actor=actor)
        self.publish("incident", incident)
        return incident

    def refuse_if_held(self, incident_id: str, actor: Json) -> None:
        """Only whoever holds it goes on with it."""
        holder = self.incidents[incident_id]["acknowledged_by"]
        if holder is not None and holder["id"] != actor["id"]:
            raise HeldError(holder)

    def acknowledge(self, incident_id: str, actor: Json) -> Json:
        """Take it."""
        self.refuse_if_held(incident_id, actor)
        now = datetime.now(UTC)
        return self.move(
            incident_id,
            "acknowledged",
            {},
            actor,
            state="acknowledged",
            acknowledged_at=stamp(now),
            acknowledged_by=actor,
            sounding=False,
            due_at=stamp(now + timedelta(seconds=120)),
            due_kind="contact_reminder",
        )

    def press_again(self, incident_id: str) -> Json:
        """A further alert of the same kind joins, and sounds."""
        incident = self.incidents[incident_id]
        now = stamp(datetime.now(UTC))
        alerts = [
            *incident["alerts"],
            incident["alerts"][0] | {"id": identity(self.number(), ALERT), "occurred_at": now},
        ]
        joined = {"last_alert_at": now, "press_count": len(alerts), "alerts": alerts, "sounding": True}
        return self.move(incident_id, "joined", {"why": "sos_pressed"}, None, **joined)

    def help_at_hand(self, incident_id: str) -> Json:
        """Who has duty, and the next step of an incident that nobody has."""
        incident = self.incidents[incident_id]
        people = [{"role": "helper", "name": "示例村医", "phone": "10000000041"}]
        params = {"step": 2, "round": 1, "target": "contacts", "people": "王示例"}
        step = {"at": incident["due_at"], "code": "step_taken", "params": params, "people": ["王示例"]}
        return {"people": people, "next": [step] if incident["state"] == "open" else []}

    def close(
        self,
        incident_id: str,
        actor: Json,
        disposition: str,
        note: str | None,
        *,
        outcome: str | None = None,
        cause: str | None = None,
    ) -> Json:
        """Record how it ended."""
        self.refuse_if_held(incident_id, actor)
        params = {"disposition": disposition, "note": note}
        if outcome or cause:
            params |= {"ending": outcome} if outcome else {"cause": cause}
        said = {"disposition": disposition, "outcome": outcome, "cause": cause}
        ended = {"closed_at": stamp(datetime.now(UTC)), "sounding": False, "due_at": None, **said}
        return self.move(incident_id, "closed", params, actor, state="closed", due_kind=None, **ended)
