"""A desk at which nobody sits although the roster says so: who is told, once, and again when it is over."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from hub.notify.channels.port import Rejected, Unknown
from hub.notify.desk_alarm import DeskAlarm, timing_of
from hub.notify.texts import PART_CHARACTERS_MAX, Sender, ucs2_length
from hub.storage.database import Pool, database_now, open_pool
from tests.hub.ingest.worlds import COUNTY, World
from tests.hub.notify.test_blind_alarm import FakeChannel

OPERATOR, SUPERVISOR, LEADER = "10000000001", "10000000002", "10000000003"
ALARM_AFTER = timedelta(minutes=5)


@dataclass
class Shift:
    """A county with people on duty, its desk, and a clock that the test moves."""

    world: World
    pool: Pool
    began: datetime
    channel: FakeChannel = field(default_factory=FakeChannel)
    minutes: float = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new process: it knows what the rows say."""
        sender = Sender(signature="示例县民政", desk_phone="0000-0000000")
        self.alarm = DeskAlarm(self.pool, [self.channel], sender, timing_of(ALARM_AFTER))

    @property
    def now(self) -> datetime:
        return self.began + timedelta(minutes=self.minutes)

    async def at_minute(self, minute: float) -> list[str]:
        """It looks; the numbers that have been told so far."""
        self.minutes = minute
        await self.alarm.look(self.now)
        return self.channel.numbers

    def on_roster(self, role: str, phone: str, until: datetime | None = None) -> None:
        self.world.run(
            "INSERT INTO roster_entry (id, division_id, role, name, phone, until_at, created_at)"
            " VALUES (gen_random_uuid(), %(division)s, %(role)s, '示例', %(phone)s, %(until)s, '2026-01-01')",
            division=COUNTY, role=role, phone=phone, until=until,
        )  # fmt: skip

    def desk_says(self, state: str, minute: float = 0) -> None:
        self.world.run(
            "INSERT INTO desk_presence VALUES (%(division)s, 'desk-1', %(actor)s, %(state)s, %(at)s, %(at)s)"
            " ON CONFLICT (division_id, desk_id) DO UPDATE SET state = excluded.state, seen_at = excluded.seen_at",
            division=COUNTY,
            actor=Jsonb({"type": "operator", "id": "1", "name": "示例"}),
            state=state,
            at=self.began + timedelta(minutes=minute),
        )

    def items(self) -> list[dict[str, Any]]:
        return self.world.run("SELECT explanation FROM maintenance_item WHERE kind = 'desk_unmanned'")


@pytest.fixture
async def shift(database: str) -> AsyncIterator[Shift]:
    """An operator, a supervisor and a leader are on duty; the desk was open, and somebody has stepped away from it."""
    world = World(database)
    world.division()
    pool = await open_pool(database, name="test desk", max_size=2)
    async with pool.connection() as connection:
        shift = Shift(world, pool, await database_now(connection))
    for role, phone in (("operator", OPERATOR), ("supervisor", SUPERVISOR), ("leader", LEADER)):
        shift.on_roster(role, phone)
    shift.desk_says("away")
    yield shift
    await pool.close()


async def test_the_supervisor_is_told_after_five_minutes_once_and_then_the_leader(shift: Shift) -> None:
    await shift.at_minute(0)
    assert await shift.at_minute(4.9) == []
    assert await shift.at_minute(5) == [SUPERVISOR]
    assert await shift.at_minute(14) == [SUPERVISOR]
    assert await shift.at_minute(15) == [SUPERVISOR, LEADER]
    assert await shift.at_minute(600) == [SUPERVISOR, LEADER]
    assert "示例县值班台自" in shift.channel.texts[0][1]


async def test_whoever_was_told_is_told_when_somebody_is_back_and_it_goes_on_record(shift: Shift) -> None:
    await shift.at_minute(0)
    await shift.at_minute(5)
    shift.desk_says("present", 7)
    await shift.at_minute(7)
    shift.desk_says("present", 7.4)
    assert await shift.at_minute(7.4) == [SUPERVISOR, SUPERVISOR]
    assert "恢复，无人7分钟" in shift.channel.texts[1][1]
    shift.desk_says("present", 8)
    assert await shift.at_minute(8) == [SUPERVISOR, SUPERVISOR]
    [item] = shift.items()
    assert item["explanation"]["params"]["texts"] == 1
    shift.desk_says("away", 9)
    await shift.at_minute(9)
    assert await shift.at_minute(14) == [SUPERVISOR] * 3


