"""What every connection of the hub is set to, at both of its ends, and how long it waits: each with its reason.

It imports little, because the supervisor's migration does with it alone.
"""

from dataclasses import dataclass
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a statement may take. None: as long as it wants."""

    lock_s: float | None  #: For another transaction's lock.
    statement_s: float | None  #: On the server, which ends it and keeps the connection.
    answer_s: float | None  #: For the server's answer, COMMIT's included; then it counts as away.


#: Nothing that a person or a device waits for takes longer on a database that is well. The server gives up before we
#: do: what it has ended holds no lock any more. A network that swallows packets is noticed after `answer_s` at most.
BRISK = Patience(lock_s=3.0, statement_s=6.0, answer_s=8.0)
#: For whoever looks on: a caller, a probe, the watch over the database itself. They are told "not now" within 6 s.
PROMPT = Patience(lock_s=2.0, statement_s=3.0, answer_s=3.5)
#: For upkeep and commands, which nobody's life waits for.
UNHURRIED = Patience(lock_s=None, statement_s=None, answer_s=None)

#: Dead peers: idle connections are asked after 3 s and given up 3 s later; what was sent and not confirmed by the
#: other side's TCP is given up after 5 s; a host that does not answer the knock, after 3 s. `HUB_DATABASE_URL` may say
#: otherwise.
_NETWORK: dict[str, str | int] = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}
#: The same from the server's side: sessions of a hub that has vanished must not fill its slots. And a client that was
#: stopped in the middle of a transaction must not hold its locks against everybody else.
_SESSION = {
    "tcp_keepalives_idle": "10s",
    "tcp_keepalives_interval": "5s",
    "tcp_keepalives_count": "3",
    "idle_in_transaction_session_timeout": "15s",
}
#: What the hub's logic is built on, whatever the role or the database is set to: each statement sees what was committed
#: before it, so that a lock that was waited for shows what its holder did.
_REQUIRED = {"timezone": "UTC", "default_transaction_isolation": r"read\ committed"}


def names_several_hosts(dsn: str) -> bool:
    """Whether a failover is planned: the hub looks for the one among them that can be written."""
    given = conninfo_to_dict(dsn)
    return "," in str(given.get("host") or given.get("hostaddr") or "")


def conninfo(dsn: str, *, name: str, patience: Patience = UNHURRIED) -> str:
    """The address with everything the hub sets; what the address itself says about the network counts."""
    given = conninfo_to_dict(dsn)
    several = {"target_session_attrs": "read-write"} if names_several_hosts(dsn) else {}
    limits = {"lock_timeout": patience.lock_s, "statement_timeout": patience.statement_s}
    chosen = {setting: f"{int((limit_s or 0) * 1000)}" for setting, limit_s in limits.items()}
    options = " ".join(
        [_flags({**_SESSION, **chosen}), str(given.get("options") or ""), _flags(_REQUIRED)],
    )
    ours = {"application_name": f"hub {name}", "options": options, "client_encoding": "UTF8"}
    merged: dict[str, Any] = {**_NETWORK, **several, **given, **ours}
    return make_conninfo("", **merged)


def _flags(settings: dict[str, str]) -> str:
    return " ".join(f"-c {setting}={value}" for setting, value in settings.items())
