"""Whose fault an error of the database is, by its SQLSTATE: everything that decides it is in `FAULTS`.

Stations catch `hub.storage.database.DATABASE_AWAY` and go on waiting; `as_the_hub_sees_it` makes that right for states
that psycopg files elsewhere (a read-only server is an `InternalError` to it, a value too long for an index an
`OperationalError`). The pipeline asks `fault_of`, because it must not let one message hold up the others.
"""

from enum import StrEnum
from types import MappingProxyType

import psycopg
from psycopg_pool import PoolTimeout


class Fault(StrEnum):
    """Whose fault it is that something could not be stored, and so what is done next."""

    AWAY = "away"  #: The server's, for everybody: wait, and try again on a new connection.
    BUSY = "busy"  #: Another transaction's, or the moment's: try again; who fails again is set apart from the others.
    UNSTORABLE = "unstorable"  #: What was to be stored: no try will help, it is set aside with its reason.
    OURS = "ours"  #: A mistake of the hub: as unstorable, and logged with everything.


#: SQLSTATEs (PostgreSQL, appendix A) and their classes; the longest that fits counts.
FAULTS = MappingProxyType(
    {
        "08": Fault.AWAY,  # connection lost, refused, broken protocol
        "28": Fault.AWAY,  # not let in: a password was changed, pg_hba.conf is being edited
        "3D000": Fault.AWAY,  # the database is not there: it is being restored or renamed
        "53": Fault.AWAY,  # disk full, out of memory, too many connections
        "57P": Fault.AWAY,  # shutting down, crashed, starting up, database dropped, idle session ended
        "58": Fault.AWAY,  # the operating system failed it: input/output error, no file
        "F0": Fault.AWAY,  # its configuration file, or its lock file
        "25006": Fault.AWAY,  # read-only: a standby, or an administrator's switch
        "25P03": Fault.AWAY,  # our session was ended while its transaction idled: this process had been stopped
        "25P04": Fault.AWAY,  # our session was ended: transaction_timeout
        "42501": Fault.AWAY,  # a right was taken from the hub's user: nothing about the message
        "40": Fault.BUSY,  # deadlock, serialization failure: the other one has gone by the next try
        "55": Fault.BUSY,  # a lock that could not be had in time, an object in use
        "57014": Fault.BUSY,  # statement time-out, or cancelled by an administrator
        "0A000": Fault.BUSY,  # "cached plan must not change result type": a table was altered, a new connection helps
        "26000": Fault.BUSY,  # a prepared statement that a pooler in between has forgotten: likewise
        "42P05": Fault.BUSY,  # one that it has kept of somebody else: likewise
        "72": Fault.BUSY,  # snapshot too old
        "21": Fault.UNSTORABLE,  # one row updated twice by one statement
        "22": Fault.UNSTORABLE,  # a value out of range, a NUL in a text, no such time
        "23": Fault.UNSTORABLE,  # a constraint; tried alone once more, because what it refers to may just have gone
        "44": Fault.UNSTORABLE,  # a view's check option
        "54": Fault.UNSTORABLE,  # too long for an index, too many columns: a limit that stays
        "P0001": Fault.UNSTORABLE,  # a trigger that refuses
    }
)


class ServerUnableError(psycopg.OperationalError):
    """The server cannot store now, for a reason that is not the connection's: read-only, for instance."""


class ServerSilentError(psycopg.OperationalError):
    """The server has not answered in time; what became of the statement is unknown."""


class UnstorableError(psycopg.DataError):
    """A limit of the database that no repetition passes."""


class UnconfirmedCommitError(psycopg.OperationalError):
    """Committed here, but a wait for the synchronous standby was cancelled: it counts only when said again."""


def fault_of(error: BaseException) -> Fault:
    """Whose fault this error is."""
    if isinstance(error, PoolTimeout | psycopg.InterfaceError | TimeoutError | OSError):
        return Fault.AWAY
    if not isinstance(error, psycopg.Error):
        return Fault.OURS
    if error.sqlstate is not None:
        for length in (5, 3, 2):
            fault = FAULTS.get(error.sqlstate[:length])
            if fault is not None:
                return fault
    if isinstance(error, psycopg.OperationalError):
        return Fault.AWAY  # what has no state never reached a server, or lost it on the way
    return Fault.UNSTORABLE if isinstance(error, psycopg.DataError) else Fault.OURS


def as_the_hub_sees_it(error: psycopg.Error) -> psycopg.Error:
    """The same error under a class that says whose fault it is; the error itself where its class does already."""
    match fault_of(error):
        case Fault.AWAY | Fault.BUSY if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return _told_as(ServerUnableError, error)
        case Fault.UNSTORABLE if isinstance(error, psycopg.OperationalError):
            return _told_as(UnstorableError, error)
        case _:
            return error


def name_of(error: BaseException) -> str:
    """How a log line and a quarantined message name it: a class, and the state of the one it stands for."""
    sqlstate = error.sqlstate if isinstance(error, psycopg.Error) else None
    return type(error).__name__ if sqlstate is None else f"{type(error).__name__} {sqlstate}"


def _told_as(kind: type[psycopg.Error], error: psycopg.Error) -> psycopg.Error:
    told = kind(f"{type(error).__name__}: {error}")
    told.sqlstate = error.sqlstate
    told.__cause__ = error
    return told
