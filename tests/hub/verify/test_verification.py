"""A healthy hub has nothing to explain; each kind of damage is found and called by its name."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from hub.ingest.source import Leaf
from hub.verify.differences import Look
from tests.hub.ingest.conftest import Send
from tests.hub.ingest.worlds import World
from tests.hub.verify.conftest import NOW, Damaged, Verify

READING = {"id": "r-1", "measured_at": NOW.isoformat(), "heart_rate_bpm": 72, "battery_pct": 88.3, "worn": True}
PRESS = {"id": "p-1", "event": "sos_pressed", "occurred_at": NOW.isoformat()}


@pytest.fixture
async def watch(world: World, send: Send) -> UUID:
    """A watch that has said a little of everything, some of it twice."""
    watch = world.device("smartwatch", worn_by=world.recipient())
    for _ in range(2):
        await send(watch, READING, Leaf.TELEMETRY)
        await send(watch, PRESS)
    await send(watch, {"id": "w-1", "event": "worn", "occurred_at": NOW.isoformat()})
    await send(watch, {"id": "f-1", "event": "fall_suspected", "occurred_at": NOW.isoformat()})
    await send(watch, {"id": "t-1", "event": "sos_pressed", "occurred_at": NOW.isoformat(), "test": True})
    await send(watch, b"not json", Leaf.TELEMETRY)
    await send(watch, b"not json", Leaf.EVENT)
    return watch


async def test_a_healthy_hub_has_nothing_to_explain(
    watch: UUID, verify: Verify, looks: Callable[[], Awaitable[Sequence[Look]]]
) -> None:
    assert await verify() == {}
    counted = {look.check: look.counted for look in await looks()}
    assert counted["readings"] == 1
    assert counted["judged"] == counted["events"] == 4
    assert counted["alerts"] == 3
    assert counted["incidents"] == 2
    assert counted["states"] == 1


async def test_a_batch_of_a_wrong_clock_is_rebuilt_in_the_order_of_the_device(
    world: World, send: Send, verify: Verify
) -> None:
    watch = world.device("smartwatch", worn_by=world.recipient())
    ahead = NOW + timedelta(hours=1)  # all of them are given the one moment of their receipt
    readings = [
        {"id": f"r-{steps}", "measured_at": (ahead + timedelta(milliseconds=steps)).isoformat(), "steps": steps}
        for steps in range(1, 9)
    ]
    await send(watch, {"readings": readings}, Leaf.TELEMETRY)
    assert await verify() == {}


async def test_two_messages_of_a_wrong_clock_received_at_once_may_have_been_judged_in_either_order(
    world: World, send: Send, verify: Verify
) -> None:
    watch = world.device("smartwatch", worn_by=world.recipient())
    for steps in (2, 1):  # the later one of the device's own clock came first
        ahead = NOW + timedelta(hours=1, milliseconds=steps)
        reading = {"id": f"r-{steps}", "measured_at": ahead.isoformat(), "steps": steps}
        await send(watch, reading, Leaf.TELEMETRY, received_at=NOW)
    assert await verify() == {}


DAMAGE = {
    "a reading is deleted": ("DELETE FROM reading", {"readings": ["readings_missing"]}),
    "a reading comes from nowhere": (
        (
            "INSERT INTO reading (device_id, measured_at, identity, division_id, received_at, quality, historical) "
            "SELECT device_id, measured_at, 'other', division_id, received_at, quality, true FROM reading"
        ),
        {"readings": ["readings_uncounted"]},
    ),
    "a reading is doubled": (
        (
            "ALTER TABLE reading DROP CONSTRAINT reading_device_id_measured_at_identity_key; "
            "INSERT INTO reading SELECT * FROM reading"
        ),
        {"readings": ["readings_uncounted"], "readings_once": ["readings_doubled"]},
    ),
    "an event is deleted": (
        "DELETE FROM device_event WHERE event = 'worn'",
        {"events": ["events_missing"], "identities": ["identity_of_nothing"]},
    ),
    "a quarantined message is deleted": (
        "DELETE FROM quarantined_message WHERE incident_id IS NULL",
        {"quarantined": ["quarantined_missing"]},
    ),
    "the ledger forgets": ("DELETE FROM event_identity", {"identities": ["identity_missing"]}),
    "an alert is deleted": (
        "DELETE FROM alert WHERE kind = 'sos'",
        {
            "judged": ["alert_missing"],
            "raised": ["alerts_missing"],
            "incidents": ["incident_without_alert"],
            "replayed": ["replay_differs"],
        },
    ),
    "an alert is doubled": (
        (
            "INSERT INTO alert (id, division_id, incident_id, kind, severity, state, device_event_id, occurred_at, "
            "received_at, explanation) SELECT gen_random_uuid(), division_id, incident_id, kind, severity, state, "
            "device_event_id, occurred_at, received_at, explanation FROM alert WHERE kind = 'sos'"
        ),
        {"judged": ["alert_doubled"], "raised": ["alerts_undecided"], "replayed": ["replay_differs"]},
    ),
    "an incident's deadline is deleted": (
        "DELETE FROM timer WHERE owner_type = 'incident'",
        {"incidents": ["nobody_owns"], "replayed": ["replay_differs"]},
    ),
    "a suspicion's deadline is deleted": (
        "DELETE FROM timer WHERE owner_type = 'alert'",
        {"deadlines": ["suspicion_without_deadline"]},
    ),
    "a deadline is left behind": (
        (
            "INSERT INTO timer (owner_type, owner_id, division_id, purpose, due_at) "
            "VALUES ('incident', gen_random_uuid(), '990101000000', 'escalate', now() + interval '1 hour')"
        ),
        {"deadlines": ["deadline_of_nothing"]},
    ),
    "a deadline fails": ("UPDATE timer SET failures = 2", {"deadlines": ["deadline_fails"]}),
    "a state is deleted": ("DELETE FROM monitoring_state", {"states": ["state_missing"]}),
    "a count is altered": ("UPDATE intake_tally SET events_repeated = 9", {"outcomes": ["outcomes_differ"]}),
    "a change is never shown": (
        "DELETE FROM stream_event WHERE kind = 'incident'",
        {"stream": ["change_unseen"]},
    ),
    "a ladder is moved on": (
        """UPDATE incident SET ladder = jsonb_set(ladder, '{step}', '2')""",
        {"ladders": ["step_not_taken"], "replayed": ["replay_differs"]},
    ),
    "a text comes from nowhere": (
        (
            "INSERT INTO notification (id, division_id, incident_id, step, person, destination, severity, state, "
            "created_at, dedup_key) SELECT gen_random_uuid(), division_id, id, "
            """'{"step": 0, "round": 0}', '{}', '10000000001', severity, 'cancelled', now(), id::text FROM incident"""
        ),
        {"ladders": ["text_without_step"]},
    ),
    "a text says that it was sent": (
        (
            "INSERT INTO notification (id, division_id, incident_id, step, person, destination, severity, state, "
            "answers, created_at, dedup_key) SELECT gen_random_uuid(), division_id, id, '{}', '{}', '10000000001', "
            "severity, 'sent', true, now(), id::text FROM incident"
        ),
        {"texts": ["text_state_unlawful"]},
    ),
}


for field, value in {"worn": "false", "measured_at": f'"{(NOW - timedelta(hours=1)).isoformat()}"'}.items():
    DAMAGE[f"{field} is altered in a state"] = (
        (
            "UPDATE monitoring_state SET state = jsonb_set(state, ARRAY['devices', (SELECT id::text FROM device), "
            f"'{field}'], '{value}') WHERE subject_type = 'recipient'"
        ),
        {"states": ["state_differs"]},
    )


async def test_each_damage_is_found_and_called_by_its_name(watch: UUID, damaged: Damaged) -> None:
    found = {what: await damaged(statement) for what, (statement, _) in DAMAGE.items()}
    assert found == {what: said for what, (_, said) in DAMAGE.items()}
