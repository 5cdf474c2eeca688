"""What goes wrong, and when: drawn from the seed alone, so that the same seed is the same night."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Ground(StrEnum):
    """How the hub under torture is made up."""

    EXTERNAL = "external"  #: A database of the harness behind a proxy, a standby ingest, a second duty, a broker.
    EMBEDDED = "embedded"  #: `hub serve` with its own PostgreSQL, and a standby ingest on it.


class Fault(StrEnum):
    """One thing that goes wrong."""

    INGEST = "ingest"  #: kill -9 of the supervised ingest
    STANDBY = "standby"  #: kill -9 of the other one
    BOTH_INGESTS = "both_ingests"  #: of both at once
    DUTY = "duty"
    WEB = "web"
    SUPERVISOR = "supervisor"  #: with it go its roles, and the embedded database
    BACKEND = "backend"  #: kill -9 of one PostgreSQL backend: the postmaster throws all others out
    POSTMASTER = "postmaster"
    COMMIT_KILL = "commit_kill"  #: kill -9 of ingest when the server has committed and ingest has not heard of it
    PUBACK_KILL = "puback_kill"  #: kill -9 of ingest when a PUBACK has left it and not reached its device
    BROKER_KILL = "broker_kill"  #: kill -9 of Mosquitto, after it was told to save

    BACKEND_ENDED = "backend_ended"  #: pg_terminate_backend of one connection of the hub
    PAUSED_OWNER = "paused_owner"  #: SIGSTOP of the owning ingest for longer than its lease, then SIGCONT
    DOOR_CUT = "door_cut"  #: every device's connection reset
    DOOR_SLOW = "door_slow"
    DOOR_TORN = "door_torn"  #: packets arrive in pieces of a few bytes
    DOOR_DEAF = "door_deaf"  #: half-open: what devices send is swallowed
    DOOR_MUTE = "door_mute"  #: half-open: what the hub answers is swallowed
    DATABASE_CUT = "database_cut"  #: every connection to the database reset
    DATABASE_SLOW = "database_slow"
    DATABASE_HOLE = "database_hole"  #: bytes to and from the database vanish, then the connections are reset
    COMMIT_CUT = "commit_cut"  #: the answer to a COMMIT is lost with its connection: committed, and not known
    COMMIT_LOST = "commit_lost"  #: the COMMIT itself is lost with its connection: not committed, and not known
    BROKER_STOP = "broker_stop"  #: Mosquitto ends properly and comes back


#: What a run of so many kills counts: each ends at least one process by SIGKILL.
KILLS = (
    *(Fault.INGEST, Fault.STANDBY, Fault.BOTH_INGESTS, Fault.DUTY, Fault.WEB, Fault.SUPERVISOR),
    *(Fault.BACKEND, Fault.POSTMASTER, Fault.COMMIT_KILL, Fault.PUBACK_KILL, Fault.BROKER_KILL),
)
_NEEDS_LINK = frozenset({
    *(Fault.COMMIT_KILL, Fault.COMMIT_CUT, Fault.COMMIT_LOST),
    *(Fault.DATABASE_CUT, Fault.DATABASE_SLOW, Fault.DATABASE_HOLE),
})  # fmt: skip
_NEEDS_BROKER = frozenset({Fault.BROKER_KILL, Fault.BROKER_STOP})
#: How often each is drawn: most often where a lost or doubled message would come from.
_WEIGHTS = {
    Fault.INGEST: 16,
    Fault.STANDBY: 10,
    Fault.BOTH_INGESTS: 4,
    Fault.DUTY: 10,
    Fault.WEB: 6,
    Fault.SUPERVISOR: 5,
    Fault.BACKEND: 6,
    Fault.POSTMASTER: 7,
    Fault.COMMIT_KILL: 14,
    Fault.PUBACK_KILL: 6,
    Fault.BROKER_KILL: 3,
    Fault.BACKEND_ENDED: 5,
    Fault.PAUSED_OWNER: 3,
    Fault.DOOR_CUT: 3,
    Fault.DOOR_SLOW: 1,
    Fault.DOOR_TORN: 2,
    Fault.DOOR_DEAF: 2,
    Fault.DOOR_MUTE: 2,
    Fault.DATABASE_CUT: 2,
    Fault.DATABASE_SLOW: 1,
    Fault.DATABASE_HOLE: 2,
    Fault.COMMIT_CUT: 4,
    Fault.COMMIT_LOST: 4,
    Fault.BROKER_STOP: 2,
}
KILLS_A_LEG = 50
#: One leg in so many has the embedded database.
_EMBEDDED_EVERY = 4
#: Between two faults. The shortest hit a hub that is still starting; before every tenth or so it may come back first.
_GAP_S = (0.3, 3.6)
_BREATHE_EVERY = 10
#: How long a lasting fault lasts.
_LASTS_S = {
    Fault.PAUSED_OWNER: (5.8, 8.0),  # the lease is 5 s
    Fault.DOOR_SLOW: (1.0, 3.0),
    Fault.DOOR_TORN: (1.0, 4.0),
    Fault.DOOR_DEAF: (1.0, 4.0),
    Fault.DOOR_MUTE: (1.0, 4.0),
    Fault.DATABASE_SLOW: (1.0, 3.0),
    Fault.DATABASE_HOLE: (1.0, 4.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One fault with its moment: `gap_s` after the one before, with `breathe` also not before messages flow again."""

    number: int
    fault: Fault
    gap_s: float
    lasts_s: float
    draw: float  #: 0-1: which of several victims.
    breathe: bool

    @property
    def is_kill(self) -> bool:
        return self.fault in KILLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One fresh hub and its strikes."""

    seed: int
    number: int
    ground: Ground
    strikes: tuple[Strike, ...]

    @property
    def name(self) -> str:
        """For the dice of everybody who takes part."""
        return f"{self.seed}/{self.number}"


def draw_leg(seed: int, number: int, kills: int, *, broker: bool) -> Leg:
    """One leg by its number alone, so that it can be run again without those before it; fewer kills are its beginning.

    `broker` False: there is no Mosquitto on this machine.
    """
    dice = random.Random(f"{seed}/{number}")
    ground = Ground.EMBEDDED if number % _EMBEDDED_EVERY == _EMBEDDED_EVERY - 1 else Ground.EXTERNAL
    possible = faults_on(ground, broker=broker)
    weights = [_WEIGHTS[fault] for fault in possible]
    strikes: list[Strike] = []
    while sum(strike.is_kill for strike in strikes) < kills:
        strikes.append(_draw_strike(dice, len(strikes), dice.choices(possible, weights)[0]))
    return Leg(seed=seed, number=number, ground=ground, strikes=tuple(strikes))


def draw_each_once(seed: int, faults: Sequence[Fault], ground: Ground) -> Leg:
    """A short leg: these faults, each once, in an order of the seed's, each on a hub that works: all of them bite."""
    dice = random.Random(f"{seed}/each")
    drawn = [_draw_strike(dice, number, fault) for number, fault in enumerate(dice.sample(faults, len(faults)))]
    strikes = tuple(
        replace(strike, gap_s=strike.gap_s / 5, lasts_s=_LASTS_S.get(strike.fault, (0.0, 0.0))[0], breathe=True)
        for strike in drawn
    )
    return Leg(seed=seed, number=0, ground=ground, strikes=strikes)


def faults_on(ground: Ground, *, broker: bool) -> list[Fault]:
    """What can happen there."""
    return [
        fault
        for fault in Fault
        if (ground is Ground.EXTERNAL or fault not in _NEEDS_LINK | _NEEDS_BROKER)
        and (broker or fault not in _NEEDS_BROKER)
    ]


def _draw_strike(dice: random.Random, number: int, fault: Fault) -> Strike:
    return Strike(
        number=number,
        fault=fault,
        gap_s=round(dice.uniform(*_GAP_S), 3),
        lasts_s=round(dice.uniform(*_LASTS_S.get(fault, (0.0, 0.0))), 3),
        draw=round(dice.random(), 6),
        breathe=number % _BREATHE_EVERY == _BREATHE_EVERY - 1,
    )
