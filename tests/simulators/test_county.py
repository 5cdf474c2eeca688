"""The county is founded once, whatever interrupts its founding, and its people are plainly made up."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.county import County, CountyFounder
from simulators.county_plan import DEMO_COUNTY
from simulators.hub_api import HubApi, HubAwayError, HubRefusedError
from simulators.register import Register
from tests.simulators.stub_api import API_KEY, COUNTY_ID, StubApi, stub_api


@pytest.fixture
def api() -> Iterator[StubApi]:
    with stub_api() as running:
        yield running


def found(api: StubApi, register: Path) -> County:
    hub = HubApi(api.base_url, API_KEY)
    return CountyFounder(api=hub, register=Register(register), plan=DEMO_COUNTY, report=lambda _: None).found()


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return tmp_path / "county.json"


def test_everybody_of_the_plan_is_on_file_with_contacts_and_devices(api: StubApi, register: Path) -> None:
    county = found(api, register)
    assert api.names_of("recipients") == [person.name for person in DEMO_COUNTY.recipients]
    assert len([path for path, _ in api.created if path.endswith("/contacts")]) == sum(
        len(person.contacts) for person in DEMO_COUNTY.recipients
    )
    assert len(county.devices) == sum(len(person.devices) for person in DEMO_COUNTY.recipients)
    recipient_ids = {fields["id"] for path, fields in api.created if path == "recipients"}
    assert {fields["recipient_id"] for path, fields in api.created if path == "devices"} == recipient_ids


def test_each_village_township_and_the_county_has_somebody_to_ring(api: StubApi, register: Path) -> None:
    found(api, register)
    rung = {(roster["division_id"], roster["role"]) for roster in api.replaced}
    villages = {fields["division_id"] for path, fields in api.created if path == "recipients"}
    assert rung >= {(village, "helper") for village in villages}
    assert rung >= {(village[:9] + "000", "township") for village in villages}
    assert rung >= {(COUNTY_ID, "supervisor"), (COUNTY_ID, "leader")}


def test_everything_is_inside_the_hubs_own_county(api: StubApi, register: Path) -> None:
    found(api, register)
    codes = [fields["id"] for path, fields in api.created if path == "divisions"]
    assert all(re.fullmatch(r"\d{12}", code) and code.startswith(COUNTY_ID[:6]) for code in codes)
    assert {fields["division_id"] for path, fields in api.created if path == "recipients"} <= set(codes)


def test_a_second_start_creates_nothing_and_knows_every_password(api: StubApi, register: Path) -> None:
    first = found(api, register)
    created = len(api.created)
    assert found(api, register) == first
    assert len(api.created) == created


@pytest.mark.parametrize("requests", [0, 1, 4, 9, 10, 17, 30, 50])
def test_an_interrupted_start_is_finished_by_the_next(api: StubApi, register: Path, requests: int) -> None:
    api.fails_after = requests
    with pytest.raises(HubRefusedError):
        found(api, register)
    api.fails_after = None
    found(api, register)
    assert api.names_of("recipients") == [person.name for person in DEMO_COUNTY.recipients]
    assert len(api.names_of("users")) == 1


def test_the_operator_can_log_in_though_the_answer_to_its_creation_was_lost(api: StubApi, register: Path) -> None:
    api.loses_answers_to = "users"
    with pytest.raises(HubRefusedError):
        found(api, register)
    county = found(api, register)
    (operator,) = [fields for path, fields in api.created if path == "users"]
    assert county.operator_password == operator["password"]


def test_a_hub_with_new_data_gets_a_new_county(register: Path) -> None:
    with stub_api() as before:
        found(before, register)
    with stub_api() as after:
        found(after, register)
        assert len(after.names_of("recipients")) == len(DEMO_COUNTY.recipients)


def test_the_register_is_readable_by_its_owner_only(api: StubApi, register: Path) -> None:
    found(api, register)
    assert register.stat().st_mode & 0o777 == 0o600


def test_a_damaged_register_says_what_to_do(register: Path) -> None:
    register.write_text("{")
    with pytest.raises(ValueError, match="remove it"):
        Register(register)


def test_a_wrong_key_is_refused_with_the_hubs_words(api: StubApi) -> None:
    with pytest.raises(HubRefusedError, match="401: Who are you"):
        HubApi(api.base_url, "wrong").get("me")


def test_a_hub_that_is_not_there_is_away() -> None:
    with stub_api() as gone:
        address = gone.base_url
    with pytest.raises(HubAwayError):
        HubApi(address, API_KEY).get("me")


def test_telephone_numbers_belong_to_nobody() -> None:
    numbers = [contact.phone for person in DEMO_COUNTY.recipients for contact in person.contacts]
    numbers += [str(person.fields["phone"]) for person in DEMO_COUNTY.recipients]
    numbers += [entry.phone for entry in DEMO_COUNTY.roster]
    assert all(re.fullmatch(r"100000000\d\d", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
