"""Settles what caregivers answer, in one transaction with what follows from it.

1 takes the incident and says that somebody is on the way, 2 sends the ladder on, 3 says that they are there. Everything
else is put before the desk: a note on the incident the number was told of, or an incident of its own. Nothing is
dropped, and no word unsubscribes anybody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from alerts.actors import Actor, ActorType
from alerts.decisions import RaiseAlert, Record
from alerts.explanation import Explanation
from alerts.incidents import IncidentState, Outcome, RefusedError
from alerts.incidents.caregivers import BY_TEXT
from alerts.incidents.commands import AddNote, AnswerGoing, Command, Decline, SetArrived
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from hub.notify.answers import Answer, Meaning, understand
from hub.notify.texts import ALREADY_CLOSED, SOMEBODY_ELSE_GOES, Sender, ask_which, compose_answer, polite_name
from hub.stations.incidents import change, open_or_join
from hub.stations.outbox_store import OwedAnswer
from hub.stations.records import AlertRequest
from hub.storage import replies
from hub.storage.callers import caller_subject
from hub.storage.database import Connection
from hub.storage.faults import Fault, fault_of
from hub.storage.incidents import SqlIncidentStore
from hub.storage.outbox import SqlOutboxStore
from hub.storage.replies import InboundText, Told

_log = structlog.get_logger(__name__)

#: A text back that has not left by then would only puzzle.
ANSWER_EXPIRES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What was made of a text."""

    code: str
    incident_ids: tuple[UUID, ...]


