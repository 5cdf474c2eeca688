"""A storm on one telephone: a few texts that leave at once, one that tells of the rest, and nobody forgotten."""

from datetime import timedelta
from uuid import UUID

import pytest

from alerts.severity import Severity
from hub.notify.channels.port import Rejected
from hub.notify.texts import ucs2_length
from hub.stations import bundling
from tests.hub.notify.town import FakeChannel, Town, outbox_at_work, until

HELPER = "10000000001"


async def storm(town: Town, presses: int, *, number: str = HELPER) -> list[UUID]:
    """So many press at once, and one helper is told of all; returns what is owed."""
    incidents = [await town.press(town.recipient(f"示例{chr(0x4E00 + index)}")) for index in range(presses)]
    return [town.owe(incident, number) for incident in incidents]


async def test_twenty_presses_are_four_texts_on_the_helpers_telephone(town: Town) -> None:
    owed = await storm(town, 20)
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await until(lambda: {town.state(text) for text in owed} == {"sent"})
    texts = [text for _, text in channel.texts]
    assert len(texts) == 4
    [many] = [text for text in texts if "有17起求助" in text]
    assert all(ucs2_length(text) <= 70 for text in texts)
    assert "最急" in many
    shown = town.run("SELECT bundled_with, count(*) AS owed FROM notification GROUP BY 1 ORDER BY 2")
    assert sorted(row["owed"] for row in shown) == [4, 16], "each says with which text it was told"


async def test_another_telephone_is_not_held_back_by_a_storm_on_this_one(town: Town) -> None:
    owed = await storm(town, 12)
    incident = await town.press(town.recipient("示例外"), Severity.HIGH)
    other = town.owe(incident, "10000000002")
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await until(lambda: {town.state(text) for text in [*owed, other]} == {"sent"})
    assert [text for number, text in channel.texts if number == "10000000002"]


async def test_refused_together_each_is_tried_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "PAUSE_FIRST", timedelta(seconds=0.1))
    owed = await storm(town, 6)
    refused = Rejected(reason="throttled", permanent=False)
    first, second = FakeChannel("first", *[refused] * 4), FakeChannel("second")
    async with outbox_at_work(town, first, second):
        await until(lambda: {town.state(text) for text in owed} == {"sent"})
    assert len(first.texts) == 4
    assert len(second.texts) <= 6
    assert all(town.states(text)[-1] == "accepted" for text in owed)


async def test_what_is_taken_before_the_rest_leaves_is_not_told(town: Town) -> None:
    incidents = [await town.press(town.recipient(f"示例{chr(0x4E00 + index)}")) for index in range(8)]
    owed = [town.owe(incident, HELPER) for incident in incidents]
    for incident in incidents[:4]:
        await town.take(incident)
    channel = FakeChannel()
    async with outbox_at_work(town, channel):
        await until(lambda: {town.state(text) for text in owed} == {"sent", "cancelled"})
    assert [town.state(text) for text in owed] == ["cancelled"] * 4 + ["sent"] * 4
    assert len(channel.texts) == 4
