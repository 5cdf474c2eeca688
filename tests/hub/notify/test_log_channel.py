"""Texts that are written instead of sent."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from hub.notify.channels.addresses import open_channels
from hub.notify.channels.log import LogChannel
from hub.notify.channels.port import Accepted, Rejected
from tests.hub.notify.town import Town, outbox_at_work, until


async def test_a_file_gets_each_text_as_a_line_and_it_counts_as_delivered(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    owed = town.owe(await town.press(town.recipient()), "10000000001")
    async with outbox_at_work(town, *open_channels([f"log:{path}"])):
        await until(lambda: town.state(owed) == "delivered")
    (line,) = path.read_text(encoding="utf-8").splitlines()
    written = json.loads(line)
    assert written["to"] == "10000000001"
    assert "按了求助键" in written["text"]


async def test_the_log_says_neither_the_number_nor_the_words() -> None:
    with capture_logs() as lines:
        submission = await LogChannel().submit("李奶奶按了求助键", "10000000001", uuid4())
    assert isinstance(submission, Accepted)
    assert submission.delivered
    assert "10000000001" not in str(lines)
    assert "李奶奶" not in str(lines)
    assert lines[0]["to"] == "*******0001"


async def test_a_file_that_cannot_be_written_may_be_written_later(tmp_path: Path) -> None:
    submission = await LogChannel(tmp_path / "missing" / "texts.jsonl").submit("x", "1", uuid4())
    assert isinstance(submission, Rejected)
    assert not submission.permanent


def test_a_channels_name_tells_no_password() -> None:
    (channel,) = open_channels(["smpp://hub:secret@127.0.0.1:2775?source=10690000"])
    assert channel.name == "smpp:hub@127.0.0.1:2775"
    assert not channel.ready


@pytest.mark.parametrize("addresses", [["log:", "log:"], ["carrier-pigeon:"]])
def test_addresses_that_are_none_or_the_same_are_refused(addresses: list[str]) -> None:
    with pytest.raises(ValueError, match="to send texts"):
        open_channels(addresses)
