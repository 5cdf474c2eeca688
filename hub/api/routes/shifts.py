"""Shifts: what is handed over, who signs for it, and the record of both; handing over all that one holds."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StringConstraints

from alerts.actors import Actor
from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.manning import speak_for_desk
from hub.api.problems import ProblemError, unacceptable
from hub.api.session_cookie import set_session_cookie
from hub.api.shapes import PAGE_ROWS, Body, Cursor, Instant, Limit, LongText, Text
from hub.api.signatures import Signature, sign, sign_as
from hub.clock import utc_now
from hub.stations.shifts import end_shift as give_back
from hub.stations.shifts import hand_over_all
from hub.storage import sessions, shift_records
from hub.storage.accounts import find_operator
from hub.storage.passwords import PASSWORD_LENGTH_MAX
from hub.storage.scope import Scope
from hub.storage.shift_hand_over import HandOverView, read_hand_over
from hub.storage.shift_records import DutyShiftView, NewShift, RunningShift, ShiftNoteView, Shown
from hub.storage.shifts import find_holder_id, held_by
from hub.storage.views import ActorView, Page

router = APIRouter(prefix="/shifts", tags=["shifts"])

DeskCaller = Annotated[Caller, requires(*DESK_ROLES)]
LookingCaller = Annotated[Caller, requires(*LOOKING_ROLES)]
DeskId = Annotated[Text, Field(min_length=1, max_length=64)]
Password = Annotated[str, Field(max_length=PASSWORD_LENGTH_MAX)]
#: More than a hand-over ever shows.
Ids = Annotated[list[UUID], Field(max_length=200, default_factory=list)]


class ShownHandOver(Body):
    """What stood on the screen when it was signed for."""

    incident_ids: Ids
    shelf_ids: Ids
    note_ids: Ids
    outage_ids: Ids

    def to_shown(self) -> Shown:
        """As it is kept."""
        return Shown(incidents=self.incident_ids, shelves=self.shelf_ids, notes=self.note_ids, outages=self.outage_ids)


class ShiftBeginning(Body):
    """Who has logged in sits down at this desk, and has read this."""

    desk_id: DeskId
    shown: Annotated[ShownHandOver, Field(default_factory=ShownHandOver)]


class Successor(Body):
    """Who takes over at this desk: the proof that it is them is their signature."""

    login: Text
    password: Password


class ShiftEnding(Body):
    """The one who leaves signs with their password (a program with its key); the successor, if there is one, too."""

    password: Password | None = None
    successor: Successor | None = None
    shown: Annotated[ShownHandOver, Field(default_factory=ShownHandOver)]


class EndedShift(BaseModel):
    """The shift that is over, the one that follows it at this desk, and what was handed over with it.

    With a successor the session that asked is ended, and the browser has the successor's.
    """

    ended: DutyShiftView
    following: DutyShiftView | None
    incident_ids: list[str]


class NewNote(Body):
    """What the next one should know."""

    text: Annotated[LongText, StringConstraints(min_length=1, strip_whitespace=True)]


class ShiftHandOver(Body):
    """To whom everything goes that one holds: a log-in, or an account's id."""

    to: Annotated[Text, Field(min_length=1)]
    note: LongText | None = None


class HandedOver(BaseModel):
    """What was handed over, and to whom."""

    to: ActorView
    incident_ids: list[str]


@router.get("/hand-over")
async def read(caller: LookingCaller, desk_id: Annotated[DeskId | None, Query()] = None) -> HandOverView:
    """What somebody who sits down must know: what is open, set aside, written down, broken; and who has duty."""
    return await read_hand_over(caller.connection, caller.actor, caller.division_id, caller.scope, desk_id)


@router.post("")
async def begin(body: ShiftBeginning, caller: DeskCaller) -> DutyShiftView:
    """Sit down. A shift that one has already goes on here.

    A shift of somebody else that goes on at this desk is over, without their signature.
    """
    me = caller.actor.id
    shifts = await shift_records.lock_shifts(caller.connection, [me], caller.division_id, body.desk_id)
    running = shifts.pop(me, None)
    before = next(iter(shifts.values()), None)
    if running is not None and _is_forgotten(caller, running):
        await shift_records.end_shift(caller.connection, running.id, caller.scope, "unrelieved", as_last_seen=True)
        running = None
    if before is not None:
        await shift_records.end_shift(caller.connection, before.id, caller.scope, "taken_over")
    if running is not None:
        await shift_records.move_shift(caller.connection, running.id, body.desk_id)
        return await _shown(caller, running.id, running.division_id)
    new = NewShift(
        division_id=caller.division_id,
        desk_id=body.desk_id,
        operator=caller.actor,
        taken_by="log_in" if caller.credential.api_key is None else "key",
        shown=body.shown.to_shown(),
        relieves_id=None if before is None else before.id,
    )
    return await _shown(caller, await _begin(caller, new), new.division_id)