async def test_a_desk_that_falls_silent_is_unmanned_and_stays_so_for_days(shift: Shift) -> None:
    shift.desk_says("present")
    await shift.at_minute(0.4)
    await shift.at_minute(0.6)
    assert await shift.at_minute(5.4) == []
    assert await shift.at_minute(5.7) == [SUPERVISOR]
    days = 3 * 24 * 60
    await shift.at_minute(days)
    assert shift.items() == []


async def test_an_absence_of_less_than_that_is_nobodys_business(shift: Shift) -> None:
    await shift.at_minute(0)
    shift.desk_says("present", 4)
    await shift.at_minute(4)
    shift.desk_says("present", 4.4)
    assert await shift.at_minute(4.4) == []
    assert (shift.items(), shift.world.run("SELECT 1 FROM unmanned_desk WHERE settled_at IS NULL")) == ([], [])


async def test_a_moments_presence_does_not_begin_the_five_minutes_anew(shift: Shift) -> None:
    await shift.at_minute(0)
    shift.desk_says("present", 4)
    await shift.at_minute(4)
    shift.desk_says("away", 4.1)
    await shift.at_minute(4.1)
    assert await shift.at_minute(5) == [SUPERVISOR]


async def test_a_desk_that_nobody_has_ever_opened_is_unmanned(shift: Shift) -> None:
    shift.world.run("DELETE FROM desk_presence")
    await shift.at_minute(0)
    assert await shift.at_minute(5) == [SUPERVISOR]


async def test_where_no_operator_is_on_duty_nobody_is_told(shift: Shift) -> None:
    shift.world.run("DELETE FROM roster_entry WHERE role = 'operator'")
    await shift.at_minute(0)
    assert await shift.at_minute(90) == []
    shift.on_roster("operator", OPERATOR, until=shift.began)
    assert await shift.at_minute(180) == []


async def test_a_shift_that_ends_ends_the_absence(shift: Shift) -> None:
    shift.world.run("DELETE FROM roster_entry WHERE role = 'operator'")
    shift.on_roster("operator", OPERATOR, until=shift.began + timedelta(minutes=4))
    await shift.at_minute(0)
    await shift.at_minute(4)
    assert await shift.at_minute(20) == []


async def test_without_supervisor_and_leader_administrators_are_told(shift: Shift) -> None:
    shift.world.run("DELETE FROM roster_entry WHERE role <> 'operator'")
    shift.world.run(
        "INSERT INTO user_account (id, division_id, login, name, role, phone, password_hash)"
        " VALUES (gen_random_uuid(), %(division)s, 'boss', '管理员', 'admin', '10000000008', '')",
        division=COUNTY,
    )
    await shift.at_minute(0)
    assert await shift.at_minute(5) == ["10000000008"]


async def test_a_text_that_no_channel_took_goes_again_and_one_of_unknown_fate_goes_later(shift: Shift) -> None:
    shift.channel.answer = Rejected(reason="busy", permanent=False)
    await shift.at_minute(0)
    await shift.at_minute(5)
    assert await shift.at_minute(5.2) == [SUPERVISOR]
    shift.channel.answer = Unknown(reason="timeout")
    assert await shift.at_minute(5.6) == [SUPERVISOR] * 2
    assert await shift.at_minute(6.6) == [SUPERVISOR] * 2
    assert await shift.at_minute(8) == [SUPERVISOR] * 3


async def test_a_process_that_dies_while_it_tells_repeats_nothing_at_once(shift: Shift) -> None:
    written = []
    shift.channel.seen_by_then = lambda: written.append(shift.world.run("SELECT told FROM unmanned_desk")[0]["told"])
    await shift.at_minute(0)
    await shift.at_minute(5)
    assert [one["outcome"] for one in written[0]] == ["leaving"]
    shift.start()
    assert await shift.at_minute(6) == [SUPERVISOR]


async def test_its_texts_are_one_part_with_the_longest_of_names(shift: Shift) -> None:
    shift.world.run("UPDATE division SET name = '新疆维吾尔自治区巴音郭楞蒙古自治州若羌县'")
    await shift.at_minute(0)
    await shift.at_minute(5)
    shift.desk_says("present", 65)
    await shift.at_minute(65)
    shift.desk_says("present", 65.3)
    await shift.at_minute(65.3)
    texts = [text for _, text in shift.channel.texts]
    assert len(texts) == 2
    assert all(ucs2_length(text) <= PART_CHARACTERS_MAX for text in texts)
