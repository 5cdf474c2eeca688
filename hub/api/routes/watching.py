"""What the hub watches by: the modes and what each makes quiet, and every setting of a monitoring profile.

These are the rules of the core, the same for everybody; no file is looked at, so nothing is put on record.
"""

from datetime import time, timedelta
from typing import Annotated

from fastapi import APIRouter

from alerts.modes import QUIET, Mode, Watch
from alerts.profile import BOUNDS, SETTINGS, MonitoringProfile, Setting, Unit
from hub.api.callers import INSTALLING_ROLES, LOOKING_ROLES, Caller, requires
from hub.storage.views import Page, View

router = APIRouter(tags=["recipients"])


class ModeRule(View):
    """A mode, the watches it makes quiet, and how long it usually lasts before somebody is asked; null: for ever."""

    mode: Mode
    quiet: list[str]
    usual_s: float | None


class SettingRule(View):
    """One setting of `monitoring`: where it stands, how it is written, its default, and between what it may lie.

    `unit`: `s` seconds, `long_s` seconds of a longer span, `pct`, `share` (0 to 1), `clock_time` ("22:00").
    """

    group: str
    name: str
    unit: Unit
    default: float | str
    lowest: float | None
    highest: float | None
    meaning: str


_DEFAULTS = MonitoringProfile()


@router.get("/modes")
async def list_modes(_: Annotated[Caller, requires(*LOOKING_ROLES, *INSTALLING_ROLES)]) -> Page[ModeRule]:
    """Every mode there is; at home nothing is quiet."""
    return Page(
        items=[
            ModeRule(mode=mode, quiet=[watch for watch in Watch if watch in quiet], usual_s=_usual_s(mode))
            for mode, quiet in QUIET.items()
        ]
    )


def _usual_s(mode: Mode) -> float | None:
    usual = getattr(_DEFAULTS, f"mode_{mode}_usual", None)
    return usual.total_seconds() if isinstance(usual, timedelta) else None


@router.get("/monitoring-settings")
async def list_settings(_: Annotated[Caller, requires(*LOOKING_ROLES, *INSTALLING_ROLES)]) -> Page[SettingRule]:
    """Every threshold and window that `monitoring` of a recipient may hold, with the hub's default."""
    return Page(items=[_rule_of(setting) for setting in SETTINGS])


def _rule_of(setting: Setting) -> SettingRule:
    bounds = BOUNDS.get(setting.unit)
    return SettingRule(
        group=setting.group,
        name=setting.name,
        unit=setting.unit,
        default=_written(getattr(_DEFAULTS, setting.field)),
        lowest=bounds[0] if bounds else None,
        highest=bounds[1] if bounds else None,
        meaning=setting.meaning,
    )


def _written(value: timedelta | time | float) -> float | str:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat(timespec="minutes") if isinstance(value, time) else value
