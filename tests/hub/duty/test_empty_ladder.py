"""A ladder that reaches nobody is an item of its person, and over when somebody is reached."""

from tests.hub.duty.test_loop import duty_at_work, told
from tests.hub.notify.town import Town, until

ITEMS = "SELECT kind, state, recipient_id FROM maintenance_item ORDER BY kind"


async def test_whose_numbers_are_missing_is_an_item_until_somebody_is_reached(town: Town) -> None:
    town.ladder([(0.1, "contacts"), (0.1, "helpers")], then_every_s=1)
    recipient = town.recipient()
    async with duty_at_work(town):
        incident = await town.press(recipient)
        (item,) = await until(lambda: town.run(ITEMS))
        assert (item["kind"], item["state"], item["recipient_id"]) == ("nobody_reachable", "open", recipient)
        assert town.incident(incident)["sounding"]
        await town.contact(recipient, "示例联系人", "10000000001")
        await until(lambda: told(town, incident))
    assert [item["state"] for item in town.run(ITEMS)] == ["cleared"]
