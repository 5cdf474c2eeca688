"""Logging in and out, and who one is."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from alerts.actors import Actor, ActorType
from hub import __version__
from hub.api.callers import EVERY_ROLE, Caller, address_of, check_same_site, cookie_name, requires
from hub.api.parts import Parts, parts_of
from hub.api.problems import ProblemError
from hub.api.session_cookie import set_session_cookie
from hub.api.shapes import Body, Text
from hub.api.signatures import refuse_while_locked
from hub.clock import utc_now
from hub.storage import access_log, sessions
from hub.storage.accounts import Identity, Role
from hub.storage.database import Connection
from hub.storage.divisions import find_division
from hub.storage.passwords import PASSWORD_LENGTH_MAX

router = APIRouter(tags=["sessions"])

#: The desk speaks it until the reader switches.
_LOCALE = "zh-CN"


class LogIn(Body):
    """Who, and the proof."""

    login: Text
    password: Annotated[str, Field(max_length=PASSWORD_LENGTH_MAX)]


class HubView(BaseModel):
    """The hub as its people call it."""

    name: str
    desk_phone: str
    version: str
    timezone: str  #: Of its place, by name: when night is, and how times read.


class Me(BaseModel):
    """Who one is, and where."""

    id: UUID
    name: str
    type: ActorType
    role: Role
    division_id: str
    division_name: str
    locale: str
    server_time: datetime
    hub: HubView


def log_in_declaration() -> dict[str, Any]:
    """Marks the one route below `/api/v1` that nobody needs to be known for."""
    return {"x-anonymous": True}


@router.post("/sessions", status_code=201, openapi_extra=log_in_declaration())
async def log_in(body: LogIn, request: Request, response: Response) -> Me:
    """Log in; the cookie that comes back is the session. Unknown login and wrong password look alike."""
    check_same_site(request)
    parts = parts_of(request)
    address = address_of(request)
    async with parts.connection() as connection:
        await refuse_while_locked(connection, body.login, address)
        account = await sessions.find_account(connection, body.login)
    fits = await parts.passwords.verify(body.password, account.password_hash if account else None)
    async with parts.connection() as connection:
        if not fits or account is None:
            await sessions.count_failure(connection, body.login, address)
        else:
            await sessions.forget_failures(connection, body.login, address)
            token = await sessions.open_session(connection, account.user_id)
            identity = await sessions.identify_session(connection, sessions.token_sha256(token))
            if identity is not None:
                await _record(connection, identity, "log_in", address)
                set_session_cookie(response, parts, token, sessions.longest_session(identity.role))
                return await _me(connection, identity, parts)
    raise ProblemError(401, "wrong_credentials", "Login or password is wrong.")


@router.delete("/sessions/current", status_code=204)
async def log_out(response: Response, caller: Annotated[Caller, requires(*EVERY_ROLE)]) -> None:
    """End this session; its streams end with it."""
    if caller.credential.session_sha256 is not None:
        await sessions.end_session(caller.connection, caller.credential.session_sha256)
        await _record(caller.connection, caller.identity, "log_out", caller.address)
    response.delete_cookie(cookie_name(caller.parts), path="/", secure=caller.parts.tls, httponly=True, samesite="lax")


@router.get("/me")
async def me(caller: Annotated[Caller, requires(*EVERY_ROLE)]) -> Me:
    """Who one is, in which role and division."""
    return await _me(caller.connection, caller.identity, caller.parts)


async def _me(connection: Connection, identity: Identity, parts: Parts) -> Me:
    division = await find_division(connection, identity.division_id)
    return Me(
        id=UUID(identity.actor.id),
        name=identity.actor.name,
        type=identity.actor.type,
        role=identity.role,
        division_id=identity.division_id,
        division_name=division.name if division else identity.division_id,
        locale=_LOCALE,
        server_time=utc_now(),
        hub=HubView(
            name=parts.settings.sms_signature,
            desk_phone=parts.settings.desk_phone,
            version=__version__,
            timezone=parts.settings.timezone,
        ),
    )


async def _record(connection: Connection, identity: Identity, action: str, address: str | None) -> None:
    actor: Actor = identity.actor
    await access_log.record(
        connection,
        access_log.Access(
            actor=actor,
            action=action,
            entity_type="session",
            entity_id=actor.id,
            division_id=identity.division_id,
            address=address,
        ),
    )
