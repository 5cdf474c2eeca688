"""What may be set of a recipient's monitoring profile: every threshold and window, in seconds and units.

Groups are the rules' kinds (`fall`, `inactivity`, ...). The names that the contract fixes are typed here; a group or
name that only a later rule knows is kept if it has the shape of one, so that a profile can be prepared before. Null
takes a setting away: the default holds again.
"""

import math
import re
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

#: A week is longer than any rule looks back.
_WINDOW_S_MAX = 7 * 24 * 3600.0
#: No threshold of a vital sign, distance or duration comes near.
_NUMBER_MAX = 1e9
_TEXT_MAX = 100
_ENTRIES_MAX = 50
_DEPTH_MAX = 3
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

WindowS = Annotated[float, Field(ge=0, le=_WINDOW_S_MAX)] | None


class _Group(BaseModel):
    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    @model_validator(mode="after")
    def _extras_look_like_settings(self) -> Self:
        extras = self.__pydantic_extra__ or {}
        _check(extras, _DEPTH_MAX)
        return self


class FallMonitoring(_Group):
    """Falls."""

    confirm_s: WindowS = None  #: Stillness after a suspected fall that makes it an incident.


class InactivityMonitoring(_Group):
    """Nothing moves that should."""

    day_limit_s: WindowS = None
    night_limit_s: WindowS = None


class Monitoring(_Group):
    """A merge patch (RFC 7396) of a recipient's profile."""

    fall: FallMonitoring | None = None
    inactivity: InactivityMonitoring | None = None


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