class ReplyDesk:
    """Puts each text where it belongs. `division_id` is where an unknown caller's incident is shown."""

    def __init__(self, sender: Sender, division_id: str, timezone: str) -> None:
        self._sender = sender
        self._division_id = division_id
        self._timezone = timezone

    async def settle_next(self, connection: Connection, skip: int) -> bool | None:
        """Settle the oldest text in the caller's transaction.

        Returns None when none waits, and False when this one could not be settled and waits on.
        """
        received = await replies.lock_unsettled(connection, skip)
        if received is None:
            return None
        for settle in (self._settle, self._show_unread):
            try:
                async with connection.transaction():
                    settled = await settle(connection, received)
                    await replies.settle(connection, received.id, settled.code, list(settled.incident_ids))
            except Exception as error:
                if fault_of(error) is Fault.AWAY:
                    raise
                _log.exception("reply_not_settled", text_id=str(received.id))
            else:
                _log.info("reply_settled", text_id=str(received.id), outcome=settled.code)
                return True
        return False

    async def _settle(self, connection: Connection, received: InboundText) -> Settled:
        told = await replies.told(connection, received.number, self._timezone)
        live = [one for one in told if one.state != IncidentState.CLOSED]
        answer = understand(received.text)
        if answer is not None:
            meant = _meant_by(answer, live)
            if len(meant) == 1:
                return await self._apply(connection, received, meant[0], answer)
            if len(meant) > 1:
                return await self._ask_which(connection, received, meant)
            closed = [one for one in told if one not in live and answer.code in {None, one.code}]
            if closed:
                return await self._note_on_closed(connection, received, closed[0], answer)
        if live:
            return await self._note(connection, received, live, "shown")
        return await self._show_unread(connection, received)

    async def _apply(self, connection: Connection, received: InboundText, told: Told, answer: Answer) -> Settled:
        command = _command(_actor(told), answer.meaning, received.text, told)
        try:
            async with connection.transaction():
                outcome = await change(SqlIncidentStore(connection), told.incident_id, command)
        except RefusedError:  # closed while this was on its way
            return await self._note_on_closed(connection, received, told, answer)
        if isinstance(command, AnswerGoing) and _is_only_noted(outcome):
            await self._answer(connection, received, told, SOMEBODY_ELSE_GOES)
            return Settled(code="somebody_else", incident_ids=(told.incident_id,))
        return Settled(code=answer.meaning, incident_ids=(told.incident_id,))

    async def _ask_which(self, connection: Connection, received: InboundText, meant: list[Told]) -> Settled:
        settled = await self._note(connection, received, meant, "which")
        choices = [(one.code, _polite(one, received.received_at)) for one in meant]
        await self._answer(connection, received, meant[0], ask_which(choices))
        return settled

    async def _note_on_closed(
        self, connection: Connection, received: InboundText, told: Told, answer: Answer
    ) -> Settled:
        settled = await self._note(connection, received, [told], "closed")
        if answer.meaning is Meaning.GOING:
            await self._answer(connection, received, told, ALREADY_CLOSED)
        return settled

    async def _note(self, connection: Connection, received: InboundText, told: list[Told], code: str) -> Settled:
        # in the order of ids, as every transaction that locks several incidents must
        for one in sorted(told, key=lambda one: one.incident_id):
            await change(SqlIncidentStore(connection), one.incident_id, AddNote(actor=_actor(one), text=received.text))
        return Settled(code=code, incident_ids=tuple(one.incident_id for one in told))

    async def _show_unread(self, connection: Connection, received: InboundText) -> Settled:
        """An incident of its own: about the one person whose contact this is, else about the caller."""
        family = await replies.family_of(connection, received.number)
        recipient_id, division_id = family or (None, self._division_id)
        subject = (
            Subject(type=SubjectType.RECIPIENT, id=str(recipient_id))
            if recipient_id
            else await caller_subject(connection, division_id, received.number)
        )
        request = AlertRequest(
            division_id=division_id,
            subject=subject,
            recipient_id=recipient_id,
            alert=RaiseAlert(
                kind=IncidentKind.PHONE_REPORT, severity=Severity.HIGH, explanation=Explanation(code="text_received")
            ),
            occurred_at=received.received_at,
            received_at=received.received_at,
            caller_phone=received.number,
        )
        store = SqlIncidentStore(connection)
        opened = await open_or_join(store, request, await store.now())
        caller = Actor(type=ActorType.CAREGIVER, id=received.number, name=received.number)
        await change(store, opened.incident_id, AddNote(actor=caller, text=received.text))
        return Settled(code="shown_as_report", incident_ids=(opened.incident_id,))

    async def _answer(self, connection: Connection, received: InboundText, told: Told, sentence: str) -> None:
        await SqlOutboxStore(connection).owe_answer(
            OwedAnswer(
                incident_id=told.incident_id,
                person=_actor(told),
                person_type=str(told.person["type"]),
                destination=told.destination,
                text=compose_answer(sentence, self._sender),
                dedup_key=f"answer:{received.id}",
                expires_in=ANSWER_EXPIRES,
            ),
        )


def _command(actor: Actor, meaning: Meaning, text: str, told: Told) -> Command:
    """What an answer asks for; what it changes is decided under the incident's lock."""
    match meaning:
        case Meaning.GOING:
            return AnswerGoing(actor=actor, text=text)
        case Meaning.ARRIVED:
            return SetArrived(actor=actor, params={"name": actor.name, "by": BY_TEXT})
        case Meaning.DECLINED:
            return Decline(actor=actor, repeated=told.declined_since)


def _is_only_noted(outcome: Outcome) -> bool:
    """Somebody else goes: the words of this one are a note."""
    return [duty.code for duty in outcome.duties if isinstance(duty, Record)] == ["note"]


def _meant_by(answer: Answer, live: list[Told]) -> list[Told]:
    """The incidents an answer may be about: those with its code, else all the number was told of."""
    return [one for one in live if answer.code in {None, one.code}]


def _actor(told: Told) -> Actor:
    return Actor(type=ActorType.CAREGIVER, id=str(told.person["id"]), name=str(told.person["name"]))


def _polite(told: Told, at: datetime) -> str:
    return polite_name(told.name, told.sex, told.birth_date, at.astimezone(ZoneInfo(told.timezone)).date())
