"""What a device says of its own connection."""

from pydantic import BaseModel, ConfigDict, Field

from device_adapters.fields import MessageId


class DeviceStatus(BaseModel):
    """`up/status`, retained; the last will says `{"online": false}`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    online: bool
    firmware: str | None = Field(default=None, max_length=128)
    boot_id: MessageId | None = None
