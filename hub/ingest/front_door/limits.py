"""The front door's bounds, each with its reason. One value object, so that a bench or a test can state others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes in bytes, durations in seconds."""

    #: The protocol's promise: 64 KiB a message (DESIGN.md section 3).
    payload_bytes_max: int = 65_536
    #: A PUBLISH of 64 KiB with room for its topic and properties.
    packet_bytes_max: int = 65_536 + 8_192
    #: A CONNECT with credentials and a will that says "offline"; nobody is authenticated yet.
    connect_bytes_max: int = 16_384
    #: Messages of one connection on their way to a commit. 1,000 keep a commit of 20 ms busy at 50,000/s.
    in_flight_max: int = 1_000
    #: Bytes of the same: one connection may not fill the memory with large messages.
    in_flight_bytes_max: int = 2 * 1024 * 1024
    #: Bytes of all connections: the memory a database outage may cost.
    in_flight_bytes_total_max: int = 96 * 1024 * 1024
    #: Messages of all connections, for the same reason: about 1 KiB each besides the payload.
    in_flight_total_max: int = 50_000
    #: Topic aliases a client may set up: three topics for each of a gateway's nearest children.
    topic_alias_max: int = 64
    #: From accept to a CONNECT that was let in.
    connect_timeout_s: float = 10.0
    #: Sockets that have not said who they are; an old one is closed for a new one. More than the sockets that can be
    #: accepted in one turn of the event loop (the backlog), so that devices that all come at once do not crowd out
    #: each other.
    half_open_max: int = 4_096
    #: Connections in all.
    connections_max: int = 50_000
    #: What a client may leave unread before it is cut; some hundred `down/` messages.
    write_buffer_bytes_max: int = 512 * 1024
    #: How long a client may read nothing while something waits for it.
    stalled_write_s: float = 30.0
    #: Sustained messages per second and device, and how many may come at once (a watch emptying its memory).
    rate_per_s: float = 10.0
    rate_burst: int = 600
    #: Messages over the rate that are read and held back, for one sender: fewer than a client may have
    #: unacknowledged, so that a gateway with one mad child can still be heard; a minute and a half at the rate.
    hold_max: int = 900
    #: Bytes of the same.
    hold_bytes_max: int = 1024 * 1024
    #: Of all senders together: beyond it sockets are stopped, as they are for a full share.
    hold_total_max: int = 20_000
    hold_bytes_total_max: int = 32 * 1024 * 1024
    #: QoS 0 readings over a full hold that are read and thrown away, each second and sender: what a core spares for it.
    discards_per_s: float = 2_000.0
    #: Connections of one device: so many at once, and one in ten seconds for ever; more is a loop, and is slowed down.
    visits_per_s: float = 0.1
    visits_burst: int = 30
    #: Take-overs of one session: a lost connection is taken over once, two devices with one identity go on and on.
    take_overs_per_s: float = 0.02
    take_overs_burst: int = 10
    #: How long a CONNECT beyond that waits for its answer: long enough to spare the hub, short enough for a press.
    visit_delay_s: float = 1.0
    #: A session without a connection is kept a week at most: a device that comes back later subscribes again.
    session_expiry_s_max: int = 7 * 24 * 3600
    #: The longest silence of a client that asks for none to be noticed (keep-alive 0, MQTT 5).
    keep_alive_s_default: int = 600
    #: Subscriptions of a session: a gateway with a thousand children that names each of their two topics.
    subscriptions_max: int = 2_000
    #: Messages on their way to a client that has not said how many it can take, or said more; as Mosquitto does.
    outgoing_max: int = 20
    #: The client identifier; it is kept in the database.
    client_id_chars_max: int = 256
    #: Requests of one connection that wait for the database (SUBSCRIBE, UNSUBSCRIBE).
    errands_max: int = 64


DEFAULT_LIMITS = Limits()
