"""Notes on what is worked beside the queue: what somebody did about a maintenance item or a follow-up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from alerts.actors import Actor
from hub.identity import new_id
from hub.storage.incident_rows import actor_to_json
from hub.storage.views import ActorView, View


class QueueNoteView(View):
    """What somebody did: a note, a call with its outcome, a visit."""

    id: UUID
    at: datetime
    by: ActorView
    kind: str
    who: str | None
    outcome: str | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQueueNote:
    """What somebody did just now."""

    kind: str
    who: str | None = None
    outcome: str | None = None
    text: str | None = None


def note_columns(note: NewQueueNote, actor: Actor) -> dict[str, Any]:
    """The note as the columns of its row."""
    return {
        "note_id": new_id(),
        "actor": actor_to_json(actor),
        "kind": note.kind,
        "who": note.who,
        "outcome": note.outcome,
        "text": note.text,
    }
