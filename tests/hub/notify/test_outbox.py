"""What is owed leaves, once, and not after somebody has taken the incident."""

from datetime import timedelta
from uuid import UUID

from alerts.severity import Severity
from hub.notify.channels.port import Accepted, Receipt, ReceiptState, Rejected, Submission, Unknown
from hub.notify.outbox import OutboxTiming
from tests.hub.notify.town import FakeChannel, Town, outbox_at_work, until

PASSING = Rejected(reason="throttled", permanent=False)
FOR_GOOD = Rejected(reason="no such number", permanent=True)
NO_WORD = Unknown(reason="no_response")


async def test_what_is_owed_leaves_and_is_sent(town: Town) -> None:
    incident = await town.press(town.recipient("示例甲"))
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        owed = town.owe(incident, "10000000001")
        await until(lambda: town.state(owed) == "sent")
    assert [destination for destination, _ in channel.texts] == ["10000000001"]
    assert channel.texts[0][1].startswith("【示例县民政】")
    assert "按了求助键" in channel.texts[0][1]
    assert town.states(owed) == ["accepted"]
    assert town.attempts(owed)[0]["provider_ref"] == "fake-1"


async def test_nothing_leaves_for_an_incident_that_somebody_took(town: Town) -> None:
    taken = await town.press(town.recipient("示例甲"))
    still_open = await town.press(town.recipient("示例乙"))
    owed = town.owe(taken, "10000000001")
    await town.take(taken)
    late = town.owe(taken, "10000000002")  # a step that was on its way when the incident was taken
    other = town.owe(still_open, "10000000003")
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await until(lambda: town.state(other) == "sent")
        await until(lambda: town.state(late) == "cancelled")
    assert town.state(owed) == "cancelled"
    assert [destination for destination, _ in channel.texts] == ["10000000003"]


async def test_a_try_that_waits_does_not_leave_after_the_incident_is_taken(town: Town) -> None:
    incident = await town.press(town.recipient())
    owed = town.owe(incident)
    channel = FakeChannel("fake", PASSING, PASSING, PASSING)
    async with outbox_at_work(town, channel):
        await until(lambda: town.states(owed) == ["failed", "queued"])
        await town.take(incident)
        await until(lambda: town.state(owed) == "cancelled")
    assert len(channel.texts) == 1
    assert [(row["state"], row["reason"]) for row in town.attempts(owed)] == [
        ("failed", "throttled"),
        ("failed", "cancelled"),
    ]


async def test_a_failure_that_may_pass_goes_to_the_next_channel(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient()))
    first, second = FakeChannel("first", PASSING), FakeChannel("second")
    async with outbox_at_work(town, first, second):
        await until(lambda: town.state(owed) == "sent")
    assert [(row["channel"], row["state"]) for row in town.attempts(owed)] == [
        ("first", "failed"),
        ("second", "accepted"),
    ]
    assert first.texts == second.texts
    assert not town.attempts(owed)[1]["repeats_unknown"]


async def test_a_number_that_no_channel_takes_is_given_up(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient()))
    async with outbox_at_work(town, FakeChannel("first", FOR_GOOD), FakeChannel("second", FOR_GOOD)):
        await until(lambda: town.state(owed) == "failed")
    assert [row["reason"] for row in town.attempts(owed)] == ["no such number"] * 2


async def test_an_unknown_outcome_of_a_grave_incident_is_sent_again_and_marked(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient()))
    async with outbox_at_work(town, FakeChannel("fake", NO_WORD)):
        await until(lambda: town.state(owed) == "sent")
    assert [(row["state"], row["repeats_unknown"]) for row in town.attempts(owed)] == [
        ("unknown", False),
        ("accepted", True),
    ]


async def test_an_unknown_outcome_of_little_weight_is_left_alone(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient(), Severity.MEDIUM))
    channel = FakeChannel("fake", NO_WORD)
    async with outbox_at_work(town, channel):
        await until(lambda: town.state(owed) == "unknown")
    assert town.states(owed) == ["unknown"]
    assert len(channel.texts) == 1


