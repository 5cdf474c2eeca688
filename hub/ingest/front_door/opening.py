"""The rules of a CONNECT: what is refused before anybody is asked, and what the CONNACK tells the client."""

from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.packet_types import Version
from hub.ingest.front_door.packets import Connect
from hub.ingest.front_door.properties import NO_PROPERTIES, Properties
from hub.ingest.front_door.reasons import ReasonCode
from hub.storage.mqtt_records import Refusal, RefusedBecause

_REFUSALS = {
    RefusedBecause.UNKNOWN_DEVICE: ReasonCode.BAD_USER_NAME_OR_PASSWORD,
    RefusedBecause.WRONG_PASSWORD: ReasonCode.BAD_USER_NAME_OR_PASSWORD,
    RefusedBecause.REVOKED: ReasonCode.NOT_AUTHORIZED,
    RefusedBecause.UNAVAILABLE: ReasonCode.SERVER_UNAVAILABLE,
}

_CLIENT_RECEIVE_MAXIMUM_DEFAULT = 65_535  #: Section 3.1.2.11.3.


def objection(connect: Connect, limits: Limits) -> tuple[ReasonCode, str] | None:
    """Why this CONNECT cannot be let in whatever its password, or None."""
    if connect.properties.authentication_method is not None:
        return ReasonCode.BAD_AUTHENTICATION_METHOD, "enhanced authentication is not offered"
    if len(connect.client_id) > limits.client_id_chars_max:
        return ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "the client identifier is too long"
    if not connect.client_id and not connect.clean_start and connect.version is Version.V3_1_1:
        return ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "a lasting session needs a client identifier"
    if connect.username is None or connect.password is None:
        return ReasonCode.BAD_USER_NAME_OR_PASSWORD, "user name (device id) and password (secret) are needed"
    return None


def refusal_code(refusal: Refusal) -> ReasonCode:
    """The registry's word in MQTT's. Unknown and wrong sound alike: a guesser learns nothing."""
    return _REFUSALS[refusal.reason]


def session_expiry_s(connect: Connect, limits: Limits) -> int:
    """How long the session outlives its connection; 0: not at all."""
    if connect.version is Version.V3_1_1:
        return 0 if connect.clean_start else limits.session_expiry_s_max
    return min(connect.properties.session_expiry_interval or 0, limits.session_expiry_s_max)


def keep_alive_s(connect: Connect, limits: Limits) -> int:
    """The silence after which the client counts as lost; 0 (MQTT 3.1.1 only): never, TCP has to notice."""
    if connect.keep_alive_s == 0 and connect.version is Version.V5:
        return limits.keep_alive_s_default
    return connect.keep_alive_s


def outgoing_room(connect: Connect, limits: Limits) -> int:
    """How many unacknowledged messages may be on their way to the client."""
    return min(connect.properties.receive_maximum or _CLIENT_RECEIVE_MAXIMUM_DEFAULT, limits.outgoing_max)


def connack_properties(connect: Connect, assigned_client_id: str | None, limits: Limits) -> Properties:
    """What an MQTT 5 client is told; nothing in 3.1.1."""
    if connect.version is Version.V3_1_1:
        return NO_PROPERTIES
    expiry_s = session_expiry_s(connect, limits)
    silence_s = keep_alive_s(connect, limits)
    return Properties(
        session_expiry_interval=expiry_s if expiry_s != (connect.properties.session_expiry_interval or 0) else None,
        receive_maximum=limits.in_flight_max,
        maximum_packet_size=limits.packet_bytes_max,
        topic_alias_maximum=limits.topic_alias_max,
        assigned_client_identifier=assigned_client_id,
        server_keep_alive=silence_s if silence_s != connect.keep_alive_s else None,
        shared_subscription_available=0,
    )
