"""What every store of owed texts does: what may leave and what must not, who has a try, what became of it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from alerts.actors import Actor, ActorType
from alerts.commands import Acknowledge, Command, TakeStep
from alerts.severity import Severity
from hub.stations.incidents import change
from hub.stations.outbox import Settlement
from hub.stations.outbox_store import Claimable, OwedAnswer, OwedText
from hub.stations.retry import AttemptState
from hub.stations.submissions import Accepted, Receipt, ReceiptState, Rejected, Submission, Unknown
from tests.hub.stations.ground import Ground
from tests.hub.stations.presses import WANG, alert, press

LI, CHEN = "10000000001", "10000000002"
LEASE = timedelta(seconds=20)
AT_ONCE = timedelta(0)


def _settlement(*channels: str, ready: Sequence[str] | None = None, receipt_within: timedelta = LEASE) -> Settlement:
    settlement = Settlement(channels or ("sms",), receipt_within=receipt_within)
    settlement.ready = frozenset(channels or ("sms",)) if ready is None else frozenset(ready)
    return settlement


async def _tell(ground: Ground, *phones: str, severity: Severity = Severity.CRITICAL) -> UUID:
    """An incident whose first step has told these contacts, and whose texts are queued."""
    person = await ground.recipient()
    for phone in phones:
        await ground.contact(person, phone)
    incident_id = await press(ground, alert(person, severity=severity))
    await _step(ground, incident_id)
    await _begin(ground)
    return incident_id


async def _step(ground: Ground, incident_id: UUID) -> None:
    async with ground.transaction() as stores:
        locked = await stores.incidents.lock_incident(incident_id)
        assert locked is not None
        reachable = await stores.incidents.reachable(locked, locked.at)
        await change(stores.incidents, incident_id, TakeStep(reachable=reachable))


async def _begin(ground: Ground, settlement: Settlement | None = None) -> int:
    async with ground.transaction() as stores:
        return await (settlement or _settlement()).begin_owed(stores.outbox, 10)


async def _claim(ground: Ground, *, lease: timedelta = LEASE, ready: Sequence[str] = ("sms",)) -> list[Claimable]:
    async with ground.transaction() as stores:
        claimed = list(await stores.outbox.lock_claimable(ready, 10))
        for one in claimed:
            await stores.outbox.begin_submitting(one, "求助", lease)
    return claimed


async def _settle(ground: Ground, attempt_id: UUID, said: Submission, settlement: Settlement | None = None) -> None:
    async with ground.transaction() as stores:
        await (settlement or _settlement()).settle(stores.outbox, attempt_id, said)


async def _change(ground: Ground, incident_id: UUID, command: Command) -> None:
    async with ground.transaction() as stores:
        await change(stores.incidents, incident_id, command)


async def _tries(ground: Ground, one: Claimable) -> list[tuple[str, AttemptState]]:
    async with ground.transaction() as stores:
        return [(attempt.channel, attempt.state) for attempt in await stores.outbox.tries_of(one.notification_id)]


async def _states(ground: Ground, incident_id: UUID) -> list[str]:
    return [state for _, state in (await ground.kept(incident_id)).texts]


async def _contacts_twice(ground: Ground) -> None:
    await ground.ladder((0, "contacts"), (0.01, "contacts"), (600, "desk"))


# --- What may leave ------------------------------------------------------------------------------------------------


async def test_what_is_owed_is_begun_once_the_gravest_first(ground: Ground) -> None:
    await _contacts_twice(ground)
    incidents = []
    for severity in (Severity.LOW, Severity.CRITICAL, Severity.MEDIUM):
        person = await ground.recipient()
        await ground.contact(person, LI)
        incidents.append(await press(ground, alert(person, severity=severity)))
        await _step(ground, incidents[-1])
    async with ground.transaction() as stores, ground.transaction(process="two") as others:
        owed = await stores.outbox.lock_owed(2)
        assert [one.incident_id for one in owed] == [incidents[1], incidents[2]]
        assert [one.incident_id for one in await others.outbox.lock_owed(10)] == [incidents[0]]
    assert (await _begin(ground), await _begin(ground)) == (3, 0)
    assert [await _states(ground, one) for one in incidents] == [["sending"]] * 3


async def test_a_try_is_claimed_once_the_gravest_first_with_what_its_text_draws_on(ground: Ground) -> None:
    await _contacts_twice(ground)
    low = await _tell(ground, LI, severity=Severity.LOW)
    grave = await _tell(ground, CHEN)
    claimed = await _claim(ground)
    assert [(one.incident_id, one.destination, one.channel) for one in claimed] == [
        (grave, CHEN, "sms"),
        (low, LI, "sms"),
    ]
    assert (claimed[0].kind, claimed[0].severity, claimed[0].text) == ("sos", Severity.CRITICAL, None)
    assert await _claim(ground) == []


async def test_no_try_is_claimed_for_a_channel_that_is_not_ready(ground: Ground) -> None:
    await _contacts_twice(ground)
    await _tell(ground, LI)
    assert await _claim(ground, ready=["voice"]) == []
    async with ground.transaction() as stores:
        await stores.outbox.move_queued(["voice"], "voice")
    assert [one.channel for one in await _claim(ground, ready=["voice"])] == ["voice"]


async def test_what_was_taken_first_does_not_leave(ground: Ground) -> None:
    await _contacts_twice(ground)
    incident_id = await _tell(ground, LI)
    await _change(ground, incident_id, Acknowledge(actor=WANG))
    assert await _claim(ground) == []
    assert await _states(ground, incident_id) == ["cancelled"]


async def test_who_takes_it_while_a_text_is_claimed_waits_for_the_claim_and_not_for_the_gateway(
    ground: Ground,
) -> None:
    await _contacts_twice(ground)
    incident_id = await _tell(ground, LI)
    async with ground.transaction() as stores:
        [one] = await stores.outbox.lock_claimable(["sms"], 10)
        await stores.outbox.begin_submitting(one, "求助", LEASE)
        taking = asyncio.create_task(_change(ground, incident_id, Acknowledge(actor=WANG)))
        await ground.until_waiting(taking)
    await taking
    assert await _states(ground, incident_id) == ["sending"]  # it is being handed over: left to finish


async def test_a_text_whose_incident_somebody_has_is_passed_over(ground: Ground) -> None:
    await _contacts_twice(ground)
    incident_id = await _tell(ground, LI)
    async with ground.transaction(process="desk") as desk:
        assert await desk.incidents.lock_incident(incident_id) is not None
        assert await _claim(ground) == []
    assert len(await _claim(ground)) == 1


async def test_a_newer_text_of_the_incident_to_the_same_number_overtakes_the_older(ground: Ground) -> None:
    await _contacts_twice(ground)
    incident_id = await _tell(ground, LI, CHEN)
    [first, _] = await _claim(ground)  # the first is being handed over: it is left to finish
    await _settle(ground, first.attempt_id, Rejected(reason="busy", permanent=False))
    await _step(ground, incident_id)
    async with ground.transaction() as stores:
        overtaken = await stores.outbox.lock_overtaken(10)
        assert [one.notification_id for one in overtaken] == [first.notification_id]
    async with ground.transaction() as stores:
        assert await _settlement().cancel_overtaken(stores.outbox, 10) == 1
    assert (await _states(ground, incident_id))[0] == "cancelled"


async def test_an_answer_leaves_though_the_incident_is_taken_and_is_owed_once(ground: Ground) -> None:
    await _contacts_twice(ground)
    incident_id = await _tell(ground)
    await _change(ground, incident_id, Acknowledge(actor=WANG))
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
    assert await _begin(ground) == 1
    assert [one.text for one in await _claim(ground)] == ["已有人前往"]


async def test_an_answer_that_has_expired_does_not_leave(ground: Ground) -> None:
    incident_id = await _tell(ground)
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
    await _begin(ground)
    assert await _claim(ground) == []
    async with ground.transaction() as stores:
        assert len(await stores.outbox.lock_overtaken(10)) == 1


# --- What became of it ---------------------------------------------------------------------------------------------


async def test_a_text_that_was_taken_by_the_gateway_and_by_the_telephone(ground: Ground) -> None:
    await _contacts_twice(ground)
    incident_id = await _tell(ground, LI)
    [one] = await _claim(ground)
    await _settle(ground, one.attempt_id, Accepted(provider_ref="r-1"))
    assert await _states(ground, incident_id) == ["sent"]
    receipt = Receipt(channel="sms", provider_ref="r-1", state=ReceiptState.DELIVERED, reason=None)
    async with ground.transaction() as stores:
        await _settlement().take_receipt(stores.outbox, receipt)
    assert await _states(ground, incident_id) == ["delivered"]
    async with ground.transaction() as stores:
        assert await stores.outbox.store_receipt(receipt) is None, "the same word again"


async def test_a_receipt_that_overtook_the_answer_is_matched(ground: Ground) -> None:
    await _contacts_twice(ground)
    incident_id = await _tell(ground, LI)
    [one] = await _claim(ground)
    early = Receipt(channel="sms", provider_ref="r-1", state=ReceiptState.DELIVERED, reason=None)
    async with ground.transaction() as stores:
        assert await stores.outbox.store_receipt(early) is None
    await _settle(ground, one.attempt_id, Accepted(provider_ref="r-1"))
    assert await _states(ground, incident_id) == ["delivered"]


async def test_a_refused_text_is_tried_again_by_another_channel(ground: Ground) -> None:
    await _contacts_twice(ground)
    await _tell(ground, LI)
    [one] = await _claim(ground)
    await _settle(ground, one.attempt_id, Rejected(reason="blocked", permanent=True), _settlement("sms", "voice"))
    assert await _tries(ground, one) == [("sms", AttemptState.FAILED), ("voice", AttemptState.QUEUED)]
    [again] = await _claim(ground, ready=["voice"])
    assert again.text == "求助", "it says the same"


async def test_nothing_is_tried_again_once_it_is_taken(ground: Ground) -> None:
    await _contacts_twice(ground)
    incident_id = await _tell(ground, LI)
    [one] = await _claim(ground)
    await _change(ground, incident_id, Acknowledge(actor=WANG))
    await _settle(ground, one.attempt_id, Unknown(reason="timeout"), _settlement("sms", "voice"))
    assert await _tries(ground, one) == [("sms", AttemptState.UNKNOWN)]
    assert await _states(ground, incident_id) == ["unknown"]


async def test_a_try_whose_submitter_is_gone_is_unknown_and_is_repeated(ground: Ground) -> None:
    await _contacts_twice(ground)
    await _tell(ground, LI)
    [one] = await _claim(ground, lease=AT_ONCE)
    async with ground.transaction() as stores:
        assert list(await stores.outbox.expired_leases(10)) == [one.attempt_id]
        await _settlement().lose(stores.outbox, one.attempt_id)
    assert await _tries(ground, one) == [("sms", AttemptState.UNKNOWN), ("sms", AttemptState.QUEUED)]
    async with ground.transaction() as stores:
        assert list(await stores.outbox.expired_leases(10)) == []


async def test_a_try_that_is_still_leased_is_not_lost(ground: Ground) -> None:
    await _contacts_twice(ground)
    await _tell(ground, LI)
    await _claim(ground)
    async with ground.transaction() as stores:
        assert list(await stores.outbox.expired_leases(10)) == []


async def test_a_late_acceptance_ends_the_repetition_that_has_not_left(ground: Ground) -> None:
    await _contacts_twice(ground)
    incident_id = await _tell(ground, LI)
    [one] = await _claim(ground)
    await _settle(ground, one.attempt_id, Unknown(reason="timeout"))
    await _settle(ground, one.attempt_id, Accepted(provider_ref="r-1"))
    assert await _tries(ground, one) == [("sms", AttemptState.ACCEPTED), ("sms", AttemptState.FAILED)]
    assert await _states(ground, incident_id) == ["sent"]


async def test_a_receipt_that_is_overdue_is_chased_once(ground: Ground) -> None:
    await _contacts_twice(ground)
    await _tell(ground, LI)
    [one] = await _claim(ground)
    settlement = _settlement("sms", "voice", receipt_within=AT_ONCE)
    await _settle(ground, one.attempt_id, Accepted(provider_ref="r-1"), settlement)
    async with ground.transaction() as stores:
        assert list(await stores.outbox.overdue_receipts(10)) == [one.attempt_id]
        await settlement.chase(stores.outbox, one.attempt_id)
        assert list(await stores.outbox.overdue_receipts(10)) == []
    assert await _tries(ground, one) == [("sms", AttemptState.ACCEPTED), ("voice", AttemptState.QUEUED)]


async def test_two_who_settle_one_text_do_so_one_after_the_other(ground: Ground) -> None:
    await _contacts_twice(ground)
    await _tell(ground, LI)
    [one] = await _claim(ground)
    async with ground.transaction() as stores:
        await _settlement().settle(stores.outbox, one.attempt_id, Accepted(provider_ref="r-1"))
        second = asyncio.create_task(_settle(ground, one.attempt_id, Unknown(reason="timeout")))
        await ground.until_waiting(second)
    await second
    assert await _tries(ground, one) == [("sms", AttemptState.ACCEPTED)]


async def test_a_row_that_fails_is_undone_alone_and_rests(ground: Ground) -> None:
    await _contacts_twice(ground)
    person = await ground.recipient()
    await ground.contact(person, LI)
    incident_id = await press(ground, alert(person))
    await _step(ground, incident_id)

    def fail() -> None:
        raise RuntimeError("a mistake of ours")

    async def begin(owed: OwedText) -> None:
        async with stores.outbox.text_turn(owed.notification_id, "notification"):
            await stores.outbox.queue_attempt(owed.notification_id, "sms", delay=AT_ONCE, repeats_unknown=False)
            fail()

    async with ground.transaction() as stores:
        [owed] = await stores.outbox.lock_owed(10)
        await begin(owed)
        assert list(await stores.outbox.tries_of(owed.notification_id)) == []
    async with ground.transaction() as stores, ground.transaction(process="two") as others:
        assert list(await stores.outbox.lock_owed(10)) == []
        assert len(await others.outbox.lock_owed(10)) == 1, "it rests in the process that failed"


async def test_what_waits_is_seen(ground: Ground) -> None:
    await _contacts_twice(ground)
    async with ground.transaction() as stores:
        quiet = await stores.outbox.what_waits()
    assert (quiet.now, quiet.next_due_s) == (False, None)
    incident_id = await _tell(ground, LI)
    async with ground.transaction() as stores:
        assert (await stores.outbox.what_waits()).now
    [one] = await _claim(ground)
    await _settle(ground, one.attempt_id, Accepted(provider_ref="r-1"))
    async with ground.transaction() as stores:
        waiting = await stores.outbox.what_waits()
    assert not waiting.now
    assert waiting.next_due_s is not None
    assert 0 < waiting.next_due_s <= LEASE.total_seconds(), "its receipt"
    assert await _states(ground, incident_id) == ["sent"]


# --- Many texts for one telephone ----------------------------------------------------------------------------------


async def test_all_that_waits_for_one_number_is_claimed_together(ground: Ground) -> None:
    await _contacts_twice(ground)
    mine = [await _tell(ground, LI), await _tell(ground, LI, severity=Severity.LOW)]
    await _tell(ground, CHEN)
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
    await _contacts_twice(ground)
    incident_id = await _tell(ground, LI)
    await _tell(ground, CHEN)

    async def left() -> list[UUID]:
        async with ground.transaction() as stores:
            since = await stores.outbox.now() - timedelta(minutes=5)
            return [one.incident_id for one in (await stores.outbox.left_lately([LI], since)).get(LI, ())]

    assert await left() == []
    await _claim(ground)
    assert await left() == [incident_id]
    await _change(ground, incident_id, Acknowledge(actor=WANG))
    assert await left() == []


async def test_a_try_that_is_put_off_is_not_due(ground: Ground) -> None:
    await _contacts_twice(ground)
    await _tell(ground, LI)
    async with ground.transaction() as stores:
        [one] = await stores.outbox.lock_claimable(["sms"], 10)
        await stores.outbox.put_off([one.attempt_id], await stores.outbox.now() + timedelta(seconds=30))
    assert await _claim(ground) == []
