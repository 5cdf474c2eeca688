"""Making a world: who and what is in it, and what is wrong with it, drawn from one seed."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from alerts.actors import Actor, ActorType
from hub.simulation.chance import Chance
from hub.simulation.world import (
    NEVER_S,
    Caregiver,
    Device,
    NetworkHabits,
    Operator,
    OperatorHabits,
    Recipient,
    Temperament,
    TextHabits,
    World,
)

RECIPIENTS = 20
#: Before the first change of clocks of the year, in both directions, and not at midnight.
STARTS_AT = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
_SPARE_DEVICES = 2
_DAY_S = 86_400.0

_TEMPERAMENTS: tuple[tuple[float, Temperament], ...] = (
    (
        5,
        Temperament(
            crashes=0.001,
            interleaves=0.05,
            wakes_missed=0.01,
            clock_jumps_every_s=90 * _DAY_S,
            holes=0.02,
            outage_every_s=45 * _DAY_S,
        ),
    ),
    (
        2,
        Temperament(
            crashes=0.03,
            interleaves=0.3,
            wakes_missed=0.1,
            clock_jumps_every_s=10 * _DAY_S,
            holes=0.1,
            outage_every_s=10 * _DAY_S,
        ),
    ),
    (
        2,
        Temperament(
            crashes=0.002,
            interleaves=0.1,
            wakes_missed=0.02,
            clock_jumps_every_s=NEVER_S,
            holes=0.6,
            outage_every_s=60 * _DAY_S,
        ),
    ),
    (
        1,
        Temperament(
            crashes=0.0,
            interleaves=0.0,
            wakes_missed=0.0,
            clock_jumps_every_s=NEVER_S,
            holes=0.0,
            outage_every_s=NEVER_S,
        ),
    ),
)
#: County desks do not change their clocks; the design must hold where they do.
_ZONES = ((3.0, "Asia/Shanghai"), (1.0, "Europe/Berlin"))


def make_world(seed: int) -> World:
    """The world of a seed; the same one, always."""
    chance = Chance(seed, "world")
    gateway_id = _uuid(chance)
    return World(
        seed=seed,
        zone=ZoneInfo(chance.picks(_ZONES)),
        starts_at=STARTS_AT,
        recipients=tuple(_recipient(chance, number, gateway_id) for number in range(RECIPIENTS)),
        spare_devices=tuple(_device(chance, f"spare{number}", "sos_button", None) for number in range(_SPARE_DEVICES)),
        operators=_operators(chance),
        roster=_roster(chance),
        text_gateways=tuple(_text_gateway(chance, name) for name in ("first", "second")),
        temperament=chance.picks(_TEMPERAMENTS),
    )


def _uuid(chance: Chance) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _recipient(chance: Chance, number: int, gateway_id: UUID) -> Recipient:
    name = f"r{number}"
    kinds = chance.picks(
        (
            (3, ("smartwatch",)),
            (3, ("smartwatch", "mattress")),
            (2, ("wristband", "sos_button")),
            (1, ("sos_button",)),
            (2, ("smartwatch", "sos_button", "mattress")),
        )
    )
    devices = tuple(
        _device(chance, f"{name}.{kind}", kind, gateway_id if kind == "wristband" else None) for kind in kinds
    )
    contacts = tuple(
        _caregiver(chance, f"{name}.contact{index}", "contact") for index in range(chance.picks(_HOW_MANY_CONTACTS))
    )
    return Recipient(
        id=_uuid(chance),
        name=name,
        devices=devices,
        contacts=contacts,
        presses=chance.uniform(0.005, 0.035),
        falls=chance.uniform(0.003, 0.03) if "smartwatch" in kinds else 0.0,
        leaves_bed=chance.uniform(0.005, 0.05) if "mattress" in kinds else 0.0,
        phones=chance.uniform(0.0, 0.02),
        lives_alone=chance.happens(0.7),
    )


_HOW_MANY_CONTACTS = ((2.0, 0), (3.0, 1), (3.0, 2), (1.0, 3))


def _device(chance: Chance, name: str, kind: str, gateway_id: UUID | None) -> Device:
    bad = chance.happens(0.2)
    network = NetworkHabits(
        loses=0.15 if bad else 0.02,
        loses_acknowledgement=0.15 if bad else 0.02,
        doubles=0.2 if bad else 0.03,
        usual_s=chance.uniform(0.05, 2.0),
        away_every_s=(3 if bad else 40) * _DAY_S,
        away_for_s=chance.uniform(600.0, 30_000.0),
        clock_off_s=chance.picks(((8, 0.0), (2, chance.uniform(-90, 90)), (1, chance.uniform(-1e7, 1e5)))),
    )
    return Device(id=_uuid(chance), name=name, kind=kind, gateway_id=gateway_id, network=network)


def _caregiver(chance: Chance, name: str, role: str) -> Caregiver:
    return Caregiver(
        id=_uuid(chance),
        name=name,
        role=role,
        phone=None if chance.happens(0.08) else f"100{chance.randrange(10**8):08d}",
        answers=chance.uniform(0.1, 0.8),
        answers_within_s=chance.uniform(20.0, 600.0),
        garbles=chance.uniform(0.0, 0.15),
    )


def _operators(chance: Chance) -> tuple[Operator, ...]:
    hours = ((8, 16), (8, 16), (16, 24), (0, 8)) if chance.happens(0.7) else ((8, 20), (20, 8))
    operators = []
    for number, (from_hour, until_hour) in enumerate(hours):
        sleeps = chance.happens(0.2)
        habits = OperatorHabits(
            takes_within_s=chance.uniform(5.0, 60.0),
            misses=0.5 if sleeps else 0.03,
            forgets=chance.uniform(0.02, 0.15),
            hands_over=chance.uniform(0.0, 0.1),
            reopens=chance.uniform(0.0, 0.05),
            sends_somebody=chance.uniform(0.1, 0.5),
            changes_severity=chance.uniform(0.0, 0.08),
        )
        actor = Actor(type=ActorType.OPERATOR, id=str(_uuid(chance)), name=f"operator{number}")
        operators.append(Operator(actor=actor, habits=habits, from_hour=from_hour, until_hour=until_hour % 24))
    return tuple(operators)


def _roster(chance: Chance) -> tuple[Caregiver, ...]:
    many = {"helper": 3, "township": 2, "supervisor": 1, "leader": 2}
    return tuple(
        _caregiver(chance, f"{role}{index}", role)
        for role, most in many.items()
        for index in range(chance.randint(0 if role == "helper" else 1, most))
    )


def _text_gateway(chance: Chance, name: str) -> TextHabits:
    bad = chance.happens(0.3)
    return TextHabits(
        name=name,
        accepts_within_s=chance.uniform(0.1, 1.5),
        rejects=0.15 if bad else 0.01,
        refuses_for_good=0.02 if bad else 0.002,
        times_out=0.1 if bad else 0.005,
        receipt_within_s=chance.uniform(2.0, 60.0),
        loses_receipt=0.3 if bad else 0.03,
        doubles_receipt=0.1 if bad else 0.01,
        receipt_first=0.1 if bad else 0.01,
        down_every_s=(5 if bad else 60) * _DAY_S,
        down_for_s=chance.uniform(60.0, 7200.0),
    )
