"""What may be set of a recipient's monitoring profile: every threshold and window, in seconds and units.

Groups are the rules' kinds (`fall`, `inactivity`, ...). The names that the core knows come from its own list
(`alerts.profile.SETTINGS`); a group or name that only a later rule knows is kept if it has the shape of one, so that a
profile can be prepared before. Null takes a setting away: the default holds again.
"""

import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from alerts.profile import BOUNDS, CLOCK_TIME, SETTINGS, Setting, Unit
from hub.api.shapes import Number

#: No threshold of a vital sign, distance or duration comes near.
_NUMBER_MAX = 1e9
_TEXT_MAX = 100
_ENTRIES_MAX = 50
_DEPTH_MAX = 3
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

_TYPES: dict[Unit, Any] = {
    **{unit: Annotated[Number, Field(ge=lowest, le=highest)] | None for unit, (lowest, highest) in BOUNDS.items()},
    Unit.CLOCK_TIME: Annotated[str, Field(pattern=f"^{CLOCK_TIME}$")] | None,
}


class _Group(BaseModel):
    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    @model_validator(mode="after")
    def _extras_look_like_settings(self) -> Self:
        extras = self.__pydantic_extra__ or {}
        _check(extras, _DEPTH_MAX)
        return self


def _fields_of(group: str) -> dict[str, Any]:
    return {setting.name: _field_of(setting) for setting in SETTINGS if setting.group == group}


def _field_of(setting: Setting) -> Any:
    return (_TYPES[setting.unit], Field(default=None, description=setting.meaning))


def _build() -> Any:
    groups: dict[str, Any] = {
        group: (create_model(f"{group.title()}Monitoring", __base__=_Group, **_fields_of(group)) | None, None)
        for group in dict.fromkeys(setting.group for setting in SETTINGS if setting.group)
    }
    return create_model("MonitoringSettings", __base__=_Group, **groups, **_fields_of(""))


if TYPE_CHECKING:
    _Settings = _Group
else:
    _Settings = _build()


class Monitoring(_Settings):
    """A merge patch (RFC 7396) of a recipient's profile."""


def _check(value: Any, depth: int) -> None:
    """Names like ours, finite numbers, short texts, and not too much of them."""
    if isinstance(value, dict | list) and (depth == 0 or len(value) > _ENTRIES_MAX):
        raise ValueError("has too many settings, or nests them too deeply")
    if isinstance(value, dict):
        for name, below in value.items():
            if not _NAME.fullmatch(name):
                raise ValueError("has a setting whose name is not lower_case_with_unit")
            _check(below, depth - 1)
    elif isinstance(value, list):
        for below in value:
            _check(below, depth - 1)
    elif isinstance(value, str):
        if len(value) > _TEXT_MAX or not value.isprintable():
            raise ValueError("has a text that is too long or not printable")
    elif isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= _NUMBER_MAX):
        raise ValueError("has a number that is no threshold")
