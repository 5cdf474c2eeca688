"""Telephone numbers: which can be dialled, and when two are one."""

import pytest

from alerts.actors import Person
from alerts.escalation.reachable import usable
from alerts.numbers import bare_number, is_dialable


@pytest.mark.parametrize(
    "number",
    [
        "10000000001",
        "+86 100 0000 0001",
        "0086 10000000001",
        "0319-1234567",
        "(0319) 123 4567",
        "010.1234.5678",
        "120",
        "12345",
        "+49 151 23456789",
        "１００００００００01",  # as an input method of full-width digits writes it
        "0319\u20131234567",
    ],
)
def test_what_could_ring_anywhere_is_dialable(number: str) -> None:
    assert is_dialable(number)


@pytest.mark.parametrize(
    "number",
    [
        None,
        "",
        "   ",
        "-",
        "无",
        "同上",
        "12",
        "1234567890123456",
        "00000000000",
        "1000000000x",
        "10000000001转8",
        "10000000001/10000000002a",
        "++10000000001",
        "١٠٠٠٠٠٠٠٠٠١",
    ],
)
def test_what_is_no_number_in_any_country_is_not(number: str | None) -> None:
    assert not is_dialable(number)


def test_the_shortest_and_the_longest_number() -> None:
    assert [is_dialable("1" * length) for length in (2, 3, 15, 16)] == [False, True, True, False]


@pytest.mark.parametrize("written", ["+86 100 0000 0001", "008610000000001", "100-0000-0001", "8610000000001"])
def test_one_number_written_in_many_ways_is_one(written: str) -> None:
    assert bare_number(written) == "10000000001"


def test_another_countrys_number_keeps_its_country() -> None:
    assert bare_number("+49 151 23456789") == "4915123456789"
    assert bare_number("86 1234567") == "861234567"


def test_who_has_two_roles_is_one_person_and_who_has_no_number_is_nobody() -> None:
    people = tuple(
        Person(type=role, id=role, name=role, phone=phone)
        for role, phone in (
            ("contact", "10000000001"),
            ("helper", "+86 100 0000 0001"),
            ("township", None),
            ("supervisor", "无"),
            ("leader", "10000000002"),
        )
    )
    assert [person.type for person in usable(people)] == ["contact", "leader"]
