"""The county is founded once, whatever interrupts its founding, and its people are plainly made up."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from simulators.county import County, CountyFounder
from simulators.county_made_up import DEMO_COUNTY, RECIPIENTS, fleet
from simulators.county_people import PEOPLE
from simulators.county_plan import CountyPlan
from simulators.gear.kinds import KINDS
from simulators.hub_api import HubApi, HubAwayError, HubRefusedError
from simulators.register import Register
from tests.simulators.stub_api import API_KEY, COUNTY_ID, StubApi, stub_api

#: The people with a story are enough where nothing depends on how many there are.
SMALL = replace(DEMO_COUNTY, recipients=PEOPLE)


@pytest.fixture
def api() -> Iterator[StubApi]:
    with stub_api() as running:
        yield running


def found(api: StubApi, register: Path, plan: CountyPlan = SMALL) -> County:
    hub = HubApi(api.base_url, API_KEY)
    return CountyFounder(api=hub, register=Register(register), plan=plan, report=lambda _: None).found()


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return tmp_path / "county.json"


def test_everybody_of_the_plan_is_on_file_with_contacts_and_devices(api: StubApi, register: Path) -> None:
    county = found(api, register, DEMO_COUNTY)
    assert sorted(api.names_of("recipients")) == sorted(person.name for person in DEMO_COUNTY.recipients)
    assert len([path for path, _ in api.created if path.endswith("/contacts")]) == sum(
        len(person.contacts) for person in DEMO_COUNTY.recipients
    )
    assert len(county.devices) == sum(len(person.devices) for person in DEMO_COUNTY.recipients)
    recipient_ids = {fields["id"] for path, fields in api.created if path == "recipients"}
    assert {fields["recipient_id"] for path, fields in api.created if path == "devices"} == recipient_ids


def test_each_village_township_and_the_county_has_somebody_to_ring(api: StubApi, register: Path) -> None:
    found(api, register, DEMO_COUNTY)
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
    assert sorted(api.names_of("recipients")) == sorted(person.name for person in PEOPLE)
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
        assert len(after.names_of("recipients")) == len(PEOPLE)


def test_the_register_is_readable_by_its_owner_only(api: StubApi, register: Path) -> None:
    found(api, register)
    assert register.stat().st_mode & 0o777 == 0o600


def test_a_damaged_register_says_what_to_do(register: Path) -> None:
    register.write_text('{\n["whole", {}]\n')
    with pytest.raises(ValueError, match="remove it"):
        Register(register)


def test_what_a_crash_has_torn_is_forgotten_and_the_rest_is_there(register: Path) -> None:
    Register(register).remember("first", {"id": "1"})
    with register.open("a", encoding="utf-8") as file:
        file.write('["torn", {"id"')
    again = Register(register)
    assert again.recall("torn") is None
    again.remember("second", {"id": "2"})
    kept = Register(register)
    assert [kept.recall(key) for key in ("first", "second", "torn")] == [{"id": "1"}, {"id": "2"}, None]


def test_several_threads_remember_at_once(register: Path) -> None:
    kept = Register(register)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: kept.remember(str(number), {"id": number}), range(500)))
    assert all(Register(register).recall(str(number)) == {"id": number} for number in range(500))


def test_the_county_is_as_large_as_it_says_and_has_every_kind_of_device() -> None:
    suffixes = [division.suffix for division in DEMO_COUNTY.divisions]
    assert [len(suffix) for suffix in suffixes].count(3) == 3
    assert [len(suffix) for suffix in suffixes].count(6) == 12
    assert len(DEMO_COUNTY.recipients) == RECIPIENTS
    assert len({person.key for person in DEMO_COUNTY.recipients}) == RECIPIENTS
    assert {kind for person in DEMO_COUNTY.recipients for kind in person.devices} == set(KINDS)
    assert {person.village for person in DEMO_COUNTY.recipients} == {suffix for suffix in suffixes if len(suffix) == 6}


def test_what_stands_behind_a_gateway_is_registered_behind_it(api: StubApi, register: Path) -> None:
    county = found(api, register, DEMO_COUNTY)
    gateways = {device.device_id: device.home for device in county.devices if device.kind == "gateway"}
    behind = [device for device in county.devices if device.gateway_id is not None]
    assert {device.kind for device in behind} == {"wristband", "mattress"}
    assert all(gateways[str(device.gateway_id)] == device.home for device in behind)
    registered = {fields["id"]: fields.get("gateway_id") for path, fields in api.created if path == "devices"}
    assert registered == {device.device_id: device.gateway_id for device in county.devices}


@pytest.mark.parametrize("devices", [1, 2, 7, 500])
def test_a_fleet_is_as_large_as_it_is_asked_to_be(devices: int) -> None:
    plan = fleet(devices)
    assert sum(len(person.devices) for person in plan.recipients) == devices
    assert plan.operator_login is None
    assert not plan.roster


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
    assert all(re.fullmatch(r"1000000\d{4}", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
