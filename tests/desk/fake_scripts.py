"""The script of the fake hub's incidents: what to do, and what of it was done."""

from datetime import UTC, datetime

from tests.desk.fake_state import Json, stamp

_LINES = (
    ("ring_back", "回拨本人，问清需要什么帮助", "Ring the person back", "call_wearer"),
    ("call_contacts", "没接通：按顺序联系紧急联系人", "Not reached: call the contacts", "call_contact"),
    ("call_rescue", "有危险或叫不应：立即拨 120", "In danger or not answering: call 120", "call_120"),
    ("send_helper", "联系不上：请帮扶责任人上门", "Nobody reached: send a helper", "send_helper"),
    ("conclude", "问清结果，办结", "Ask how it ended, then close it", "log_outcome"),
)


def _step(identity: str, zh: str, en: str, action: str) -> Json:
    text = {"zh": zh, "en": en}
    written: Json = {"id": identity, "text": text, "hint": None, "action": action, "own": False, "remarks": []}
    return written | {"done": False, "at": None, "by": None}


class FakeScripts:
    """A script for each incident, made when it is first shown."""

    def __init__(self) -> None:
        self._shown: dict[str, Json] = {}

    def of(self, incident: Json) -> Json:
        """The script of this incident."""
        case = {"kind": incident["kind"], "severity": None, "category": None, "division_id": None, "version": 0}
        fresh = {"incident_id": incident["id"], **case, "frozen_at": stamp(datetime.now(UTC))}
        return self._shown.setdefault(incident["id"], fresh | {"steps": [_step(*line) for line in _LINES]})

    def check(self, incident: Json, step: str, by: Json, *, done: bool) -> Json:
        """A step is done, or not after all."""
        script = self.of(incident)
        found = next(one for one in script["steps"] if one["id"] == step)
        found |= {"done": done, "at": stamp(datetime.now(UTC)), "by": by}
        return script
