"""The rules, one file each: what a device event means. `ALL` is the whole list, in the order in which they are asked.

A rule is a function `(event, profile) -> findings`; the first version of each is fixed, later ones learn. A rule that
has nothing to say about an event returns nothing.
"""

from collections.abc import Callable

from alerts.decisions import Finding
from alerts.observations import DeviceEvent
from alerts.profile import MonitoringProfile
from alerts.rules.equipment import judge_equipment
from alerts.rules.fall import judge_fall
from alerts.rules.service import judge_service_request
from alerts.rules.sos import judge_sos

Rule = Callable[[DeviceEvent, MonitoringProfile], tuple[Finding, ...]]

ALL: tuple[Rule, ...] = (judge_sos, judge_fall, judge_service_request, judge_equipment)
