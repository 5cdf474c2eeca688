"""What is known of many devices at a glance: per kind what was sent, acknowledged and answered, and the last calls."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from simulators.calls import Light
from simulators.notes import Happening, Note

KIND_WORDS = {
    "call_button": "call button",
    "smartwatch": "smartwatch",
    "wristband": "wristband",
    "mattress": "mattress",
    "fall_radar": "fall radar",
    "gateway": "gateway",
}
LIGHT_WORDS = {
    Light.CALLING: "calling",
    Light.RECEIVED: "received: waiting for somebody to take it",
    Light.TAKEN: "taken by the desk",
    Light.HELP_IS_COMING: "help is coming",
    Light.OVER: "closed",
    Light.NOT_RECEIVED: "refused",
}
_CALL_WORDS = {"sos_pressed": "is pressed", "fall_suspected": "suspects a fall"}
#: So many round trips make a median that moves.
_ROUND_TRIPS_KEPT = 500
_CALLS_KEPT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A device as it is shown: whose it is, and what."""

    wearer: str
    kind: str

    @property
    def title(self) -> str:
        """One line's beginning."""
        return f"{self.wearer} · {KIND_WORDS.get(self.kind, self.kind)}"


@dataclass(slots=True)
class Tally:
    """All devices of one kind."""

    devices: int = 0
    online: int = 0
    readings: int = 0
    events: int = 0
    acknowledged: int = 0  #: Messages with a PUBACK.
    answers: int = 0  #: Stages and commands on `down/`.
    round_trips_ms: deque[float] = field(default_factory=lambda: deque(maxlen=_ROUND_TRIPS_KEPT))

    def round_trip_ms(self, share: float) -> float | None:
        """From publish to PUBACK, below which this share lies."""
        ordered = sorted(self.round_trips_ms)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else None


@dataclass(slots=True)
class ShownCall:
    """One call for help and how far it has come."""

    at: datetime
    title: str
    event: str
    stage: str


class Board:
    """`take` remembers what a note says and returns the sentence it deserves, if any."""

    def __init__(self, members: Mapping[str, Member]) -> None:
        self._members = members
        self._online: set[str] = set()
        self._ever_online: set[str] = set()
        self.tallies: dict[str, Tally] = {}
        self.calls: dict[str, ShownCall] = {}
        for member in members.values():
            self.tallies.setdefault(member.kind, Tally()).devices += 1

    def take(self, note: Note) -> str | None:
        """What the note deserves to be said about."""
        member = self._members[note.device_id]
        sentence = self._count(note, member, self.tallies[member.kind])
        return sentence and f"{note.at.astimezone():%H:%M:%S}  {member.title}{sentence}"

    def _count(self, note: Note, member: Member, tally: Tally) -> str | None:
        details = note.details
        match note.happening:
            case Happening.ONLINE:
                return self._come(note.device_id, tally)
            case Happening.OFFLINE:
                return self._go(note.device_id, tally, str(details["reason"]))
            case Happening.CALLED:
                call = ShownCall(note.at, member.title, details["event"], LIGHT_WORDS[Light.CALLING])
                self.calls[details["event_id"]] = call
                for forgotten in list(self.calls)[:-_CALLS_KEPT]:
                    del self.calls[forgotten]
                return f" {_CALL_WORDS.get(call.event, call.event)}"
            case Happening.COMMITTED:
                self._acknowledge(tally, details["after_ms"])
                return f": on disk, {details['after_ms']} ms after it was sent"
            case Happening.STAGE:
                tally.answers += 1
                words = LIGHT_WORDS[Light(details["light"])]
                if details["event_id"] in self.calls:
                    self.calls[details["event_id"]].stage = words
                return f": {words}"
            case Happening.SENT:
                tally.events += 1
            case Happening.MEASURED:
                tally.readings += details.get("readings", 1)
                self._acknowledge(tally, details["after_ms"])
            case Happening.REPORTED:
                tally.events += 1
                self._acknowledge(tally, details["after_ms"])
            case Happening.COMMANDED:
                tally.answers += 1
                return f" is told to {details['command']}"
            case Happening.STORY:
                return f": {details['act']}"
        return None

    def _acknowledge(self, tally: Tally, after_ms: float) -> None:
        tally.acknowledged += 1
        tally.round_trips_ms.append(after_ms)

    def _come(self, device_id: str, tally: Tally) -> str | None:
        is_back = device_id in self._ever_online
        if device_id not in self._online:
            tally.online += 1
        self._online.add(device_id)
        self._ever_online.add(device_id)
        return " is back" if is_back else None

    def _go(self, device_id: str, tally: Tally, reason: str) -> str | None:
        if device_id not in self._online:
            return None
        self._online.discard(device_id)
        tally.online -= 1
        return f" lost the hub: {reason}"
