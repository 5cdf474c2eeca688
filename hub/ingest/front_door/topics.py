"""The topics of the device protocol and who may use them: `anxin/v1/{device_id}/up/...` and `.../down/...`.

A device speaks below its own prefix only. A gateway may speak for other devices: whether they are registered behind
it is decided by the pipeline in its transaction, and for subscriptions by the server, because that can change while
the gateway stays connected.
"""

from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from hub.ingest.source import Leaf
from hub.storage.mqtt_records import Admission, DownFilter

_ROOT = ("anxin", "v1")
#: A filter is kept in the database, as part of a key; the longest that can match anything has 60.
FILTER_CHARS_MAX = 256
_LEAVES = {"telemetry": Leaf.TELEMETRY, "event": Leaf.EVENT, "status": Leaf.STATUS}


@dataclass(frozen=True, slots=True)
class UpTopic:
    """A topic a device may say something on."""

    device_id: str
    leaf: Leaf


def parse_up_topic(topic: str, admission: Admission) -> UpTopic | None:
    """Whom and what the topic is about, or None when this user may not publish there."""
    levels = topic.split("/")
    if len(levels) < 5 or (levels[0], levels[1]) != _ROOT or levels[3] != "up":
        return None
    device_id = levels[2]
    if device_id != admission.device_id and not (admission.is_gateway and is_device_id(device_id)):
        return None
    leaf = _LEAVES.get(levels[4], Leaf.UNKNOWN) if len(levels) == 5 else Leaf.UNKNOWN
    return UpTopic(device_id, leaf)


def is_device_id(text: str) -> bool:
    """Whether the text is a UUID as the hub writes it."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


class FilterVerdict(Enum):
    """What becomes of a topic filter."""

    GRANTED = auto()
    IF_CHILD = auto()  #: Granted if the device named is registered behind this gateway.
    FORBIDDEN = auto()
    SHARED = auto()
    INVALID = auto()


def judge_filter(topic_filter: str, admission: Admission) -> FilterVerdict:
    """Whether this user may subscribe: its own `down/#` or narrower; a gateway its children's, and `+` for all."""
    if topic_filter.startswith("$share/"):
        return FilterVerdict.SHARED
    levels = topic_filter.split("/")
    if not _is_valid(levels) or len(topic_filter) > FILTER_CHARS_MAX:
        return FilterVerdict.INVALID
    if len(levels) < 5 or (levels[0], levels[1]) != _ROOT or levels[3] != "down":
        return FilterVerdict.FORBIDDEN
    device_id = levels[2]
    if device_id == admission.device_id:
        return FilterVerdict.GRANTED
    if not admission.is_gateway:
        return FilterVerdict.FORBIDDEN
    if device_id == "+":
        return FilterVerdict.GRANTED
    return FilterVerdict.IF_CHILD if is_device_id(device_id) else FilterVerdict.FORBIDDEN


def _is_valid(levels: list[str]) -> bool:
    """Wildcards stand alone in their level, and `#` only in the last (section 4.7.1)."""
    if any(("+" in level or "#" in level) and len(level) > 1 for level in levels):
        return False
    return "#" not in levels[:-1]


def parse_down_filter(topic_filter: str) -> DownFilter:
    """The filter's parts; only for filters that `judge_filter` let through."""
    _, _, device_id, _, *rest = topic_filter.split("/")
    leaf = None if rest in (["#"], ["+"], ["+", "#"]) else "/".join(rest[:-1] if rest[-1] == "#" else rest)
    return DownFilter(device_id=None if device_id == "+" else device_id, leaf=leaf)


def down_topic(device_id: str, leaf: str) -> str:
    """Where a `down/` message is published."""
    return f"anxin/v1/{device_id}/down/{leaf}"