async def test_a_worker_that_hangs_loses_its_lease_and_the_text_is_sent_again(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient()))
    hanging, channel = FakeChannel("fake", None), FakeChannel("fake")
    async with outbox_at_work(town, hanging):
        await until(lambda: hanging.texts)
        async with outbox_at_work(town, channel):
            await until(lambda: town.state(owed) == "sent")
    assert town.states(owed)[0] == "unknown"
    assert town.attempts(owed)[0]["reason"] == "lease_expired"
    assert town.attempts(owed)[-1]["repeats_unknown"]


async def test_two_workers_on_one_database_send_nothing_twice(town: Town) -> None:
    incident = await town.press(town.recipient())
    first, second = FakeChannel("fake"), FakeChannel("fake")
    numbers = [f"1000000{number:04}" for number in range(120)]
    owed = [town.owe(incident, number) for number in numbers]
    async with outbox_at_work(town, first), outbox_at_work(town, second):
        await until(lambda: all(row["state"] == "sent" for row in town.run("SELECT state FROM notification")))
    sent = [destination for destination, _ in first.texts + second.texts]
    assert sorted(sent) == numbers
    assert all(town.states(notification) == ["accepted"] for notification in owed)


async def test_a_missing_receipt_of_a_critical_text_tries_the_other_channel(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient()))
    timing = OutboxTiming(lease=timedelta(seconds=5), receipt_within=timedelta(seconds=0.2))
    async with outbox_at_work(town, FakeChannel("first"), FakeChannel("second"), timing=timing):
        await until(lambda: town.states(owed) == ["accepted", "accepted"])
        await until(lambda: town.state(owed) == "sent")
    second = town.attempts(owed)[1]
    assert (second["channel"], second["repeats_unknown"]) == ("second", True)


async def test_a_missing_receipt_with_one_channel_leaves_it_as_sent(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient()))
    timing = OutboxTiming(lease=timedelta(seconds=5), receipt_within=timedelta(seconds=0.1))
    channel = FakeChannel()
    async with outbox_at_work(town, channel, timing=timing):
        await until(lambda: town.run("SELECT 1 FROM attempt WHERE state = 'accepted' AND due_at IS NULL"))
    assert town.state(owed) == "sent"
    assert len(channel.texts) == 1


async def test_a_channel_that_cannot_send_gives_what_waits_to_one_that_can(town: Town) -> None:
    first, second = FakeChannel("first"), FakeChannel("second")
    first.ready = second.ready = False
    owed = town.owe(await town.press(town.recipient()))
    async with outbox_at_work(town, first, second):
        await until(lambda: town.states(owed) == ["queued"])
        second.ready = True
        second.open_inbox.readiness_changed()
        await until(lambda: town.state(owed) == "sent")
    assert not first.texts
    assert town.attempts(owed)[0]["channel"] == "second"


async def test_a_newer_text_to_the_same_number_replaces_one_that_never_left(town: Town) -> None:
    incident = await town.press(town.recipient())
    channel = FakeChannel()
    channel.ready = False
    async with outbox_at_work(town, channel):
        older = town.owe(incident)
        await until(lambda: town.states(older) == ["queued"])
        newer = town.owe(incident)
        await until(lambda: town.state(older) == "cancelled")
        channel.ready = True
        channel.open_inbox.readiness_changed()
        await until(lambda: town.state(newer) == "sent")
    assert len(channel.texts) == 1


async def test_a_receipt_marks_the_text_as_delivered(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient()))
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await until(lambda: town.state(owed) == "sent")
        receipt = Receipt(channel="fake", provider_ref="fake-1", state=ReceiptState.DELIVERED, reason="DELIVRD")
        await channel.open_inbox.receive_receipt(receipt)
        await channel.open_inbox.receive_receipt(receipt)  # gateways repeat themselves
    assert town.state(owed) == "delivered"
    assert len(town.run("SELECT 1 FROM receipt")) == 1


