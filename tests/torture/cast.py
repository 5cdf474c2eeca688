"""The people of one leg, their devices and their habits, made through the hub's API."""

import random
from dataclasses import dataclass, field

from hub.bench.http_json import HttpJson
from tests.torture.author import Registered
from tests.torture.devices import Device, Habits
from tests.torture.ledger import Ledger, Way

#: Texts 2 s and 5 s after opening; the next one is an hour away. Taken and forgotten goes back after 2 s.
LADDER = {
    "steps": [{"after_s": 2, "notify": "next_contact"}, {"after_s": 3, "notify": "contacts"}],
    "repeat": 0,
    "then_every_s": 3600,
    "ack_timeout_s": 2,
}
FALL_CONFIRM_S = 3
PEOPLE = 28
_GATEWAYS = 3
_CHILDREN = 3


@dataclass
class Cast:
    """Who takes part. The operator touches incidents of the `attended`; the others' ladders run their course."""

    devices: list[Device] = field(default_factory=list)
    phones: dict[str, str] = field(default_factory=dict)  #: recipient -> their one contact's number
    attended: set[str] = field(default_factory=set)


@dataclass
class Casting:
    """Makes the cast of one leg; everything by the seed."""

    api: HttpJson
    name: str
    ledger: Ledger
    ports: dict[Way, list[int]]
    cast: Cast = field(default_factory=Cast)

    def __post_init__(self) -> None:
        self._dice = random.Random(f"{self.name}/cast")

    def make(self, people: int = PEOPLE) -> Cast:
        for number in range(people):
            recipient_id = self._recipient(number)
            falls = number % 4 == 0
            kind = "smartwatch" if falls else self._dice.choice(["call_button", "smartwatch", "wristband"])
            self._appear(self._register(kind, recipient_id, falls=falls), [], self._habits(number))
        for number in range(_GATEWAYS):
            self._gateway(people + number * _CHILDREN)
        return self.cast

    def _gateway(self, first: int) -> None:
        gateway = self._register("gateway", None)
        children = [
            self._register("call_button", self._recipient(first + number), gateway_id=gateway.id)
            for number in range(_CHILDREN)
        ]
        self._appear(gateway, children, Habits(workers=3, pause_s=0.8))

    def _recipient(self, number: int) -> str:
        recipient = self.api.post("/api/v1/recipients", {"name": f"示例{number}"})
        phone = f"100{number:08d}"
        self.api.post(f"/api/v1/recipients/{recipient['id']}/contacts", {"name": "亲属", "phone": phone})
        if number % 4 == 0:
            self.api.patch(
                f"/api/v1/recipients/{recipient['id']}", {"monitoring": {"fall": {"confirm_s": FALL_CONFIRM_S}}}
            )
        self.cast.phones[recipient["id"]] = phone
        if number % 2:
            self.cast.attended.add(recipient["id"])
        return str(recipient["id"])

    def _register(self, kind: str, recipient_id: str | None, *, falls: bool = False, **fields: str) -> Registered:
        wanted = {"kind": kind, **fields}
        if recipient_id is not None:
            wanted["recipient_id"] = recipient_id
        made = self.api.post("/api/v1/devices", wanted)
        secret = made["mqtt"]["password"]
        return Registered(id=made["id"], kind=kind, secret=secret, recipient_id=recipient_id, falls=falls)

    def _appear(self, me: Registered, children: list[Registered], habits: Habits) -> None:
        # The registry gives new ids each time; the dice must not know them.
        dice = random.Random(f"{self.name}/device/{len(self.cast.devices)}")
        self.cast.devices.append(Device(me, children, habits, self.ledger, ports=self.ports, dice=dice))

    def _habits(self, number: int) -> Habits:
        """Each kind of behaviour is there, whatever the dice say of the rest."""
        pause_s = self._dice.uniform(0.8, 2.5)
        match number % 8:
            case 0:
                return Habits(lasting=True, pause_s=pause_s)
            case 1:
                return Habits(renames=True, pause_s=pause_s)
            case 2:
                return Habits(qos=2, workers=2, pause_s=pause_s)
            case 3:
                return Habits(takes_over=True, workers=2, pause_s=pause_s)
            case 4 if Way.BROKER in self.ports:
                return Habits(ways=(Way.BROKER,), pause_s=pause_s)
            case 5 if Way.BROKER in self.ports:
                return Habits(ways=(Way.DOOR, Way.BROKER), pause_s=pause_s)
            case 6:
                return Habits(lasting=True, takes_over=True, workers=2, pause_s=pause_s)
            case _:
                return Habits(workers=2, pause_s=pause_s)
