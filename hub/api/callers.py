"""Who calls, what they may do, and where: the one dependency every route below `/api/v1` declares.

`requires(Role.ADMIN, ...)` authenticates by API key or session cookie, checks the role, and hands the route a `Caller`
inside an open transaction. That commits after the route has returned and before the answer leaves, so what an answer
says is stored, the record of the access included. `tests/hub/api/test_every_route.py` walks all declarations.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends
from starlette.requests import Request

from alerts.actors import Actor
from hub.api.parts import Parts, parts_of
from hub.api.problems import ProblemError
from hub.storage import access_log
from hub.storage.accounts import Identity, Role, identify_api_key
from hub.storage.database import Connection
from hub.storage.incidents import SqlIncidentStore
from hub.storage.scope import Scope
from hub.storage.sessions import identify_session, token_sha256

EVERY_ROLE = tuple(Role)
#: Whoever sees what the figures are made of; the screen on the wall does not.
SEEING_ROLES = tuple(role for role in Role if role is not Role.WALL)
DESK_ROLES = (Role.ADMIN, Role.SUPERVISOR, Role.OPERATOR)
LOOKING_ROLES = (*DESK_ROLES, Role.VIEWER)
INSTALLING_ROLES = (*DESK_ROLES, Role.INSTALLER)

#: Every changing request of a browser carries it: a form on another site cannot.
CSRF_HEADER = "X-Anxin-Desk"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIE = "anxin_session"
_COOKIE_TLS = "__Host-anxin_session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What proved the identity, so that a stream can ask again whether it still holds."""

    session_sha256: bytes | None = None
    api_key: str | None = None

    async def identify(self, connection: Connection) -> Identity | None:
        """Who this is now; None when it has ended."""
        if self.api_key is not None:
            return await identify_api_key(connection, self.api_key)
        if self.session_sha256 is not None:
            return await identify_session(connection, self.session_sha256)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An authenticated caller of one request, and the transaction of that request."""

    identity: Identity
    credential: Credential
    address: str | None
    connection: Connection
    parts: Parts

    @property
    def actor(self) -> Actor:
        """As the core and the logs name them."""
        return self.identity.actor

    @property
    def role(self) -> Role:
        """Their one role."""
        return self.identity.role

    @property
    def division_id(self) -> str:
        """Their own division."""
        return self.identity.division_id

    @property
    def scope(self) -> Scope:
        """What they may see."""
        return Scope.of_division(self.identity.division_id)

    def scope_within(self, division_id: str | None) -> Scope:
        """What they may see of one division; of one outside of their scope nothing, of one above all that is theirs."""
        if division_id is None:
            return self.scope
        if self.scope.covers(division_id):
            return Scope.of_division(division_id)
        return self.scope if Scope.of_division(division_id).covers(self.division_id) else Scope(())

    @property
    def incidents(self) -> SqlIncidentStore:
        """The incidents they may change, in this request's transaction."""
        return SqlIncidentStore(self.connection, self.scope)

    async def record(
        self, action: str, entity_type: str, entity_id: UUID | str, division_id: str | None = None
    ) -> None:
        """Put a look or a change on record, in this request's transaction."""
        await access_log.record(
            self.connection,
            access_log.Access(
                actor=self.actor,
                action=action,
                entity_type=entity_type,
                entity_id=str(entity_id),
                division_id=division_id or self.division_id,
                address=self.address,
            ),
        )

    def choose_division(self, division_id: str | None) -> str:
        """The division of something new: one in scope, or by default the caller's own.

        Raises:
            ProblemError: 403 for a division outside of the scope.
        """
        chosen = division_id or self.division_id
        if not self.scope.covers(chosen):
            raise ProblemError(403, "division_out_of_scope", "This division is not below your own.")
        return chosen


class Requires:
    """The declaration of a route: which roles may call it. Everything it reaches is within the caller's scope."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    async def __call__(self, request: Request) -> AsyncIterator[Caller]:
        """Authenticate and authorise; commits after the route, before the answer."""
        credential = credential_of(request)
        parts = parts_of(request)
        async with parts.connection() as connection:
            identity = await credential.identify(connection)
            if identity is None:
                raise unauthenticated()
            if credential.session_sha256 is not None and request.method not in _SAFE_METHODS:
                check_same_site(request)
                check_csrf_header(request)
            if identity.role not in self.roles:
                raise ProblemError(403, "role_not_allowed", f"The role {identity.role} may not do this.")
            yield Caller(
                identity=identity,
                credential=credential,
                address=address_of(request),
                connection=connection,
                parts=parts,
            )


def requires(*roles: Role) -> Any:
    """What a route writes into the annotation of its `caller`: the roles it is for."""
    return Depends(Requires(*roles), scope="function")


def unauthenticated() -> ProblemError:
    """Nobody we know; the same whether nothing was presented or something that does not hold."""
    return ProblemError(
        401, "unauthenticated", "Log in, or present a valid API key.", headers={"WWW-Authenticate": "Bearer"}
    )


def credential_of(request: Request) -> Credential:
    """What the request presents; an API key before a cookie.

    Raises:
        ProblemError: 401 when it presents nothing.
    """
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return Credential(api_key=key.strip())
    token = request.cookies.get(cookie_name(parts_of(request)))
    if not token:
        raise unauthenticated()
    return Credential(session_sha256=token_sha256(token))


def cookie_name(parts: Parts) -> str:
    """Browsers hold a `__Host-` cookie to this host and to TLS; without TLS they refuse it."""
    return _COOKIE_TLS if parts.tls else _COOKIE


def check_csrf_header(request: Request) -> None:
    """A changing request by cookie comes from the desk's own script.

    Raises:
        ProblemError: 403 without the header.
    """
    if request.headers.get(CSRF_HEADER) != "1":
        raise ProblemError(403, "csrf_header_missing", f"A changing request with a cookie needs {CSRF_HEADER}: 1.")


def check_same_site(request: Request) -> None:
    """Where the browser says which page asks, it is one of ours.

    Raises:
        ProblemError: 403 for another site's page.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign_site = site is not None and site not in {"same-origin", "none"}
    foreign_origin = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign_site or foreign_origin:
        raise ProblemError(403, "cross_site_request", "This request comes from another site's page.")


def address_of(request: Request) -> str | None:
    """Where the request comes from, for the record."""
    return request.client.host if request.client else None
