"""Who may come in at the front door: a device's id and its secret, as the registry holds them now.

A secret is 256 random bits as text, so its SHA-256 needs no salt and no slow hash.
"""

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from hub.storage.database import Pool
from hub.storage.gathering import Gathering
from hub.storage.mqtt_records import Admission, DatabaseAwayError, Refusal, RefusedBecause
from hub.storage.mqtt_sessions import transaction
from hub.storage.queries import queries

#: CONNECTs judged together: enough for a storm, few enough that letting them in does not keep a press waiting.
_AT_ONCE_MAX = 64


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    is_gateway: bool
    secret_sha256: bytes
    revoked: bool


class PostgresCredentials:
    """The front door's port `Credentials`. Remembers who was let in, for the time the database is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._sql = queries("device_credentials")
        self._last_good: dict[str, Admission] = {}
        self._finding = Gathering(self._find_each, most=_AT_ONCE_MAX)

    async def authenticate(self, username: str, password: bytes) -> Admission | Refusal:
        """Whether this is a device of the hub, with its secret, and not revoked."""
        device_id = _device_id(username)
        if device_id is None:
            return Refusal(reason=RefusedBecause.UNKNOWN_DEVICE)
        secret_sha256 = hashlib.sha256(password).digest()
        try:
            found = await self._finding.ask(device_id)
        except DatabaseAwayError:
            return self._recall(username, secret_sha256)
        verdict = _judge(found, secret_sha256)
        if isinstance(verdict, Admission):
            self._last_good[username] = verdict
        elif verdict.reason is not RefusedBecause.WRONG_PASSWORD:
            self._last_good.pop(username, None)
        return verdict

    def _recall(self, username: str, secret_sha256: bytes) -> Admission | Refusal:
        known = self._last_good.get(username)
        if known is None or not hmac.compare_digest(known.secret_sha256, secret_sha256):
            return Refusal(reason=RefusedBecause.UNAVAILABLE)
        return known

    async def withdrawn(self, admissions: Sequence[Admission]) -> list[Admission]:
        """Those that would not be let in again: revoked, deleted, or with another secret or kind."""
        found = await self._find([UUID(admission.device_id) for admission in admissions])
        gone = [
            admission
            for admission in admissions
            if _judge(found.get(admission.device_id), admission.secret_sha256) != admission
        ]
        for admission in gone:
            self._last_good.pop(admission.device_id, None)
        return gone

    async def children(self, gateway_id: str) -> frozenset[str]:
        """The devices registered behind this gateway."""
        async with transaction(self._pool) as connection:
            cursor = await connection.execute(self._sql.children, {"gateway_id": gateway_id})
            return frozenset([str(row[0]) async for row in cursor])

    async def _find_each(self, device_ids: Sequence[UUID]) -> list[_Row | None]:
        found = await self._find(set(device_ids))
        return [found.get(str(device_id)) for device_id in device_ids]

    async def _find(self, device_ids: Collection[UUID]) -> dict[str, _Row]:
        async with (
            transaction(self._pool) as connection,
            connection.cursor(row_factory=class_row(_Row)) as cursor,
        ):
            await cursor.execute(self._sql.find, {"device_ids": list(device_ids)})
            return {str(row.id): row for row in await cursor.fetchall()}


def _device_id(username: str) -> UUID | None:
    try:
        device_id = UUID(username)
    except ValueError:
        return None
    return device_id if str(device_id) == username else None


def _judge(row: _Row | None, secret_sha256: bytes) -> Admission | Refusal:
    if row is None:
        return Refusal(reason=RefusedBecause.UNKNOWN_DEVICE)
    device_id = str(row.id)
    if not hmac.compare_digest(bytes(row.secret_sha256), secret_sha256):
        return Refusal(reason=RefusedBecause.WRONG_PASSWORD, device_id=device_id)
    if row.revoked:
        return Refusal(reason=RefusedBecause.REVOKED, device_id=device_id)
    return Admission(device_id=device_id, is_gateway=row.is_gateway, secret_sha256=bytes(row.secret_sha256))
