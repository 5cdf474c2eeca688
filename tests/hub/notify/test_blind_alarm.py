"""The alarm that needs no database, on a clock the test moves: what is seen, sent, remembered and put on record."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from hub.identity import new_id
from hub.notify.blind_alarm import BlindAlarm, Place
from hub.notify.channels.port import Accepted, Channel, Inbox, Rejected, Reply, Submission, Unknown
from hub.notify.duty_file import FILE_NAME, DutyFile
from hub.notify.inbox import StoringInbox
from hub.notify.replies import ReplyDesk
from hub.notify.texts import Sender
from hub.stations.outbox import Settlement
from hub.storage.database import open_pool
from hub.storage.heartbeats import beat
from hub.storage.wakeup import Wakeup
from tests.hub.ingest.worlds import COUNTY, World

NOWHERE = "postgresql://anxin@/anxin?host=/nowhere"
BEGAN = datetime(2026, 11, 21, 18, 14, tzinfo=UTC)
OPERATOR, SUPERVISOR = "10000000001", "10000000002"
PLACE = Place(
    division_id=COUNTY,
    name="示例县",
    timezone="Asia/Shanghai",
    sender=Sender(signature="示例县民政", desk_phone="0000-0000000"),
)


@dataclass
class FakeChannel:
    """Takes texts, or says what the test wants."""

    name: str = "fake"
    ready: bool = True
    answer: Submission = field(default_factory=lambda: Accepted(provider_ref="1"))
    texts: list[tuple[str, str]] = field(default_factory=list)
    seen_by_then: Callable[[], object] = lambda: None
    seen: list[object] = field(default_factory=list)

    async def run(self, inbox: Inbox) -> None:  # noqa: ARG002 - the port's signature
        await asyncio.Event().wait()

    async def submit(self, text: str, destination: str, attempt_id: UUID) -> Submission:  # noqa: ARG002 - the port's
        self.seen.append(self.seen_by_then())
        self.texts.append((destination, text))
        return self.answer

    @property
    def numbers(self) -> list[str]:
        return [number for number, _ in self.texts]


@dataclass
class Night:
    """A duty role in its data directory, through outages and restarts."""

    directory: Path
    dsn: str
    channels: list[Channel]
    at: datetime = BEGAN

    def __post_init__(self) -> None:
        self.alarm = self._begin(self.dsn)

    def _begin(self, dsn: str) -> BlindAlarm:
        return BlindAlarm(dsn, DutyFile(self.directory), self.channels, PLACE, now=lambda: self.at)

    async def start(self, dsn: str) -> None:
        """A new process, which knows what the file says."""
        await self.alarm.close()
        self.alarm = self._begin(dsn)

    async def later(self, **by: float) -> None:
        """Time passes, and it looks."""
        self.at += timedelta(**by)
        await self.alarm.look()

    @property
    def file(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self.directory / FILE_NAME).read_text())
        return read


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def world(database: str) -> World:
    world = World(database)
    world.division()
    return world


@pytest.fixture
async def night(world: World, tmp_path: Path, channel: FakeChannel) -> AsyncIterator[Night]:
    """An operator and a supervisor are on duty; ingest is well."""
    for role, phone in (("operator", OPERATOR), ("supervisor", SUPERVISOR)):
        world.run(
            "INSERT INTO roster_entry (id, division_id, role, name, phone) "
            "VALUES (%(id)s, %(division)s, %(role)s, '示例', %(phone)s)",
            id=new_id(), division=COUNTY, role=role, phone=phone,
        )  # fmt: skip
    await say_ready(world.dsn, ready=True)
    night = Night(tmp_path / "data", world.dsn, [channel])
    await night.later()
    yield night
    await night.alarm.close()


async def say_ready(dsn: str, *, ready: bool) -> None:
    pool = await open_pool(dsn, name="test", max_size=1)
    async with pool.connection() as connection:
        await beat(connection, "ingest", "process-1", ready=ready, reason=None if ready else "nothing can be stored")
    await pool.close()


def records(world: World) -> list[dict[str, Any]]:
    return [
        row["explanation"] for row in world.run("SELECT explanation FROM maintenance_item WHERE kind = 'hub_blind'")
    ]


async def test_the_roster_is_kept_in_a_file_that_its_owner_alone_may_read(night: Night) -> None:
    assert [person["phone"] for person in night.file["people"]] == [OPERATOR, SUPERVISOR]
    assert stat.S_IMODE((night.directory / FILE_NAME).stat().st_mode) == 0o600
    assert night.file["episode"] is None


async def test_people_who_take_turns_are_in_the_file_each_with_their_hours(night: Night, world: World) -> None:
    world.run("DELETE FROM roster_entry WHERE role = 'operator'")
    people = [
        {"id": str(new_id()), "name": name, "phone": phone, "account_id": None}
        for name, phone in (("甲", "10000000004"), ("乙", "10000000005"))
    ]
    turns = {"people": people, "starts_on": "2026-01-01", "handover": "08:00", "turn": {"hours": 12}}
    world.run(
        "INSERT INTO roster_entry (id, division_id, role, name, rotation)"
        " VALUES (%(id)s, %(division)s, 'operator', '轮值', %(turns)s)",
        id=new_id(), division=COUNTY, turns=Jsonb(turns),
    )  # fmt: skip
    await night.later(seconds=20)
    kept = [one for one in night.file["people"] if one["role"] == "operator"]
    assert {one["phone"] for one in kept} == {"10000000004", "10000000005"}
    spans = sorted((one["from_at"] or "", one["until_at"] or "9999") for one in kept)
    assert len(spans) in {28, 29}
    assert all(earlier[1] == later[0] for earlier, later in pairwise(spans))


async def test_accounts_stand_in_where_there_is_no_roster(night: Night, world: World) -> None:
    world.run("DELETE FROM roster_entry WHERE role = 'operator'")
    world.run(
        "INSERT INTO user_account (id, division_id, login, name, role, phone, password_hash, disabled_at) VALUES "
        "(%(a)s, %(division)s, 'a', '示例', 'operator', '10000000005', '-', NULL), "
        "(%(b)s, %(division)s, 'b', '示例', 'operator', '10000000006', '-', now()), "
        "(%(c)s, %(division)s, 'c', '示例', 'operator', ' ', '-', NULL)",
        a=new_id(), b=new_id(), c=new_id(), division=COUNTY,
    )  # fmt: skip
    await night.later(minutes=1)
    assert [person["phone"] for person in night.file["people"]] == [SUPERVISOR, "10000000005"]


async def test_a_duty_that_starts_without_the_database_tells_the_operator_after_a_minute(
    night: Night, channel: FakeChannel
) -> None:
    await night.start(NOWHERE)
    await night.later(seconds=2)
    await night.later(seconds=58)
    assert channel.texts == []
    await night.later(seconds=2)
    [(number, text)] = channel.texts
    assert number == OPERATOR
    assert text.startswith("【示例县民政】示例县平台数据库自02:14起中断")
    await night.later(minutes=10)
    assert channel.numbers == [OPERATOR, SUPERVISOR]


async def test_what_leaves_is_on_the_disk_before_so_that_a_restart_does_not_repeat_it(
    night: Night, channel: FakeChannel
) -> None:
    channel.seen_by_then = lambda: night.file["episode"]["told"][-1]["outcome"]
    await night.start(NOWHERE)
    await night.later()
    await night.later(minutes=1)
    assert channel.seen == ["leaving"]
    assert night.file["episode"]["told"][0]["outcome"] == "left"
    for _ in range(3):
        await night.start(NOWHERE)
        await night.later(seconds=20)
    assert channel.numbers == [OPERATOR]
    await night.later(minutes=15)
    assert channel.numbers == [OPERATOR, OPERATOR, SUPERVISOR]


async def test_when_it_is_back_everybody_who_was_told_hears_it_once_and_it_is_on_record(
    night: Night, channel: FakeChannel, world: World
) -> None:
    await night.start(NOWHERE)
    await night.later()
    await night.later(minutes=1)
    await night.start(world.dsn)
    await night.later(minutes=1)
    assert len(channel.texts) == 1
    await night.later(seconds=10)
    assert channel.numbers == [OPERATOR, OPERATOR]
    assert "平台已于02:16恢复，中断2分钟" in channel.texts[-1][1]
    await night.later(seconds=30)
    await night.later(seconds=30)
    assert len(channel.texts) == 2
    [record] = records(world)
    assert record["code"] == "hub_blind"
    assert record["params"] | {"blind_s": 120, "texts": 1, "because": "database_away"} == record["params"]
    assert night.file["episode"] is None


async def test_a_short_outage_is_on_record_and_rings_nobody(night: Night, channel: FakeChannel, world: World) -> None:
    await night.start(NOWHERE)
    await night.later()
    await night.start(world.dsn)
    await night.later(seconds=30)
    await night.later(seconds=10)
    assert channel.texts == []
    assert [record["params"]["blind_s"] for record in records(world)] == [30]


async def test_a_moment_leaves_no_record(night: Night, world: World) -> None:
    await night.start(NOWHERE)
    await night.later()
    await night.start(world.dsn)
    await night.later(seconds=3)
    await night.later(seconds=10)
    assert records(world) == []
    assert night.file["episode"] is None


async def test_a_database_that_comes_and_goes_is_one_outage(night: Night, channel: FakeChannel, world: World) -> None:
    await night.start(NOWHERE)
    await night.later()
    await night.later(seconds=30)
    await night.start(world.dsn)
    await night.later(seconds=2)
    await night.start(NOWHERE)
    await night.later(seconds=2)
    await night.later(seconds=26)
    assert channel.numbers == [OPERATOR]


async def test_an_ingest_that_cannot_store_is_an_alarm_though_the_database_answers(
    night: Night, channel: FakeChannel, world: World
) -> None:
    await say_ready(world.dsn, ready=False)
    await night.later(seconds=2)
    await night.later(minutes=1)
    [(number, text)] = channel.texts
    assert number == OPERATOR
    assert "收不到设备消息" in text
    await say_ready(world.dsn, ready=True)
    await night.later(seconds=2)
    await night.later(seconds=10)
    await night.later(seconds=2)
    assert [record["params"]["because"] for record in records(world)] == ["not_taking_in"]


async def test_a_text_names_the_reason_that_holds_when_it_leaves(
    night: Night, channel: FakeChannel, world: World
) -> None:
    await say_ready(world.dsn, ready=False)
    await night.later(seconds=2)
    await say_ready(world.dsn, ready=True)
    await night.later(seconds=2)
    await night.start(NOWHERE)
    await night.later(seconds=2)
    await night.later(minutes=1)
    [(_, text)] = channel.texts
    assert "平台数据库自" in text


async def test_an_answer_is_kept_for_the_alarm_and_quiets_it(night: Night, channel: FakeChannel) -> None:
    await night.start(NOWHERE)
    await night.later()
    await night.later(minutes=1)
    assert not await night.alarm.overhear(Reply(channel="fake", origin=OPERATOR, text="1"))
    assert not await night.alarm.overhear(Reply(channel="fake", origin="10000000009", text="9"))
    assert await night.alarm.overhear(Reply(channel="fake", origin="+86" + OPERATOR, text=" 9 "))
    await night.start(NOWHERE)
    await night.later(minutes=30)
    assert channel.numbers == [OPERATOR]
    await night.later(minutes=31)
    assert channel.numbers == [OPERATOR, OPERATOR, SUPERVISOR]


async def test_without_an_alarm_a_nine_is_for_the_desk(night: Night) -> None:
    assert not await night.alarm.overhear(Reply(channel="fake", origin=OPERATOR, text="9"))


async def test_the_next_channel_is_taken_when_one_refuses(night: Night) -> None:
    refusing = FakeChannel(name="refusing", answer=Rejected(reason="full", permanent=False))
    taking = FakeChannel(name="taking")
    night.channels = [refusing, taking]
    await night.start(NOWHERE)
    await night.later()
    await night.later(minutes=1)
    assert (refusing.numbers, taking.numbers) == ([OPERATOR], [OPERATOR])
    assert night.file["episode"]["told"][0]["outcome"] == "left"


async def test_a_channel_that_is_not_ready_is_asked_last(night: Night) -> None:
    asleep, awake = FakeChannel(name="asleep", ready=False), FakeChannel(name="awake")
    night.channels = [asleep, awake]
    await night.start(NOWHERE)
    await night.later()
    await night.later(minutes=1)
    assert (asleep.numbers, awake.numbers) == ([], [OPERATOR])


@pytest.mark.parametrize(
    ("answer", "outcome", "pause_s"),
    [(Rejected(reason="down", permanent=False), "failed", 30), (Unknown(reason="timeout"), "leaving", 120)],
)
async def test_a_text_that_did_not_surely_leave_is_sent_again(
    night: Night, channel: FakeChannel, answer: Submission, outcome: str, pause_s: int
) -> None:
    channel.answer = answer
    await night.start(NOWHERE)
    await night.later()
    await night.later(minutes=1)
    assert night.file["episode"]["told"][0]["outcome"] == outcome
    await night.later(seconds=pause_s - 1)
    assert len(channel.texts) == 1
    await night.later(seconds=1)
    assert len(channel.texts) == 2


async def test_a_file_that_is_spoilt_is_begun_anew(night: Night) -> None:
    (night.directory / FILE_NAME).write_text('{"version": 1, "people": [{')
    await night.start(night.dsn)
    await night.later()
    assert [person["phone"] for person in night.file["people"]] == [OPERATOR, SUPERVISOR]


async def test_a_disk_that_cannot_be_written_does_not_silence_the_alarm(
    night: Night, channel: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DutyFile, "_write", full)
    await night.start(NOWHERE)
    await night.later()
    await night.later(minutes=1)
    await night.later(minutes=1)
    assert channel.numbers == [OPERATOR]


async def test_what_the_alarm_keeps_never_reaches_the_desk_and_everything_else_does(night: Night, world: World) -> None:
    await night.start(NOWHERE)
    await night.later()
    await night.later(minutes=1)
    pool = await open_pool(world.dsn, name="test", max_size=1)
    settlement = Settlement(("fake",))
    desk = ReplyDesk(PLACE.sender, COUNTY, PLACE.timezone)
    wakeup = Wakeup(world.dsn, ["outbox"], name="test")
    inbox = StoringInbox(pool, settlement, desk, wakeup, night.alarm.overhear)
    for text in ("9", "收到，马上看"):
        await inbox.receive_reply(Reply(channel="fake", origin=OPERATOR, text=text))
    await pool.close()
    assert [row["text"] for row in world.run("SELECT text FROM inbound_text")] == ["收到，马上看"]
