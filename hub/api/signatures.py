"""A person signs with their password, whoever's session the request comes in; guessing is slowed as at the log-in."""

from typing import Literal
from uuid import UUID

from hub.api.callers import Caller
from hub.api.problems import ProblemError, unacceptable
from hub.clock import utc_now
from hub.storage import sessions
from hub.storage.database import Connection

Signature = Literal["password", "key"]


async def sign(caller: Caller, password: str | None) -> Signature:
    """The caller's own signature: their password; a program's is the key it came with.

    Raises:
        ProblemError: 422 when it is missing or wrong, 429 after too many.
    """
    if caller.credential.api_key is not None:
        return "key"
    known = await sessions.find_account_of(caller.connection, UUID(caller.actor.id))
    login, stored = known or ("", None)
    await _check(caller, "password", login, password or "", stored)
    return "password"


async def sign_as(caller: Caller, field: str, login: str, password: str) -> UUID:
    """Somebody else's signature in the caller's session: who they are.

    Raises:
        ProblemError: 422 for an unknown log-in and a wrong password alike, 429 after too many.
    """
    account = await sessions.find_account(caller.connection, login)
    await _check(caller, field, login, password, None if account is None else account.password_hash)
    if account is None:
        raise _wrong(field)
    return account.user_id


async def refuse_while_locked(connection: Connection, login: str, address: str | None) -> None:
    """After too many wrong passwords nobody may try for a while.

    Raises:
        ProblemError: 429, saying how long.
    """
    until = await sessions.locked_until(connection, login, address)
    if until is not None:
        wait_s = max(1, round((until - utc_now()).total_seconds()))
        raise ProblemError(
            429, "too_many_failures", "Too many wrong passwords: wait a little.", headers={"Retry-After": str(wait_s)}
        )


async def _check(caller: Caller, field: str, login: str, password: str, stored: str | None) -> None:
    await refuse_while_locked(caller.connection, login, caller.address)
    if await caller.parts.passwords.verify(password, stored):
        await sessions.forget_failures(caller.connection, login, caller.address)
        return
    await caller.connection.rollback()  # nothing the request has done is kept but this
    await sessions.count_failure(caller.connection, login, caller.address)
    await caller.connection.commit()
    raise _wrong(field)


def _wrong(field: str) -> ProblemError:
    return unacceptable(field, "wrong_password", "is not the right one")
