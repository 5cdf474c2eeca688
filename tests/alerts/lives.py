"""Small lives for tests of the core: a subject that is told things in order, on a clock that the test moves."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.circumstances import Circumstances, GatewayLink, WornDevice
from alerts.decisions import Finding
from alerts.engine import Judged, begin, judge_event, judge_heard, judge_reading, judge_time
from alerts.modes import Mode, ModeSpan
from alerts.observations import DeviceEvent, EventKind, Heard, Observation
from alerts.profile import read_profile
from alerts.state import RecipientState
from tests.alerts.worlds import NOON, RECIPIENT

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    """A time of day in Shanghai, on the 22nd, or the 23rd with a leading +."""
    day = 23 if text.startswith("+") else 22
    hour, minute = text.lstrip("+").split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=SHANGHAI).astimezone(NOON.tzinfo)


def circumstances(now: datetime = NOON, *, kinds: dict[str, str] | None = None, **changes: Any) -> Circumstances:
    """Somebody living alone with a watch, unless told otherwise; `monitoring` is the profile as the API takes it."""
    monitoring = changes.pop("monitoring", {})
    worn = {"watch": "smartwatch"} if kinds is None else kinds
    behind = changes.pop("behind", None)
    return replace(
        Circumstances(
            profile=read_profile(monitoring),
            timezone=SHANGHAI,
            watching_since=now,
            devices=tuple(
                WornDevice(id=device_id, kind=kind, gateway_id=behind, since=now) for device_id, kind in worn.items()
            ),
        ),
        **changes,
    )


@dataclass
class Life:
    """One subject: every call tells the core one thing and moves the clock there."""

    circumstances: Circumstances
    now: datetime = NOON
    found: list[Finding] = field(default_factory=list)
    state: RecipientState = field(init=False)

    def __post_init__(self) -> None:
        self.state = begin(self.circumstances, self.now)

    def after(self, **by: float) -> "Life":
        """Move the clock; deadlines on the way are passed at their moments."""
        self.until(self.now + timedelta(**by))
        return self

    def until(self, moment: datetime) -> "Life":
        """Pass every deadline up to that moment."""
        while self.state.due_at is not None and self.state.due_at <= moment:
            self.now = max(self.now, self.state.due_at)
            self._take(judge_time(self.state, self.circumstances, self.now))
        self.now = moment
        return self

    def look(self) -> list[Finding]:
        """Judge the time now, whatever the state says of its deadline."""
        return self._take(judge_time(self.state, self.circumstances, self.now))

    def reads(
        self, device_id: str = "watch", *, aged_s: float = 0, historical: bool = False, **values: Any
    ) -> list[Finding]:
        """A reading measured `aged_s` ago."""
        kind = next((worn.kind for worn in self.circumstances.devices if worn.id == device_id), "unknown")
        gateway_id = next((worn.gateway_id for worn in self.circumstances.devices if worn.id == device_id), None)
        reading = Observation(
            device_id=device_id,
            device_kind=kind,
            gateway_id=gateway_id,
            at=self.now - timedelta(seconds=aged_s),
            received_at=self.now,
            historical=historical,
            **values,
        )
        return self._take(judge_reading(self.state, reading, self.circumstances, self.now))

    def says(self, event: EventKind, device_id: str = "watch", **changes: Any) -> list[Finding]:
        """A device event that happens now."""
        kind = next((worn.kind for worn in self.circumstances.devices if worn.id == device_id), "unknown")
        fields: dict[str, Any] = {
            "subject": RECIPIENT,
            "device_id": device_id,
            "device_kind": kind,
            "event": event,
            "occurred_at": self.now,
            "received_at": self.now,
            "historical": False,
            "test": False,
        }
        event_said = DeviceEvent(**{**fields, **changes})
        return self._take(judge_event(self.state, event_said, self.circumstances, self.now))

    def hears(self, device_id: str = "watch", *, online: bool | None = None) -> list[Finding]:
        """The device is there."""
        kind = next((worn.kind for worn in self.circumstances.devices if worn.id == device_id), "unknown")
        gateway_id = next((worn.gateway_id for worn in self.circumstances.devices if worn.id == device_id), None)
        heard = Heard(device_id=device_id, device_kind=kind, gateway_id=gateway_id, received_at=self.now, online=online)
        return self._take(judge_heard(self.state, heard, self.circumstances, self.now))

    def restarts(self) -> None:
        """The hub begins anew, with what it had saved."""
        self.state = RecipientState.from_json(self.state.to_json())
        self.circumstances = replace(self.circumstances, watching_since=self.now)

    def gateway(self, gateway_id: str, heard_at: datetime, up_since: datetime | None = None) -> None:
        """What is known of a gateway now."""
        link = GatewayLink(heard_at=heard_at, up_since=up_since or NOON)
        self.circumstances = replace(self.circumstances, gateways={gateway_id: link})

    def enters(self, mode: Mode, until: datetime | None = None) -> None:
        """A mode from now on."""
        span = ModeSpan(mode=mode, from_at=self.now, until_at=until)
        self.circumstances = replace(self.circumstances, modes=(*self.circumstances.modes, span))
        self.look()

    def codes(self) -> list[str]:
        """What was found so far, in words of code: the explanation's, or what was cleared."""
        return [_code(finding) for finding in self.found]

    def _take(self, judged: Judged) -> list[Finding]:
        self.state = judged.state
        self.found.extend(judged.findings)
        return list(judged.findings)


def _code(finding: Finding) -> str:
    explanation = getattr(finding, "explanation", None)
    return explanation.code if explanation is not None else f"clear {finding.kind}"
