"""The device protocol is published to everybody, and what the hub really sends is what it publishes."""

from typing import get_args
from uuid import UUID

import pytest

from alerts.decisions import Stage
from device_adapters.asyncapi import describe_protocol
from device_adapters.down_messages import CommandName, DownAck, DownCommand
from hub.api.routes.devices import Command
from hub.stations.records import AckMessage
from hub.storage.beside import SqlBesideStore
from hub.storage.database import database_now
from tests.hub.api.conftest import COUNTY, Web


async def test_the_protocol_is_read_without_a_caller(web: Web) -> None:
    answer = await web.stranger().get("//api/asyncapi.json")
    assert answer.status_code == 200
    assert answer.json() == describe_protocol()


async def _queued(web: Web, leaf: str) -> list[bytes]:
    rows = await web.rows("SELECT payload FROM down_message WHERE leaf = %s ORDER BY id", leaf)
    return [bytes(row[0]) for row in rows]


def test_the_commands_that_can_be_sent_are_those_published() -> None:
    assert get_args(Command.model_fields["command"].annotation) == get_args(CommandName)


@pytest.mark.parametrize(
    "command",
    [{"command": "locate"}, {"command": "message", "text": "请接电话"}, {"command": "set_interval", "interval_s": 60}],
)
async def test_a_command_goes_out_as_published(web: Web, command: dict[str, object]) -> None:
    admin = await web.client()
    device = (await admin.post("/devices", {"kind": "smartwatch"})).json()
    queued = (await admin.post(f"/devices/{device['id']}/commands", command)).json()
    (payload,) = await _queued(web, "command")
    assert DownCommand.model_validate_json(payload, extra="forbid") == DownCommand.model_validate(
        {"id": queued["id"], **command}
    )


async def test_every_stage_goes_out_as_published(web: Web) -> None:
    device = (await (await web.client()).post("/devices", {"kind": "smartwatch"})).json()
    async with web.pool.connection() as connection:
        now = await database_now(connection)
        for stage in Stage:
            reason = "event_unknown" if stage is Stage.REFUSED else None
            ack = AckMessage(
                device_id=UUID(device["id"]), division_id=COUNTY, event_ref="press-1", stage=stage, reason=reason
            )
            await SqlBesideStore(connection).tell_devices([ack], now)
    told = [DownAck.model_validate_json(payload, extra="forbid") for payload in await _queued(web, "ack")]
    assert [(ack.ref, ack.stage, ack.at) for ack in told] == [("press-1", stage.value, now) for stage in Stage]
