"""What every store of owed texts lets leave, and what it keeps back."""

import asyncio
from datetime import timedelta
from uuid import UUID

from alerts.actors import Actor, ActorType
from alerts.incidents.commands import Acknowledge
from alerts.severity import Severity
from hub.stations.outbox_store import OwedAnswer
from hub.stations.submissions import Rejected
from tests.hub.stations.ground import Ground
from tests.hub.stations.presses import WANG, alert, press
from tests.hub.stations.texts import (
    AT_ONCE,
    CHEN,
    LEASE,
    LI,
    begin,
    claim,
    contacts_twice,
    do,
    settle,
    settlement_of,
    states_of,
    step,
    tell,
)


async def test_what_is_owed_is_begun_once_the_gravest_first(ground: Ground) -> None:
    await contacts_twice(ground)
    incidents = []
    for severity in (Severity.LOW, Severity.CRITICAL, Severity.MEDIUM):
        person = await ground.recipient()
        await ground.contact(person, LI)
        incidents.append(await press(ground, alert(person, severity=severity)))
        await step(ground, incidents[-1])
    async with ground.transaction() as stores, ground.transaction(process="two") as others:
        owed = await stores.outbox.lock_owed(2)
        assert [one.incident_id for one in owed] == [incidents[1], incidents[2]]
        assert [one.incident_id for one in await others.outbox.lock_owed(10)] == [incidents[0]]
    assert (await begin(ground), await begin(ground)) == (3, 0)
    assert [await states_of(ground, one) for one in incidents] == [["sending"]] * 3


async def test_a_try_is_claimed_once_the_gravest_first_with_what_its_text_draws_on(ground: Ground) -> None:
    await contacts_twice(ground)
    low = await tell(ground, LI, severity=Severity.LOW)
    grave = await tell(ground, CHEN)
    claimed = await claim(ground)
    assert [(one.incident_id, one.destination, one.channel) for one in claimed] == [
        (grave, CHEN, "sms"),
        (low, LI, "sms"),
    ]
    assert (claimed[0].kind, claimed[0].severity, claimed[0].text) == ("sos", Severity.CRITICAL, None)
    assert await claim(ground) == []


async def test_no_try_is_claimed_for_a_channel_that_is_not_ready(ground: Ground) -> None:
    await contacts_twice(ground)
    await tell(ground, LI)
    assert await claim(ground, ready=["voice"]) == []
    async with ground.transaction() as stores:
        await stores.outbox.move_queued(["voice"], "voice")
    assert [one.channel for one in await claim(ground, ready=["voice"])] == ["voice"]


async def test_what_was_taken_first_does_not_leave(ground: Ground) -> None:
    await contacts_twice(ground)
    incident_id = await tell(ground, LI)
    await do(ground, incident_id, Acknowledge(actor=WANG))
    assert await claim(ground) == []
    assert await states_of(ground, incident_id) == ["cancelled"]


async def test_who_takes_it_while_a_text_is_claimed_waits_for_the_claim_and_not_for_the_gateway(
    ground: Ground,
) -> None:
    await contacts_twice(ground)
    incident_id = await tell(ground, LI)
    async with ground.transaction() as stores:
        [one] = await stores.outbox.lock_claimable(["sms"], 10)
        await stores.outbox.begin_submitting(one, "求助", LEASE)
        taking = asyncio.create_task(do(ground, incident_id, Acknowledge(actor=WANG)))
        await ground.until_waiting(taking)
    await taking
    assert await states_of(ground, incident_id) == ["sending"]  # it is being handed over: left to finish


async def test_a_text_whose_incident_somebody_has_is_passed_over(ground: Ground) -> None:
    await contacts_twice(ground)
    incident_id = await tell(ground, LI)
    async with ground.transaction(process="desk") as desk:
        assert await desk.incidents.lock_incident(incident_id) is not None
        assert await claim(ground) == []
    assert len(await claim(ground)) == 1


