"""What the core says and does is what was read and approved (tests/alerts/approved)."""

import pytest

from tests.alerts.approved.kept import APPROVED, approved, said_now


@pytest.mark.parametrize("name", list(APPROVED))
def test_the_core_says_word_for_word_what_was_approved(name: str) -> None:
    said, kept = said_now(name), approved(name)
    assert {key: one for key, one in said.items() if kept.get(key) != one} == {}
    assert set(said) == set(kept), "python -m tests.alerts.approved, then read the difference"
