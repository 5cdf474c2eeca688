"""What happens to texts in the tests of the contract: owed, begun, claimed, settled."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from alerts.incidents.commands import Command, TakeStep
from alerts.severity import Severity
from hub.stations.incidents import change
from hub.stations.outbox import Settlement
from hub.stations.outbox_store import Claimable
from hub.stations.retry import AttemptState
from hub.stations.submissions import Submission
from tests.hub.stations.ground import Ground
from tests.hub.stations.presses import alert, press

LI, CHEN = "10000000001", "10000000002"
LEASE = timedelta(seconds=20)
AT_ONCE = timedelta(0)


def settlement_of(*channels: str, ready: Sequence[str] | None = None, receipt_within: timedelta = LEASE) -> Settlement:
    settlement = Settlement(channels or ("sms",), receipt_within=receipt_within)
    settlement.ready = frozenset(channels or ("sms",)) if ready is None else frozenset(ready)
    return settlement


async def tell(ground: Ground, *phones: str, severity: Severity = Severity.CRITICAL) -> UUID:
    """An incident whose first step has told these contacts, and whose texts are queued."""
    person = await ground.recipient()
    for phone in phones:
        await ground.contact(person, phone)
    incident_id = await press(ground, alert(person, severity=severity))
    await step(ground, incident_id)
    await begin(ground)
    return incident_id


async def step(ground: Ground, incident_id: UUID) -> None:
    async with ground.transaction() as stores:
        locked = await stores.incidents.lock_incident(incident_id)
        assert locked is not None
        reachable = await stores.incidents.reachable(locked, locked.at)
        await change(stores.incidents, incident_id, TakeStep(reachable=reachable))


async def begin(ground: Ground, settlement: Settlement | None = None) -> int:
    async with ground.transaction() as stores:
        return await (settlement or settlement_of()).begin_owed(stores.outbox, 10)


async def claim(ground: Ground, *, lease: timedelta = LEASE, ready: Sequence[str] = ("sms",)) -> list[Claimable]:
    async with ground.transaction() as stores:
        claimed = list(await stores.outbox.lock_claimable(ready, 10))
        for one in claimed:
            await stores.outbox.begin_submitting(one, "求助", lease)
    return claimed


async def settle(ground: Ground, attempt_id: UUID, said: Submission, settlement: Settlement | None = None) -> None:
    async with ground.transaction() as stores:
        await (settlement or settlement_of()).settle(stores.outbox, attempt_id, said)


async def do(ground: Ground, incident_id: UUID, command: Command) -> None:
    async with ground.transaction() as stores:
        await change(stores.incidents, incident_id, command)


async def tries_of(ground: Ground, one: Claimable) -> list[tuple[str, AttemptState]]:
    async with ground.transaction() as stores:
        return [(attempt.channel, attempt.state) for attempt in await stores.outbox.tries_of(one.notification_id)]


async def states_of(ground: Ground, incident_id: UUID) -> list[str]:
    return [state for _, state in (await ground.kept(incident_id)).texts]


async def contacts_twice(ground: Ground) -> None:
    await ground.ladder((0, "contacts"), (0.01, "contacts"), (600, "desk"))
