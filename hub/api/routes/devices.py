"""Devices: registered, given credentials once, changed, revoked, told to do something."""

from datetime import timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from hub.api.callers import DESK_ROLES, INSTALLING_ROLES, SEEING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import (
    PAGE_ROWS,
    Body,
    Cursor,
    DivisionId,
    Limit,
    Name,
    Phone,
    Search,
    Text,
    WholeNumber,
    WithinDivision,
)
from hub.clock import utc_now
from hub.identity import new_id
from hub.settings import Settings
from hub.storage.accounts import Role
from hub.storage.assignments import Assigning, assign
from hub.storage.device_commands import queue_command
from hub.storage.devices import (
    Credentials,
    DeviceSort,
    DeviceStanding,
    DeviceView,
    NewDevice,
    WantedDevices,
    change_device,
    create_device,
    find_device,
    list_devices,
    revoke_device,
)
from hub.storage.views import Page

router = APIRouter(prefix="/devices", tags=["devices"])

DeviceKind = Literal["smartwatch", "call_button", "wristband", "mattress", "fall_radar", "gateway"]
#: A command that comes later than a day is about another situation.
_COMMAND_EXPIRES_S_MAX = 24 * 3600
_COMMAND_EXPIRES_S = 3600


class RegisteredDevice(Body):
    """A device to be registered; with `recipient_id` that person has it from now on."""

    kind: DeviceKind
    recipient_id: UUID | None = None
    division_id: DivisionId | None = None
    gateway_id: UUID | None = None
    model: Text | None = None
    serial: Name | None = None
    phone: Phone | None = None


class DeviceChanges(Body):
    """What is to change; a field that is not named stays as it is."""

    read_only = frozenset(DeviceView.model_fields) - {"gateway_id", "model", "serial", "phone"}

    gateway_id: UUID | None = None
    model: Text | None = None
    serial: Name | None = None
    phone: Phone | None = None


class MqttAccess(BaseModel):
    """What the device logs in with; the password is shown once and cannot be shown again."""

    username: str
    password: str
    topic_prefix: str
    port: int | None
    tls_port: int | None


class CreatedDevice(DeviceView):
    """A new device with its credentials."""

    mqtt: MqttAccess


class Command(Body):
    """What the device shall do; answered on its `up/event` as `command_result` with the same id."""

    command: Literal["locate", "sound", "message", "set_interval", "self_test"]
    text: Name | None = None
    interval_s: WholeNumber | None = Field(default=None, ge=1, le=24 * 3600)
    expires_in_s: WholeNumber = Field(default=_COMMAND_EXPIRES_S, ge=1, le=_COMMAND_EXPIRES_S_MAX)

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        if (self.command == "message") != (self.text is not None):
            raise ValueError("text belongs to the command message, which needs it")
        if (self.command == "set_interval") != (self.interval_s is not None):
            raise ValueError("interval_s belongs to the command set_interval, which needs it")
        return self


class QueuedCommand(BaseModel):
    """A command on its way."""

    id: UUID
    command: str
    expires_in_s: int


@router.post("", status_code=201)
async def create(body: RegisteredDevice, caller: Annotated[Caller, requires(*INSTALLING_ROLES)]) -> CreatedDevice:
    """Register a device; its credentials are in this answer only."""
    division_id = caller.choose_division(body.division_id)
    credentials = await create_device(
        caller.connection,
        NewDevice(
            kind=body.kind,
            division_id=division_id,
            model=body.model,
            serial=body.serial,
            phone=body.phone,
            gateway_id=body.gateway_id,
        ),
        caller.scope,
    )
    if body.recipient_id is not None:
        assigning = Assigning(device_id=credentials.device_id, recipient_id=body.recipient_id)
        await assign(caller.connection, assigning, caller.scope)
    await caller.record("create", "device", credentials.device_id, division_id)
    device = await _find(caller, credentials.device_id)
    return CreatedDevice(**device.model_dump(), mqtt=_mqtt_access(credentials, caller.parts.settings))


