"""What caregivers answer counts, and what nobody understands is shown to somebody."""

import asyncio
from uuid import UUID

from tests.hub.notify.town import FakeChannel, Town, outbox_at_work, until

PHONE = "10000000001"
LADDER = [(3600.0, "next_contact"), (3600.0, "contacts")]


async def told(town: Town, channel: FakeChannel, incident: UUID, phone: str = PHONE, person: str = "p1") -> UUID:
    """Tell somebody of an incident, and wait until the text has left."""
    owed = town.owe(incident, phone, name=f"示例{person}", person=person)
    await until(lambda: town.state(owed) == "sent")
    return owed


async def outcome(town: Town, origin: str, text: str) -> str:
    """What was made of a text."""
    text_id = await town.receive(origin, text)
    found = await until(lambda: town.outcome_of(text_id))
    assert found is not None
    return found


async def test_going_takes_the_incident_and_says_that_somebody_is_on_the_way(town: Town) -> None:
    incident = await town.press(town.recipient())
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, incident)
        assert await outcome(town, PHONE, "１能去。") == "going"
    row = town.incident(incident)
    assert row["state"] == "acknowledged"
    assert row["acknowledged_by"] == {"type": "caregiver", "id": "p1", "name": "示例p1"}
    assert row["responder_name"] == "示例p1"
    assert town.log_codes(incident) == ["opened", "acknowledged", "responding"]


async def test_the_number_is_known_however_it_is_written(town: Town) -> None:
    incident = await town.press(town.recipient())
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, incident, "+86 100 0000 0001")
        assert await outcome(town, "8610000000001", "1") == "going"


async def test_declining_sends_the_ladder_on_at_once_but_only_once(town: Town) -> None:
    town.ladder(LADDER)
    incident = await town.press(town.recipient())
    channel = FakeChannel()
    due = "SELECT due_at <= clock_timestamp() AS due FROM timer WHERE owner_id = %(id)s"
    async with outbox_at_work(town, channel):
        await told(town, channel, incident)
        assert not town.run(due, id=incident)[0]["due"]
        assert await outcome(town, PHONE, "2") == "declined"
        assert town.run(due, id=incident)[0]["due"]
        town.run("UPDATE timer SET due_at = clock_timestamp() + interval '1 hour'")
        assert await outcome(town, PHONE, "2 不在家") == "declined"
    assert not town.run(due, id=incident)[0]["due"]
    declined = [row for row in town.log(incident) if row["code"] == "contact_attempt"]
    assert declined[0]["params"]["outcome"] == "declined"
    assert town.incident(incident)["state"] == "open"


async def test_arriving_is_on_record(town: Town) -> None:
    incident = await town.press(town.recipient())
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, incident)
        await outcome(town, PHONE, "1")
        assert await outcome(town, PHONE, "到了") == "arrived"
    assert town.incident(incident)["arrived_at"] is not None


async def test_the_second_to_go_is_told_that_somebody_goes_already(town: Town) -> None:
    incident = await town.press(town.recipient())
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, incident, "10000000001", "p1")
        await told(town, channel, incident, "10000000002", "p2")
        await outcome(town, "10000000001", "1")
        assert await outcome(town, "10000000002", "1") == "somebody_else"
        await until(lambda: len(channel.texts) == 3)
    destination, text = channel.texts[2]
    assert destination == "10000000002"
    assert "已有人前往" in text
    assert town.incident(incident)["responder_name"] == "示例p1"
    assert town.log_codes(incident)[-1] == "note"


async def test_a_caregiver_may_go_though_the_desk_has_taken_it(town: Town) -> None:
    incident = await town.press(town.recipient())
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, incident)
        await town.take(incident)
        assert await outcome(town, PHONE, "1") == "going"
    row = town.incident(incident)
    assert row["acknowledged_by"]["type"] == "operator"
    assert row["responder_name"] == "示例p1"


async def test_with_two_incidents_the_code_says_which_one_is_meant(town: Town) -> None:
    first, second = await town.press(town.recipient("示例甲")), await town.press(town.recipient("示例乙"))
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, first)
        await told(town, channel, second)
        assert await outcome(town, PHONE, f"1{town.incident(second)['code']}") == "going"
    assert town.incident(first)["state"] == "open"
    assert town.incident(second)["state"] == "acknowledged"


async def test_without_the_code_both_are_noted_and_the_caregiver_is_asked_which(town: Town) -> None:
    first, second = await town.press(town.recipient("示例甲")), await town.press(town.recipient("示例乙"))
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, first)
        await told(town, channel, second)
        assert await outcome(town, PHONE, "1") == "which"
        await until(lambda: len(channel.texts) == 3)
    for incident in (first, second):
        assert town.incident(incident)["state"] == "open"
        assert town.log_codes(incident)[-1] == "note"
        assert str(town.incident(incident)["code"]) in channel.texts[2][1]


async def test_words_nobody_understands_become_a_note(town: Town) -> None:
    incident = await town.press(town.recipient())
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, incident)
        assert await outcome(town, PHONE, "她在我家，没事") == "shown"
    note = town.log(incident)[-1]
    assert (note["code"], note["params"]["text"]) == ("note", "她在我家，没事")
    assert town.incident(incident)["state"] == "open"


async def test_a_code_of_another_incident_takes_nothing(town: Town) -> None:
    incident = await town.press(town.recipient())
    wrong = 999 if town.incident(incident)["code"] != 999 else 998
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, incident)
        assert await outcome(town, PHONE, f"1 {wrong}") == "shown"
    assert town.incident(incident)["state"] == "open"


async def test_an_answer_after_the_closing_is_noted_and_the_way_is_spared(town: Town) -> None:
    incident = await town.press(town.recipient())
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, incident)
        await town.close(incident)
        assert await outcome(town, PHONE, "1") == "closed"
        await until(lambda: len(channel.texts) == 2)
    assert "已办结" in channel.texts[1][1]
    assert town.incident(incident)["state"] == "closed"


async def test_a_text_from_an_unknown_number_opens_a_report_about_the_caller(town: Town) -> None:
    town.division()
    async with outbox_at_work(town, FakeChannel()):
        assert await outcome(town, "10000000077", "救命") == "shown_as_report"
        assert await outcome(town, "10000000077", "快来") == "shown_as_report"
    (incident,) = town.incidents()
    assert (incident["kind"], incident["subject_type"]) == ("phone_report", "caller")
    assert incident["subject_id"] == f"{incident['division_id']}/10000000077"
    notes = [row["params"]["text"] for row in town.log(incident["id"]) if row["code"] == "note"]
    assert notes == ["救命", "快来"]


async def test_a_text_from_a_contact_out_of_the_blue_is_about_the_recipient(town: Town) -> None:
    recipient = town.recipient()
    await town.contact(recipient, "示例女儿", "+8610000000005")
    async with outbox_at_work(town, FakeChannel()):
        await outcome(town, "10000000005", "我妈不接电话")
    assert town.incidents()[0]["recipient_id"] == recipient


async def test_a_text_that_the_gateway_repeats_counts_once(town: Town) -> None:
    incident = await town.press(town.recipient())
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await told(town, channel, incident)
        await asyncio.gather(*(town.receive(PHONE, "没事了") for _ in range(3)))
        await until(lambda: town.run("SELECT 1 FROM inbound_text WHERE settled_at IS NOT NULL"))
    assert len(town.run("SELECT 1 FROM inbound_text")) == 1
    assert town.log_codes(incident).count("note") == 1
