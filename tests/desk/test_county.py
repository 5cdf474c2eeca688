"""The desk before a real hub: whoever has a role there finds the pages of that role."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage


def test_a_call_to_the_hotline_stands_in_the_queue_of_its_county_alone(
    county: CountyHub, open_county_desk: Callable[..., DeskPage]
) -> None:
    incident = county.report("李示例")
    here, elsewhere = open_county_desk("zhang"), open_county_desk("kong")
    expect(here.card(incident["id"])).to_be_visible()
    expect(elsewhere.page.locator("[data-empty]")).to_be_visible()
    expect(elsewhere.card(incident["id"])).to_have_count(0)
    county.close(incident)
    expect(here.card(incident["id"])).to_have_count(0)
