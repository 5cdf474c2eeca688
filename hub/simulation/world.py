"""A world: one desk, its recipients with their devices, and everybody around them (`world_making` draws it).

Only what somebody is and tends to do is here; what they then do is in the module of their kind. Worlds differ in
temperament: most are ordinary, and some have what breaks such systems - a desk that sleeps, a village without helpers,
a gateway that answers late, a network that comes and goes, processes that die.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from alerts.actors import Actor
from alerts.kinds import SubjectType
from alerts.observations import Subject

#: DOMAIN.md: one village of the county; the fictional division of the tests.
DIVISION_ID = "139999001001"
#: Longer than any world is lived.
NEVER_S = 1e12


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkHabits:
    """How messages of a device travel; probabilities are for one message."""

    loses: float
    loses_acknowledgement: float
    doubles: float
    usual_s: float
    away_every_s: float  #: Mean time between times out of coverage.
    away_for_s: float
    clock_off_s: float  #: How wrong the device's clock is.


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device; `name` is what histories call it."""

    id: UUID
    name: str
    kind: str
    gateway_id: UUID | None
    network: NetworkHabits


@dataclass(frozen=True, slots=True, kw_only=True)
class Caregiver:
    """Somebody who gets texts. `phone` None: on the list, and without a number."""

    id: UUID
    name: str
    role: str  #: contact, helper, township, supervisor, leader
    phone: str | None
    answers: float  #: Probability of answering a text at all.
    answers_within_s: float  #: Usually.
    garbles: float  #: Probability that the answer says nothing that is understood.


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One person at risk; rates are happenings a day."""

    id: UUID
    name: str
    devices: tuple[Device, ...]
    contacts: tuple[Caregiver, ...]
    presses: float
    falls: float
    leaves_bed: float
    phones: float
    lives_alone: bool

    @property
    def subject(self) -> Subject:
        """As the core knows them."""
        return Subject(type=SubjectType.RECIPIENT, id=str(self.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorHabits:
    """How somebody at the desk works; probabilities are for one incident."""

    takes_within_s: float  #: Usually.
    misses: float  #: Never looks at it.
    forgets: float  #: Takes it, and does nothing more.
    hands_over: float
    reopens: float
    sends_somebody: float
    changes_severity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody at the desk, in one of its shifts."""

    actor: Actor
    habits: OperatorHabits
    from_hour: int  #: Of the local day.
    until_hour: int

    def is_there(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether this is their shift, which may go over midnight."""
        hour = at.astimezone(zone).hour
        if self.from_hour < self.until_hour:
            return self.from_hour <= hour < self.until_hour
        return hour >= self.from_hour or hour < self.until_hour


@dataclass(frozen=True, slots=True, kw_only=True)
class TextHabits:
    """How a text gateway behaves; probabilities are for one text."""

    name: str
    accepts_within_s: float
    rejects: float
    refuses_for_good: float
    times_out: float  #: No answer in time, though it may have taken it.
    receipt_within_s: float
    loses_receipt: float
    doubles_receipt: float
    receipt_first: float  #: The receipt comes before the answer to the submission.
    down_every_s: float
    down_for_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperament:
    """What is wrong with this world; 0 is an ordinary one."""

    crashes: float  #: Probability at one commit, of ingest, duty or the outbox.
    interleaves: float  #: Probability that a transaction lets others have a turn within it.
    wakes_missed: float  #: Probability that a NOTIFY does not arrive.
    clock_jumps_every_s: float  #: Mean; of the hub's clock.
    holes: float  #: Share of the hours in which a role of the roster is empty.
    outage_every_s: float  #: Mean time between outages of the database.


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All of it."""

    seed: int
    zone: ZoneInfo
    starts_at: datetime
    recipients: tuple[Recipient, ...]
    spare_devices: tuple[Device, ...]  #: Registered, and on nobody.
    operators: tuple[Operator, ...]
    roster: tuple[Caregiver, ...]  #: Helpers, township, supervisor, leader.
    text_gateways: tuple[TextHabits, ...]
    temperament: Temperament