async def test_a_receipt_that_overtakes_its_response_is_matched_afterwards(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient()))

    class EarlyReceipts(FakeChannel):
        async def submit(self, text: str, destination: str, attempt_id: UUID) -> Submission:
            receipt = Receipt(channel=self.name, provider_ref="fake-1", state=ReceiptState.DELIVERED, reason=None)
            await self.open_inbox.receive_receipt(receipt)
            return await super().submit(text, destination, attempt_id)

    async with outbox_at_work(town, EarlyReceipts()):
        await until(lambda: town.state(owed) == "delivered")
    assert town.run("SELECT attempt_id FROM receipt")[0]["attempt_id"] == town.attempts(owed)[0]["id"]


async def test_a_receipt_that_says_it_was_given_up_goes_to_the_next_channel(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient()))
    first, second = FakeChannel("first"), FakeChannel("second")
    async with outbox_at_work(town, first, second):
        await until(lambda: town.state(owed) == "sent")
        receipt = Receipt(channel="first", provider_ref="first-1", state=ReceiptState.FAILED, reason="UNDELIV 011")
        await first.open_inbox.receive_receipt(receipt)
        await until(lambda: town.states(owed) == ["failed", "accepted"])
    assert town.attempts(owed)[0]["reason"] == "UNDELIV 011"
    assert len(second.texts) == 1


async def test_a_gateway_that_counts_anew_after_a_restart_has_its_receipts_matched_to_the_newest(town: Town) -> None:
    incident = await town.press(town.recipient())
    channel = FakeChannel("fake", Accepted(provider_ref="1"), Accepted(provider_ref="1"))
    receipt = Receipt(channel="fake", provider_ref="1", state=ReceiptState.DELIVERED, reason=None)
    async with outbox_at_work(town, channel):
        first = town.owe(incident, "10000000001")
        await until(lambda: town.state(first) == "sent")
        await channel.open_inbox.receive_receipt(receipt)
        second = town.owe(incident, "10000000002")
        await until(lambda: town.state(second) == "sent")
        await channel.open_inbox.receive_receipt(receipt)
    assert town.state(first) == town.state(second) == "delivered"


async def test_an_acceptance_that_comes_late_ends_the_doubt(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient(), Severity.MEDIUM))
    channel = FakeChannel("fake", NO_WORD)
    async with outbox_at_work(town, channel):
        await until(lambda: town.state(owed) == "unknown")
        await channel.open_inbox.receive_late_acceptance(channel.attempt_ids[0], "late-1")
        assert town.state(owed) == "sent"
    assert town.attempts(owed)[0]["provider_ref"] == "late-1"


async def test_the_desk_sees_each_change_of_a_text(town: Town) -> None:
    incident = await town.press(town.recipient())
    before = town.run("SELECT max(position) AS position FROM stream_event")[0]["position"]
    owed = town.owe(incident)
    async with outbox_at_work(town, FakeChannel()):
        await until(lambda: town.state(owed) == "sent")
    events = town.run("SELECT entity_id FROM stream_event WHERE position > %(before)s", before=before)
    assert len(events) >= 2
    assert {row["entity_id"] for row in events} == {incident}


async def test_a_number_told_of_two_incidents_gets_the_code_in_the_second_text(town: Town) -> None:
    first, second = await town.press(town.recipient("示例甲")), await town.press(town.recipient("示例乙"))
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        told = town.owe(first)
        await until(lambda: town.state(told) == "sent")
        told_again = town.owe(second)
        await until(lambda: town.state(told_again) == "sent")
    assert f"能去回1{town.incident(second)['code']}" in channel.texts[1][1]
    assert "能去回1，" in channel.texts[0][1]