async def test_a_newer_text_of_the_incident_to_the_same_number_overtakes_the_older(ground: Ground) -> None:
    await contacts_twice(ground)
    incident_id = await tell(ground, LI, CHEN)
    [first, _] = await claim(ground)  # the first is being handed over: it is left to finish
    await settle(ground, first.attempt_id, Rejected(reason="busy", permanent=False))
    await step(ground, incident_id)
    async with ground.transaction() as stores:
        overtaken = await stores.outbox.lock_overtaken(10)
        assert [one.notification_id for one in overtaken] == [first.notification_id]
    async with ground.transaction() as stores:
        assert await settlement_of().cancel_overtaken(stores.outbox, 10) == 1
    assert (await states_of(ground, incident_id))[0] == "cancelled"


async def test_an_answer_leaves_though_the_incident_is_taken_and_is_owed_once(ground: Ground) -> None:
    await contacts_twice(ground)
    incident_id = await tell(ground)
    await do(ground, incident_id, Acknowledge(actor=WANG))
    answer = OwedAnswer(
        incident_id=incident_id,
        person=Actor(type=ActorType.CAREGIVER, id="li", name="李"),
        person_type="contact",
        destination=LI,
        text="已有人前往",
        dedup_key="answer:1",
        expires_in=timedelta(minutes=10),
    )
    for _ in range(2):
        async with ground.transaction() as stores:
            await stores.outbox.owe_answer(answer)
    assert await begin(ground) == 1
    assert [one.text for one in await claim(ground)] == ["已有人前往"]


async def test_an_answer_that_has_expired_does_not_leave(ground: Ground) -> None:
    incident_id = await tell(ground)
    async with ground.transaction() as stores:
        await stores.outbox.owe_answer(
            OwedAnswer(
                incident_id=incident_id,
                person=Actor(type=ActorType.CAREGIVER, id="li", name="李"),
                person_type="contact",
                destination=LI,
                text="已有人前往",
                dedup_key="answer:1",
                expires_in=AT_ONCE,
            )
        )
    await begin(ground)
    assert await claim(ground) == []
    async with ground.transaction() as stores:
        assert len(await stores.outbox.lock_overtaken(10)) == 1


# --- Many texts for one telephone ----------------------------------------------------------------------------------


async def test_all_that_waits_for_one_number_is_claimed_together(ground: Ground) -> None:
    await contacts_twice(ground)
    mine = [await tell(ground, LI), await tell(ground, LI, severity=Severity.LOW)]
    await tell(ground, CHEN)
    async with ground.transaction() as stores:
        claimable = await stores.outbox.lock_claimable_to(["sms"], LI)
        assert sorted(one.incident_id for one in claimable) == sorted(mine)
        assert await stores.outbox.lock_claimable_to(["voice"], LI) == []
        leader, follower = claimable
        await stores.outbox.begin_submitting(leader, "两起求助", LEASE)
        await stores.outbox.begin_bundled(follower, leader, LEASE)
    async with ground.transaction() as stores:
        assert await stores.outbox.lock_claimable_to(["sms"], LI) == []


async def test_what_has_left_for_a_number_lately_is_seen_while_its_incident_is_open(ground: Ground) -> None:
    await contacts_twice(ground)
    incident_id = await tell(ground, LI)
    await tell(ground, CHEN)

    async def left() -> list[UUID]:
        async with ground.transaction() as stores:
            since = await stores.outbox.now() - timedelta(minutes=5)
            return [one.incident_id for one in (await stores.outbox.left_lately([LI], since)).get(LI, ())]

    assert await left() == []
    await claim(ground)
    assert await left() == [incident_id]
    await do(ground, incident_id, Acknowledge(actor=WANG))
    assert await left() == []


async def test_a_try_that_is_put_off_is_not_due(ground: Ground) -> None:
    await contacts_twice(ground)
    await tell(ground, LI)
    async with ground.transaction() as stores:
        [one] = await stores.outbox.lock_claimable(["sms"], 10)
        await stores.outbox.put_off([one.attempt_id], await stores.outbox.now() + timedelta(seconds=30))
    assert await claim(ground) == []
