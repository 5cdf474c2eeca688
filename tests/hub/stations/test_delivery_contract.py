"""What every store of owed texts knows of a try: who has it, what became of it, what follows."""

import asyncio

from alerts.incidents.commands import Acknowledge
from hub.stations.outbox_store import OwedText
from hub.stations.retry import AttemptState
from hub.stations.submissions import Accepted, Receipt, ReceiptState, Rejected, Unknown
from tests.hub.stations.ground import Ground
from tests.hub.stations.presses import WANG, alert, press
from tests.hub.stations.texts import (
    AT_ONCE,
    LEASE,
    LI,
    claim,
    contacts_twice,
    do,
    settle,
    settlement_of,
    states_of,
    step,
    tell,
    tries_of,
)


async def test_a_text_that_was_taken_by_the_gateway_and_by_the_telephone(ground: Ground) -> None:
    await contacts_twice(ground)
    incident_id = await tell(ground, LI)
    [one] = await claim(ground)
    await settle(ground, one.attempt_id, Accepted(provider_ref="r-1"))
    assert await states_of(ground, incident_id) == ["sent"]
    receipt = Receipt(channel="sms", provider_ref="r-1", state=ReceiptState.DELIVERED, reason=None)
    async with ground.transaction() as stores:
        await settlement_of().take_receipt(stores.outbox, receipt)
    assert await states_of(ground, incident_id) == ["delivered"]
    async with ground.transaction() as stores:
        assert await stores.outbox.store_receipt(receipt) is None, "the same word again"


async def test_a_receipt_that_overtook_the_answer_is_matched(ground: Ground) -> None:
    await contacts_twice(ground)
    incident_id = await tell(ground, LI)
    [one] = await claim(ground)
    early = Receipt(channel="sms", provider_ref="r-1", state=ReceiptState.DELIVERED, reason=None)
    async with ground.transaction() as stores:
        assert await stores.outbox.store_receipt(early) is None
    await settle(ground, one.attempt_id, Accepted(provider_ref="r-1"))
    assert await states_of(ground, incident_id) == ["delivered"]


async def test_a_refused_text_is_tried_again_by_another_channel(ground: Ground) -> None:
    await contacts_twice(ground)
    await tell(ground, LI)
    [one] = await claim(ground)
    await settle(ground, one.attempt_id, Rejected(reason="blocked", permanent=True), settlement_of("sms", "voice"))
    assert await tries_of(ground, one) == [("sms", AttemptState.FAILED), ("voice", AttemptState.QUEUED)]
    [again] = await claim(ground, ready=["voice"])
    assert again.text == "求助", "it says the same"


async def test_nothing_is_tried_again_once_it_is_taken(ground: Ground) -> None:
    await contacts_twice(ground)
    incident_id = await tell(ground, LI)
    [one] = await claim(ground)
    await do(ground, incident_id, Acknowledge(actor=WANG))
    await settle(ground, one.attempt_id, Unknown(reason="timeout"), settlement_of("sms", "voice"))
    assert await tries_of(ground, one) == [("sms", AttemptState.UNKNOWN)]
    assert await states_of(ground, incident_id) == ["unknown"]


async def test_a_try_whose_submitter_is_gone_is_unknown_and_is_repeated(ground: Ground) -> None:
    await contacts_twice(ground)
    await tell(ground, LI)
    [one] = await claim(ground, lease=AT_ONCE)
    async with ground.transaction() as stores:
        assert list(await stores.outbox.expired_leases(10)) == [one.attempt_id]
        await settlement_of().lose(stores.outbox, one.attempt_id)
    assert await tries_of(ground, one) == [("sms", AttemptState.UNKNOWN), ("sms", AttemptState.QUEUED)]
    async with ground.transaction() as stores:
        assert list(await stores.outbox.expired_leases(10)) == []


