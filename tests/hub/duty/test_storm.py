"""Hundreds of deadlines in the same moment: each is passed once, several batches at a time."""

import pytest

from hub.duty import loop
from hub.storage.troubled import Troubled
from hub.storage.wakeup import Wakeup
from tests.hub.notify.town import Town


async def test_more_than_a_batch_at_once_is_passed_by_several_and_each_step_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "BATCH", 8)
    town.ladder([(0, "desk"), (3600, "desk")])
    people = 21
    for number in range(people):
        await town.press(town.recipient(f"示例{number}"))
    duty = loop.DutyLoop(town.pool, Wakeup(town.dsn, ["timer"], name="test duty"), Troubled())
    assert await duty.pass_due() > 0
    sounded = town.run("SELECT incident_id, count(*) AS times FROM incident_log WHERE code = 'desk_sounded' GROUP BY 1")
    assert [row["times"] for row in sounded] == [1] * people
    assert town.run("SELECT 1 FROM timer WHERE due_at <= clock_timestamp()") == []
