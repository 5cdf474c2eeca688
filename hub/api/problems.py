"""Errors as problem documents (RFC 9457): whose fault it is, in a sentence and a code, and never anything internal."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from alerts.incidents import RefusedError
from hub.stations.incidents import NotFoundError
from hub.storage.database import DATABASE_AWAY
from hub.storage.faults import name_of
from hub.storage.refusals import UNACCEPTABLE_VALUE, TakenError, UnknownReferenceError
from hub.storage.views import BadCursorError

_log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
#: How soon a client may ask again while the database is away: its restart takes a few seconds.
_RETRY_AFTER_S = 2


class FieldError(BaseModel):
    """One field that cannot be accepted; `field` is its path, as in `contacts.0.phone`."""

    field: str
    message: str
    code: str


class ProblemDocument(BaseModel):
    """What every error looks like."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] | None = None
    holder: dict[str, str] | None = None


class ProblemError(Exception):
    """An answer that is an error; raised by routes and dependencies, rendered here."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
        holder: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.document = ProblemDocument(
            type=f"urn:anxin:problem:{code}",
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            code=code,
            errors=list(errors) or None,
            holder=dict(holder) if holder else None,
        )
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The document on the wire."""
        body = json.dumps(self.document.model_dump(exclude_none=True), ensure_ascii=False)
        return Response(
            body.encode("utf-8", "replace"),
            status_code=self.document.status,
            media_type=MEDIA_TYPE,
            headers=self.headers,
        )


def not_found(noun: str) -> ProblemError:
    """What is not there and what one may not see are the same."""
    return ProblemError(404, "not_found", f"There is no such {noun}.")


def unacceptable(field: str, code: str, message: str) -> ProblemError:
    """One field of a well-formed request says something that cannot be."""
    error = FieldError(field=field, message=message, code=code)
    return ProblemError(422, "invalid_request", f"{field}: {message}", errors=[error])


def database_away() -> ProblemError:
    """Nothing of what was asked has happened, or nobody knows whether it has: ask again."""
    return ProblemError(
        503, "database_away", "The database cannot be reached now.", headers={"Retry-After": str(_RETRY_AFTER_S)}
    )


#: The core's and the storage's refusals, as sentences.
_CONFLICTS = {
    "held": "Somebody else has this incident.",
    "closed": "This incident is closed.",
    "same": "An incident cannot be merged into itself.",
    "not_held": "Nobody has this incident: take it first.",
    "test_not_pending": "This is no press that may (still) be confirmed as a test.",
    "not_closed": "This incident is not closed.",
    "another_not_closed": "There is already another incident of this kind that is not closed.",
    "division_exists": "There is already a division of this code.",
    "serial_taken": "There is already a device of this kind with this serial number.",
    "login_taken": "There is already an account with this login.",
    "script_exists": "This place has a script for this already: write its next version.",
    "script_changed": "Somebody has changed this script meanwhile: read it again.",
    "assignment_overlaps": "Somebody else has the device in this time.",
}


def add_problem_handlers(app: FastAPI) -> None:
    """Every error of the application leaves as a problem document."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(RefusedError, _on_refused)
    app.add_exception_handler(TakenError, _on_taken)
    app.add_exception_handler(UnknownReferenceError, _on_unknown_reference)
    app.add_exception_handler(NotFoundError, _on_not_found)
    app.add_exception_handler(BadCursorError, _on_bad_cursor)
    for away in DATABASE_AWAY:
        app.add_exception_handler(away, _on_database_away)
    for unacceptable_value in UNACCEPTABLE_VALUE:
        app.add_exception_handler(unacceptable_value, _on_unacceptable_value)


def _on_problem(_request: Request, error: Any) -> Response:
    problem: ProblemError = error
    return problem.response()


def _on_http_exception(_request: Request, error: Any) -> Response:
    status = HTTPStatus(error.status_code)
    code = "body_too_large" if status == 413 else status.phrase.lower().replace(" ", "_").replace("-", "_")
    detail = {404: "There is nothing at this address.", 405: "This address does not know this method."}
    sentence = detail.get(error.status_code, str(error.detail))
    return ProblemError(error.status_code, code, sentence, headers=error.headers).response()


def _on_invalid_request(_request: Request, error: Any) -> Response:
    errors = [
        FieldError(
            field=".".join(str(part) for part in found["loc"][1:]) or str(found["loc"][0]),
            message=str(found["msg"]).removeprefix("Value error, "),
            code=str(found["type"]),
        )
        for found in error.errors()
    ]
    first = errors[0]
    detail = f"{first.field}: {first.message}" if first.code != "json_invalid" else "The body is not JSON."
    return ProblemError(422, "invalid_request", detail, errors=errors).response()


def _on_refused(_request: Request, error: Any) -> Response:
    refused: RefusedError = error
    holder = refused.holder
    return ProblemError(
        409,
        refused.code,
        _CONFLICTS.get(refused.code, "This does not go in the incident's state."),
        holder={"type": holder.type, "id": holder.id, "name": holder.name} if holder else None,
    ).response()


def _on_taken(_request: Request, error: Any) -> Response:
    taken: TakenError = error
    return ProblemError(409, taken.code, _CONFLICTS.get(taken.code, "This is there already.")).response()


def _on_unknown_reference(_request: Request, error: Any) -> Response:
    reference: UnknownReferenceError = error
    return unacceptable(reference.field, "unknown_reference", "names nothing that is there").response()


def _on_not_found(_request: Request, _error: Exception) -> Response:
    return not_found("incident").response()


def _on_bad_cursor(_request: Request, _error: Exception) -> Response:
    return unacceptable("cursor", "bad_cursor", "is no cursor of this list").response()


def _on_unacceptable_value(request: Request, error: Exception) -> Response:
    _log.warning("value_refused_by_database", path=request.url.path, error=type(error).__name__)
    return ProblemError(422, "invalid_request", "A value in this request cannot be stored.").response()


def _on_database_away(_request: Request, error: Exception) -> Response:
    _log.warning("request_refused_database_away", error=name_of(error))
    return database_away().response()


def our_mistake(path: str, error: Exception) -> Response:
    """What nobody foresaw: in the log with everything, outside without anything."""
    _log.error("request_failed", path=path, exc_info=error)
    return ProblemError(500, "internal_error", "The hub has made a mistake; it is in its log.").response()
