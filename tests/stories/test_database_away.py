"""The database is away: nothing is acknowledged, everybody is told; afterwards everything is there, once, in order."""

import asyncio
import time

import pytest

from tests.stories.away_ground import Ground, ground, roster, seqs_in_order, until
from tests.stories.cast import Onlooker, Village
from tests.stories.patient_device import PatientDevice, living

OPERATOR = "10000000007"
#: Half a minute where there is little else to do.
pytestmark = pytest.mark.timeout(300)


async def test_a_database_that_falls_silent_costs_nothing_but_time() -> None:
    async with ground(HUB_BLIND_ALARM_AFTER_S="4") as there:
        village = Village(there.hub)
        await asyncio.to_thread(lambda: village.api)
        await asyncio.to_thread(village.api.put, "/api/v1/rosters", roster("operator", OPERATOR))
        there.hub.kill("duty")  # the next one asks at once who is on duty, this one within 15 s
        worn = await asyncio.to_thread(lambda: village.device(village.recipient("静示例")))
        other = await asyncio.to_thread(lambda: village.device(village.recipient("寂示例")))
        new = await asyncio.to_thread(lambda: village.device(village.recipient("新示例")))
        device, absent, never_seen = (PatientDevice.of(one, there.hub.mqtt_port) for one in (worn, other, new))
        async with living(absent):
            absent.report(heart_rate_bpm=70)
            await absent.until_acknowledged()
        onlooker = await asyncio.to_thread(Onlooker(there.hub).__enter__)
        async with living(device):
            await _before(there, device)
            there.link.swallow()
            async with living(never_seen):
                await _blind(there, device, absent, onlooker)
                await until(lambda: never_seen.connections == 1, within_s=15)
                never_seen.report(heart_rate_bpm=75)
                assert await never_seen.ping() < 5
                there.link.mend()
                await _after(there, device, absent, onlooker)
                await never_seen.until_acknowledged()
                assert seqs_in_order(there, never_seen.id) == [1]
        await asyncio.to_thread(onlooker.__exit__)


async def _before(there: Ground, device: PatientDevice) -> None:
    device.report(heart_rate_bpm=71)
    await device.until_acknowledged()
    await until(lambda: _file_names(there, OPERATOR))


async def _blind(there: Ground, device: PatientDevice, absent: PatientDevice, onlooker: Onlooker) -> None:
    """Twelve seconds in which nothing passes."""
    swallowed_s = time.monotonic()
    for number in range(50):
        device.report(heart_rate_bpm=60 + number)
    device.press()
    await until(lambda: "blind" in onlooker.events, within_s=8)
    assert await device.ping() < 5
    status, answer, took_s = await there.ask("/readyz")
    assert (status, answer.body["reasons"]) == (503, ["the database cannot be reached"])
    status, answer, took_s = await there.ask("/api/v1/incidents")
    assert status == 503
    assert answer.body["code"] == "database_away"
    assert int(answer.headers["retry-after"]) >= 1
    assert took_s < 6
    status, answer, took_s = await there.ask("/metrics")
    assert b"anxin_database_up 0.0" in answer.body
    assert took_s < 3  # within one second, on a machine that is not busy
    assert (await there.ask("/healthz"))[0] == 200
    async with living(absent):
        await until(lambda: absent.connections == 2, within_s=15)
        absent.report(heart_rate_bpm=80)
        assert await absent.ping() < 5
        texts = await until(lambda: there.phone.texts_to(OPERATOR), within_s=30)
        assert "平台数据库自" in texts[0]["text"]
        there.hub.kill("duty")
        device.cut()
        await until(lambda: device.connections == 2, within_s=15)
        await until(lambda: time.monotonic() - swallowed_s > 12)
        assert device.waiting == 51
        assert absent.waiting == 1
        absent.cut()
    assert len(there.phone.texts_to(OPERATOR)) == 1


async def _after(there: Ground, device: PatientDevice, absent: PatientDevice, onlooker: Onlooker) -> None:
    await device.until_acknowledged()
    assert seqs_in_order(there, device.id) == [1, *range(2, 52)]
    assert seqs_in_order(there, absent.id) == [1, 2]
    incident = await asyncio.to_thread(onlooker.wait_for, lambda seen: bool(seen["alerts"]))
    assert incident["kind"] == "sos"
    assert there.rows("SELECT count(*) FROM incident WHERE kind = 'sos'") == [(1,)]
    assert there.rows("SELECT count(*) FROM alert WHERE device_id = %s", device.id) == [(1,)]
    await until(lambda: "sighted" in onlooker.events)
    texts = await until(lambda: there.phone.texts_to(OPERATOR)[1:], within_s=40)
    assert [("已于" in text["text"], "恢复" in text["text"]) for text in texts] == [(True, True)]
    [(explanation, state)] = await until(
        lambda: there.rows("SELECT explanation, state FROM maintenance_item WHERE kind = 'hub_blind'")
    )
    assert state == "cleared"
    assert explanation["params"]["texts"] == 1
    assert explanation["params"]["blind_s"] >= 8
    assert (await there.ask("/readyz"))[0] == 200


def _file_names(there: Ground, phone: str) -> bool:
    """Whether duty knows by heart who is on duty."""
    file = there.hub.data_dir / "duty.json"
    return file.exists() and phone in file.read_text()
