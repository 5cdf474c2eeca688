"""Who may come in at the front door: a device's id and its secret, as the registry holds them now.

A secret is 256 random bits as text, so its SHA-256 needs no salt and no slow hash.

All of them are known by heart, for the time the database is away: read when `run` begins, one by one when the registry
tells of a change, all again when a change may have been missed. While the database answers, it is asked: a revocation
holds for whoever connects after it. What a device sends is judged by the registry again in the transaction that stores
it, so that one who came in by an old memory is acknowledged nothing.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

import structlog
from psycopg.rows import class_row

from hub.storage.database import Pool
from hub.storage.fixed_records import FixedRecords
from hub.storage.gathering import Gathering
from hub.storage.mqtt_records import Admission, DatabaseAwayError, Refusal, RefusedBecause
from hub.storage.mqtt_sessions import transaction
from hub.storage.queries import queries

_log = structlog.get_logger(__name__)

#: CONNECTs judged together: enough for a storm, few enough that letting them in does not keep a press waiting.
_AT_ONCE_MAX = 64
#: Devices read together when all are: some 5 ms of the event loop.
_PAGE = 1_000
_RETRY_S = 1.0
_SHA256_BYTES = 32
_GATEWAY, _PLAIN = b"\1", b"\0"


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    is_gateway: bool
    secret_sha256: bytes
    revoked: bool


class PostgresCredentials:
    """The front door's port `Credentials`; `run` keeps what is known by heart fresh."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._sql = queries("device_credentials")
        self._known = _no_records()
        self._changed: set[UUID] = set()
        self._all_changed = True
        self._stirred = asyncio.Event()
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
            return self._recall(device_id, secret_sha256)
        self._remember(device_id, found)
        return _judge(found, secret_sha256)

    def _recall(self, device_id: UUID, secret_sha256: bytes) -> Admission | Refusal:
        record = self._known.find(device_id.bytes)
        if record is None or not hmac.compare_digest(record[1:], secret_sha256):
            return Refusal(reason=RefusedBecause.UNAVAILABLE)
        return Admission(device_id=str(device_id), is_gateway=record[:1] == _GATEWAY, secret_sha256=record[1:])

    def _remember(self, device_id: UUID, row: _Row | None) -> None:
        record = _record(row) if row is not None and not row.revoked else None
        known = self._known.find(device_id.bytes)
        if record is None:
            self._known.remove(device_id.bytes)
        elif record != known:
            self._known.put(device_id.bytes, record)

    # -- what is known by heart ---------------------------------------------------------------------------------------

    def recheck(self, device_id: str) -> None:
        """The registry says something about this device has changed."""
        self._changed.add(UUID(device_id))
        self._stirred.set()

    def recheck_all(self) -> None:
        """Notifications may have been missed; also what `run` begins with."""
        self._all_changed = True
        self._stirred.set()

    async def run(self) -> None:
        """Learn what has changed, until cancelled. Call `recheck_all` first when notifications are being heard."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            try:
                await self._learn()
            except DatabaseAwayError:
                self._stirred.set()
                await asyncio.sleep(_RETRY_S)
            except Exception:  # noqa: BLE001 - whatever this was: devices must not be cut off for a memory that is old
                _log.exception("credentials_not_learnt")
                self._stirred.set()
                await asyncio.sleep(_RETRY_S)

    async def _learn(self) -> None:
        """A change that comes while all are read is looked at afterwards: what was read may be older."""
        if self._all_changed:
            self._all_changed = False
            try:
                self._known = await self._read_all()
            except BaseException:
                self._all_changed = True
                raise
            _log.info("credentials_known", devices=len(self._known), octets=self._known.octets)
        while self._changed:
            some = set(islice(self._changed, _PAGE))
            self._changed -= some
            try:
                found = await self._find(some)
            except BaseException:
                self._changed |= some
                raise
            for device_id in some:
                self._remember(device_id, found.get(str(device_id)))

    async def _read_all(self) -> FixedRecords:
        known, after = _no_records(), UUID(int=0)
        while True:
            async with (
                transaction(self._pool) as connection,
                connection.cursor(row_factory=class_row(_Row)) as cursor,
            ):
                await cursor.execute(self._sql.all, {"after": after, "most": _PAGE})
                rows = await cursor.fetchall()
            for row in rows:
                record = _record(row)
                if record is not None:
                    known.append(row.id.bytes, record)
            if len(rows) < _PAGE:
                return known
            after = rows[-1].id

    # -- what the registry says now -----------------------------------------------------------------------------------

    async def withdrawn(self, admissions: Sequence[Admission]) -> list[Admission]:
        """Those that would not be let in again: revoked, deleted, or with another secret or kind."""
        found = await self._find([UUID(admission.device_id) for admission in admissions])
        gone = [
            admission
            for admission in admissions
            if _judge(found.get(admission.device_id), admission.secret_sha256) != admission
        ]
        for admission in gone:
            self._remember(UUID(admission.device_id), found.get(admission.device_id))
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


def _no_records() -> FixedRecords:
    return FixedRecords(key_size=16, value_size=1 + _SHA256_BYTES)


def _record(row: _Row) -> bytes | None:
    """As it is known by heart; None for what no secret can match."""
    sha256 = bytes(row.secret_sha256)
    return (_GATEWAY if row.is_gateway else _PLAIN) + sha256 if len(sha256) == _SHA256_BYTES else None


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
