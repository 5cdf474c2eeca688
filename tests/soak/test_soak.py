"""The soak itself, short: its parts come to life, faults are met, and what was acknowledged is there at the end."""

from typing import Any

import pytest

from tests.postgres import temporary_data_dir
from tests.soak.minutes import read_minute
from tests.soak.soak import Soak, SoakOrder
from tests.soak.verdict import judge


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_short_soak_measures_every_part_and_loses_nothing() -> None:
    lines: list[dict[str, Any]] = []
    with temporary_data_dir() as directory:
        order = SoakOrder(minutes=4, seed=1, devices=20, speed=24.0, directory=directory / "soak", write=lines.append)
        directory.chmod(0o755)
        soak = Soak(order)
        await soak.run()
    minutes = [read_minute(line) for line in lines if line["what"] == "minute"]
    assert len(minutes) == 4
    assert any(minute.faults for minute in minutes)
    assert set(minutes[0].processes) == {"supervisor", "postgres", "ingest", "duty", "web"}
    assert all(minute.latency is not None and minute.latency.presses_ms for minute in minutes)
    assert minutes[-1].acknowledged["presses"] > 60
    assert minutes[-1].tables["reading"].rows > minutes[0].tables["reading"].rows
    assert soak.ends is not None
    assert (soak.ends["lost"], soak.ends["doubled"]) == (0, 0)
    broken = [finding.promise for finding in judge(minutes, soak.ends) if not finding.held]
    assert [promise for promise in broken if "policy" in promise or "stays" in promise] == []
