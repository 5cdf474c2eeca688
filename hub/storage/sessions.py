"""Sessions of people at the desk, and the count of failed log-ins that slows guessing down.

The cookie's 256-bit value is nowhere stored, only its SHA-256. Counts are kept per login *and* address, and per
address: somebody far away who guesses cannot lock the night's only operator out.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from alerts.actors import Actor, ActorType
from hub.storage.accounts import Identity, Role
from hub.storage.database import Connection
from hub.storage.queries import queries

#: A shift lasts up to twelve hours; an open stream keeps a session awake, a day ends it in any case.
IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(hours=24)
#: Nobody stands before the screen on the wall to log in, and it shows nothing of anybody: it stays until its account is
#: disabled or gets a new password, or it was dark for a month. No browser keeps a cookie longer (RFC 6265bis).
IDLE_WALL = timedelta(days=30)
ABSOLUTE_WALL = timedelta(days=400)
_TOKEN_BYTES = 32

#: So many failures are free; then each doubles the wait, up to the longest. An address may be a whole office behind
#: a proxy, at the change of a shift: it never waits longer than a minute.
FREE_FAILURES_LOGIN = 5
FREE_FAILURES_ADDRESS = 50
_LOCK_FIRST = timedelta(seconds=15)
_LOCK_LONGEST_LOGIN = timedelta(minutes=5)
_LOCK_LONGEST_ADDRESS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a log-in is checked against."""

    user_id: UUID
    password_hash: str


async def find_account(connection: Connection, login: str) -> Account | None:
    """The account of a login that may log in."""
    cursor = await connection.execute(queries("sessions").find_account, {"login": login})
    row = await cursor.fetchone()
    return None if row is None else Account(user_id=row[0], password_hash=row[1])


async def find_account_of(connection: Connection, user_id: UUID) -> tuple[str, str] | None:
    """The log-in and the password's hash of somebody who is known."""
    cursor = await connection.execute(queries("sessions").find_account_of, {"user_id": user_id})
    row = await cursor.fetchone()
    return None if row is None else (row[0], row[1])


async def open_session(connection: Connection, user_id: UUID) -> str:
    """A new session; returns the cookie's value, which is shown to nobody else."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    await connection.execute(
        queries("sessions").open,
        {
            "id_sha256": token_sha256(token),
            "user_id": user_id,
            "absolute_s": ABSOLUTE.total_seconds(),
            "absolute_wall_s": ABSOLUTE_WALL.total_seconds(),
        },
    )
    return token


def longest_session(role: Role) -> timedelta:
    """How long a session of this role lasts, whatever is done in it."""
    return ABSOLUTE_WALL if role is Role.WALL else ABSOLUTE


async def identify_session(connection: Connection, id_sha256: bytes) -> Identity | None:
    """Whose session it is, and that they are here now; None when it has ended."""
    cursor = await connection.execute(
        queries("sessions").identify,
        {
            "id_sha256": id_sha256,
            "absolute_s": ABSOLUTE.total_seconds(),
            "idle_s": IDLE.total_seconds(),
            "idle_wall_s": IDLE_WALL.total_seconds(),
        },
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    user_id, name, role, division_id, stale = row
    if stale:
        await connection.execute(queries("sessions").touch, {"id_sha256": id_sha256})
    actor = Actor(type=ActorType.OPERATOR, id=str(user_id), name=name)
    return Identity(actor=actor, role=Role(role), division_id=division_id)


async def end_session(connection: Connection, id_sha256: bytes) -> None:
    """Log out."""
    await connection.execute(queries("sessions").end, {"id_sha256": id_sha256})


def token_sha256(token: str) -> bytes:
    """What is stored of a cookie's value."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


# --- Failed log-ins ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Throttle:
    key: bytes
    free_failures: int
    longest: timedelta


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()


def _throttles(login: str, address: str | None) -> list[_Throttle]:
    place = address or "-"
    return [
        _Throttle(_key("login", login, place), FREE_FAILURES_LOGIN, _LOCK_LONGEST_LOGIN),
        _Throttle(_key("address", place), FREE_FAILURES_ADDRESS, _LOCK_LONGEST_ADDRESS),
    ]


async def locked_until(connection: Connection, login: str, address: str | None) -> datetime | None:
    """When this login may be tried again from this address; None: now. Known and unknown logins are alike."""
    keys = [throttle.key for throttle in _throttles(login, address)]
    cursor = await connection.execute(queries("sessions").locked_until, {"keys": keys})
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def count_failure(connection: Connection, login: str, address: str | None) -> None:
    """One more wrong answer."""
    for throttle in _throttles(login, address):
        await connection.execute(
            queries("sessions").count_failure,
            {
                "key": throttle.key,
                "free": throttle.free_failures,
                "first_s": _LOCK_FIRST.total_seconds(),
                "longest_s": throttle.longest.total_seconds(),
            },
        )


async def forget_failures(connection: Connection, login: str, address: str | None) -> None:
    """The right answer: this login starts anew from this address; the address's own count goes on."""
    await connection.execute(queries("sessions").forget_failures, {"key": _throttles(login, address)[0].key})