@router.post("/current/end")
async def end(body: ShiftEnding, caller: DeskCaller, response: Response) -> EndedShift:
    """Leave, signed. To a successor goes what one holds; without one it goes back up, and the desk is unmanned."""
    mine, _ = await shift_records.find_running(caller.connection, caller.actor, caller.division_id, None)
    if mine is None:
        raise _no_shift()
    signature = await sign(caller, body.password)
    if body.successor is None:
        return await _leave(caller, signature)
    successor_id = await sign_as(caller, "successor.password", body.successor.login, body.successor.password)
    shifts = await _lock(caller, str(successor_id))
    running = shifts[caller.actor.id]
    held = await held_by(caller.connection, caller.actor, caller.scope)
    divisions = [caller.division_id, *(division_id for _, division_id in held)]
    to = await _able(caller, successor_id, divisions, "successor.login")
    given = await _give(caller, [incident_id for incident_id, _ in held], to, None)
    scope = caller.scope
    await shift_records.end_shift(caller.connection, running.id, scope, "relieved", handed_by=signature)
    theirs = shifts.get(to.id)
    if theirs is not None:  # they sat at another desk until now
        await shift_records.end_shift(caller.connection, theirs.id, scope, "unrelieved")
    new = NewShift(
        division_id=caller.division_id,
        desk_id=running.desk_id,
        operator=to,
        taken_by="password",
        shown=body.shown.to_shown(),
        relieves_id=running.id,
    )
    following = await _begin(caller, new)
    await caller.record("end", "shift", running.id)
    if caller.credential.session_sha256 is not None:
        await sessions.end_session(caller.connection, caller.credential.session_sha256)
        token = await sessions.open_session(caller.connection, successor_id)
        set_session_cookie(response, caller.parts, token)
    return EndedShift(
        ended=await _shown(caller, running.id, running.division_id),
        following=await _shown(caller, following, new.division_id),
        incident_ids=given,
    )


@router.post("/notes", status_code=201)
async def note(body: NewNote, caller: DeskCaller) -> ShiftNoteView:
    """Write something down for the next one."""
    return await shift_records.write_note(caller.connection, caller.division_id, caller.actor, body.text)


@router.get("")
async def list_all(
    caller: LookingCaller,
    from_: Annotated[Instant | None, Query(alias="from")] = None,
    to: Annotated[Instant | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[DutyShiftView]:
    """The record: shifts that touch this time, the newest first, with who signed."""
    return await shift_records.list_shifts(
        caller.connection, caller.scope, since=from_, until=to, cursor=cursor, limit=limit
    )


@router.post("/hand-over")
async def hand_over(body: ShiftHandOver, caller: DeskCaller) -> HandedOver:
    """Give everything that one holds to the next, all or nothing; a note goes into the log of each."""
    held = await held_by(caller.connection, caller.actor, caller.scope)
    account_id = await find_holder_id(caller.connection, body.to)
    to = await _able(caller, account_id, [division_id for _, division_id in held], "to")
    given = await _give(caller, [incident_id for incident_id, _ in held], to, body.note)
    return HandedOver(to=ActorView(type=to.type, id=to.id, name=to.name), incident_ids=given)


async def _lock(caller: Caller, *others: str) -> dict[str, RunningShift]:
    """The caller's shift, and those of others who have one; somebody may have ended it while they signed."""
    shifts = await shift_records.lock_shifts(caller.connection, [caller.actor.id, *others], caller.division_id)
    if caller.actor.id not in shifts:
        raise _no_shift()
    return shifts


def _no_shift() -> ProblemError:
    return ProblemError(409, "no_shift", "You have no shift that goes on.")


async def _leave(caller: Caller, signature: Signature) -> EndedShift:
    """Nobody relieves them: what they hold is open again, but for what a responder is on the way to."""
    running = (await _lock(caller))[caller.actor.id]
    for incident_id, _ in await held_by(caller.connection, caller.actor, caller.scope):
        await give_back(caller.incidents, incident_id, caller.actor, None)
    await shift_records.end_shift(caller.connection, running.id, caller.scope, "unrelieved", handed_by=signature)
    await speak_for_desk(caller, running.desk_id, "away")
    await caller.record("end", "shift", running.id)
    ended = await _shown(caller, running.id, running.division_id)
    return EndedShift(ended=ended, following=None, incident_ids=[])


def _is_forgotten(caller: Caller, running: RunningShift) -> bool:
    """Nobody ended it: it is older than any session, or from a place that is no more the caller's."""
    too_old = utc_now() - running.from_at > shift_records.LONGEST
    return too_old or not caller.scope.covers(running.division_id)


async def _begin(caller: Caller, new: NewShift) -> UUID:
    shift_id = await shift_records.begin_shift(caller.connection, new)
    if shift_id is None:
        raise ProblemError(409, "desk_taken", "Somebody sat down here at this moment: look again.")
    await caller.record("begin", "shift", shift_id)
    return shift_id


async def _give(caller: Caller, incident_ids: list[UUID], to: Actor, words: str | None) -> list[str]:
    given = await hand_over_all(caller.incidents, incident_ids, caller.actor, to, words)
    for incident_id in given:
        await caller.record("hand_over", "incident", incident_id)
    return [str(incident_id) for incident_id in given]


async def _able(caller: Caller, account_id: UUID | None, division_ids: list[str], field: str) -> Actor:
    """Who takes over: somebody else, who may hold each of these."""
    able = {
        None if account_id is None else await find_operator(caller.connection, account_id, division_id)
        for division_id in division_ids or [caller.division_id]
    }
    [to, *more] = able
    if to is None or more or to == caller.actor:
        raise unacceptable(field, "unknown_reference", "names nobody else who may hold these incidents")
    return to


async def _shown(caller: Caller, shift_id: UUID, division_id: str) -> DutyShiftView:
    """One's own shift, with what its place could see."""
    shift = await shift_records.find_shift(caller.connection, shift_id, Scope.of_division(division_id))
    if shift is None:
        raise LookupError("a shift that was just written is not there")
    return shift
