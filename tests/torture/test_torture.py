"""The short form of the torture: one fault of each kind, by a fixed seed; the long one is `make torture`."""

import asyncio
from pathlib import Path

import pytest

from tests.hub.subscriber.broker import PROGRAM
from tests.torture.faults import INSISTING
from tests.torture.leg import LegRun
from tests.torture.schedule import KILLS, KILLS_A_LEG, Fault, Ground, draw_each_once, draw_leg, faults_on

SEED = 20261122
#: Each process, each network, each side of a COMMIT, and an owner that sleeps through its own replacement.
EACH_KIND = (
    *(Fault.INGEST, Fault.DUTY, Fault.WEB, Fault.SUPERVISOR, Fault.BACKEND, Fault.POSTMASTER, Fault.BROKER_KILL),
    *(Fault.COMMIT_KILL, Fault.COMMIT_LOST, Fault.PUBACK_KILL, Fault.PAUSED_OWNER),
    *(Fault.DOOR_TORN, Fault.DOOR_MUTE, Fault.DATABASE_HOLE),
)


@pytest.mark.timeout(400)
def test_one_fault_of_each_kind_loses_and_doubles_nothing(data_dir: Path) -> None:
    data_dir.chmod(0o755)
    kinds = [fault for fault in EACH_KIND if fault in faults_on(Ground.EXTERNAL, broker=PROGRAM is not None)]
    leg = draw_each_once(SEED, kinds, Ground.EXTERNAL)
    run = LegRun(leg, data_dir, PROGRAM is not None, people=8, patience=INSISTING)

    verdict = asyncio.run(run.run())

    assert verdict.breaches == []
    missed = [line for line in verdict.lines if not line["bit"]]
    assert not missed, f"these hit nobody, and proved nothing: {missed}"
    assert len(verdict.lines) == len(kinds)
    assert verdict.figures["epochs"] >= 3, "nobody took over"
    assert verdict.figures["tries"] > verdict.figures["sent"], "nothing had to be repeated"


def test_the_same_seed_is_the_same_night() -> None:
    once, again = (draw_leg(7, 1, KILLS_A_LEG, broker=True) for _ in range(2))
    assert once == again
    assert sum(strike.fault in KILLS for strike in once.strikes) == KILLS_A_LEG
    few = draw_leg(7, 1, 10, broker=True)
    assert few.strikes == once.strikes[: len(few.strikes)], "a shorter leg is the beginning of the longer one"
    assert once.strikes != draw_leg(7, 2, KILLS_A_LEG, broker=True).strikes
    assert once.strikes != draw_leg(8, 1, KILLS_A_LEG, broker=True).strikes


def test_a_long_night_has_every_fault() -> None:
    legs = [draw_leg(SEED, number, KILLS_A_LEG, broker=True) for number in range(20)]
    assert {strike.fault for leg in legs for strike in leg.strikes} == set(Fault)
    assert {leg.ground for leg in legs} == set(Ground)
