"""One list of settings serves the API, which takes them, and the core, which lives by them."""

from typing import Any

import pytest
from pydantic import ValidationError

from alerts.profile import SETTINGS, MonitoringProfile, Setting, Unit, read_profile
from hub.api.monitoring import Monitoring

GOOD: dict[Unit, Any] = {
    Unit.SECONDS: 7,
    Unit.LONG_SECONDS: 86_401,
    Unit.PERCENT: 33,
    Unit.SHARE: 0.9,
    Unit.CLOCK_TIME: "21:15",
}
BAD: dict[Unit, Any] = {
    Unit.SECONDS: -1,
    Unit.LONG_SECONDS: 0,
    Unit.PERCENT: 101,
    Unit.SHARE: 1.5,
    Unit.CLOCK_TIME: "24:00",
}


def patch(setting: Setting, value: object) -> dict[str, Any]:
    return {setting.group: {setting.name: value}} if setting.group else {setting.name: value}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: f"{setting.group}.{setting.name}")
def test_what_the_api_takes_is_what_the_core_lives_by(setting: Setting) -> None:
    given = patch(setting, GOOD[setting.unit])
    stored = Monitoring.model_validate(given).model_dump(exclude_unset=True)
    assert stored == given
    assert getattr(read_profile(stored), setting.field) != getattr(MonitoringProfile(), setting.field)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: f"{setting.group}.{setting.name}")
def test_what_the_api_refuses_the_core_would_not_live_by_either(setting: Setting) -> None:
    given = patch(setting, BAD[setting.unit])
    with pytest.raises(ValidationError):
        Monitoring.model_validate(given)
    assert read_profile(given) == MonitoringProfile()
