"""`hub device`: the devices of the registry, and the secrets they log in with."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from hub.cli.context import read_settings
from hub.cli.errors import CommandError
from hub.cli.output import AsJson, tell, tell_list
from hub.cli.registry import all_pages_by_cursor, in_registry, note_access

if TYPE_CHECKING:
    from hub.storage.database import Connection
    from hub.storage.devices import Credentials, DeviceView

app = typer.Typer(help="Devices: create, list, revoke.", no_args_is_help=True)


class DeviceKind(StrEnum):
    """What a device is."""

    SMARTWATCH = "smartwatch"  #: 智能手表
    CALL_BUTTON = "call_button"  #: 一键呼叫按钮
    WRISTBAND = "wristband"  #: 手环
    MATTRESS = "mattress"  #: 睡眠监测床垫
    FALL_RADAR = "fall_radar"  #: 跌倒监测雷达
    GATEWAY = "gateway"  #: 网关: speaks for devices behind it


@app.command()
def create(
    kind: Annotated[DeviceKind, typer.Option(help="What it is.")],
    recipient: Annotated[UUID | None, typer.Option(help="Id of the recipient who has it from now on.")] = None,
    gateway: Annotated[UUID | None, typer.Option(help="Id of the gateway it is behind.")] = None,
    model: Annotated[str | None, typer.Option(help="The maker's name for it.")] = None,
    serial: Annotated[str | None, typer.Option(help="Serial number or IMEI.")] = None,
    phone: Annotated[str | None, typer.Option(help="The number under which its wearer can be rung back.")] = None,
    division: Annotated[
        str | None, typer.Option(help="12-digit code of its owner's division; the installation's own unless given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Register a device and show its MQTT credentials, this once: only the hash of the secret is stored."""
    from hub.storage.assignments import Assigning, assign
    from hub.storage.devices import NewDevice, create_device
    from hub.storage.scope import Scope

    settings = read_settings()
    device = NewDevice(
        kind=kind.value,
        division_id=division or settings.division,
        model=model,
        serial=serial,
        phone=phone,
        gateway_id=gateway,
    )

    async def work(connection: "Connection") -> "Credentials":
        credentials = await create_device(connection, device, Scope.everything())
        if recipient is not None:
            assigning = Assigning(device_id=credentials.device_id, recipient_id=recipient)
            await assign(connection, assigning, Scope.everything())
        await note_access(
            connection,
            action="create",
            entity_type="device",
            entity_id=str(credentials.device_id),
            division_id=device.division_id,
        )
        return credentials

    credentials = in_registry(settings, work)
    device_id = str(credentials.device_id)
    topic_prefix = f"anxin/v1/{device_id}/"
    tell(
        f"User name: {device_id}\nPassword:  {credentials.secret}\nTopics:    {topic_prefix}up/...\n\n"
        "The password is shown this once.",
        {
            "id": device_id,
            "kind": kind.value,
            "mqtt": {"username": device_id, "password": credentials.secret, "topic_prefix": topic_prefix},
        },
        as_json=as_json,
    )


@app.command("list")
def list_all(
    search: Annotated[str | None, typer.Option(help="Part of an id, serial number, model or telephone number.")] = None,
    recipient: Annotated[UUID | None, typer.Option(help="Only the devices of this recipient.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show devices and what they last said of themselves, the newest first."""
    from hub.storage.devices import WantedDevices, list_devices
    from hub.storage.scope import Scope

    wanted = WantedDevices(search=search, recipient_id=recipient)

    async def work(connection: "Connection") -> "list[DeviceView]":
        return await all_pages_by_cursor(
            lambda cursor, limit: list_devices(connection, Scope.everything(), wanted, cursor=cursor, limit=limit)
        )

    devices = in_registry(read_settings(), work)
    columns = ("id", "kind", "model", "serial", "online", "last_seen_at", "battery_pct", "revoked_at")
    tell_list([device.model_dump() for device in devices], columns, as_json=as_json)


@app.command()
def revoke(device_id: Annotated[UUID, typer.Argument(help="The device's id, which is its MQTT user name.")]) -> None:
    """Make a device's credentials worthless; its connection is cut at once."""
    from hub.storage.devices import find_device, revoke_device
    from hub.storage.scope import Scope

    async def work(connection: "Connection") -> bool:
        device = await find_device(connection, device_id, Scope.everything())
        if device is None:
            return False
        await note_access(
            connection,
            action="revoke",
            entity_type="device",
            entity_id=str(device_id),
            division_id=device.division_id,
        )
        return await revoke_device(connection, device_id, Scope.everything())

    if not in_registry(read_settings(), work):
        raise CommandError(f"There is no device {device_id} whose credentials hold.")
    print(f"Revoked {device_id}.")
