"""What the hub tells a device of its own protocol, on `down/`: how far an event has come, and what it shall do."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from device_adapters.fields import DeviceTime

AckStage = Literal["received", "taken", "responding", "requeued", "closed", "refused"]
CommandName = Literal["locate", "sound", "message", "set_interval", "self_test"]


class DownAck(BaseModel):
    """One stage of one event, on `down/ack`. Comes at least once and may repeat: go by `ref` and `at`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    ref: str = Field(description="the event's `id`; the hub's own where it had none")
    stage: AckStage = Field(description="only `responding` means that help is coming")
    at: DeviceTime
    reason: str | None = Field(description="why it was refused; null otherwise")


class DownCommand(BaseModel):
    """What the device shall do, on `down/command`; answered on `up/event` as `command_result` with the same `id`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    command: CommandName
    text: str | None = Field(default=None, description="of `message`: to be shown or read out")
    interval_s: int | None = Field(default=None, ge=1, le=24 * 3600, description="of `set_interval`: between readings")

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        if (self.command == "message") != (self.text is not None):
            raise ValueError("text belongs to the command message, which needs it")
        if (self.command == "set_interval") != (self.interval_s is not None):
            raise ValueError("interval_s belongs to the command set_interval, which needs it")
        return self
