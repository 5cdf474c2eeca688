"""Records in one piece of memory are a dict, and the names of sessions are remembered within their bound."""

from collections.abc import AsyncIterator, Awaitable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ingest.front_door import makeshift
from hub.ingest.front_door.connection import Connection
from hub.ingest.front_door.makeshift import Makeshift
from hub.storage.fixed_records import FixedRecords

_KEYS = st.integers(0, 9).map(lambda number: bytes([number, 255 - number]))
_STEPS = st.lists(st.tuples(st.booleans(), _KEYS, st.binary(min_size=3, max_size=3)), max_size=40)


@given(_STEPS)
def test_records_are_a_dict(steps: list[tuple[bool, bytes, bytes]]) -> None:
    records, model = FixedRecords(key_size=2, value_size=3), dict[bytes, bytes]()
    for is_put, key, value in steps:
        if is_put:
            records.put(key, value)
            model[key] = value
        else:
            records.remove(key)
            model.pop(key, None)
    assert len(records) == len(model)
    assert records.octets == 5 * len(model)
    for key in (bytes([number, 255 - number]) for number in range(11)):
        assert records.find(key) == model.get(key)


@given(st.sets(_KEYS), st.sets(_KEYS))
def test_many_keys_join_those_that_are_there(some: set[bytes], more: set[bytes]) -> None:
    records = FixedRecords(key_size=2)
    for key in some:
        records.put(key)
    records.add_keys(more)
    assert len(records) == len(some | more)
    assert all(key in records for key in some | more)


def test_a_record_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="another size"):
        FixedRecords(key_size=2, value_size=3).put(b"ab", b"c")


async def _recheck(_connections: Sequence[Connection]) -> None:
    """Nobody is connected."""


def _spawn(_work: Awaitable[None]) -> None:
    raise AssertionError("nobody is watched")


async def _pages(*pages: list[tuple[str, str]]) -> AsyncIterator[Sequence[tuple[str, str]]]:
    for page in pages:
        yield page


async def test_beyond_the_bound_nothing_is_said_of_sessions_that_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(makeshift, "_KNOWN_MAX", 3)
    sessions = Makeshift(_recheck, _spawn)
    await sessions.learn(_pages([("a", "1"), ("b", "1")]))
    assert sessions.may_let_in(("nobody", "1"), clean_start=False)
    for name in (("c", "1"), ("d", "1")):
        sessions.remember(name, lasts=True)
    assert not sessions.may_let_in(("nobody", "1"), clean_start=False)
    assert sessions.may_let_in(("c", "1"), clean_start=False)
    assert sessions.may_let_in(("nobody", "1"), clean_start=True)


async def test_more_sessions_than_the_bound_are_not_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(makeshift, "_KNOWN_MAX", 3)
    sessions = Makeshift(_recheck, _spawn)
    await sessions.learn(_pages([("a", "1"), ("b", "1")], [("c", "1"), ("d", "1")]))
    assert not sessions.may_let_in(("nobody", "1"), clean_start=False)
