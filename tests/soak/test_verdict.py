"""The soak's arithmetic: a leak, a drift, a table that swells and a lost message are found, and nothing else is."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.soak.minutes import Latency, Minute, ProcessFigures, TableFigures, read_minute
from tests.soak.phases import Phase, kills, phase_at
from tests.soak.tables import POLICY, Growth, parent_of
from tests.soak.verdict import drift, growth, judge, undisturbed

MINUTES = 120
MIGRATIONS = Path("hub/storage/migrations")


def a_latency(press_ms: float, reference_ms: float) -> Latency:
    return Latency(met_fault=0, presses_ms=(press_ms,) * 30, references_ms=(reference_ms,) * 30)


def a_minute(number: int, **changes: object) -> Minute:
    process = ProcessFigures(
        processes=1,
        age_s=60 * number + 60,
        pss_kib=60_000,
        uss_kib=50_000,
        fds=20,
        threads=2,
        cpu_s=float(number),
        shared_kib=10_000,
    )
    minute = Minute(
        minute=number,
        at="2026-11-22T12:00:00+00:00",
        phase=phase_at(number * 60, MINUTES * 60),
        latency=a_latency(9.0, 4.5),
        processes={"ingest": process, "web": process},
        tables={
            "reading": TableFigures(rows=1000 * number, kib=900 * number, dead=0),
            "timer": TableFigures(rows=7, kib=80, dead=40),
            "recipient": TableFigures(rows=100, kib=80, dead=0),
        },
        queues={"texts owed": number % 3},
    )
    return replace(minute, **changes)  # type: ignore[arg-type]


def a_soak() -> list[Minute]:
    return [a_minute(number) for number in range(MINUTES)]


def broken(minutes: list[Minute], **ends: object) -> list[str]:
    counts = {"acknowledged": 1000, "lost": 0, "doubled": 0, **ends}
    return [finding.promise for finding in judge(minutes, counts) if not finding.held]


def with_figures(minute: Minute, role: str, **figures: int) -> Minute:
    return replace(minute, processes={**minute.processes, role: replace(minute.processes[role], **figures)})


def with_table(minute: Minute, name: str, **figures: int) -> Minute:
    return replace(minute, tables={**minute.tables, name: replace(minute.tables[name], **figures)})


def test_a_quiet_soak_keeps_every_promise() -> None:
    assert broken(a_soak()) == []


def test_a_leak_of_more_than_a_twentieth_in_the_calm_third_is_found() -> None:
    leaking = [with_figures(each, "ingest", pss_kib=60_000 + 100 * each.minute) for each in a_soak()]
    assert broken(leaking) == ["memory of ingest grows by at most 5%"]


def test_shared_memory_that_fills_as_far_as_it_is_set_to_is_no_leak() -> None:
    filling = [
        with_figures(each, "web", pss_kib=50_000 + 200 * each.minute, shared_kib=200 * each.minute) for each in a_soak()
    ]
    assert broken(filling) == []


def test_a_minute_with_more_processes_than_the_others_is_no_leak() -> None:
    restless = [with_figures(each, "web", pss_kib=60_000 + 5_000 * (each.minute % 4 == 3)) for each in a_soak()]
    assert broken(restless) == []


def test_memory_that_a_process_takes_while_it_warms_up_is_no_leak() -> None:
    calm_from = next(each.minute for each in a_soak() if each.phase == Phase.CALM)
    warming = [
        with_figures(each, "web", pss_kib=50_000 + min(each.minute - calm_from, 10) * 1_000)
        if each.minute >= calm_from
        else each
        for each in a_soak()
    ]
    assert broken(warming) == []


def test_memory_is_judged_only_where_every_process_lived_on() -> None:
    restarted = a_soak()
    restarted[50] = with_figures(restarted[50], "web", age_s=5)
    for number in range(51, MINUTES):
        restarted[number] = with_figures(restarted[number], "web", age_s=5 + 60 * (number - 50))
    assert [each.minute for each in undisturbed(restarted)] == list(range(51, 81))


def test_a_soak_without_enough_calm_minutes_says_nothing_of_memory_and_fails() -> None:
    assert "memory is flat" in broken(a_soak()[:45])


def test_descriptors_that_are_not_given_back_are_found() -> None:
    leaking = [with_figures(each, "web", fds=20 + each.minute // 2) for each in a_soak()]
    assert broken(leaking) == ["fds of web do not grow"]


def test_a_bounded_table_that_gains_rows_is_found() -> None:
    growing = [with_table(each, "timer", rows=each.minute * 2) for each in a_soak()]
    assert broken(growing) == ["timer is bounded"]


def test_a_bounded_table_that_swells_with_dead_rows_is_found() -> None:
    swelling = [with_table(each, "timer", kib=80 + each.minute * 20) for each in a_soak()]
    assert broken(swelling) == ["timer is bounded"]


def test_a_registry_that_changes_by_itself_is_found() -> None:
    changed = a_soak()
    changed[-1] = with_table(changed[-1], "recipient", rows=101)
    assert broken(changed) == ["recipient stays as it is"]


def test_a_table_that_nobody_declared_fails_the_soak() -> None:
    strange = [replace(each, tables={**each.tables, "strange": each.tables["timer"]}) for each in a_soak()]
    assert broken(strange) == ["strange has a policy"]


def test_a_queue_that_fills_is_found() -> None:
    filling = [replace(each, queues={"texts owed": each.minute}) for each in a_soak()]
    assert broken(filling) == ["queue texts owed is bounded"]


def test_presses_that_become_slower_than_the_reference_are_found() -> None:
    slower = [replace(each, latency=a_latency(9.0 if each.minute < 60 else 10.5, 4.5)) for each in a_soak()]
    assert drift(slower) == pytest.approx(10.5 / 9.0 - 1)
    assert broken(slower) == ["latency drifts by at most 10%"]


def test_a_machine_that_others_use_more_in_the_end_is_no_drift() -> None:
    def busier(minute: Minute) -> Latency:
        slowed = (1 + minute.minute % 5 / 10) * (1 if minute.minute < 60 else 2)
        return a_latency(9.0 * slowed**1.3, 4.5 * slowed)  # a press suffers more than the reference

    assert drift([replace(each, latency=busier(each)) for each in a_soak()]) == pytest.approx(0.0)


def test_minutes_in_which_something_was_killed_do_not_count_for_the_drift() -> None:
    disturbed = [
        replace(each, faults=("ingest",), latency=a_latency(500.0, 4.5)) if each.minute % 3 == 0 else each
        for each in a_soak()
    ]
    assert drift(disturbed) == pytest.approx(0.0)


def test_too_few_probes_are_no_proof_of_anything() -> None:
    mute = [replace(each, latency=None) if each.minute > 60 else each for each in a_soak()]
    assert broken(mute) == ["latency drifts by at most 10%"]


def test_one_lost_message_fails_the_soak() -> None:
    assert broken(a_soak(), lost=1) == ["no acknowledged message lost"]
    assert broken(a_soak(), doubled=2) == ["no acknowledged message doubled"]


def test_a_hub_that_cannot_explain_itself_fails_the_soak() -> None:
    assert broken(a_soak(), verified=True, hub_verify="{}") == []
    assert broken(a_soak(), verified=False, hub_verify="3 more") == ["hub verify explains every difference"]


def test_growth_is_that_of_the_last_two_thirds_over_the_whole_length() -> None:
    assert growth([50, 80, 99, 100, 101, 102, 103, 104, 105]) == pytest.approx(9 / 102.5)
    assert growth([100.0]) == 0.0


def test_a_minute_is_read_as_it_was_written() -> None:
    minute = a_minute(3, faults=("postgres", "web"))
    assert read_minute(json.loads(json.dumps(minute.as_json()))) == minute


def test_kills_fall_into_the_first_and_last_third_and_a_seed_repeats_them() -> None:
    schedule = list(kills(7, 7200))
    assert schedule == list(kills(7, 7200))
    assert schedule != list(kills(8, 7200))
    assert len(schedule) > 20
    assert all(phase_at(kill.at_s, 7200) is Phase.KILLS for kill in schedule)
    assert not [kill for kill in schedule if 2400 < kill.at_s < 4800]


def test_every_table_of_the_migrations_has_a_policy() -> None:
    created = re.compile(r"^CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)", re.MULTILINE)
    tables = {name for path in MIGRATIONS.glob("*.sql") for name in created.findall(path.read_text(encoding="utf-8"))}
    assert {"reading", "incident", "process_heartbeat"} <= tables
    assert {parent_of(name) for name in tables} - set(POLICY) == set()


def test_partitions_count_as_their_table() -> None:
    assert parent_of("reading_2026w47") == parent_of("reading_default") == "reading"
    assert parent_of("reading_identity") == "reading_identity"
    assert POLICY["reading"] is Growth.TRAFFIC