def _mqtt_access(credentials: Credentials, settings: Settings) -> MqttAccess:
    return MqttAccess(
        username=str(credentials.device_id),
        password=credentials.secret,
        topic_prefix=f"anxin/v1/{credentials.device_id}",
        port=settings.mqtt_port or None,
        tls_port=settings.mqtt_tls_port or None,
    )


@router.get("")
async def list_all(
    caller: Annotated[Caller, requires(*SEEING_ROLES)],
    q: Search = None,
    recipient_id: Annotated[UUID | None, Query()] = None,
    gateway_id: Annotated[UUID | None, Query(description="Only what is behind this gateway.")] = None,
    kind: Annotated[list[DeviceKind] | None, Query()] = None,
    standing: Annotated[DeviceStanding | None, Query()] = None,
    division_id: WithinDivision = None,
    sort: Annotated[DeviceSort, Query()] = DeviceSort.NEWEST,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[DeviceView]:
    """Devices in scope, the newest first; `q` looks into id, serial number and model.

    For all but vendors also into telephone number, place, and the name of who wears it. A cursor belongs to its `sort`.
    """
    wanted = WantedDevices(
        search=q,
        recipient_id=recipient_id,
        gateway_id=gateway_id,
        kinds=kind or (),
        standing=standing,
        sort=sort,
        people=caller.role is not Role.VENDOR,
    )
    page = await list_devices(caller.connection, caller.scope_within(division_id), wanted, cursor=cursor, limit=limit)
    return Page(items=[_for_role(caller, device) for device in page.items], next=page.next)


@router.get("/{device_id}")
async def get(device_id: UUID, caller: Annotated[Caller, requires(*SEEING_ROLES)]) -> DeviceView:
    """One device, who has it, and what it last said of itself."""
    return _for_role(caller, await _find(caller, device_id))


def _for_role(caller: Caller, device: DeviceView) -> DeviceView:
    """A vendor sees its equipment, not who wears it."""
    if caller.role is not Role.VENDOR:
        return device
    return device.model_copy(update={"recipient": None, "phone": None})


@router.patch("/{device_id}")
async def change(
    device_id: UUID, body: DeviceChanges, caller: Annotated[Caller, requires(*INSTALLING_ROLES)]
) -> DeviceView:
    """Change what is named; it holds for every packet received after the answer."""
    if not await change_device(caller.connection, device_id, caller.scope, body.given()):
        raise not_found("device")
    await caller.record("change", "device", device_id)
    return await _find(caller, device_id)


@router.post("/{device_id}/revoke")
async def revoke(
    device_id: UUID, caller: Annotated[Caller, requires(Role.ADMIN, Role.SUPERVISOR, Role.INSTALLER)]
) -> DeviceView:
    """Withdraw the credentials for ever: the connection is cut, no new one is let in."""
    if not await revoke_device(caller.connection, device_id, caller.scope):
        raise not_found("device")
    await caller.record("revoke", "device", device_id)
    return await _find(caller, device_id)


@router.post("/{device_id}/commands", status_code=202)
async def command(
    device_id: UUID, body: Command, caller: Annotated[Caller, requires(*DESK_ROLES, Role.INSTALLER)]
) -> QueuedCommand:
    """Send a command; it waits for a device that is away, as long as it says."""
    device = await _find(caller, device_id)
    queued = QueuedCommand(id=new_id(), command=body.command, expires_in_s=body.expires_in_s)
    payload = {"id": str(queued.id), **body.model_dump(exclude_none=True, exclude={"expires_in_s"})}
    expires_at = utc_now() + timedelta(seconds=body.expires_in_s)
    await queue_command(caller.connection, device, payload, expires_at, caller.actor)
    await caller.record(f"command_{body.command}", "device", device_id, device.division_id)
    return queued


async def _find(caller: Caller, device_id: UUID) -> DeviceView:
    device = await find_device(caller.connection, device_id, caller.scope)
    if device is None:
        raise not_found("device")
    return device
