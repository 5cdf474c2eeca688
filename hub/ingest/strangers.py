"""Messages of a broker about devices it may not speak for: kept with the reason, and shown at the desk if one is a cry.

They are acknowledged like any other: one device that nobody registered must not fill the window of a whole source.
A stranger is known by a name made from source and key, so that its presses are told apart, and repeated ones joined,
as those of a registered device are.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from alerts.explanation import Explanation, Param
from alerts.kinds import MaintenanceKind
from device_adapters import UnreadableError
from device_adapters.levels import ALARMS
from hub.ingest.admission import Admitted, Stranger
from hub.ingest.flags import FlagsStanding, flags_of
from hub.ingest.monitoring import Sitting
from hub.ingest.source import InboundMessage, Leaf, Origin
from hub.ingest.unreadable_events import set_aside
from hub.storage import device_levels, maintenance, quarantine
from hub.storage.database import Connection
from hub.storage.senders import Sender, Wearer

#: Strangers of one source with an incident each; a source that invents its devices' keys must not fill the desk.
_SHOWN_MAX = 20
_NOBODY = Wearer(position=0, recipient_id=None, division_id=None, location_consent=None, last_wearer_id=None)


async def take_in_strangers(connection: Connection, strangers: Sequence[Stranger], sitting: Sitting) -> None:
    """Quarantine each; a cry for help among them opens an incident under the division of its source."""
    if not strangers:
        return
    flagged = sorted({name_of(one.origin, one.message.device_id) for one in strangers if flags_of(one.message)})
    standing = await FlagsStanding.lock(connection, flagged)
    quiet: list[quarantine.QuarantinedMessage] = []
    for one in strangers:
        for message in await _said(connection, one, standing):
            if _is_cry(message):
                await _show(connection, replace(one, message=message), sitting)
            else:
                quiet.append(_quarantined(replace(one, message=message)))
                sitting.tally.of(message).quarantined += 1
    await quarantine.put(connection, quiet)
    await device_levels.save(connection, standing.moved, sitting.now)
    await _report(connection, strangers[-1], sitting.now)


def name_of(origin: Origin, device_key: str) -> UUID:
    """What a device that nobody registered goes by."""
    return uuid5(NAMESPACE_URL, f"{origin.source}/{device_key}")


async def _said(connection: Connection, one: Stranger, standing: FlagsStanding) -> list[InboundMessage]:
    if not flags_of(one.message):
        return [one.message]
    return await standing.take(connection, one.message, name_of(one.origin, one.message.device_id))


def _is_cry(message: InboundMessage) -> bool:
    """An event that nobody can read may be one, too."""
    if message.leaf is not Leaf.EVENT:
        return False
    if message.decoded is None or isinstance(message.decoded, UnreadableError):
        return True
    return any(event.event in ALARMS and not event.test for event in message.decoded.events)


async def _show(connection: Connection, one: Stranger, sitting: Sitting) -> None:
    """At the desk: by its key, or - when its source has many strangers there - as one of them."""
    shown, has_its_own = await quarantine.strangers_shown(
        connection, one.origin.source, name_of(one.origin, one.message.device_id)
    )
    if shown >= _SHOWN_MAX and not has_its_own:
        one = replace(one, message=replace(one.message, device_id=""))
    message, origin = one.message, one.origin
    unknown = Sender(
        id=name_of(origin, message.device_id),
        division_id=origin.division_id,
        kind="unknown",
        gateway_id=None,
        revoked=False,
        registered_at=sitting.now,
    )
    await set_aside(connection, Admitted(message, unknown), UnreadableError(one.reason, _params(one)), _NOBODY, sitting)


def _quarantined(one: Stranger) -> quarantine.QuarantinedMessage:
    """All strangers of a source share its share; a name each lane, so that neither waits for the other's commit."""
    lane = "event" if one.message.leaf is Leaf.EVENT else "telemetry"
    return quarantine.QuarantinedMessage(
        division_id=one.origin.division_id,
        device_id=None,
        topic=one.message.topic,
        reason=Explanation(code=one.reason, params=_params(one)),
        payload=one.message.payload,
        received_at=one.message.received_at,
        stranger_of=uuid5(NAMESPACE_URL, f"{one.origin.source}/ {lane}"),
    )


async def _report(connection: Connection, one: Stranger, now: datetime) -> None:
    """One maintenance item for all of them: somebody forgot to register a device, or the filter is too wide."""
    params: dict[str, Param] = {"reason": one.reason, **_params(one)}
    await maintenance.report(
        connection,
        maintenance.MaintenanceReport(
            kind=MaintenanceKind.UNKNOWN_DEVICE,
            division_id=one.origin.division_id,
            device_id=None,
            recipient_id=None,
            explanation=Explanation(code=MaintenanceKind.UNKNOWN_DEVICE, params=params),
        ),
        now,
    )


def _params(one: Stranger) -> dict[str, str | int]:
    params: dict[str, str | int] = {"source": one.origin.source, "device_key": one.message.device_id or "?"}
    decoded = one.message.decoded
    if isinstance(decoded, UnreadableError):
        params["unreadable"] = decoded.code
    elif decoded is not None and decoded.events:
        params["event"] = decoded.events[0].event
    return params