async def test_a_try_that_is_still_leased_is_not_lost(ground: Ground) -> None:
    await contacts_twice(ground)
    await tell(ground, LI)
    await claim(ground)
    async with ground.transaction() as stores:
        assert list(await stores.outbox.expired_leases(10)) == []


async def test_a_late_acceptance_ends_the_repetition_that_has_not_left(ground: Ground) -> None:
    await contacts_twice(ground)
    incident_id = await tell(ground, LI)
    [one] = await claim(ground)
    await settle(ground, one.attempt_id, Unknown(reason="timeout"))
    await settle(ground, one.attempt_id, Accepted(provider_ref="r-1"))
    assert await tries_of(ground, one) == [("sms", AttemptState.ACCEPTED), ("sms", AttemptState.FAILED)]
    assert await states_of(ground, incident_id) == ["sent"]


async def test_a_receipt_that_is_overdue_is_chased_once(ground: Ground) -> None:
    await contacts_twice(ground)
    await tell(ground, LI)
    [one] = await claim(ground)
    settlement = settlement_of("sms", "voice", receipt_within=AT_ONCE)
    await settle(ground, one.attempt_id, Accepted(provider_ref="r-1"), settlement)
    async with ground.transaction() as stores:
        assert list(await stores.outbox.overdue_receipts(10)) == [one.attempt_id]
        await settlement.chase(stores.outbox, one.attempt_id)
        assert list(await stores.outbox.overdue_receipts(10)) == []
    assert await tries_of(ground, one) == [("sms", AttemptState.ACCEPTED), ("voice", AttemptState.QUEUED)]


async def test_two_who_settle_one_text_do_so_one_after_the_other(ground: Ground) -> None:
    await contacts_twice(ground)
    await tell(ground, LI)
    [one] = await claim(ground)
    async with ground.transaction() as stores:
        await settlement_of().settle(stores.outbox, one.attempt_id, Accepted(provider_ref="r-1"))
        second = asyncio.create_task(settle(ground, one.attempt_id, Unknown(reason="timeout")))
        await ground.until_waiting(second)
    await second
    assert await tries_of(ground, one) == [("sms", AttemptState.ACCEPTED)]


async def test_a_row_that_fails_is_undone_alone_and_rests(ground: Ground) -> None:
    await contacts_twice(ground)
    person = await ground.recipient()
    await ground.contact(person, LI)
    incident_id = await press(ground, alert(person))
    await step(ground, incident_id)

    def fail() -> None:
        raise RuntimeError("a mistake of ours")

    async def begin_one(owed: OwedText) -> None:
        async with stores.outbox.text_turn(owed.notification_id, "notification"):
            await stores.outbox.queue_attempt(owed.notification_id, "sms", delay=AT_ONCE, repeats_unknown=False)
            fail()

    async with ground.transaction() as stores:
        [owed] = await stores.outbox.lock_owed(10)
        await begin_one(owed)
        assert list(await stores.outbox.tries_of(owed.notification_id)) == []
    async with ground.transaction() as stores, ground.transaction(process="two") as others:
        assert list(await stores.outbox.lock_owed(10)) == []
        assert len(await others.outbox.lock_owed(10)) == 1, "it rests in the process that failed"


async def test_what_waits_is_seen(ground: Ground) -> None:
    await contacts_twice(ground)
    async with ground.transaction() as stores:
        quiet = await stores.outbox.what_waits()
    assert (quiet.now, quiet.next_due_s) == (False, None)
    incident_id = await tell(ground, LI)
    async with ground.transaction() as stores:
        assert (await stores.outbox.what_waits()).now
    [one] = await claim(ground)
    await settle(ground, one.attempt_id, Accepted(provider_ref="r-1"))
    async with ground.transaction() as stores:
        waiting = await stores.outbox.what_waits()
    assert not waiting.now
    assert waiting.next_due_s is not None
    assert 0 < waiting.next_due_s <= LEASE.total_seconds(), "its receipt"
    assert await states_of(ground, incident_id) == ["sent"]
